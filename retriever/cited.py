"""Citations in a text: what is cited by title, number and place, and where it stands.

Read are the forms that citations are written in: 《标题》（文号）第三条, 文号第三部分, GB/T 7714 (`机关. 标题: 文号[Z].
日期: 位置.`), with titles in titles, traditional characters and Chinese numerals (離政辦發〔二〇二三〕第九號). Which
document is meant is asked elsewhere (`retriever.resolve`).
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.doc_number import DocNumber, find_numbers, find_typed, parse
from corpus.kinds import kinds
from corpus.simplified import simplified
from corpus.text import nfkc, squash
from corpus.typed_place import TypedPlace, read_place, value

_LONGEST_TITLE = 160
_LONGEST_CITATION = 400  # characters; the longest of the gazette's has 130
_NEAR = 44  # characters between a title and its number
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_OLD_YEAR = re.compile(r"(?<=[〔\[【(（第发办函字])([一二][〇○零九][〇○零一二三四五六七八九]{2})(?=[〕\]】)）年])")
_OLD_SERIAL = re.compile(r"(?<=[〕\]】)）第年])([一二三四五六七八九十百〇○零]{1,7})(?=号)")
_BETWEEN = re.compile(r"\s{0,8}(?:[（(〔\[][^（）()《》。；;]{0,40})?$")  # a title and its number
_CLOSING = re.compile(r"[^（）()《》。；;]{0,30}(?:《[^《》]{1,20}》[^（）()《》。；;]{0,10})?[)）]")
_TO_PLACE = re.compile(
    r"\s{0,8}(?:\[Z\]\.?\s{0,8}(?:\d{4}-\d\d-\d\d)?\s{0,8}[:：.]?\s{0,8})?"
    r"(?:文件|文)?(?:的|中的?|里的?)?\s{0,8}(?=\S)"
)
_MORE_PLACES = re.compile(r"\s{0,8}(?:、|，|,|和|及|与|或|以及|至|到|-|—)\s{0,8}(?=第|附件)")
_CALLED = re.compile(r"(?:以下|下)(?:统一)?(?:简称|称)[:：]?\s{0,8}[“\"]?$")
_DATED = re.compile(r"\s{0,8}[(（](?=[^（）()]{0,4}\d{4})[^（）()《》]{4,20}[)）]")
# Where a gazette has what is cited: it belongs to the citation, and cites nothing itself.
_PRINTED = re.compile(r"[,，]?\s{0,8}载《[^《》]{2,40}》\s{0,8}\d{4}年第\d{1,3}期(?:[,，]\s{0,8}第\d{1,4}页)?")
# Which wording is cited: it belongs to the citation, and the number in it is that of another document.
_WORDING = re.compile(
    r"[（(](?:据[^（）()《》]{2,120}?(?:修改|增加|删去|调整序号)(?:[,，]\s{0,4}\d{4}年\d{1,2}月\d{1,2}日起)?"
    r"|\d{4}年\d{1,2}月\d{1,2}日(?:修改前|增加|文本))[)）]"
)
_TEXT_OF = re.compile(r"\((\d{4})年(\d{1,2})月(\d{1,2})日文本\)")
_GB7714 = re.compile(r"\[Z\]")
_IN_QUOTE = re.compile(r"[“”\"]")


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation, from `start` to `end` of the text. `title` is what stands in 《》, `number` a document number as it
    is typed; one of them may be missing. `places` are what of the document is cited; none for the whole of it. `day`
    (ISO) is that of the text that is cited, of several of one title."""

    start: int
    end: int
    title: str | None
    number: str | None
    places: tuple[TypedPlace, ...] = ()
    day: str | None = None


def folded(text: str) -> str:
    """The text as citations are read in it, of the same length: simplified, brackets and figures narrow."""
    narrow = nfkc(text)
    if len(narrow) != len(text):
        narrow = "".join(one if len(one := nfkc(char)) == 1 else char for char in text)
    simple = simplified(narrow)
    for told in (_PRINTED, _WORDING):
        simple = told.sub(lambda match: " " * len(match.group()), simple)
    return _OLD_YEAR.sub(lambda match: match[1].translate(_DIGITS), simple)


