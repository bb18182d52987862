"""Cross-references: what a clause points to, where the corpus holds it.

「按照离政发〔2023〕5号」 points to that notice, 「《…方案》」 to the notice of that title, 「见附件2」 to the
attachment, 「依照第五条」 to that article of the same document. An article of another law (「《劳动法》第五十一条」)
is no reference into the corpus.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corpus.doc_number import find_numbers
from corpus.text import squash
from index.local.store import Index, IndexedClause

_ARTICLE = re.compile(
    r"(?:本(?:办法|规定|条例|规则|细则)|依照|按照|依据|根据|符合|违反|前述|有)第([一二三四五六七八九十百]+)条"
)
_ATTACHMENT = re.compile(r"(?:见|按|附)?附件\s*(\d{1,2})|见附[件表]|附表")
_TITLE = re.compile(r"《([^《》]{4,80})》")


@dataclass(frozen=True, slots=True)
class Link:
    """A reference: the words that make it, and the clause it leads to."""

    text: str
    doc_number: str | None
    clause_id: str

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "doc_number": self.doc_number, "clause_id": self.clause_id}


class References:
    """Resolves references within one index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._numbers: dict[str, int] = {}
        self._titles: dict[str, int | None] = {}
        for at, source in enumerate(index.notices):
            if source.notice.doc_number:
                self._numbers.setdefault(squash(source.notice.doc_number), at)
            title = squash(source.notice.title)
            # A title that two notices bear leads nowhere: which one is meant can't be told.
            self._titles[title] = None if title in self._titles else at

    def links(self, entry: IndexedClause) -> tuple[Link, ...]:
        """What a clause points to, in the order of its text, each target once."""
        own = int(self._index.clauses.notice_of[entry.row])
        found: list[tuple[int, Link]] = []
        for cited in find_numbers(entry.text):
            at = self._numbers.get(squash(cited.doc_number))
            if at is not None and at != own:
                found.append((cited.start, self._to_notice(entry.text[cited.start : cited.end], at)))
        for match in _TITLE.finditer(entry.text):
            at = self._titles.get(squash(match[1]))
            if at is not None and at != own:
                found.append((match.start(), self._to_notice(match.group(), at)))
        for match in _ARTICLE.finditer(entry.text):
            label = f"第{match[1]}条"
            self._add(found, match, own, entry, lambda c, label=label: _labelled(c, label))  # type: ignore[misc]
        for match in _ATTACHMENT.finditer(entry.text):
            key = f"附{match[1] or ''}"
            self._add(found, match, own, entry, lambda c, key=key: _attachment(c, key))  # type: ignore[misc]
        unique = {link.clause_id: link for _, link in sorted(found, key=lambda pair: pair[0], reverse=True)}
        return tuple(reversed(unique.values()))

    def _to_notice(self, text: str, at: int) -> Link:
        first = self._index.clauses[self._index.clauses.rows(at)[0]]
        return Link(text, first.notice.doc_number, first.clause_id)

    def _add(
        self,
        found: list[tuple[int, Link]],
        match: re.Match[str],
        own: int,
        entry: IndexedClause,
        wanted: Callable[[IndexedClause], bool],
    ) -> None:
        target = next((c for row in self._index.clauses.rows(own) if wanted(c := self._index.clauses[row])), None)
        if target is not None and target.row != entry.row:
            found.append((match.start(), Link(match.group(), target.notice.doc_number, target.clause_id)))


def _labelled(entry: IndexedClause, label: str) -> bool:
    return any(head == label or head.startswith(f"{label} ") for head in entry.path)


def _attachment(entry: IndexedClause, key: str) -> bool:
    """Whether this is the title of the attachment with a number, or of the first one."""
    own = entry.clause_id.rsplit("/", 1)[1]
    if not own.endswith(".题"):
        return False
    text = entry.text.replace(" ", "")
    return text.startswith("附件") if key == "附" else text.startswith(f"附件{key[1:]}")
