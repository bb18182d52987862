"""What comes in over HTTP and means no good: against the real server, which answers with one line and goes on."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_support import MCP_HEADERS, SECRET, Server, one_line

pytest_plugins = ["page_fixtures"]


# --- files ------------------------------------------------------------------------------------------


def calls_with(value: Any) -> list[tuple[str, Any]]:
    """Every way in which a program can hand a value to Gradio."""
    named = {"question": value, "k": 1}
    join = {"session_hash": "s", "trigger_id": None}
    tool = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    return [
        ("run/search", {"data": [value]}),
        ("run/search/", {"data": ["问", 5, value]}),
        ("api/search", {"data": [value]}),
        ("call/search", {"data": [value]}),
        ("call/v2/search", named),
        ("run/notice", {"data": [value]}),
        ("run/offices", {"data": [value]}),
        ("run/search", {"data": ["问"], "event_data": value}),
        ("run/search", {"data": ["问"], "fn_index": 0, "event_data": {"query": value, "serial": 1}}),
        ("queue/join", {**join, "fn_index": 1, "data": [value]}),
        ("queue/join", {**join, "fn_index": 0, "data": [value], "event_data": {"query": "", "serial": 1}}),
        ("queue/join", {**join, "fn_index": 0, "data": [], "event_data": {"query": value, "serial": 1}}),
        ("cancel", {"session_hash": value, "fn_index": 1, "event_id": value}),
        ("mcp/", {**tool, "params": {"name": "search", "arguments": named}}),
        ("mcp/", {**tool, "params": {"name": "search", "arguments": {"question": "问"}, "_meta": {"x": value}}}),
        ("mcp/", {**tool, "method": "initialize", "params": {"capabilities": {"experimental": value}}}),
    ]


META = {"_type": "gradio.FileData"}
FILES = {
    "file": lambda path, url: {"path": path, "meta": META},
    "file in lists": lambda path, url: [[{"a": {"path": path, "meta": META}}]],
    "address": lambda path, url: {"path": url, "url": url, "meta": META},
    "proxied": lambda path, url: {"path": path, "url": f"/proxy={url}", "meta": META, "is_stream": True},
    "key twice": lambda path, url: f'{{"path": "x", "path": {json.dumps(path)}, "meta": {json.dumps(META)}}}',
}


def is_read(pipe: Path) -> bool:
    """Whether somebody has opened a named pipe to read it."""
    try:
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as err:
        return err.errno != errno.ENXIO
    return True


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("number", range(len(calls_with(""))))
def test_no_file_is_opened_and_no_address_asked(target: Server, tmp_path: Path, kind: str, number: int) -> None:
    """A named pipe tells whether somebody opened it (before, the server hung there for ever), a listening
    socket whether somebody came."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        value = FILES[kind](str(pipe), f"http://127.0.0.1:{listening.getsockname()[1]}/x")
        if isinstance(value, str):
            route, body = calls_with("@")[number]
            content = json.dumps(body).replace('"@"', value)
        else:
            route, body = calls_with(value)[number]
            content = json.dumps(body)
        headers = {**MCP_HEADERS, "content-type": "application/json"}
        answer = httpx.post(f"{target.url}/gradio_api/{route}", content=content, headers=headers, timeout=30)
        assert 400 <= answer.status_code < 500, answer.text
        one_line(answer)
        assert not is_read(pipe)
        with pytest.raises(TimeoutError):
            listening.accept()


# --- arguments and odd bodies ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"k": "5"}, "参数 k：应是整数"),
        ({"k": 2.5}, "参数 k：应是整数"),
        ({"k": True}, "参数 k：应是整数"),
        ({"k": 10**30}, "参数 k：数太大"),
        ({"k": -(10**30)}, "参数 k：数太大"),
        ({"k": []}, "参数 k：应是整数"),
        ({"question": 5}, "参数 question：应是文字"),
        ({"question": None}, "参数 question：没有给"),
        ({"issuer": {"a": 1}}, "参数 issuer：应是文字"),
        ({"whatever": 1}, "参数 whatever：search 不认识"),
    ],
)
def test_an_argument_of_another_type_is_named(target: Server, arguments: dict[str, Any], named: str) -> None:
    answer = httpx.post(f"{target.url}/gradio_api/call/v2/search", json={"question": "工资", **arguments})
    assert answer.status_code == 422
    assert named in one_line(answer)
    tool = {"name": "search", "arguments": {"question": "工资", **arguments}}
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": tool}
    told = httpx.post(f"{target.url}/gradio_api/mcp/", json=message, headers=MCP_HEADERS).json()
    assert told["id"] == 7 and told["result"]["isError"]
    assert named in told["result"]["content"][0]["text"]


