"""A source into notices and clauses: the one way in for every kind of file.

lines → blocks → heads of notices → parts → clauses. Nothing is lost on the way: `coverage` compares
the letters and digits of the body with those of all clauses, and `left_out` lists the rest.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from corpus.blocks import Block, drop_furniture, make_blocks
from corpus.clauses import Draft
from corpus.contents import Contents, find_contents, read_cover
from corpus.errors import InputError
from corpus.inline import split_inline
from corpus.joins import make_joiner
from corpus.lines import looks_like_title
from corpus.model import LeftOut, ParsedFile, Source, Warn
from corpus.notices import NoticeReader
from corpus.reading import read_text
from corpus.segment import segment
from corpus.text import squash

_WHOLE = 0.99  # a coverage below it is warned of (contract)


def parse_file(path: Path) -> ParsedFile:
    """Read and parse one file. Raises InputError if it can't be read or holds no notice."""
    return parse_source(read_text(path))


def parse_source(source: Source) -> ParsedFile:
    """Parse a source. Raises InputError if it holds no notice."""
    warnings: list[Warn] = list(source.warnings)
    blocks, left_out = make_blocks(source)
    left_out += source.left_out
    contents = find_contents(blocks)
    first = contents.end if contents else 0
    cover, body = blocks[:first], blocks[first:]
    # A section named like a document is one: its title at the top of a page is no running head.
    sections = contents.sections if contents else ()
    running = {squash(section) for section in sections if not looks_like_title(section)}
    bulletin = read_cover(cover)
    if bulletin.title:
        running.add(squash(bulletin.title))
    body, furniture = drop_furniture(body, running)
    body = split_inline(body)
    if not body:
        raise InputError("文件里没有文字", source.file, "请检查文件是否完整")
    listed = frozenset(contents.titles.titles) if contents else None
    reading = segment(body, _stem(source.file), listed)
    first = reading.segments[0].head.start
    loose = [body[index] for index in sorted({*reading.furniture, *(i for s in reading.segments for i in s.head.page)})]
    if not cover:
        bulletin = read_cover([block for index, block in enumerate(body[:first]) if index in set(reading.furniture)])
    left_out += [LeftOut(block.line, block.text, "封面和目录" if contents else "首篇公文之前的内容") for block in cover]
    left_out += [LeftOut(block.line, _shown(block), "网页或刊物上的其他文字") for block in loose]
    left_out += furniture
    joiner = make_joiner(body)
    reader = NoticeReader(source, body, contents, joiner, warnings)
    notices = [reader.read(part) for part in reading.segments]
    _check_contents(contents, reader.taken, warnings)
    coverage = _coverage(body, reader.drafts)
    if coverage < _WHOLE:
        what = f"只有 {coverage:.2%} 的文字归入了条款，其余的可能没有读出或重复，请对照原文核对"
        warnings.append(Warn(body[first].line, what))
    return ParsedFile(
        source.file,
        source.encoding,
        bulletin,
        tuple(notices),
        coverage,
        tuple(sorted(warnings, key=lambda warning: warning.line)),
        tuple(sorted(left_out, key=lambda left: left.line)),
    )


def _stem(file: str) -> str:
    return Path(file.rpartition("!")[2] or file).stem


def _shown(block: Block) -> str:
    return " ".join(cell for cell in block.cells if cell) if block.cells else block.text


def _check_contents(contents: Contents | None, taken: set[int], warnings: list[Warn]) -> None:
    for index, listed in enumerate(contents.entries if contents else ()):
        if index not in taken:
            warnings.append(Warn(listed.line, f"目录中的《{listed.title}》（{listed.doc_number}）在正文里没有找到"))


def _coverage(blocks: list[Block], drafts: list[Draft]) -> float:
    """Share of the body's letters and digits that stand in exactly one clause.

    Letters missing from all clauses count against it, and so do letters that stand in two.
    """
    body: Counter[str] = Counter()
    for block in blocks:
        body.update(squash("".join(block.cells) if block.cells else block.text))
    clauses: Counter[str] = Counter()
    for draft in drafts:
        clauses.update(squash(draft.own))
    total = sum(body.values())
    missing = sum((body - clauses).values())
    doubled = sum((clauses - body).values())
    return round(max(0.0, 1 - (missing + doubled) / total), 4) if total else 0.0
