"""What the head of a document says of its own past: 「2001年…通过　2011年…第一次修正　2018年…修订」.

The text below has all of it: an amendment that stands here is no amendment still to be made.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from corpus import grammar
from corpus.events import Event, EventKind
from corpus.masks import DATE, TEXT, Masked, mask
from corpus.model import Notice, Role

_HEAD = 4  # clauses in which such a line may stand
_MAX = 250  # signs of a line between two days
# A stretch that ends like this has said what happened; one that doesn't (「…通过并经」) goes on with the next day.
_CLOSED = re.compile(
    rf"(?:通过的{TEXT}|通过|批准|公布|发布|颁布|印发|修正|修订|修改|施行)(?:施行|实施)?"
    r"[，,；;、。\s（()）]{0,4}(?:根据|依据|自|从)?\s{0,2}$"
)
# Where the statement ends and another one begins: 「…通过，现予公布，自…起施行」.
_NEXT = re.compile(r"。|[，,；;\s]现|[，,；;\s]自|[，,；;\s]从")
_STARTS = re.compile(rf"^[\s（(，,；;、。]{{0,4}}(?:根据|依据)?\s{{0,2}}{DATE}")
_ALREADY = re.compile(rf"(?:已|已经|业已)(?:于)?{DATE}?[^。；]{{0,60}}?(?:通过|批准)")


def own_history(notice: Notice) -> Iterator[Event]:
    """Adoption, publication and revisions with their days, as the notice's head states them."""
    for clause in notice.clauses[:_HEAD]:
        if clause.role not in (Role.INFO, Role.PREAMBLE, Role.TEXT):
            continue
        masked = mask(clause.text)
        for start, end, day in _stretches(masked):
            kind = _kind(masked.text[start:end])
            if kind is not None:
                words = masked.words(start, end).strip(" ；;，,　（()）\n")
                rule = f"history.{kind.value}"
                yield Event(kind, day, notice.notice_id, notice.doc_number, clause.clause_id, words, rule)


def _stretches(masked: Masked) -> Iterator[tuple[int, int, str]]:
    """The stretches of a line of history: start, end and the last day of each."""
    text = masked.text
    for line in re.finditer(r"[^\n]+", text):
        already = _ALREADY.search(line.group())
        if not _STARTS.search(line.group()) and already is None:
            continue
        dates = [at for at in range(line.start(), line.end()) if text[at] == DATE]
        begin = dates[0] if dates else line.end()
        for at, following in itertools.pairwise([*dates, line.end()]):
            stretch = text[begin:following]
            if len(stretch) > _MAX:
                return
            if _CLOSED.search(_statement(stretch)):
                yield begin, begin + len(_statement(stretch)), masked.marks[at].value
                begin = following


def _statement(stretch: str) -> str:
    """The first statement of a stretch."""
    cut = _NEXT.search(stretch)
    return stretch[: cut.start()] if cut else stretch


def _kind(text: str) -> EventKind | None:
    """What the last word of a statement says: 「…国务院第164次常务会议修订通过」 is a revision."""
    closed = _CLOSED.search(text)
    if closed is None:
        return None
    last = text[max(0, closed.start() - 6) : closed.end()]
    kinds = [rule.kind for rule in grammar.rules("history") if rule.pattern.search(last)]
    return EventKind(kinds[0]) if kinds else None
