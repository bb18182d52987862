"""Cross-references: what a clause points to, where the corpus holds it.

「按照离政发〔2023〕5号」 points to that notice, 「《…方案》」 to the notice of that title, 「见附件2」 to the
attachment, 「依照第五条」 to that article of the same document. An article of another law (「《劳动法》第五十一条」)
is no reference into the corpus.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from corpus.doc_number import find_numbers, number_key
from corpus.model import Role
from corpus.numbering import Style, chinese_number
from index.engine import Engine, IndexedClause
from retriever.names import Names

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

    def __init__(self, engine: Engine, names: Names) -> None:
        self._engine = engine
        self._names = names

    @functools.cached_property
    def _numbers(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for ordinal, source in enumerate(self._engine.notices):
            if source.notice.doc_number:
                found.setdefault(number_key(source.notice.doc_number), ordinal)
        return found

    def links(self, entry: IndexedClause) -> tuple[Link, ...]:
        """What a clause points to, in the order of its text, each target once."""
        links: list[tuple[int, Link]] = []
        for cited in find_numbers(entry.text):
            ordinal = self._numbers.get(number_key(cited.doc_number))
            if ordinal is not None and ordinal != entry.ordinal:
                links.append((cited.start, self._to_notice(entry.text[cited.start : cited.end], ordinal)))
        for match in _TITLE.finditer(entry.text):
            ordinal = self._names.only(match[1])
            if ordinal is not None and ordinal != entry.ordinal:
                links.append((match.start(), self._to_notice(match.group(), ordinal)))
        for match in _ARTICLE.finditer(entry.text):
            self._add(links, match, entry, self._article(entry, match[1]))
        for match in _ATTACHMENT.finditer(entry.text):
            self._add(links, match, entry, self._attachment(entry, int(match[1] or 0)))
        unique = {link.clause_id: link for _, link in sorted(links, key=lambda pair: pair[0], reverse=True)}
        return tuple(reversed(unique.values()))

    def _to_notice(self, text: str, ordinal: int) -> Link:
        first = self._engine.notice(ordinal)[0]
        return Link(text, first.notice.doc_number, first.clause_id)

    @staticmethod
    def _add(
        links: list[tuple[int, Link]], match: re.Match[str], entry: IndexedClause, target: IndexedClause | None
    ) -> None:
        if target is not None and target.row != entry.row:
            links.append((match.start(), Link(match.group(), target.notice.doc_number, target.clause_id)))

    def _article(self, entry: IndexedClause, numeral: str) -> IndexedClause | None:
        """The article of the same notice with a number."""
        wanted = chinese_number(numeral)
        return next((one for one in self._engine.notice(entry.ordinal) if wanted in _articles(one)), None)

    def _attachment(self, entry: IndexedClause, number: int) -> IndexedClause | None:
        """The title of the attachment with a number, or of the first one."""
        titles = self._engine.notice(entry.ordinal).of_role(Role.TITLE)
        return next((one for one in titles if _is_attachment(one, number)), None)


def _articles(entry: IndexedClause) -> list[int]:
    """The numbers of the articles that a clause stands in."""
    return [step.number for step in entry.clause.place.steps if step.style is Style.ARTICLE]


def _is_attachment(entry: IndexedClause, number: int) -> bool:
    if entry.clause.place.attachment == 0:
        return False
    text = entry.text.replace(" ", "")
    return text.startswith(f"附件{number}" if number else "附件")
