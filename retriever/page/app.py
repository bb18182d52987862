"""The web application: Gradio's page and endpoints, the routes for export and feedback, the guard.

Gradio carries the page (one HTML component whose `navigate` event asks for a view), the queue with its
limits, the endpoints for programs and the MCP server.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.model.cores import usable_cores
from index.paths import cache_folder

# Before Gradio is imported: it reads its switches then.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_TEMP_DIR", str(cache_folder() / "gradio"))
# Its monitoring view is off here, but it would keep 10,000 requests for it and make a table of them all
# after each one.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import Response
from gradio.utils import LRUCache
from starlette.middleware.gzip import GZipMiddleware

from retriever.page.api import Api
from retriever.page.bodies import Functions
from retriever.page.faults import FAULT, report
from retriever.page.feedback import FeedbackFile
from retriever.page.gate import AGAIN, Full, Gate, client_of
from retriever.page.get_api import add_api
from retriever.page.hosts import Hosts
from retriever.page.live import LiveIndex
from retriever.page.programs import Programs
from retriever.page.render import Renderer
from retriever.page.routes import add_routes
from retriever.page.security import Asgi, Guard, Message, Receive, Scope, Send, content_policy
from retriever.page.share import address, og_tags
from retriever.page.shell import document
from retriever.page.site import Site
from retriever.page.small_routes import add_small_routes
from retriever.page.theme import theme
from retriever.page.tools import add_tools
from retriever.page.view import View, read_view

STATIC = Path(__file__).parent / "static"
AT_ONCE = max(2, usable_cores())  # questions worked on at the same time; more would wait for the same cores
# Sessions that Gradio remembers. Nothing of ours is kept in one, but Gradio keeps the last view it sent,
# some 90 KB each: its default of 10,000 sessions would grow to a gigabyte.
SESSIONS = 100
WAITING = 32  # more may wait: a second and a half of work

# Gradio's own places, so that its queue never holds up what the gate lets in or turns away.
_REFUSING = 8  # requests at work beside those that the gate has room for
_BURST = 192  # requests that arrive before it has looked at the first
# Results that nobody has fetched yet: Gradio keeps them for 2,000 sessions, a gigabyte of long answers. More
# than can be at work or waiting, so that none is dropped that is still being made.
_UNFETCHED = 2 * _BURST

_COMPRESSION = 6  # of 9; more takes longer than it saves

# The component draws nothing itself: its `navigate` event asks for a view, which the script puts in
# place. (Gradio takes the names of events from this text.)
_ON_LOAD = "window.gongbao.connect(props, trigger, watch); /* events: 'navigate' */"


def blocks(renderer: Renderer, functions: dict[str, Callable[..., Any]], gate: Gate) -> Any:
    """The Gradio page, and the functions for programs."""

    async def navigate(event: gr.EventData, request: gr.Request) -> str:
        query = str(event._data["query"])
        try:
            view = await gate.run(renderer.page, query, client=_client(request))
        except Full as full:
            view = renderer.refused(query, str(full))
        # The serial tells the script which request this answers, and makes every answer a change.
        return f"{int(event._data['serial'])}\n{view}"

    with gr.Blocks(title="公报问答", analytics_enabled=False, fill_width=True) as page:
        view = gr.HTML(
            value="",
            html_template="",
            js_on_load=_ON_LOAD,
            apply_default_css=False,
            padding=False,
        )
        view.navigate(
            navigate,
            outputs=view,
            api_visibility="private",
            show_progress="hidden",
            trigger_mode="always_last",
            concurrency_limit=None,
        )
        for name, function in functions.items():
            # Not queued: MCP's tools would call the page over the network, at the name it is known by.
            gr.api(_gated(function, gate), api_name=name, concurrency_limit=None, queue=False)
    page.state_session_capacity = SESSIONS
    page.max_threads = gate.room + _REFUSING
    page.queue(max_size=_BURST)
    page._queue.pending_messages_per_session = LRUCache(_UNFETCHED)
    return page


def _client(request: Any) -> str:
    """Who asks, from Gradio's request or Starlette's."""
    client = getattr(request, "client", None)
    return client_of(client.host if client is not None else None)


def _gated(function: Callable[..., Any], gate: Gate) -> Callable[..., Any]:
    """The same function for Gradio, with its name, docstring and parameters, behind the gate."""

    async def gated(*args: Any) -> Any:
        *values, request = args
        try:
            return await gate.run(function, *values, client=_client(request))
        except gr.Error:
            raise
        except Full as full:
            raise gr.Error(str(full), print_exception=False) from full
        except Exception as err:  # Gradio would print it, question and all
            report(err)
            raise gr.Error(FAULT, print_exception=False) from err

    # Gradio fills in a parameter of its type by itself and shows it to nobody.
    own = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=gr.Request)
    signature = inspect.signature(function, eval_str=True)
    gated.__name__, gated.__doc__ = function.__name__, function.__doc__
    gated.__annotations__ = {
        **inspect.get_annotations(inspect.unwrap(function), eval_str=True),
        own.name: gr.Request,
    }
    gated.__signature__ = signature.replace(parameters=[*signature.parameters.values(), own])  # type: ignore[attr-defined]
    return gated


def create_app(
    live: LiveIndex,
    *,
    feedback: FeedbackFile | None = None,
    root_path: str = "",
    mcp: bool = False,
    port: int = 7860,
    gate: Gate | None = None,
    hosts: Hosts | None = None,
    site: Site | None = None,
) -> Asgi:
    """The whole application, for any ASGI server. `gate` is how much it takes on at a time, `hosts` under
    which names it is served."""
    gate = gate or Gate(AT_ONCE, WAITING)
    refused = feedback.keep_refused if feedback is not None and feedback.keeps_refused else None
    renderer = Renderer(live, feedback is not None, site, refused)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, live, feedback, gate, STATIC)
    add_small_routes(app, live, root_path)
    programs = Programs(live)
    add_api(app, programs, gate)
    api = Api(programs)
    functions: dict[str, Callable[..., Any]] = {
        "search": api.search,
        "notice": api.notice,
        "offices": api.offices,
        "check": api.check,
    }
    page = blocks(renderer, functions, gate)
    mounted = gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_port=port,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=True,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=mcp,
        root_path=root_path or None,
        theme=theme(),
    )
    if mcp and page.mcp_server_obj is not None:
        add_tools(page.mcp_server_obj.mcp_server, programs, gate)
    numbers = {number: str(one.api_name) for number, one in page.fns.items()}
    # Gradio compresses its own files only.
    packed = GZipMiddleware(Paint(mounted, renderer, gate, root_path), compresslevel=_COMPRESSION)
    return Guard(packed, Functions.of(functions, numbers), hosts, mcp)


class Paint:
    """ASGI middleware that puts the view into Gradio's document (see `shell`)."""

    def __init__(self, app: Asgi, renderer: Renderer, gate: Gate, root_path: str = "") -> None:
        self._root_path = root_path
        self._app = app
        self._renderer = renderer
        self._gate = gate
        names = sorted(STATIC.iterdir())
        self._assets = hashlib.sha256(b"".join(path.read_bytes() for path in names)).hexdigest()[:12]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in ("", "/"):
            await self._app(scope, receive, send)
            return
        gradio = await _body_of(self._app, scope, receive)
        query = scope["query_string"].decode("latin-1")
        status, extra = 200, dict[str, str]()
        try:
            view = await self._gate.run(
                self._renderer.page, query, client=client_of((scope.get("client") or [None])[0])
            )
        except Full as full:
            view = self._renderer.refused(query, str(full))
            status, extra = 503, AGAIN
        nonce = secrets.token_urlsafe(16)
        asked = read_view(query)
        title = self._renderer.title(asked)
        about = og_tags(asked, title, self._renderer.site.name, self._address(scope, asked))
        text = document(gradio, view, title, self._assets, nonce, about, big=asked.big)
        headers = {"content-security-policy": content_policy(nonce), "cache-control": "no-store", **extra}
        await Response(text, status, headers, "text/html; charset=utf-8")(scope, receive, send)

    def _address(self, scope: Scope, asked: View) -> str:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        return address(self._root_path, scope.get("scheme", "http"), host, asked)


async def _body_of(app: Asgi, scope: Scope, receive: Receive) -> str:
    """What the inner application would send, uncompressed."""
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    await app({**scope, "headers": plain, "query_string": b""}, receive, keep)
    return b"".join(parts).decode("utf-8")
