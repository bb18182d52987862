"""What happened to a document, told by the clause that says so: when repealed, until when valid, by what replaced.

The answer is a sentence of the clause that an event was read from; the line of its note says what follows from it on
the day that is asked about. Where no event answers, the note says what the corpus knows, or the question is asked as
any other.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.events import Event, EventKind
from corpus.model import Notice, Status
from corpus.text import cut, squash
from index.engine import Engine, IndexedClause
from index.term_counts import idf
from index.tokens import tokenize
from retriever.decide import CITED, RULED_OUT, Decision
from retriever.families import Families, text_day
from retriever.model import Answer, Hit
from retriever.names import Names, key
from retriever.notes import NoteKind, note
from retriever.query import Query
from retriever.reading.shown import MAX_ANSWER, opening
from retriever.reading.terms import Terms, fold
from retriever.search import Retrieval
from retriever.standing import deciding, named, standing
from retriever.when import Asked, without_year

_LOOKED_AT = 10  # hits whose documents may be the one that is meant
_NAMED = 0.75  # share of the question's words that the title of the document meant must hold
_LISTED = 5  # documents that the note of a list names
_ENDS = (EventKind.REPEALED, EventKind.EXPIRED, EventKind.REPLACED)
_CHANGES = (EventKind.AMENDED, EventKind.CORRECTED, EventKind.PARTLY_REPEALED)
_OVER = (Status.REPEALED, Status.EXPIRED, Status.REPLACED)
_EXPIRED = re.compile(r"过期|到期")
_NO_LONGER = re.compile(r"失效|不再有效")
_GOVERNMENT = re.compile(r"(?:人民)?政府$")  # 北京市政府 is 北京市 in titles and 北京市人民政府 as issuer
_WORDS = re.compile(r"请问|收录的?|目前|现在|都|有|里|中|的|是|一共|总共|已经?|了|和|吗|呢")


@dataclass(frozen=True, slots=True)
class Told:
    """The decision, the answer, and the clauses that say so, which stand before all other hits."""

    decision: Decision
    answer: Answer | None
    entries: tuple[IndexedClause, ...]

    def first(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The hits with these clauses in front."""
        rows = {entry.row for entry in self.entries}
        top = (hits[0].score if hits else 0.0) + 1.0
        shown = [Hit(1, top, entry) for entry in self.entries] + [hit for hit in hits if hit.entry.row not in rows]
        return tuple(replace(hit, rank=rank) for rank, hit in enumerate(shown, 1))


