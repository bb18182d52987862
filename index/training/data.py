"""What the default model is trained on: questions of lay people, and the passages that answer them.

Three sources: STARD's real questions over statutes (`--data`); more questions on articles of STARD's corpus
(`questions/lay_questions.jsonl`: `{"article": id, "questions": [...]}`); and questions on the clauses of
notices of places that do not exist (`questions/notice_questions.jsonl`: `{"title": ..., "clauses":
[{"headings": [...], "text": ..., "questions": [...]}]}`). The last two were written by a language model for
this purpose (`index/model/data/lora.md`).
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.text import squash
from index.model.held_out import is_held_out
from index.passages import passage

ARTICLE_QUESTIONS_FILE = "lay_questions.jsonl"
NOTICE_QUESTIONS_FILE = "notice_questions.jsonl"
# Read with its questions by the reader: `index/training/reader_sources.py`.
OWN_READING = Path(__file__).parent / "questions" / "reading"
NEWER_READING = OWN_READING / "newer.jsonl.xz"  # on clauses that `reader_prepare --reading` has
JUDGED_READING = OWN_READING / "judged.jsonl.xz"  # on clauses of the index that `reader_prepare --judged` names
_QUESTIONS = Path(__file__).parent / "questions"


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and the places of the passages that answer it."""

    question: str
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Passages: the `scored` articles over which scores are stated, the statutes' others up to `statutes`, then clauses
    of notices. Questions: STARD's (`real`), ours on articles and on notices; `held_out` is never learnt from."""

    passages: tuple[str, ...]
    scored: int
    statutes: int
    real: tuple[Example, ...]
    on_articles: tuple[Example, ...]
    on_notices: tuple[Example, ...]
    held_out: tuple[Example, ...]


class _Passages:
    """Passages in order of first use, each once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        key = squash(text)
        if key not in self._places:
            self._places[key] = len(self.texts)
            self.texts.append(text)
        return self._places[key]


def read_training_data(stard: Path) -> TrainingData:
    """Read STARD's `train.jsonl`, `eval_ids.txt` and `articles.jsonl.xz`, and the questions written for this.

    An article of the same words under another number answers too. Raises UsageError if a file is missing,
    unreadable or lacks an article.
    """
    try:
        rows = list(_rows((stard / "train.jsonl").read_text("utf-8")))
        with lzma.open(stard / "articles.jsonl.xz", "rt", encoding="utf-8") as file:
            articles = {row["id"]: row for row in _rows(file.read())}
        scored = [int(line) for line in (stard / "eval_ids.txt").read_text("utf-8").split()]
        own = list(own_questions(ARTICLE_QUESTIONS_FILE))
        passages = _Passages()
        for article in sorted(scored):
            passages.place(_article(articles[article]))
        count = len(passages.texts)
        same: dict[str, list[int]] = {}  # an article's words -> its places, under whatever number
        for article in dict.fromkeys([*scored, *(row["article"] for row in own)]):
            places = same.setdefault(squash(articles[article]["text"]), [])
            place = passages.place(_article(articles[article]))
            if place not in places:
                places.append(place)
        real: list[Example] = []
        held_out: list[Example] = []
        for row in rows:
            answers = tuple(dict.fromkeys(passages.place(_article(articles[one])) for one in row["relevant"]))
            (held_out if is_held_out(row["id"]) else real).append(Example(row["question"], answers))
        on_articles = [
            Example(question, tuple(same[squash(articles[row["article"]]["text"])]))
            for row in own
            for question in row["questions"]
        ]
        statutes = len(passages.texts)
        on_notices: list[Example] = []
        for notice in own_questions(NOTICE_QUESTIONS_FILE):
            for clause in notice["clauses"]:
                place = passages.place("".join(passage(notice["title"], clause["headings"], clause["text"])))
                on_notices += [Example(question, (place,)) for question in clause["questions"]]
    except (OSError, EOFError, lzma.LZMAError, ValueError, KeyError, TypeError) as err:
        todo = "请用 --data 给出 STARD 数据的文件夹（train.jsonl、eval_ids.txt、articles.jsonl.xz）"
        raise UsageError(f"读不了 STARD 数据（{type(err).__name__}）", str(stard), todo) from err
    return TrainingData(
        tuple(passages.texts), count, statutes, tuple(real), tuple(on_articles), tuple(on_notices), tuple(held_out)
    )


def _article(row: dict[str, Any]) -> str:
    return f"{row['name']}\n{row['text']}"


def own_questions(file: str) -> Iterator[dict[str, Any]]:
    """What was written for this project, one object a row."""
    return _rows((_QUESTIONS / file).read_text("utf-8"))


def _rows(text: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in text.splitlines() if line)