def test_a_client_of_gradio_passes_the_line_on(target: Server) -> None:
    from gradio_client import Client

    client = Client(target.url, verbose=False)
    with pytest.raises(Exception, match="参数 k：应是整数，收到的是文字"):
        client.predict(question="工资", k="5", api_name="/search")
    assert client.predict("工资", api_name="/search")["hits"]


def test_arguments_left_out_are_the_defaults(target: Server) -> None:
    for body in ({"data": ["工资"]}, {"data": ["工资", None, None]}, {"data": ["工资", 5.0, "hybrid"]}):
        answer = httpx.post(f"{target.url}/gradio_api/run/search", json=body, timeout=60)
        assert len(answer.json()["data"][0]["hits"]) == 5
    assert httpx.post(f"{target.url}/gradio_api/run/search", json={"data": ["工资"] * 9}).status_code == 422


ODD = {
    "nothing": b"",
    "not json": b"{",
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "deep list": b'{"data": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "deep object": b'{"data": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
    "rather deep": b'{"data": [' + b"[" * 40 + b"]" * 40 + b"]}",
    "never closed": b'{"data": ' + b"[" * 60_000,
    "huge number": b'{"data": [' + b"9" * 60_000 + b"]}",
    "huge exponent": b'{"data": ["x", 1e999999]}',
    "NaN": b'{"data": ["x", NaN]}',
    "Infinity": b'{"data": ["x", -Infinity]}',
    "keys twice": b'{"data": ["x"], "data": ["y"]}',
    "not utf-8": b'{"data": ["\xff\xfe"]}',
    "utf-16": '{"data": ["x"]}'.encode("utf-16"),
    "half a character": b'{"data": ["\\ud800"]}',
    "no data": b"{}",
    "data is a text": b'{"data": "x"}',
    "data is an object": b'{"data": {"question": "x"}}',
    "NUL": b"\x00" * 100,
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("route", ["run/search", "call/search", "queue/join", "mcp/", "reset", "mcp/messages/"])
def test_an_odd_body_is_one_line(target: Server, route: str, name: str) -> None:
    headers = {**MCP_HEADERS, "content-type": "application/json"}
    if route == "reset" and ODD[name].startswith((b'{"data": "x', b'{"data": {"q', b"{}")):
        pytest.skip("nothing is wrong with it there")
    answer = httpx.post(f"{target.url}/gradio_api/{route}", content=ODD[name], headers=headers, timeout=30)
    assert 400 <= answer.status_code < 500
    one_line(answer)


@pytest.mark.parametrize(
    ("route", "body", "status"),
    [
        ("call/nosuch", {"data": []}, 404),
        ("call/navigate", {"data": []}, 404),
        ("call/v2/nosuch", {}, 404),
        ("run/__class__", {"data": []}, 404),
        ("queue/join", {"data": [], "fn_index": 99, "session_hash": "a"}, 404),
        ("queue/join", {"data": [], "fn_index": -1, "session_hash": "a"}, 404),
        ("queue/join", {"data": [], "fn_index": True, "session_hash": "a"}, 404),
        ("queue/join", {"data": ["x"], "fn_index": 1}, 400),
        ("queue/join", {"data": ["x"], "fn_index": 1, "session_hash": "../" * 9}, 400),
        (
            "queue/join",
            {"data": [], "fn_index": 0, "session_hash": "a", "event_data": {"query": "", "serial": "1"}},
            400,
        ),
        ("queue/join", {"data": [], "fn_index": 0, "session_hash": "a", "event_data": None}, 400),
        ("mcp/", {"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": "search"}}, 400),
        ("mcp/", {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "file:///etc/passwd"}}, 400),
        ("mcp/", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "nosuch"}}, 404),
        ("mcp/", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": "x"}, 400),
    ],
)
def test_what_there_is_not_is_one_line(target: Server, route: str, body: dict[str, Any], status: int) -> None:
    answer = httpx.post(f"{target.url}/gradio_api/{route}", json=body, headers=MCP_HEADERS)
    assert answer.status_code == status, answer.text
    one_line(answer)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_only_json_is_json(target: Server, kind: str) -> None:
    """What a form on another site could send without being asked first."""
    body = json.dumps({"data": ["工资"]}).encode()
    answer = httpx.post(f"{target.url}/gradio_api/run/search", content=body, headers={"content-type": kind})
    assert answer.status_code == 415
    upload = httpx.post(f"{target.url}/export", files={"id": b"x"}, data={"format": "md"})
    assert upload.status_code == 415


