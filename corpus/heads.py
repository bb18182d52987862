"""Where each notice begins, with its title and its own number.

By the ways in which official documents are headed (GB/T 9704—2012): a line that is nothing but a 发文字号
with the title above or below it; an order (`…令` and `第N号`); a Markdown `# ` title with information
lines; or, in files that set documents apart by blank lines, a title without a number. A number that
stands inside a sentence is cited, and never taken for the notice's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.blocks import Block
from corpus.dates import find_dates, only_date
from corpus.doc_number import DocNumber, find_numbers, only_number
from corpus.kinds import kind_pattern
from corpus.numbering import read_marker
from corpus.text import at_most, ends_sentence, is_cjk, repair, squash
from corpus.words import alternatives

MAX_TITLE = 120  # letters; the longest title of 2,000 central documents has about 90


@dataclass(frozen=True, slots=True)
class Head:
    """A notice's head: block indices from `start`, body from `body`. `info` are the indices of
    information lines that belong to the head but are neither title nor number."""

    start: int
    body: int
    title: str
    doc_number: str | None
    issuer: str | None = None
    date: str | None = None
    info: tuple[int, ...] = ()


_KIND = kind_pattern("official", "rules", "titles")
_TITLE_END = re.compile(rf"{_KIND}(?:[（(][^）)]{{1,20}}[）)])?$")
_NOT_TITLE = re.compile(r"[。；;！？?]|[：:]$|^附\s*件|^点击|^[（(].*[）)]$")
_ORDER_HEAD = re.compile(r"^(.{2,40})令$")
_ORDER_SERIAL = re.compile(r"^[（(]?第\s*(\d{1,4}|[一二三四五六七八九十百零〇]+)\s*号[）)]?$")
_NOTE = re.compile(r"^[（(](?:此件|本文)[^）)]{2,16}[）)]$")


def looks_like_title(text: str) -> bool:
    """A complete title: it ends with a kind of document and is no sentence, label or item."""
    text = repair(text)
    if re.search(r"[\\∄<>|*]", text):  # what OCR makes of a table
        return False
    if (
        not at_most(text, MAX_TITLE)
        or len(squash(text)) < 4
        or sum(map(is_cjk, text)) * 2 < len(squash(text))
        or _NOT_TITLE.search(text)
        or text.startswith("《")
    ):
        return False
    return _TITLE_END.search(text) is not None and read_marker(text) is None and not find_dates(text[-14:])


def _may_belong_to_title(block: Block) -> bool:
    """A line of a title that goes over several lines."""
    text = repair(block.text)
    if block.cells or not text or not at_most(text, MAX_TITLE) or ends_sentence(text):
        return False
    if only_date(text) or _NOTE.match(text) or only_number(text) or _NOT_TITLE.search(text):
        return False
    return not (find_dates(text) and find_dates(text)[-1][1] >= len(text) - 1)


def split_inline(blocks: list[Block]) -> list[Block]:
    """Give a number that shares its line with a title or with the body a line of its own.

    Only at the start of a line, or right behind a complete title; elsewhere a number is cited.
    """
    out: list[Block] = []
    for block in blocks:
        cited = find_numbers(block.text) if not block.cells else []
        own = next((c for c in cited if c.number.form != "order" and _is_own(block.text, c.start, c.end)), None)
        if own is None or only_number(block.text):
            out.append(block)
            continue
        pieces = [block.text[: own.start], block.text[own.start : own.end], block.text[own.end :]]
        kept = [piece for piece in pieces if piece.strip()]
        out += [block.with_text(kept[0].strip())]
        out += [Block(piece.strip(), block.line, block.page) for piece in kept[1:]]
    return out


def _is_own(text: str, start: int, end: int) -> bool:
    before, after = text[:start].strip(), text[end:].strip()
    if after[:1] in ("文", "〕", "）", ")", "》", "，", ",", "、", "。") or (not after and not before):
        return False
    if not before:
        # 「国发〔2018〕39号 各省…：」: an addressee or a title follows, not the rest of a sentence.
        return re.match(r"[^。；，,]{2,90}[：:]", after) is not None or looks_like_title(after)
    return looks_like_title(before) and (not after or re.match(r"[^。；]{2,120}?[：:]", after) is not None)


def find_heads(blocks: list[Block], first: int) -> list[Head]:
    """All heads from block `first` on, in order and without overlap."""
    heads: list[Head] = []
    index = first
    floor = first
    separated = _is_separated(blocks, first)
    while index < len(blocks):
        head = (
            _order_head(blocks, index)
            or _markdown_head(blocks, index)
            or _numbered_head(blocks, index, floor, separated)
            or _plain_head(blocks, index, first, separated, heads)
        )
        if head is None:
            index += 1
            continue
        heads.append(head)
        index = floor = max(head.body, index + 1)
    return heads


def _is_separated(blocks: list[Block], first: int) -> bool:
    """Whether the file sets documents apart by two or more blank lines and uses them for nothing else.

    True when a wide gap stands in front of nearly every numbered title, and when nearly every block
    behind a wide gap could begin a document.
    """
    wide = [i for i in range(first, len(blocks)) if blocks[i].gap >= 2]
    numbers = [i for i in range(first, len(blocks)) if only_number(blocks[i].text)]
    if not wide:
        return False
    wide = [i for i in wide if not blocks[i].cells]
    starts = {first, *wide}
    near = sum(any(at in starts for at in range(i - 6, i + 1)) for i in numbers)
    openings = sum(blocks[i].level == 1 or _opens(blocks, i) for i in wide)
    return near >= 0.8 * len(numbers) and openings >= 0.8 * len(wide)


def _opens(blocks: list[Block], index: int) -> bool:
    """Whether a title, an order or a number stands within the first lines from `index` on."""
    lines: list[str] = []
    for block in blocks[index : index + 6]:
        if block.cells or _is_label(block.text):
            return False
        if only_number(block.text) or _ORDER_SERIAL.match(repair(block.text).replace(" ", "")):
            return True
        lines.append(block.text)
        if _may_belong_to_title(block) and looks_like_title(repair(" ".join(lines))):
            return True
        if ends_sentence(block.text):
            return False
    return False


def _order_head(blocks: list[Block], index: int) -> Head | None:
    """`中华人民共和国国务院令` with `第706号` on the same line or the next."""
    text = repair(blocks[index].text).replace(" ", "")
    match = _ORDER_HEAD.match(text)
    serial = None
    body = index + 1
    if match and index + 1 < len(blocks):
        serial = _ORDER_SERIAL.match(repair(blocks[index + 1].text).replace(" ", ""))
        body = index + 2
    else:
        match = re.match(r"^(.{2,40})令[（(]?(第(?:\d{1,4}|[一二三四五六七八九十百零〇]+)号)[）)]?$", text)
        serial = _ORDER_SERIAL.match(match[2]) if match else None
    if not match or not serial or re.search(r"[，。；：《》]", match[1]):
        return None
    issuer = match[1]
    title, date = f"{issuer}令", None
    # The regulation that the order promulgates gives the document its title.
    for block in blocks[body : body + 12]:
        line = repair(block.text)
        date = date or only_date(line)
        if date and looks_like_title(line) and not only_date(line):
            title = line
            break
    return Head(index, body, title, str(DocNumber("order", issuer, None, serial[1])), issuer, date)


def _markdown_head(blocks: list[Block], index: int) -> Head | None:
    """A `# ` heading and the information lines under it."""
    if blocks[index].level != 1:
        return None
    number = issuer = date = None
    info: list[int] = []
    body = index + 1
    while body < len(blocks) and body - index <= 6:
        text = repair(blocks[body].text)
        own = only_number(text)
        promulgated = re.search(r"(?:公布|发布|令第)", text)
        dates = find_dates(text)
        if own:
            number = number or own
        elif dates and dates[0][0] == 0 and not ends_sentence(text) and len(text) <= 80:
            orders = [cited.number for cited in find_numbers(text) if cited.number.form == "order"]
            if orders and promulgated and number is None:
                number, issuer = str(orders[0]), orders[0].code
                date = dates[0][2]
        else:
            break
        info.append(body)
        body += 1
    return Head(index, body, repair(blocks[index].text), number, issuer, date, tuple(info))


def _numbered_head(blocks: list[Block], index: int, floor: int, separated: bool) -> Head | None:
    """A line that is nothing but a number, with the title above it or below it."""
    number = None if blocks[index].cells else only_number(blocks[index].text)
    if number is None:
        return None
    start, above = _title_above(blocks, index, floor, separated)
    if above is not None and looks_like_title(above):
        return Head(start, index + 1, above, number)
    end, below = _title_below(blocks, index)
    if below is not None:
        if separated:
            while start > floor and blocks[start].gap < 2:
                start -= 1
        else:
            start = index
        info = tuple(range(start, index))
        return Head(start, end, below, number, info=info)
    if above is not None and len(squash(above)) >= 6:
        return Head(start, index + 1, above, number)
    return None


def _title_above(blocks: list[Block], index: int, floor: int, separated: bool) -> tuple[int, str | None]:
    """Lines right above a number that make up its title, and the first one's index."""
    lines: list[str] = []
    at = index
    while at > floor and len(lines) < 5:
        block = blocks[at - 1]
        if not _may_belong_to_title(block) or _is_label(block.text):
            break
        joined = [block.text, *lines]
        if not at_most("".join(joined), MAX_TITLE):
            break
        # A complete title above a complete title is another document's, or the gazette's own head.
        if (
            lines
            and looks_like_title(repair(" ".join(lines)))
            and "关于" in "".join(lines[:1])
            and re.match(rf"^.{{2,40}}?{alternatives('org_suffixes')}\s*关于|^国务院", lines[0])
        ):
            break
        lines = joined
        at -= 1
        if separated and block.gap >= 2:
            break
    return at, (repair(" ".join(lines)) if lines else None)


