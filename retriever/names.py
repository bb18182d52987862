"""Which notices of an index bear a number or a title, as they are cited: the one place where that is decided."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from corpus.doc_number import DocNumber, find_typed, match_notices
from corpus.model import Role
from corpus.simplified import simplified
from corpus.text import squash
from index.engine import Engine
from retriever.cited import figures, read_number

_INNER = re.compile(r"[《〈]([^《》〈〉]{4,80})[》〉]")
_ISSUES = re.compile(r"(?:印发|转发|发布|公布|颁布)(.{4,80}?)的?(?:通知|函|公告|通告|决定|命令|令)$")
_TAIL = 8  # letters of a title that may stand for all of it: without the issuer's name in front
_BARE = 8  # letters of a title that is looked for without marks
_FIRST = 4


class Names:
    """The numbers and titles of one index, each read when it is first needed. Safe under threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @functools.cached_property
    def numbers(self) -> list[DocNumber | None]:
        return [read_number(source.notice.doc_number) for source in self._engine.notices]

    @functools.cached_property
    def _unread(self) -> list[tuple[str, int]]:
        """Numbers of no known form."""
        pairs = zip(self._engine.notices, self.numbers, strict=True)
        return [
            (key(source.notice.doc_number), ordinal)
            for ordinal, (source, number) in enumerate(pairs)
            if source.notice.doc_number and number is None
        ]

    @functools.cached_property
    def _titles(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for ordinal, source in enumerate(self._engine.notices):
            found.setdefault(key(source.notice.title), []).append(ordinal)
        return found

    @functools.cached_property
    def _inner(self) -> dict[str, list[int]]:
        """Titles that titles name as issued."""
        found: dict[str, list[int]] = {}
        for ordinal, source in enumerate(self._engine.notices):
            for inner in _within(source.notice.title):
                found.setdefault(inner, []).append(ordinal)
        return found

    def numbered(self, number: str) -> list[int]:
        """The notices that a number names, as it is typed or as it is printed, best matches only."""
        typed = find_typed(figures(number))
        found = [] if typed is None else match_notices(typed, self.numbers)
        return found or [ordinal for known, ordinal in self._unread if known.endswith(key(number))]

    def titled(self, title: str) -> list[int]:
        """The notices of a title, or that issue the text of that title; those in force and the newest first."""
        wanted = key(title)
        found = self._titles.get(wanted) or self._issued.get(wanted) or self._inner.get(wanted) or []
        if not found and len(wanted) >= _TAIL:
            ending = self._by_last.get(wanted[-_TAIL:], ())
            found = [at for known in ending if known.endswith(wanted) for at in self._titles[known]]
        notices = self._engine.notices
        newest = sorted(found, key=lambda at: notices[at].notice.date or "", reverse=True)
        return sorted(newest, key=lambda at: not notices[at].notice.status.holds)

    @functools.cached_property
    def _issued(self) -> dict[str, list[int]]:
        """Titles of texts that notices issue; read when a title is first looked for that no notice bears."""
        found: dict[str, list[int]] = {}
        for ordinal in range(len(self._engine.notices)):
            for title in self.issued(ordinal):
                found.setdefault(title, []).append(ordinal)
        return found

    @functools.cached_property
    def _by_last(self) -> dict[str, list[str]]:
        """The titles of notices, by how they end."""
        found: dict[str, list[str]] = {}
        for title in self._titles:
            found.setdefault(title[-_TAIL:], []).append(title)
        return found

    @functools.cached_property
    def _by_first(self) -> dict[str, list[str]]:
        """All titles of some length, by how they begin."""
        found: dict[str, list[str]] = {}
        for title in dict.fromkeys((*self._titles, *self._inner, *self._issued)):
            if len(title) >= _BARE:
                found.setdefault(title[:_FIRST], []).append(title)
        return found

    def only(self, title: str) -> int | None:
        """The notice of a title, if there is exactly one: which of two is meant can't be told."""
        found = self._titles.get(key(title), ())
        return found[0] if len(found) == 1 else None

    def fits(self, ordinal: int, title: str) -> bool:
        """Whether a title is that of a notice, with or without its issuer, or of a text that it issues."""
        wanted, own = key(title), key(self._engine.notices[ordinal].notice.title)
        if wanted == own or (len(wanted) >= _TAIL and own.endswith(wanted)):
            return True
        if len(own) >= _TAIL and wanted.endswith(own):
            return True
        return wanted in _within(own) or ordinal in self._inner.get(wanted, ()) or wanted in self.issued(ordinal)

    def issued(self, ordinal: int) -> frozenset[str]:
        """The titles (as keys) of the texts that a notice issues."""
        titles = self._engine.notice(ordinal).of_role(Role.TITLE)
        return frozenset(key(title) for one in titles if (title := one.clause.place.issued) is not None)

    def bare_title(self, letters: str) -> tuple[int, int] | None:
        """Where in a text (in the form for comparing) the longest known title stands, without marks; or None."""
        best: tuple[int, int] | None = None
        for at in range(len(letters) - _FIRST):
            for title in self._by_first.get(letters[at : at + _FIRST], ()):
                if letters.startswith(title, at) and (best is None or len(title) > best[1] - best[0]):
                    best = at, at + len(title)
        return best


def key(title: str) -> str:
    """A title in the form that titles are compared in: letters and digits, simplified characters."""
    return squash(simplified(title))


def _within(title: str) -> list[str]:
    """The titles that a title names as issued: 关于印发《…办法》的通知, 关于印发…方案的通知."""
    return list(dict.fromkeys(map(key, _issued_by(title))))


def _issued_by(title: str) -> Iterator[str]:
    yield from _INNER.findall(title)
    match = _ISSUES.search(title)
    if match:
        yield match[1]
