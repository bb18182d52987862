"""What stands between the network and Gradio: names, senders, routes, bodies; and headers on what goes out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException

from corpus.errors import UsageError
from retriever.page.bodies import Functions, NoSuchFunctionError, ToolArgumentError, WrongArgumentError, read_object
from retriever.page.faults import FAULT, report
from retriever.page.hosts import Hosts
from retriever.page.ways import Way, ways_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

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
    # The address holds the question: a proxy that logs the Referer would keep it. (`no-referrer` would take
    # the Origin from forms too.)
    (b"referrer-policy", b"strict-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
# For everything that is not the page: nothing in it may run or be framed.
_STRICT = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'self'")
# What of a request is passed on. Gradio and its libraries believe many more: X-Forwarded-*, X-Gradio-Server,
# cookies, ranges.
_PASSED = frozenset(
    b"accept accept-encoding accept-language connection content-length content-type if-none-match "
    b"if-modified-since last-event-id mcp-protocol-version mcp-session-id origin user-agent".split()
)

_MOST_HEADERS = 100


class Refused(Exception):  # noqa: N818 (it says what happens to the request)
    """The request goes no further. The text is for the user."""

    def __init__(self, status: int, text: str, as_json: str | None = None) -> None:
        self.status = status
        self.kind = b"text/plain; charset=utf-8" if as_json is None else b"application/json"
        self.body = (text if as_json is None else as_json).encode()
        super().__init__(text)


class Guard:
    """ASGI middleware: refuses what is not on the list, and hands on only what was looked at."""

    def __init__(self, app: Asgi, functions: Functions, hosts: Hosts | None = None, mcp: bool = False) -> None:
        self._app = app
        self._functions = functions
        self._hosts = hosts or Hosts()
        self._mcp = mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            scope, receive = await self._admitted(scope, receive)
            await self._app(scope, receive, answer.send)
        except Refused as refused:
            await answer.refuse(refused)
        except _Gone:
            pass
        except Exception as err:  # whatever it is, it is said without what was asked
            # Gradio ends a stream whose session has gone by raising what can't be answered any more.
            if not (answer.started and isinstance(err.__cause__ or err, HTTPException)):
                report(err)
            await answer.refuse(Refused(500, FAULT))

    async def _admitted(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """The request as the application gets it. Raises Refused."""
        if len(scope["headers"]) > _MOST_HEADERS:
            raise Refused(431, "请求的头太多")
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        host = self._host(headers)
        self._sender(headers, host, scope["method"])
        way, parts = self._way(scope)
        body = await _body(receive, headers, way.most if scope["method"] == "POST" else 0)
        kind = b"application/json" if way.check else b"application/x-www-form-urlencoded"
        if scope["method"] == "POST":
            body = self._checked(way, parts, body, headers.get(b"content-type", [kind]), kind)
        passed = [(name.lower(), value) for name, value in scope["headers"] if name.lower() in _PASSED]
        passed = [(name, value) for name, value in passed if name not in (b"content-length", b"content-type")]
        passed.append((b"host", host.encode("ascii")))
        if scope["method"] == "POST":
            passed += [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        return {**scope, "headers": passed, "query_string": _query(way, scope["query_string"])}, _again(body, receive)

    def _checked(self, way: Way, parts: Mapping[str, str], body: bytes, sent: list[bytes], kind: bytes) -> bytes:
        """The body as the application gets it: a form as it came, everything else written anew."""
        if b"".join(sent).split(b";")[0].strip().lower() != kind:
            raise Refused(415, f"内容的类型不对，应是 {kind.decode()}")
        if way.check is None:
            return body
        try:
            made = way.check(self._functions, parts, read_object(body))
        except NoSuchFunctionError as err:
            raise Refused(404, str(err)) from err
        except WrongArgumentError as err:
            raise Refused(422, str(err), _detail(err)) from err
        except ToolArgumentError as err:
            raise Refused(200, str(err), err.answer) from err
        except UsageError as err:
            raise Refused(400, str(err)) from err
        return json.dumps(made, ensure_ascii=False).encode()

    def _host(self, headers: dict[bytes, list[bytes]]) -> str:
        """The name that the request was sent to. A proxy may name it for itself, if it was told to us."""
        given = headers.get(b"host", [])
        host = given[0].decode("latin-1") if len(given) == 1 else ""
        if not host.isascii() or not self._hosts.serves(host):
            raise Refused(403, "这个网址不在允许之列。管理员可以在启动时用 --allow-host 写明")
        forwarded = b",".join(headers.get(b"x-forwarded-host", [])).decode("latin-1")
        return forwarded if forwarded.isascii() and self._hosts.is_named(forwarded) else host

    def _sender(self, headers: dict[bytes, list[bytes]], host: str, method: str) -> None:
        for origin in headers.get(b"origin", []):
            if not self._hosts.may_send(origin.decode("latin-1"), host):
                raise Refused(403, "不接受别的网页发来的请求。管理员可以在启动时用 --allow-host 写明本页的网址")
        site = b"".join(headers.get(b"sec-fetch-site", [b"none"]))
        if method not in ("GET", "HEAD") and site not in (b"same-origin", b"none") and b"origin" not in headers:
            raise Refused(403, "不接受别的网页发来的请求")

    def _way(self, scope: Scope) -> tuple[Way, dict[str, str]]:
        # Percent-escapes are decoded in `path`; dots that climb would be too.
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        ways = ways_of(path, self._mcp)
        if not ways:
            raise Refused(404, "没有这个页面")
        fitting = next(((way, parts) for way, parts in ways if scope["method"] in way.methods), None)
        if fitting is None:
            raise Refused(405, "不能这样请求这个页面")
        return fitting[0], dict(fitting[1])


class _Gone(Exception):  # noqa: N818
    """Who asked is no longer there."""


class _Answer:
    """What is sent, with the headers that everything gets; remembers how far it is."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = self.ended = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            own = {name.lower() for name, _ in message.get("headers", [])}
            extra = [pair for pair in (*_HEADERS, _STRICT) if pair[0] not in own]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
        await self._send(message)

    async def refuse(self, refused: Refused) -> None:
        """Answer with one line; where an answer has begun already, only end it."""
        if not self.started:
            headers = [(b"content-type", refused.kind)]
            await self.send({"type": "http.response.start", "status": refused.status, "headers": headers})
            await self.send({"type": "http.response.body", "body": refused.body})
        elif not self.ended:
            await self.send({"type": "http.response.body", "body": b""})


def _detail(err: WrongArgumentError) -> str:
    """In the form that Gradio's clients pass on to whoever called."""
    detail = {"__type__": "validate", "is_valid": False, "parameter_name": err.name, "message": str(err)}
    return json.dumps({"error": str(err), "detail": [detail]}, ensure_ascii=False)


async def _body(receive: Receive, headers: dict[bytes, list[bytes]], most: int) -> bytes:
    """The whole body. Raises Refused as soon as it is longer than it may be."""
    announced = b"".join(headers.get(b"content-length", [b"0"]))
    if not announced.isdigit() or len(announced) > 12 or int(announced) > most:
        raise Refused(413, "内容太长")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > most:
            raise Refused(413, "内容太长")
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, for the application to read; after it, only that somebody has gone."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def _query(way: Way, query: bytes) -> bytes:
    if way.query is None:
        return query
    try:
        pairs = parse_qsl(query.decode("latin-1"), max_num_fields=20)
    except ValueError:
        return b""
    return urlencode([pair for pair in pairs if pair[0] in way.query]).encode()
