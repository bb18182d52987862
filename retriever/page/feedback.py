"""Feedback kept in a local file, in the question format of `eval`: a user's own labelled set grows.

Nothing that identifies a person is written: no address, no browser, no time of day.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from corpus.errors import UsageError
from corpus.model import ClauseKind
from corpus.text import cut, squash
from index.local.store import IndexedClause
from retriever.model import MAX_QUESTION
from retriever.page.collection import Collection
from retriever.page.feedback_form import NOTHING

VERDICTS = ("useful", "useless", "wrong")
# The question format wants quotes of this many letters and digits.
_SHORTEST, _LONGEST = 8, 60


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user sent: the question, the verdict, the answer judged, and the right clause if pointed
    out (`NOTHING`: the gazettes do not answer it)."""

    q: str
    verdict: str
    answer: str = ""
    answer_clause: str = ""
    clause: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS or not squash(self.q) or len(self.q) > MAX_QUESTION:
            raise UsageError("反馈内容不对", "", "请回到上一页再试")


def question_line(feedback: Feedback, collection: Collection) -> dict[str, Any] | None:
    """The feedback as a line of a question file; None if it does not tell the right answer."""
    line = {"id": f"feedback-{uuid4().hex[:12]}", "question": feedback.q}
    if feedback.verdict == "wrong" and feedback.clause == NOTHING:
        return {**line, "kind": "none", "relevant": [], "answer": []}
    right = feedback.answer_clause if feedback.verdict == "useful" else feedback.clause
    entry = collection.clause(right)
    quote = quote_of(entry, feedback.answer if feedback.verdict == "useful" else "") if entry else None
    if entry is None or quote is None:
        return None
    kind = "table" if entry.clause.kind is ClauseKind.TABLE_ROW else "clause"
    known = feedback.answer if feedback.verdict == "useful" and feedback.answer in entry.text else ""
    relevant = [{"doc_number": entry.notice.doc_number, "quote": quote}]
    return {**line, "kind": kind, "relevant": relevant, "answer": [known] if known else []}


def quote_of(entry: IndexedClause, answer: str) -> str | None:
    """A stretch of the clause that a question file can quote, around the answer where there is one."""
    pieces = [piece.strip() for piece in cut(entry.text, _LONGEST)]
    fitting = [piece for piece in pieces if _SHORTEST <= len(squash(piece)) <= _LONGEST]
    holding = [piece for piece in fitting if answer and squash(answer) in squash(piece)]
    return next(iter([*holding, *fitting]), None)


class FeedbackFile:
    """Appends to FILE; verdicts that tell no right answer go to `FILE` with `.open` before its ending,
    so that FILE itself stays a question file that `python -m eval` reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open_path = path.with_name(f"{path.stem}.open{path.suffix or '.jsonl'}")
        self._lock = threading.Lock()
        try:
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as err:
            raise UsageError(f"写不了反馈文件（{err.strerror or err}）", str(path), "请换一个可以写的位置") from err

    def keep(self, feedback: Feedback, collection: Collection) -> None:
        """Write one line. Raises OSError if the disk does not take it."""
        line = question_line(feedback, collection)
        path = self.path
        if line is None:
            path = self.open_path
            line = {"question": feedback.q, "answer": feedback.answer, "clause": feedback.answer_clause}
        line |= {"verdict": feedback.verdict, "date": dt.date.today().isoformat()}
        with self._lock, path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
