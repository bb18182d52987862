"""Undoing what reading across columns does to lines: first lines inside other items, tables in shreds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from corpus.blocks import Block
from corpus.joins import MAX_HEADING
from corpus.model import Warn
from corpus.numbering import Marker, Style, read_marker
from corpus.offices import is_org
from corpus.people import starts_list
from corpus.text import at_most, ends_sentence, repair, squash

_WRAP = re.compile(r"\s+")
# Where a marker may begin inside a line: behind white space, or behind a pause in front of a bracket.
_WITHIN = re.compile(r"\s+|(?<=[、，,])(?=[（(])")
_NEAR = 25  # blocks


def uncross(blocks: list[Block], warnings: list[Warn]) -> list[Block]:
    """Undo a crossing of two columns: the first line of an item that stands inside another one.

    「3. …公共服 8. 改善妇女营养状况,预防和减少孕 务。…」: item 8 is missing between 7 and 9 of a list nearby,
    where its rest (「产妇贫血。」) stands without a number. 「(4)…提前介入、(1)负责全区煤矿企业和」: a list nearby
    begins with (2), and the line between it and its heading has no number. Only that evidence moves a line.
    """
    out = list(blocks)
    markers = [read_marker(block.text) for block in blocks]
    for at, (block, own) in enumerate(zip(blocks, markers, strict=True)):
        if block.cells or own is None:
            continue
        for start, marker in _inside(block.text, own):
            orphan = _orphan(out, markers, at, marker)
            if orphan is None:
                continue
            line_end = _WRAP.search(block.text, start + marker.length)
            end = line_end.start() if line_end else len(block.text)
            moved = block.text[start:end]
            out[at] = out[at].with_text(block.text[:start].rstrip() + " " + block.text[end:].lstrip())
            joined = out[orphan].with_text(f"{moved} {out[orphan].text}")
            out[orphan] = replace(joined, moved_from=block.line)
            markers[orphan] = read_marker(out[orphan].text)
            warnings.append(
                Warn(block.line, f"分栏交错：“{marker.label}”的开头混在这一行，已移到第{out[orphan].line}行")
            )
            break
    return out


def _inside(text: str, own: Marker) -> Iterator[tuple[int, Marker]]:
    """Places in a line where a marker of another item stands: behind white space, or in brackets in mid-sentence."""
    tried: set[tuple[Style, int]] = set()
    for gap in _WITHIN.finditer(text):
        marker = read_marker(text[gap.end() :])
        if marker is None or (marker.style, marker.number) in tried:
            continue
        bracketed = marker.number == 1 and marker.style in (Style.PAREN, Style.ARABIC_PAREN)
        spaced = gap.end() > gap.start() and marker.style is own.style and marker.number != own.number + 1
        if spaced or (bracketed and not ends_sentence(text[: gap.start()])):
            tried.add((marker.style, marker.number))
            yield gap.end(), marker


def _orphan(blocks: list[Block], markers: list[Marker | None], at: int, missing: Marker) -> int | None:
    """The unnumbered block between items n−1 and n+1 of a list within 25 blocks, or between a heading and item 2 of
    its list; or None."""
    low, high = max(1, at - _NEAR), min(len(blocks) - 1, at + _NEAR)
    for index in range(low, high):
        if markers[index] is not None or blocks[index].cells or index == at:
            continue
        before, after = markers[index - 1], markers[index + 1]
        if before is None or after is None or after.style is not missing.style or after.number != missing.number + 1:
            continue
        complete = ends_sentence(blocks[index - 1].text)
        if missing.number == 1:
            heading = before.style is not missing.style and at_most(blocks[index - 1].text, MAX_HEADING)
            if heading and not complete and ends_sentence(blocks[index].text):
                return index
        elif complete and before.style is missing.style and before.number == missing.number - 1:
            return index
    return None


def is_shred(block: Block) -> bool:
    if block.cells:
        return False
    compact = repair(block.text)
    if read_marker(compact) or compact.endswith(("：", ":", "。", "；", ";")) or starts_list(block.text, None):
        return False
    tokens = block.text.split()
    repeated = len(tokens) >= 20 and len(set(tokens)) <= len(tokens) * 0.75
    return (len(squash(compact)) <= 3 and not is_org(compact)) or repeated
