"""What the numbers are called and mean, for a reader who has never heard of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eval.model import Kind
from eval.scoring import Score
from eval.uncertainty import Share

KIND_NAMES = {
    "all": "全部",
    Kind.OFFICE: "哪个部门",
    Kind.FACT: "数字与事实",
    Kind.CLAUSE: "具体规定",
    Kind.NOTICE: "找文件",
    Kind.TABLE: "表格",
    Kind.LAY: "百姓说法",
    Kind.NONE: "资料里没有",
}

SYSTEM_NAMES = {
    "ours": "gongbao",
    "fixed500-dense": "每 500 字一段，按意思找（向量）",
    "fixed500-bm25": "每 500 字一段，按词找（BM25）",
    "fixed500-rrf": "每 500 字一段，两种方法合并（RRF）",
    "grep": "在编辑器里逐词查找",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A measure's short name, and one sentence that says what it is."""

    name: str
    meaning: str


_TERMS = {
    "success": (
        "前 {k} 条有答案",
        "每 100 道有答案的题里，有多少道的前 {k} 条结果中至少有一条含有答案。",
    ),
    "rr": (
        "名次得分",
        "第一条含答案的结果排第 n 名就得 1/n 分，前 {k} 条都没有得 0 分，再取平均：总排第一是 1，总排第二是 0.5。",
    ),
    "ndcg": (
        "排序得分",
        "一道题的每一处答案排得越靠前得分越高，全部排在最前面是 1，前 {k} 条都没有是 0，再取平均。",
    ),
    "recall": (
        "找全程度",
        "一道题可能有几处答案，前 {k} 条结果中找到了其中的几成，再取平均。",
    ),
    "read_within": (
        "{k} 字内读到",
        "从第一条结果读起，读到的字数不超过 {k} 字就遇到答案的题占多少；结果篇幅再长也不占便宜。",
    ),
    "answer_right": ("答句正确", "给出的那一句答案（或旁边的部门、电话）是对的，这样的题占多少；拒答算错。"),
    "right": ("用户满意", "答句正确，或资料里没有答案时如实说没有，这样的题占多少。"),
    "auroc": (
        "把握可分辨",
        "随便取一道有答案的题和一道没有答案的题，前者的把握更高的机会有多大；0.5 等于瞎猜，1 是完全分得开。",
    ),
    "refusal_precision": ("拒答准确", "说“资料里没有”的时候，有几成真的没有。"),
    "refusal_recall": ("该拒能拒", "资料里真没有答案的题，有几成如实说了没有。"),
    "wrongly_refused": ("错误拒答", "资料里明明有答案，却说没有，这样的题占多少；越低越好。"),
    "calibration_error": ("把握误差", "说“有七成把握”时实际是否七成如此，平均差多少；越低越好，0 是完全相符。"),
    "none_answered": ("没答案仍作答", "每 100 道资料里没有答案的题，有多少道仍给了回答；越低越好。"),
    "none_phone": (
        "没答案却给电话",
        "每 100 道资料里没有答案的题，有多少道给了电话号码（答句里的，或旁边部门的）；越低越好。",
    ),
    "none_unwarned": (
        "没答案又没提醒",
        "每 100 道资料里没有答案的题，有多少道给了回答，又没有像网页那样提醒“这个答案不一定准”；越低越好。",
    ),
    "shown_right": (
        "给出的答案正确",
        "每 100 个给出的答案，有多少个是对的；资料里没有答案的题也算在内，那里给出的都算错。",
    ),
    "wrong_contact": (
        "电话或部门错",
        "每 100 个给出的答案，有多少个给错了电话或部门；越低越好。资料里没有答案的题：旁边写的部门和给出的电话都算错。"
        "有答案的题：电话不是标注认可的，标注所在的文件里也没有（比如另一份文件为别的事留的），算错；"
        "标注认可某个电话或部门，而排在最前面的不是它，也算错。",
    ),
    "aurc": (
        "风险曲线面积",
        "按把握从大到小只答前面的一部分题，第一条不对的占几成；答得从少到多，取它的平均。越低越好，0 是从不出错。",
    ),
    "excess_aurc": ("面积多出", "风险曲线面积里，因为把握没有把对的都排在错的前面而多出的部分；0 是排得最好。"),
    "shown_aurc": ("答案风险面积", "同样的面积，只看给出的答案：答句不对，或资料里没有答案，就算错。越低越好。"),
    "shown_excess_aurc": ("答案面积多出", "答案风险面积里，因为把握排得不好而多出的部分；0 是排得最好。"),
    "refused": ("错拒 {k}% 时能拒", "如果有答案的题最多错拒 {k}%，没有答案的题能拒绝几成；越高越好。"),
    "answerable_ece": (
        "有无答案的把握误差",
        "把题目按把握排好，平分成 10 组，各组说的把握与真有答案的比例平均差多少；越低越好。",
    ),
    "answerable_brier": (
        "有无答案的布赖尔分",
        "把握与事实（有答案是 1，没有是 0）之差的平方的平均；越低越好，总说五成是 0.25。",
    ),
    "right_ece": ("答案正确的把握误差", "同样分组，只看给出的答案：各组说的把握与答案正确的比例平均差多少；越低越好。"),
    "right_brier": ("答案正确的布赖尔分", "给出的答案，把握与对错（对是 1，错是 0）之差的平方的平均；越低越好。"),
    "ms": ("用时", "提出一个问题到得到结果的时间：一半的题不超过中位数，100 道里有 95 道不超过 95% 位数。"),
}


