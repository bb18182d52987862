"""Results of questions that were asked lately: a busy day brings the same ones again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

from retriever.model import SearchResult

MOST_HITS = 20_000  # clauses in the results that are kept: 50 of the page's, thousands of a program's


class KeptResults:
    """Those used last, of one index. Safe under threads."""

    def __init__(self, most: int = MOST_HITS) -> None:
        self._most = most
        self._held = 0
        self._results: OrderedDict[Hashable, SearchResult] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> SearchResult | None:
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def keep(self, key: Hashable, result: SearchResult) -> None:
        with self._lock:
            if key in self._results:
                return
            self._results[key] = result
            self._held += _size(result)
            while self._held > self._most:
                self._held -= _size(self._results.popitem(last=False)[1])


def _size(result: SearchResult) -> int:
    return 1 + len(result.hits) + sum(map(_size, result.parts))
