"""The tokens of many clauses, counted by several processes: cutting words takes most of building the keyword index.

What comes out is the same as from one process, in the same order. A process that dies costs time and nothing else:
its clauses are counted here.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.local.keywords import Fields, term_weights
from index.side_by_side import in_order

MANY = 4000  # clauses from which on processes are worth their start (a second each)
_TOGETHER = 200  # clauses in one request
_ROOT = Path(__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv.pop()); from index.local.term_worker import main; main()"

Weights = dict[str, int]


def counted(clauses: Iterable[Fields], jobs: int) -> Iterator[Weights]:
    """`term_weights` of each clause, in order, by `jobs` processes where there are many."""
    clauses = iter(clauses)
    first = list(itertools.islice(clauses, MANY))
    if jobs == 1 or len(first) < MANY:
        yield from map(term_weights, itertools.chain(first, clauses))
        return
    counters = [_Counter() for _ in range(jobs)]
    free: queue.SimpleQueue[_Counter] = queue.SimpleQueue()
    for counter in counters:
        free.put(counter)

    def count(some: list[Fields]) -> list[Weights]:
        counter = free.get()
        try:
            return counter.count(some)
        finally:
            free.put(counter)

    def stop() -> None:
        for counter in counters:
            counter.stop()

    everything = itertools.chain(first, clauses)
    portions = iter(lambda: list(itertools.islice(everything, _TOGETHER)), [])
    try:
        yield from itertools.chain.from_iterable(in_order(jobs, count, portions, stop))
    finally:
        stop()


class _Counter:
    """A process that counts, and this one in its place once it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        with contextlib.suppress(OSError):  # no process can be started: then without
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="ascii",
            )

    def count(self, clauses: list[Fields]) -> list[Weights]:
        answer = self._ask(json.dumps([(one.text, one.path, one.title) for one in clauses]))
        if answer.endswith("\n"):
            weights: list[Weights] = json.loads(answer)
            return weights
        return list(map(term_weights, clauses))

    def _ask(self, request: str) -> str:
        """The process's answer; none, or a part of one, where it has died."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return ""
        try:
            process.stdin.write(request + "\n")
            process.stdin.flush()
            return process.stdout.readline()
        except (OSError, ValueError):
            return ""

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError, ValueError):
                        pipe.close()
