"""Accepted answers that the text does not state: an answer nobody can read anywhere must not count as right.

An accepted string is stated if it stands in a relevant clause, its headings, or the title, number or date of its
notice; an office or a telephone also anywhere in that notice (its contact lines). Beside a string that is stated, other
ways to write it are accepted, too: the same office by its short name, the same numbers in other digits or units.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.numbering import chinese_number
from corpus.offices import is_org, same_office
from corpus.text import nfkc, squash
from eval.answers import same_phone, stands_in
from eval.measures import same_number
from eval.model import Question
from eval.questions import Problem

if TYPE_CHECKING:
    from index.engine import IndexedClause

_NUMERAL = re.compile(r"[〇零○一二两三四五六七八九十百千]+")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_PHONE = re.compile(r"[\d()（）\-—－转\s]{5,}")


@dataclass(frozen=True, slots=True)
class Unstated:
    """An accepted answer of a question that its documents don't state."""

    question: Question
    answer: str

    def problem(self) -> Problem:
        what = f"可接受的答案“{self.answer}”不在标注的条款里，也不是同一答案的另一种写法"
        return Problem(self.question.file, self.question.line, f"{self.question.id}：{what}")


def unstated(questions: Sequence[Question], entries: Sequence[IndexedClause]) -> list[Unstated]:
    """Every accepted answer that is not stated, in order. Questions none of whose labels is met are passed over:
    that is a fault of the label or of the parser, and told as one (`eval.labels`)."""
    letters = [squash(entry.text) for entry in entries]
    by_notice: dict[int, list[IndexedClause]] = {}
    by_number: dict[str | None, list[int]] = {}
    for row, entry in enumerate(entries):
        by_notice.setdefault(entry.ordinal, []).append(entry)
        by_number.setdefault(_key(entry.notice.doc_number), []).append(row)
    found = []
    for question in questions:
        relevant = [
            entries[row]
            for label in question.relevant
            for row in by_number.get(_key(label.doc_number), ())
            if squash(label.quote) in letters[row] and same_number(entries[row].notice.doc_number, label.doc_number)
        ]
        if relevant:
            notices = [entry for ordinal in {one.ordinal for one in relevant} for entry in by_notice[ordinal]]
            found += [Unstated(question, answer) for answer in _of(question, relevant, notices)]
    return found


def _key(number: str | None) -> str | None:
    return None if number is None else squash(number)


def _of(question: Question, relevant: Sequence[IndexedClause], notices: Sequence[IndexedClause]) -> list[str]:
    near = [text for entry in relevant for text in (entry.text, *entry.path, *_head(entry))]
    whole = [entry.text for entry in notices]
    stated = [one for one in question.answers if _is_stated(one, near, whole)]
    return [
        one
        for one in question.answers
        if one not in stated and not any(_is_another_way(one, other) for other in stated)
    ]


def _head(entry: IndexedClause) -> list[str]:
    notice = entry.notice
    date = ""
    if notice.date:
        year, month, day = notice.date.split("-")
        date = f"{year}年{int(month)}月{int(day)}日"
    return [notice.title, notice.doc_number or "", date, notice.issuer or ""]


def _is_stated(answer: str, near: Sequence[str], whole: Sequence[str]) -> bool:
    if any(stands_in(answer, text) for text in near):
        return True
    if _PHONE.fullmatch(answer):
        return any(same_phone(answer, phone) for text in whole for phone in _PHONE.findall(text))
    return is_org(answer) and any(stands_in(answer, text) for text in whole)


def _is_another_way(answer: str, stated: str) -> bool:
    """Whether an answer is a stated one, written differently: 区人社局 as it stands there in full, 团区委 for
    共青团离石区委 (all its letters, in order), 三十天 for 30日, 12339平方米 for 12339."""
    one, other = squash(answer), squash(stated)
    if same_office(answer, stated) or _abbreviates(one, other) or _abbreviates(other, one):
        return True
    figures = _figures(answer)
    return bool(figures) and figures == _figures(stated)


def _abbreviates(short: str, full: str) -> bool:
    rest = iter(full)
    return len(short) >= 2 and all(letter in rest for letter in short)


def _figures(text: str) -> list[str]:
    def digits(match: re.Match[str]) -> str:
        return str(chinese_number(match[0].replace("两", "二")) or match[0])

    return sorted(_FIGURE.findall(_NUMERAL.sub(digits, nfkc(text))))
