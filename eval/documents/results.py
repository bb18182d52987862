"""All files together: sums by form and overall, and their JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from eval.documents.measures import MEASURES
from eval.documents.score import FileScore, Miss
from eval.documents.tally import Tally

ALL = "all"
RESULTS_FILE, COMPARE_FILE = "documents.json", "compare.html"


@dataclass(frozen=True, slots=True)
class Group:
    """The sums over some files. `coverage` is the mean of what the parser says itself, over the files it read."""

    files: int
    refused: int
    perfect: int
    coverage: float | None
    tallies: dict[str, Tally]

    def to_json(self) -> dict[str, Any]:
        return {
            "files": self.files,
            "refused": self.refused,
            "perfect": self.perfect,
            "coverage": self.coverage,
            "measures": {name: tally.to_json() for name, tally in self.tallies.items()},
        }


@dataclass(frozen=True, slots=True)
class Results:
    """`groups`: `all` or a form -> sums. `scores` is None where only the sums may be known."""

    groups: dict[str, Group]
    scores: tuple[FileScore, ...] | None

    def to_json(self) -> dict[str, Any]:
        totals = {"totals": {name: group.to_json() for name, group in self.groups.items()}}
        return totals if self.scores is None else totals | {"files": [score.to_json() for score in self.scores]}


def summarise(scores: Sequence[FileScore], *, totals_only: bool) -> Results:
    """Put the scores together, overall and by form."""
    forms = sorted({score.form for score in scores})
    groups = {ALL: group_of(scores)} | {form: group_of([one for one in scores if one.form == form]) for form in forms}
    return Results(groups, None if totals_only else tuple(scores))


def group_of(scores: Sequence[FileScore]) -> Group:
    """The sums over these files."""
    tallies: dict[str, Tally] = {}
    for score in scores:
        for name, tally in score.tallies.items():
            tallies[name] = tallies[name] + tally if name in tallies else tally
    coverages = [score.coverage for score in scores if score.coverage is not None]
    return Group(
        files=len(scores),
        refused=sum(score.refused is not None for score in scores),
        perfect=sum(score.perfect for score in scores),
        coverage=sum(coverages) / len(coverages) if coverages else None,
        tallies={name: tallies[name] for name in MEASURES if name in tallies},
    )


def to_text(results: Results) -> str:
    """The JSON document of a run."""
    return json.dumps(results.to_json(), ensure_ascii=False, indent=1)


def write_results(folder: Path, results: Results) -> None:
    """Write a run into a folder. UsageError where that can't be done."""
    write_text(folder / RESULTS_FILE, to_text(results) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file of `--out`. UsageError where that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as err:
        todo = "请换一个可以写的文件夹"
        raise UsageError(f"写不了结果（{err.strerror or err}）", str(path.parent), todo) from err


def read_results(folder: Path) -> Results:
    """The run in a folder of `--out`. UsageError where there is none that can be read."""
    path = folder / RESULTS_FILE
    todo = "请给出用 --out 写出的文件夹"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if "files" in data:  # sums are never read back where they can be made again, so they can't disagree
            return summarise([_score(row) for row in data["files"]], totals_only=False)
        return Results({name: read_group(row) for name, row in data["totals"].items()}, None)
    except OSError as err:
        raise UsageError(f"打不开结果（{err.strerror or err}）", str(path), todo) from err
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise UsageError("读不懂这个结果文件，可能由别的版本写出", str(path), todo) from err


def _tallies(row: dict[str, Any]) -> dict[str, Tally]:
    return {name: Tally(one["right"], one["wanted"], one.get("given")) for name, one in row["measures"].items()}


def read_group(row: dict[str, Any]) -> Group:
    """A group from its JSON."""
    return Group(row["files"], row["refused"], row["perfect"], row["coverage"], _tallies(row))


def _score(row: dict[str, Any]) -> FileScore:
    plain = {name: row[name] for name in ("name", "file", "form", "place", "refused", "coverage")}
    return FileScore(**plain, tallies=_tallies(row), misses=tuple(Miss(**one) for one in row["misses"]))
