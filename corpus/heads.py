"""The ways in which a document may begin at a line: its title, number, order and lines of information.

Every way that the lines allow is tried, and each has its cost (`data/segment.toml`); `corpus.segment` chooses.
By the ways in which official documents are headed (GB/T 9704—2012): the title above or below the 发文字号;
an order (`…令` and `第N号`); a title without a number; each with what a page puts in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.costs import cost
from corpus.dates import find_dates, only_date
from corpus.doc_number import find_numbers, only_number
from corpus.lines import (
    MAX_TITLE,
    Line,
    Order,
    ends_like_title,
    is_about,
    is_foreign,
    names_issuer,
)
from corpus.numbering import Style
from corpus.offices import is_org
from corpus.text import repair, squash

MAX_HEAD = 40  # lines; the longest table of information of 4,000 real pages has 28 with its title
MAX_TITLE_LINES = 5
# 「■ 云岭市教育局关于…」, 「…法（草案）全文」: signs in front, and what a page says of the text.
_PARAGRAPH = 4  # narrow columns by which a paragraph's first line is set in: two characters
_FIELDS = 4  # kinds of fields that speak for a head: further ones don't
_AROUND_TITLE = re.compile(r"^[■□●◆★▪•◎○※·►▶\s]+|[（(]?全文[）)]?$")
# 「…的通知-政务公开-门户网站」: what windows add to a title.
_SITE = re.compile(r"(?:\s*[-_—–|]+\s*[^-_—–|《》]{0,16}(?:网|公开|门户|频道|栏目|首页|政府|厅|局|委员会))+$")
_SENTENCE = re.compile(r"》已经|现予|现将|特此|如下|^根据|^为了|^按照|^经.{2,20}(?:同意|批准)")
_SENTENCES = 6  # lines of an order in which it says what it promulgates
_MAX_UNKNOWN = 2  # lines of a head that are none of the things known to stand there
_TOO_DEAR = 14.0  # a way that costs more is never the cheapest
_LAW = (Style.PART, Style.CHAPTER, Style.SECTION, Style.ARTICLE)


@dataclass(frozen=True, slots=True)
class Head:
    """A document's head: block indices from `start`, body from `body`. `info` are the indices of lines that
    belong to the head but are neither title nor number, `page` of those that are words of a page about the
    document and no part of it.

    `issuer` is an order's; `named_issuer` one that a label or a line below the title gives. `date` is one that a
    label gives, `passed` that of a note (…通过), `put_up` of a date alone, as pages print it. `noted` says that the
    number is that of the order which such a note names. `layout` says in what order the kinds of lines stand:
    T title, N number, O order, P published, L another label, D date or note.
    """

    start: int
    body: int
    title: str
    doc_number: str | None
    issuer: str | None = None
    named_issuer: str | None = None
    date: str | None = None
    passed: str | None = None
    put_up: str | None = None
    noted: bool = False
    layout: str = ""
    info: tuple[int, ...] = ()
    page: tuple[int, ...] = ()
    cost: float = 0.0
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A head as far as it has been read."""

    start: int
    cost: float = 0.0
    title: tuple[int, int] | None = None  # first line and the one behind the last
    number: str | None = None
    order: Order | None = None
    fields: tuple[tuple[str, str], ...] = ()
    info: tuple[int, ...] = ()
    passed: str | None = None
    put_up: str | None = None
    unknown: int = 0
    layout: str = ""
    noted: bool = False  # the order has been read from a note
    labelled: bool = False  # the number has been read from a label only
    page: tuple[int, ...] = ()  # of `info`: lines of the page, not of the document


