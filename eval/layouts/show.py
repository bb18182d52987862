"""Results on generated layouts as plain text."""

from __future__ import annotations

from eval.documents import show
from eval.documents.compare import compare
from eval.documents.measures import MEASURES
from eval.documents.results import ALL, Group
from eval.documents.score import FileScore
from eval.layouts.measure import Features, LayoutResults
from eval.table import columns

_MISSES = 40  # shown of one file
_SHOWN = ("title", "doc_number", "issuer", "date", "begins", "ends", "own_number", "quote_paths")


def run_text(run: LayoutResults) -> str:
    """Shares given back whole, by form and by feature, and all measures."""
    whole = run.results.groups[ALL]
    return "\n".join(
        [
            show.groups_text(run.results.groups),
            show.totals_text(whole),
            features_text(run.features),
            f"全部还原的版式：{whole.perfect}/{whole.files}（{whole.perfect / whole.files:.1%}）",
        ]
    )


def features_text(found: Features) -> str:
    """A line for each value of each feature: how many files have it, how many came back whole, and what of them."""
    rows = [["版式", "文件", "全对", "比例", *(MEASURES[name].name for name in _SHOWN)]]
    for name, values in found.items():
        for value, group in sorted(values.items(), key=lambda item: (-item[1].files, item[0])):
            figures = (group.tallies.get(measure) for measure in _SHOWN)
            shown = ["—" if one is None or one.figure is None else f"{one.figure:.2f}" for one in figures]
            rows.append([f"{name}：{value}", str(group.files), str(group.perfect), f"{_share(group):.2f}", *shown])
    return columns(rows)


def _share(group: Group) -> float:
    return group.perfect / group.files


def comparison_text(a: LayoutResults, b: LayoutResults, names: tuple[str, str]) -> str:
    """What changed from one run to the other: features, measures, files."""
    lines = []
    if a.digest != b.digest:
        lines.append("注意：两次测的文件不相同（份数、格式或生成办法变了），只供参考。\n")
    rows = [["版式（全对的比例）", "A", "B", "B−A"]]
    for name, values in b.features.items():
        for value, group in values.items():
            before = a.features.get(name, {}).get(value)
            if before is not None and _share(before) != _share(group):
                one, other = _share(before), _share(group)
                rows.append([f"{name}：{value}", f"{one:.2f}", f"{other:.2f}", f"{other - one:+.2f}"])
    lines += [columns(rows)] if len(rows) > 1 else []
    return "\n".join([*lines, show.comparison_text(compare(a.results, b.results), names)])


def score_text(score: FileScore) -> str:
    """Everything about one file that isn't as it should be."""
    lines = [show.file_line(score)]
    for miss in score.misses[:_MISSES]:
        wanted = f"应为“{miss.wanted}”" if miss.wanted else "不该有"
        given = f"，读成“{miss.given}”" if miss.given else ""
        lines.append(f"  {MEASURES[miss.measure].name}：{wanted}{given}")
    if len(score.misses) > _MISSES:
        lines.append(f"  另有 {len(score.misses) - _MISSES} 处")
    return "\n".join(lines)