def figures(text: str) -> str:
    """Numerals of numbers as figures: 〔二〇二三〕第九号 → 〔2023〕第9号, and 第一〇四号 → 第104号."""
    text = _OLD_YEAR.sub(lambda match: match[1].translate(_DIGITS), text)
    return _OLD_SERIAL.sub(lambda match: _serial(match[1]), text)


def _serial(numeral: str) -> str:
    """一百零四 and 一〇四 are 104."""
    digits = numeral.translate(_DIGITS)
    return str(value(numeral) or (int(digits) if digits.isdecimal() else numeral))


def read_number(doc_number: str | None) -> DocNumber | None:
    """A document's number for comparing with typed ones, its serial in figures; None if it has no known form."""
    return parse(figures(doc_number or ""))


def find_cited(text: str) -> list[Cited]:
    """Every citation of a text, in order. Positions are the text's."""
    base = folded(text)
    numbers = _numbers(base)
    taken: set[int] = set()
    found: list[Cited] = []
    aliases: dict[str, Cited] = {}
    for start, end in _titles(base):
        title = base[start + 1 : end - 1]
        if _CALLED.search(base[max(0, start - 12) : start]) and found:
            aliases[squash(title)] = found[-1]
            continue
        number = _number_behind(base, end, numbers)
        short = aliases.get(squash(title))
        if number is None and short is None and squash(title) in kinds("official", "rules"):
            continue
        at = end
        if number is not None:
            taken.add(number[0])
            at = number[1]
            closing = _CLOSING.match(base, at)
            at = closing.end() if closing and closing.group() else at
        elif bracket := _DATED.match(base, at):
            at = bracket.end()  # the date of what has no number
        one = _with_places(base, Cited(start, at, title, None if number is None else number[2]))
        found.append(one if short is None else replace(one, title=short.title, number=short.number))
    inside = {at for one in found for at in range(one.start, one.end)}
    for start, end, words in numbers:
        if start not in taken and start not in inside:
            found.append(_with_places(base, Cited(start, end, None, words)))
    return sorted(found, key=lambda one: one.start)


def _number_behind(base: str, end: int, numbers: Sequence[tuple[int, int, str]]) -> tuple[int, int, str] | None:
    """The number of the title that ends at `end`: the next one, if it stands right behind it or in its bracket."""
    at = bisect.bisect_left(numbers, end, key=lambda one: one[0])
    if at == len(numbers) or numbers[at][0] - end > _NEAR or not _BETWEEN.match(base[end : numbers[at][0]]):
        return None
    return numbers[at]


def _numbers(base: str) -> list[tuple[int, int, str]]:
    """(start, end, number) of every whole document number, numerals read as figures."""
    out = []
    for match in _PIECES.finditer(base):
        piece = match.group()
        read = figures(piece)
        for cited in find_numbers(read):
            # A numeral that became a figure is shorter: what stands in front of it has kept its place.
            end = cited.end + len(piece) - len(read) if len(piece) != len(read) else cited.end
            out.append((match.start() + cited.start, match.start() + end, cited.doc_number))
    return out


_PIECES = re.compile(r".*?号|.+", re.DOTALL)  # each number ends with 号


