"""Undoing what reading across columns does to lines: first lines inside other items, tables in shreds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.blocks import Block
from corpus.duties import NOTE_LINE
from corpus.joins import MAX_HEADING, has_pause, is_heading
from corpus.model import Warn
from corpus.numbering import Marker, Style, read_marker
from corpus.offices import is_org
from corpus.people import starts_list
from corpus.text import CJK, at_most, ends_sentence, nfkc, repair, squash

# Where a marker may begin inside a line: behind white space, or in front of a bracket.
_WITHIN = re.compile(r"\s+(?=\S)|(?<=\S)(?=[（(])")
_WRAP = re.compile(r"\s+")
_NEAR = 25  # blocks
_REST = 5  # blocks between two items of a list in which the rest of a third shows
_LOOK = 60  # characters in which a marker shows
_OPEN = re.compile(rf"[{CJK}、，,]$")  # the end of what goes on
_SAYS = re.compile(rf"(?![项款])[{CJK}]")  # the words of an item
_CITES = re.compile(r"第$|[按照见附表图注]$|(?:条|款|本|前|该|上述|所列|规定)的?第?$")  # 「第三条（二）」 names an item
_BRACKETS = (Style.PAREN, Style.ARABIC_PAREN)
_STYLES = (Style.ENUM, *_BRACKETS, Style.ARABIC)

_Item = tuple[Style, int]


@dataclass(frozen=True, slots=True)
class _Inside:
    """A marker inside the text of a block."""

    at: int
    start: int
    marker: Marker


def uncross(blocks: list[Block], warnings: list[Warn]) -> list[Block]:
    """Undo a crossing of two columns: the first line of an item that stands inside another one.

    「3. …公共服 8. 改善妇女营养状况,预防和减少孕 务。…」: item 8 is missing between 7 and 9 of a list nearby,
    where its rest (「产妇贫血。」) stands without a number. 「(4)…提前介入、(1)负责全区煤矿企业和」: a list nearby
    begins with (2), and the line between it and its heading has no number. Only both together, and nothing else
    that could be meant, move a line. A list that lacks its first item, and an item inside a sentence whose next one
    doesn't follow, are warned of.
    """
    out = list(blocks)
    markers = [read_marker(block.text) if not block.cells else None for block in blocks]
    inside = _inside(blocks, markers)
    holes = dict(_holes(blocks, markers, inside))
    used: set[_Inside] = set()
    for hole, item in holes.items():
        near = [one for one in inside.get(item, ()) if abs(one.at - hole) <= _NEAR and one not in used]
        others = [at for at, other in holes.items() if other == item and near and abs(at - near[0].at) <= _NEAR]
        if len(near) == 1 and len(others) == 1:
            used.add(near[0])
            _move(out, near[0], hole)
            moved = near[0].marker.label
            what = f"分栏交错：“{moved}”的开头混在这一行，已移到第{out[hole].line}行"
            warnings.append(Warn(blocks[near[0].at].line, what))
        elif item[1] == 1 and not _states_first(blocks, markers, hole):
            warnings.append(Warn(blocks[hole].line, _lacks(markers, hole)))
    for one in (one for found in inside.values() for one in found if one not in used):
        if _is_stray(blocks, one):
            what = f"句子中间有“{one.marker.label}”，附近却没有它的下一项，可能是分栏交错，请对照原文"
            warnings.append(Warn(blocks[one.at].line, what))
    return out


def _lacks(markers: list[Marker | None], hole: int) -> str:
    label = next(marker.label for marker in markers[hole + 1 : hole + 1 + _REST] if marker is not None)
    return f"“{label}”之前没有第一项，第一项的开头可能在别处（分栏交错）或丢失了，请对照原文"


def _states_first(blocks: list[Block], markers: list[Marker | None], hole: int) -> bool:
    """Whether the number of a first item stands somewhere in front of the second: 「答：1.符合条件的…」, 「1.8月…」."""
    end = next(at for at in range(hole + 1, len(markers)) if markers[at] is not None)
    second = markers[end]
    assert second is not None
    first = second.label.replace("2", "1").replace("二", "一")
    return any(first in nfkc(repair(block.text)) or first in block.text for block in blocks[hole - 1 : end])


def _inside(blocks: list[Block], markers: list[Marker | None]) -> dict[_Item, list[_Inside]]:
    """Markers inside blocks, by their style and number: not the next one of the block's own list, and none of
    several of one row (「材料包括（1）…（2）…」)."""
    out: dict[_Item, list[_Inside]] = {}
    for at, (block, own) in enumerate(zip(blocks, markers, strict=True)):
        if block.cells:
            continue
        found: dict[_Item, _Inside] = {}
        for gap in _WITHIN.finditer(block.text):
            marker = read_marker(block.text[gap.end() : gap.end() + _LOOK])
            if marker is None or marker.style not in _STYLES or gap.end() == 0:
                continue
            bracketed = gap.end() == gap.start()
            if not bracketed or (marker.style in _BRACKETS and not ends_sentence(block.text[: gap.start()][-8:])):
                found.setdefault((marker.style, marker.number), _Inside(at, gap.end(), marker))
        for (style, number), one in found.items():
            goes_on = own is not None and own.style is style and own.number == number - 1
            if not goes_on and (style, number - 1) not in found and (style, number + 1) not in found:
                out.setdefault((style, number), []).append(one)
    return out


def _holes(
    blocks: list[Block], markers: list[Marker | None], inside: dict[_Item, list[_Inside]]
) -> Iterator[tuple[int, _Item]]:
    """Blocks without a number where an item is missing: between items n−1 and n+1 of a list, or between a heading and
    item 2 of its list. And which item it is."""
    last: dict[Style, tuple[int, int]] = {}  # of each style the place and number of the last marker
    numbered, last_style = -1, Style.PART  # of the last block with a marker
    for at, marker in enumerate(markers):
        if marker is None:
            continue
        before, numbered = numbered, at
        known, number = last.get(marker.style, (-_NEAR, 0))
        last[marker.style] = (at, marker.number)
        item = (marker.style, marker.number - 1)
        above = last_style
        last_style = marker.style
        if marker.style not in _STYLES or not 1 < at - before <= _REST:
            continue
        if any(one.at in range(before, at) for one in inside.get(item, ())):
            continue
        own = number == marker.number - 2 and at - known <= _NEAR and above >= marker.style
        first = marker.number == 2 and (
            (before >= 0 and above < marker.style) or _ends_with_head(blocks[before + 1 : at])
        )
        if (own and marker.number > 2) or first:
            hole = _rest_of(blocks, before, at, heading=first)
            if hole is not None:
                yield hole, item


def _rest_of(blocks: list[Block], before: int, after: int, *, heading: bool) -> int | None:
    """The block in which the rest of the missing item begins; None where it may be one of several, or none is.

    The blocks in between may also go on with the one before, be a note (「配合单位：…」) or a head (「主要目标：」).
    """
    run = list(range(before + 1, after))
    if any(blocks[at].cells for at in run):
        return None
    complete = before < 0 or _ends(blocks[before].text) or (heading and at_most(blocks[before].text, MAX_HEADING))
    while run and not complete:
        complete = _ends(blocks[run.pop(0)].text)
    while run and (NOTE_LINE.match(blocks[run[0]].text) or _is_head(blocks[run[0]].text)):
        run.pop(0)
    while run and NOTE_LINE.match(blocks[run[-1]].text):
        run.pop()
    if not run or not _ends(blocks[run[-1]].text) or any(_ends(blocks[at].text) for at in run[:-1]):
        return None
    return run[0]


def _is_head(text: str) -> bool:
    return at_most(text, MAX_HEADING) and text.rstrip().endswith((":", "："))


def _ends_with_head(blocks: list[Block]) -> bool:
    return any(_is_head(block.text) for block in blocks)


def _ends(text: str) -> bool:
    """Whether an item ends here; OCR reads ； as a colon."""
    return ends_sentence(text) or text.rstrip().endswith((":", "：", ";", "；"))


def _move(blocks: list[Block], one: _Inside, hole: int) -> None:
    """Put the line that begins with a marker in front of the rest of its item."""
    host = blocks[one.at]
    line_end = _WRAP.search(host.text, one.start + one.marker.length)
    end = line_end.start() if line_end else len(host.text)
    moved = host.text[one.start : end]
    blocks[one.at] = host.with_text(host.text[: one.start].rstrip() + " " + host.text[end:].lstrip())
    joined = blocks[hole].with_text(f"{moved} {blocks[hole].text}")
    blocks[hole] = replace(joined, moved_from=host.line)


def _is_stray(blocks: list[Block], one: _Inside) -> bool:
    """Whether an item begins inside a sentence, and the next of its list not in one of the next lines."""
    text = blocks[one.at].text
    before, behind = repair(text[max(0, one.start - _LOOK) : one.start]), text[one.start + one.marker.length :]
    if (is_heading(repair(text)) and not has_pause(text)) or not _SAYS.match(behind):
        return False  # 「三、策略措施 （一）妇女与健康」, 「（4）、（5）项不得同时得分」
    paused = before.endswith(("、", "，", ","))
    if not (_OPEN.search(before) if one.marker.style in _BRACKETS else paused) or _CITES.search(before):
        return False
    style, number = one.marker.style, one.marker.number
    following = (read_marker(block.text) for block in blocks[one.at + 1 : one.at + 1 + _NEAR])
    return not any(marker is not None and (marker.style, marker.number) == (style, number + 1) for marker in following)


def is_shred(block: Block) -> bool:
    if block.cells:
        return False
    compact = repair(block.text)
    if read_marker(compact) or compact.endswith(("：", ":", "。", "；", ";")) or starts_list(block.text, None):
        return False
    tokens = block.text.split()
    repeated = len(tokens) >= 20 and len(set(tokens)) <= len(tokens) * 0.75
    return (len(squash(compact)) <= 3 and not is_org(compact)) or repeated
