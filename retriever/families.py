"""The texts of one title in an index: a law of 2004 and of 2024, each year's plan."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from corpus.model import Notice
from corpus.validity import begins
from corpus.versions import by_issuer
from index.engine import Engine


class Families:
    """Which notices are texts of one title by one body; looked up when one is first asked for that has others, and
    none is read but of its family. Safe under threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._notices = engine.notices
        self._known: dict[str, dict[int, tuple[int, ...]]] = {}

    def of(self, ordinal: int) -> tuple[int, ...]:
        """The ordinals of all texts of a notice's title, itself included, the newest first."""
        family = self._notices[ordinal].notice.family
        if family is None:
            return (ordinal,)
        if family not in self._known:
            self._known[family] = self._texts(self._named.get(family, ()))
        return self._known[family].get(ordinal, (ordinal,))

    def undated(self, ordinal: int) -> bool:
        """Whether nobody knows how old a text is of whose title there are others."""
        notice = self._notices[ordinal].notice
        return notice.family is not None and notice.version is None and notice.date is None

    @functools.cached_property
    def _named(self) -> dict[str, list[int]]:
        named: dict[str, list[int]] = {}
        for ordinal, family in enumerate(self._engine.families):
            if family is not None:
                named.setdefault(family, []).append(ordinal)
        return named

    def _texts(self, group: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Each notice of one family with all texts of the same body."""
        texts = [self._notices[ordinal].notice for ordinal in group]
        found: dict[int, tuple[int, ...]] = {}
        for members in by_issuer(texts, range(len(texts))):
            newest = sorted(members, key=lambda at: text_day(texts[at]), reverse=True)
            ordinals = tuple(group[at] for at in newest)
            found |= dict.fromkeys(ordinals, ordinals)
        return found


def text_day(notice: Notice) -> str:
    """The day of a notice's text (ISO), by which versions are told apart; nothing where nobody says."""
    return notice.version or notice.date or begins(notice) or ""
