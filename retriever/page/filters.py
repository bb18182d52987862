"""The filters of the page: the retriever's, with year and kind of document, and what can be chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from corpus.kinds import kind_of
from corpus.model import CorpusNotice, Notice
from retriever.model import Filters, ParameterError
from retriever.page.dates import typed_date
from retriever.page.traits import GAZETTE, ISSUER, KIND, SECTION, STATUS, YEAR, Trait
from retriever.page.view import View

_NAMES = {"since": "起始日期", "until": "截止日期"}


@dataclass(frozen=True, slots=True)
class PageFilters(Filters):
    """`Filters` and the kind of document; years are `since` and `until`. Issuers are chosen from a
    list, so they are compared as a whole: 某区人民政府 is not 某区人民政府办公室. `within` are the ids of the notices
    of an issue of a gazette."""

    kind: str | None = None
    within: frozenset[str] | None = None

    @property
    def empty(self) -> bool:
        return self == PageFilters()

    def keeps(self, notice: Notice) -> bool:
        """Whether a notice passes every filter."""
        return (
            self.there(notice)
            and (self.issuer is None or notice.issuer == self.issuer)
            and (self.since is None or (notice.date is not None and notice.date >= self.since))
            and (self.until is None or (notice.date is not None and notice.date <= self.until))
            and (self.section is None or notice.section == self.section)
            and (self.kind is None or kind_of(notice.title) == self.kind)
            and (self.within is None or notice.notice_id in self.within)
            and (self.status == "any" or notice.status.value == self.status)
        )


def filters_of(view: View, options: Options | None = None) -> PageFilters:
    """The filters that an address chooses; `options` knows the issues of gazettes. Raises ParameterError for what is
    no date, and for a period in which there is no day."""
    year = view.year if len(view.year) == 4 and view.year.isascii() and view.year[0] != "0" else ""
    since, until = _day("since", view.since), _day("until", view.until)
    if year:
        since, until = max(since, f"{year}-01-01"), min(until or "9999", f"{year}-12-31")
        if since > until:
            raise ParameterError(f"选了{year}年，又选了别的时间", "日期", "请去掉年份，或者改一改日期")
    try:
        return PageFilters(
            issuer=view.issuer or None,
            since=since or None,
            until=until or None,
            status=view.status,
            section=view.section or None,
            kind=view.kind or None,
            on=view.on or None,
            within=(options.members if options else {}).get(view.gazette, frozenset()) if view.gazette else None,
        )
    except ParameterError as err:
        raise err.named(_NAMES) from err


def _day(name: str, typed: str) -> str:
    """A day in ISO form; nothing where none was typed."""
    if not typed:
        return ""
    day = typed_date(typed, last=name == "until")
    if day is None:
        raise ParameterError(f"日期“{typed[:20]}”读不懂", _NAMES[name], "请写成 2023-05-15 或 2023年5月15日 的样子")
    return day


Option = tuple[str, int]  # value, number of notices that have it


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen, with the number of notices; most frequent first, years newest first."""

    issuers: tuple[Option, ...]
    years: tuple[Option, ...]
    kinds: tuple[Option, ...]
    sections: tuple[Option, ...]
    statuses: tuple[Option, ...]
    gazettes: tuple[Option, ...]
    members: Mapping[str, frozenset[str]]  # of each issue of a gazette: the ids of its notices

    @classmethod
    def of(cls, notices: Iterable[CorpusNotice]) -> Options:
        every = list(notices)
        members: dict[str, set[str]] = {}
        for source in every:
            if issue := GAZETTE.value(source):
                members.setdefault(issue, set()).add(source.notice.notice_id)
        return cls(
            issuers=counted(ISSUER, every),
            years=counted(YEAR, every),
            kinds=counted(KIND, every),
            sections=counted(SECTION, every),
            statuses=counted(STATUS, every),
            gazettes=counted(GAZETTE, every),
            members={issue: frozenset(ids) for issue, ids in members.items()},
        )


def counted(trait: Trait, notices: Iterable[CorpusNotice]) -> tuple[Option, ...]:
    """The values that notices have of a trait, each with how many have it: most frequent first, years newest first."""
    counts = Counter(value for source in notices if (value := trait.value(source)))
    if trait is YEAR:
        return tuple(sorted(counts.items(), reverse=True))
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
