"""The plain interface for programs: GET `/api/search?q=…`, `/api/notice`, `/api/offices`, `/api/check` (which takes a
form too), and `/api/openapi.json`, which says what they take. Parameters are written down once: what is read and what
the OpenAPI file says are made of the same table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from corpus.errors import GongbaoError, UsageError
from retriever.model import MODES, STATUSES, ParameterError
from retriever.page.faults import FAULT, report
from retriever.page.gate import AGAIN, Full, Gate, client_of
from retriever.page.programs import MAX_K, MAX_PAGE, Programs

_MOST_FIELDS = 40
PAGE = 50  # clauses or offices in an answer, where no limit is given


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its name here and in `Programs`, what it says, and its default (None: it must be given)."""

    name: str
    own: str
    text: str
    default: str | int | None = ""
    values: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One address, what it does, its parameters, and what comes back."""

    path: str
    summary: str
    params: tuple[Param, ...]
    returns: str


_PAGING = (
    Param("offset", "offset", "从第几个起，0 为第一个", 0),
    Param("limit", "limit", f"最多几个（1 至 {MAX_PAGE}），0 为全部", PAGE),
)
CALLS = (
    Call(
        "search",
        "提问：答案、办事单位和电话、相关条款和出处",
        (
            Param("q", "question", "问题，或一条引用", None, example="拖欠农民工工资归谁管"),
            Param("k", "k", f"返回几条条款（1 至 {MAX_K}）", 5),
            Param("mode", "mode", "检索方式", "hybrid", MODES),
            Param("issuer", "issuer", "只看这个发文机关"),
            Param("doc_number", "doc_number", "只看这个文号"),
            Param("from", "since", "只看这一天起的公文，如 2023-01-01"),
            Param("to", "until", "只看到这一天为止的公文"),
            Param("status", "status", "公文状态", "any", STATUSES),
            Param("on", "on", "按这一天的情况回答：哪些文本有效、条文怎么写，如 2019-06-01，空为今天"),
        ),
        "answered、confidence、answer、hits、notes",
    ),
    Call(
        "notice",
        "一篇公文的条款：分页，或只要某一部分",
        (
            Param("doc_number", "doc_number", "文号，或 notice_id", None, example="离政办发〔2023〕9号"),
            Param("section", "section", "只要这一部分，如“第三部分”，或标题里的字"),
            Param("on", "on", "按这一天的情况：是否有效、条文怎么写，空为今天"),
            *_PAGING,
        ),
        "公文各项、clauses、total、next_offset",
    ),
    Call(
        "offices",
        "单位、电话和职责：分页",
        (Param("name", "name", "只要名称里有这些字的单位"), *_PAGING),
        "offices、total、next_offset",
    ),
    Call(
        "check",
        "核对一段文字里的引用：有没有收录、标题和文号对不对得上、是否现行",
        (Param("text", "text", "含有引用的文字", None, example="根据离政办发〔2023〕9号第三部分"),),
        "count、right、citations",
    ),
)


def add_api(app: FastAPI, programs: Programs, gate: Gate) -> None:
    """Put the addresses on the application."""
    functions: dict[str, Callable[..., dict[str, Any]]] = {
        "search": programs.search,
        "notice": programs.notice,
        "offices": programs.offices,
        "check": programs.check,
    }

    @app.get("/api/openapi.json")
    def described(request: Request) -> Response:
        return _json(openapi(request.scope.get("root_path", "")), 200)

    async def answer(request: Request) -> Response:
        call = next((one for one in CALLS if request.url.path.endswith(f"/{one.path}")), None)
        if call is None:
            return _error("没有这个功能", 404)
        client = client_of(request.client.host if request.client is not None else None)
        try:
            sent = (await request.body()).decode("utf-8", "replace") if request.method == "POST" else request.url.query
            values = read_values(call, sent)
            return _json(await gate.run(functions[call.path], client=client, **values), 200)
        except ParameterError as err:
            return _error(str(err.named({one.own: one.name for one in call.params})), 400)
        except UsageError as err:
            return _error(str(err), 400)
        except GongbaoError as err:
            return _error(str(err), 503)
        except Full as err:
            return _error(str(err), 503, AGAIN)
        except Exception as err:  # whatever it is, it is said without what was asked
            report(err)
            return _error(FAULT, 500)

    for call in CALLS:
        methods = ["GET", "POST"] if call.path == "check" else ["GET"]
        app.add_api_route(f"/api/{call.path}", answer, methods=methods)


def read_values(call: Call, sent: str) -> dict[str, str | int]:
    """The arguments of a call from a query string or a form, by their names in `Programs`. Raises UsageError, which
    names the parameter as it is called here."""
    try:
        pairs = parse_qsl(sent, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError as err:
        raise UsageError("参数太多", "", f"可用：{_names(call)}") from err
    given: dict[str, str] = {}
    for name, text in pairs:
        if name not in {one.name for one in call.params}:
            raise UsageError("没有这个参数", name[:40], f"可用：{_names(call)}")
        if name in given:
            raise UsageError("给了两次", name, "请只给一次")
        given[name] = text
    return {one.own: _value(one, given) for one in call.params}


def _names(call: Call) -> str:
    return "、".join(one.name for one in call.params)


def _value(param: Param, given: Mapping[str, str]) -> str | int:
    text = given.get(param.name)
    if text is None or (text == "" and param.default is not None):
        if param.default is None:
            todo = f"例：{param.name}={param.example}"
            raise UsageError("没有给", param.name, todo)
        return param.default
    if not isinstance(param.default, int):
        return text
    digits = text.strip()
    if not (digits.isascii() and digits.removeprefix("-").isdecimal() and len(digits) < 10):
        raise UsageError(f"“{text[:20]}”不是整数", param.name, f"例：{param.name}={param.default}")
    return int(digits)


def openapi(root: str = "") -> dict[str, Any]:
    """The OpenAPI file."""
    paths: dict[str, Any] = {}
    for call in CALLS:
        operation = {
            "summary": call.summary,
            "operationId": call.path,
            "parameters": [_described(one) for one in call.params],
            "responses": {
                "200": {"description": call.returns, "content": {"application/json": {"schema": {"type": "object"}}}},
                "400": {"description": "参数不对：error 里写明是哪一个", **_ERROR},
                "503": {"description": "还没有准备好，或查询的人太多（几秒后再试，见 Retry-After）", **_ERROR},
            },
        }
        paths[f"{root}/api/{call.path}"] = {"get": operation}
    return {"openapi": "3.1.0", "info": {"title": "公报问答", "version": "0.2"}, "paths": paths}


_ERROR: dict[str, Any] = {
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
        }
    }
}


def _described(param: Param) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer" if isinstance(param.default, int) else "string"}
    if param.values:
        schema["enum"] = list(param.values)
    if param.default not in (None, ""):
        schema["default"] = param.default
    described = {
        "name": param.name,
        "in": "query",
        "required": param.default is None,
        "description": param.text,
        "schema": schema,
    }
    return {**described, "example": param.example} if param.example else described


def _json(data: dict[str, Any], status: int, more: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(data, status, headers={"cache-control": "no-store", **(more or {})})


def _error(text: str, status: int, more: Mapping[str, str] | None = None) -> Response:
    return _json({"error": text}, status, more)
