"""How many views and questions are worked on at once, how many may wait, and that more are turned away.

Gradio's own queue turns away too, but its script tells the page nothing of it: people would wait for an
answer that never comes. So nothing waits there; it waits here, where being full is an answer. Gradio's
queue also is one line for all: here every client has its own, and they take turns, so that somebody
who asks a hundred questions at once waits for them alone.

Several processes may serve one page: each has its own gate, and what is worked on takes a place that they share.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from retriever.page.slots import Slots

PATIENCE = 10.0  # seconds after which one that waits is turned away
AGAIN = {"retry-after": "5"}  # what a full page says in its headers (seconds)
_LOOK = 0.005  # seconds between two looks at what processes share

_Result = TypeVar("_Result")


class Full(Exception):  # noqa: N818 (it says what the gate is)
    """The queue is full, or full for this client, or too slow. The text is for the user."""

    def __init__(self) -> None:
        super().__init__("现在查询的人太多，请过几秒再试。")


class Gate:
    """Runs functions in threads, `at_once` at a time; `waiting` more may wait, `patience` seconds at most. For one
    event loop. With `shared` each also needs one of the places that all processes share.

    Of those that wait, a single client may have three quarters: others always find room. (Not fewer:
    behind a proxy that does not tell them apart, a whole office is one client.)
    """

    def __init__(self, at_once: int, waiting: int, shared: Slots | None = None, *, patience: float = PATIENCE) -> None:
        self.room = at_once + waiting
        self._shared, self._patience = shared, patience
        self._waiting = waiting
        self._each = waiting - waiting // 4
        self._free = at_once
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._limit = anyio.CapacityLimiter(at_once)
        self._looking = asyncio.Lock()

    async def run(self, function: Callable[..., _Result], *args: Any, client: str = "", **kwargs: Any) -> _Result:
        """What the function returns or raises; Full, at once, if there is no room for this client, and later if its
        turn does not come."""
        until = asyncio.get_running_loop().time() + self._patience
        await self._enter(client, until)
        try:
            with await self._place(until):
                return await anyio.to_thread.run_sync(functools.partial(function, *args, **kwargs), limiter=self._limit)
        finally:
            self._leave()

    async def _enter(self, client: str, until: float) -> None:
        if self._free:
            self._free -= 1
            return
        line = self._lines.get(client, ())
        if len(line) >= self._each or sum(map(len, self._lines.values())) >= self._waiting:
            raise Full
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._lines.setdefault(client, deque()).append(turn)
        ending = loop.call_at(until, self._turn_away, client, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # its turn had just come
                self._leave()
            raise
        finally:
            ending.cancel()

    def _turn_away(self, client: str, turn: asyncio.Future[None]) -> None:
        if not turn.done():
            line = self._lines[client]
            line.remove(turn)
            if not line:
                del self._lines[client]
            turn.set_exception(Full())

    async def _place(self, until: float) -> contextlib.AbstractContextManager[object]:
        """One of the places that all processes share."""
        if self._shared is None:
            return contextlib.nullcontext()
        async with self._looking:
            with await _soon(self._shared.first_in_line, until):
                return await _soon(self._shared.take, until)

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


async def _soon(look: Callable[[], contextlib.ExitStack | None], until: float) -> contextlib.ExitStack:
    """What is looked for, as soon as it is there; Full where it isn't by then."""
    while (found := look()) is None:
        if asyncio.get_running_loop().time() >= until:
            raise Full
        await asyncio.sleep(_LOOK)
    return found


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
