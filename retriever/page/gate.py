"""How many views and questions are worked on at once, how many may wait, and that more are turned away.

Gradio's own queue turns away too, but its script tells the page nothing of it: people would wait for an
answer that never comes. So nothing waits there; it waits here, where being full is an answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread

_Result = TypeVar("_Result")


class Full(Exception):  # noqa: N818 (it says what the gate is)
    """As many are waiting as may. The text is for the user."""

    def __init__(self) -> None:
        super().__init__("现在查询的人太多，请过几秒再试。")


class Gate:
    """Runs functions in threads, `at_once` at a time; `waiting` more may wait. For one event loop."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self.room = at_once + waiting
        self._inside = 0
        self._limit = anyio.CapacityLimiter(at_once)

    async def run(self, function: Callable[..., _Result], *args: Any, **kwargs: Any) -> _Result:
        """What the function returns or raises; Full, at once, if there is no room."""
        if self._inside >= self.room:
            raise Full
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(functools.partial(function, *args, **kwargs), limiter=self._limit)
        finally:
            self._inside -= 1
