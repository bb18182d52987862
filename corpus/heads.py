"""The ways in which a document may begin at a line: its title, number, order and lines of information.

Every way that the lines allow is tried, and each has its cost (`data/segment.toml`); `corpus.segment` chooses.
By the ways in which official documents are headed (GB/T 9704—2012): the title above or below the 发文字号;
an order (`…令` and `第N号`); a title without a number; each with what a page puts in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.costs import cost
from corpus.dates import find_dates, stated_date
from corpus.doc_number import find_numbers, number_key, only_number
from corpus.lines import Line, Order
from corpus.model import Doubt
from corpus.offices import is_org
from corpus.text import repair, squash
from corpus.titles import MAX_TITLE_LINES, TitleReader

MAX_HEAD = 40  # lines; the longest table of information of 4,000 real pages has 28 with its title
_FIELDS = 4  # kinds of fields that speak for a head: further ones don't
_SENTENCES = 6  # lines of an order in which it says what it promulgates
_MAX_UNKNOWN = 2  # lines of a head that are none of the things known to stand there
_HEADS = 10  # of one line, the cheapest
_WAYS = 12  # ways that go on from a line: dearer ones are never the cheapest
_WIDE = 2  # blank lines
_TOO_DEAR = 9.0  # a way that costs more is not gone on with: a text without any title costs as much


@dataclass(frozen=True, slots=True)
class Head:
    """A document's head: block indices from `start`, body from `body`. `info` are the indices of lines that
    belong to the head but are neither title nor number, `page` of those that are words of a page about the
    document and no part of it.

    `issuer` is an order's; `named_issuer` one that a label or a line below the title gives. `date` is one that a
    label gives, `passed` that of a note (…通过), `put_up` of a date alone, as pages print it,
    `published` what 发布时间 says. `noted` says that the
    number is that of the order which such a note names. `layout` says in what order the kinds of lines stand:
    T title, N number, O order, P published, L another label, D date or note, B banner.
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
    published: str | None = None
    noted: bool = False
    layout: str = ""
    info: tuple[int, ...] = ()
    page: tuple[int, ...] = ()
    cost: float = 0.0
    uncertain: tuple[Doubt, ...] = ()


_Key = tuple[tuple[int, int] | None, str | None, Order | None, int]


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
    again: bool = False  # the title has been read a second time
    layout: str = ""
    noted: bool = False  # the order has been read from a note
    labelled: bool = False  # the number has been read from a label only
    page: tuple[int, ...] = ()  # lines of the page, not of the document

    @property
    def key(self) -> _Key:
        """What decides how the head may go on."""
        return (self.title, self.number, self.order, self.unknown)


