"""Questions about a time: whether a document holds, since when, until when, by what replaced; and of which year.

What is recognised is data with examples (`data/times.toml`).
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from corpus.kinds import kind_pattern
from corpus.simplified import simplified
from corpus.text import nfkc

_ASKED = 64  # questions kept, each for the few looks at it while it is answered
_MACRO = re.compile(r"\{([a-z]+)\}")
_SPACE = re.compile(r"\s+")
_YEAR = re.compile(r"(?<!\d)(?<![〔\[(（第])((?:19|20)\d\d)(?=年|版|[^\d〕\])）号])")
# The end of a document's name, and what may stand behind it: 》（云政发〔2018〕5号）, 规定（试行）的, 规定2013年的.
_DOC = (
    r"(?:(?:》|号(?:文件?|令|函|公告|通知)?|文件|公文|规章|法规|(?<!方)法|"
    + kind_pattern("official", "rules")
    + r")(?:[（(〔\[][^（()）]{1,30}[)）〕\]])?(?:(?:19|20)\d\d(?:年版?|版))?(?:的|这[个份]文件|文件|全文|中|里)?)"
)


@dataclass(frozen=True, slots=True)
class TimeKind:
    """A kind of question; where `needs` is given, what `pattern` matches must hold it too."""

    name: str
    pattern: re.Pattern[str]
    needs: re.Pattern[str] | None
    examples: tuple[str, ...]
    counter: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about what happened to a document: its kind, and the words that name the document. `year` tells
    which of its texts is meant."""

    kind: str
    subject: str
    year: str | None


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("retriever").joinpath("data/times.toml").read_text("utf-8"))


def _compiled(pattern: str) -> re.Pattern[str]:
    known = {"doc": _DOC, "year": r"(?<![\d〔\[(（])(?P<year>(?:19|20)\d\d)"}
    for name, text in _data()["macro"].items():
        known[name] = _expanded(text, known)
    return re.compile(_expanded(pattern, known))


def _expanded(pattern: str, known: dict[str, str]) -> str:
    return _MACRO.sub(lambda match: known[match[1]], pattern)


@functools.cache
def time_kinds(table: str = "kind") -> tuple[TimeKind, ...]:
    """The kinds of questions about a document's time, or (`year`) the words that choose the text of a year."""
    return tuple(
        TimeKind(
            row["name"],
            _compiled(row["pattern"]),
            re.compile(row["needs"]) if "needs" in row else None,
            tuple(one["text"] for one in row["examples"]),
            tuple(one["text"] for one in row["counter"]),
        )
        for row in _data()[table]
    )


@functools.lru_cache(maxsize=_ASKED)
def plain(question: str) -> str:
    """The question as the patterns read it."""
    return _SPACE.sub("", simplified(nfkc(question)))


@functools.lru_cache(maxsize=_ASKED)
def asked_of(question: str) -> Asked | None:
    """What a question asks of a document's time, None where it asks something else.

    `《停车条例》什么时候废止的` → ended, 《停车条例》; `2010年的停车条例还有效吗` → holds, 停车条例, 2010.
    """
    text = plain(question)
    for kind in time_kinds():
        match = kind.pattern.search(text)
        if match is None or (kind.needs is not None and not kind.needs.search(match.group())):
            continue
        name = _DOC_END.match(match.group())
        kept = name.end() if name is not None else 0
        where = match.groupdict().get("where") or ""
        subject = text[: match.start() + kept] + where + text[match.end() :]
        year = _YEAR.search(subject)
        return Asked(kind.name, subject.strip("，,。？?！!的"), year[1] if year else None)
    return None


_DOC_END = re.compile(_DOC)


@functools.lru_cache(maxsize=_ASKED)
def year_of(question: str) -> str | None:
    """The year whose text a question asks for: `2024年的收费标准` → 2024; one that only stands there chooses none."""
    text = plain(question)
    matches = (kind.pattern.search(text) for kind in time_kinds("year"))
    years = {match["year"] for match in matches if match is not None}
    return years.pop() if len(years) == 1 else None


def years_in(question: str) -> frozenset[str]:
    """All years that a question names, those of document numbers left out."""
    return frozenset(match[1] for match in _YEAR.finditer(plain(question)))


def without_year(text: str, year: str) -> str:
    """A text without the year that chooses between wordings; unchanged where nothing else is left.

    `2012年的收费标准` → 收费标准, `管理规定2013版` → 管理规定.
    """
    return re.sub(rf"{year}年?(?:度|版|时|当时|那时候?|那会儿?)?的?", "", text) or text


def speaks_of(text: str, year: str) -> bool:
    """Whether a text says something of a year; a day (2013年10月1日) and a document's number don't."""
    return re.search(rf"(?<![〔\[（(\d]){year}(?!\d|[〕\]）)]|\s?年\s?\d{{1,2}}\s?月|-\d\d)", text) is not None
