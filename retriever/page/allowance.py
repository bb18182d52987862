"""How often something may be done: by one client, and by all together."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class Allowance:
    """At most `each` times by one client and `in_all` times by all within `seconds`. Remembers no more
    than `in_all` clients, for no longer than that."""

    def __init__(self, each: int, in_all: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._each, self._in_all, self._seconds, self._clock = each, in_all, seconds, clock
        self._taken: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()

    def take(self, client: str) -> bool:
        """Whether it may be done once more; if so, it is counted."""
        with self._lock:
            now = self._clock()
            while self._taken and self._taken[0][0] <= now - self._seconds:
                self._taken.popleft()
            if len(self._taken) >= self._in_all or sum(one == client for _, one in self._taken) >= self._each:
                return False
            self._taken.append((now, client))
            return True
