"""Requests to other names and from other pages (DNS rebinding, forgeries), and those that are none at all."""

from __future__ import annotations

import socket

import httpx
import pytest
from page_support import MCP_HEADERS, Server, one_line

pytest_plugins = ["page_fixtures"]


def raw(target: Server, request: str) -> tuple[int, str]:
    """Status and text of an answer to bytes as they are: clients would tidy them."""
    with socket.create_connection(("127.0.0.1", int(target.url.rsplit(":", 1)[1])), timeout=30) as opened:
        try:
            opened.sendall(request.encode("latin-1"))
            answer = b"".join(iter(lambda: opened.recv(65536), b"")).decode("utf-8", "replace")
        except ConnectionError:  # it would not read to the end
            return 400, ""
    return int(answer.split(" ", 2)[1]), answer


SERVED = [
    "localhost",
    "LOCALHOST:7860",
    "localhost.",
    "localhost.:80",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.9.9.9",
    "[::1]",
    "[::1]:7860",
    "[0:0:0:0:0:0:0:1]",
    "gb.example.cn",
    "Gb.Example.CN.:443",
]
FOREIGN = [
    "evil.example",
    "evil.example:7860",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "xn--gb-x",
    "gb.example.cn.evil.example",
    "sub.gb.example.cn",
    "0.0.0.0",
    "0",
    "[::]",
    "2130706433",
    "127.1",
    "[::ffff:127.0.0.1]",
    "192.168.1.5",
    "127.0.0.1@evil.example",
    "evil.example@127.0.0.1",
    "localhost/",
    "localhost, evil.example",
    "localhost..",
    "[::1",
    "\xb1localhost",
    " ",
    ":7860",
]


@pytest.mark.parametrize("host", SERVED)
@pytest.mark.parametrize("path", ["/", "/gradio_api/info"])
def test_a_name_of_ours_is_served(target: Server, host: str, path: str) -> None:
    status, _ = raw(target, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    assert status == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_another_name_is_not(target: Server, host: str) -> None:
    for path in ("/", "/?q=x", "/gradio_api/queue/data?session_hash=a", "/gradio_api/mcp/schema", "/gongbao/style.css"):
        status, text = raw(target, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
        assert status in (400, 403)
        assert "--allow-host" in text or status == 400


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.0\r\n",
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: gb.example.cn\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: upgrade\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\n",
        "POST /feedback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        "POST /feedback HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n",
        "POST /feedback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999999999999999\r\n",
        "GET /%00 HTTP/1.1\r\nHost: localhost\r\n",
        "GET /\xff HTTP/1.1\r\nHost: localhost\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET /?" + "q" * 200_000 + " HTTP/1.1\r\nHost: localhost\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + "X: y\r\n" * 20_000,
    ],
)
def test_a_request_that_is_none(target: Server, head: str) -> None:
    status, _ = raw(
        target, f"{head}Connection: close\r\n\r\n" if head.startswith(("GET", "POST")) else f"{head}\r\n\r\n"
    )
    assert 400 <= status < 500


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-host": "evil.example, gb.example.cn"},
        {"x-gradio-server": "http://evil.example"},
        {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"},
        {"x-original-url": "/gradio_api/file=/etc/passwd", "x-rewrite-url": "/monitoring"},
    ],
)
def test_what_is_said_of_a_proxy_is_not_believed(target: Server, headers: dict[str, str]) -> None:
    for path in ("/", "/config", "/gradio_api/info"):
        answer = httpx.get(target.url + path, headers=headers)
        assert answer.status_code == 200
        assert "evil.example" not in answer.text


def test_a_name_given_at_the_start_is_believed(target: Server) -> None:
    headers = {"x-forwarded-host": "gb.example.cn", "x-forwarded-proto": "https"}
    assert httpx.get(f"{target.url}/config", headers=headers).json()["root"].startswith("https://gb.example.cn")


ORIGINS = [
    "http://evil.example",
    "https://evil.example",
    "null",
    "file://",
    "http://localhost.evil.example",
    "http://127.0.0.1:1",  # another program of this computer
    "http://[::1]:1",
    "chrome-extension://abc",
    "http://gb.example.cn.evil.example",
    "https://evil.example/http://gb.example.cn",
    "",
]


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_foreign_page_may_not_send(target: Server, origin: str) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}
    headers = {"origin": origin, **MCP_HEADERS}
    for path, body in (
        ("/gradio_api/mcp/", {"json": hello}),
        ("/gradio_api/run/search", {"json": {"data": ["工资"]}}),
        ("/gradio_api/queue/join", {"json": {"data": ["工资"], "fn_index": 1, "session_hash": "a"}}),
        ("/feedback", {"data": {"q": "问", "verdict": "useful"}}),
        ("/export", {"data": {"id": "x", "format": "md"}}),
    ):
        answer = httpx.post(target.url + path, headers=headers, **body)
        assert answer.status_code == 403, path
        one_line(answer)
        assert "access-control-allow-origin" not in answer.headers
    for path in ("/gradio_api/mcp/", "/gradio_api/mcp/sse", "/gradio_api/queue/data?session_hash=a"):
        assert httpx.get(target.url + path, headers=headers).status_code == 403


def test_the_page_itself_may_send(target: Server) -> None:
    hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    for origin in (target.url, "https://gb.example.cn", None):
        headers = MCP_HEADERS if origin is None else {"origin": origin, **MCP_HEADERS}
        assert httpx.post(f"{target.url}/gradio_api/mcp/", json=message, headers=headers).status_code == 200
        answer = httpx.post(f"{target.url}/gradio_api/run/search", json={"data": ["工资", 1]}, headers=headers)
        assert answer.status_code == 200
