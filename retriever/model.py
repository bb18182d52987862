"""What a search takes and gives: filters, hits, answers, and their JSON (the contract's shapes)."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.doc_number import TypedNumber, find_typed, match_notices, number_key
from corpus.errors import UsageError
from corpus.model import Clause, Doubt, Notice, Role, Span
from corpus.offices import same_office
from corpus.simplified import simplified
from corpus.text import squash
from corpus.wordings import made_by
from index.engine import IndexedClause
from retriever.citation import citation
from retriever.cited import figures, read_number
from retriever.notes import Note, NoteKind
from retriever.references import Link

MODES = ("hybrid", "dense", "bm25")
STATUSES = ("in_force", "repealed", "expired", "amended", "partly_repealed", "replaced", "upcoming", "any")
MAX_QUESTION = 2000  # characters
# `confidence` is a probability: below this, every second or third answer is wrong. The page shows its caution, and
# no surface shows a telephone number.
CAUTION = 0.6

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ParameterError(UsageError):
    """A value that can't be used. `parameter` is its name here; each surface names its own (`named`)."""

    def __init__(self, what: str, parameter: str, todo: str) -> None:
        super().__init__(what, parameter, todo)
        self.parameter = parameter

    def named(self, names: Mapping[str, str]) -> ParameterError:
        """The same error under the name that a surface gives the parameter: `since` is `--from` on the command
        line, so 「since：日期“x”不对」 becomes 「--from：日期“x”不对」."""
        return ParameterError(self.what, names.get(self.parameter, self.parameter), self.todo)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which notices may answer. `issuer` is a part of the issuer's name or another name of it;
    `since` and `until` are ISO dates, both included; notices without a date pass no date filter. `on` is the day as of
    which everything is said: status, wording, and which texts were there."""

    issuer: str | None = None
    doc_number: str | None = None
    since: str | None = None
    until: str | None = None
    status: str = "any"
    section: str | None = None
    on: str | None = None

    def __post_init__(self) -> None:
        """Raises ParameterError for what is no date or status, and for a period that ends before it begins."""
        for name, value in (("since", self.since), ("until", self.until), ("on", self.on)):
            if value is not None:
                _check_date(name, value)
        if self.since and self.until and self.since > self.until:
            raise ParameterError(f"起始日期 {self.since} 晚于截止日期 {self.until}", "since", "请把两个日期换过来")
        if self.status not in STATUSES:
            raise ParameterError(f"状态“{self.status}”不认识", "status", "可用：" + "、".join(STATUSES))

    @property
    def empty(self) -> bool:
        return self == Filters()

    def there(self, notice: Notice) -> bool:
        """Whether a notice had been issued by the day that is asked for."""
        return self.on is None or (notice.date or notice.version or "") <= self.on

    def keeps(self, notice: Notice) -> bool:
        """Whether a notice passes all filters."""
        if not self.there(notice):
            return False
        if self.issuer and not _is_issuer(self.issuer, notice.issuer):
            return False
        if self.doc_number and not is_number(self.doc_number, notice.doc_number or ""):
            return False
        if (self.since or self.until) and notice.date is None:
            return False
        if self.since and notice.date and notice.date < self.since:
            return False
        if self.until and notice.date and notice.date > self.until:
            return False
        if self.section and self.section != notice.section:
            return False
        if self.status == "in_force":  # also where articles of it were amended or repealed
            return notice.status.holds
        return self.status == "any" or notice.status.value == self.status


def _check_date(name: str, value: str) -> None:
    try:
        if not _ISO.fullmatch(value):  # Python also reads weeks (2023-W01-1)
            raise ValueError(value)
        dt.date.fromisoformat(value)
    except ValueError as err:
        raise ParameterError(f"日期“{value}”不对", name, "请写成 2023-05-15 的样子") from err


def is_number(wanted: str, doc_number: str) -> bool:
    """Whether a document's number is the one that is typed, in whatever brackets, characters and numerals:
    離政辦發二〇二三年第九號 is 离政办发〔2023〕9号. Without its year a number is that of every year."""
    if number_key(wanted) == number_key(doc_number):
        return True
    typed, number = _typed(wanted), _parsed(doc_number)
    if typed is None or number is None:
        return False
    but_its_year = typed.year is None and len(number.code) > 1 and typed.before == number.code
    return (typed.complete or but_its_year) and bool(match_notices(typed, [number]))


@functools.lru_cache(maxsize=256)
def _typed(wanted: str) -> TypedNumber | None:
    return find_typed(figures(simplified(wanted)))


_parsed = functools.lru_cache(maxsize=1 << 15)(read_number)  # all numbers of a corpus are looked at, again and again


def _is_issuer(wanted: str, issuer: str | None) -> bool:
    if issuer is None:
        return False
    return squash(wanted) in squash(issuer) or any(same_office(wanted, one) for one in issuer.split("、"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that a search returns, with its rank (from 1), its score, and what it points to in the corpus."""

    rank: int
    score: float
    entry: IndexedClause
    links: tuple[Link, ...] = ()

    @property
    def clause_id(self) -> str:
        return self.entry.clause_id

    @property
    def doc_number(self) -> str | None:
        return self.entry.notice.doc_number

    @property
    def title(self) -> str:
        return self.entry.notice.title

    @property
    def issuer(self) -> str | None:
        return self.entry.notice.issuer

    @property
    def date(self) -> str | None:
        return self.entry.notice.date

    @property
    def path(self) -> tuple[str, ...]:
        return self.entry.path

    @property
    def text(self) -> str:
        return self.entry.text

    @property
    def status(self) -> str:
        return self.entry.notice.status.value

    @property
    def citation(self) -> str:
        return citation(self.entry.notice, self.entry.clause)

    @property
    def lines(self) -> Span:
        return self.entry.clause.lines

    @property
    def uncertain(self) -> tuple[Doubt, ...]:
        """Why this clause may not belong under its notice's number and title."""
        return self.entry.uncertain

    def to_json(self, *, sure: bool = True) -> dict[str, Any]:
        """`sure`: whether the result it belongs to is; its notice's phone is told only then."""
        notice, clause = self.entry.notice, self.entry.clause
        return {
            "rank": self.rank,
            "score": round(self.score, 6),
            "clause_id": clause.clause_id,
            "kind": clause.kind.value,
            "role": clause.role.value,
            "doc_number": notice.doc_number,
            "title": notice.title,
            "issuer": notice.issuer,
            "date": notice.date,
            "section": notice.section,
            "path": list(clause.path),
            "text": clause.text,
            "cells": [list(pair) for pair in clause.cells],
            "unit": notice.unit,
            "phone": notice.phone if sure else None,
            "citation": self.citation,
            "wording": wording_json(clause),
            "links": [link.to_json() for link in self.links],
            "status": notice.status.value,
            "repealed_by": None if notice.repealed_by is None else notice.repealed_by.to_json(),
            "valid_until": notice.valid_until,
            "uncertain": [doubt.to_json() for doubt in self.uncertain],
            "source": source_json(self.entry),
        }


