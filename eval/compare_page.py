"""The page of `--compare A B --out DIR`: what B changed, in totals and question by question."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from eval import charts, page, words
from eval.charts import Series
from eval.compare import RIGHT, Change, Comparison, Difference
from eval.model import Kind
from eval.report import made_with
from eval.results import ALL
from eval.scoring import Score
from eval.table import comparison_trust

_HEAD = ["指标", "题数", "A", "B", "B−A", "95% 置信区间", "p 值"]


def comparison_page(comparison: Comparison) -> str:
    """One HTML file, in the style of the report."""
    return page.page(
        f"比较：{comparison.name_a} 与 {comparison.name_b}",
        _head(comparison),
        _trust(comparison),
        _summary(comparison),
        _totals(comparison),
        _curves(comparison),
        _changes("B 更好的题", comparison.gains, comparison, "good"),
        _changes("B 更差的题", comparison.losses, comparison, "bad"),
        _left_out(comparison),
        _origins(comparison),
    )


def _head(comparison: Comparison) -> str:
    names = page.facts([("A（原来）", comparison.name_a), ("B（现在）", comparison.name_b)])
    return f"<header><h1>两次测评比较</h1>{names}</header>"


def _summary(comparison: Comparison) -> str:
    overall = comparison.differences[ALL]
    names = [name for name in ("success_at_1", "success_at_5", RIGHT) if name in overall]
    every = [
        page.card(
            words.term(name).name,
            f"{words.shown(name, overall[name].a)} → {words.shown(name, overall[name].b)}",
            words.term(name).meaning,
        )
        for name in names
    ]
    if not comparison.totals_only:
        every.append(
            page.card(
                "变好 / 变差的题",
                f"{len(comparison.gains)} / {len(comparison.losses)}",
                "答对与否、电话或部门的对错、含答案的那一条的名次，有一样不同就算变了。",
            )
        )
    return page.cards(every)


def _trust(comparison: Comparison) -> str:
    head, *rows = comparison_trust(comparison)
    if not rows:
        return page.section("百姓会遇到的", "其中一次的结果由旧版本写出，没有记下这些。")
    return page.section(
        "百姓会遇到的",
        "问公报里没有的事会不会乱答，给出的答案有多少靠得住。括号里是个数；置信区间不含 0，才像是真有差别。",
        page.table(head, rows),
        page.legend(comparison.trust),
    )


def _totals(comparison: Comparison) -> str:
    overall, kinds = comparison.differences[ALL], list(comparison.differences.items())[1:]
    by_kind = [
        page.folded(
            f"{words.KIND_NAMES[Kind(group)]}（{max(one.n for one in row.values())} 道）",
            page.table(_HEAD, _rows(row)),
        )
        for group, row in kinds
        if row
    ]
    lead = (
        "不公开的题目：只有总成绩，算不出差别的置信区间和 p 值。"
        if comparison.totals_only
        else "p 值：如果两者其实一样好，只凭巧合也会差这么多的可能有多大；通常低于 0.05 才认为真有差别。"
    )
    return page.section("总成绩", lead, page.table(_HEAD, _rows(overall)), *by_kind)


def _rows(row: dict[str, Difference]) -> list[list[str]]:
    return [
        [
            words.term(name).name,
            str(one.n),
            words.shown(name, one.a),
            words.shown(name, one.b),
            words.signed(one.gain),
            words.between(one.low, one.high),
            words.p_value(one.p),
        ]
        for name, one in row.items()
    ]


def _curves(comparison: Comparison) -> str:
    sides = (("A", comparison.run_a), ("B", comparison.run_b))
    every = [
        Series(name, tuple((point.coverage, point.risk) for point in run.refusals.risk_coverage)) for name, run in sides
    ]
    shown = [Series(name, tuple((point.coverage, point.risk) for point in run.selective.curve)) for name, run in sides]
    names = list(dict.fromkeys(name for _, run in sides for name in run.confidence_numbers))
    rows = [
        [
            words.term(name).name,
            *(words.shown(name, run.confidence_numbers.get(name)) for _, run in sides),
        ]
        for name in names
    ]
    return page.section(
        "多答和少错怎样取舍",
        "只答最有把握的一部分题，答得越多（向右），错的通常也越多（向上）。线越低越好。两次各算各自的全部题目。",
        page.figure(charts.lines("第一条出错", every, "回答了几成题目", "其中第一条不对的"), "所有题目。"),
        page.figure(charts.lines("答案出错", shown, "给出答案的题目", "其中答案不对的"), "只看给出的答案。"),
        page.table(["指标", "A", "B"], rows),
        page.legend(names),
    )


def _changes(title: str, changes: Sequence[Change], comparison: Comparison, mark: str) -> str:
    """The questions that changed, those first whose reader would notice; of the others only the rank differs."""
    if comparison.totals_only:
        return ""
    noticed = [change for change in changes if change.a.right != change.b.right]
    contacts = [
        change for change in changes if change not in noticed and change.a.wrong_contact != change.b.wrong_contact
    ]
    ranks = [change for change in changes if change not in noticed and change not in contacts]
    groups = (("对错变了", noticed, True), ("电话或部门变了", contacts, True), ("只有名次变了", ranks, False))
    return page.section(
        f"{title}（{len(changes)} 道）",
        "“应为”是标注认可的答案；A、B 是两次给出的答案和旁边的部门，前面是怎样判的。" if changes else "没有。",
        *(
            page.folded(f"{name}（{len(members)} 道）", *(_change(one, mark) for one in members), unfolded=unfolded)
            for name, members, unfolded in groups
            if members
        ),
    )


def _change(change: Change, mark: str) -> str:
    told = change.b if change.b.expected else change.a
    return page.question(
        change.question,
        mark,
        [
            ("应为", words.wanted(told)),
            ("A", _side(change.a)),
            ("B", _side(change.b)),
            ("题目", f"{change.id}，{words.KIND_NAMES[change.kind]}"),
        ],
    )


def _side(score: Score) -> str:
    """What one run gave, and how it is judged."""
    verdict = ["对" if score.right else "不对", *words.contact_faults(score)]
    if score.answerable:
        verdict.append("没找到" if score.first_rank is None else f"含答案的是第 {score.first_rank} 条")
    return f"〔{'，'.join(verdict)}，把握 {score.confidence:.2f}〕{words.given(score)}"


def _left_out(comparison: Comparison) -> str:
    count = len(comparison.only_a) + len(comparison.only_b)
    return page.note(f"有 {count} 道题只在一边出现，没有参加比较。") if count else ""


def _origins(comparison: Comparison) -> str:
    parts = [
        f"<h3>{escape(name)}</h3>{page.facts(made_with(run.setting))}"
        for name, run in (("A", comparison.run_a), ("B", comparison.run_b))
    ]
    return page.section("两次测评各是怎样做的", "", *parts)
