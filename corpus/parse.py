"""A source into notices and clauses: the one way in for every kind of file.

lines → blocks → documents (heads and bodies) → parts → clauses. Nothing is lost on the way: `coverage` compares
the letters and digits of the file with those of all clauses, and `left_out` lists the rest.
"""

from __future__ import annotations

from pathlib import Path

from corpus.blocks import Block, drop_furniture, make_blocks
from corpus.contents import Contents, find_contents, read_cover
from corpus.coverage import COVER, OF_THE_PAGE, STATED, WHOLE, coverage, warning
from corpus.doubt_words import UNTITLED
from corpus.errors import InputError
from corpus.inline import split_inline
from corpus.joins import make_joiner
from corpus.lines import looks_like_title
from corpus.model import LeftOut, ParsedFile, Source, Warn
from corpus.notices import NoticeReader
from corpus.reading import read_text
from corpus.segment import segment
from corpus.text import squash
from corpus.wraps import mark_wrapped

_SOME = 100  # blocks in which a text shows
_FEW = 2  # letters: a single one is what broken files and empty pages leave


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
    body = split_inline(mark_wrapped(body))
    if sum(len(squash(_shown(block))) for block in body[:_SOME]) < _FEW:
        raise InputError("没有找到公文（文件里几乎没有文字）", source.file, "请检查文件内容是否完整")
    listed = frozenset(contents.titles.titles) if contents else None
    named = tuple(value for name, value in source.stated if name == "title")
    reading = segment(body, _stem(source.file), named, listed)
    first = reading.segments[0].head.start
    if not cover:
        bulletin = read_cover([body[index] for index in reading.furniture if index < first])
    left_out += [LeftOut(block.line, block.text, COVER) for block in cover]
    left_out += [LeftOut(body[index].line, _shown(body[index]), OF_THE_PAGE) for index in reading.furniture]
    stated = [body[index] for part in reading.segments for index in part.head.page]
    left_out += [LeftOut(block.line, _shown(block), STATED) for block in stated]
    left_out += furniture
    joiner = make_joiner(body)
    reader = NoticeReader(source, body, contents, joiner, warnings)
    if len(reading.segments) == 1:
        reader.published = next((value for name, value in source.stated if name == "published"), None)
    notices = [reader.read(part) for part in reading.segments]
    _check_contents(contents, reader.taken, warnings)
    untitled = {UNTITLED.format(name) for name in ("文件名", "第一行文字")}
    doubts = [doubt for part in reading.segments for doubt in part.head.uncertain if doubt.reason in untitled]
    warnings += [Warn(doubt.lines.start, doubt.reason) for doubt in doubts]
    share = coverage(source, left_out, (draft.own for draft in reader.drafts))
    if share < WHOLE:
        warnings.append(Warn(body[first].line, warning(share, left_out)))
    return ParsedFile(
        source.file,
        source.encoding,
        bulletin,
        tuple(notices),
        share,
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
