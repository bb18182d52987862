"""The sections of the report on what counts for a citizen, on risk against coverage, and on the confidence."""

from __future__ import annotations

from collections.abc import Sequence

from eval import charts, page, words
from eval.charts import Series, Spot
from eval.refusal import RiskPoint
from eval.results import Run
from eval.selective import Place
from eval.table import run_title, trust_table


def trust_section(runs: Sequence[Run]) -> str:
    """The five shares of the first run as cards, and those of all runs as a table if there are several."""
    every = [
        page.card(
            words.term(name).name,
            words.counted(one),
            f"{words.term(name).meaning}95% 置信区间：{words.interval(one)}。",
        )
        for name, one in runs[0].trust.items()
    ]
    head, *rows = trust_table(runs)
    table = page.table(head, rows) if len(runs) > 1 else ""
    lead = "问公报里没有的事，会不会乱答、乱给电话；给出的答案，有多少靠得住。括号里是个数。"
    return page.section("百姓会遇到的", lead, page.cards(every), table)


def risk_section(runs: Sequence[Run]) -> str:
    """Both risk–coverage curves: of all questions by the first hit, and of the answers shown."""
    run = runs[0]
    chosen = run.selective
    every = charts.lines(
        "回答比例与第一条出错的比例",
        [Series(one.setting.name, _points(one.refusals.risk_coverage)) for one in runs],
        "回答了几成题目",
        "其中第一条不对的",
        spots=_spots(chosen.threshold, chosen.caution),
    )
    shown = charts.lines(
        "给出答案的比例与答案出错的比例",
        [Series(one.setting.name, _points(one.selective.curve)) for one in runs],
        "给出答案的题目",
        "其中答案不对的",
        spots=_spots(chosen.threshold_shown, chosen.caution_shown),
    )
    rows = [[run_title(one), *(words.shown(name, one.confidence_numbers.get(name)) for name in _AREAS)] for one in runs]
    return page.section(
        "多答和少错怎样取舍",
        "把题目按把握从大到小排队，只答前面的一部分：答得越多（向右），错的通常也越多（向上）。线越低越好。"
        "圆圈 1 是现在的门槛：更没把握的就拒答；圆圈 2 的左边，答案旁边不再提醒“不一定准”。",
        page.figure(every, "资料里没有答案的题，只要回答就算错，所以线的右端不会到 0。"),
        page.figure(
            shown, "只看给出的答案：答句不对，或资料里没有答案，都算错。线到现在的门槛为止，拒答的题没有答句可判。"
        ),
        page.table(["办法", *(words.term(name).name for name in _AREAS)], rows),
        page.legend(_AREAS),
    )


_AREAS = ("aurc", "excess_aurc", "shown_aurc", "shown_excess_aurc", "refused_at_5")


def _points(points: Sequence[RiskPoint]) -> tuple[tuple[float, float], ...]:
    return tuple((point.coverage, point.risk) for point in points)


def _spots(threshold: Place | None, caution: Place | None) -> list[Spot]:
    """The places that are known. A system that never cautions has only the first."""
    spots = [] if threshold is None else [Spot("现在的门槛", threshold.coverage, threshold.risk)]
    if caution is not None and caution != threshold:
        spots.append(Spot("不提醒的答案", caution.coverage, caution.risk))
    return spots


def calibration_section(run: Run) -> str:
    """The reliability diagram, and the errors over groups of equal size; nothing where confidences are no
    probabilities."""
    if not run.refusals.reliability:
        return ""
    points = tuple((one.confidence, one.answerable) for one in run.refusals.reliability)
    error = words.term("calibration_error")
    counts = "、".join(f"{one.low:.0%}–{one.high:.0%}：{one.n} 道" for one in run.refusals.reliability)
    rows = [
        [_STATEMENTS[of], str(one.n), words.score(one.ece), words.score(one.brier)]
        for of, one in run.calibration.items()
    ]
    picture = charts.lines(
        "把握与实际",
        [Series(run.setting.name, points)],
        "说有几成把握",
        "实际有答案的",
        diagonal=True,
        marks=True,
    )
    return page.section(
        "说的把握靠得住吗",
        f"把握相近的题放在一起，看其中真有答案的占几成。点落在虚线上最好；在虚线下面是过分自信。"
        f"{error.name} {words.score(run.refusals.calibration_error)}：{error.meaning}",
        page.figure(picture, f"各点的题数：{counts}。题数少的点不能当真。"),
        page.table(["把握说的是", "题数", "误差（等量 10 组）", "布赖尔分"], rows),
        page.legend(f"{of}_{what}" for of in run.calibration for what in ("ece", "brier")),
    )


_STATEMENTS = {"answerable": "资料里有答案", "right": "给出的答案正确"}
