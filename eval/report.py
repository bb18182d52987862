"""The report of `--out`: one HTML file without scripts or links, for a reader who is new to all this.

Every number stands beside a sentence that says what it means (`eval.words`). Everything that comes
from questions, clauses or file names is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from eval import charts, words
from eval.misses import DEPTH, MEANING, Cause
from eval.model import Kind
from eval.results import ALL, ANSWER_RIGHT, READ_WITHIN, Run
from eval.scoring import Score
from eval.uncertainty import Estimate

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6876; --line: #d5dbe2; --paper: #fff; --tint: #f3f6f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaef; --soft: #a3afbc; --line: #3a4653; --paper: #151b22; --tint: #1e2731; }
}
body { margin: 0 auto; max-width: 58rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.7 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.6rem 0 .4rem; }
p { margin: .3rem 0 .8rem; } .soft, figcaption { color: var(--soft); font-size: .92rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.card { background: var(--tint); border-radius: .5rem; padding: .8rem 1rem; }
.card b { display: block; font-size: 1.7rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card span { font-weight: 600; } .card p { margin: .3rem 0 0; font-size: .88rem; color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
th { white-space: normal; vertical-align: bottom; line-height: 1.35; }
th:first-child, td:first-child, td.words, th.words { text-align: left; } td.words { white-space: normal; }
td.words { min-width: 12rem; }
figure { margin: 1rem 0; overflow-x: auto; } svg { width: 100%; min-width: 35rem; height: auto; }
svg text { fill: currentColor; font-size: 13px; }
svg .grid { stroke: var(--line); } svg .curve { fill: none; stroke-width: 2; }
svg .interval { stroke-width: 2; opacity: .55; } svg .guide { stroke: var(--soft); stroke-dasharray: 5 5; }
summary { cursor: pointer; padding: .3rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .5rem; color: var(--soft); }
"""

_RANKS = (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("6–10", 10), ("11–20", 20), (f"21–{DEPTH}", DEPTH))


def html_report(runs: Sequence[Run]) -> str:
    """The page for one or more runs over the same questions; the first is described in full."""
    run = runs[0]
    parts = [
        _head(run),
        _cards(run),
        _comparison(runs) if len(runs) > 1 else "",
        _by_kind(run),
        _ranks(run),
        _risk(runs),
        _reliability(run),
        _times(run),
        _misses(run),
        _terms(run),
    ]
    title = f"测评报告：{_name(run)}"
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def _name(run: Run) -> str:
    name = words.SYSTEM_NAMES.get(run.setting.system, run.setting.system)
    return f"{name}（{run.setting.mode}）" if run.setting.mode else name


def _section(title: str, lead: str, *content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(lead)}</p>{''.join(content)}</section>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], text_columns: Sequence[int] = (0,)) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=words' if at in text_columns else ''}>{escape(cell)}</{tag}>"
            for at, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells("th", head)}</tr></thead><tbody>{body}</tbody></table></div>'


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _head(run: Run) -> str:
    setting = run.setting
    none = sum(not score.answerable for score in run.scores)
    files = "、".join(f"{one.file}（{one.questions} 道，sha256 {one.sha256[:12]}）" for one in setting.files)
    facts = (
        f"共 {len(run.scores)} 道题，其中 {none} 道在资料里没有答案。"
        f"索引有 {setting.clauses} 条，向量模型：{setting.model or '未用'}；题目划分：{setting.split}。"
    )
    return (
        f"<header><h1>测评报告：{escape(_name(run))}</h1>"
        f'<p>{escape(facts)}</p><p class="soft">题目文件：{escape(files)}</p></header>'
    )


def _card(measure: str, value: str, note: str) -> str:
    term = words.term(measure)
    return (
        f'<div class="card"><span>{escape(term.name)}</span><b>{escape(value)}</b>'
        f"<p>{escape(term.meaning)}{escape(note)}</p></div>"
    )


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
    return f'<div class="cards">{"".join(cards)}</div>'


