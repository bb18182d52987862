"""What stands between the network and Gradio: an allowlist of its routes, limits, and headers.

Gradio brings many routes that this page has no use for (uploads, files, proxies, streams, monitoring,
editing). Only those that the page and programs need are let through; all others do not exist here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 64 * 1024  # bytes of a request; a question of 2,000 characters takes 6 KB

_ALLOWED = re.compile(
    r"/(?:|config/?|theme\.css|favicon\.ico|robots\.txt"
    r"|export|feedback|original(?:/picture)?|gongbao/[\w.-]+"
    r"|(?:assets|static|svelte)/[\w./@-]+"
    r"|gradio_api/(?:info/?|app_id/?|startup-events|theme\.css|reset/?|cancel"
    r"|queue/(?:join|data)|heartbeat/\w+"
    r"|(?:call|run|api)/(?:v2/)?\w+/?(?:\w+)?))"
)
_MCP = re.compile(r"/gradio_api/mcp(?:/.*)?")

# Gradio compiles its HTML component's template and handlers, hence 'unsafe-eval'; inline scripts run
# only with the nonce of the page, so markup that got in could not run anything. Styles are set inline
# by its components.
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def content_policy(nonce: str) -> str:
    """The Content-Security-Policy of the page whose inline scripts carry `nonce`."""
    return _POLICY.format(nonce=nonce)


_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
# For everything that is not the page: nothing in it may run or be framed.
_STRICT = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'self'")


class Guard:
    """ASGI middleware: refuses what is not on the list or too big, and adds the headers."""

    def __init__(self, app: Asgi, mcp: bool = False) -> None:
        self._app = app
        self._mcp = mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        # Percent-escapes are decoded in `path`; dots that climb would be too.
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        allowed = _ALLOWED.fullmatch(path) or (self._mcp and _MCP.fullmatch(path))
        if not allowed or ".." in path:
            await _refuse(send, 404, "没有这个页面")
        elif _announced(scope) > MAX_BODY:
            await _refuse(send, 413, "内容太长")
        else:
            await self._app(scope, _limited(receive), send)


def _announced(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else MAX_BODY + 1


def _limited(receive: Receive) -> Receive:
    """A body without an announced length is cut off where it grows too long."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if seen > MAX_BODY else message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message.get("headers", [])}
            extra = [pair for pair in (*_HEADERS, _STRICT) if pair[0] not in own]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return sending


async def _refuse(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
