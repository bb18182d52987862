"""All events that a document states, of itself and of others, in the order of its clauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus import grammar
from corpus.amendments import MAY_AMEND, Amended, Subject, amended_by_title, amendments, lead_subject
from corpus.events import Event, EventKind, Target
from corpus.history import own_history
from corpus.masks import Masked, mask
from corpus.model import Clause, Notice, Role
from corpus.place import StepKind
from corpus.quoted import with_quote
from corpus.repeals import MAY_REPEAL, Repealed, opens_list, repealed_row, repeals
from corpus.sentences import read_clause
from corpus.terms import Said, own_term
from corpus.text import squash

_SPEAKS = (Role.TEXT, Role.PREAMBLE, Role.HEADING, Role.ROW, Role.PEOPLE)


def said(notice: Notice, history: Sequence[Event] | None = None, name: str = "") -> list[Event]:
    """What a notice says has happened or will: its own history and term first, then what it does to others.

    A draft, by its title or the `name` of its file, says nothing: what it is to repeal hasn't been repealed. `history`
    saves reading it again.
    """
    if grammar.matches("draft", notice.title) or grammar.matches("draft", name):
        return []
    term = own_term(notice)
    events = list(own_history(notice) if history is None else history)
    events += _own(notice, EventKind.IN_FORCE, term.starts)
    events += _own(notice, EventKind.EXPIRED, term.ends)
    days = [event.date for event in events if event.date and event.kind is not EventKind.EXPIRED]
    events += _Reader(notice, term.start or notice.date or max(days, default=None)).read()
    return events


def subject_of(notice: Notice, target: Target) -> Target:
    """The document that a short name of a notice (《解释》) means: the one that it amends, if its title ends so."""
    subject = amended_by_title(notice.title)
    if subject.title is not None and target.title is not None and squash(target.title) in squash(subject.title):
        return replace(target, title=subject.title, doc_number=subject.doc_number)
    return target


def _own(notice: Notice, kind: EventKind, said: Said | None) -> list[Event]:
    if said is None:
        return []
    return [Event(kind, said.date, notice.notice_id, notice.doc_number, said.clause_id, said.text, said.how)]


class _Reader:
    """Reads clause by clause what a notice repeals and amends.

    `subject` is whose articles are amended, by the last heading or sentence that says so; `open` is the clause whose
    last words repeal what the items behind it name.
    """

    def __init__(self, notice: Notice, start: str | None) -> None:
        self.notice = notice
        self.start = start
        self.subject = amended_by_title(notice.title)
        self.open: Clause | None = None
        self.leads: dict[str, Subject] = {}

    def read(self) -> Iterator[Event]:
        quoted = 0  # clauses still to come that belong to a quote
        for at, clause in enumerate(self.notice.clauses):
            if quoted or clause.role not in _SPEAKS:
                quoted = max(0, quoted - 1)
                continue
            heads = self._heads(clause)
            words = clause.text + "".join(heads)
            if not MAY_REPEAL.search(words) and not MAY_AMEND.search(words) and "修改" not in words:
                continue
            if MAY_AMEND.search(clause.text):
                clause, quoted = with_quote(self.notice.clauses, at)
            masked = read_clause(clause)
            yield from self._repeals(clause, masked, heads)
            yield from self._amendments(clause, masked)
            if opens_list(masked):
                self.open = clause

    def _heads(self, clause: Clause) -> Sequence[str]:
        """The headings above a clause, and the open sentence that it is an item of."""
        if self.open is None:
            return clause.path
        if clause.place.last.kind not in (StepKind.NUMBERED, StepKind.ROW, StepKind.LOST):
            self.open = None
            return clause.path
        return (*clause.path, self.open.text.splitlines()[-1])

    def _repeals(self, clause: Clause, masked: Masked, heads: Sequence[str]) -> Iterator[Event]:
        if clause.role is Role.ROW and any(grammar.matches("heading", head) for head in heads):
            found = list(repealed_row(clause))
        else:
            own = clause.role in (Role.TEXT, Role.HEADING) and bool(heads) and clause.text.startswith(heads[-1])
            found = list(repeals(masked, heads[:-1] if own else heads))
        for one in found:
            yield self._event(clause, one)

    def _event(self, clause: Clause, one: Repealed) -> Event:
        day = one.day or (self.start if one.from_start else self.notice.date)
        notice = self.notice
        return Event(
            one.kind, day, notice.notice_id, notice.doc_number, clause.clause_id, one.words, one.how, one.target
        )

    def _amendments(self, clause: Clause, masked: Masked) -> Iterator[Event]:
        subject = self._subject(clause, masked)
        for one in amendments(masked, subject):
            yield self._amended(clause, one)

    def _subject(self, clause: Clause, masked: Masked) -> Subject:
        """Whose articles a clause amends: the nearest heading that says so, the last sentence, the title."""
        for head in reversed(clause.path):
            if head not in self.leads:
                found = lead_subject(mask(head))
                self.leads[head] = found or Subject(None)
            if self.leads[head].title is not None:
                return self.leads[head]
        named = lead_subject(masked)
        if named is not None:
            self.subject = named
        return self.subject

    def _amended(self, clause: Clause, one: Amended) -> Event:
        notice = self.notice
        return Event(
            one.kind,
            self.start,
            notice.notice_id,
            notice.doc_number,
            clause.clause_id,
            one.words,
            one.how,
            one.target,
            one.amendment,
        )
