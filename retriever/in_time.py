"""Which texts may answer a question: those in force; one that was repealed or replaced only when it is asked for by its
name, its number or a day (where nothing else is near, its name and its last day are said, to ask for it by); one that
ended by its own term also where nothing in force is near (`_LAST_WORD`).

A year may choose the texts (「2024年的标准」): then those in force in that year answer, in the wording of that year.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.dates import chinese_date
from corpus.model import Notice, Status
from corpus.validity import begins
from corpus.wordings import made_by, reads_on
from index.engine import Engine, IndexedClause
from retriever.decide import Decision
from retriever.families import Families
from retriever.model import Hit
from retriever.names import key
from retriever.notes import Note, NoteKind, note
from retriever.query import Query
from retriever.search import Retrieval
from retriever.standing import DECIDES, last_day, named, standing
from retriever.when import asked_of, plain, speaks_of, year_of, years_in

# A text that isn't in force stands below those in force that score at least this share of its score: on one matter a
# repealed notice and the new one are near equal (0.84 and 0.82 for 预支指标).
_RIVAL = 0.75
_LOOKED_AT = 5  # hits in whose words a year may stand
_KEPT = 4096  # notices whose names are kept, and whether they may answer
_NAME = 4  # letters of a title that name it
_OPENS = re.compile(r"^.{0,40}?关于")
_ISSUED = re.compile(r"^(?:印发|转发|发布|公布|颁布)《?([^《》]{4,80}?)》?的?(?:通知|函|公告|通告|决定|命令|令)$")
_PLACES = re.compile(r"^(?:[^的《]{1,5}?[省市县区](?![域级政场委内外])){1,3}")
_EDITION = re.compile(r"[（(][^（()）]{1,12}[)）]$")
# Statuses whose texts may answer, their warning first, where nothing in force is near: a text that ended by its own
# term has said the last word on its matter, a repealed one hasn't. Without EXPIRED fewer closed questions are answered
# rightly (54.5 instead of 60.9 %) and more refused wrongly (26.0 instead of 16.7 %; hybrid, as of 2026-11-29).
_LAST_WORD: tuple[Status, ...] = (Status.EXPIRED,)
_VAGUE = (NoteKind.NO_HITS, NoteKind.NOTHING_NEAR, NoteKind.OTHER_FIGURES, NoteKind.NOT_STATED)
_OVER = (Status.REPEALED, Status.EXPIRED, Status.REPLACED)


@dataclass(frozen=True, slots=True)
class Standing:
    """The retrieval as it is shown, and that part of it that may answer; `kept_out` is the best hit, where that may
    not. `year` chose the texts."""

    shown: Retrieval
    may_answer: Retrieval
    kept_out: Hit | None
    year: str | None


class InTime:
    """Settles which texts of one index may answer. Safe under threads."""

    def __init__(self, engine: Engine, families: Families) -> None:
        self._engine = engine
        self._families = families
        self._day = engine.day.isoformat()
        self._answers = functools.lru_cache(maxsize=_KEPT)(self._may_answer)
        self._names_of = functools.lru_cache(maxsize=_KEPT)(self._names)

    def settle(self, query: Query, question: str, retrieval: Retrieval) -> Standing:
        """What may answer, and in which order the hits are shown."""
        year = self.year(question)
        if asked_of(question) is not None:
            return Standing(retrieval, retrieval, None, None)  # its being over is what is asked
        entries = retrieval.entries
        amending = _amending(retrieval)
        ordinals = frozenset(entry.ordinal for entry in entries.values())
        if year is None and all(map(self._answers, ordinals)):
            return Standing(retrieval, _only(retrieval, retrieval.hits, amending), None, None)
        asked = self._asked(query, question, retrieval, ordinals)
        out = self._out(entries, ordinals - asked, question, year)
        shown = _lower(_higher(retrieval.hits, asked), out)
        first = next(iter(shown), None)
        if first is not None and first.entry.row in out and year is None and first.entry.notice.status in _LAST_WORD:
            out = frozenset(row for row in out if entries[row].ordinal != first.entry.ordinal)
        if first is not None and (first.entry.row not in out or (year is None and self._holds(first.entry.ordinal))):
            first = None
        # What is by far nearest may not answer: another text that would then answers something else.
        refused = first is not None and query.number is None and query.cited is None
        may = _only(retrieval, () if refused else shown, out if year is not None else out | amending)
        return Standing(replace(retrieval, hits=shown), may, first, year)

    def year(self, question: str) -> str | None:
        """The year, not this one, whose texts a question asks for."""
        year = year_of(question)
        return year if year is not None and f"{year}-12-31" < self._day and asked_of(question) is None else None

    def only_chooses(self, year: str, retrieval: Retrieval) -> bool:
        """Whether a year only says which texts are meant: none of the first found that held then has it in its
        words."""
        entries = [hit.entry for hit in retrieval.hits if held_in(hit.entry.notice, year)]
        return not any(speaks_of(_around(entry), year) for entry in entries[:_LOOKED_AT])

    def as_of_today(self, retrieval: Retrieval) -> Retrieval:
        """What was found as of another day, with those words and today's status."""
        notices = self._engine.notices
        hits = (replace(hit, entry=replace(hit.entry, source=notices[hit.entry.ordinal])) for hit in retrieval.hits)
        return replace(retrieval, hits=tuple(hits))

    def _asked(self, query: Query, question: str, retrieval: Retrieval, ordinals: frozenset[int]) -> frozenset[int]:
        """The notices among those found that aren't in force and are asked for by number, by name or by the day of
        their text: of a title alone only where none of its texts is in force."""
        asked = {entry.ordinal for entry in self._engine.clauses(retrieval.candidates.numbered)}
        if query.cited is not None:
            found = query.cited.resolution
            exactly = found.cited.number is not None or found.cited.day is not None
            asked = {at for at in asked.union(found.ordinals) if exactly or self._last_word(at)}
        others = ordinals - asked
        if query.cited is not None and query.cited.whole and query.cited.resolution.ordinals:
            others = frozenset()  # another whose title is nearly the same isn't asked for
        letters = key(plain(question))
        for at in others:
            if not self._holds(at) and self._last_word(at) and any(name in letters for name in self._names_of(at)):
                asked.add(at)
        return frozenset(at for at in asked if not self._holds(at))

    def _names(self, ordinal: int) -> frozenset[str]:
        """What a notice may be called in a question, kind included: its title with or without place, issuer and 关于,
        or that of the text it issues."""
        title = self._engine.notices[ordinal].notice.title
        return frozenset(name for name in _called(title) if len(name) >= _NAME)

    def _holds(self, ordinal: int) -> bool:
        return self._engine.notices[ordinal].notice.status.holds

    def _may_answer(self, ordinal: int) -> bool:
        """Whether a notice may answer whatever is asked: it is in force, and no other text of its title is, of which
        the day is known while its own isn't."""
        if not self._holds(ordinal):
            return False
        return not self._families.undated(ordinal) or not any(
            map(self._holds, (at for at in self._families.of(ordinal) if not self._families.undated(at)))
        )

    def _last_word(self, ordinal: int) -> bool:
        """Whether no text of a notice's title is in force."""
        return not any(map(self._holds, self._families.of(ordinal)))

    def _out(
        self, entries: Mapping[int, IndexedClause], ordinals: Iterable[int], question: str, year: str | None
    ) -> frozenset[int]:
        """The rows of those entries that may not answer, of notices that aren't asked for."""
        known = {at: self._engine.notices[at].notice for at in ordinals}
        if year is None:
            years = years_in(question)
            over = [at for at in known if not self._answers(at)]
            ended = {at for at in over if not any(held_in(known[at], one) for one in years)}
            return frozenset(row for row, entry in entries.items() if entry.ordinal in ended)
        others = {at for at, notice in known.items() if not held_in(notice, year)}
        return frozenset(
            row
            for row, entry in entries.items()
            if entry.ordinal in others and not (known[entry.ordinal].status.holds and speaks_of(_around(entry), year))
        )

    def warnings(self, entry: IndexedClause) -> Iterator[Note]:
        """The line before an answer from a text that isn't in force, or in words that were amended since."""
        notice = self._engine.notices[entry.ordinal].notice
        if not notice.status.holds:
            yield note(NoteKind.NOT_IN_FORCE, named(notice), standing(notice, self._day))
        elif reads_on(entry.clause, self._engine.day).text != entry.clause.text:
            yield note(NoteKind.EARLIER_WORDING, standing(notice, self._day))

    def explained(self, decision: Decision, found: Standing) -> Decision:
        """The decision, with the reason where nothing answers because a text was kept out that is near."""
        if decision.answered or (decision.note is not None and decision.note.kind not in _VAGUE):
            return decision
        why = self._why_not(found)
        return decision if why is None else replace(decision, note=why)

    def _why_not(self, found: Standing) -> Note | None:
        if found.kept_out is None:
            return None
        notice = found.kept_out.entry.notice
        if found.year is not None:
            begun = (begins(notice) or "")[:4]
            said = f"，收录的{named(notice)}是{begun}年的文本" if begun > found.year else ""
            return note(NoteKind.NOT_OF_YEAR, found.year, said)
        day = last_day(notice, self._day)
        by_day = f"，或按{chinese_date(day)}的情况查" if day else ""
        return replace(note(NoteKind.ONLY_ENDED, named(notice), standing(notice, self._day), by_day), day=day)


