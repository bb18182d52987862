"""Feedback kept in a local file, in the question format of `eval`: a user's own labelled set grows.

Nothing that identifies a person is written: no address, no browser, no time of day, and no number that
may be somebody's. Of what was sent only the question is kept in the user's words; answers and clauses are
the gazettes' own.
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
from corpus.model import Role
from corpus.text import cut, squash
from index.engine import IndexedClause
from retriever.model import MAX_QUESTION
from retriever.page.collection import Collection
from retriever.page.feedback_form import NOTHING
from retriever.page.markup import clean
from retriever.page.personal import blanked

VERDICTS = ("useful", "useless", "wrong")
# The question format wants quotes of this many letters and digits.
_SHORTEST, _LONGEST = 8, 60
MAX_FILE = 16 * 1024 * 1024  # bytes of each file: some 50,000 verdicts


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
        sent = (self.q, self.answer, self.answer_clause, self.clause)
        if self.verdict not in VERDICTS or not squash(self.q) or any(len(one) > MAX_QUESTION for one in sent):
            raise UsageError("反馈内容不对", "", "请回到上一页再试")

    @property
    def question(self) -> str:
        """The question as it is kept: one line, without numbers of persons."""
        return blanked(clean(" ".join(self.q.split())))


class FileFullError(OSError):
    """The file has grown as long as it may."""


def question_line(feedback: Feedback, collection: Collection) -> dict[str, Any] | None:
    """The feedback as a line of a question file; None if it does not tell the right answer.

    Whoever says 答错了 may point at the very clause that the answer was taken from, which stands first in the form: the
    clause may be right, the answer isn't. So the answer judged goes with the line as `wrong`.
    """
    line: dict[str, Any] = {"id": f"feedback-{uuid4().hex[:12]}", "question": feedback.question}
    if feedback.verdict == "wrong" and feedback.clause == NOTHING:
        return {**line, "kind": "none", "relevant": [], "answer": []}
    if feedback.verdict == "useless":
        return None
    judged = collection.clause(feedback.answer_clause)
    stated = feedback.answer if judged is not None and feedback.answer in judged.text else ""
    right = feedback.answer_clause if feedback.verdict == "useful" else feedback.clause
    if feedback.verdict == "wrong" and right == feedback.answer_clause and not stated:
        return None  # nothing would tell the wrong answer from the right one
    entry = collection.clause(right)
    quote = quote_of(entry, feedback.answer if feedback.verdict == "useful" else "") if entry else None
    if entry is None or quote is None:
        return None
    kind = "table" if entry.role in (Role.ROW, Role.SHREDS) else "clause"
    relevant = [{"doc_number": entry.notice.doc_number, "quote": quote}]
    line |= {"kind": kind, "relevant": relevant}
    if feedback.verdict == "useful":
        return {**line, "answer": [stated] if stated else []}
    return {**line, "answer": [], **({"wrong": [stated]} if stated else {})}


def quote_of(entry: IndexedClause, answer: str) -> str | None:
    """A stretch of the clause that a question file can quote, around the answer where there is one."""
    pieces = [piece.strip() for piece in cut(entry.text, _LONGEST)]
    fitting = [piece for piece in pieces if _SHORTEST <= len(squash(piece)) <= _LONGEST]
    holding = [piece for piece in fitting if answer and squash(answer) in squash(piece)]
    return next(iter([*holding, *fitting]), None)


class FeedbackFile:
    """Appends to FILE; verdicts that tell no right answer go to `FILE` with `.open` before its ending,
    so that FILE itself stays a question file that `python -m eval` reads."""

    def __init__(self, path: Path, most: int = MAX_FILE) -> None:
        self.path = path
        self.most = most
        self.open_path = path.with_name(f"{path.stem}.open{path.suffix or '.jsonl'}")
        self._lock = threading.Lock()
        try:
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as err:
            raise UsageError(f"写不了反馈文件（{err.strerror or err}）", str(path), "请换一个可以写的位置") from err

    def keep(self, feedback: Feedback, collection: Collection) -> None:
        """Write one line. Raises OSError if the disk does not take it, FileFullError if there is enough."""
        line = question_line(feedback, collection)
        path = self.path
        if line is None:
            path = self.open_path
            entry = collection.clause(feedback.answer_clause)
            known = entry is not None and feedback.answer in entry.text
            line = {
                "question": feedback.question,
                "answer": feedback.answer if known else "",
                "clause": entry.clause_id if entry is not None else "",
            }
        line |= {"verdict": feedback.verdict, "date": dt.date.today().isoformat()}
        with self._lock, path.open("a", encoding="utf-8") as out:
            if out.tell() > self.most:
                raise FileFullError
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