def _interval(name: str, estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = words.shown(name, estimate.low), words.shown(name, estimate.high)
    return f"换一批同样的题，多半（95%）在 {low} 到 {high} 之间。"


def _comparison(runs: Sequence[Run]) -> str:
    names = ["success_at_1", "success_at_5", "success_at_10", READ_WITHIN, ANSWER_RIGHT]
    rows = [
        [
            _name(run),
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
    return _section(
        "和别的办法比",
        "同一批题、同一批资料，换几种常见的办法各答一遍。后面各节讲的都是第一行的办法。",
        _figure(picture, "点是测得的比例，横线是 95% 置信区间：换一批同样的题，多半落在线内。"),
        _table(["办法", *heads, "中位用时（毫秒）"], rows),
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
    table = _table(
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
    return _section(
        "哪类题答得好",
        "题目按问法分成几类，分别看有没有找到答案、答句对不对。",
        _figure(picture, "点是测得的比例，横线是 95% 置信区间；题目越少，线越长，越不能当真。"),
        table,
    )


def _ranks(run: Run) -> str:
    ranks = [score.first_rank for score in run.scores if score.answerable]
    counts, above = [], 0
    for label, top in _RANKS:
        counts.append((label, sum(rank is not None and above < rank <= top for rank in ranks)))
        above = top
    counts.append(("没找到", sum(rank is None for rank in ranks)))
    return _section(
        "答案排在第几条",
        "看第一条含答案的结果排第几：越靠左越好。",
        _figure(
            charts.bars("第一条含答案的结果的名次", counts, "名次"),
            f"柱子上是题数。只看前 {DEPTH} 条，更后的算没找到。",
        ),
    )


def _risk(runs: Sequence[Run]) -> str:
    series = [
        charts.Series(run.setting.name, tuple((point.coverage, point.risk) for point in run.refusals.risk_coverage))
        for run in runs
    ]
    return _section(
        "多答和少错怎样取舍",
        "把题目按把握从大到小排队，只答前面的一部分：答得越多（向右），错的通常也越多（向上）。线越低越好。",
        _figure(
            charts.lines("回答比例与出错比例", series, "回答了几成题目", "其中第一条不对的"),
            "资料里没有答案的题，只要回答就算错，所以线的右端不会到 0。",
        ),
    )


def _reliability(run: Run) -> str:
    if not run.refusals.reliability:
        return ""
    points = tuple((one.confidence, one.answerable) for one in run.refusals.reliability)
    error = words.term("calibration_error")
    counts = "、".join(f"{one.low:.0%}–{one.high:.0%}：{one.n} 道" for one in run.refusals.reliability)
    return _section(
        "说的把握靠得住吗",
        f"把握相近的题放在一起，看其中真有答案的占几成。点落在虚线上最好；在虚线下面是过分自信。"
        f"{error.name} {words.score(run.refusals.calibration_error)}：{error.meaning}",
        _figure(
            charts.lines(
                "把握与实际",
                [charts.Series(run.setting.name, points)],
                "说有几成把握",
                "实际有答案的",
                diagonal=True,
                marks=True,
            ),
            f"各点的题数：{counts}。题数少的点不能当真。",
        ),
    )


def _times(run: Run) -> str:
    limits = (5, 10, 20, 50, 100, 200, 500, 1000, 2000)
    counts, above = [], 0.0
    for limit in limits:
        counts.append((f"≤{limit}", sum(above < score.ms <= limit for score in run.scores)))
        above = limit
    counts.append((f">{limits[-1]}", sum(score.ms > limits[-1] for score in run.scores)))
    return _section(
        "要等多久",
        f"{words.term('ms').meaning}这次的中位数是 {run.ms.median:.0f} 毫秒，95% 位数是 {run.ms.p95:.0f} 毫秒。",
        _figure(
            charts.bars("每道题的用时", counts, "用时（毫秒）"), "柱子上是题数；在测评的这台机器上，模型已经载入。"
        ),
    )


def _misses(run: Run) -> str:
    blocks = []
    for cause in Cause:
        members = [score for score in run.scores if score.miss is cause]
        if members:
            table = _table(
                ["题号", "类别", "问题", "名次", "把握", "给出的答句"], map(_miss_row, members), text_columns=(0, 2, 5)
            )
            blocks.append(f"<details><summary>{escape(MEANING[cause])}（{len(members)} 道）</summary>{table}</details>")
    wrong = sum(score.miss is not None for score in run.scores)
    return _section(
        "错在哪里",
        f"{len(run.scores)} 道题里 {wrong} 道没有答好。每道题只记最早出错的一步，"
        "因为后面的步骤再好也救不回来。点开可看题目。",
        *blocks,
    )


def _miss_row(score: Score) -> list[str]:
    rank = "—" if score.first_rank is None else str(score.first_rank)
    confidence = f"{score.confidence:.2f}"
    return [score.id, words.KIND_NAMES[score.kind], score.question, rank, confidence, score.answer or "（拒答）"]


def _terms(run: Run) -> str:
    names = [
        *run.measures[ALL], "auroc", "refusal_precision", "refusal_recall", "wrongly_refused", "calibration_error"
    ]  # fmt: skip
    values = {name: run.mean(name) for name in run.measures[ALL]} | {
        "auroc": run.refusals.auroc,
        "refusal_precision": run.refusals.precision,
        "refusal_recall": run.refusals.recall,
        "wrongly_refused": run.refusals.wrongly_refused,
        "calibration_error": run.refusals.calibration_error,
    }
    items = "".join(
        f"<dt>{escape(words.term(name).name)}：{escape(words.shown(name, values[name]))}"
        f' <span class="soft">{escape(name)}</span></dt><dd>{escape(words.term(name).meaning)}</dd>'
        for name in names
    )
    kinds = "；".join(f"{kind.value} 是“{words.KIND_NAMES[kind]}”" for kind in Kind)
    return _section("每个数字是什么意思", f"题目类别：{kinds}。", f"<dl>{items}</dl>")
