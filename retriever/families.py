"""The texts of one title in an index: a law of 2004 and of 2024, each year's plan."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.model import CorpusNotice, Notice
from corpus.validity import begins
from corpus.versions import by_issuer


class Families:
    """Which notices are texts of one title by one body. Made once for an index; safe under threads."""

    def __init__(self, notices: Sequence[CorpusNotice]) -> None:
        named: dict[str, list[int]] = {}
        for ordinal, source in enumerate(notices):
            if source.notice.family is not None:
                named.setdefault(source.notice.family, []).append(ordinal)
        every = [source.notice for source in notices]
        self._members: dict[int, tuple[int, ...]] = {}
        for group in named.values():
            for members in by_issuer(every, group):
                newest = tuple(sorted(members, key=lambda ordinal: text_day(every[ordinal]), reverse=True))
                self._members |= dict.fromkeys(newest, newest)

    def of(self, ordinal: int) -> tuple[int, ...]:
        """The ordinals of all texts of a notice's title, itself included, the newest first."""
        return self._members.get(ordinal, (ordinal,))


def text_day(notice: Notice) -> str:
    """The day of a notice's text (ISO), by which versions are told apart; nothing where nobody says."""
    return notice.version or notice.date or begins(notice) or ""
