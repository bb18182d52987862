"""Lines into blocks: marks of converters stripped, page furniture set aside.

A block is one non-empty source line (OCR writes a whole paragraph's lines into one), without the
`- `, `> `, `# ` and `**` that converters put in front of or around it. A line with tabs is a row of
cells. What is no part of any document goes into `LeftOut` with its reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from corpus.model import LeftOut, Source
from corpus.text import squash, strip_markup
from corpus.words import words

_NOISE = re.compile(r"^[\s>]*(?:[-•●▪◆*]\s+)*(?:>\s*)*")
_MARKDOWN = re.compile(r"^\s*(#{1,6})\s+")
_COMMENT = re.compile(r"<!--.*?-->")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_PAGE_NUMBER = re.compile(
    r"^[\s·.]*[-—–―][-—–―\s]*\d{1,4}[\s]*[-—–―][-—–―\s]*$|^第?\s*\d{1,4}\s*页(?:\s*共\s*\d+\s*页)?$"
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

    def with_text(self, text: str) -> Block:
        return replace(self, text=text, cells=())


def make_blocks(source: Source) -> tuple[list[Block], list[LeftOut]]:
    """All blocks of a source in order, and what was left out as a mark of pages or converters."""
    blocks: list[Block] = []
    left: list[LeftOut] = []
    gap = 0
    for line in source.lines:
        raw = _IMAGE.sub("", _COMMENT.sub("", line.text))
        if _COMMENT.search(line.text) and squash("".join(_COMMENT.findall(line.text))):
            left.append(LeftOut(line.number, line.text.strip(), "注释"))
        if not raw.strip():
            gap += 1
            continue
        if _PAGE_NUMBER.match(raw.strip()):
            left.append(LeftOut(line.number, raw.strip(), "页码"))
            continue
        block = _block(raw, line.number, line.page, gap)
        blocks.append(replace(block, continues=True) if line.continues else block)
        gap = 0
    return blocks, left


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
    return Block(text, number, page, gap, level, bullet)


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
        elif letters in running_heads and not block.level:
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
