"""Files read side by side, each by a process of its own, and handed on in order."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from corpus.documents.pages import OnPage
from corpus.guard import Parsed, Reader
from corpus.limits import Limits
from index.model.cores import usable_cores
from index.side_by_side import in_order

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


def usual_jobs(limits: Limits) -> int:
    """Processes that read at once where the user doesn't say: one for each core, as long as all of them may use
    the memory that one is allowed."""
    memory = free_memory()
    return usable_cores() if memory is None else max(1, min(usable_cores(), memory // limits.memory))


def free_memory() -> int | None:
    """MB that this process and those it starts may still use; None where the system doesn't say."""
    found = [_meminfo(), _left(Path("/sys/fs/cgroup"), "memory.max", "memory.current")]
    found.append(_left(Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes"))
    return min((one for one in found if one is not None), default=None)


def _meminfo() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def _left(group: Path, most: str, used: str) -> int | None:
    """What a control group has left of its memory, in MB; None without a limit."""
    try:
        return max(0, int((group / most).read_text()) - int((group / used).read_text())) >> 20
    except (OSError, ValueError):  # `max`: no limit
        return None


class FileReader(Protocol):
    """What reads one file at a time, here (`corpus.guard.Reader`, which says what is raised) or elsewhere."""

    def parse(
        self, path: Path, cache: Path | None = None, progress: OnPage | None = None, site: Sequence[int] = ()
    ) -> Parsed:
        """Read and parse one file."""

    def interrupt(self) -> None:
        """From another thread: the file that is being read fails, and no other is read."""

    def close(self) -> None:
        """End what was started for reading."""


class Readers:
    """`jobs` readers of this machine (`corpus.guard.Reader`), or of whatever `make` makes. Use it in a `with`, which
    ends their processes."""

    def __init__(
        self, limits: Limits | None = None, jobs: int | None = None, make: Callable[[], FileReader] | None = None
    ) -> None:
        """`jobs`: None for what suits the machine."""
        limits = limits or Limits()
        self.jobs = usual_jobs(limits) if jobs is None else jobs
        self._all = [Reader(limits) if make is None else make() for _ in range(self.jobs)]
        self._free: queue.SimpleQueue[FileReader] = queue.SimpleQueue()
        for reader in self._all:
            self._free.put(reader)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self._interrupt()
        for reader in self._all:
            reader.close()

    def map(self, work: Callable[[FileReader, _Item], _Made], items: Sequence[_Item]) -> Iterator[_Made]:
        """`work` on each item with one of the readers; results in the order of `items` (`side_by_side.in_order`)."""

        def one(item: _Item) -> _Made:
            reader = self._free.get()
            try:
                return work(reader, item)
            finally:
                self._free.put(reader)

        return in_order(self.jobs, one, items, self._interrupt)

    def _interrupt(self) -> None:
        for reader in self._all:
            reader.interrupt()
