"""Connections that are slow or too many, for uvicorn's server.

uvicorn ends a connection that is idle between two requests, but waits for ever for the rest of one that
has begun, and for a client that does not take its answer; and its `limit_concurrency` counts everybody
together, so that one client could shut out all others.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from retriever.page.gate import client_of
from retriever.page.hosts import is_loopback

ARRIVE = 20.0  # seconds for a request to come in whole: 64 KB take 9 s over a modem of 56 kbit/s
TAKE = 60.0  # seconds for a client to go on taking its answer
_RESERVED = 200  # files kept for the index, the page's own files and the libraries
_MOST = 800


def most_connections() -> int:
    """How many connections are held at a time: fewer than the files that the system lets a process open."""
    try:
        import resource
    except ImportError:  # Windows, where sockets are no files
        return _MOST
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _MOST if allowed == resource.RLIM_INFINITY else max(16, min(_MOST, allowed - _RESERVED))


def patient_protocol(proxied: bool, arrive: float = ARRIVE, take: float = TAKE) -> type[H11Protocol]:
    """The protocol class. With a proxy before the page all connections from this computer are the
    proxy's, and it counts them itself."""
    most = most_connections()
    each = most // 3

    class PatientProtocol(H11Protocol):
        """Ends requests that do not come to an end, and connections beyond the bounds."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._arriving: asyncio.TimerHandle | None = None
            self._taking: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self._too_many():
                transport.abort()
            else:
                self._arriving = self.loop.call_later(arrive, self._too_slow)

        def _too_many(self) -> bool:
            if len(self.connections) > most:
                return True
            own = client_of(self.client[0] if self.client else None)
            if proxied and is_loopback(own):
                return False
            others = (getattr(one, "client", None) for one in self.connections)
            return sum(client_of(other[0] if other else None) == own for other in others) > each

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop("_arriving")
            self._stop("_taking")
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._arriving is None:
                self._arriving = self.loop.call_later(arrive, self._too_slow)
            super().data_received(data)
            if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):  # the request is there as a whole
                self._stop("_arriving")

        def pause_writing(self) -> None:
            super().pause_writing()
            if self._taking is None:
                self._taking = self.loop.call_later(take, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            self._stop("_taking")

        def _stop(self, name: str) -> None:
            timer: asyncio.TimerHandle | None = getattr(self, name)
            if timer is not None:
                timer.cancel()
                setattr(self, name, None)

        def _too_slow(self) -> None:
            self._arriving = None
            if self.transport.is_closing():
                return
            if self.cycle is None or not self.cycle.response_started:
                self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()

    return PatientProtocol
