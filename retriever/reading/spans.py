"""Which span of a clause answers: sentences and parts of sentences, scored by what they share with
the question and by whether they hold what it asks for.

A span is always a piece of the clause's text, at most 160 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.joins import has_pause
from corpus.model import Clause, ClauseKind
from corpus.phones import find_phones
from corpus.text import CJK, nfkc, squash
from corpus.words import alternatives
from retriever.intent import Intent
from retriever.reading.shown import MAX_ANSWER, cells_at
from retriever.reading.terms import Terms, fold

# Weights of a span's score. Chosen on the dev questions of 0.1; no table of it was kept.
HEADS, FOCUS, TYPE, LENGTH = 0.2, 0.4, 0.35, 0.0005

# Lengths are bounded: after a long row of digits a search would try each of them again.
_NUMERAL = r"(?:\d[\d,.]{0,19}|[一二三四五六七八九十百千万两半]{1,12})"
# 第三次, 七届三十一次: which one, not how many.
_NO_ORDINAL = r"(?<!第)(?<![\d一二三四五六七八九十]届)(?<![\d一二三四五六七八九十百千万两半])"
_ORDINAL = re.compile(rf"[第届]\s*{_NUMERAL}")
_UNIT = (
    r"(?:%|％|‰|个百分点|万元|亿元|元|万亩|万人|万|亿|亩|公顷|平方公里|平方米|㎡|m²|m2|m3|m³|立方米|公里|千米|厘米|毫米|米|mm|m"
    r"|万吨|吨|公斤|千克|克|升|千瓦|兆瓦|℃|度|伏|人次|人|户|个|家|项|套|头|只|羽|所|周岁|岁|年|个月|月|天|日|小时|学时|课时|分钟|秒"
    r"|次|倍|名|处|台|条|张|分|辆|座|间|支|部|类|种|成|级|位|批|枚|笔|份|章|节|期|栋|幢|层|株|棵|册|卷|篇|幅|班|床|艘|架|口|眼|块|片"
    r"|例|宗|件|对|组|门|款|样|标段|场|届|集|站|点)"
)
# Measure words of which a text may use another one than the question (最多给几家: 不超过10个).
_COUNTERS = ("人名位个口", "家个户所", "项个条件种类款样点", "处个座栋幢所套间", "台辆部个套", "张份枚本册")
_MONEY = re.compile(rf"{_NUMERAL}\s*(?:多)?(?:万|亿|千|百)?元")
_ABOUT_MONEY = re.compile(r"钱|资金|补[贴助]|奖[励金]|费|投资|元|租金|工资|津贴|[处被要]罚|罚[款金多]|预算|押金|价格")
_AREA = re.compile(rf"{_NUMERAL}\s*(?:万)?(?:亩|公顷|平方米|平方公里|㎡|m²|m2)")
_SHARE = re.compile(rf"{_NUMERAL}\s*(?:%|％|‰|个百分点|成|倍)|\d\s*/\s*\d")
_ANY_AMOUNT = re.compile(rf"{_NO_ORDINAL}{_NUMERAL}\s*(?:/\d+)?\s*{_UNIT}(?!{_NUMERAL}次)|\d\.\d")
_DAY = re.compile(rf"{_NUMERAL}\s*日|{_NUMERAL}\s*号|之日")
_DATE = re.compile(
    rf"\d{{4}}\s*年|{_NUMERAL}\s*月|{_NUMERAL}\s*日|{_NUMERAL}\s*时|之日|年底|月底|季度|周[一二三四五六日]|星期"
)
# From when on something is in force: 「自2019年3月1日起施行」, 「自印发之日起执行」.
_IN_FORCE = re.compile(r"[自从][^，,。；;]{1,20}[起始]|[起始日](?:施行|实施|执行|生效)")
_AGE = re.compile(rf"{_NUMERAL}\s*周?岁")
_DURATION = re.compile(
    rf"{_NUMERAL}\s*(?:年|个月|月|日|天|个?工作日|小时|周)|长期|永久|每(?:半年|季度?|年|月|周|日|天|旬)"
)
_DURATIONS = {
    "天": re.compile(rf"{_NUMERAL}\s*(?:天|日|个?工作日)"),
    "日": re.compile(rf"{_NUMERAL}\s*(?:天|日|个?工作日)"),
    "月": re.compile(rf"{_NUMERAL}\s*个?月"),
    "年": re.compile(rf"{_NUMERAL}\s*(?:年|周年)|长期|永久"),
}
_NAME = rf"(?:{alternatives('surnames')})[{CJK}]{{1,2}}"
_POST = rf"(?:{alternatives('posts')})"
# A name beside a post (「组长：陈楠」「陈楠，区政府副区长」「局长陈楠兼任」), or who takes a post on
# (「由副区长任组长」).
_PERSON = re.compile(
    rf"{_NAME}(?:同志|兼任|担任|任(?![务何意期]))"
    rf"|(?<![{CJK}]){_NAME}[，,（(][{CJK}、]{{0,24}}{_POST}|[：:]\s*{_NAME}(?![{CJK}])"
    rf"|{_POST}[：:]?\s*{_NAME}(?![{CJK}])|^{_NAME}[，；]|[由为][{CJK}（）()]{{2,24}}(?:兼任|担任|任(?![务何意期]))"
)
_NAMED = re.compile(
    rf"(?:{_POST}|联系人)(?:是|叫|由)?谁|是谁|谁(?:是|当|任|担任|兼任)|叫什么|姓名|哪[一几]?位|(?:{_POST}|联系人)是哪"
)
# Where something is: words for it, a street or house, or the name of a place.
_PLACE = re.compile(
    r"位于|地点|地址|坐落|选址|设在|设于|所在地|[以之][东西南北]|附近|路口|沿线|[路街巷道]\S{0,4}\d*号"
    rf"|[{CJK}\d]{{2}}(?:[路街巷]|大道|大厦|广场|大厅|窗口|[楼室]\b)"
)
# What makes a village, a town … one in general: 「各村」「行政村」.
_GENERAL = re.compile(r"(?:各|全|该|本|每|个|农|乡|城|行政|自然|贫困|示范|中心|试点|重点|条|类|[及和或、])$")
_SMALL = ("村", "镇", "乡", "街道", "社区")
# 「哪个村」「哪家医院」: the answer must name one.
_WHICH = re.compile(
    r"(?:哪|什么)[一几]?[个家条所座位]?"
    r"(村|镇|乡|街道|社区|县|市|省|公司|企业|医院|银行|大学|学校|酒店|宾馆|[路街](?!段)|大道|机场|车站|网站|报纸|刊物)"
)
_BREAK = re.compile(r"(?<=[。；;！？!?\n])")
_COMMA = re.compile(r"(?<=[，,：:、])")


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a clause: `start` to `end` in its text, its score, and whether it holds what is asked."""

    start: int
    end: int
    score: float
    has_type: bool


