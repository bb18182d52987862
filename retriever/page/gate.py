"""How many views and questions are worked on at once, how many may wait, and that more are turned away.

Gradio's own queue turns away too, but its script tells the page nothing of it: people would wait for an
answer that never comes. So nothing waits there; it waits here, where being full is an answer. Gradio's
queue also is one line for all: here every client has its own, and they take turns, so that somebody
who asks a hundred questions at once waits for them alone.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread

_Result = TypeVar("_Result")


class Full(Exception):  # noqa: N818 (it says what the gate is)
    """The queue is full, or full for this client. The text is for the user."""

    def __init__(self) -> None:
        super().__init__("现在查询的人太多，请过几秒再试。")


class Gate:
    """Runs functions in threads, `at_once` at a time; `waiting` more may wait. For one event loop.

    Of those that wait, a single client may have three quarters: others always find room. (Not fewer:
    behind a proxy that does not tell them apart, a whole office is one client.)
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self.room = at_once + waiting
        self._waiting = waiting
        self._each = waiting - waiting // 4
        self._free = at_once
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._limit = anyio.CapacityLimiter(at_once)

    async def run(self, function: Callable[..., _Result], *args: Any, client: str = "", **kwargs: Any) -> _Result:
        """What the function returns or raises; Full, at once, if there is no room for this client."""
        await self._enter(client)
        try:
            return await anyio.to_thread.run_sync(functools.partial(function, *args, **kwargs), limiter=self._limit)
        finally:
            self._leave()

    async def _enter(self, client: str) -> None:
        if self._free:
            self._free -= 1
            return
        line = self._lines.get(client, ())
        if len(line) >= self._each or sum(map(len, self._lines.values())) >= self._waiting:
            raise Full
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # its turn had just come
                self._leave()
            raise

    def _leave(self) -> None:
        """The place goes to the client whose turn it is."""
        while self._lines:
            client, line = self._lines.popitem(last=False)
            turn = line.popleft()
            if line:
                self._lines[client] = line
            if not turn.done():  # one that went away has been cancelled
                turn.set_result(None)
                return
        self._free += 1


def client_of(address: str | None) -> str:
    """The client behind an address. One subscriber has 2⁶⁴ addresses of IPv6, which count as one client:
    `2001:db8:1:2:3::4` → `2001:db8:1:2::/64`."""
    try:
        ip = ipaddress.ip_address((address or "").split("%")[0])
    except ValueError:
        return address or ""
    if ip.version == 6 and not ip.is_loopback:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
