"""What the numbers are called and mean, for a reader who has never heard of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eval.model import Kind

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


def p_value(p: float) -> str:
    """A p-value as papers print it: what three digits can't show is below .001, never 0."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def shown(measure: str, value: float | None) -> str:
    """A value in the way that suits its measure."""
    scores = ("rr_", "ndcg_", "recall_", "auroc", "calibration_error")
    return score(value) if measure.startswith(scores) else share(value)