def term(measure: str) -> Term:
    """The term of a measure's name, its cutoff filled in (`success_at_5`, `read_within_1500`)."""
    match = re.fullmatch(r"(\w+?)(?:_at)?_(\d+)", measure)
    base, k = (match[1], match[2]) if match else (measure, "")
    name, meaning = _TERMS[base]
    return Term(name.format(k=k), meaning.format(k=k))


def share(value: float | None) -> str:
    """A share as a person reads it: 0.8333 as 83.3%; None (nothing to divide by) as —."""
    return "—" if value is None else f"{value:.1%}"


def score(value: float | None) -> str:
    """A score that is no share of questions, to three digits."""
    return "—" if value is None else f"{value:.3f}"


def p_value(p: float | None) -> str:
    """A p-value as papers print it: what three digits can't show is below .001, never 0."""
    if p is None:
        return "—"
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def shown(measure: str, value: float | None) -> str:
    """A value in the way that suits its measure."""
    scores = ("rr_", "ndcg_", "recall_", "auroc", "calibration_error")
    ends = ("aurc", "_ece", "_brier")
    return score(value) if measure.startswith(scores) or measure.endswith(ends) else share(value)


def signed(value: float | None) -> str:
    """A difference with its sign, to three digits."""
    return "—" if value is None else f"{value:+.3f}"


def between(low: float | None, high: float | None) -> str:
    """The interval of a difference."""
    return "—" if low is None or high is None else f"{low:+.3f} 到 {high:+.3f}"


def wanted(score: Score) -> str:
    """What would have been right, for who looks into a miss: accepted strings, quotes, or a refusal."""
    return (" / ".join(score.expected) or "—") if score.answerable else "（资料里没有，应当拒答）"


def given(score: Score) -> str:
    """What the answer's card shows, and whether it asks to be checked."""
    if score.given is None:
        return "（拒答）"
    return f"{score.given}【提醒过不一定准】" if score.cautioned else score.given


def contact_faults(score: Score) -> list[str]:
    """What is wrong with the telephone or the office that are shown."""
    return ["电话错"] * bool(score.wrong_phone) + ["部门错"] * bool(score.wrong_office)


def counted(part: Share) -> str:
    """A share with its count: `37.5%（24/64）`."""
    return f"{share(part.mean)}（{part.count}/{part.n}）"


def interval(part: Share) -> str:
    """The 95 % confidence interval of a share: `26.7%–49.7%`."""
    return "—" if part.low is None else f"{share(part.low)}–{share(part.high)}"
