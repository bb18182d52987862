"""Clients that are slow, many, or never done: they are let go, and others are answered meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from page_support import await_text, opened, serving

from retriever.page.app import create_app
from retriever.page.connections import most_connections, patient_protocol

pytest_plugins = ["page_fixtures"]


@pytest.mark.slow
def test_a_flood_from_one_address_does_not_shut_out_another(words_index: Path) -> None:
    """Forty connections of 127.0.0.2 ask without end; 127.0.0.1 gets every answer."""
    stop = threading.Event()

    def flood(url: str, address: str) -> None:
        with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=60) as client:
            while not stop.is_set():
                with contextlib.suppress(httpx.TransportError):
                    client.get(url, params={"q": "拖欠农民工工资归谁管", "n": 50})

    with serving(words_index) as running:
        await_text(running.url, "可以这样问")
        threads = [threading.Thread(target=flood, args=(running.url, "127.0.0.2"), daemon=True) for _ in range(40)]
        for thread in threads:
            thread.start()
        try:
            statuses = [httpx.get(running.url, params={"q": "生猪屠宰补贴"}, timeout=120).status_code for _ in range(5)]
        finally:
            stop.set()
        assert statuses == [200] * 5


@dataclass(frozen=True, slots=True)
class Impatient:
    """A running page that waits half a second for a request to come in."""

    port: int
    server: uvicorn.Server


@pytest.fixture(scope="module")
def impatient(words_index: Path) -> Iterator[Impatient]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        app = create_app(opened(words_index), port=port)
        protocol = patient_protocol(proxied=False, arrive=0.5, take=0.5)
        server = uvicorn.Server(uvicorn.Config(app, http=protocol, ws="none", log_level="error"))  # type: ignore[arg-type]
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([taken])), daemon=True)
        thread.start()
        try:
            await_text(f"http://127.0.0.1:{port}", "可以这样问")
            yield Impatient(port, server)
        finally:
            server.should_exit = True
            thread.join(20)


POST = "POST /feedback HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    "begun",
    [
        "",
        "G",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-",
        f"{POST}Content-Length: 1000\r\n\r\nq=",
        f"{POST}Transfer-Encoding: chunked\r\n\r\n5\r\nq=a",
        "GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
    ],
)
def test_a_request_that_does_not_end_is_ended(impatient: Impatient, begun: str) -> None:
    """Also if a byte comes now and then; while it waits, others are answered."""
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=30) as slow:
        slow.sendall(begun.encode())
        slow.settimeout(0.1)
        assert httpx.get(f"http://127.0.0.1:{impatient.port}/").status_code == 200
        for _ in range(300):
            with contextlib.suppress(TimeoutError):
                if not slow.recv(65536):
                    break
                continue
            with contextlib.suppress(OSError):
                slow.sendall(b"x" if begun else b"")
        else:
            pytest.fail("it still waits")


def test_an_answer_nobody_takes_is_dropped(impatient: Impatient) -> None:
    """Without a byte of it being read."""
    import gradio

    assets = (Path(gradio.__file__).parent / "templates" / "frontend" / "assets").iterdir()
    largest = max(assets, key=lambda path: path.stat().st_size).name
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=30) as slow:
        slow.sendall(f"GET /assets/{largest} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 20)
        own = slow.getsockname()
        for _ in range(600):
            if not any(getattr(one, "client", None) == own for one in impatient.server.server_state.connections):
                break
            time.sleep(0.1)
        else:
            pytest.fail("it is still held")


def test_connections_of_one_client_are_bounded(impatient: Impatient) -> None:
    """Idle ones without end; another client still gets in, and later this one too."""
    held = []
    for _ in range(most_connections() // 3 + 20):
        held.append(socket.create_connection(("127.0.0.1", impatient.port), source_address=("127.0.0.3", 0)))
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.1"), timeout=30) as client:
        assert client.get(f"http://127.0.0.1:{impatient.port}/").status_code == 200
    closed = 0
    for one in held:
        one.settimeout(30)
        with contextlib.suppress(ConnectionError):
            while one.recv(4096):
                pass
        closed += 1
        one.close()
    assert closed == len(held)
    again = httpx.HTTPTransport(local_address="127.0.0.3")
    with httpx.Client(transport=again, timeout=30) as client:
        assert client.get(f"http://127.0.0.1:{impatient.port}/").status_code == 200
