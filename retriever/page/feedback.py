"""Feedback kept in a local file, in the question format of `eval`: a user's own labelled set grows.

Nothing that identifies a person is written: no address, no browser, no time of day, and no number that
may be somebody's. Of what was sent only the question is kept in the user's words; answers and clauses are
the gazettes' own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
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
from retriever.unanswered import beside

VERDICTS = ("useful", "useless", "wrong")
# The question format wants quotes of this many letters and digits.
_SHORTEST, _LONGEST = 8, 60
_AGAIN = 60.0  # seconds within which a refused question is taken for a reload
_REMEMBERED = 1000
MAX_FILE = 16 * 1024 * 1024  # bytes of each file: some 50,000 verdicts


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user sent: the question, the verdict, the answer judged, the right clause if pointed out
    (`NOTHING`: the gazettes do not answer it), and the right office or words if written down."""

    q: str
    verdict: str
    answer: str = ""
    answer_clause: str = ""
    clause: str = ""
    said: str = ""

    def __post_init__(self) -> None:
        sent = (self.q, self.answer, self.answer_clause, self.clause, self.said)
        if self.verdict not in VERDICTS or not squash(self.q) or any(len(one) > MAX_QUESTION for one in sent):
            raise UsageError("反馈内容不对", "", "请回到上一页再试")

    @property
    def question(self) -> str:
        """The question as it is kept."""
        return kept(self.q)


def kept(text: str) -> str:
    """What a user wrote as it is kept: one line, without numbers of persons."""
    return blanked(clean(" ".join(text.split())))


class FileFullError(OSError):
    """The file has grown as long as it may."""


def question_line(feedback: Feedback, collection: Collection) -> dict[str, Any] | None:
    """The feedback as a line of a question file; None if it does not tell the right answer.

    A clause whose answer is called wrong is no right one, whoever sends it as such. With another one the answer judged
    goes along as `wrong`.
    """
    line: dict[str, Any] = {"id": f"feedback-{uuid4().hex[:12]}", "question": feedback.question}
    if feedback.verdict == "wrong" and feedback.clause == NOTHING:
        return {**line, "kind": "none", "relevant": [], "answer": []}
    if feedback.verdict == "useless":
        return None
    judged = collection.clause(feedback.answer_clause)
    stated = feedback.answer if judged is not None and feedback.answer in judged.text else ""
    right = feedback.answer_clause if feedback.verdict == "useful" else feedback.clause
    if feedback.verdict == "wrong" and right == feedback.answer_clause:
        return None
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
    so that FILE itself stays a question file that `python -m eval` reads. Refused questions go there too, if
    `refused` is on. `python -m retriever.unanswered FILE` makes one list of both."""

    def __init__(self, path: Path, most: int = MAX_FILE, *, refused: bool = False) -> None:
        self.path = path
        self.most = most
        self.open_path = beside(path)
        self._lock = threading.Lock()
        self._refused = Recent(_AGAIN) if refused else None
        try:
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as err:
            raise UsageError(f"写不了反馈文件（{err.strerror or err}）", str(path), "请换一个可以写的位置") from err

    @property
    def keeps_refused(self) -> bool:
        return self._refused is not None

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
        if said := kept(feedback.said):
            line["said"] = said
        self._write(path, {**line, "verdict": feedback.verdict})

    def keep_refused(self, question: str, near: str) -> None:
        """Write down a question that got no answer, if that is switched on, with the nearest clause. The same question
        soon again is mostly the same person's. Nobody waits for it, so a disk that is full is nobody's trouble."""
        words = kept(question)
        if self._refused is None or not squash(words) or not self._refused.new(squash(words)):
            return
        with contextlib.suppress(OSError):
            self._write(self.open_path, {"question": words, "answer": "", "clause": near, "verdict": "refused"})

    def _write(self, path: Path, line: dict[str, Any]) -> None:
        text = json.dumps({**line, "date": dt.date.today().isoformat()}, ensure_ascii=False)
        with self._lock, path.open("a", encoding="utf-8") as out:
            if out.tell() > self.most:
                raise FileFullError
            out.write(f"{text}\n")


class Recent:
    """Which texts came within the last seconds; the last thousand at most are remembered."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def new(self, text: str) -> bool:
        """Whether a text hasn't come lately; from now on it has."""
        with self._lock:
            now = self._clock()
            last = self._seen.pop(text, None)
            self._seen[text] = now
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            return last is None or now - last > self._seconds
