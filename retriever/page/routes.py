"""The routes beside Gradio's: style and script, export of chosen clauses, feedback, pages of originals."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from corpus.errors import GongbaoError, UsageError
from index.engine import IndexedClause
from retriever.model import MAX_QUESTION
from retriever.page.allowance import Allowance
from retriever.page.collection import Collection
from retriever.page.export import FORMS, MAX_CLAUSES, MAX_ROWS, Occasion, export
from retriever.page.feedback import Feedback, FeedbackFile, FileFullError
from retriever.page.gate import AGAIN, Full, Gate, client_of
from retriever.page.live import LiveIndex
from retriever.page.markup import el
from retriever.page.original_view import sheets
from retriever.page.originals import NotThere, Originals

_NOT_READY = "索引还没有准备好，请稍后再试。"
_MAX_FIELDS = 4 * MAX_CLAUSES  # of a form; with more nothing is exported, but how many there are is known


def add_routes(app: FastAPI, live: LiveIndex, feedback: FeedbackFile | None, gate: Gate, static: Path) -> None:
    """Put the routes on the application, in front of Gradio's."""
    files = {path.name: path for path in static.iterdir()}
    verdicts = Allowance(each=20, in_all=500, seconds=3600)

    @app.get("/gongbao/{name}")
    def asset(name: str) -> Response:
        if name not in files:
            return _plain("没有这个文件", 404)
        return FileResponse(files[name], headers={"cache-control": "public, max-age=31536000, immutable"})

    @app.post("/export")
    async def download(request: Request) -> Response:
        collection = live.now.collection
        if collection is None:
            return _plain(_NOT_READY, 503)
        try:
            fields = await _form(request)
            return await gate.run(_download, collection, fields, client=_client(request))
        except UsageError as err:
            return _plain(str(err), 400)
        except Full as err:
            return _plain(str(err), 503, AGAIN)

    @app.post("/feedback")
    async def keep(request: Request) -> Response:
        collection = live.now.collection
        if feedback is None or collection is None:
            return _plain("这里不收反馈。", 404)
        try:
            fields = await _form(request)
            sent = Feedback(**{one.name: fields.get(one.name, [""])[0] for one in dataclasses.fields(Feedback)})
            if not verdicts.take(_client(request)):
                return _plain("反馈太多了，请过一小时再试。", 429)
            await run_in_threadpool(feedback.keep, sent, collection)
        except UsageError as err:
            return _plain(str(err), 400)
        except FileFullError:
            return _plain("反馈已经收满，请告诉管理员。", 507)
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
    async def original(request: Request, clause: str = "") -> Response:
        collection = live.now.collection
        if collection is None:
            return _plain(_NOT_READY, 503)
        try:
            pictures = await drawing.run(sheets, originals, collection, clause, client=_client(request))
        except NotThere as err:
            return _plain(str(err), 404)
        except Full as err:
            return _plain(str(err), 503, AGAIN)
        except GongbaoError as err:  # the file can't be used any more: that is what there is to see
            pictures = el("p", str(err), cls="unsure")
        return Response(pictures, headers={"cache-control": "no-store"}, media_type="text/html; charset=utf-8")

    @app.get("/original/picture")
    async def picture(request: Request, clause: str = "", page: str = "") -> Response:
        collection = live.now.collection
        if collection is None:
            return _plain(_NOT_READY, 503)
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 8 else 0
        try:
            sheet = await drawing.run(originals.sheet, collection, clause, number, client=_client(request))
        except NotThere as err:
            return _plain(str(err), 404)
        except Full as err:
            return _plain(str(err), 503, AGAIN)
        except GongbaoError as err:
            return _plain(str(err), 409)
        # The page's addresses name the index that a picture belongs to: another index has others.
        return Response(sheet.data, headers={"cache-control": "private, max-age=3600"}, media_type="image/jpeg")


def _download(collection: Collection, fields: dict[str, list[str]]) -> Response:
    """The file with the ticked clauses (`id`), or with all of the page (`all`) where none is ticked."""
    form = fields.get("format", [""])[0]
    if form not in FORMS:
        return _plain(f"没有这种格式，可用：{'、'.join(FORMS)}。", 400)
    chosen = list(dict.fromkeys(fields.get("id") or fields.get("all") or []))
    most, other = MAX_CLAUSES, ""
    if not chosen and (notice := fields.get("notice", [""])[0]):
        chosen = [entry.clause_id for entry in collection.clauses_of(notice)]
        if form != "docx":
            most = MAX_ROWS
        elif len(chosen) <= MAX_ROWS:
            other = "整篇请导出为表格（CSV）或 Markdown；要 Word 文档，"
    if len(chosen) > most:
        return _plain(f"一次最多导出 {most} 条，这里有 {len(chosen)} 条。{other}请返回，分几次打勾导出。", 400)
    entries = _clauses(collection, chosen)
    if not entries:
        return _plain("没有可以导出的条款。请返回，在要导出的条款下面打勾，再点导出。", 400)
    made = export(entries, form, Occasion(fields.get("q", [""])[0][:MAX_QUESTION], collection.place))
    disposition = f"attachment; filename=\"gongbao.{form}\"; filename*=UTF-8''{quote(made.name)}"
    return Response(made.data, headers={"content-disposition": disposition}, media_type=made.media_type)


def _clauses(collection: Collection, ids: Sequence[str]) -> list[IndexedClause]:
    """The clauses of those names, in that order; names of none are passed over."""
    return [entry for one in ids if (entry := collection.clause(one)) is not None]


async def _form(request: Request) -> dict[str, list[str]]:
    """The fields of a plain form; uploads (multipart) are turned away before. Raises UsageError."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body, max_num_fields=_MAX_FIELDS)
    except ValueError as err:
        raise UsageError("选中的太多", "", f"一次最多导出 {MAX_CLAUSES} 条，请返回，分几次打勾导出") from err


def _client(request: Request) -> str:
    return client_of(request.client.host if request.client is not None else None)


def _plain(text: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, status, headers, media_type="text/plain; charset=utf-8")
