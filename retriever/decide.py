"""Whether a question is answered: rules where rules are right, else one calibrated number; and why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text import squash
from retriever.confidence import Evidence, confidence, threshold
from retriever.evidence import FIRST_HITS
from retriever.model import Hit
from retriever.notes import Note, NoteKind, note
from retriever.query import Query
from retriever.resolve import Located, Verdict
from retriever.search import Retrieval

CITED = 0.99  # the confidence where a question is the citation of a clause that is here
RULED_OUT = 0.02  # the confidence where a rule says that nothing answers
STRANGE_WORDS, STRANGE_COSINE = 0.3, 0.5  # below both a question is on something else altogether
_LITTLE_COVERED = 0.35  # of the question's words: nothing here is near


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a question is answered, how sure that is (0…1), and what to say where it isn't."""

    answered: bool
    confidence: float
    note: Note | None = None


def before_reading(query: Query, retrieval: Retrieval) -> Decision | None:
    """The decision where none of the passages needs to be read, or None."""
    if not retrieval.hits:
        return Decision(False, 0.0, note(NoteKind.NO_HITS))
    if query.cited is not None:
        decision = _on_citation(query.cited, retrieval)
        if decision is not None:
            return decision
    unknown = unknown_number(query, retrieval)
    if unknown is not None:
        return Decision(False, RULED_OUT, note(NoteKind.UNKNOWN_NUMBER, unknown))
    return None


def _on_citation(cited: Located, retrieval: Retrieval) -> Decision | None:
    """The decision where a question is a citation: its clause is here, or the text has no such place, or it isn't here;
    None where more is asked."""
    found = cited.resolution
    if cited.alone and retrieval.hits[0].entry.row in found.rows:
        return Decision(True, CITED, Note(NoteKind.CITED_OTHERWISE, found.why) if found.why else None)
    if found.verdict is Verdict.NO_SUCH_PLACE and not found.rows and found.why:
        return Decision(False, RULED_OUT, note(NoteKind.NO_SUCH_PLACE, found.why))
    if found.verdict is Verdict.NOT_HERE and cited.whole and found.cited.title and found.why:
        return Decision(False, RULED_OUT, note(NoteKind.NOT_HERE, found.why))
    return None


def unknown_number(query: Query, retrieval: Retrieval) -> str | None:
    """The number of the one document that a question names, if it is not in the corpus.

    A number that a hit cites may be asked about by what is said beside it, but not alone.
    """
    number = query.number
    if number is None or not number.complete or retrieval.candidates.numbered:
        return None
    front, serial = squash(f"{number.before[-2:]}{number.year or '第'}"), number.serial.lstrip("0")
    cited = re.compile(f"{re.escape(front)}0{{0,4}}{re.escape(serial)}号")
    return number.text if query.number_alone or not _cites(retrieval.hits[:FIRST_HITS], cited) else None


def _cites(hits: Sequence[Hit], cited: re.Pattern[str]) -> bool:
    return any(cited.search(squash(hit.text)) for hit in hits)


def after_reading(evidence: Evidence, known_share: float, mode: str, *, vectors: bool) -> Decision:
    """The decision on a reading. `known_share`: of the question's words, by weight, that the index holds;
    `vectors`: whether passages were found by them (without, a small corpus holds few words of any question)."""
    if vectors and known_share < STRANGE_WORDS and evidence.cosine < STRANGE_COSINE:
        return Decision(False, RULED_OUT, note(NoteKind.NOTHING_NEAR))
    sure = confidence(evidence, mode)
    if sure < threshold(evidence.fitted(mode)):
        return Decision(False, sure, note(_why_not(evidence)))
    return Decision(True, sure)


def _why_not(evidence: Evidence) -> NoteKind:
    if evidence.places or evidence.figures:
        return NoteKind.OTHER_FIGURES
    return NoteKind.NOTHING_NEAR if evidence.coverage < _LITTLE_COVERED else NoteKind.NOT_STATED
