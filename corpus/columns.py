"""Undoing what reading across columns does to lines: first lines inside other items, tables in shreds."""

from __future__ import annotations

import re
from dataclasses import replace

from corpus.blocks import Block
from corpus.model import Warn
from corpus.numbering import Marker, read_marker
from corpus.offices import is_org
from corpus.people import starts_list
from corpus.text import ends_sentence, repair, squash

_WRAP = re.compile(r"\s+")


def uncross(blocks: list[Block], warnings: list[Warn]) -> list[Block]:
    """Undo a crossing of two columns: the first line of an item that stands inside another one.

    「3. …公共服 8. 改善妇女营养状况,预防和减少孕 务。…」: item 8 is missing between 7 and 9 of a list nearby,
    where its rest (「产妇贫血。」) stands without a number. Only that evidence moves it.
    """
    out = list(blocks)
    markers = [read_marker(block.text) for block in blocks]
    for at, (block, own) in enumerate(zip(blocks, markers, strict=True)):
        if block.cells or own is None:
            continue
        tried: set[int] = set()
        for gap in _WRAP.finditer(block.text):
            marker = read_marker(block.text[gap.end() :])
            if marker is None or marker.style is not own.style or marker.number == own.number + 1:
                continue
            if marker.number in tried:
                continue
            tried.add(marker.number)
            orphan = _orphan(out, markers, at, marker)
            if orphan is None:
                continue
            line_end = _WRAP.search(block.text, gap.end() + marker.length)
            end = line_end.start() if line_end else len(block.text)
            moved = block.text[gap.end() : end]
            out[at] = out[at].with_text(block.text[: gap.start()] + " " + block.text[end:].lstrip())
            joined = out[orphan].with_text(f"{moved} {out[orphan].text}")
            out[orphan] = replace(joined, moved_from=block.line)
            markers[orphan] = read_marker(out[orphan].text)
            warnings.append(
                Warn(block.line, f"分栏交错：“{marker.label}”的开头混在这一行，已移到第{out[orphan].line}行")
            )
            break
    return out


def _orphan(blocks: list[Block], markers: list[Marker | None], at: int, missing: Marker) -> int | None:
    """The unnumbered block between items n−1 and n+1 of a list within 25 blocks, or None."""
    low, high = max(1, at - 25), min(len(blocks) - 1, at + 25)
    for index in range(low, high):
        if markers[index] is not None or blocks[index].cells:
            continue
        before, after = markers[index - 1], markers[index + 1]
        if before is None or after is None or before.style is not missing.style:
            continue
        complete = ends_sentence(blocks[index - 1].text)
        if complete and before.number == missing.number - 1 and after.number == missing.number + 1:
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
