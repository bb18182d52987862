"""How many questions of which sort: all that a page says of single questions when it must not name any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.misses import DEPTH
from eval.scoring import Score

_RANKS = (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("6–10", 10), ("11–20", 20), (f"21–{DEPTH}", DEPTH))
_NOT_FOUND = "没找到"
_MILLISECONDS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000)

Bars = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of questions, of those without an answer, of those that came out wrong, of answerable questions by
    the rank of the first relevant hit, and of all by time."""

    questions: int
    none: int
    missed: int
    ranks: Bars
    times: Bars

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Counts:
        bars = {name: tuple((label, count) for label, count in row[name]) for name in ("ranks", "times")}
        return cls(**{**row, **bars})


def count(scores: Sequence[Score]) -> Counts:
    return Counts(
        questions=len(scores),
        none=sum(not score.answerable for score in scores),
        missed=sum(score.miss is not None for score in scores),
        ranks=_ranks([score.first_rank for score in scores if score.answerable]),
        times=_times([score.ms for score in scores]),
    )


def _ranks(ranks: Sequence[int | None]) -> Bars:
    bars, above = [], 0
    for label, top in _RANKS:
        bars.append((label, sum(rank is not None and above < rank <= top for rank in ranks)))
        above = top
    return (*bars, (_NOT_FOUND, sum(rank is None for rank in ranks)))


def _times(times: Sequence[float]) -> Bars:
    bars, above = [], 0.0
    for limit in _MILLISECONDS:
        bars.append((f"≤{limit}", sum(above < ms <= limit for ms in times)))
        above = limit
    return (*bars, (f">{_MILLISECONDS[-1]}", sum(ms > _MILLISECONDS[-1] for ms in times)))
