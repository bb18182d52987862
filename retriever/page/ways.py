"""The list of what may be asked for. Everything else does not exist here.

Gradio brings many routes that this page has no use for (uploads, files, proxies, streams, monitoring,
editing), and a new version brings new ones: a test goes through all that it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from retriever.page.bodies import Functions, call_body, cancel_body, join_body, mcp_body, mcp_call, named_body

_BODY = 64 * 1024  # bytes; a question of 2,000 characters takes 6 KB, in JSON or in a form up to 18 KB
_EXPORT = 2 * 1024 * 1024  # a thousand clauses, each named by 200 bytes and more
Check = Callable[[Functions, Mapping[str, str], Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Way:
    """A path of the server that may be requested, with its methods.

    `check` makes the body that Gradio is given; a way without it that is posted to takes a
    plain form. `query` are the names of an address's query that are passed on (None: all), `most` the bytes
    that a body may have.
    """

    path: re.Pattern[str]
    methods: tuple[str, ...] = ("GET", "HEAD")
    query: tuple[str, ...] | None = ()
    check: Check | None = None
    most: int = _BODY


def _way(
    path: str, *methods: str, query: tuple[str, ...] | None = (), check: Check | None = None, most: int = _BODY
) -> Way:
    return Way(re.compile(path, re.ASCII), methods or ("GET", "HEAD"), query, check, most)


_WAYS = (
    _way(r"/", query=None),
    _way(r"/original(?:/picture)?", query=None),
    _way(r"/api/(?:search|notice|offices|check|openapi\.json)", query=None),
    _way(r"/api/check", "POST", most=_EXPORT),
    _way(r"/gongbao/[\w.-]+"),
    _way(r"/feedback", "POST"),
    _way(r"/suggest", "POST"),
    _way(r"/qr", query=None),
    _way(r"/export", "POST", most=_EXPORT),
    _way(r"/(?:config/?|theme\.css|favicon\.ico|robots\.txt)"),
    _way(r"/(?:assets|static|svelte)/[\w./@-]+"),
    _way(r"/gradio_api/(?:info/?|app_id/?|startup-events|theme\.css)", "GET"),
    _way(r"/gradio_api/heartbeat/[\w-]{1,64}", "GET"),
    _way(r"/gradio_api/queue/data", "GET", query=("session_hash",)),
    _way(r"/gradio_api/call/(?:v2/)?\w{1,64}/[0-9a-f]{32}", "GET"),
    _way(r"/gradio_api/queue/join", "POST", check=lambda functions, _, sent: join_body(functions, sent)),
    _way(
        r"/gradio_api/call/v2/(?P<name>\w{1,64})/?",
        "POST",
        check=lambda functions, path, sent: named_body(functions, path["name"], sent),
    ),
    _way(
        r"/gradio_api/(?:call|run|api)/(?P<name>\w{1,64})/?",
        "POST",
        check=lambda functions, path, sent: call_body(functions, path["name"], sent),
    ),
    _way(r"/gradio_api/(?:cancel|reset/?)", "POST", check=lambda _functions, _path, sent: cancel_body(sent)),
)
_MCP_WAYS = (
    _way(
        r"/gradio_api/mcp(?:/|/http/?)?",
        "GET",
        "POST",
        "DELETE",
        query=("tools",),
        check=lambda functions, _, sent: mcp_call(functions, sent),
    ),
    _way(r"/gradio_api/mcp/schema", "GET", query=("tools",)),
    _way(r"/gradio_api/mcp/sse", "GET", query=("tools",)),
    _way(
        r"/gradio_api/mcp/messages/?",
        "POST",
        query=("session_id",),
        check=lambda functions, _, sent: mcp_body(functions, sent),
    ),
)


def ways_of(path: str, mcp: bool) -> list[tuple[Way, Mapping[str, str]]]:
    """The ways whose pattern fits a path, each with the named parts of the path."""
    if ".." in path:
        return []
    ways = _WAYS + _MCP_WAYS if mcp else _WAYS
    return [(way, match.groupdict()) for way in ways if (match := way.path.fullmatch(path)) is not None]
