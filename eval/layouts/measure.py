"""Parsing generated files and judging what comes back, by form and by layout feature."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.limits import Limits
from eval.documents.evaluate import evaluate
from eval.documents.results import Group, Results, group_of, read_group, read_results, summarise, write_results
from eval.documents.score import FileScore
from eval.layouts.case import layouts
from eval.layouts.features import features
from eval.layouts.plain import text_of
from eval.layouts.render import form_of, render

LAYOUTS_FILE = "layouts.json"
Features = dict[str, dict[str, Group]]  # name → value → the sums over the files that have it


@dataclass(frozen=True, slots=True)
class LayoutResults:
    """Scores of generated files. `digest` tells whether two runs read the same files."""

    results: Results
    features: Features
    digest: str

    def to_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "features": _features_json(self.features)} | self.results.to_json()


def measure(
    seeds: Sequence[int],
    form: str | None,
    limits: Limits,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> LayoutResults:
    """Write the files of these seeds into a folder that goes again, parse them and judge them.

    `form` None: each seed has its own.
    """
    labels, chosen, digest = [], [], hashlib.sha256()
    with tempfile.TemporaryDirectory(prefix="gongbao-layouts-") as name:
        folder = Path(name)
        for seed in seeds:
            case, own = layouts(seed), form or form_of(seed)
            rendered = render(case, own, str(seed))
            path = folder / rendered.label.file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(rendered.data)
            digest.update(own.encode() + text_of(case.lines).encode())
            labels.append(rendered.label)
            chosen.append(features(case, own))
        scores = evaluate(labels, folder, limits, progress=progress)
    return LayoutResults(summarise(scores, totals_only=False), _by_feature(chosen, scores), digest.hexdigest())


def _by_feature(chosen: Iterable[dict[str, str]], scores: Iterable[FileScore]) -> Features:
    found: dict[str, dict[str, list[FileScore]]] = {}
    for values, score in zip(chosen, scores, strict=True):
        for name, value in values.items():
            found.setdefault(name, {}).setdefault(value, []).append(score)
    return {name: {value: group_of(own) for value, own in values.items()} for name, values in found.items()}


def _features_json(found: Features) -> dict[str, Any]:
    return {name: {value: group.to_json() for value, group in values.items()} for name, values in found.items()}


def write_run(folder: Path, run: LayoutResults) -> None:
    """Write a run into a folder, the scores in the form of `python -m eval documents`."""
    write_results(folder, run.results)
    extra = {"digest": run.digest, "features": _features_json(run.features)}
    try:
        (folder / LAYOUTS_FILE).write_text(json.dumps(extra, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as err:
        raise UsageError(f"写不了结果（{err.strerror or err}）", str(folder), "请换一个可以写的文件夹") from err


def read_run(folder: Path) -> LayoutResults:
    """The run in a folder of `--out`. UsageError where there is none that can be read."""
    results = read_results(folder)
    path = folder / LAYOUTS_FILE
    try:
        extra = json.loads(path.read_text(encoding="utf-8"))
        found = {
            name: {value: read_group(row) for value, row in values.items()}
            for name, values in extra["features"].items()
        }
        return LayoutResults(results, found, extra["digest"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
        raise UsageError("读不了这次测评的结果", str(path), "请给出 python -m eval layouts --out 写出的文件夹") from err
