"""What the address says: which view of the page is wanted, the question and its filters.

Everything the page shows follows from its query string, so every view can be shared, bookmarked and
gone back to.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, urlencode

from retriever.model import MODES, STATUSES

COUNTS = (5, 10, 20, 50)  # clauses on one page
SORTS = ("score", "date")
ALL = "all"
# Names of an address that Python has other uses for.
_NAMES = {"place": "view", "since": "from", "until": "to"}
_WRITTEN = {"": "q", "check": "text"}  # by view, the field that somebody writes in
LONGEST = 4000  # characters of any one value; a question that long is refused with a clear line


class Place(StrEnum):
    """The views of the page."""

    ASK = ""
    NOTICE = "notice"
    NOTICES = "notices"
    FAMILY = "family"
    OFFICES = "offices"
    OFFICE = "office"
    CHECK = "check"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class View:
    """One address of the page. Empty strings mean "not chosen"."""

    place: Place = Place.ASK
    q: str = ""
    notice: str = ""  # notice_id, for Place.NOTICE
    clause: str = ""  # clause_id to open it at
    issuer: str = ""
    year: str = ""
    kind: str = ""
    section: str = ""
    gazette: str = ""
    since: str = ""  # the first and the last day of a period, as they were typed
    until: str = ""
    status: str = "any"
    sort: str = "score"
    mode: str = "hybrid"
    n: int = COUNTS[0]
    on: str = ""  # the day as of which everything is shown (ISO)
    other: str = ""  # notice_id of the text to compare with, for Place.FAMILY
    text: str = ""  # whose citations are checked, for Place.CHECK
    find: str = ""  # what is looked for in a notice, in the list of notices or of offices
    page: str = ""  # of what is shown in pages: its number, or ALL
    office: str = ""  # its key or one of its names, for Place.OFFICE
    tools: bool = False  # whether each clause of a notice has its buttons
    big: bool = False  # whether the type is large
    blank: bool = False  # the question or text was sent empty: only said on the page, no part of an address

    @property
    def filtered(self) -> int:
        """How many filters are chosen."""
        chosen = (self.issuer, self.year, self.kind, self.section, self.gazette, self.since, self.until, self.on)
        return sum(map(bool, chosen)) + (self.status != "any")

    def but(self, **changes: Any) -> View:
        """A copy of this address with some fields changed."""
        return replace(self, **changes)

    @property
    def href(self) -> str:
        """The address, relative to the page: `?q=…&year=2023`; only what differs from a bare page."""
        plain = View()
        pairs: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "blank" and value != getattr(plain, field.name):
                pairs.append((_NAMES.get(field.name, field.name), "1" if value is True else str(value)))
        return "?" + urlencode(pairs) if pairs else "./"


def read_view(query: str) -> View:
    """The view a query string asks for. What can't be understood is left out; nothing raises."""
    given = {key: values[0].strip()[:LONGEST] for key, values in _pairs(query).items()}
    place = given.get("view", "")
    if given.get("notice") and place != Place.FAMILY.value:
        place = Place.NOTICE
    elif given.get("office"):
        place = Place.OFFICE
    return View(
        place=Place(place) if place in tuple(Place) else Place.ASK,
        q=given.get("q", ""),
        notice=given.get("notice", ""),
        clause=given.get("clause", ""),
        issuer=given.get("issuer", ""),
        year=given.get("year", "") if given.get("year", "").isdigit() else "",
        kind=given.get("kind", ""),
        section=given.get("section", ""),
        gazette=given.get("gazette", ""),
        since=given.get("from", ""),
        until=given.get("to", ""),
        status=_one_of(given.get("status"), STATUSES, "any"),
        sort=_one_of(given.get("sort"), SORTS, "score"),
        mode=_one_of(given.get("mode"), MODES, "hybrid"),
        n=int(_one_of(given.get("n"), tuple(map(str, COUNTS)), str(COUNTS[0]))),
        on=given.get("on", ""),
        other=given.get("other", ""),
        text=given.get("text", "") if place == Place.CHECK.value else "",
        find=given.get("find", ""),
        page=given.get("page", "") if _is_page(given.get("page", "")) else "",
        office=given.get("office", ""),
        tools=given.get("tools") == "1",
        big=given.get("big") == "1",
        blank=given.get(_WRITTEN.get(place, "")) == "",
    )


def _is_page(text: str) -> bool:
    return text == ALL or (text.isascii() and text.isdigit() and len(text) < 6)


def _pairs(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query.removeprefix("?"), keep_blank_values=True, max_num_fields=40, errors="replace")
    except ValueError:  # too many fields
        return {}


def _one_of(value: str | None, allowed: tuple[str, ...], default: str) -> str:
    return value if value in allowed else default
