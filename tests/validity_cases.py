"""Small corpora for tests of validity: texts are parsed and collected as a build does it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from corpus.collection import Corpus, collect
from corpus.model import Notice
from corpus.parse import parse_source
from corpus.reading import source_from_text

REDUCED = Path(__file__).parent / "data" / "reduced"
DAY = dt.date(2026, 11, 28)


def corpus_of(texts: dict[str, str], day: dt.date = DAY) -> Corpus:
    """A corpus of files, by name and text."""
    return collect([parse_source(source_from_text(name, text)) for name, text in texts.items()], day=day)


def reduced(*names: str, day: dt.date = DAY) -> Corpus:
    return corpus_of({name: (REDUCED / name).read_text("utf-8") for name in names}, day)


def by_title(corpus: Corpus, title: str) -> list[Notice]:
    """The notices of a title, in corpus order."""
    return [source.notice for source in corpus.notices if source.notice.title == title]


def one(corpus: Corpus, title: str) -> Notice:
    (notice,) = by_title(corpus, title)
    return notice


def notice(title: str, number: str, date: str, *lines: str) -> str:
    """A notice of the municipal government of 云岭 as people have it in a text file."""
    return "\n".join([title, number, "", "各县（区）人民政府：", *lines, "", "云岭市人民政府", date, ""])
