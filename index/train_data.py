"""What the default model is trained on: questions of lay people, and the passages that answer them.

Two sources: STARD's real questions over statutes (`--data`), and more questions on articles of STARD's corpus
(`data/lay_questions.jsonl`: `{"article": id, "questions": [...]}`), written by a language model for this purpose
(`data/lora.md`).
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.text import squash

QUESTIONS_FILE = "lay_questions.jsonl"
_HELD_OUT_SHARE = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and the places of the passages that answer it."""

    question: str
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`passages` begin with `articles` articles over which scores are stated, `taught` with STARD's questions, `real`
    of them; `held_out` is never learnt from."""

    passages: tuple[str, ...]
    articles: int
    taught: tuple[Example, ...]
    real: int
    held_out: tuple[Example, ...]


def is_held_out(question: int) -> bool:
    """Whether a question of STARD is kept for measuring: every fifth, by a hash of its id."""
    return hashlib.sha256(str(question).encode()).digest()[0] % _HELD_OUT_SHARE == 0


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
    """Read STARD's `train.jsonl`, `eval_ids.txt` and `articles.jsonl.xz`, and our own questions.

    An article of the same words under another number answers too. Raises UsageError if a file is missing,
    unreadable or lacks an article.
    """
    try:
        rows = list(_rows((stard / "train.jsonl").read_text("utf-8")))
        with lzma.open(stard / "articles.jsonl.xz", "rt", encoding="utf-8") as file:
            articles = {row["id"]: row for row in _rows(file.read())}
        scored = [int(line) for line in (stard / "eval_ids.txt").read_text("utf-8").split()]
        own = list(read_own_questions())
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
        taught: list[Example] = []
        held_out: list[Example] = []
        for row in rows:
            answers = tuple(dict.fromkeys(passages.place(_article(articles[one])) for one in row["relevant"]))
            (held_out if is_held_out(row["id"]) else taught).append(Example(row["question"], answers))
        real = len(taught)
        for row in own:
            answers = tuple(same[squash(articles[row["article"]]["text"])])
            taught += [Example(question, answers) for question in row["questions"]]
    except (OSError, EOFError, lzma.LZMAError, ValueError, KeyError, TypeError) as err:
        todo = "请用 --data 给出 STARD 数据的文件夹（train.jsonl、eval_ids.txt、articles.jsonl.xz）"
        raise UsageError(f"读不了 STARD 数据（{type(err).__name__}）", str(stard), todo) from err
    return TrainingData(tuple(passages.texts), count, tuple(taught), real, tuple(held_out))


def _article(row: dict[str, Any]) -> str:
    return f"{row['name']}\n{row['text']}"


def read_own_questions() -> Iterator[dict[str, Any]]:
    """The rows of `data/lay_questions.jsonl`."""
    return _rows(resources.files("index").joinpath("data", QUESTIONS_FILE).read_text("utf-8"))


def _rows(text: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in text.splitlines() if line)
