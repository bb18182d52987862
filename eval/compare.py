"""Two runs over the same questions: who gained, who lost, and whether it could be chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from eval import trust
from eval.model import Kind
from eval.results import ALL, Run, read_runs
from eval.scoring import Score
from eval.uncertainty import Gain, Ratio, Share, gains, paired_randomisation, share_of

RIGHT = "right"
Pair = tuple[Score, Score]


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure over the `n` questions of a group: both means, the p-value of their difference and its 95 %
    confidence interval. Between totals the last three are None, for they need the single questions."""

    n: int
    a: float
    b: float
    p: float | None
    low: float | None = None
    high: float | None = None

    @property
    def gain(self) -> float:
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class TrustDifference:
    """One of the citizen's measures (`eval.trust`): both shares, and their difference with its interval. The answers
    shown are not the same ones on both sides, so the shares may be of different numbers of questions."""

    a: Share
    b: Share
    difference: Gain


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose first relevant rank, rightness, or telephone or office differs: both scores."""

    a: Score
    b: Score

    @property
    def id(self) -> str:
        return self.a.id

    @property
    def kind(self) -> Kind:
        return self.a.kind

    @property
    def question(self) -> str:
        return self.a.question

    @property
    def gained(self) -> bool:
        """Whether B is better: right where A was wrong; as right, and without the wrong telephone or office that A
        gave; or as good, and ranked higher."""
        one, other = (self._worth(score) for score in (self.a, self.b))
        return other > one

    def _worth(self, score: Score) -> tuple[bool, bool, float]:
        told = self.a.wrong_contact is not None and self.b.wrong_contact is not None
        return score.right, not (told and score.wrong_contact), -_far(score.first_rank)

    @property
    def differs(self) -> bool:
        return self._worth(self.a) != self._worth(self.b)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind.value,
            "question": self.question,
            "rank_a": self.a.first_rank,
            "rank_b": self.b.first_rank,
            "right_a": self.a.right,
            "right_b": self.b.right,
            "wrong_contact_a": self.a.wrong_contact,
            "wrong_contact_b": self.b.wrong_contact,
            "expected": list(self.b.expected or self.a.expected),
            "given_a": self.a.given,
            "given_b": self.b.given,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences`: group (`all` or a kind) -> measure -> difference. `only_a`, `only_b`: ids left out.

    `totals_only`: one side is of closed questions, so that there are no gains and losses by question.
    """

    name_a: str
    name_b: str
    run_a: Run
    run_b: Run
    differences: dict[str, dict[str, Difference]]
    trust: dict[str, TrustDifference]
    gains: tuple[Change, ...]
    losses: tuple[Change, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    totals_only: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "a": self.name_a,
            "b": self.name_b,
            "differences": {
                group: {name: _difference_json(one) for name, one in row.items()}
                for group, row in self.differences.items()
            },
            "trust": {
                name: {
                    **{
                        side: {"count": one.count, "n": one.n, "mean": one.mean}
                        for side, one in (("a", both.a), ("b", both.b))
                    },
                    "gain": both.difference.gain,
                    "low": both.difference.low,
                    "high": both.difference.high,
                }
                for name, both in self.trust.items()
            },
            "gains": [change.to_json() for change in self.gains],
            "losses": [change.to_json() for change in self.losses],
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
            "totals_only": self.totals_only,
        }


