"""The report of `--out`: one HTML file without scripts or links, for a reader who is new to all this.

Every number stands beside a sentence that says what it means (`eval.words`). Everything that comes
from questions, clauses or file names is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from eval import charts, page, words
from eval.misses import DEPTH, MEANING, Cause
from eval.model import Kind
from eval.report_trust import calibration_section, risk_section, trust_section
from eval.results import ALL, ANSWER_RIGHT, READ_WITHIN, Run, Setting
from eval.scoring import Score
from eval.table import run_title
from eval.uncertainty import Estimate

SHOWN_SOURCES = 8


def html_report(runs: Sequence[Run]) -> str:
    """The page for one or more runs over the same questions; the first is described in full."""
    run = runs[0]
    parts = [
        _head(run),
        trust_section(runs),
        _cards(run),
        _comparison(runs) if len(runs) > 1 else "",
        _by_kind(run),
        _ranks(run),
        risk_section(runs),
        calibration_section(run),
        _times(run),
        _misses(run),
        _terms(run),
    ]
    return page.page(f"测评报告：{run_title(run)}", *parts)


def _head(run: Run) -> str:
    setting, counts = run.setting, run.counts
    lead = (
        f"共 {counts.questions} 道题，其中 {counts.none} 道在资料里没有答案。"
        f"索引有 {setting.clauses} 条，向量模型：{setting.model or '未用'}；题目划分：{setting.split}。"
    )
    closed = "不公开的题目：只给总成绩，不列出题目。" if run.totals_only else ""
    return (
        f"<header><h1>测评报告：{escape(run_title(run))}</h1><p>{escape(lead)}{escape(closed)}</p>"
        f"{page.facts(made_with(setting))}</header>"
    )


def made_with(setting: Setting) -> list[tuple[str, str]]:
    """When, how and on what a run was made, as names and values."""
    files = "；".join(f"{one.file}（{one.questions} 道，sha256 {one.sha256[:12]}）" for one in setting.files)
    made = setting.origin
    if made is None:
        return [("题目文件", files), ("测评时间", "没有记下（旧版本的结果）")]
    index = made.index
    model = "没有向量" if index.model is None else f"{index.model}（sha256 {(index.model_sha256 or '')[:12]}）"
    return [
        ("题目文件", files),
        ("测评时间", f"{made.asked}；文件是否有效按 {made.day} 算"),
        ("命令", made.command),
        ("程序版本", f"gongbao {made.gongbao}"),
        ("索引", f"{index.folder}（{index.version}，建于 {index.built}）：{index.notices} 篇，{index.clauses} 条"),
        ("索引的模型", model),
        ("索引的原文", _sources(index.sources)),
    ]


def _sources(sources: Sequence[tuple[str, str]]) -> str:
    """The first sources with their hashes; how many more, for a page is to be read."""
    shown = "；".join(f"{file}（sha256 {sha256[:12]}）" for file, sha256 in sources[:SHOWN_SOURCES])
    more = len(sources) - SHOWN_SOURCES
    return f"{shown}；另有 {more} 个，全部见 results.json" if more > 0 else shown


def _card(measure: str, value: str, note: str) -> str:
    term = words.term(measure)
    return page.card(term.name, value, f"{term.meaning}{note}")


def _cards(run: Run) -> str:
    overall = run.measures[ALL]
    cards = [
        _card(name, words.shown(name, overall[name].mean), _interval(name, overall[name]))
        for name in ("success_at_1", "success_at_5", READ_WITHIN, ANSWER_RIGHT)
    ]
    refusals = run.refusals
    cards += [
        _card("refusal_recall", words.share(refusals.recall), ""),
        _card("wrongly_refused", words.share(refusals.wrongly_refused), ""),
        _card("auroc", words.score(refusals.auroc), ""),
        _card("ms", f"{run.ms.median:.0f} / {run.ms.p95:.0f} 毫秒", "（前一个是中位数，后一个是 95% 位数。）"),
    ]
    return page.cards(cards)


def _interval(name: str, estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = words.shown(name, estimate.low), words.shown(name, estimate.high)
    return f"换一批同样的题，多半（95%）在 {low} 到 {high} 之间。"


def _comparison(runs: Sequence[Run]) -> str:
    names = ["success_at_1", "success_at_5", "success_at_10", READ_WITHIN, ANSWER_RIGHT]
    rows = [
        [
            run_title(run),
            *(words.shown(name, run.mean(name)) for name in names),
            words.share(run.refusals.recall),
            words.share(run.refusals.wrongly_refused),
            f"{run.ms.median:.0f}",
        ]
        for run in runs
    ]
    heads = [words.term(name).name for name in (*names, "refusal_recall", "wrongly_refused")]
    picture = charts.dots(
        "各种办法前 1 条、前 5 条有答案的比例",
        [(run.setting.name, [_dot(run.measures[ALL][name]) for name in names[:2]]) for run in runs],
        [words.term(name).name for name in names[:2]],
    )
    return page.section(
        "和别的办法比",
        "同一批题、同一批资料，换几种常见的办法各答一遍。后面各节讲的都是第一行的办法。",
        page.figure(picture, "点是测得的比例，横线是 95% 置信区间：换一批同样的题，多半落在线内。"),
        page.table(["办法", *heads, "中位用时（毫秒）"], rows),
    )


def _dot(estimate: Estimate) -> charts.Dot | None:
    if estimate.mean is None or estimate.low is None or estimate.high is None:
        return None
    return charts.Dot(estimate.mean, estimate.low, estimate.high)


def _by_kind(run: Run) -> str:
    names = ["success_at_1", "success_at_5", ANSWER_RIGHT]
    rows = [(words.KIND_NAMES[group], [_dot(row[name]) for name in names]) for group, row in run.measures.items()]
    picture = charts.dots("各类题目的成绩", rows, [words.term(name).name for name in names])
    every = list(run.measures[ALL])
    table = page.table(
        ["题目类别", "题数", *(words.term(name).name for name in every)],
        (
            [
                words.KIND_NAMES[group],
                str(row["success_at_1"].n),
                *(words.shown(name, row[name].mean) for name in every),
            ]
            for group, row in run.measures.items()
        ),
    )
    return page.section(
        "哪类题答得好",
        "题目按问法分成几类，分别看有没有找到答案、答句对不对。",
        page.figure(picture, "点是测得的比例，横线是 95% 置信区间；题目越少，线越长，越不能当真。"),
        table,
    )


def _ranks(run: Run) -> str:
    return page.section(
        "答案排在第几条",
        "看第一条含答案的结果排第几：越靠左越好。",
        page.figure(
            charts.bars("第一条含答案的结果的名次", run.counts.ranks, "名次"),
            f"柱子上是题数。只看前 {DEPTH} 条，更后的算没找到。",
        ),
    )


def _times(run: Run) -> str:
    return page.section(
        "要等多久",
        f"{words.term('ms').meaning}这次的中位数是 {run.ms.median:.0f} 毫秒，95% 位数是 {run.ms.p95:.0f} 毫秒。",
        page.figure(
            charts.bars("每道题的用时", run.counts.times, "用时（毫秒）"),
            "柱子上是题数；在测评的这台机器上，模型已经载入。",
        ),
    )


def _misses(run: Run) -> str:
    lead = (
        f"{run.counts.questions} 道题里 {run.counts.missed} 道没有答好。给错电话或部门的列在最前，因为有人会照着去找；"
        "其余每道题只记最早出错的一步，因为后面的步骤再好也救不回来。"
    )
    if run.totals_only:
        rows = [(MEANING[Cause(name)], str(count)) for name, count in run.misses.items()]
        return page.section("错在哪里", lead, page.table(["原因", "题数"], rows))
    blocks = []
    for cause in Cause:
        members = [score for score in run.scores if score.miss is cause]
        if members:
            blocks.append(page.folded(f"{MEANING[cause]}（{len(members)} 道）", *map(_miss, members)))
    return page.section("错在哪里", f"{lead}点开可看题目。", *blocks)


def _miss(score: Score) -> str:
    rank = "没找到" if score.first_rank is None else f"第 {score.first_rank} 条"
    place = f"含答案的是{rank}，" if score.answerable else ""
    faults = "".join(f"{fault}，" for fault in words.contact_faults(score))
    return page.question(
        score.question,
        "",
        [
            ("应为", words.wanted(score)),
            ("给出", words.given(score)),
            ("题目", f"{score.id}，{words.KIND_NAMES[score.kind]}；{faults}{place}把握 {score.confidence:.2f}"),
        ],
    )


def _terms(run: Run) -> str:
    refusals = run.refusals
    values = {name: run.mean(name) for name in run.measures[ALL]} | {
        "auroc": refusals.auroc,
        "refusal_precision": refusals.precision,
        "refusal_recall": refusals.recall,
        "wrongly_refused": refusals.wrongly_refused,
        "calibration_error": refusals.calibration_error,
    }
    shown = {name: words.shown(name, value) for name, value in (values | run.confidence_numbers).items()}
    items = "".join(
        f"<dt>{escape(words.term(name).name)}：{escape(value)}"
        f' <span class="soft">{escape(name)}</span></dt><dd>{escape(words.term(name).meaning)}</dd>'
        for name, value in (shown | {name: words.counted(one) for name, one in run.trust.items()}).items()
    )
    kinds = "；".join(f"{kind.value} 是“{words.KIND_NAMES[kind]}”" for kind in Kind)
    return page.section("每个数字是什么意思", f"题目类别：{kinds}。", f"<dl>{items}</dl>")
