"""Two small routes of the page: suggestions while a question is typed, and the QR code of an address."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from retriever.page.gate import Full, Gate, client_of
from retriever.page.live import LiveIndex
from retriever.page.share import MOST, address, qr_svg
from retriever.page.view import read_view

# Both take milliseconds; they never stand in the way of a question.
_AT_ONCE, _WAITING = 1, 16


def add_small_routes(app: FastAPI, live: LiveIndex, root_path: str) -> None:
    """Put them on the application, in front of Gradio's."""
    gate = Gate(_AT_ONCE, _WAITING)

    @app.post("/suggest")
    async def suggest(request: Request) -> Response:
        # Posted: what is half typed stands in no address, and so in no log of a proxy.
        collection = live.now.collection
        body = (await request.body()).decode("utf-8", "replace")
        try:
            typed = parse_qs(body, max_num_fields=4).get("q", [""])[0]
        except ValueError:  # too many fields
            typed = ""
        found = []
        if collection is not None:
            try:
                found = await gate.run(collection.suggester.suggest, typed, client=_client(request))
            except Full:
                found = []  # nobody waits for them
        return JSONResponse([one.to_json() for one in found], headers={"cache-control": "no-store"})

    @app.get("/qr")
    async def code(request: Request) -> Response:
        view = read_view(request.url.query)
        if len(view.href) > MOST:
            return Response("网址太长，做不了二维码。", 404, media_type="text/plain; charset=utf-8")
        where = address(root_path, request.url.scheme, request.headers.get("host", ""), view)
        try:
            drawn = await gate.run(qr_svg, where, client=_client(request))
        except Full as full:
            return Response(str(full), 503, media_type="text/plain; charset=utf-8")
        return Response(drawn, media_type="image/svg+xml", headers={"cache-control": "private, max-age=3600"})


def _client(request: Request) -> str:
    return client_of(request.client.host if request.client is not None else None)
