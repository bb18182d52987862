"""Work done by several threads at once, its results in order: for threads that wait for processes.

Only a few results are made ahead of the one that is waited for, so that memory doesn't grow with the number of items.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

AHEAD = 4  # items for each thread that may be done before the one that is waited for
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


def in_order(
    jobs: int, work: Callable[[_Item], _Made], items: Iterable[_Item], stop: Callable[[], None]
) -> Iterator[_Made]:
    """`work` on each item, by `jobs` threads; results in the order of `items`.

    Whatever `work` raises ends all of it, and so does Ctrl-C: then `stop` is called, after which what is still being
    worked on must end soon, for that is waited for. One job needs no thread.
    """
    if jobs == 1:
        yield from map(work, items)
        return
    waiting: collections.deque[Future[_Made]] = collections.deque()
    pool = ThreadPoolExecutor(jobs)
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        stop()
        raise
    finally:
        pool.shutdown()
