"""Clauses that stand beside a clause: its notice's title, opening, introduction, signature, contact lines, people."""

from __future__ import annotations

import functools
import re

from corpus.model import Role
from corpus.phones import find_phones
from index.engine import Engine, IndexedClause, NoticeClauses

HEADINGS = (Role.TITLE, Role.HEADING)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Neighbours:
    """Looks beside clauses of one index. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._years = functools.lru_cache(maxsize=4096)(self._read_years)

    def of(self, entry: IndexedClause) -> NoticeClauses:
        """All clauses of a clause's notice."""
        return self._engine.notice(entry.ordinal)

    def title(self, entry: IndexedClause) -> IndexedClause:
        """The clause that holds the title and number of a clause's notice."""
        return self.of(entry)[0]

    def opening(self, ordinal: int) -> int | None:
        """The row of a notice's first clause that is no heading."""
        clauses = self._engine.notice(ordinal)
        pairs = zip(clauses.rows, clauses.roles, strict=True)
        return next((row for row, role in pairs if role not in HEADINGS), None)

    def introduction(self, item: IndexedClause) -> IndexedClause | None:
        """The clause that introduces an item (its text ends with a colon), or None."""
        parent = item.path[:-1]
        clauses = self.of(item)
        for at in range(item.row - clauses.rows.start - 1, 0, -1):
            entry = clauses[at]
            if not parent or entry.path[: len(parent)] != parent:
                return None
            if len(entry.path) == len(parent):
                return entry if entry.text.rstrip().endswith(("：", ":")) else None
        return None

    def repealing(self, entry: IndexedClause) -> IndexedClause | None:
        """The clause that repeals a clause's notice, if one does."""
        repeal = entry.notice.repealed_by
        return None if repeal is None else self._engine.find(repeal.clause_id)

    def people(self, entry: IndexedClause) -> list[IndexedClause]:
        """The lists of people (组长：…；成员：…) of a clause's notice."""
        return self.of(entry).of_role(Role.PEOPLE)

    def signatures(self, entry: IndexedClause) -> list[IndexedClause]:
        """The signatures (issuer and date) of a clause's notice."""
        return self.of(entry).of_role(Role.SIGNATURE)

    def contact_lines(self, ordinal: int) -> list[IndexedClause]:
        """The contact lines of a notice."""
        return self._engine.notice(ordinal).of_role(Role.CONTACT)

    def stating(self, ordinal: int, phone: str) -> list[IndexedClause]:
        """The clauses in which a notice states a telephone: its contact lines, else wherever that stands."""
        lines = [entry for entry in self.contact_lines(ordinal) if phone in find_phones(entry.text)]
        phones = self._engine.notices[ordinal].notice.phones
        found = {one.clause_id: self._engine.find(one.clause_id) for one in phones if one.phone == phone}
        return lines or [entry for entry in found.values() if entry is not None]

    def years(self, entry: IndexedClause) -> frozenset[str]:
        """All years that a clause's notice names anywhere."""
        return self._years(entry.ordinal)

    def _read_years(self, ordinal: int) -> frozenset[str]:
        return frozenset(year for entry in self._engine.notice(ordinal) for year in _YEAR.findall(entry.text))
