"""The passages that an answer may come from: hits, and clauses beside them, each with its origin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.model import Role
from index.engine import IndexedClause
from retriever.intent import Intent
from retriever.model import Hit
from retriever.neighbours import Neighbours
from retriever.offices import Directory
from retriever.query import Query

READ = 5  # hits from which a span may answer


class Why(StrEnum):
    """How a passage came to be read."""

    HIT = "hit"
    TITLE = "title"
    CONTACT = "contact"
    SIGNATURE = "signature"
    TERM = "term"  # how long a document is in force
    PEOPLE = "people"
    INTRODUCTION = "introduction"


@dataclass(frozen=True, slots=True)
class Passage:
    """A clause that may answer. A neighbour is read with the rank and score of the hit it stands beside (`of`);
    for a hit itself `of` is that hit."""

    entry: IndexedClause
    of: Hit
    why: Why = Why.HIT

    @property
    def rank(self) -> int:
        return self.of.rank

    @property
    def score(self) -> float:
        return self.of.score


def hit_passages(hits: Sequence[Hit]) -> list[Passage]:
    return [Passage(hit.entry, hit) for hit in hits[:READ]]


# A document's own term (「自印发之日起施行，有效期5年」), and questions about it.
_TERM = re.compile(r"自[^，,。；;]{1,20}起(?:施行|实施|执行|试行|生效)|有效期|试行期")
_ASKS_TERM = re.compile(r"有效期|试行|执行到|施行|生效|失效|到期|为止")
# When a document was issued; 「名单哪天公布」 asks for something else.
_ISSUED = re.compile(
    r"印发|发文|成文|签发"
    r"|(?:文件|通知|通告|公告|规划|办法|方案|函|决定|规定|意见|条例|细则|纲要|令|批复)[^，,。]{0,12}(?:发布|公布|下发|出台|发出)"
)
_SUCCESSOR = re.compile(r"废止|作废|取代|代替|替代|失效")


class Passages:
    """Chooses what to read for a question over one index."""

    def __init__(self, neighbours: Neighbours, directory: Directory) -> None:
        self._neighbours = neighbours
        self._directory = directory

    def choose(self, query: Query, hits: Sequence[Hit]) -> list[Passage]:
        """The passages an answer may come from. There must be a hit.

        A phone, or whom to consult, is answered by the clause that states the phone of the office the question names,
        else by a contact line of the first hit's notice, unless a clause found holds a phone itself. When a document
        was issued stands in its signature, how long it is in force in one of its clauses, who holds a post in
        its lists of people: those of the first hit's notice.
        """
        asked, first = query.asked, hits[0]
        if Intent.PERSON in asked and Intent.OFFICE not in asked and Intent.PHONE not in asked:
            lists = self._neighbours.people(first.entry)
            listed = {entry.row for entry in lists}
            beside = [Passage(entry, first, Why.PEOPLE) for entry in lists]
            return [*beside, *(one for one in hit_passages(hits) if one.entry.row not in listed)]
        stated = self._stated(query, first)
        if stated:
            return stated
        if Intent.PHONE not in asked and Intent.CONTACT not in asked:
            return hit_passages(hits)
        lines = self._contact_lines(query.text, first)
        if not lines:
            return hit_passages(hits)
        contacts = [Passage(entry, first, Why.CONTACT) for entry in lines[:2]]
        if Intent.PHONE not in asked:
            return contacts
        others = [one for one in hit_passages(hits) if one.entry.role not in (Role.CONTACT, Role.SIGNATURE)]
        return contacts + others

    def _stated(self, query: Query, first: Hit) -> list[Passage]:
        """What a notice states of itself: its date, its term."""
        asked = query.asked
        if Intent.DATE in asked and _ISSUED.search(query.text):
            return [Passage(entry, first, Why.SIGNATURE) for entry in self._neighbours.signatures(first.entry)]
        if (Intent.DATE in asked or Intent.DURATION in asked) and _ASKS_TERM.search(query.text):
            beside = self._neighbours.of(first.entry)
            return [Passage(entry, first, Why.TERM) for entry in beside if _TERM.search(entry.text)]
        return []

    def _contact_lines(self, question: str, first: Hit) -> list[IndexedClause]:
        lines: list[IndexedClause] = []
        for name in self._directory.mentioned(question):
            phone = self._directory.phone(name)
            if phone is not None:
                lines += self._neighbours.stating(phone.notice, phone.phone)
        return lines or self._neighbours.contact_lines(first.entry.ordinal)

    def title(self, query: Query, first: Hit) -> Passage:
        """The title that names the document asked for: the first hit's, or that of the notice that repealed it
        where the question asks for that."""
        entry = first.entry
        if _SUCCESSOR.search(query.text):
            entry = self._neighbours.repealing(entry) or entry
        return Passage(self._neighbours.title(entry), first, Why.TITLE)

    def introduction(self, item: Passage) -> Passage | None:
        """The clause that introduces an item, read as the item is."""
        entry = self._neighbours.introduction(item.entry)
        return None if entry is None else Passage(entry, item.of, Why.INTRODUCTION)