def _title_below(blocks: list[Block], index: int) -> tuple[int, str | None]:
    """Lines right below a number, up to the one that completes a title."""
    lines: list[str] = []
    for at in range(index + 1, min(index + 7, len(blocks))):
        if not _may_belong_to_title(blocks[at]) or _is_label(blocks[at].text):
            break
        lines.append(blocks[at].text)
        joined = repair(" ".join(lines))
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        complete = looks_like_title(joined)
        if complete and not (following and _may_belong_to_title(following) and looks_like_title(following.text)):
            return at + 1, joined
    return index + 1, None


def _plain_head(blocks: list[Block], index: int, first: int, separated: bool, heads: list[Head]) -> Head | None:
    """A title without a number: behind a wide gap, or an issuer's full title behind a closed notice."""
    block = blocks[index]
    opens = index == first or block.gap >= 2
    if separated or (not heads and index == first):
        if not opens or block.cells or _number_ahead(blocks, index):
            return None
        lines: list[str] = []
        for at in range(index, min(index + 5, len(blocks))):
            if (at > index and blocks[at].gap >= 2) or not _may_belong_to_title(blocks[at]):
                break
            lines.append(blocks[at].text)
            if looks_like_title(repair(" ".join(lines))):
                return Head(index, at + 1, repair(" ".join(lines)), None)
        return None
    return None


def _number_ahead(blocks: list[Block], index: int) -> bool:
    """Whether a number stands within the next lines of the same document, so that it heads it."""
    for at in range(index, min(index + 7, len(blocks))):
        if at > index and blocks[at].gap >= 2:
            return False
        if only_number(blocks[at].text):
            return True
        if ends_sentence(blocks[at].text) and not blocks[at].text.rstrip().endswith(("：", ":")):
            return False
    return False


def _is_label(text: str) -> bool:
    return re.match(r"^\s*\S{2,6}\s*[：:]", text) is not None