@pytest.mark.parametrize("path", ["/gradio_api/run/search", "/feedback", "/export", "/gradio_api/mcp/"])
def test_a_long_body_is_not_taken(target: Server, path: str) -> None:
    """Announced or not; sixty megabytes leave nothing in memory."""
    assert httpx.post(target.url + path, content=b"x" * 3_000_000).status_code == 413
    before = memory(target)
    answer = httpx.post(target.url + path, content=(b"x" * 65536 for _ in range(1000)), timeout=30)
    assert answer.status_code == 413
    one_line(answer)
    assert memory(target) - before < 30


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"])
def test_other_methods_are_refused(target: Server, method: str) -> None:
    for path in ("/", "/gradio_api/run/search", "/export", "/gradio_api/info"):
        answer = httpx.request(method, target.url + path)
        assert answer.status_code == 405
        assert "access-control-allow-origin" not in answer.headers


# --- what is left behind -----------------------------------------------------------------------------


def test_no_question_is_written_anywhere(target: Server) -> None:
    """Nor in faults: a stream of no session, a call that fails, a body that is wrong."""
    httpx.get(target.url, params={"q": SECRET, "n": "x", "view": "notice"})
    httpx.post(f"{target.url}/gradio_api/run/search", json={"data": [SECRET, 0]})
    httpx.post(f"{target.url}/gradio_api/run/search", json={"data": [SECRET, "5"]})
    httpx.post(f"{target.url}/gradio_api/run/notice", json={"data": [SECRET]})
    httpx.get(f"{target.url}/gradio_api/queue/data", params={"session_hash": SECRET})
    httpx.get(f"{target.url}/gradio_api/call/search/{'0' * 32}")
    assert not any(SECRET in line for line in target.lines)
    assert len(target.lines) == 2  # that it starts, and that it has


def memory(target: Server) -> int:
    """Megabytes of the server's own."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{target.process.pid}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_odd_requests_leave_nothing_in_memory(target: Server) -> None:
    """Five hundred, after a hundred to warm up: bodies that are wrong, sessions nobody comes back to, long
    answers nobody fetches."""
    headers = {"content-type": "application/json"}

    def round_(client: httpx.Client, number: int) -> None:
        body = {"data": ["工资归谁管", 100 if number % 4 == 0 else 1], "session_hash": f"s{number}", "fn_index": 1}
        client.post("/gradio_api/queue/join", json=body)
        client.post("/gradio_api/run/search", content=list(ODD.values())[number % len(ODD)], headers=headers)
        client.get("/", params={"q": f"{number}" * 300, "session_hash": f"x{number}"})
        client.get(f"/gradio_api/call/search/{number:032x}")
        client.get("/config", headers={"cookie": "a=" + "x" * 4000, "host": f"{number}.example"})

    with httpx.Client(base_url=target.url, timeout=60) as client:
        for number in range(20):
            round_(client, number)
        before = memory(target)
        for number in range(20, 120):
            round_(client, number)
        assert memory(target) - before < 100
