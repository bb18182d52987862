"""Lines into blocks: marks of converters stripped, page furniture set aside.

A block is one non-empty source line (OCR writes a whole paragraph's lines into one), without the
`- `, `> `, `# ` and `**` that converters put in front of or around it. A line with tabs is a row of
cells. What is no part of any document goes into `LeftOut` with its reason.

A line longer than MAX_BLOCK is cut into several blocks. So whatever later rules do with a block costs no
more than a constant, and parsing is linear in the length of the file, one endless line included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from corpus.model import LeftOut, Source
from corpus.text import SENTENCE_END, is_linked, squash, strip_markup, tags_of
from corpus.words import words

_NOISE = re.compile(r"^[\s>]*(?:[-•●▪◆*]\s+)*(?:>\s*)*")
_MARKDOWN = re.compile(r"^\s*(#{1,6})\s+")
# 「…通知如下：\ue004」: marks of typesetting programs (方正) that old pages keep at the ends of lines. Elsewhere such a
# character may be a rare one in a name.
_TYPESETTING = re.compile(r"[\ue000-\uf8ff]{1,8}(?=\s{0,8}$|(?:19|20)\d\d年)")
MAX_BLOCK = 20_000  # characters; the longest line of 4,000 real documents, all of one on it, has some 8,000
MAX_TITLE_LINE = 200  # characters of a Markdown title; the longest of 4,000 real files has 160
_ISSUE = re.compile(r"^\S{2,30}公报[ \u3000]{1,8}(?:19|20)\d\d ?年 ?第 ?\d{1,3} ?期$")
_MAX_ISSUE = 40  # letters
_COVER_BLOCKS = 8
_RULE = re.compile(r"^\s*([=\-*_—])(?:\s*\1){2,}\s*$")
_PAGE_NUMBER = re.compile(
    r"^[\s·.]*[-—–―－][-—–―－\s]*\d{1,4}[\s]*[-—–―－][-—–―－\s]*$|^[·•]\s*\d{1,4}\s*[·•]$|^第?\s*\d{1,4}\s*页(?:\s*共\s*\d+\s*页)?$"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One line of content. `gap` counts the blank lines before it, `level` is a Markdown heading's
    level or 0, `bullet` says that a list mark stood in front, `cells` are the cells of a table row."""

    text: str
    line: int
    page: int | None = None
    gap: int = 0
    level: int = 0
    bullet: bool = False
    cells: tuple[str, ...] = ()
    moved_from: int | None = None  # the line a crossed column had put its start into
    continues: bool = False  # the page's layout shows that it goes on with the block before
    indent: int = 0  # white space in front of it, in narrow columns
    linked: bool = False  # it is nothing but links
    ruled: bool = False  # a line of signs (=====) stands in front of it

    def with_text(self, text: str) -> Block:
        return replace(self, text=text, cells=())


def make_blocks(source: Source) -> tuple[list[Block], list[LeftOut]]:
    """All blocks of a source in order, and what was left out as a mark of pages or converters."""
    blocks: list[Block] = []
    left: list[LeftOut] = []
    gap, ruled = 0, False
    for line in source.lines:
        raw, comments = _without_comments(line.text)
        raw = _TYPESETTING.sub(" ", _without_images(raw))
        if squash(comments):
            left.append(LeftOut(line.number, line.text.strip(), "注释"))
        # Of pages and Word files tags were text: the source of a page that a page shows.
        if source.letters is not None and squash(tags := tags_of(raw)):
            left.append(LeftOut(line.number, tags, "网页代码"))
        if not raw.strip():
            gap += 1
            continue
        if rule := _RULE.match(raw):
            # Below a line it makes that a heading (Markdown), elsewhere it parts what stands above and below.
            if blocks and gap == 0 and not blocks[-1].cells and len(blocks[-1].text) <= MAX_TITLE_LINE:
                blocks[-1] = replace(blocks[-1], level=1 if rule[1] == "=" else 2)
            else:
                ruled = True
            left.append(LeftOut(line.number, raw.strip(), "符号"))
            continue
        if len(raw) <= MAX_BLOCK and _PAGE_NUMBER.match(raw.strip()):
            left.append(LeftOut(line.number, raw.strip(), "页码"))
            continue
        block = _block(raw, line.number, line.page, gap)
        block = replace(block, continues=line.continues, ruled=ruled)
        if not block.text and not block.cells:  # a link or picture without words
            gap += 1
            continue
        blocks += _cut(block)
        gap, ruled = 0, False
    return blocks, left


def shown(text: str) -> str:
    """What of a line a reader of the document sees: no comments, pictures, addresses of links, tags."""
    return strip_markup(_without_images(_without_comments(text)[0]))