Holds = Callable[[str], bool]


def wanted(question: str, asked: Sequence[Intent]) -> Holds | None:
    """What a span must hold for a question of these kinds: a test on text, or None for any text."""
    text = nfkc(question)
    which = _WHICH.search(text)
    if which is not None:
        return lambda piece, kind=which[1]: _names_one(_without_marker(piece), kind)  # type: ignore[misc]
    for intent in asked:
        if intent in (Intent.PERSON, Intent.PLACE) and Intent.OFFICE in asked:
            continue  # 谁, 哪里 mean an office
        if intent is Intent.PLACE:
            return lambda piece: _is_where(_without_marker(piece))
        if intent is Intent.PHONE:
            return lambda piece: bool(find_phones(piece))
        pattern = _pattern(intent, text)
        if pattern is not None:
            return lambda piece, pattern=pattern: pattern.search(_without_marker(piece)) is not None  # type: ignore[misc]
    return None


def _pattern(intent: Intent, question: str) -> re.Pattern[str] | None:
    if intent is Intent.AMOUNT:
        if re.search(r"编号|代码|代号|型号|证号|账号|邮编|系数", question):
            return None  # no amount: letters and bare figures
        if "第几" in question:
            return _ORDINAL
        unit = re.search(rf"(?:多少|几)({_UNIT})(?!钱)", question)
        if re.search(r"率|比例|百分|占比|比重|增长|[几少]成", question):
            return _SHARE
        # 万 or 年 after 几 begin something else (几万人, 几年级).
        if unit and unit[1] not in ("个", "万", "m", "年", "月", "日"):
            units = {unit[1], *(word for group in _COUNTERS if unit[1] in group for word in group)}
            counted = rf"{_NO_ORDINAL}{_NUMERAL}\s*(?:多|余|以上)?(?:万|亿|千|百)?(?:{'|'.join(units)})"
            return re.compile(rf"{counted}(?!{_NUMERAL}次)|{_AREA.pattern}")
        if unit and unit[1] == "个":  # counts anything (几个钟头)
            return _ANY_AMOUNT
        if re.search(r"年龄|岁", question):
            return _AGE
        if _ABOUT_MONEY.search(question):
            return _MONEY
        if re.search(r"面积|占地|多大(?:的?地|块|面)", question):
            return _AREA
        return _ANY_AMOUNT
    if intent is Intent.DATE:
        if re.search(r"生效|施行|实施|执行", question) and not re.search(r"结束|截止|为止|失效|到期|完成", question):
            return _IN_FORCE
        return _DAY if re.search(r"哪[一]?[天日]|几号|日期|何日", question) else _DATE
    if intent is Intent.PERSON:  # 谁 may be any body or group; a name is asked for with a post or 叫什么
        return _PERSON if _NAMED.search(question) else None
    if intent is Intent.DURATION:
        unit = re.search(r"(?:几|多少)个?([天日年月])", question)
        return _DURATIONS[unit[1]] if unit else _DURATION
    return None


