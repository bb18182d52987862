"""Which notices are in force: what they say of themselves and of each other.

A notice is repealed when another one of the corpus says so by its number or its full title. It is
expired when it states its own end and that day is past. Nothing is inferred from likeness.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.dates import find_dates
from corpus.doc_number import find_numbers, number_key
from corpus.model import Clause, ClauseKind, Notice, Repeal, Status
from corpus.numbering import chinese_number
from corpus.text import sentences, squash

_REPEALS = re.compile(r"废止|停止执行|停止施行|不再执行|予以撤销|失效")
_NOT_DOCUMENT = re.compile(r"证书|账号")
_TITLE = re.compile(r"《([^《》]{4,80})》")
# 自印发之日起施行, 自2023年9月8日起施行, 自…起试行.
_START = re.compile(
    r"自\s*(?P<when>[^，。；,;\s][^，。；,;]{1,29}?)\s*起\s*(?:开始\s*)?(?:施行|实施|执行|生效|试行|正式实施)"
)
_OWN_DAY = re.compile(r"(?:印发|发布|公布|下发|发文)之日")
_TERM = re.compile(
    r"(?:有效期|试行期|暂定期限|有效期限|试行期限|期限)\s*(?:(?:为|暂定为)\s*)?(\d{1,2}|[一二三四五六七八九十]{1,2})\s*(年|个月)"
)
_END = re.compile(
    r"(?:止于|截至|截止到?|有效期至|施行至|执行至|至)\s*(?P<when>(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
)


@dataclass(frozen=True, slots=True)
class Term:
    """First and last day of a notice by its own words (ISO dates), where it states them."""

    start: str | None
    end: str | None


def own_term(notice: Notice) -> Term:
    """The term that a notice states for itself.

    「自2023年4月1日起执行，止于2024年3月31日」, 「自…起试行，试行期2年」, 「自印发之日起施行，有效期5年」: a
    term in years ends the day before its anniversary. Sentences about another document (a 《title》 in
    front) are left out.
    """
    start = end = None
    for clause in notice.clauses:
        if clause.kind in (ClauseKind.TABLE_ROW, ClauseKind.LIST, ClauseKind.HEADING):
            continue
        for sentence in sentences(clause.text) if "自" in clause.text else ():
            match = _START.search(sentence)
            if match is None or "《" in sentence[: match.start()]:
                continue
            began = _day(match["when"], notice.date)
            if began is None:
                continue
            rest = sentence[match.end() :]
            start = began
            end = _end_of(began, rest) or end
            if end is None:
                end = _end_of(began, _following(clause.text, sentence))
    return Term(start, end)


def _following(text: str, sentence: str) -> str:
    """The sentence behind `sentence`: 「…起试行。试行期2年。」"""
    at = text.find(sentence) + len(sentence)
    return (sentences(text[at:]) or [""])[0]


def _day(when: str, date: str | None) -> str | None:
    dates = find_dates(when)
    if dates:
        return dates[0][2]
    return date if _OWN_DAY.search(when) else None


def _end_of(start: str, text: str) -> str | None:
    last = _END.search(text)
    if last:
        dates = find_dates(last["when"])
        return dates[0][2] if dates else None
    term = _TERM.search(text)
    if term is None:
        return None
    count = int(term[1]) if term[1].isdigit() else chinese_number(term[1])
    if count is None:
        return None
    months = count * 12 if term[2] == "年" else count
    last_day = _before_anniversary(dt.date.fromisoformat(start), months)
    return None if last_day is None else last_day.isoformat()


def _before_anniversary(start: dt.date, months: int) -> dt.date | None:
    """The day before the same day so many months later; None behind the year 9999."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return None
    day = min(start.day, calendar.monthrange(year, month + 1)[1])  # 29 February, 31 April
    return dt.date(year, month + 1, day) - dt.timedelta(days=1)


def repeals(clause: Clause) -> tuple[list[str], list[str]]:
    """Document numbers and titles that a clause repeals."""
    numbers: list[str] = []
    titles: list[str] = []
    listed = any(re.search(r"(?:下列|以下|如下).{0,20}(?:废止|失效|停止执行)", head) for head in clause.path)
    for sentence in sentences(clause.text):
        if not (listed or _REPEALS.search(sentence)) or _NOT_DOCUMENT.search(sentence):
            continue
        match = _REPEALS.search(sentence)
        before = sentence[: match.start()] if match else sentence
        numbers += [cited.doc_number for cited in find_numbers(before)]
        titles += _TITLE.findall(before)
    return numbers, titles


def link(notices: Sequence[Notice]) -> list[Notice]:
    """The same notices with `repealed_by`, `valid_from` and `valid_until` set, and the status that holds on
    every day: repealed, or in force.

    A title repeals a notice only if exactly one notice of the corpus, other than the speaker, bears it.
    """
    by_number: dict[str, list[int]] = {}
    by_title: dict[str, list[int]] = {}
    for index, notice in enumerate(notices):
        if notice.doc_number:
            by_number.setdefault(number_key(notice.doc_number), []).append(index)
        by_title.setdefault(squash(notice.title), []).append(index)
    repealed: dict[int, Repeal] = {}
    for index, notice in enumerate(notices):
        for clause in notice.clauses:
            if clause.kind is ClauseKind.HEADING or not _REPEALS.search(clause.text + "".join(clause.path)):
                continue
            numbers, titles = repeals(clause)
            targets = [by_number.get(number_key(number), []) for number in numbers]
            targets += [by_title.get(squash(title), []) for title in titles]
            for places in targets:
                others = [i for i in places if i != index] if len(places) <= 2 else []
                if len(others) == 1 and others[0] not in repealed:
                    repealed[others[0]] = Repeal(notice.doc_number, notice.notice_id, clause.clause_id, clause.text)
    out = []
    for index, notice in enumerate(notices):
        term = own_term(notice)
        out.append(
            replace(
                notice,
                status=Status.REPEALED if index in repealed else Status.IN_FORCE,
                repealed_by=repealed.get(index),
                valid_from=term.start,
                valid_until=term.end,
            )
        )
    return out


def as_of(notice: Notice, day: dt.date) -> Notice:
    """A linked notice as it stands on a day: one that states its own end is expired from the day after."""
    if notice.status is Status.IN_FORCE and notice.valid_until is not None and notice.valid_until < day.isoformat():
        return replace(notice, status=Status.EXPIRED)
    return notice


def resolve(notices: Sequence[Notice], day: dt.date) -> list[Notice]:
    """`link`, and each notice as of a day."""
    return [as_of(notice, day) for notice in link(notices)]
