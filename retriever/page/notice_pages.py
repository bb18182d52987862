"""A long notice in pages: 147,000 letters in one would be 46,000 pixels high, with a thousand things to tab through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.engine import IndexedClause
from retriever.neighbours import HEADINGS
from retriever.page.pager import page_of
from retriever.page.view import ALL, View

# Letters of a page; a heading of the first level begins a new one where the page has as much as FULL.
LETTERS, FULL = 6_000, 3_500


@dataclass(frozen=True, slots=True)
class Pages:
    """A notice's clauses, page by page, and the page that is shown: its number from 1, or 0 for all on one."""

    pages: tuple[tuple[IndexedClause, ...], ...]
    number: int

    @property
    def shown(self) -> tuple[IndexedClause, ...]:
        if self.number:
            return self.pages[self.number - 1]
        return tuple(entry for page in self.pages for entry in page)

    def of(self, entry: IndexedClause) -> str:
        """The page of a clause, as an address names it."""
        if not self.number:
            return ALL
        number = next(at for at, page in enumerate(self.pages, 1) if page[-1].row >= entry.row)
        return str(number) if number > 1 else ""


def pages_of(clauses: Sequence[IndexedClause], view: View, first: IndexedClause | None = None) -> Pages:
    """The pages, opened where the address says: at a page, at a clause, else at `first`."""
    pages = tuple(map(tuple, split(clauses)))
    if view.page == ALL:
        return Pages(pages or ((),), 0)
    found = Pages(pages or ((),), page_of(view, len(pages)))
    wanted = next((entry for entry in clauses if entry.clause_id == view.clause), first) if not view.page else None
    if wanted is not None:
        return Pages(found.pages, int(found.of(wanted) or 1))
    return found


def split(clauses: Sequence[IndexedClause]) -> list[list[IndexedClause]]:
    """The clauses in pages: as many as there is room for, and rather whole parts than more of the next one."""
    pages: list[list[IndexedClause]] = []
    letters = 0
    for entry in clauses:
        own = len(entry.text)
        part = entry.role in HEADINGS and len(entry.path) < 2
        if not pages or letters + own > LETTERS or (part and letters >= FULL):
            pages.append([])
            letters = 0
        pages[-1].append(entry)
        letters += own
    return pages
