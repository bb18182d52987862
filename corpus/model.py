"""What parsing a gazette yields: frozen dataclasses and their JSON (the shapes of the contract).

`Source` is a file as lines of text; `ParsedFile` is what `corpus.parse` makes of it. Dates are
ISO strings (`YYYY-MM-DD`); what a document does not state is None, never guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from corpus.events import Event, Reference, Wording
from corpus.place import Place, key_of
from corpus.roles import KIND_OF as KIND_OF
from corpus.roles import ClauseKind as ClauseKind
from corpus.roles import Role as Role
from corpus.roles import Status as Status


@dataclass(frozen=True, slots=True)
class Span:
    """First and last source line (or page) of something; both count from 1 and are included."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of a source. `page` is the 1-based page of a paged document, else None.

    `continues` is True where the layout shows that the line goes on with the paragraph before it.
    """

    number: int
    text: str
    page: int | None = None
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file read into lines. `encoding` names how its bytes were decoded (`gb18030`, `pdf-text`…).

    A reader of documents also says what a person should look at, which running heads and page numbers
    it left out, and the printed number of each page that has one: (1-based page, number). `letters` counts
    the letters and digits of the file as it came, before anything was left out; None where that is what
    `lines` and `left_out` hold. `stated` is what the file says of its document outside the text: (name, value)
    with the names title, doc_number, issuer, date, published, origin.
    """

    file: str
    encoding: str
    lines: tuple[SourceLine, ...]
    warnings: tuple[Warn, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    printed_pages: tuple[tuple[int, str], ...] = ()
    letters: Counter[str] | None = None
    stated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Warn:
    """Something a person should look at: the source line and one Chinese sentence."""

    line: int
    what: str

    def to_json(self) -> dict[str, Any]:
        return {"line": self.line, "what": self.what}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line (or part of one) that is no part of any document, and why it was left out."""

    line: int
    text: str
    why: str

    def to_json(self) -> dict[str, Any]:
        return {"line": self.line, "text": self.text, "why": self.why}


@dataclass(frozen=True, slots=True)
class Clause:
    """The unit that is indexed, returned and cited.

    `place` says where it stands in the notice `notice_id`, `path` holds the headings above it, outermost
    first, its own heading last. `text` is repaired text of at most 800 characters with its own
    numbering. `cells` are a table row's pairs of column head and cell, in the table's order, or a list of people's
    pairs of group (组长, or nothing) and person with post.

    Where other notices amend it, `text` is how it reads on the day it was asked for (`corpus.consolidated`), `printed`
    how it is printed here, and `wordings` are all that were made of it, the oldest first. An article that another
    notice added has its text as its first wording; `lines` and `pages` are those of `file`, where that is printed.
    """

    notice_id: str
    place: Place
    path: tuple[str, ...]
    role: Role
    text: str
    lines: Span
    pages: Span | None = None
    cells: tuple[tuple[str, str], ...] = ()
    printed: str | None = None
    wordings: tuple[Wording, ...] = ()
    file: str | None = None

    @property
    def clause_id(self) -> str:
        """Unique in a corpus, the same in every build of the same file: `离政办发〔2023〕9号/二.（三）.1`."""
        return f"{self.notice_id}/{key_of(self.place)}"

    @property
    def kind(self) -> ClauseKind:
        return KIND_OF[self.role]

    def to_json(self) -> dict[str, Any]:
        page = None if self.pages is None else self.pages.start
        amended: dict[str, Any] = {}
        if self.wordings:
            amended = {"printed": self.printed, "wordings": [wording.to_json() for wording in self.wordings]}
            amended |= {} if self.file is None else {"file": self.file}
        return {
            "clause_id": self.clause_id,
            "path": list(self.path),
            "kind": self.kind.value,
            "role": self.role.value,
            "place": self.place.to_json(),
            "text": self.text,
            "line_start": self.lines.start,
            "line_end": self.lines.end,
            "page": page,
            "page_end": None if self.pages is None else self.pages.end,
            "cells": [list(pair) for pair in self.cells],
            **amended,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], notice_id: str) -> Clause:
        """What `to_json` gave, as a clause of the notice `notice_id`."""
        pages = None if data["page"] is None else Span(data["page"], data["page_end"])
        return cls(
            notice_id,
            Place.from_json(data["place"]),
            tuple(data["path"]),
            Role(data["role"]),
            data["text"],
            Span(data["line_start"], data["line_end"]),
            pages,
            tuple((head, cell) for head, cell in data["cells"]),
            data.get("printed"),
            tuple(map(Wording.from_json, data.get("wordings", ()))),
            data.get("file"),
        )


@dataclass(frozen=True, slots=True)
class Repeal:
    """The clause of another notice, `notice_id`, that repeals this one."""

    doc_number: str | None
    notice_id: str
    clause_id: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return {
            "doc_number": self.doc_number,
            "notice_id": self.notice_id,
            "clause_id": self.clause_id,
            "text": self.text,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Repeal | None:
        return None if data is None else cls(**data)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number, the office that it is printed for (None where the text names none), and the clause."""

    unit: str | None
    phone: str
    clause_id: str

    def to_json(self) -> dict[str, Any]:
        return {"unit": self.unit, "phone": self.phone, "clause_id": self.clause_id}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the parser isn't sure of a notice, in one Chinese sentence, and the lines concerned."""

    reason: str
    lines: Span

    def to_json(self) -> dict[str, Any]:
        return {"reason": self.reason, "line_start": self.lines.start, "line_end": self.lines.end}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Doubt:
        return cls(data["reason"], Span(data["line_start"], data["line_end"]))


@dataclass(frozen=True, slots=True)
class Notice:
    """One official document of a gazette.

    `notice_id` is unique in a corpus and the prefix of its clauses' ids. `unit`, `phone` are the
    contact unit and its (first) phone as the notice prints them; `phones` are all of them, each with its office.
    `uncertain` says where number, title and body may not belong together, or a part may be missing.
    `valid_until` is the last day the notice itself states, if any.

    `events` is what happened to it, by its own words and those of others (`corpus.validity`); status and `repealed_by`
    follow from them and a day. `version` is the day of this wording, `family` the name that all texts of its title
    share where there are several. `references` are the notices that it names, `referred_by` those that name it.
    """

    notice_id: str
    doc_number: str | None
    title: str
    issuer: str | None
    date: str | None
    section: str | None
    addressee: str | None
    unit: str | None
    phone: str | None
    phones: tuple[Phone, ...]
    contact_person: str | None
    email: str | None
    attachments: tuple[str, ...]
    contents_page: int | None
    lines: Span
    clauses: tuple[Clause, ...]
    status: Status = Status.IN_FORCE
    repealed_by: Repeal | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    uncertain: tuple[Doubt, ...] = ()
    events: tuple[Event, ...] = ()
    version: str | None = None
    family: str | None = None
    references: tuple[Reference, ...] = ()
    referred_by: tuple[Reference, ...] = ()

    def doubts_on(self, lines: Span) -> tuple[Doubt, ...]:
        """What is uncertain of these lines: doubts on the document's beginning (its number, its title) concern all
        of it, others the lines that they name."""
        return tuple(
            doubt
            for doubt in self.uncertain
            if doubt.lines.start <= self.lines.start
            or (doubt.lines.start <= lines.end and lines.start <= doubt.lines.end)
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "notice_id": self.notice_id,
            "doc_number": self.doc_number,
            "title": self.title,
            "issuer": self.issuer,
            "date": self.date,
            "section": self.section,
            "addressee": self.addressee,
            "unit": self.unit,
            "phone": self.phone,
            "phones": [phone.to_json() for phone in self.phones],
            "contact_person": self.contact_person,
            "email": self.email,
            "status": self.status.value,
            "repealed_by": None if self.repealed_by is None else self.repealed_by.to_json(),
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
            "attachments": list(self.attachments),
            "contents_page": self.contents_page,
            "line_start": self.lines.start,
            "line_end": self.lines.end,
            "uncertain": [doubt.to_json() for doubt in self.uncertain],
            "version": self.version,
            "family": self.family,
            "events": [event.to_json() for event in self.events],
            "references": [reference.to_json() for reference in self.references],
            "referred_by": [reference.to_json() for reference in self.referred_by],
            "clauses": [clause.to_json() for clause in self.clauses],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Notice:
        plain = ("notice_id", "doc_number", "title", "issuer", "date", "section", "addressee", "unit", "phone")
        more = ("contact_person", "email", "contents_page", "valid_from", "valid_until", "version", "family")
        return cls(
            **{key: data[key] for key in (*plain, *more)},
            phones=tuple(Phone(**phone) for phone in data["phones"]),
            attachments=tuple(data["attachments"]),
            lines=Span(data["line_start"], data["line_end"]),
            clauses=tuple(Clause.from_json(clause, data["notice_id"]) for clause in data["clauses"]),
            status=Status(data["status"]),
            repealed_by=Repeal.from_json(data["repealed_by"]),
            uncertain=tuple(map(Doubt.from_json, data["uncertain"])),
            events=tuple(map(Event.from_json, data["events"])),
            references=tuple(map(Reference.from_json, data["references"])),
            referred_by=tuple(map(Reference.from_json, data["referred_by"])),
        )


@dataclass(frozen=True, slots=True)
class CorpusNotice:
    """A notice and the files it stands in, first the one that its clauses were read from. `bulletin` is the issue
    of a gazette that this file is, if it is one.

    An index gives its notices without clauses: those are read one by one.
    """

    notice: Notice
    files: tuple[str, ...]
    bulletin: Bulletin | None = None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The issue itself, as its cover states it."""

    title: str | None
    year: int | None
    issue: int | None
    total_issue: int | None
    published: str | None
    issuer: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "year": self.year,
            "issue": self.issue,
            "total_issue": self.total_issue,
            "published": self.published,
            "issuer": self.issuer,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Bulletin:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What one file holds. `coverage` is the share of the file's letters and digits that stand in
    exactly one clause; `left_out` lists what is no part of any document; `page_lines` is what stands in the lines of
    a web page (`corpus.site`)."""

    file: str
    encoding: str
    bulletin: Bulletin
    notices: tuple[Notice, ...]
    coverage: float
    warnings: tuple[Warn, ...]
    left_out: tuple[LeftOut, ...]
    page_lines: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "encoding": self.encoding,
            "bulletin": self.bulletin.to_json(),
            "notices": [notice.to_json() for notice in self.notices],
            "coverage": self.coverage,
            "warnings": [warning.to_json() for warning in self.warnings],
            "left_out": [left.to_json() for left in self.left_out],
            **({"page_lines": self.page_lines} if self.page_lines else {}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ParsedFile:
        return cls(
            data["file"],
            data["encoding"],
            Bulletin.from_json(data["bulletin"]),
            tuple(Notice.from_json(notice) for notice in data["notices"]),
            data["coverage"],
            tuple(Warn(**warning) for warning in data["warnings"]),
            tuple(LeftOut(**left) for left in data["left_out"]),
            tuple(data.get("page_lines", ())),
        )
