"""Parsing takes time in proportion to the file, whatever the file: measured by growth, never by a clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from corpus import text as text_module
from corpus.collection import collect
from corpus.errors import GongbaoError
from corpus.model import ParsedFile
from corpus.parse import parse_source
from corpus.reading import source_from_text
from corpus.validity import link
from tests.fuzz.limits import bounded
from tests.hostile.shapes import FILES, LINES, in_title, many_lines, one_line
from tests.index_cases import notice_text

FOUR = 9  # four times the text may take this many times as long: linear is 4, quadratic 16


def parsing(text: str) -> float:
    """Seconds of this process for parsing and resolving a text, with nothing kept from before."""
    for cached in (text_module._squash_short, text_module._repair_short):
        cached.cache_clear()
    source = source_from_text("x.txt", text)
    began = time.process_time()
    with contextlib.suppress(GongbaoError):
        link(parse_source(source).notices)
    return time.process_time() - began


def assert_linear(make: Callable[[int], str], n: int) -> None:
    with bounded(600):
        for _ in range(3):  # a busy machine may slow one of the two down
            growth = parsing(make(4 * n)) / max(parsing(make(n)), 0.005)
            if growth < FOUR:
                return
    assert growth < FOUR


@pytest.mark.parametrize("unit", LINES)
def test_one_endless_line(unit: str) -> None:
    assert_linear(lambda n: one_line(unit, n), 4_000)


@pytest.mark.parametrize("unit", LINES)
def test_one_endless_title(unit: str) -> None:
    assert_linear(lambda n: in_title(unit, n), 3_000)


@pytest.mark.parametrize("unit", LINES)
def test_many_equal_lines(unit: str) -> None:
    assert_linear(lambda n: many_lines(unit, n), 150)


@pytest.mark.parametrize("name", FILES)
def test_many_lines(name: str) -> None:
    assert_linear(FILES[name], 450)


def test_the_measure_catches_what_is_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test can fail: work that looks at all before it, for each letter."""

    def quadratic(text: str) -> float:
        began = time.process_time()
        assert sum(sum(range(at)) for at in range(len(text))) > 0
        return time.process_time() - began

    monkeypatch.setitem(globals(), "parsing", quadratic)
    with pytest.raises(AssertionError):
        assert_linear(lambda n: "离" * n, 1500)


def files(count: int) -> list[ParsedFile]:
    """So many files of one title without a number: the same words, other figures, in another order."""
    sentences = [line for line in notice_text("12号.txt").split("\n") if len(line) > 30]
    out = []
    for index in range(count):
        body = "".join(f"{sentence[index % 7 :]}第{index * 31 + at}项。\n" for at, sentence in enumerate(sentences * 2))
        text = f"某县人民政府关于开展工作的通知\n{body}"
        out.append(parse_source(source_from_text(f"{index}.txt", text)))
    return out


def test_files_of_one_title() -> None:
    """They were compared each with each: 10 files took 9 s, 20 took 64 s, a folder of 1,074 never ended."""
    parsed = files(240)
    assert len({notice.title for file in parsed for notice in file.notices}) == 1

    def seconds(count: int) -> float:
        began = time.process_time()
        collect(parsed[:count])
        return time.process_time() - began

    with bounded(600):
        growths = [seconds(240) / max(seconds(60), 0.005) for _ in range(2)]
    assert min(growths) < FOUR
