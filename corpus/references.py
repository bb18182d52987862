"""Which documents of the corpus name each other, and why: as basis, to carry it out, to hand it on, or only so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from corpus.events import EventKind, Reference, Relation
from corpus.masks import TEXT, mask
from corpus.model import Notice, Role
from corpus.targets import Directory

# What stands in front of the first title of an enumeration: 「根据《A》、《B》」 names both as basis.
_CUES = (
    (Relation.BASIS, re.compile(r"(?:根据|依据|按照|依照|遵照|参照)[^。；]{0,60}$")),
    (Relation.IMPLEMENTS, re.compile(r"(?:贯彻|落实|实施|执行)[^。；]{0,40}$")),
    (Relation.FORWARDS, re.compile(r"(?:转发|批转|印发)[^。；]{0,30}$")),
)
_NEXT = re.compile(rf"{TEXT}[、，和及与以并或者等]{{1,3}}$")
_BY_EVENT = {
    EventKind.AMENDED: Relation.AMENDS,
    EventKind.CORRECTED: Relation.AMENDS,
    EventKind.REPEALED: Relation.REPEALS,
    EventKind.PARTLY_REPEALED: Relation.REPEALS,
}


def connect(
    notices: Sequence[Notice], directory: Directory, families: Mapping[int, Sequence[int]]
) -> list[tuple[tuple[Reference, ...], tuple[Reference, ...]]]:
    """For each notice what it names and who names it, each pair and relation once.

    `families` gives the texts of a notice's title, the newest first: a title that has several means the newest.
    What amends and repeals is taken from the events, which say it of a certain text.
    """
    out: list[dict[tuple[Relation, int], Reference]] = [{} for _ in notices]
    back: list[dict[tuple[Relation, int], Reference]] = [{} for _ in notices]
    places = {notice.notice_id: index for index, notice in enumerate(notices)}

    def add(relation: Relation, here: int, there: int, clause_id: str) -> None:
        one, other = notices[here], notices[there]
        out[here].setdefault(
            (relation, there), Reference(relation, other.notice_id, other.title, other.doc_number, clause_id)
        )
        back[there].setdefault(
            (relation, here), Reference(relation, one.notice_id, one.title, one.doc_number, clause_id)
        )

    for there, notice in enumerate(notices):
        for event in notice.events:
            here = places.get(event.notice_id)
            if event.kind in _BY_EVENT and here is not None and here != there:
                add(_BY_EVENT[event.kind], here, there, event.clause_id)
    for here, notice in enumerate(notices):
        known = {there for _, there in out[here]}
        for relation, title, clause_id in _named(notice):
            found = directory.bearing(title)
            there = families.get(found[0], found)[0] if found else here
            if there != here and there not in known and notice.family != (notices[there].family or there):
                add(relation, here, there, clause_id)
    return [(tuple(one.values()), tuple(other.values())) for one, other in zip(out, back, strict=True)]


def _named(notice: Notice) -> Iterable[tuple[Relation, str, str]]:
    """Each title that a notice names, why, and where."""
    for clause in notice.clauses:
        if "《" not in clause.text or clause.role is Role.INFO:
            continue
        masked = mask(clause.text)
        before = Relation.CITES
        for at, mark in sorted(masked.marks.items()):
            if mark.sign != TEXT:
                continue
            words = masked.text[max(0, at - 80) : at]
            if not _NEXT.search(words):
                before = next(
                    (relation for relation, cue in _CUES if cue.search(words.rpartition(TEXT)[2])), Relation.CITES
                )
            yield before, mark.value, clause.clause_id
