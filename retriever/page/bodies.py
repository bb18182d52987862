"""What programs and the page's script may send to Gradio: read, checked, and written anew.

Gradio takes any JSON and opens what looks like one of its file objects: a path on this computer, an
address elsewhere. None of our functions takes more than texts and whole numbers, so that is all that
gets through: Gradio is given a body made here, of values whose types were checked.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.errors import UsageError

_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
_DEPTH = 12  # of nested objects and lists; MCP's deepest takes 6
_QUERY = 40_000  # characters of an address; a question of 2,000 takes 18,000 and filters as much again
_WHOLE = 2**31  # numbers beyond it mean nothing here
_KINDS: dict[type, str] = {str: "文字", int: "整数"}
_MCP_METHODS = re.compile(
    r"initialize|ping|notifications/[\w/]+|tools/(?:list|call)|prompts/list|resources/(?:templates/)?list", re.ASCII
)


class WrongArgumentError(UsageError):
    """An argument of one of our functions is missing, unknown or of another type."""

    def __init__(self, name: str, what: str, todo: str = "") -> None:
        self.name = name
        super().__init__(what, f"参数 {name}" if name else "", todo)


class ToolArgumentError(UsageError):
    """The same of a tool of MCP, whose client shows its model what the tool answers."""

    def __init__(self, err: WrongArgumentError, request: Any) -> None:
        result = {"content": [{"type": "text", "text": str(err)}], "isError": True}
        self.answer = json.dumps({"jsonrpc": "2.0", "id": request, "result": result}, ensure_ascii=False)
        super().__init__(str(err))


class NoSuchFunctionError(UsageError):
    """A function that there is not."""


@dataclass(frozen=True, slots=True)
class Functions:
    """What can be called: parameters by name of the function, and Gradio's numbers for them. A number
    that is no function's is the page's own event, which asks for a view."""

    parameters: Mapping[str, tuple[inspect.Parameter, ...]]
    numbers: Mapping[int, str]

    @classmethod
    def of(cls, functions: Mapping[str, Callable[..., Any]], numbers: Mapping[int, str]) -> Functions:
        parameters = {
            name: tuple(inspect.signature(one, eval_str=True).parameters.values()) for name, one in functions.items()
        }
        return cls(parameters, numbers)

    def check(self, name: str) -> tuple[inspect.Parameter, ...]:
        if name not in self.parameters:
            raise NoSuchFunctionError(f"没有功能“{name[:40]}”", "", f"可用：{'、'.join(self.parameters)}")
        return self.parameters[name]

    def in_order(self, name: str, values: Sequence[Any]) -> list[str | int]:
        """Values by position, complete; those not given are the defaults."""
        parameters = self.check(name)
        if len(values) > len(parameters):
            raise WrongArgumentError("", f"{name} 最多 {len(parameters)} 个参数，收到 {len(values)} 个")
        return self.by_name(name, {one.name: value for one, value in zip(parameters, values, strict=False)})

    def by_name(self, name: str, values: Mapping[str, Any]) -> list[str | int]:
        """Values by name, complete and in order."""
        parameters = self.check(name)
        unknown = next((key for key in values if key not in {one.name for one in parameters}), None)
        if unknown is not None:
            names = "、".join(one.name for one in parameters) or "没有参数"
            raise WrongArgumentError(unknown[:40], f"{name} 不认识", f"可用：{names}")
        return [_argument(one, values.get(one.name)) for one in parameters]


def _argument(parameter: inspect.Parameter, value: Any) -> str | int:
    kind, name = parameter.annotation, parameter.name
    if value is None:
        if parameter.default is inspect.Parameter.empty:
            raise WrongArgumentError(name, "没有给", f"请给{_KINDS[kind]}")
        default: str | int = parameter.default
        return default
    if kind is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise WrongArgumentError(name, f"应是{_KINDS[kind]}，收到的是{_what(value)}")
    if isinstance(value, int):
        if abs(value) > _WHOLE:
            raise WrongArgumentError(name, "数太大")
        return value
    assert isinstance(value, str)
    return value


def _what(value: Any) -> str:
    if isinstance(value, bool):
        return "真假值"
    if isinstance(value, (int, float)):
        return "数字"
    return "文字" if isinstance(value, str) else "列表或对象"


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body holds. Raises UsageError for everything else, and for what is JSON to
    some readers only (NaN, a key given twice, half a character) or nested without end."""
    try:
        data = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as err:
        raise UsageError("内容不是 UTF-8") from err
    except RecursionError as err:
        raise UsageError("内容嵌套太深") from err
    except ValueError as err:  # a number too long for Python too
        raise UsageError("内容不是正确的 JSON") from err
    if not isinstance(data, dict):
        raise UsageError('内容应是一个 JSON 对象，如 {"data": ["问题"]}')
    _walk(data, 0)
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key given twice")
    return values


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _walk(value: Any, depth: int) -> None:
    if depth > _DEPTH:
        raise UsageError("内容嵌套太深")
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise UsageError("内容里有不完整的字符")
    elif isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            raise UsageError("内容里有太大的数")
    elif isinstance(value, dict):
        if "_type" in value or ("path" in value and "meta" in value):
            raise UsageError("这里不收文件")
        for key, one in value.items():
            _walk(key, depth)
            _walk(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _walk(one, depth + 1)


def call_body(functions: Functions, name: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """`/call/NAME`, `/run/NAME`, `/api/NAME`: the arguments in order. Sessions hold nothing of ours, so a
    call is always one of its own."""
    return {"data": functions.in_order(name, _values(sent))}


def named_body(functions: Functions, name: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """`/call/v2/NAME`: the arguments by name."""
    values = functions.by_name(name, sent)
    return {one.name: value for one, value in zip(functions.check(name), values, strict=True)}


def join_body(functions: Functions, sent: Mapping[str, Any]) -> dict[str, Any]:
    """`/queue/join`: a call of a function, or the page asking for a view."""
    number = sent.get("fn_index")
    if type(number) is not int or number not in functions.numbers:
        raise NoSuchFunctionError("没有这个功能", "fn_index")
    session = sent.get("session_hash")
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise UsageError("应是 64 个以内的字母、数字", "session_hash")
    made: dict[str, Any] = {"fn_index": number, "session_hash": session}
    trigger = sent.get("trigger_id")
    if type(trigger) is int and abs(trigger) < _WHOLE:
        made["trigger_id"] = trigger
    name = functions.numbers[number]
    if name in functions.parameters:
        return {**made, "data": functions.in_order(name, _values(sent))}
    event = sent.get("event_data")
    if not isinstance(event, dict) or _values(sent):
        raise UsageError("网页的请求不对", "event_data")
    query, serial = event.get("query"), event.get("serial")
    if not isinstance(query, str) or len(query) > _QUERY or type(serial) is not int or not 0 <= serial < _WHOLE:
        raise UsageError("网页的请求不对", "event_data")
    return {**made, "data": [], "event_data": {"query": query, "serial": serial}}


def _values(sent: Mapping[str, Any]) -> list[Any]:
    data = sent.get("data")
    if not isinstance(data, list):
        raise UsageError('应是参数的列表，如 ["问题"]', "data")
    return data


def cancel_body(sent: Mapping[str, Any]) -> dict[str, Any]:
    """`/cancel` and `/reset`: which call."""
    made = {}
    for key in ("event_id", "session_hash"):
        if key in sent:
            if not isinstance(sent[key], str) or not _SESSION.fullmatch(sent[key]):
                raise UsageError("应是 64 个以内的字母、数字", key)
            made[key] = sent[key]
    number = sent.get("fn_index")
    return {**made, "fn_index": number} if type(number) is int and abs(number) < _WHOLE else made


def mcp_body(functions: Functions, sent: Mapping[str, Any]) -> dict[str, Any]:
    """One message of MCP. Gradio would answer other methods by calling this page at the address that the
    request names."""
    method = sent.get("method")
    if method is None and ("result" in sent or "error" in sent):  # an answer of the client's
        return dict(sent)
    if not isinstance(method, str) or not _MCP_METHODS.fullmatch(method):
        raise UsageError("MCP 没有这个方法", "method", "可用：tools/list、tools/call")
    if method != "tools/call":
        return dict(sent)
    params = sent.get("params")
    given = params.get("arguments") if isinstance(params, dict) else None
    if not isinstance(params, dict) or not isinstance(params.get("name"), str) or not isinstance(given or {}, dict):
        raise UsageError('应是 {"name": …, "arguments": {…}}', "params")
    # A tool's name may carry a prefix of Gradio's.
    name = next((one for one in functions.parameters if params["name"].endswith(one)), params["name"])
    values = functions.by_name(name, given or {})
    arguments = {one.name: value for one, value in zip(functions.check(name), values, strict=True)}
    return {**sent, "params": {"name": params["name"], "arguments": arguments}}


def mcp_call(functions: Functions, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The same where the answer goes back at once."""
    try:
        return mcp_body(functions, sent)
    except WrongArgumentError as err:
        raise ToolArgumentError(err, sent.get("id")) from err