def _amending(retrieval: Retrieval) -> frozenset[int]:
    """The hits whose words are those of another hit that they amend, unless their document is asked for by number: an
    article is read as it stands now, and what made it so says nothing else."""
    made = {wording.clause_id for hit in retrieval.hits for wording in made_by(hit.entry.clause)}
    asked = set(retrieval.candidates.numbered)
    found = (hit.entry for hit in retrieval.hits)
    return frozenset(entry.row for entry in found if entry.clause_id in made and entry.row not in asked)


def _only(retrieval: Retrieval, hits: Sequence[Hit], out: frozenset[int]) -> Retrieval:
    """These hits and all candidates, without the rows in `out`."""
    if not out and hits is retrieval.hits:
        return retrieval
    kept = [hit for hit in hits if hit.entry.row not in out]
    found = retrieval.candidates
    rest = replace(
        found, scores=_without(found.scores, out), dense=_without(found.dense, out), bm25=_without(found.bm25, out)
    )
    return replace(retrieval, hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(kept, 1)), candidates=rest)


def _higher(hits: Sequence[Hit], asked: frozenset[int]) -> tuple[Hit, ...]:
    """The hits with those of the notices that are asked for in front."""
    if not any(hit.entry.ordinal in asked for hit in hits):
        return tuple(hits)
    top = max(hit.score for hit in hits)
    first = [replace(hit, score=top) for hit in hits if hit.entry.ordinal in asked]
    return (*first, *(hit for hit in hits if hit.entry.ordinal not in asked))


