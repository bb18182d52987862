"""From which day and until which day a document says it holds: 自…起施行, 有效期五年, 自…至…施行, …废止."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from corpus import grammar
from corpus.articles import number
from corpus.masks import DATE, TEXT
from corpus.model import ClauseKind, Notice
from corpus.sentences import Sentence, read_clause, sentences_of
from corpus.text import squash

_STARTS = re.compile(r"施行|实施|执行|生效|试行|实行")
_ENDS = re.compile(r"有效期|期限|试行|[至止到—－-]|废止|失效")
_CUT = re.compile(r"[。；\n]")
_GAP = re.compile(r"[\s，,；;、：:（(]{0,3}(?:试行|暂行|并|的|暂定|其|，){0,2}")
_NEAR = 4  # signs of a sentence in front of 本办法
_HISTORY = re.compile(rf"[（(]?\s?{DATE}")  # the line under the title
_PASSED_OVER = (ClauseKind.TABLE_ROW, ClauseKind.LIST)


@dataclass(frozen=True, slots=True)
class Said:
    """A day that a sentence states, None where it is that of the document and nobody knows it; and the rule."""

    date: str | None
    clause_id: str
    text: str
    how: str


@dataclass(frozen=True, slots=True)
class Term:
    """First and last day of a notice by its own words, where it states them."""

    starts: Said | None
    ends: Said | None

    @property
    def start(self) -> str | None:
        return self.starts.date if self.starts else None

    @property
    def end(self) -> str | None:
        return self.ends.date if self.ends else None


def own_term(notice: Notice) -> Term:
    """The term that a notice states for itself.

    「自2023年4月1日起执行，止于2024年3月31日」, 「自…起试行，试行期2年」, 「自印发之日起施行，有效期5年」: a
    term in years ends the day before its anniversary. What another document's term is, or that of a
    certificate, is passed over. Of several statements the last one counts: the covering letter comes first.
    """
    reader = _TermReader(notice)
    for clause in notice.clauses:
        if clause.kind in _PASSED_OVER or (not _STARTS.search(clause.text) and "期" not in clause.text):
            continue
        reader.pending = None
        for sentence in sentences_of(read_clause(clause)):
            reader.read(clause.clause_id, sentence)
    return Term(reader.starts, reader.ends)


class _TermReader:
    """Reads sentence by sentence. `pending` is the start that the sentence before stated: 「…起试行。试行期2年。」"""

    def __init__(self, notice: Notice) -> None:
        self.date = notice.date
        self.title = squash(notice.title)
        self.starts: Said | None = None
        self.ends: Said | None = None
        self.pending: Said | None = None

    def read(self, clause_id: str, sentence: Sentence) -> None:
        began = self._start(clause_id, sentence)
        if began is not None:
            self.starts = began[1]
        span = self._span(clause_id, sentence)
        if span is not None:
            self.starts, self.ends = span
        elif began is not None:
            self._end(clause_id, sentence, began[0], began[1])
        elif self.pending is not None:
            self._end(clause_id, sentence, sentence.start, self.pending)
        elif _ENDS.search(sentence.text) and (at := _own(sentence.text)) is not None and self.starts is not None:
            self._end(clause_id, sentence, sentence.start + at, self.starts)
        self.pending = began[1] if began is not None else None

    def _start(self, clause_id: str, sentence: Sentence) -> tuple[int, Said] | None:
        """Where the statement ends, and the first day it states."""
        for rule in grammar.rules("effect"):
            for match in rule.pattern.finditer(sentence.masked.text, sentence.start, sentence.end):
                if not self._speaks_of_itself(sentence, match.start()):
                    continue
                day = self._day(sentence, match)
                if day is None:
                    continue
                return match.end(), Said(day.date, clause_id, sentence.words, rule.name)
        return None

    def _speaks_of_itself(self, sentence: Sentence, at: int) -> bool:
        """Whether the words in front of 自…起 name the document, what it issues, or nobody."""
        cuts = [match.end() for match in _CUT.finditer(sentence.masked.text, sentence.start, at)]
        start = cuts[-1] if cuts else sentence.start
        subject = sentence.masked.text[start:at]
        if self._is_own_title(sentence, start, at):
            return True
        if TEXT in subject and not _HISTORY.match(subject):
            return grammar.own().search(subject.rsplit(TEXT, 1)[1]) is not None
        return grammar.matches("subject", subject)

    def _is_own_title(self, sentence: Sentence, start: int, end: int) -> bool:
        titles = [mark for at, mark in sentence.masked.marks.items() if start <= at < end and mark.sign == TEXT]
        return bool(titles) and squash(titles[-1].value) in self.title

    def _day(self, sentence: Sentence, match: re.Match[str]) -> _Day | None:
        at = match.start("when")
        mark = sentence.masked.marks.get(at)
        if mark is not None:
            day: str | None = mark.value
        elif grammar.matches("day", match["when"].strip()):
            day = self.date
        else:
            return None
        after = match.groupdict().get("after")
        if after and day is not None:
            day = _later(day, number(after), match["unit"])
        return _Day(day)

    def _span(self, clause_id: str, sentence: Sentence) -> tuple[Said, Said] | None:
        """Both days: 「自2010年3月1日至2015年2月28日施行」."""
        for rule in grammar.rules("span"):
            for match in rule.pattern.finditer(sentence.masked.text, sentence.start, sentence.end):
                before = sentence.masked.text[sentence.start : match.start()]
                behind = sentence.masked.text[match.end() - 3 : match.end()]
                if not (_STARTS.search(behind) or re.search(r"(?:有效期|期限)\w{0,2}$", before)):
                    continue
                if not self._speaks_of_itself(sentence, match.start()) and _own(before) is None:
                    continue
                marks = sentence.masked.marks
                days = (marks[match.start("from")].value, marks[match.start("to")].value)
                first, last = (Said(day, clause_id, sentence.words, rule.name) for day in days)
                return (first, last) if days[0] <= days[1] else None
        return None

    def _end(self, clause_id: str, sentence: Sentence, at: int, began: Said) -> None:
        """The last day, where what stands behind `at` states one."""
        text, marks = sentence.masked.text, sentence.masked.marks
        for part in ("until", "ends", "years"):
            for rule in grammar.rules(part):
                match = rule.pattern.search(text, at, sentence.end)
                if match is None or not self._goes_on(text[at : match.start()]):
                    continue
                if part == "years":
                    day = None if began.date is None else _after(began.date, number(match["count"]), match["unit"])
                else:
                    day = marks[match.start("to")].value
                if day is not None:
                    self.ends = Said(day, clause_id, sentence.words, rule.name)
                    return

    def _goes_on(self, gap: str) -> bool:
        """Whether a last day behind these words is the document's: 「，本办法有效期5年」, not 「，许可证有效期3年」."""
        named = grammar.own().search(gap)
        rest = gap if named is None else gap[named.end() :]
        return (named is None or named.start() <= _NEAR) and _GAP.fullmatch(rest) is not None