class Teller:
    """Answers questions about the time of the documents of one index. Safe under threads."""

    def __init__(self, engine: Engine, names: Names, families: Families) -> None:
        self._engine = engine
        self._names = names
        self._families = families
        self._day = engine.day.isoformat()

    @functools.cached_property
    def _by(self) -> dict[str, list[tuple[int, Event]]]:
        """What each notice repeals."""
        found: dict[str, list[tuple[int, Event]]] = {}
        for ordinal, source in enumerate(self._engine.notices):
            for event in source.notice.events:
                if event.kind is EventKind.REPEALED and event.notice_id != source.notice.notice_id:
                    found.setdefault(event.notice_id, []).append((ordinal, event))
        return found

    def tell(self, asked: Asked, query: Query, retrieval: Retrieval, question: str) -> Told | None:
        """What is to be told; None where it can't be settled which document is meant, or nothing is known."""
        if asked.kind == "which":
            return self._list(asked, query, retrieval, question)
        meant = self._meant(asked, query, retrieval)
        if meant is None:
            return None
        notice = self._engine.notices[meant].notice
        event = self._event(asked.kind, notice)
        if event is not None:
            entry = self._engine.find(event.clause_id)
            return None if entry is None else self._told(asked.kind, meant, event, entry)
        if asked.kind in ("until", "began"):
            return None  # perhaps a clause says it in words that are no event
        title = self._engine.notice(meant)[0]
        said = note(NoteKind.STANDING, named(notice), self._silent(asked.kind, notice))
        if asked.kind == "holds":
            answer = Answer(opening(title.text), (), title.clause_id, title)
            return Told(Decision(True, CITED, said), answer, (title,))
        return Told(Decision(False, RULED_OUT, said), None, (title,))

    def _told(self, kind: str, meant: int, event: Event, entry: IndexedClause) -> Told:
        notice = self._engine.notices[meant].notice
        said = note(NoteKind.STANDING, named(notice), standing(notice, self._day))
        entries = [entry]
        if kind == "by" and squash(entry.notice.title) != squash(notice.title):
            title = self._engine.notice(entry.ordinal)[0]  # which document is asked: its title says it
            answer = Answer(opening(title.text), (), title.clause_id, title)
        else:
            answer = Answer(sentence(entry.text, event, notice), (), entry.clause_id, entry)
        return Told(Decision(True, CITED, said), answer, tuple(entries))

    def _silent(self, kind: str, notice: Notice) -> str:
        """What the corpus knows where no clause says what is asked."""
        state = standing(notice, self._day)
        return f"{state}；收录的公文里没有{'修改' if kind == 'amended' else '废止或代替'}它的文件"

    def _event(self, kind: str, notice: Notice) -> Event | None:
        """The event that answers a kind of question."""
        past = [event for event in notice.events if event.date is None or event.date <= self._day]
        over = deciding(notice, self._day) if notice.status in _OVER else None
        if kind == "by":
            return over if over is not None and over.notice_id != notice.notice_id else None
        if kind == "ended":
            return over or _last(event for event in notice.events if event.kind in _ENDS)
        if kind == "amended":
            return _last(event for event in past if event.kind in _CHANGES) or _last(
                event for event in past if event.kind in (EventKind.AMENDED, EventKind.REISSUED)
            )
        if kind == "began":
            return _last(event for event in notice.events if event.kind is EventKind.IN_FORCE)
        ends = _last(event for event in notice.events if event.kind is EventKind.EXPIRED)
        if kind == "until":
            return over if over is not None and over.kind is not EventKind.EXPIRED else ends
        changed = deciding(notice, self._day)
        return changed or ends or _last(event for event in notice.events if event.kind is EventKind.IN_FORCE)

    def _meant(self, asked: Asked, query: Query, retrieval: Retrieval) -> int | None:
        """The notice that a question means: by its citation or number, else by a title that holds its words."""
        found: Sequence[int] = ()
        exact = False
        if query.cited is not None and query.cited.resolution.ordinals:
            found = query.cited.resolution.ordinals
            exact = query.cited.resolution.cited.number is not None
        elif retrieval.candidates.numbered:
            found = [entry.ordinal for entry in self._engine.clauses(retrieval.candidates.numbered)]
            exact = True
        elif query.number is None and query.cited is None:
            found = self._titled(asked, query, retrieval)
        if not found:
            return None
        if exact:
            return found[0]
        members = list(dict.fromkeys(one for ordinal in found for one in self._families.of(ordinal)))
        return self._version(asked, members if self._families.of(found[0])[0] in members else list(found))

    def _version(self, asked: Asked, members: Sequence[int]) -> int:
        """Which text of a title is meant: that of the year named; of what has ended the last one that has, else the
        newest in force."""
        notices = self._engine.notices
        if asked.year is not None:
            own = [at for at in members if _of_year(notices[at].notice, asked.year)]
            members = own or members
        newest = sorted(members, key=lambda at: text_day(notices[at].notice), reverse=True)
        wanted = asked.kind not in ("ended", "by")
        return next((at for at in newest if notices[at].notice.status.holds is wanted), newest[0])

    def _titled(self, asked: Asked, query: Query, retrieval: Retrieval) -> list[int]:
        """The notice among those found whose title holds the words that name the document."""
        count = self._engine.terms.count
        subject = asked.subject if asked.year is None else without_year(asked.subject, asked.year)
        terms = Terms.of(
            subject, tokenize, lambda token: idf(self._engine.terms, token), lambda token: count(token) > 0, {}
        )
        if len(squash(subject)) < 4 or terms.known_share < _NAMED:
            return []
        best: tuple[float, int] | None = None
        wanted = key(subject)
        for ordinal in dict.fromkeys(hit.entry.ordinal for hit in retrieval.hits[:_LOOKED_AT]):
            notice = self._engine.notices[ordinal].notice
            title = fold(f"{notice.title}{notice.issuer or ''}{notice.date or ''}")
            share = terms.coverage(title) + (0.5 if wanted in key(notice.title) else 0.0)
            share += 0.5 if any(wanted in one or one in wanted for one in self._names.issued(ordinal)) else 0.0
            if share >= _NAMED and (best is None or share > best[0]):
                best = share, ordinal
        return [] if best is None else [best[1]]

    def _list(self, asked: Asked, query: Query, retrieval: Retrieval, question: str) -> Told | None:
        """The documents that are no longer in force, or those that one document repealed."""
        found = [pair for pair in self._ended(asked, query, retrieval, question) if pair is not None]
        if asked.year is not None:
            found = [pair for pair in found if (pair[1].date or "").startswith(asked.year)]
        if not found:
            if squash(_WORDS.sub("", asked.subject)):
                return None
            return Told(Decision(False, RULED_OUT, note(NoteKind.NONE_ENDED)), None, ())
        found.sort(key=lambda pair: pair[1].date or "", reverse=True)
        entries: dict[str, IndexedClause] = {}
        for _, event in found:
            if event.clause_id not in entries and (entry := self._engine.find(event.clause_id)) is not None:
                entries[event.clause_id] = entry
        if not entries:
            return None
        ordinal, event = next(pair for pair in found if pair[1].clause_id in entries)
        notices = self._engine.notices
        names = [named(notices[at].notice) for at in dict.fromkeys(at for at, _ in found)]
        listed = "、".join(names[:_LISTED]) + (f"等 {len(names)} 篇" if len(names) > _LISTED else "")
        first = entries[event.clause_id]
        text = sentence(first.text, event, notices[ordinal].notice)
        said = note(NoteKind.ENDED, str(len(names)), listed)
        return Told(Decision(True, CITED, said), Answer(text, (), first.clause_id, first), tuple(entries.values()))

    def _ended(
        self, asked: Asked, query: Query, retrieval: Retrieval, question: str
    ) -> Iterator[tuple[int, Event] | None]:
        by = list(query.cited.resolution.ordinals) if query.cited is not None else []
        by = by or [entry.ordinal for entry in self._engine.clauses(retrieval.candidates.numbered)]
        if not by and squash(_WORDS.sub("", asked.subject)):
            by = [at for at in self._titled(asked, query, retrieval) if self._notice_id(at) in self._by]
        if by:
            pairs = [pair for at in dict.fromkeys(by) for pair in self._by.get(self._notice_id(at), ())]
            yield from (pair for pair in pairs if (pair[1].date or "") <= self._day)
            return
        statuses = {Status.EXPIRED} if _EXPIRED.search(question) else {Status.REPEALED}
        statuses |= {Status.EXPIRED} if _NO_LONGER.search(question) else set()
        where = squash(_GOVERNMENT.sub("", re.sub(r"(?:19|20)\d\d年?", "", _WORDS.sub("", asked.subject))))
        for ordinal, source in enumerate(self._engine.notices):
            notice = source.notice
            if notice.status not in statuses:
                continue
            if where and where not in squash(f"{notice.title}{notice.issuer or ''}"):
                continue
            event = deciding(notice, self._day)
            yield None if event is None else (ordinal, event)

    def _notice_id(self, ordinal: int) -> str:
        return self._engine.notices[ordinal].notice.notice_id


def _last(events: Iterable[Event]) -> Event | None:
    """The last of some events by their days; of one day the last that is stated."""
    found = list(events)
    return max(enumerate(found), key=lambda pair: (pair[1].date or "", pair[0]))[1] if found else None


def _of_year(notice: Notice, year: str) -> bool:
    return text_day(notice).startswith(year) or year in notice.title or f"〔{year}〕" in (notice.doc_number or "")


def sentence(text: str, event: Event, notice: Notice) -> str:
    """The words of an event as a span of its clause: the sentence that holds them; of a long list the part that names
    the document concerned."""
    words = event.text.rstrip("…")
    at = text.find(words)
    if at < 0:
        return opening(text)
    end = text.find(event.text, at)
    stop = at + len(event.text) if end >= 0 else at + len(words)
    if stop - at <= MAX_ANSWER:
        return text[at:stop].strip()
    names = [name for name in (notice.doc_number, notice.title) if name and name in text[at:stop]]
    from_name = text.find(names[0], at) if names else at
    begin = max(
        at, text.rfind("；", at, from_name) + 1, text.rfind("\n", at, from_name) + 1, from_name - MAX_ANSWER // 2
    )
    return cut(text[begin:stop], MAX_ANSWER)[0].strip()
