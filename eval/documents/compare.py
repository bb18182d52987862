"""Two runs over the same files: what a change of the parser did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.errors import UsageError
from eval.documents.measures import MEASURES
from eval.documents.results import ALL, Results
from eval.documents.score import FileScore, Miss
from eval.documents.tally import Tally


@dataclass(frozen=True, slots=True)
class Change:
    """A measure of a file that differs. `mended` are the misses of A that B doesn't have, `broken` the other way."""

    name: str
    file: str
    measure: str
    a: Tally | None
    b: Tally | None
    mended: tuple[Miss, ...] = ()
    broken: tuple[Miss, ...] = ()

    @property
    def order(self) -> int:
        """1 where B is better, -1 where it is worse, 0 where it only fails in another way."""
        one, other = _worth(self.a), _worth(self.b)
        return (other > one) - (other < one)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "file": self.file,
            "measure": self.measure,
            "a": None if self.a is None else self.a.to_json(),
            "b": None if self.b is None else self.b.to_json(),
            "mended": [_miss_json(one) for one in self.mended],
            "broken": [_miss_json(one) for one in self.broken],
        }


def _worth(tally: Tally | None) -> tuple[float, int]:
    """A measure that says nothing of a file (no value was given where there is none) is as good as a right one."""
    return (1.0, 0) if tally is None else tally.worth


def _miss_json(miss: Miss) -> dict[str, str]:
    return {"wanted": miss.wanted, "given": miss.given}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`totals`: measure -> both sums over all files. `changes` is None where one side has sums only; `left_out`
    counts the files that only one side has."""

    totals: dict[str, tuple[Tally | None, Tally | None]]
    changes: tuple[Change, ...] | None
    left_out: int

    @property
    def gains(self) -> list[Change]:
        return [one for one in self.changes or () if one.order > 0]

    @property
    def losses(self) -> list[Change]:
        return [one for one in self.changes or () if one.order < 0]

    @property
    def others(self) -> list[Change]:
        return [one for one in self.changes or () if one.order == 0]

    def to_json(self) -> dict[str, Any]:
        sides = {
            name: {"a": None if a is None else a.to_json(), "b": None if b is None else b.to_json()}
            for name, (a, b) in self.totals.items()
        }
        lists = {"gains": self.gains, "losses": self.losses, "others": self.others}
        return {"totals": sides, "left_out": self.left_out} | {
            name: None if self.changes is None else [one.to_json() for one in changes]
            for name, changes in lists.items()
        }


def compare(a: Results, b: Results) -> Comparison:
    """Compare the files that both runs have, or their sums where one has nothing else.

    UsageError where they have no file in common.
    """
    if a.scores is None or b.scores is None:
        groups = a.groups[ALL].tallies, b.groups[ALL].tallies
        return Comparison(_side_by_side(*groups), None, 0)
    theirs = {score.file: score for score in b.scores}
    pairs = [(one, theirs[one.file]) for one in a.scores if one.file in theirs]
    if not pairs:
        raise UsageError("两次测评没有共同的文件", "", "请用同一套标注测评后再比较")
    sums = [_sum([pair[side] for pair in pairs]) for side in (0, 1)]
    return Comparison(
        _side_by_side(*sums),
        tuple(change for one, other in pairs for change in _changes(one, other)),
        len(a.scores) + len(b.scores) - 2 * len(pairs),
    )


def _sum(scores: list[FileScore]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for score in scores:
        for name, tally in score.tallies.items():
            tallies[name] = tallies[name] + tally if name in tallies else tally
    return tallies


def _side_by_side(a: dict[str, Tally], b: dict[str, Tally]) -> dict[str, tuple[Tally | None, Tally | None]]:
    return {name: (a.get(name), b.get(name)) for name in MEASURES if name in a or name in b}


def _changes(one: FileScore, other: FileScore) -> Iterator[Change]:
    for measure, (a, b) in _side_by_side(one.tallies, other.tallies).items():
        before, after = (Counter(miss for miss in score.misses if miss.measure == measure) for score in (one, other))
        if a != b or before != after:
            mended, broken = tuple((before - after).elements()), tuple((after - before).elements())
            yield Change(one.name, one.file, measure, a, b, mended, broken)