def source_json(entry: IndexedClause) -> dict[str, Any]:
    """Where a clause stands in the files that its notice was read from."""
    clause = entry.clause
    return {
        "file": entry.files[0],
        "files": list(entry.files),
        "line_start": clause.lines.start,
        "line_end": clause.lines.end,
        "page": None if clause.pages is None else clause.pages.start,
        "page_end": None if clause.pages is None else clause.pages.end,
    }


def wording_json(clause: Clause) -> dict[str, Any] | None:
    """Since when a clause reads so, and the clause that made it so; None where it reads as printed."""
    made = made_by(clause)
    if not made:
        return None
    last = made[-1]
    return {
        "since": last.since,
        "doc_number": last.doc_number,
        "notice_id": last.notice_id,
        "clause_id": last.clause_id,
    }


@dataclass(frozen=True, slots=True)
class Office:
    """An office that an answer names. `phone_from` is the notice that states its phone, `phone_date` that notice's
    date, `phone_in_force` whether it is in force; `role` says how the office takes part: lead, assist, contact, or
    named where it only stands there. An answer that isn't sure has no phones (`retriever/caution.py`)."""

    name: str
    phone: str | None = None
    phone_from: str | None = None
    role: str = "lead"
    phone_date: str | None = None
    phone_in_force: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "phone": self.phone,
            "phone_from": self.phone_from,
            "phone_date": self.phone_date,
            "phone_in_force": self.phone_in_force if self.phone else None,
            "role": self.role,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A span of one clause, at most 160 characters, and the offices concerned. `entry` is the clause: it need not
    be among the hits. `exact` are the words in the span that answer, where a reader found them; `verdict` is yes or no
    where that was asked; `more` is how many further items or offices there are."""

    text: str
    offices: tuple[Office, ...]
    clause_id: str
    entry: IndexedClause | None = None
    exact: str | None = None
    verdict: str | None = None
    more: int = 0

    @property
    def uncertain(self) -> tuple[Doubt, ...]:
        """What the parser is not sure of in the clause's notice, as far as the clause is concerned."""
        return self.entry.uncertain if self.entry is not None else ()

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "text": self.text,
            "exact": self.exact,
            "verdict": self.verdict,
            "more": self.more,
            "offices": [office.to_json() for office in self.offices],
            "clause_id": self.clause_id,
            "uncertain": [doubt.to_json() for doubt in self.uncertain],
        }
        if self.entry is None:
            return data
        notice = self.entry.notice
        return {
            **data,
            "citation": citation(notice, self.entry.clause),
            "wording": wording_json(self.entry.clause),
            "doc_number": notice.doc_number,
            "title": notice.title,
            "status": notice.status.value,
            "repealed_by": None if notice.repealed_by is None else notice.repealed_by.to_json(),
            "valid_until": notice.valid_until,
            "source": source_json(self.entry),
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Everything a question brings: hits, the answer or why there is none, and the time it took."""

    question: str
    mode: str
    mode_used: str
    notes: tuple[Note, ...]
    answered: bool
    confidence: float
    answer: Answer | None
    hits: tuple[Hit, ...]
    ms: dict[str, float] = field(default_factory=dict)
    parts: tuple[SearchResult, ...] = ()  # of further questions that stand in the same one

    @property
    def sure(self) -> bool:
        """Whether there is an answer, above the mark under which a caution is shown."""
        return self.answered and self.confidence >= CAUTION

    @property
    def items_left(self) -> int:
        """How many items of a list the answer leaves out; offices that share its duty stand in a note."""
        shared = any(one.kind is NoteKind.SHARED for one in self.notes)
        return 0 if self.answer is None or shared else self.answer.more

    @property
    def left_over(self) -> str | None:
        """What the answer leaves out, as it is said behind it: `另有2条`, of documents `另有1份`."""
        titles = self.answer is not None and self.answer.entry is not None and self.answer.entry.role is Role.TITLE
        return f"另有{self.items_left}{'份' if titles else '条'}" if self.items_left else None

    @property
    def note(self) -> str | None:
        """All notes as one line."""
        return "；".join(one.text for one in self.notes) or None

    def to_json(self, question_id: str | None = None) -> dict[str, Any]:
        return {
            "id": question_id,
            "question": self.question,
            "mode": self.mode,
            "mode_used": self.mode_used,
            "note": self.note,
            "notes": [one.to_json() for one in self.notes],
            "parts": [
                {
                    "question": one.question,
                    "answered": one.answered,
                    "confidence": round(one.confidence, 4),
                    "answer": one.answer.to_json() if one.answer else None,
                    "note": one.note,
                }
                for one in self.parts
            ],
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "answer": None if self.answer is None else self.answer.to_json(),
            "hits": [hit.to_json(sure=self.sure) for hit in self.hits],
            "ms": self.ms,
        }
