"""A bound on each case of the fuzz: what takes this long or this much for a few kilobytes hangs or bursts."""

from __future__ import annotations

import contextlib
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

SECONDS = 60  # a case takes some milliseconds: this ends a hang and measures nothing
MEMORY = 2 << 30  # bytes of address space above what the process has


class HangError(AssertionError):
    """A case that did not end."""


def _stop(signum: int, frame: FrameType | None) -> None:
    raise HangError("no end in sight")


@contextlib.contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Raises HangError or MemoryError where the body is out of all proportion. For the main thread only."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
    handler = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
