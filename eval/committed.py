"""The numbers in the repository (`baselines.toml`): what was measured, on what, and whether it still holds.

A change of the search must not slip by: a test measures again and compares. Keyword search is exact
arithmetic and must agree to the last digit that is written; whatever uses embeddings may differ by
`tolerance`, because another processor rounds differently and near ties change places.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import GongbaoError
from eval.results import ALL, Run

COMMITTED_FILE = Path(__file__).with_name("baselines.toml")
DIGITS = 4
EXACT_MODE = "bm25"
MODES = ("hybrid", EXACT_MODE)  # what users get, with and without a model; the ablation has the rest
# Three of 300 questions: what rounding on another processor was seen to move, and a little more.
TOLERANCE = 0.01


class CommittedError(GongbaoError):
    """`baselines.toml` can't be read, or holds no numbers for what was asked."""


@dataclass(frozen=True, slots=True)
class Committed:
    """One run's numbers: measure -> mean over all answerable questions, rounded to DIGITS."""

    system: str
    mode: str
    split: str
    k: int
    questions: Mapping[str, str]
    model: str | None
    tolerance: float
    numbers: Mapping[str, float]


def numbers_of(run: Run) -> dict[str, float]:
    """The means worth committing: retrieval and answers over all, and the refusals. No times."""
    means = {name: estimate.mean for name, estimate in run.measures[ALL].items()} | {
        "auroc": run.refusals.auroc,
        "refusal_precision": run.refusals.precision,
        "refusal_recall": run.refusals.recall,
        "wrongly_refused": run.refusals.wrongly_refused,
    }
    return {name: round(value, DIGITS) for name, value in means.items() if value is not None}


def committed_of(run: Run) -> Committed:
    setting = run.setting
    return Committed(
        system=setting.system,
        mode=setting.mode,
        split=setting.split,
        k=setting.k,
        questions={Path(one.file).name: one.sha256 for one in setting.files},
        model=setting.model,
        tolerance=0.0 if setting.mode == EXACT_MODE else TOLERANCE,
        numbers=numbers_of(run),
    )


def differences(run: Run, committed: Committed) -> list[str]:
    """One line for each number that no longer holds; empty if all do."""
    now = numbers_of(run)
    lines = []
    for name, number in committed.numbers.items():
        value = now.get(name)
        # Half a unit of the last digit: both were rounded.
        if value is None or abs(value - number) > committed.tolerance + 10**-DIGITS / 2:
            lines.append(f"{run.setting.name} {name}：原为 {number}，现为 {value}")
    return lines


def to_toml(runs: Sequence[Committed]) -> str:
    """The text of `baselines.toml`. Strings written here hold no quotes or backslashes that matter."""
    head = (
        "# Numbers of the committed question files. Written by `python -m eval FILES --update-baselines`;\n"
        "# a test measures them again. A change here belongs to a change of the search and is explained with it.\n"
    )
    return head + "".join(_block(run) for run in runs)


def _block(run: Committed) -> str:
    questions = "".join(f"{_text(file)} = {_text(sha256)}\n" for file, sha256 in run.questions.items())
    numbers = "".join(f"{name} = {number}\n" for name, number in run.numbers.items())
    model = "" if run.model is None else f"model = {_text(run.model)}\n"
    return (
        f"\n[[run]]\nsystem = {_text(run.system)}\nmode = {_text(run.mode)}\nsplit = {_text(run.split)}\n"
        f"k = {run.k}\n{model}tolerance = {run.tolerance}\n"
        f"[run.questions]\n{questions}[run.numbers]\n{numbers}"
    )


def _text(value: str) -> str:
    """A basic TOML string (file names may hold quotes)."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_committed(path: Path = COMMITTED_FILE) -> list[Committed]:
    """The committed runs, in order. CommittedError if the file is missing or has another shape."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return [
            Committed(
                system=row["system"],
                mode=row["mode"],
                split=row["split"],
                k=row["k"],
                questions=row["questions"],
                model=row.get("model"),
                tolerance=row["tolerance"],
                numbers=row["numbers"],
            )
            for row in table["run"]
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as err:
        raise CommittedError(f"读不懂已记录的成绩（{err!r}）", str(path), "请重新写出：--update-baselines") from err


def write_committed(runs: Sequence[Run], path: Path) -> None:
    path.write_text(to_toml([committed_of(run) for run in runs]), encoding="utf-8")