def _titles(base: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every title in 《》, marks included; titles in titles go with the outer one."""
    at = 0
    while (start := base.find("《", at)) >= 0:
        depth, end = 0, start
        for place in range(start, min(len(base), start + _LONGEST_TITLE)):
            depth += (base[place] == "《") - (base[place] == "》")
            if depth == 0:
                end = place + 1
                break
        else:  # never closed: up to the first mark
            close = base.find("》", start, start + _LONGEST_TITLE)
            end = close + 1 if close > 0 else start
        if end > start:
            yield start, end
        at = max(end, start + 1)


def _with_places(base: str, cited: Cited) -> Cited:
    """The citation with the places that stand behind it."""
    places: list[TypedPlace] = []
    end = cited.end
    gap = _TO_PLACE.match(base, cited.end)
    place = read_place(base, gap.end()) if gap else None
    while place is not None:
        places.append(place)
        end = place.end
        more = _MORE_PLACES.match(base, end)
        place = read_place(base, more.end()) if more else None
        if place is not None and _IN_QUOTE.match(place.text):
            break
    return replace(cited, end=end, places=tuple(places))


# What a question says around a citation and asks nothing more by: 请问…的全文是什么.
_AROUND = re.compile(
    r"请问|请查|查一下|查一查|查找|查询|查看|看一下|看看|帮我|我想看|找一下|找|查|看|的?(?:全文|原文|内容|条文|规定)"
    r"|是什么|怎么说的?|怎么规定的?|(?:说|讲|写|规定)了?(?:些?什么|啥)|在哪[里儿]?|的"
)
_MARKDOWN = re.compile(r"\\([\\`*_{}\[\]<>#|!~&.)+=>-])")


@dataclass(frozen=True, slots=True)
class Asked:
    """The citation that a question holds; `beside` are the letters of the question that don't belong to it."""

    cited: Cited
    beside: str


def asked(question: str) -> Asked | None:
    """The citation of a question: what follows a quotation (“…”——《…》), else the first one."""
    found = _asked(question)
    told = None if found is None else _TEXT_OF.search(nfkc(question))
    if found is None or told is None:
        return found
    day = "-".join((told[1], told[2].zfill(2), told[3].zfill(2)))
    return replace(found, cited=replace(found.cited, day=day))


def _asked(question: str) -> Asked | None:
    text = part_with_citation(_plain(question))
    if text is None:
        return None
    base = folded(text)
    ends_quote = max(base.rfind("——《"), base.rfind("—《"))
    found = find_cited(text)
    if ends_quote >= 0:
        quoting = [one for one in found if one.start >= ends_quote]
        if quoting:
            return Asked(quoting[0], beside(base[quoting[0].end :]))
    bibliography = _bibliography(base, found)
    if bibliography is not None:
        return Asked(bibliography, "")
    if not found:
        return _partly(base)
    one = found[0]
    return Asked(one, beside(base[: one.start], base[one.end :]))


def part_with_citation(question: str) -> str | None:
    """What of a question may be its citation: all of a short one, of a long one what stands behind the quotation. Else
    a page of text that is pasted as a question would cost what a page costs."""
    if len(question) <= _LONGEST_CITATION:
        return question
    at = question.rfind("—《")
    return question[at : at + _LONGEST_CITATION] if at >= 0 else None


def beside(*texts: str) -> str:
    """The letters of texts that ask for something, without the words that only ask for a citation's text."""
    return "".join(squash(_AROUND.sub("", text)) for text in texts)


def _plain(question: str) -> str:
    """The question without the marks of a quotation in Markdown."""
    if not question.lstrip().startswith(">"):
        return question
    lines = [re.sub(r"^\s*>\s?", "", line) for line in question.splitlines()]
    return _MARKDOWN.sub(r"\1", " ".join(lines))


def _bibliography(base: str, found: Sequence[Cited]) -> Cited | None:
    """A citation after GB/T 7714: title and number stand in front of [Z], date and place behind it."""
    mark = _GB7714.search(base)
    if mark is None:
        return None
    head = base[: mark.start()]
    numbers = [one for one in found if one.number is not None and one.start < mark.start()]
    number = numbers[-1].number if numbers else None
    if numbers:
        head = head[: numbers[-1].start].rstrip(" \t\n\u3000:：")
    title = re.split(r"\.\s", head)[-1].strip()
    return _with_places(base, Cited(0, mark.start(), title or None, number))


def _partly(base: str) -> Asked | None:
    """A number that is typed in part (9号文第三部分, 706号令第五条), with a place right behind it."""
    read = figures(base)
    typed = find_typed(read)
    if typed is None:
        return None
    at = read.find(typed.text)
    if at < 0:
        return None
    cited = _with_places(read, Cited(at, at + len(typed.text), None, typed.text))
    return Asked(cited, beside(read[cited.end :]))
