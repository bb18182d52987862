"""Two runs over the same questions: who gained, who lost, and whether it could be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from eval.model import Kind
from eval.results import ALL, Run, read_runs
from eval.scoring import Score
from eval.uncertainty import paired_randomisation

RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure over the `n` questions of a group: both means, and the p-value of their difference."""

    n: int
    a: float
    b: float
    p: float

    @property
    def gain(self) -> float:
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose first relevant rank, or whose rightness, differs. Ranks: None is not found."""

    id: str
    kind: Kind
    question: str
    rank_a: int | None
    rank_b: int | None
    right_a: bool
    right_b: bool

    @property
    def gained(self) -> bool:
        """Whether B is better: right where A was wrong, or as right and ranked higher."""
        return (self.right_b, -_far(self.rank_b)) > (self.right_a, -_far(self.rank_a))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences`: group (`all` or a kind) -> measure -> difference. `only_a`, `only_b`: ids left out."""

    name_a: str
    name_b: str
    differences: dict[str, dict[str, Difference]]
    gains: tuple[Change, ...]
    losses: tuple[Change, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "a": self.name_a,
            "b": self.name_b,
            "differences": {
                group: {
                    name: {"n": one.n, "a": one.a, "b": one.b, "gain": one.gain, "p": one.p}
                    for name, one in row.items()
                }
                for group, row in self.differences.items()
            },
            "gains": [_change_json(change) for change in self.gains],
            "losses": [_change_json(change) for change in self.losses],
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
        }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind.value,
        "question": change.question,
        "rank_a": change.rank_a,
        "rank_b": change.rank_b,
        "right_a": change.right_a,
        "right_b": change.right_b,
    }


def _far(rank: int | None) -> float:
    return float("inf") if rank is None else rank


def read_one_run(folder: Path) -> Run:
    """The run in an output folder. UsageError if there are several: `--compare` needs one on each side."""
    runs = read_runs(folder)
    if len(runs) != 1:
        names = "、".join(run.setting.name for run in runs)
        raise UsageError(
            f"这个文件夹里有 {len(runs)} 次测评（{names}），比较时每边只能有一次",
            str(folder),
            f"请给出其中一个的文件夹，如 {folder / runs[0].setting.name}" if runs else "请重新测评",
        )
    return runs[0]


def compare(a: Run, b: Run, names: tuple[str, str] | None = None) -> Comparison:
    """Compare the questions that both runs asked, by id. UsageError if there are none.

    `names` are what the runs are called in the result, else what was measured. A question counts as
    the same only if its words are the same too.
    """
    by_id = {score.id: score for score in b.scores}
    pairs = [
        (one, other) for one in a.scores if (other := by_id.get(one.id)) is not None and other.question == one.question
    ]
    if not pairs:
        raise UsageError("两次测评没有共同的题目", "", "请用同一个题目文件测评后再比较")
    common = {one.id for one, _ in pairs}
    changes = [
        Change(one.id, one.kind, one.question, one.first_rank, other.first_rank, one.right, other.right)
        for one, other in pairs
        if (one.first_rank, one.right) != (other.first_rank, other.right)
    ]
    return Comparison(
        name_a=names[0] if names else a.setting.name,
        name_b=names[1] if names else b.setting.name,
        differences=_differences(pairs),
        gains=tuple(change for change in changes if change.gained),
        losses=tuple(change for change in changes if not change.gained),
        only_a=tuple(one.id for one in a.scores if one.id not in common),
        only_b=tuple(one.id for one in b.scores if one.id not in common),
    )


def _differences(pairs: Sequence[tuple[Score, Score]]) -> dict[str, dict[str, Difference]]:
    groups: dict[str, list[tuple[Score, Score]]] = {ALL: list(pairs)}
    for kind in Kind:
        members = [pair for pair in pairs if pair[0].kind is kind]
        if members:
            groups[kind.value] = members
    return {group: _row(members) for group, members in groups.items()}


def _row(pairs: Sequence[tuple[Score, Score]]) -> dict[str, Difference]:
    """Retrieval measures over the answerable questions, and `right` over all of them."""
    judged = [pair for pair in pairs if pair[0].answerable]
    names = [name for name in judged[0][0].measures if name in judged[0][1].measures] if judged else []
    row = {
        name: _difference([one.measures[name] for one, _ in judged], [other.measures[name] for _, other in judged])
        for name in names
    }
    row[RIGHT] = _difference([float(one.right) for one, _ in pairs], [float(other.right) for _, other in pairs])
    return row


def _difference(a: Sequence[float], b: Sequence[float]) -> Difference:
    return Difference(len(a), sum(a) / len(a), sum(b) / len(b), paired_randomisation(a, b))