@dataclass
class HeadReader:
    """Reads heads from one file's lines. `names` are squashed names of the file's document: the file's own name;
    `file_title` is that as a title, empty where it says nothing.
    `listed` tells whether the contents page lists a title, None where there is no contents page."""

    lines: Sequence[Line]
    names: tuple[str, ...] = ()
    file_title: str = ""
    listed: frozenset[str] | None = None
    in_menu: Sequence[bool] = ()
    _titles: dict[tuple[int, int], float | None] = field(default_factory=dict)

    def at(self, start: int) -> list[Head]:
        """Every way in which a head may begin at a line, the cheapest of each extent and number."""
        if not self._may_begin(start):
            return []
        best: dict[tuple[int, str, str | None], Head] = {}
        for head in self._ways(start, _Part(start)):
            key = (head.body, head.title, head.doc_number)
            if key not in best or head.cost < best[key].cost:
                best[key] = head
        return sorted(best.values(), key=lambda head: head.cost)

    def _may_begin(self, at: int) -> bool:
        line = self.lines[at]
        if line.number or line.order:
            return True
        if line.labels:
            return True
        price = self.title_cost(at, at + 1)
        # A numbered line is no title's first line, unless much else speaks for it.
        return price is not None and (line.marker is None or price < 0)

    def _ways(self, at: int, part: _Part) -> Iterator[Head]:
        if head := self._finish(at, part):
            yield head
        if at >= len(self.lines) or at - part.start >= MAX_HEAD or part.cost > _TOO_DEAR:
            return
        line = self.lines[at]
        if at > part.start and line.block.gap >= 2:
            part = replace(part, cost=part.cost + cost("head", "gap"))
        if line.number:
            yield from self._ways(at + 1, self._with_number(part, line.number, "alone"))
            return
        if line.order and (grown := self._with_order(part, at)):
            yield from self._ways(at + 1, grown)
        if line.labels:
            yield from self._ways(at + 1, self._with_labels(part, at))
            return
        if line.is_page:
            if part.title or part.number:
                yield from self._ways(at + 1, replace(part, page=(*part.page, at)))
            return
        if line.is_note and at > part.start:
            yield from self._ways(at + 1, self._with_note(part, at))
        yield from self._with_title(at, part)
        unknown = part.title or part.number or part.order
        if unknown and part.unknown < _MAX_UNKNOWN and line.is_short and not line.ends and line.marker is None:
            dearer = part.cost + cost("head", "unknown")
            yield from self._ways(at + 1, replace(part, cost=dearer, info=(*part.info, at), unknown=part.unknown + 1))

    def _with_title(self, at: int, part: _Part) -> Iterator[Head]:
        for end in range(at + 1, min(at + MAX_TITLE_LINES, len(self.lines)) + 1):
            price = self.title_cost(at, end)
            if price is None:
                if not self._may_go_on(end - 1):
                    return
                continue
            if part.title is None:
                grown = replace(part, cost=part.cost + price, title=(at, end), layout=part.layout + "T")
                number = self._read_title(at, end)[1]
                yield from self._ways(end, self._with_number(grown, number, "alone") if number else grown)
            elif self._same_title(part.title, (at, end)):
                # The page's own title and the document's: the later one stands with the document.
                again = replace(part, cost=part.cost + cost("title", "again") + max(0.0, price), title=(at, end))
                yield from self._ways(end, replace(again, page=(*part.page, *range(*part.title))))

    def _same_title(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        first, second = self._letters(*one), self._letters(*other)
        shorter, longer = sorted((first, second), key=len)
        return len(shorter) >= 6 and shorter in longer

    def _letters(self, start: int, end: int) -> str:
        return "".join(line.letters for line in self.lines[start:end])

    def _with_number(self, part: _Part, number: str, how: str) -> _Part:
        if part.number is None:
            layout = part.layout + ("N" if how == "alone" else "")
            price = part.cost + cost("number", how)
            return replace(part, number=number, labelled=how == "labelled", cost=price, layout=layout)
        if part.number == number:
            more = cost("number", "alone") - cost("number", "labelled") if how == "alone" and part.labelled else 0.0
            return replace(part, labelled=False, cost=part.cost + cost("number", "again") + more)
        return replace(part, cost=part.cost + cost("number", "other"))

    def _with_order(self, part: _Part, at: int) -> _Part | None:
        order = self.lines[at].order
        if order is None or part.number:
            return None
        both = part.order.joined(order) if part.order else order
        if both is None:
            return None
        price = cost("number", "order") if both.doc_number else 0.0
        price += cost("number", "below_title") if part.title and not part.order else 0.0
        layout = part.layout + ("O" if both.doc_number else "")
        return replace(part, order=both, cost=part.cost + price, layout=layout)

    def _with_labels(self, part: _Part, at: int) -> _Part:
        line = self.lines[at]
        before = {name for name, _ in part.fields}
        new = {name for name, _ in line.labels} - before
        first = bool(new & {"published", "page"}) and not before & {"published", "page"}
        price = cost("head", "published" if first else "label")
        if (len(new) > 1 or (new and not first)) and len(before) + len(new) <= _FIELDS:
            price += cost("head", "field")
        kind = "P" if new & {"published", "page"} else "L"
        layout = part.layout if part.layout.endswith(kind) else part.layout + kind
        fields, page = (*part.fields, *line.labels), (*part.page, at)
        grown = replace(part, cost=part.cost + price, fields=fields, page=page, layout=layout)
        number = _field(line.labels, "number")
        return self._with_number(grown, number, "labelled") if number else grown

    def _with_note(self, part: _Part, at: int) -> _Part:
        """A note such as 「2019年11月30日国家市场监督管理总局令第20号公布」 gives date, issuer and number."""
        line = self.lines[at]
        dates = find_dates(line.text)
        kind = "dated" if line.date else "note"
        grown = replace(part, cost=part.cost + cost("head", kind), info=(*part.info, at), layout=part.layout + "D")
        if line.date:
            return replace(grown, put_up=part.put_up or line.date)
        if part.passed is None and dates:
            grown = replace(grown, passed=dates[0][2])
        if part.order is None and part.number is None and part.title and re.search("公布|发布|令第", line.text):
            orders = [cited.number for cited in find_numbers(line.text) if cited.number.form == "order"]
            if orders:
                grown = replace(grown, noted=True, order=Order(orders[0].code, "令", None, orders[0].serial))
        return grown

    def _finish(self, at: int, part: _Part) -> Head | None:
        """What has been read as a head, if it has a title or a complete order."""
        order = part.order
        ordered = order.doc_number if order else None
        if order and not ordered:
            return None
        labelled = next((value for name, value in part.fields if name == "title" and len(squash(value)) >= 4), None)
        price = part.cost
        if part.title:
            title = self.title(*part.title)
        elif labelled:
            title, price = repair(labelled), price - 1.0
        elif order and ordered:
            title = self._promulgated(at) or f"{order.issuer}{order.kind}"
        elif part.number and at < len(self.lines) and self.lines[at].is_addressee:
            title, price = self.file_title or self._promulgated(at) or part.number, price + cost("number", "untitled")
        else:
            return None
        number = ordered or part.number
        stated = next((value for name, value in part.fields if name == "date"), "")
        dates = find_dates(repair(stated))
        named = next((value for name, value in part.fields if name == "issuer" and is_org(value)), None)
        named = named or next((self.lines[index].text for index in part.info if is_org(self.lines[index].text)), None)
        date = dates[0][2] if dates else only_date(repair(stated))
        return Head(
            part.start,
            at,
            title,
            number,
            order.issuer if order else None,
            named,
            date,
            part.passed,
            part.put_up,
            part.noted,
            part.layout,
            tuple(sorted(part.info)),
            tuple(sorted(part.page)),
            price,
        )

    def _promulgated(self, at: int) -> str | None:
        """What an order without a title promulgates, by its first sentences: 《专利代理条例》已经…通过."""
        text = ""
        for line in self.lines[at : at + _SENTENCES]:
            text += line.block.text
            if line.ends and "》" in text:
                break
        named = re.search(r"《((?:[^《》]|《[^《》]*》){4,80})》", text)
        return repair(named[1]) if named and re.search("公布|发布|施行|通过", text) else None

    def title(self, start: int, end: int) -> str:
        return self._read_title(start, end)[0]

    def _read_title(self, start: int, end: int) -> tuple[str, str | None]:
        """The lines joined, and the number that stands behind the title, perhaps in brackets and over two lines."""
        joined = " ".join(line.block.text for line in self.lines[start:end])
        whole = repair(joined)
        # In brackets a number may go over two lines; without them white space parts it from the title.
        for text in (whole, joined):
            cited = find_numbers(text)
            if not cited or cited[-1].number.form == "order" or squash(text[cited[-1].end :]) or cited[-1].start < 4:
                continue
            before = text[: cited[-1].start]
            if before[-1] in "（(〔[ \u3000" and before.count("《") == before.count("》"):
                title = repair(before.rstrip("（(〔[ \u3000"))
                return _AROUND_TITLE.sub("", title), cited[-1].doc_number
        return _SITE.sub("", _AROUND_TITLE.sub("", whole)), None

    def _may_go_on(self, at: int) -> bool:
        """Whether a line that is no title by itself may be part of one of several lines."""
        line = self.lines[at]
        return (
            not line.block.cells and not line.ends and not line.number and not line.labels and len(line.letters) <= 60
        )

    def title_cost(self, start: int, end: int) -> float | None:
        """What it costs to take the lines from `start` to before `end` for a title; None where they can't be one."""
        key = (start, end)
        if key not in self._titles:
            self._titles[key] = self._title_cost(start, end)
        return self._titles[key]

    def _title_cost(self, start: int, end: int) -> float | None:
        lines = self.lines[start:end]
        if any(not self._may_stand_in_title(line) for line in lines):
            return None
        if any(line.block.gap >= 2 or line.heads_attachment or line.marker for line in lines[1:]):
            return None
        if len({(line.block.level, line.block.linked) for line in lines}) > 1:
            return None
        if len(lines) > 1 and lines[0].block.indent != _PARAGRAPH == lines[-1].block.indent:
            # A paragraph's first line below a title that is complete.
            if ends_like_title(self.title(start, end - 1)):
                return None
        text = self.title(start, end)
        letters = squash(text)
        if not 2 <= len(letters) <= MAX_TITLE or re.search(r"[。；;]|[、，,：:]$", text):
            return None
        names = [
            "kind" if ends_like_title(text) else "no_kind",
            *(["about"] if is_about(text) else []),
            *(["issuer"] if names_issuer(text) else []),
            *(["short"] if len(letters) < 6 else []),
            *(["long"] if len(letters) > 60 else []),
            *(["line"] * (len(lines) - 1)),
            *(["pause"] if re.search(r"[，,：:]", re.sub(r"《[^》]*》|[（(][^）)]*[）)]", "", text)) else []),
            *(["sentence"] if _SENTENCE.search(text) else []),
            *(["question"] if re.search(r"[？?]$", text) else []),
            *(["office"] if is_org(text) and not is_about(text) else []),
            *(["attachment"] if re.match(r"附\s*[件表]", text) else []),
            *(["furniture"] if any(line.is_page for line in lines) else []),
            *(["label"] if re.match(r"\S{2,8}[：:]", text) else []),
            *(["foreign"] if is_foreign(text) else []),
            *(["file_name"] if self._named_by_file(letters) else []),
            *(["linked"] if all(line.block.linked for line in lines) else []),
            *(["menu"] if self.in_menu[start] else []),
            *(["centred"] if self._is_centred(start, end) else []),
        ]
        marker = lines[0].marker
        if marker is not None:
            names.append("law" if marker.style in _LAW else "numbered")
        if lines[0].block.level:
            names.append("markdown" if lines[0].block.level == 1 else "subheading")
        if self.listed is not None:
            names.append("listed" if letters in self.listed else "unlisted")
        # 「…关于印发X的通知」 is complete: what follows is not its next line.
        if len(lines) > 1 and any(self._is_complete(start, at) for at in range(start + 1, end)):
            names.append("complete")
        return sum(cost("title", name) for name in names)

    def _is_complete(self, start: int, end: int) -> bool:
        text = self.title(start, end)
        return ends_like_title(text) and is_about(text)

    def _may_stand_in_title(self, line: Line) -> bool:
        block = line.block
        if block.cells or len(line.letters) > MAX_TITLE or len(block.text) > 4 * MAX_TITLE or line.is_page:
            return False
        if line.number or line.date or line.is_signed or line.labels or (line.is_note and line.marker is None):
            return False
        return not (line.order and line.order.serial) and not line.is_contents

    def _named_by_file(self, letters: str) -> bool:
        return any(
            len(min(name, letters, key=len)) >= 6 and (letters in name or name in letters) for name in self.names
        )

    def _is_centred(self, start: int, end: int) -> bool:
        """Set further in than a paragraph's first line, and than the line that follows."""
        following = self.lines[end].block if end < len(self.lines) else None
        indent = min(line.block.indent for line in self.lines[start:end])
        return indent >= 8 and (following is None or following.indent < indent)


def _field(pairs: Sequence[tuple[str, str]], wanted: str) -> str | None:
    for name, value in pairs:
        if name == wanted:
            cited = find_numbers(value)
            return only_number(value) or (cited[0].doc_number if cited and cited[0].start == 0 else None)
    return None
