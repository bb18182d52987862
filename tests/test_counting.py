"""Words counted by several processes: the same as by one, whatever happens to them."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator

import pytest

from index.local import counting
from index.local.counting import counted
from index.local.keywords import Fields, from_weights, term_weights
from tests.index_cases import NOTICES, notice_text

TEXTS = [line for name in NOTICES for line in notice_text(name).splitlines() if line.strip()]


def fields(count: int) -> Iterator[Fields]:
    for number, text in zip(range(count), itertools.cycle(TEXTS), strict=False):
        yield Fields(f"{text}{number}", TEXTS[number % 7], TEXTS[number % 5])


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MANY", 50)
    monkeypatch.setattr(counting, "_TOGETHER", 20)


def test_the_same_index_for_any_number_of_processes() -> None:
    alone, three = (from_weights(counted(fields(333), jobs)) for jobs in (1, 3))
    assert list(alone.vocabulary.items()) == list(three.vocabulary.items())
    for name in ("rows", "starts", "scores"):
        assert getattr(alone, name).tolist() == getattr(three, name).tolist()


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 70])
def test_none_is_lost_at_the_edges(count: int) -> None:
    assert list(counted(fields(count), 2)) == list(map(term_weights, fields(count)))


def test_few_clauses_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting.subprocess, "Popen", None)
    assert len(list(counted(fields(49), 2))) == 49


def test_without_processes_it_goes_on_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(counting.subprocess, "Popen", refuse)
    assert list(counted(fields(120), 2)) == list(map(term_weights, fields(120)))


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_process_that_dies_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = counting._Counter.__init__

    def remember(self: counting._Counter) -> None:
        start(self)
        started.append(self)

    monkeypatch.setattr(counting._Counter, "__init__", remember)
    out = []
    for weights in counted(fields(800), 2):
        out.append(weights)
        if len(out) == 30:
            os.kill(started[0]._process.pid, signal.SIGKILL)
    assert out == list(map(term_weights, fields(800)))
    assert [one._process.returncode for one in started] == [-signal.SIGKILL] * 2  # none is left behind


def test_processes_end_with_a_reader_that_stops_early() -> None:
    weights = counted(fields(500), 2)
    next(weights)
    weights.close()
    assert list(counted(fields(60), 2)) == list(map(term_weights, fields(60)))
