"""The routes beside Gradio's: style and script, export of chosen clauses, feedback, pages of originals."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from corpus.errors import GongbaoError, UsageError
from retriever.page.collection import Collection
from retriever.page.export import FORMS, MAX_CLAUSES, export
from retriever.page.feedback import Feedback, FeedbackFile
from retriever.page.gate import Full, Gate
from retriever.page.live import LiveIndex
from retriever.page.markup import el
from retriever.page.original_view import sheets
from retriever.page.originals import NotThere, Originals

_NOT_READY = "索引还没有准备好，请稍后再试。"


def add_routes(app: FastAPI, live: LiveIndex, feedback: FeedbackFile | None, static: Path) -> None:
    """Put the routes on the application, in front of Gradio's."""
    files = {path.name: path for path in static.iterdir()}

    @app.get("/gongbao/{name}")
    def asset(name: str) -> Response:
        if name not in files:
            return _plain("没有这个文件", 404)
        return FileResponse(files[name], headers={"cache-control": "public, max-age=31536000, immutable"})

    @app.post("/export")
    async def download(request: Request) -> Response:
        fields = await _form(request)
        collection = live.now.collection
        if collection is None:
            return _plain(_NOT_READY, 503)
        return await run_in_threadpool(_download, collection, fields)

    @app.post("/feedback")
    async def keep(request: Request) -> Response:
        collection = live.now.collection
        if feedback is None or collection is None or not _same_origin(request):
            return _plain("这里不收反馈。", 404)
        fields = await _form(request)
        try:
            sent = Feedback(
                **{name: fields.get(name, [""])[0] for name in ("q", "verdict", "answer", "answer_clause", "clause")}
            )
            await run_in_threadpool(feedback.keep, sent, collection)
        except UsageError as err:
            return _plain(str(err), 400)
        except OSError:
            return _plain("没能记下来，请告诉管理员。", 500)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"kept": True})
        return _plain("谢谢，已经记下。请用浏览器的“返回”回到上一页。", 200)

    _add_originals(app, live)


def _add_originals(app: FastAPI, live: LiveIndex) -> None:
    """What a clause's 看原页 asks for: the pictures of its pages with a line on each, and one picture."""
    originals = Originals()
    drawing = Gate(at_once=1, waiting=16)  # PDFium works for one at a time anyway, some 0.2 s a page

    @app.get("/original")
    async def original(clause: str = "") -> Response:
        collection = live.now.collection
        if collection is None:
            return _plain(_NOT_READY, 503)
        try:
            found = await drawing.run(sheets, originals, collection, clause)
        except NotThere as err:
            return _plain(str(err), 404)
        except Full as err:
            return _plain(str(err), 503)
        except GongbaoError as err:  # the file can't be used any more: that is what there is to see
            found = el("p", str(err), cls="unsure")
        return Response(found, headers={"cache-control": "no-store"}, media_type="text/html; charset=utf-8")

    @app.get("/original/picture")
    async def picture(clause: str = "", page: str = "") -> Response:
        collection = live.now.collection
        if collection is None:
            return _plain(_NOT_READY, 503)
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 8 else 0
        try:
            sheet = await drawing.run(originals.sheet, collection, clause, number)
        except NotThere as err:
            return _plain(str(err), 404)
        except Full as err:
            return _plain(str(err), 503)
        except GongbaoError as err:
            return _plain(str(err), 409)
        # The page's addresses name the index that a picture belongs to: another index has others.
        return Response(sheet.data, headers={"cache-control": "private, max-age=3600"}, media_type="image/jpeg")


def _download(collection: Collection, fields: dict[str, list[str]]) -> Response:
    form = fields.get("format", [""])[0]
    chosen = list(dict.fromkeys(fields.get("id", [])))
    entries = [entry for one in chosen[:MAX_CLAUSES] if (entry := collection.clause(one)) is not None]
    if form not in FORMS:
        return _plain("没有这种格式。", 400)
    if not entries:
        return _plain("还没有选中条款。请返回，在要导出的条款下面打勾，再点导出。", 400)
    made = export(entries, form)
    disposition = f"attachment; filename=\"gongbao.{form}\"; filename*=UTF-8''{quote(made.name)}"
    return Response(made.data, headers={"content-disposition": disposition}, media_type=made.media_type)


async def _form(request: Request) -> dict[str, list[str]]:
    """The fields of a plain form; uploads (multipart) are not read."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body, max_num_fields=MAX_CLAUSES + 20)
    except ValueError:
        return {}


def _same_origin(request: Request) -> bool:
    """Whether the request comes from this page, as far as the browser tells."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def _plain(text: str, status: int) -> Response:
    return Response(text, status, media_type="text/plain; charset=utf-8")
