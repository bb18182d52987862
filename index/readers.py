"""Files read side by side, each by a process of its own, and handed on in order.

The threads here only wait for those processes. As many files are on their way as there are processes, and a few
are read ahead of the one that is waited for, so that memory doesn't grow with the number of files.
"""

from __future__ import annotations

import collections
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from corpus.guard import Reader
from corpus.limits import Limits
from index.model.cores import usable_cores

_AHEAD = 4  # files for each process that may be done before the one that is waited for
_Item, _Made = TypeVar("_Item"), TypeVar("_Made")


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


class Readers:
    """`jobs` readers (`corpus.guard.Reader`). Use it in a `with`, which ends their processes."""

    def __init__(self, limits: Limits | None = None, jobs: int | None = None) -> None:
        """`jobs`: None for what suits the machine."""
        limits = limits or Limits()
        self.jobs = usual_jobs(limits) if jobs is None else jobs
        self._all = [Reader(limits) for _ in range(self.jobs)]
        self._free: queue.SimpleQueue[Reader] = queue.SimpleQueue()
        for reader in self._all:
            self._free.put(reader)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._all:
            reader.interrupt()
            reader.close()

    def map(self, work: Callable[[Reader, _Item], _Made], items: Sequence[_Item]) -> Iterator[_Made]:
        """`work` on each item with one of the readers; results in the order of `items`. Whatever `work` raises ends
        all of it, and so does Ctrl-C."""
        if self.jobs == 1:
            yield from (work(self._all[0], item) for item in items)
            return
        waiting: collections.deque[Future[_Made]] = collections.deque()
        pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="reader")
        try:
            for item in items:
                waiting.append(pool.submit(self._with_one, work, item))
                if len(waiting) > _AHEAD * self.jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for reader in self._all:
                reader.interrupt()
            raise
        finally:
            pool.shutdown()

    def _with_one(self, work: Callable[[Reader, _Item], _Made], item: _Item) -> _Made:
        reader = self._free.get()
        try:
            return work(reader, item)
        finally:
            self._free.put(reader)