def _is_where(piece: str) -> bool:
    return _PLACE.search(piece) is not None or any(_names_one(piece, kind) for kind in _SMALL)


def _names_one(piece: str, kind: str) -> bool:
    """Whether a text names one of a kind: a village, a hospital. 「各村」「村民」「乡村」 name none."""
    if kind in ("大学", "学校", "医院", "公司", "企业", "银行", "酒店", "宾馆", "网站", "报纸", "刊物"):
        return re.search(rf"[{CJK}（）()]{{2}}{kind}|《[^》]{{1,200}}》", piece) is not None
    matches = re.finditer(rf"([{CJK}]{{1,6}}){kind}(?![民委级务支干部集官])", piece)
    return any(not _GENERAL.search(match[1]) for match in matches)


def best_span(clause: Clause, holds: Holds | None, terms: Terms) -> Span:
    """The span of a clause that answers best.

    Rows of tables answer with their cells, contact lines whole, lists of people with the entries that
    match; running text with a sentence, narrowed to the parts around a value when one is asked for.
    """
    text = clause.text
    heads = fold(" ".join(clause.path))
    if clause.kind is ClauseKind.TABLE_ROW:
        return _row_span(clause, holds, terms, heads)
    if clause.kind is ClauseKind.SIGNATURE:
        return _fit(text, _scored(text, 0, len(text), holds, terms, heads), terms)
    units = _units(text, _LIST_BREAK if clause.kind is ClauseKind.LIST else _BREAK)
    if len(units) > 1 and _is_only_heading(text[slice(*units[0])], clause, holds):
        units = units[1:]
    spans = [_scored(text, start, end, holds, terms, heads) for start, end in units]
    if not spans:
        return Span(0, min(len(text), MAX_ANSWER), 0.0, False)
    best = max(spans, key=lambda span: (span.score, -span.start))
    if holds is not None and best.has_type:
        best = _narrow(text, best, holds, terms)
    elif holds is None and clause.kind is not ClauseKind.LIST:
        best = _widen(units, best)
    return _fit(text, best, terms)


def _is_only_heading(sentence: str, clause: Clause, holds: Holds | None) -> bool:
    """Whether a clause's first sentence only names its subject (「（一）落实主体责任。」) and so is no answer.

    An item's first sentence is its heading in the path even where it says something: then it has a
    pause, or holds the value that is asked for.
    """
    if not clause.path or squash(sentence) != squash(clause.path[-1]):
        return False
    return not has_pause(sentence.rstrip("。")) and (holds is None or not holds(sentence))


def _widen(units: Sequence[tuple[int, int]], span: Span) -> Span:
    """How something is done takes more than a sentence: those behind it, as far as an answer goes."""
    end = span.end
    for start, stop in units:
        if start >= span.end and end - span.start < MAX_ANSWER:
            end = min(stop, span.start + MAX_ANSWER)
    return Span(span.start, end, span.score, span.has_type)


_LIST_BREAK = re.compile(r"(?<=；)|(?<=，)(?=[^，；]{2,4}，)")


def _scored(text: str, start: int, end: int, holds: Holds | None, terms: Terms, heads: str) -> Span:
    piece = text[start:end]
    folded = fold(piece)
    has_type = holds is None or holds(piece)
    # Words that the headings hold tell nothing about which sentence is meant, so they count little. Few known words
    # tell little, all the same how many of them a span holds.
    words = terms.known_share * (terms.coverage(folded) + HEADS * terms.coverage(heads + folded))
    score = words + FOCUS * terms.focus_coverage(folded)
    score += (TYPE if has_type and holds is not None else 0.0) - LENGTH * len(piece)
    return Span(start, end, score, has_type)