def _without_comments(text: str) -> tuple[str, str]:
    """The line without `<!-- … -->`, and the comments."""
    kept: list[str] = []
    comments: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        comments.append(text[start + 4 : end])
        at = end + 3
    return "".join([*kept, text[at:]]), "".join(comments)


def _without_images(text: str) -> str:
    """The line without `![…](…)`. Each closing bracket is looked for once, however many open."""
    kept: list[str] = []
    at, bracket, paren = 0, 0, 0
    start = text.find("![")
    while start >= 0:
        if bracket < start + 2:
            bracket = text.find("]", start + 2)
        if bracket < 0:
            break
        if text.startswith("(", bracket + 1):
            if paren < bracket + 2:
                paren = text.find(")", bracket + 2)
            if paren < 0:
                break
            kept.append(text[at:start])
            at = paren + 1
        start = text.find("![", max(at, start + 2))
    return "".join([*kept, text[at:]])


def _cut(block: Block) -> list[Block]:
    """A block, or several where its text is too long; what follows a Markdown title's end is body."""
    limit = MAX_TITLE_LINE if block.level == 1 else MAX_BLOCK
    if block.cells or len(block.text) <= limit:
        return [block]
    out: list[Block] = []
    at = 0
    while at < len(block.text):
        end = _cut_at(block.text, at, limit)
        piece = block.text[at:end].strip()
        at, limit = end, MAX_BLOCK
        if not piece:
            continue
        out.append(Block(piece, block.line, block.page, continues=True) if out else block.with_text(piece))
    return out


def _cut_at(text: str, start: int, limit: int) -> int:
    """Where to cut: behind a sentence's end, else at white space, else behind a comma, else at the limit."""
    if len(text) - start <= limit:
        return len(text)
    window = text[start + limit // 2 : start + limit]
    for marks in (SENTENCE_END, " \u3000", "，,、：:"):
        at = max(window.rfind(mark) for mark in marks)
        if at >= 0:
            return start + limit // 2 + at + 1
    return start + limit


def _block(raw: str, number: int, page: int | None, gap: int) -> Block:
    level = 0
    heading = _MARKDOWN.match(raw)
    if heading and "\t" not in heading.group():
        level, raw = len(heading[1]), raw[heading.end() :]
    cells: tuple[str, ...] = ()
    if "\t" in raw.strip("\n"):
        cells = tuple(strip_markup(cell).strip() for cell in raw.split("\t"))
        text = " ".join(cell for cell in cells if cell)
        if len([cell for cell in cells if cell]) < 2 and len(cells) < 3:
            cells = ()
        return Block(text, number, page, gap, level, False, cells)
    noise = _NOISE.match(raw)
    bullet = noise is not None and noise.group().strip() != ""
    text = strip_markup(raw[noise.end() :] if noise else raw).strip()
    return Block(text, number, page, gap, level, bullet, indent=_indent(raw), linked=is_linked(raw))


def _indent(raw: str) -> int:
    """Narrow columns of white space in front of a line; an ideographic space takes two, a tab four."""
    space = raw[: len(raw) - len(raw.lstrip())]
    return sum(2 if char == "\u3000" else 4 if char == "\t" else 1 for char in space)


def is_caption(text: str) -> bool:
    """Whether `text` is the caption under a QR code, in whatever spelling OCR gave it.

    Half of a caption's characters in their places are enough for a line of its length.
    """
    letters = squash(text)
    return any(
        len(letters) == len(caption) and 2 * sum(a == b for a, b in zip(letters, caption, strict=True)) >= len(caption)
        for caption in words("captions")
    )


def drop_furniture(blocks: list[Block], running_heads: set[str]) -> tuple[list[Block], list[LeftOut]]:
    """Set running heads, captions and stray fragments aside.

    A gazette's name with its issue (「某市人民政府公报　2015年第6期」) behind the cover is a running head. Else
    `running_heads` are squashed texts (section names, the gazette's title) that stand at the top of
    pages. A stray fragment has at most four letters and ends in 、 or ， behind a finished block.
    """
    kept: list[Block] = []
    left: list[LeftOut] = []
    for block in blocks:
        letters = squash(block.text)
        why = None
        if not letters:
            why = "符号"
        elif (letters in running_heads and not block.level and not block.cells) or (
            len(kept) >= _COVER_BLOCKS and len(letters) <= _MAX_ISSUE and _ISSUE.match(block.text.strip())
        ):
            why = "页眉"
        elif is_caption(block.text):
            why = "二维码说明"
        elif len(letters) <= 4 and block.text.rstrip()[-1] in "、，," and not block.cells:
            why = "零散碎片"
        if why:
            left.append(LeftOut(block.line, block.text, why))
        else:
            kept.append(block)
    return kept, left
