"""The texts of one title in an index: a law of 2004 and of 2024, each year's plan."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from corpus.model import CorpusNotice, Notice
from corpus.validity import begins
from corpus.versions import by_issuer


class Families:
    """Which notices are texts of one title by one body; looked up when one is first asked for that has others. Safe
    under threads."""

    def __init__(self, notices: Sequence[CorpusNotice]) -> None:
        self._notices = notices

    def of(self, ordinal: int) -> tuple[int, ...]:
        """The ordinals of all texts of a notice's title, itself included, the newest first."""
        if self._notices[ordinal].notice.family is None:
            return (ordinal,)
        return self._members.get(ordinal, (ordinal,))

    def undated(self, ordinal: int) -> bool:
        """Whether nobody knows how old a text is of whose title there are others."""
        notice = self._notices[ordinal].notice
        return notice.family is not None and notice.version is None and notice.date is None

    @functools.cached_property
    def _members(self) -> dict[int, tuple[int, ...]]:
        named: dict[str, list[int]] = {}
        every = [source.notice for source in self._notices]
        for ordinal, notice in enumerate(every):
            if notice.family is not None:
                named.setdefault(notice.family, []).append(ordinal)
        found: dict[int, tuple[int, ...]] = {}
        for group in named.values():
            for members in by_issuer(every, group):
                newest = tuple(sorted(members, key=lambda ordinal: text_day(every[ordinal]), reverse=True))
                found |= dict.fromkeys(newest, newest)
        return found


def text_day(notice: Notice) -> str:
    """The day of a notice's text (ISO), by which versions are told apart; nothing where nobody says."""
    return notice.version or notice.date or begins(notice) or ""
