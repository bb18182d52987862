"""The filters of the page: the retriever's, with year and kind of document, and what can be chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from corpus.kinds import kind_of
from corpus.model import CorpusNotice, Notice
from retriever.model import Filters
from retriever.page.view import View


@dataclass(frozen=True, slots=True)
class PageFilters(Filters):
    """`Filters` and the kind of document; years are `since` and `until`. Issuers are chosen from a
    list, so they are compared as a whole: 某区人民政府 is not 某区人民政府办公室."""

    kind: str | None = None

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
            and (self.status == "any" or notice.status.value == self.status)
        )


def filters_of(view: View) -> PageFilters:
    """The filters that an address chooses."""
    year = view.year if len(view.year) == 4 and view.year.isascii() and view.year[0] != "0" else ""
    return PageFilters(
        issuer=view.issuer or None,
        since=f"{year}-01-01" if year else None,
        until=f"{year}-12-31" if year else None,
        status=view.status,
        section=view.section or None,
        kind=view.kind or None,
        on=view.on or None,
    )


Option = tuple[str, int]  # value, number of notices that have it


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen, with the number of notices; most frequent first, years newest first."""

    issuers: tuple[Option, ...]
    years: tuple[Option, ...]
    kinds: tuple[Option, ...]
    sections: tuple[Option, ...]
    statuses: tuple[Option, ...]

    @classmethod
    def of(cls, notices: Iterable[CorpusNotice]) -> Options:
        every = [source.notice for source in notices]

        def count(value: Callable[[Notice], str | None]) -> tuple[Option, ...]:
            counts = Counter(one for notice in every if (one := value(notice)))
            return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

        years = count(lambda notice: notice.date[:4] if notice.date else None)
        return cls(
            issuers=count(lambda notice: notice.issuer),
            years=tuple(sorted(years, reverse=True)),
            kinds=count(lambda notice: kind_of(notice.title)),
            sections=count(lambda notice: notice.section),
            statuses=count(lambda notice: notice.status.value),
        )
