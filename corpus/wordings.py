"""How a clause reads on a day: as printed, or as amendments made it until then (`corpus.consolidated`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.events import Wording
from corpus.model import Clause
from corpus.place import Place, StepKind, bare_label
from corpus.renumbering import as_printed, renumbered
from corpus.text import squash

DELETED = "{}（已删去）"


def reads_on(clause: Clause, day: dt.date) -> Clause:
    """The clause with the text and the number that hold on a day. A clause that nobody amends is returned as it is."""
    if not clause.wordings:
        return clause
    text, place = _after(clause, list(_holding(clause, day)))
    if text == clause.text and place == clause.place:
        return clause
    made = replace(clause, text=text, place=place, path=_renamed(clause.path, clause.place, place))
    return made if text == clause.printed else replace(made, path=_path(made))


def _after(clause: Clause, wordings: Sequence[Wording]) -> tuple[str, Place]:
    """Text and place of a clause with these of its wordings."""
    text = clause.printed if clause.printed is not None else clause.text
    place = as_printed(clause.place)
    for wording in wordings:
        if wording.label is not None:
            place = renumbered(place, wording.label)
        text = DELETED.format(_label(place)) if wording.text is None else wording.text
    return text, place


def printed(clause: Clause) -> Clause:
    """The clause as its file has it."""
    place = as_printed(clause.place)
    text = clause.text if clause.printed is None else clause.printed
    path = _renamed(clause.path, clause.place, place)
    return replace(clause, text=text, printed=None, wordings=(), place=place, path=path)


def _holding(clause: Clause, day: dt.date) -> Iterator[Wording]:
    """The wordings that were made of a clause by a day."""
    return (one for one in clause.wordings if one.fits and (one.since is None or one.since <= day.isoformat()))


def made_by(clause: Clause) -> list[Wording]:
    """The wordings that made the clause what it reads as here, the oldest first; none where it reads as printed."""
    fitting = [wording for wording in clause.wordings if wording.fits]
    for count in range(len(fitting), 0, -1):
        if _after(clause, fitting[:count]) == (clause.text, clause.place):
            return fitting[:count]
    return []


def is_there(clause: Clause) -> bool:
    """Whether the clause, as it reads on its day, says more than that it was deleted or isn't there yet."""
    if not clause.wordings:
        return True
    return clause.text != DELETED.format(_label(clause.place)) and not (clause.file and clause.text == clause.printed)


def _renamed(path: tuple[str, ...], old: Place, new: Place) -> tuple[str, ...]:
    """The headings above with the numbers that the articles have now."""
    for one, other in zip(old.steps, new.steps, strict=True):
        if one != other:
            was, now = bare_label(one.label), bare_label(other.label)
            path = tuple(now + head[len(was) :] if head.startswith(was) else head for head in path)
    return path


def _path(clause: Clause) -> tuple[str, ...]:
    """The headings above: an article's own one may begin with words that it has no more."""
    label = _label(clause.place)
    own = clause.path[-1] if clause.path else ""
    if own.startswith(label) and squash(own) not in squash(clause.text):
        return (*clause.path[:-1], label)
    return clause.path


def _label(place: Place) -> str:
    step = next((step for step in reversed(place.steps) if step.kind is StepKind.NUMBERED), None)
    return step.label.rstrip() if step else "此处"