@dataclass(frozen=True, slots=True)
class HeadReader:
    """Reads heads from one file's lines. `file_title` is the file's name as a title, empty where it says nothing."""

    lines: Sequence[Line]
    titles: TitleReader
    file_title: str = ""

    def at(self, start: int) -> list[Head]:
        """Every way in which a head may begin at a line, the cheapest of each extent, title and number; cheapest first.

        By dynamic programming, too: of ways that have read the same by the same line only the cheapest goes on.
        """
        if not self._may_begin(start):
            return []
        best: dict[tuple[int, str, str | None], Head] = {}
        ways: dict[int, dict[_Key, _Part]] = {start: {_Part(start).key: _Part(start)}}
        for at in range(start, min(start + MAX_HEAD, len(self.lines)) + 1):
            parts = sorted(ways.pop(at, {}).values(), key=lambda part: part.cost)
            for part in parts[:_WAYS]:
                head = self._finish(at, part)
                if head is not None:
                    key = (head.body, head.title, head.doc_number)
                    if key not in best or head.cost < best[key].cost:
                        best[key] = head
                if at == len(self.lines) or part.cost > _TOO_DEAR:
                    continue
                for end, grown in self._grown(at, part):
                    known = ways.setdefault(end, {})
                    if grown.key not in known or grown.cost < known[grown.key].cost:
                        known[grown.key] = grown
        return sorted(best.values(), key=lambda head: head.cost)[:_HEADS]

    def _may_begin(self, at: int) -> bool:
        line = self.lines[at]
        if line.number or line.order or line.labels or line.banner:
            return True
        price = self.titles.cost(at, at + 1)
        # A numbered line is no title's first line, unless much else speaks for it.
        return price is not None and (line.marker is None or price < 0)

    def _grown(self, at: int, part: _Part) -> Iterator[tuple[int, _Part]]:
        """How a head may go on at a line: the line behind what is taken, and the head with it."""
        line = self.lines[at]
        if at > part.start and line.block.gap >= _WIDE:
            part = replace(part, cost=part.cost + cost("head", "gap"))
        if line.number:
            yield at + 1, self._with_number(part, line.number, "alone")
            return
        if line.order and (grown := self._with_order(part, at)):
            yield at + 1, grown
        if line.labels:
            yield at + 1, self._with_labels(part, at)
            return
        if line.is_page or line.is_keywords:
            if part.title or part.number or part.fields:
                yield at + 1, replace(part, page=(*part.page, at))
            return
        if line.banner and at == part.start:
            dearer = part.cost + cost("head", "banner")
            yield at + 1, replace(part, cost=dearer, info=(*part.info, at), layout=part.layout + "B")
            return
        if line.is_note and at > part.start:
            yield at + 1, self._with_note(part, at)
        yield from self._with_title(at, part)
        begun = part.title or part.number or part.order
        if begun and line.is_item and not line.block.cells and not is_org(line.text):  # a menu between title and text
            yield at + 1, replace(part, cost=part.cost + cost("furniture", "short"), page=(*part.page, at))
        if begun and part.unknown < _MAX_UNKNOWN and line.is_short and not line.ends and line.marker is None:
            dearer = part.cost + cost("head", "unknown")
            yield at + 1, replace(part, cost=dearer, info=(*part.info, at), unknown=part.unknown + 1)

    def _with_title(self, at: int, part: _Part) -> Iterator[tuple[int, _Part]]:
        for end in range(at + 1, min(at + MAX_TITLE_LINES, len(self.lines)) + 1):
            price = self.titles.cost(at, end)
            if price is None:
                if not self.titles.may_go_on(end - 1):
                    return
                continue
            if part.title is None:
                grown = replace(part, cost=part.cost + price, title=(at, end), layout=part.layout + "T")
                number = self.titles.read(at, end)[1]
                yield end, self._with_number(grown, number, "alone") if number else grown
            elif not part.again and (alike := self.titles.same(part.title, (at, end))):
                # The page's own title and the document's: the later one stands with the document.
                dearer = part.cost + alike * cost("title", "again") + max(0.0, price)
                page = (*part.page, *range(*part.title))
                yield end, replace(part, cost=dearer, title=(at, end), page=page, again=True)

    def _with_number(self, part: _Part, number: str, how: str) -> _Part:
        if part.number is None:
            layout = part.layout + ("N" if how == "alone" else "")
            price = part.cost + cost("number", how)
            return replace(part, number=number, labelled=how == "labelled", cost=price, layout=layout)
        if number_key(part.number) == number_key(number):
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
            title = self.titles.read(*part.title)[0]
        elif labelled:
            title, price = repair(labelled), price - 1.0
        elif order and ordered:
            title = self._promulgated(at) or f"{order.issuer}{order.kind}"
        elif part.number and at < len(self.lines) and self.lines[at].is_addressee:
            title, price = self.file_title or self._promulgated(at) or part.number, price + cost("number", "untitled")
        else:
            return None
        number = ordered or part.number
        named = next((value for name, value in part.fields if name == "issuer" and is_org(value)), None)
        named = named or next(filter(None, (self._body_named(index) for index in part.info)), None)
        date = next((stated_date(value) for name, value in part.fields if name == "date"), None)
        published = next((stated_date(value) for name, value in part.fields if name == "published"), None)
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
            published,
            part.noted,
            part.layout,
            tuple(sorted(part.info)),
            tuple(sorted(part.page)),
            price,
        )

    def _body_named(self, at: int) -> str | None:
        """The body that a line of the head names and nothing else, a banner's without 文件."""
        line = self.lines[at]
        return line.banner or (line.text if is_org(line.text) and not re.search(r"[（(\d]", line.text) else None)

    def _promulgated(self, at: int) -> str | None:
        """What an order without a title promulgates, by its first sentences: 《专利代理条例》已经…通过."""
        text = ""
        for line in self.lines[at : at + _SENTENCES]:
            text += line.block.text
            if line.ends and "》" in text:
                break
        named = re.search(r"《((?:[^《》]|《[^《》]*》){4,80})》", text)
        return repair(named[1]) if named and re.search("公布|发布|施行|通过", text) else None


def _field(pairs: Sequence[tuple[str, str]], wanted: str) -> str | None:
    for name, value in pairs:
        if name == wanted:
            cited = find_numbers(value)
            return only_number(value) or (cited[0].doc_number if cited and cited[0].start == 0 else None)
    return None
