"""What happens to a document: adopted, in force, amended, repealed … each with its day and the words that say so.

An event is said by a clause: of the document itself (「自2023年4月1日起施行」) or of another one (「…同时废止」). What
a document's status is on a day follows from its events alone (`corpus.validity`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What happened, in the order of a document's life."""

    ADOPTED = "adopted"  # 通过, 批准
    PUBLISHED = "published"  # 公布, 发布
    IN_FORCE = "in_force"  # 起施行
    AMENDED = "amended"  # 修正, 修改为
    CORRECTED = "corrected"  # 更正
    REISSUED = "reissued"  # 修订: the same title with a new text throughout
    PARTLY_REPEALED = "partly_repealed"
    REPLACED = "replaced"  # another text of the same title is newer
    EXPIRED = "expired"  # its own last day
    REPEALED = "repealed"


class Change(StrEnum):
    """What an amendment does to an article."""

    REPLACE = "replace"
    DELETE = "delete"
    ADD = "add"
    RENUMBER = "renumber"


@dataclass(frozen=True, slots=True)
class Target:
    """The document that an event is about, as the sentence names it, and which articles of it (第三条第二款).

    `dates` are those in front of the title (「2001年6月19日…通过的《…》」), `before` is the phrase they stand in.
    """

    title: str | None
    doc_number: str | None = None
    articles: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    before: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What becomes of the wording: `old` and `new` are quoted, None where the sentence doesn't quote them.

    `fits` says whether the old wording stands in the article as it is here, so that the new one could be put in
    its place; None as long as nobody has tried.
    """

    change: Change
    old: str | None = None
    new: str | None = None
    fits: bool | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `clause_id` is the clause that says so, of the notice `notice_id` with `doc_number`; `text` are
    its words, `how` the rule of `data/events.toml` they were read by.

    `date` is the day from which it holds (of EXPIRED: the last day of validity), None if nobody says. `target` is
    None where the document speaks of itself.
    """

    kind: EventKind
    date: str | None
    notice_id: str
    doc_number: str | None
    clause_id: str
    text: str
    how: str
    target: Target | None = None
    amendment: Amendment | None = None

    @property
    def articles(self) -> tuple[str, ...]:
        return () if self.target is None else self.target.articles

    def to_json(self) -> dict[str, Any]:
        """The contract's shape; keys that say nothing stay out."""
        data: dict[str, Any] = {
            "kind": self.kind.value,
            "date": self.date,
            "doc_number": self.doc_number,
            "clause_id": self.clause_id,
            "text": self.text,
            "notice_id": self.notice_id,
            "how": self.how,
        }
        if self.target is not None:
            data["title"] = self.target.title
            data["articles"] = list(self.target.articles)
        if self.amendment is not None:
            change = self.amendment
            data |= {"change": change.change.value, "old": change.old, "new": change.new, "fits": change.fits}
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Event:
        """What `to_json` gave; of the target, title and articles."""
        return cls(
            EventKind(data["kind"]),
            data["date"],
            data["notice_id"],
            data["doc_number"],
            data["clause_id"],
            data["text"],
            data["how"],
            Target(data["title"], None, tuple(data["articles"])) if "title" in data else None,
            Amendment(Change(data["change"]), data["old"], data["new"], data["fits"]) if "change" in data else None,
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """How a clause reads from the day `since` on, and the clause that says so.

    `text` is None where the clause is deleted. `fits` is False where the amendment couldn't be carried out on the
    wording that stands here: the text is as before then, and a reader must look at the amending clause. `label` is the
    number that its article has from then on, where it got another one.
    """

    text: str | None
    since: str | None
    notice_id: str
    doc_number: str | None
    clause_id: str
    fits: bool = True
    label: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "since": self.since,
            "notice_id": self.notice_id,
            "doc_number": self.doc_number,
            "clause_id": self.clause_id,
            "fits": self.fits,
            **({} if self.label is None else {"label": self.label}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Wording:
        return cls(**data)


class Relation(StrEnum):
    """What a document has to do with another one that it names."""

    BASIS = "basis"  # 根据, 依据
    IMPLEMENTS = "implements"  # 贯彻, 落实, 实施
    FORWARDS = "forwards"  # 转发, 批转, 印发
    AMENDS = "amends"
    REPEALS = "repeals"
    CITES = "cites"


@dataclass(frozen=True, slots=True)
class Reference:
    """The notice at the other end of a relation, and the clause that states it (of the one who names the other)."""

    relation: Relation
    notice_id: str
    title: str
    doc_number: str | None
    clause_id: str

    def to_json(self) -> dict[str, Any]:
        return {
            "relation": self.relation.value,
            "notice_id": self.notice_id,
            "title": self.title,
            "doc_number": self.doc_number,
            "clause_id": self.clause_id,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reference:
        return cls(
            Relation(data["relation"]), *(data[key] for key in ("notice_id", "title", "doc_number", "clause_id"))
        )