def _lower(hits: Sequence[Hit], out: frozenset[int]) -> tuple[Hit, ...]:
    """The hits in a new order: each of those in `out` behind all others that score nearly as much."""
    order: list[Hit] = [hit for hit in hits if hit.entry.row not in out]
    for hit in hits:
        if hit.entry.row not in out:
            continue
        at = max((place for place, one in enumerate(order, 1) if one.score >= _RIVAL * hit.score), default=0)
        while at < len(order) and order[at].entry.row in out:
            at += 1  # behind those that were put here before
        low = min(hit.score, order[at - 1].score) if at else hit.score
        order.insert(at, replace(hit, score=low))
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(order, 1))


def held_in(notice: Notice, year: str) -> bool:
    """Whether a notice was in force on some day of a year, or is about that year by its title."""
    first = begins(notice)
    if first is not None and first > f"{year}-12-31":
        return year in notice.title
    ends = [
        event.date
        for event in notice.events
        if event.date and event.kind in [kind for status in _OVER for kind in DECIDES[status]]
    ]
    return min(ends, default="9999") >= f"{year}-01-01"


def _called(title: str) -> Iterator[str]:
    """云岭市人民政府关于停车收费的通知 → itself, 停车收费的通知, 停车收费通知; 云岭市停车条例 → itself, 停车条例."""
    bare = _OPENS.sub("", title)
    issued = _ISSUED.match(bare)
    bare = _EDITION.sub("", bare if issued is None else issued[1])
    for name in (title, bare, _PLACES.sub("", bare)):
        yield from (key(name), key(name).replace("的", ""))


def _around(entry: IndexedClause) -> str:
    return f"{entry.notice.title}{''.join(entry.path)}{entry.text}"


def end_of(year: str) -> dt.date:
    """The last day of a year, as of which its texts are read."""
    return dt.date(int(year), 12, 31)


def _without(scores: dict[int, float], out: frozenset[int]) -> dict[int, float]:
    return {row: score for row, score in scores.items() if row not in out}
