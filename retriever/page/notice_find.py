"""Finding words within one notice: which clauses hold them, and the way from each to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.simplified import simplified
from corpus.text import nfkc
from index.engine import IndexedClause
from retriever.page.contents import way_to
from retriever.page.lookup import find_field
from retriever.page.markup import Html, el
from retriever.page.notice_pages import Pages
from retriever.page.view import Place, View

HERE = "found"  # the id of the first place on the page, at which the form opens it
_LISTED = 100


@dataclass(frozen=True, slots=True)
class Finds:
    """What was looked for and the clauses that hold it, in order."""

    words: tuple[str, ...]
    entries: tuple[IndexedClause, ...]

    @classmethod
    def of(cls, find: str, clauses: Sequence[IndexedClause]) -> Finds:
        """The clauses that hold every word of what was typed (spaces part words), however wide or traditional."""
        words = tuple(simplified(nfkc(find)).lower().split())
        if not words:
            return cls((), ())
        held = [entry for entry in clauses if all(word in nfkc(entry.text).lower() for word in words)]
        return cls(words, tuple(held))

    def first(self) -> IndexedClause | None:
        return next(iter(self.entries), None)

    def step(self, entry: IndexedClause, pages: Pages, view: View) -> Html | None:
        """Which of them a clause is, and the way to the one before and the one behind."""
        at = next((at for at, one in enumerate(self.entries) if one.row == entry.row), None)
        if at is None:
            return None
        before = self.entries[at - 1] if at else None
        behind = self.entries[at + 1] if at + 1 < len(self.entries) else None
        ways = [
            el("a", text, href=way_to(one, pages, view))
            for one, text in ((before, "‹ 上一处"), (behind, "下一处 ›"))
            if one is not None
        ]
        here = next(iter(one for one in pages.shown if any(one.row == mine.row for mine in self.entries)), None)
        first = here is not None and here.row == entry.row
        return el(
            "span",
            el("span", f"第 {at + 1} 处，共 {len(self.entries)} 处"),
            *ways,
            id=HERE if first else None,
            tabindex=-1 if first else None,
            cls="step",
        )


def find_box(view: View) -> Html:
    """The box; without a script the browser opens the answer at the first place too."""
    hidden = (
        ("view", Place.NOTICE.value),
        ("notice", view.notice),
        ("q", view.q),
        ("tools", "1" if view.tools else ""),
    )
    return el(
        "form",
        *(el("input", type="hidden", name=name, value=value) for name, value in hidden if value),
        find_field(view, "在本文里查找", "一个词，或用空格隔开的几个词"),
        action=f"./#{HERE}",
        method="get",
        cls="ask find-here",
        role="search",
        aria_label="在本文里查找",
    )


def found_line(finds: Finds, pages: Pages, view: View) -> Html | None:
    """How many places there are, and a folded list of them; None where nothing was looked for."""
    if not finds.words:
        return None
    end = el("a", "不找了", href=view.but(find="", page="").href)
    if not finds.entries:
        text = f"这篇公文里没有“{view.find[:40]}”。可以少写几个字再找。"
        return el("p", text, end, id=HERE, tabindex=-1, cls="why", role="status")
    items = [
        el("li", el("a", _around(entry.text, finds.words[0]), href=way_to(entry, pages, view)))
        for entry in finds.entries[:_LISTED]
    ]
    more = f"，先列 {_LISTED} 处" if len(finds.entries) > _LISTED else ""
    return el(
        "div",
        el("p", f"“{view.find[:40]}”有 {len(finds.entries)} 处，已在正文里标黄。", end, role="status"),
        el("details", el("summary", f"列出各处{more}"), el("ol", *items)),
        cls="finds",
    )


def _around(text: str, word: str) -> str:
    flat = " ".join(nfkc(text).split())
    at = max(flat.lower().find(word), 0)
    begin, end = max(at - 12, 0), at + len(word) + 24
    return ("……" if begin else "") + flat[begin:end] + ("……" if end < len(flat) else "")