def _without_marker(piece: str) -> str:
    return re.sub(r"^\s*[（(]?[\d一二三四五六七八九十]{1,3}[）)、.．]\s*", "", piece)


def _units(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Pieces between breaks that hold a letter or digit, as (start, end)."""
    units: list[tuple[int, int]] = []
    at = 0
    for piece in pattern.split(text):
        if re.search(r"\w", piece):
            units.append((at, at + len(piece)))
        at += len(piece)
    return units


def _row_span(clause: Clause, holds: Holds | None, terms: Terms, heads: str) -> Span:
    """The cells of a row (what stands behind caption and heads), or the part around the match."""
    text = clause.text
    start = cells_at(text)
    span = _scored(text, start, len(text), holds, terms, heads)
    if holds is not None and not span.has_type and holds_wanted(clause, start, len(text), holds):
        span = Span(start, len(text), span.score + TYPE, True)
    caption = fold(text[:start])
    bonus = HEADS * (terms.coverage(caption + fold(text[start:])) - terms.coverage(fold(text[start:])))
    return _fit(text, Span(start, len(text), span.score + bonus, span.has_type), terms)


def holds_wanted(clause: Clause, start: int, end: int, holds: Holds) -> bool:
    """Whether a part of a clause holds what is asked for; a row's figures count with the units of their heads."""
    text = clause.text
    if holds(text[start:end]):
        return True
    at = cells_at(text)
    return clause.kind is ClauseKind.TABLE_ROW and start >= at and any(map(holds, _with_units(text[:at], text[at:])))


_FIGURES = re.compile(r"\d[\d,.]*")
_SERIAL = re.compile(r"序号|编号|[^数]号$")
_HEAD_UNIT = re.compile(rf"({_UNIT})数?\s*[)）]?$")


def _with_units(heads: str, cells: str) -> list[str]:
    """The figures among a row's cells, each with the unit that its column's head states (拟建套数, 面积（亩）),
    and where it states none, with each that counts."""
    columns = heads.removesuffix("）：").split("｜")
    values = cells.split("｜")
    if len(columns) != len(values):
        return []
    out = []
    for column, value in zip(columns, values, strict=True):
        if _FIGURES.fullmatch(value.strip()) and not _SERIAL.search(column):
            unit = _HEAD_UNIT.search(nfkc(column))
            units = [unit[1]] if unit else [group[0] for group in _COUNTERS]
            out += [value.strip() + word for word in units]
    return out


def _narrow(text: str, span: Span, holds: Holds, terms: Terms) -> Span:
    """The parts between commas around the value, while they add to what the question shares."""
    parts = [(span.start + a, span.start + b) for a, b in _units(text[span.start : span.end], _COMMA)]
    valued = [i for i, (a, b) in enumerate(parts) if holds(text[a:b])]
    if len(parts) < 3 or not valued or span.end - span.start <= 60:
        return span

    def worth(low: int, high: int) -> float:
        folded = fold(text[parts[low][0] : parts[high][1]])
        return terms.coverage(folded) + terms.focus_coverage(folded)

    center = max(valued, key=lambda i: (worth(max(0, i - 1), i) + worth(i, i), -i))
    low = high = center
    full = worth(0, len(parts) - 1)
    while worth(low, high) < 0.9 * full or parts[high][1] - parts[low][0] < 30:
        left = low > 0 and parts[high][1] - parts[low - 1][0] <= MAX_ANSWER
        right = high + 1 < len(parts) and parts[high + 1][1] - parts[low][0] <= MAX_ANSWER
        if not left and not right:
            break
        if left and (not right or worth(low - 1, high) >= worth(low, high + 1)):
            low -= 1
        else:
            high += 1
    return Span(parts[low][0], parts[high][1], span.score, span.has_type)


def _fit(text: str, span: Span, terms: Terms) -> Span:
    """Trim white space; of what is longer than an answer may be, keep the window that matches most."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start > MAX_ANSWER:
        cuts = [start] + [start + m.end() for m in re.finditer(r"[，,；;、｜]", text[start:end])]
        begin = max(cuts, key=lambda at: (terms.coverage(fold(text[at : min(at + MAX_ANSWER, end)])), -at))
        end = min(begin + MAX_ANSWER, end)
        start = begin
        mark = max(text.rfind(sign, start, end) for sign in "，,；;、｜。")
        if end < span.end and mark > start + MAX_ANSWER // 2:
            end = mark
    return Span(start, end, span.score, span.has_type)