@dataclass(frozen=True, slots=True)
class _Day:
    date: str | None


def _own(text: str) -> int | None:
    """Where a sentence names its own document (本办法), behind any other title."""
    found = None
    for match in grammar.own().finditer(text):
        found = match
    return None if found is None or TEXT in text[: found.start()] else found.end()


def _later(day: str, count: int | None, unit: str) -> str | None:
    """So many days or months later."""
    if count is None or "工作" in unit:  # which days are holidays nobody says here
        return None
    start = dt.date.fromisoformat(day)
    try:
        if unit == "个月":
            month = start.month - 1 + count
            year, last = start.year + month // 12, calendar.monthrange(start.year + month // 12, month % 12 + 1)[1]
            return dt.date(year, month % 12 + 1, min(start.day, last)).isoformat()
        return (start + dt.timedelta(days=count)).isoformat()
    except (ValueError, OverflowError):  # behind the year 9999
        return None


def _after(start: str, count: int | None, unit: str) -> str | None:
    """The last day of a term of so many years or months: the day before the same day then."""
    if count is None:
        return None
    months = count * 12 if unit == "年" else count
    day = _before_anniversary(dt.date.fromisoformat(start), months)
    return None if day is None else day.isoformat()


def _before_anniversary(start: dt.date, months: int) -> dt.date | None:
    """The day before the same day so many months later; None behind the year 9999."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return None
    day = min(start.day, calendar.monthrange(year, month + 1)[1])  # 29 February, 31 April
    return dt.date(year, month + 1, day) - dt.timedelta(days=1)
