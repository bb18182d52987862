"""The list of what may be asked for, against all that Gradio has: a new version's routes are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_support import opened

from retriever.page.hosts import Hosts, host_name
from retriever.page.ways import ways_of

pytest_plugins = ["page_fixtures"]

# What the page and programs need of Gradio; a heading of `mcp` for what there is with --mcp only.
OPEN = {
    "GET /",
    "HEAD /",
    "GET /config",
    "GET /config/",
    "GET /theme.css",
    "GET /favicon.ico",
    "GET /robots.txt",
    "GET /svelte/{path:path}",
    "GET /static/{path:path}",
    "GET /assets/{path:path}",
    "GET /gradio_api/app_id",
    "GET /gradio_api/app_id/",
    "GET /gradio_api/info",
    "GET /gradio_api/info/",
    "GET /gradio_api/startup-events",
    "GET /gradio_api/theme.css",
    "GET /gradio_api/heartbeat/{session_hash}",
    "GET /gradio_api/queue/data",
    "GET /gradio_api/call/{api_name}/{event_id}",
    "GET /gradio_api/call/v2/{api_name}/{event_id}",
    "POST /gradio_api/queue/join",
    "POST /gradio_api/call/{api_name}",
    "POST /gradio_api/call/{api_name}/",
    "POST /gradio_api/call/v2/{api_name}",
    "POST /gradio_api/call/v2/{api_name}/",
    "POST /gradio_api/run/{api_name}",
    "POST /gradio_api/run/{api_name}/",
    "POST /gradio_api/api/{api_name}",
    "POST /gradio_api/api/{api_name}/",
    "POST /gradio_api/cancel",
    "POST /gradio_api/reset",
    "POST /gradio_api/reset/",
}
OPEN_MCP = {
    "GET /gradio_api/mcp/schema",
    "GET /gradio_api/mcp/sse",
    "* /gradio_api/mcp",  # mounted applications, without methods of their own
    "* /gradio_api/mcp/messages",
}
OURS = {
    *("GET /gongbao/{name}", "POST /export", "POST /feedback", "GET /original", "GET /original/picture"),
    *("GET /api/search", "GET /api/notice", "GET /api/offices", "GET /api/check", "POST /api/check"),
    "GET /api/openapi.json",
    *("POST /suggest", "GET /qr"),
}


def routes(app: Any, before: str = "") -> Iterator[str]:
    """Every route of an application and of those mounted in it, as `METHOD /path`."""
    for route in app.routes:
        if hasattr(route, "original_router"):  # FastAPI's included router
            context = route.include_context
            yield from routes(route.original_router, before + str(context.prefix))
            continue
        path = before + str(getattr(route, "path", ""))
        inner = getattr(route, "routes", None)
        if inner:
            yield from routes(route, path)
        elif getattr(route, "methods", None):
            yield from (f"{method} {path}" for method in route.methods)
        else:
            yield f"* {path or '/'}"


def reachable(found: str, mcp: bool) -> bool:
    method, path = found.split(" ", 1)
    filled = re.sub(r"\{event_id\}", "0" * 32, path)
    filled = re.sub(r"\{[^}]*\}", "x", filled)
    wanted = ("GET", "HEAD", "POST", "PUT", "DELETE") if method == "*" else (method,)
    return any(one in way.methods for way, _ in ways_of(filled, mcp) for one in wanted)


@pytest.mark.parametrize("mcp", [False, True])
def test_only_what_is_needed_of_gradio_can_be_reached(words_index: Path, mcp: bool) -> None:
    from retriever.page.app import create_app

    app: Any = create_app(opened(words_index), mcp=mcp)
    while not hasattr(app, "routes"):  # what stands around it
        app = app._app if hasattr(app, "_app") else app.app
    found = set(routes(app))
    assert len(found) > 80  # all of Gradio's were seen
    assert {"POST /gradio_api/upload", "GET /gradio_api/file={path_or_url:path}", "GET /monitoring"} <= found
    wanted = OPEN | OURS | (OPEN_MCP if mcp else set())
    assert {one for one in found if reachable(one, mcp)} - wanted - {f"HEAD{one[3:]}" for one in wanted} == set()
    assert {one for one in OPEN | OURS if not reachable(one, mcp)} == set()


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/static/../../etc/passwd",
        "/static/..%2f",
        "/assets/a\\b",
        "/gongbao/a/b",
        "/gradio_api/call/search/../x",
        "/gradio_api/upload",
        "//gradio_api/info",
        "/gradio_api/info//",
        "/gradio_api/run/检索",
        "/gradio_api/mcp/",
        "/config\n",
        "",
    ],
)
def test_nothing_near_it(path: str) -> None:
    assert ways_of(path, mcp=False) == []


HOSTS = Hosts.of(["gb.example.cn", "公报.中国", "192.168.1.5", "[fd00::1]"])


@pytest.mark.parametrize("name", ["GB.example.cn.", "xn--55qt33b.xn--fiqs8s", "192.168.1.5:80", "[FD00:0::1]:7860"])
def test_names_given_are_served_however_they_are_written(name: str) -> None:
    assert HOSTS.serves(name)
    assert HOSTS.may_send(f"https://{name.removesuffix('.')}", "localhost:7860")


@pytest.mark.parametrize("name", ["", "a b", "http://a", "a/b", "0.0.0.0", "[::]", "*", "a:b", "x" * 300, "."])
def test_what_is_no_name_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name) or "^$"):
        Hosts.of([name])


def test_this_computer_may_not_send_for_all_its_programs() -> None:
    hosts = Hosts.of(["127.0.0.1", "localhost"])
    assert hosts.may_send("http://127.0.0.1:7860", "127.0.0.1:7860")
    assert hosts.may_send("http://LOCALHOST:7860", "localhost.:7860")
    assert not hosts.may_send("http://127.0.0.1:9999", "127.0.0.1:7860")
    assert not hosts.may_send("http://localhost:7860", "127.0.0.1:7860")


@given(st.text(max_size=40), st.sampled_from(["", "localhost", "127.0.0.1", "gb.example.cn"]))
def test_no_name_around_a_name_is_served(around: str, name: str) -> None:
    """Whatever stands before or after it, only the name itself is served."""
    for given_ in (around + name, name + around):
        found = host_name(given_)
        if HOSTS.serves(given_):
            assert found is not None
            assert found in HOSTS.named or found == "localhost" or found.startswith("127.") or found == "::1"
        HOSTS.may_send(given_, given_)
