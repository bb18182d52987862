"""Results on documents as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from eval.documents.compare import Change, Comparison
from eval.documents.measures import MEASURES
from eval.documents.results import ALL, Group, Results
from eval.documents.score import FileScore, Miss
from eval.documents.tally import Tally
from eval.table import columns

_SHOWN = 40  # characters of a label or a value in a line
_MISSES = 3  # of one measure of one file, in a comparison


def results_text(results: Results) -> str:
    """A line a file, sums by form, and sums by measure."""
    lines = [file_line(score) for score in results.scores or ()]
    return "\n".join([*lines, *([""] if lines else []), groups_text(results.groups), totals_text(results.groups[ALL])])


def file_line(score: FileScore) -> str:
    """What is wrong with a file, in one line."""
    head = f"{'✓' if score.perfect else '✗'} {score.form:<5}{score.name}"
    if score.refused is not None:
        return f"{head}  拒收：{score.refused}"
    wrong = [
        f"{MEASURES[name].name} {count(tally)}"
        for name, tally in score.tallies.items()
        if not tally.perfect and name != "letters"
    ]
    return f"{head}  {'，'.join(wrong) or '全部相符'}"


def count(tally: Tally) -> str:
    """`3/5`, and what was given beside it: `3/5（另有 1 个错的）`."""
    wrong = 0 if tally.given is None else tally.given - tally.right
    return f"{tally.right}/{tally.wanted}" + (f"（给错 {wrong}）" if wrong else "")


def groups_text(groups: dict[str, Group]) -> str:
    """The figures of each form, side by side."""
    chosen = ("title", "doc_number", "date", "begins", "ends", "articles", "quotes", "quote_paths", "table_rows")
    head = ["", "文件", "拒收", "全对", *(MEASURES[name].name for name in chosen), "文字进入条款"]
    rows = [
        [
            "全部" if name == ALL else name,
            str(group.files),
            str(group.refused),
            str(group.perfect),
            *(_figure(group.tallies.get(measure)) for measure in (*chosen, "letters")),
        ]
        for name, group in groups.items()
    ]
    return columns([head, *rows])


def totals_text(group: Group) -> str:
    """Every measure over all files."""
    rows = [["", "对", "应有", "给出", "准确率", "找全率", "F1"]]
    for name, tally in group.tallies.items():
        given = "" if tally.given is None else str(tally.given)
        numbers = (tally.precision, tally.recall, tally.f1)
        shown = [_share(number) if number is not None or tally.given is not None else "" for number in numbers]
        rows.append([MEASURES[name].name, str(tally.right), str(tally.wanted), given, *shown])
    coverage = "" if group.coverage is None else f"解析程序自报的文字归入率：平均 {group.coverage:.2%}\n"
    return columns(rows) + coverage


def _share(number: float | None) -> str:
    return "—" if number is None else f"{number:.3f}"


def _figure(tally: Tally | None) -> str:
    return _share(None if tally is None else tally.figure)


def comparison_rows(comparison: Comparison, *, every: bool = False) -> list[list[str]]:
    """The sums of both sides, the head first: those that differ, or all."""
    rows = [["", "A", "B", "B−A", "A 对/应有", "B 对/应有"]]
    for name, (a, b) in comparison.totals.items():
        if every or a != b:
            one, other = (None if tally is None else tally.figure for tally in (a, b))
            gain = "" if one is None or other is None else f"{other - one:+.3f}"
            counts = ["—" if tally is None else count(tally) for tally in (a, b)]
            rows.append([MEASURES[name].name, _share(one), _share(other), gain, *counts])
    return rows


def comparison_text(comparison: Comparison, names: tuple[str, str]) -> str:
    """What changed: sums that differ, then losses and gains by file."""
    rows = comparison_rows(comparison)
    lines = [f"A：{names[0]}    B：{names[1]}", columns(rows) if len(rows) > 1 else "各项合计都没有变化。\n"]
    if comparison.left_out:
        lines.append(f"有 {comparison.left_out} 个文件只在一边出现，没有参加比较。\n")
    if comparison.changes is None:
        return "\n".join([*lines, "有一边只有合计，不能按文件比较。", ""])
    for title, changes in (
        ("变差", comparison.losses),
        ("变好", comparison.gains),
        ("仍然错，但错得不同", comparison.others),
    ):
        lines += [f"{title}（{len(changes)} 处）", *_by_file(changes), ""]
    return "\n".join(lines)


def _by_file(changes: Sequence[Change]) -> list[str]:
    lines = []
    for name, members in groupby(changes, key=lambda change: change.name):
        lines.append(f"  {name}")
        for change in members:
            counts = " → ".join("—" if tally is None else count(tally) for tally in (change.a, change.b))
            lines.append(f"    {MEASURES[change.measure].name} {counts}")
            lines += [f"      + {miss_line(one)}" for one in change.mended[:_MISSES]]
            lines += [f"      − {miss_line(one)}" for one in change.broken[:_MISSES]]
            more = sum(max(0, len(misses) - _MISSES) for misses in (change.mended, change.broken))
            lines += [f"      另有 {more} 处"] if more else []
    return lines


def miss_line(miss: Miss) -> str:
    given = f"，读成“{_short(miss.given)}”" if miss.given else ""
    return (f"应为“{_short(miss.wanted)}”" if miss.wanted else "不该有") + given


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
