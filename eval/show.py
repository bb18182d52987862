"""Results as plain text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval import words
from eval.compare import Change, Comparison
from eval.misses import MEANING, Cause
from eval.model import Kind
from eval.results import Run
from eval.scoring import Score
from eval.table import columns, comparison_trust, kinds_table, quality_table, trust_rows, trust_table


def runs_text(runs: Sequence[Run]) -> str:
    """One run in full, or several as two tables."""
    if len(runs) > 1:
        return f"{columns(quality_table(runs))}\n{columns(trust_table(runs))}"
    return run_text(runs[0])


def run_text(run: Run) -> str:
    refusals = run.refusals
    lines = [
        columns(kinds_table(run)),
        "没有答案的题："
        + "，".join(
            f"{words.term(name).name} {words.shown(name, value)}"
            for name, value in (
                ("auroc", refusals.auroc),
                ("refusal_precision", refusals.precision),
                ("refusal_recall", refusals.recall),
                ("wrongly_refused", refusals.wrongly_refused),
                ("calibration_error", refusals.calibration_error),
            )
        ),
        columns(trust_rows(run)),
        _risk_lines(run),
        f"用时：中位数 {run.ms.median:.0f} 毫秒，95% 位数 {run.ms.p95:.0f} 毫秒",
        "没答好的题：" + "，".join(f"{MEANING[Cause(name)].split('：')[0]} {n}" for name, n in run.misses.items()),
    ]
    return "\n".join(lines) + "\n"


def _risk_lines(run: Run) -> str:
    """The areas under the risk–coverage curves in one line, the errors of the confidence in another if there are."""
    numbers = run.confidence_numbers
    errors = [name for name in numbers if name.endswith(("_ece", "_brier"))]
    groups = (("多答和少错", [name for name in numbers if name not in errors]), ("说的把握", errors))
    return "\n".join(
        f"{title}：" + "，".join(f"{words.term(name).name} {words.shown(name, numbers[name])}" for name in names)
        for title, names in groups
        if names
    )


def questions_text(run: Run) -> str:
    """One line for each question, in order."""
    head = ["", "题号", "类别", "名次", "把握", "毫秒", "问题"]
    return _lines([head, *(_row(score) for score in run.scores)])


def misses_text(run: Run) -> str:
    """The questions that went wrong, by cause in the order of the work."""
    parts = []
    for cause in Cause:
        members = [score for score in run.scores if score.miss is cause]
        if members:
            lines = _lines([_row(score) for score in members]).splitlines()
            beside = [f"{line}\n{_wanted_and_given(score)}" for line, score in zip(lines, members, strict=True)]
            parts.append(f"{MEANING[cause]}（{len(members)} 道）\n" + "".join(beside))
    return "\n".join(parts) or "没有答错的题。\n"


def _row(score: Score) -> list[str]:
    return [
        "✓" if score.right else "✗",
        score.id,
        words.KIND_NAMES[score.kind],
        _rank(score.first_rank),
        f"{score.confidence:.2f}" if score.answered else f"{score.confidence:.2f} 拒答",
        f"{score.ms:.0f}",
        score.question,
    ]


def _wanted_and_given(score: Score) -> str:
    """The expected answer and the given one, each on its line."""
    faults = "".join(f"〔{fault}〕" for fault in words.contact_faults(score))
    return f"      应为：{words.wanted(score)}\n      给出：{faults}{words.given(score)}\n"


def _rank(rank: int | None) -> str:
    return "—" if rank is None else str(rank)


def _lines(rows: Sequence[Sequence[str]]) -> str:
    """Columns, but the last one as it is: questions are long, and their ends need no alignment."""
    front = columns([[*row[:-1], ""] for row in rows]).splitlines()
    padded = max((len(line) for line in front), default=0)
    return "".join(f"{line:<{padded}}  {row[-1]}\n" for line, row in zip(front, rows, strict=True))


def comparison_text(comparison: Comparison) -> str:
    rows = [["", "题数", "指标", "A", "B", "B−A", "95% 置信区间", "p 值"]]
    for group, row in comparison.differences.items():
        rows += [
            [
                words.KIND_NAMES[Kind(group) if group != "all" else "all"],
                str(one.n),
                words.term(name).name,
                words.shown(name, one.a),
                words.shown(name, one.b),
                f"{one.gain:+.3f}",
                words.between(one.low, one.high),
                words.p_value(one.p),
            ]
            for name, one in row.items()
        ]
    left_out = len(comparison.only_a) + len(comparison.only_b)
    return "\n".join(
        [
            f"A：{comparison.name_a}    B：{comparison.name_b}",
            columns(rows),
            columns(comparison_trust(comparison)),
            "p 值：如果两者其实一样好，只凭巧合也会差这么多的可能有多大；通常低于 0.05 才认为真有差别。",
            *([f"有 {left_out} 道题只在一边出现，没有参加比较。"] if left_out else []),
            "",
            *_changes(comparison),
            "",
        ]
    )


def _changes(comparison: Comparison) -> list[str]:
    if comparison.totals_only:
        return ["不公开的题目：只比总成绩，不列出题目，也算不出置信区间和 p 值。"]
    return [
        f"B 更好的题（{len(comparison.gains)} 道）",
        *map(_change, comparison.gains),
        "",
        f"B 更差的题（{len(comparison.losses)} 道）",
        *map(_change, comparison.losses),
    ]


def _change(change: Change) -> str:
    marks = "→".join("✓" if score.right else "✗" for score in (change.a, change.b))
    ranks = f"{_rank(change.a.first_rank)}→{_rank(change.b.first_rank)}"
    contacts = [bool(score.wrong_contact) for score in (change.a, change.b)]
    contact = "" if contacts[0] == contacts[1] else f"  （电话或部门{'改错了' if contacts[1] else '改对了'}）"
    return f"  {marks}  名次 {ranks:<8} {change.id}  {change.question}{contact}"


def stard_text(results: dict[str, dict[str, Any]]) -> str:
    """STARD's tables, with the column names of the published ones."""
    titles = {"all": "全部提问", "held_out": "没有用来训练的提问"}
    parts = []
    for group, result in results.items():
        searches: dict[str, dict[str, float]] = result["searches"]
        names = list(next(iter(searches.values())))
        heads = [name.replace("recall_at_", "R@").replace("rr_at_", "MRR@") for name in names]
        rows = [[f"{titles[group]}（{result['questions']} 道）", *heads]]
        rows += [[name, *(f"{row[measure]:.3f}" for measure in names)] for name, row in searches.items()]
        parts.append(columns(rows))
    return "\n".join(parts)
