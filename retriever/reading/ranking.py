"""The order of the first hits, by what retrieval and a reader say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.model.folder import is_made_model
from index.passages import passage
from retriever.model import Hit
from retriever.reading.passages import Passage
from retriever.reading.use import USUAL

MOST = 9.0  # a reader's logit beyond ±MOST says no more than that


class Ranker(Protocol):
    """Says how relevant passages are; safe to use from several threads."""

    @property
    def sha256(self) -> str:
        """Identifies the weights."""

    def rank(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """A logit for each passage, in order."""


class CrossEncoderRanker:
    """Any sentence-transformers CrossEncoder as a Ranker."""

    def __init__(self, model: str) -> None:
        """Raises ModelError."""
        from index.model.st_cross_encoder import StCrossEncoder

        self._model = StCrossEncoder(model)
        self.sha256 = self._model.sha256

    def rank(self, question: str, passages: Sequence[Passage]) -> list[float]:
        entries = [one.entry for one in passages]
        texts = ["".join(passage(entry.notice.title, entry.path, entry.text)) for entry in entries]
        return self._model.logits(question, texts)


def load_ranker(name: str) -> Ranker:
    """The reader of a folder that this program made, else a CrossEncoder. Raises ModelError."""
    if is_made_model(Path(name)):
        from retriever.reading.onnx_reader import PassageReader

        return PassageReader(Path(name))
    return CrossEncoderRanker(name)


def clipped(logit: float) -> float:
    """A logit to ±MOST."""
    return max(-MOST, min(MOST, logit))


def combined(score: float, logit: float, weight: float = USUAL.ranking) -> float:
    """What retrieval's score of 0…1 and a reader's logit say together."""
    return score + weight * clipped(logit)


def reordered(hits: Sequence[Hit], logits: Sequence[float], weight: float = USUAL.ranking) -> tuple[Hit, ...]:
    """The hits with as many of the first as there are logits in the order of score plus `weight` times the logit.

    The others keep their places, and their scores where those are lower than any above.
    """
    first, rest = hits[: len(logits)], hits[len(logits) :]
    scores = [combined(hit.score, logit, weight) for hit, logit in zip(first, logits, strict=True)]
    order = sorted(range(len(first)), key=lambda at: (-scores[at], at))
    moved = [replace(first[at], rank=rank, score=scores[at]) for rank, at in enumerate(order, 1)]
    lowest = moved[-1].score if moved else 0.0
    return (*moved, *(replace(hit, score=min(hit.score, lowest)) for hit in rest))
