"""Which groups and candidates an epoch of the reader's training takes, and in which batches.

All depends on the seed and the epoch's number alone, so that a stopped run goes on with the same batches.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.model.pair import PairCoder, Pieces, Row
from index.training.reader_data import JUDGED, WRITTEN, Candidate, Group, Kind, ReaderData
from index.training.reader_leaning import Weights

FRESH = JUDGED  # what the latest run was the first to see
_POOL = 64  # batches whose groups are sorted by length together


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of each origin an epoch takes.

    `share`: of the groups, others each time. What was written for reading, with spans and near misses, comes whole;
    of statutes and of notices (no spans) half, so that neither outweighs it; of clauses found for a question on
    something else a quarter, which is some 3,000 an epoch. `negatives`: drawn from those found for a group; STARD's
    are few, and its ranking is hard. `told`: at most so many of those somebody judged: what answers, and others.
    `repeated`: how much of all that is taken again by a run that goes on from an earlier one; what is newer than that
    (FRESH) comes whole.
    """

    share: Mapping[str, float] = field(
        default_factory=lambda: {
            **dict.fromkeys(WRITTEN, 1.0),
            "cmrc": 1.0,
            "stard": 1.0,
            "articles": 0.5,
            "notices": 0.5,
        }
    )
    outside_share: float = 0.25
    negatives: Mapping[str, int] = field(
        default_factory=lambda: {
            **dict.fromkeys(WRITTEN, 2),
            "cmrc": 1,
            "stard": 3,
            "articles": 2,
            "notices": 1,
        }
    )
    told: int = 4
    batch_tokens: int = 4096
    natural_weight: float = 0.5  # of the verdict on a clause that was found: a few of them do answer
    repeated: float = 1.0

    def of(self, group: Group) -> float:
        share = self.outside_share if group.origin.startswith("outside") else self.share[group.origin]
        return share if group.origin == FRESH else share * self.repeated

    def drawn(self, group: Group) -> int:
        """Natural negatives for a group: one from outside; none for a question with near misses only."""
        if group.origin.startswith("outside"):
            return 1
        return self.negatives[group.origin] if any(one.kind is not Kind.NONE for one in group.candidates) else 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate as a row. `start`, `end`: the first and last answering piece in the row, −1 where none is marked."""

    row: Row
    kind: Kind
    start: int
    end: int
    weight: float


class Coded:
    """The training data in pieces, each question and clause once."""

    def __init__(self, data: ReaderData, coder: PairCoder) -> None:
        self._data, self.coder = data, coder
        self._questions: dict[str, tuple[int, ...]] = {}
        self._passages: dict[str, Pieces] = {}

    def pair(self, group: Group, candidate: Candidate, weight: float) -> Pair:
        question, pieces = self._question(group.question), self._passage(candidate.passage)
        if candidate.end == 0:
            return Pair(self.coder.row(question, pieces), candidate.kind, -1, -1, weight)
        inside = [
            at
            for at, (start, end) in enumerate(pieces.spans)
            if start < candidate.end and end > candidate.start and end > start
        ]
        row = self.coder.row(question, pieces)
        shown = row.until - row.at
        if inside[-1] >= shown:  # a window with the answer in its middle
            row = self.coder.row(question, pieces, max(0, inside[0] - shown // 2))
        start, end = (row.at + at - row.first for at in (inside[0], inside[-1]))
        return Pair(row, candidate.kind, start, min(end, row.until - 1), weight)

    def text(self, name: str) -> tuple[str, tuple[tuple[int, int], ...]]:
        """A clause's text, and which characters each of its pieces stands for."""
        return self._data.passages[name].text, self._passage(name).spans

    def _question(self, text: str) -> tuple[int, ...]:
        if text not in self._questions:
            self._questions[text] = self.coder.question(text)
        return self._questions[text]

    def _passage(self, name: str) -> Pieces:
        if name not in self._passages:
            told = self._data.passages[name]
            self._passages[name] = self.coder.passage(told.above, told.text)
        return self._passages[name]


def epoch(
    groups: Sequence[Group], coded: Coded, recipe: Recipe, seed: int, number: int, even: Weights
) -> list[list[list[Pair]]]:
    """The epoch's batches, each a list of groups of pairs, of like length and some `batch_tokens` pieces; `even` says
    how much a written verdict counts."""
    choose = random.Random(f"{seed} {number}")
    chosen = [group for group in groups if choose.random() < recipe.of(group)]
    choose.shuffle(chosen)
    made = [_draw(group, coded, recipe, choose, even) for group in chosen]
    batches: list[list[list[Pair]]] = []
    for pool in _runs(made, recipe.batch_tokens * _POOL):
        batches += _runs(sorted(pool, key=_mean_length), recipe.batch_tokens)
    choose.shuffle(batches)
    return batches


def _draw(group: Group, coded: Coded, recipe: Recipe, choose: random.Random, even: Weights) -> list[Pair]:
    told = [one for one in group.candidates if not one.natural]
    found = [one for one in group.candidates if one.natural]
    if len(told) > recipe.told:
        told = choose.sample(told, len(told))
        missed = [one for one in told if one.kind is Kind.NONE]
        answering = [one for one in told if one.kind is not Kind.NONE][: recipe.told - bool(missed)]
        told = (answering + missed)[: recipe.told]
    found = choose.sample(found, min(recipe.drawn(group), len(found)))
    return [
        *(coded.pair(group, one, even.get((group.question, one.kind), 1.0)) for one in told),
        *(coded.pair(group, one, recipe.natural_weight) for one in found),
    ]


def _runs(groups: Sequence[list[Pair]], tokens: int) -> list[list[list[Pair]]]:
    """Neighbouring groups in runs of at most `tokens` pieces."""
    runs: list[list[list[Pair]]] = []
    held = 0
    for group in groups:
        size = sum(len(pair.row.ids) for pair in group)
        if not runs or held + size > tokens:
            runs.append([])
            held = 0
        runs[-1].append(group)
        held += size
    return runs


def _mean_length(group: Sequence[Pair]) -> float:
    return sum(len(pair.row.ids) for pair in group) / len(group)
