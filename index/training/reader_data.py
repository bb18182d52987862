"""What the reader is trained on, as it lies in a folder: `passages.jsonl.xz`, `train.jsonl.xz`, `dev.jsonl.xz`.

A group is a question with candidates: clauses that answer it or don't. `python -m index.training.reader_prepare`
makes such a folder; the trainer only reads it.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from index.files import write_file

PASSAGES, TRAIN, DEV, FACTS = "passages.jsonl.xz", "train.jsonl.xz", "dev.jsonl.xz", "facts.json"
# The origins of what was written for the reader, with spans and near misses: on clauses of `../shared/data/reading`,
# later on the same clauses, and everyday questions with the clauses that a search brought, each judged.
NEWER, JUDGED = "newer", "judged"
JUDGED_DEV = "judged-dev"  # those of the judged questions that are kept for measuring
WRITTEN = ("written", NEWER, JUDGED)


class Kind(StrEnum):
    """What a clause is to a question. The first four are the reader's verdicts, in their order."""

    SPAN = "span"
    YES = "yes"
    NO = "no"
    NONE = "none"
    SOME = "some"  # it answers; by which words, nobody has marked


VERDICTS = (Kind.SPAN, Kind.YES, Kind.NO, Kind.NONE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause for a question; `start`…`end` are the answering characters, 0…0 where none are marked.

    `natural` negatives were found by searching, not written: a few of them answer after all.
    """

    passage: str
    kind: Kind
    start: int = 0
    end: int = 0
    natural: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A question and its candidates, first those somebody wrote it for."""

    question: str
    origin: str
    candidates: tuple[Candidate, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "origin": self.origin,
            "candidates": [[one.passage, one.kind.value, one.start, one.end, one.natural] for one in self.candidates],
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Group:
        told = tuple(Candidate(name, Kind(kind), *rest) for name, kind, *rest in row["candidates"])
        return cls(row["question"], row["origin"], told)


@dataclass(frozen=True, slots=True)
class Text:
    """A clause with its place (`index/model/pair.py`) and the document it comes from."""

    above: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class ReaderData:
    passages: dict[str, Text]
    train: tuple[Group, ...]
    dev: tuple[Group, ...]
    sha256: str


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_file(path, lzma.compress(lines.encode()))


def read_data(folder: Path) -> ReaderData:
    """Raises UsageError if a file is missing or unreadable."""
    try:
        texts = {row["id"]: Text(row["above"], row["text"], row["source"]) for row in read_rows(folder / PASSAGES)}
        train, dev = (tuple(Group.from_json(row) for row in read_rows(folder / name)) for name in (TRAIN, DEV))
        digest = hashlib.sha256(b"".join((folder / name).read_bytes() for name in (PASSAGES, TRAIN, DEV)))
    except (OSError, EOFError, lzma.LZMAError, ValueError, KeyError, TypeError) as err:
        todo = "请先运行 python -m index.training.reader_prepare 制作"
        raise UsageError(f"读不了阅读模型的训练数据（{type(err).__name__}）", str(folder), todo) from err
    return ReaderData(texts, train, dev, digest.hexdigest())