def _difference_json(one: Difference) -> dict[str, float | None]:
    return {"n": one.n, "a": one.a, "b": one.b, "gain": one.gain, "p": one.p, "low": one.low, "high": one.high}


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
    the same only if its words are the same too. If one run is of closed questions, its totals are compared with
    those of the other, which must be of the same files.
    """
    name_a, name_b = names or (a.setting.name, b.setting.name)
    if a.totals_only or b.totals_only:
        return _compare_totals(a, b, name_a, name_b)
    by_id = {score.id: score for score in b.scores}
    pairs = [
        (one, other) for one in a.scores if (other := by_id.get(one.id)) is not None and other.question == one.question
    ]
    if not pairs:
        raise UsageError("两次测评没有共同的题目", "", "请用同一个题目文件测评后再比较")
    common = {one.id for one, _ in pairs}
    changes = [change for pair in pairs if (change := Change(*pair)).differs]
    return Comparison(
        name_a=name_a,
        name_b=name_b,
        run_a=a,
        run_b=b,
        differences=_differences(pairs),
        trust=_trust(pairs),
        gains=tuple(change for change in changes if change.gained),
        losses=tuple(change for change in changes if not change.gained),
        only_a=tuple(one.id for one in a.scores if one.id not in common),
        only_b=tuple(one.id for one in b.scores if one.id not in common),
    )


def _differences(pairs: Sequence[Pair]) -> dict[str, dict[str, Difference]]:
    groups: dict[str, list[Pair]] = {ALL: list(pairs)}
    for kind in Kind:
        members = [pair for pair in pairs if pair[0].kind is kind]
        if members:
            groups[kind.value] = members
    return {group: _row(members) for group, members in groups.items()}


def _row(pairs: Sequence[Pair]) -> dict[str, Difference]:
    """Retrieval measures over the answerable questions, and `right` over all of them."""
    judged = [pair for pair in pairs if pair[0].answerable]
    names = [name for name in judged[0][0].measures if name in judged[0][1].measures] if judged else []
    row = _means(judged, names, lambda score, name: score.measures[name])
    return row | _means(pairs, [RIGHT], lambda score, _: float(score.right))


def _means(pairs: Sequence[Pair], names: Sequence[str], value: Callable[[Score, str], float]) -> dict[str, Difference]:
    """The difference of each mean over the pairs."""
    values = {name: ([value(a, name) for a, _ in pairs], [value(b, name) for _, b in pairs]) for name in names}
    ones = [1.0] * len(pairs)
    intervals = gains([(a, ones) for a, _ in values.values()], [(b, ones) for _, b in values.values()])
    return {
        name: Difference(len(a), sum(a) / len(a), sum(b) / len(b), paired_randomisation(a, b), gain.low, gain.high)
        for (name, (a, b)), gain in zip(values.items(), intervals, strict=True)
    }


def _trust(pairs: Sequence[Pair]) -> dict[str, TrustDifference]:
    """The citizen's measures that both runs tell."""
    a, b = [one for one, _ in pairs], [other for _, other in pairs]
    names = [name for name in trust.known(a) if name in trust.known(b)]
    of_a, of_b = ([trust.parts_and_wholes(name, side) for name in names] for side in (a, b))
    return {
        name: TrustDifference(_share(one), _share(other), gain)
        for name, one, other, gain in zip(names, of_a, of_b, gains(of_a, of_b), strict=True)
    }


def _share(ratio: Ratio) -> Share:
    parts, wholes = ratio
    return share_of(int(sum(parts)), int(sum(wholes)))


def _compare_totals(a: Run, b: Run, name_a: str, name_b: str) -> Comparison:
    """Totals beside each other. UsageError unless both are of the same questions."""
    if _asked(a) != _asked(b):
        what = "不公开的题目只有总成绩，两次测评的题目不同，没法比较"
        raise UsageError(what, "", "请用同样的题目文件和 --split 测评后再比较")
    return Comparison(
        name_a=name_a,
        name_b=name_b,
        run_a=a,
        run_b=b,
        differences={group: _totals_row(a, b, group) for group in a.measures if group in b.measures},
        trust={
            name: TrustDifference(one, b.trust[name], _total_gain(one.mean, b.trust[name].mean))
            for name, one in a.trust.items()
            if name in b.trust
        },
        gains=(),
        losses=(),
        only_a=(),
        only_b=(),
        totals_only=True,
    )


def _asked(run: Run) -> tuple[list[str], str, int]:
    """What says that two runs asked the same questions, without any of them."""
    return sorted(one.sha256 for one in run.setting.files), run.setting.split, run.counts.questions


def _totals_row(a: Run, b: Run, group: str) -> dict[str, Difference]:
    return {
        name: Difference(one.n, one.mean, other.mean, None)
        for name, one in a.measures[group].items()
        if (other := b.measures[group].get(name)) is not None and one.mean is not None and other.mean is not None
    }


def _total_gain(a: float | None, b: float | None) -> Gain:
    return Gain(None if a is None or b is None else b - a, None, None)
