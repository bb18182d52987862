"""What programs get: plain GET with its OpenAPI file, pages and sections, MCP's JSON; errors name the parameter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_support import MCP_HEADERS, Server, await_text, serving

from retriever.page.get_api import CALLS, openapi, read_values

pytest_plugins = ["page_fixtures"]
NINE = "离政办发〔2023〕9号"


@pytest.fixture(scope="module")
def tools(words_index: Path) -> Iterator[Server]:
    pytest.importorskip("mcp", reason="no mcp")
    with serving(words_index, "--mcp") as running:
        await_text(running.url, "可以这样问")
        yield running


def get(server: Server, path: str, **params: str | int) -> Any:
    answer = httpx.get(f"{server.url}/api/{path}", params=params, timeout=60)
    assert answer.headers["content-type"].startswith("application/json")
    return answer.json()


def test_search_by_get(server: Server) -> None:
    found = get(server, "search", q="根治拖欠农民工工资工作的咨询电话是多少", k=3, mode="bm25")
    assert found["answered"] and len(found["hits"]) == 3
    answer = found["answer"]
    assert answer["offices"][0]["phone"] == "0358-8222401"
    assert answer["citation"].startswith("《") and answer["status"] == "in_force" and answer["source"]["line_start"] > 0
    cited = get(server, "search", q="離政辦發〔二〇二三〕第九號第三部分第（一）項", mode="bm25")
    assert cited["answer"]["clause_id"] == f"{NINE}/三.（一）"
    assert get(server, "search", **{"q": "工资", "doc_number": "離政辦發〔2023〕9號"})["hits"][0]["doc_number"] == NINE


@pytest.mark.parametrize(
    ("path", "params", "words"),
    [
        ("search", {}, "q：没有给"),
        ("search", {"q": "工资", "from": "昨天"}, "from：日期“昨天”不对"),
        ("search", {"q": "工资", "from": "2024-01-01", "to": "2023-01-01"}, "from：起始日期"),
        ("search", {"q": "工资", "k": "三"}, "k：“三”不是整数"),
        ("search", {"q": "工资", "k": "1000"}, "k：k=1000 太大"),
        ("search", {"q": "工资", "since": "2023-01-01"}, "since：没有这个参数"),
        ("notice", {"doc_number": "某发〔2023〕9号"}, "doc_number：没有收录"),
        ("notice", {"doc_number": "9号"}, "doc_number：没有收录"),
        ("notice", {"doc_number": NINE, "section": "第九十部分"}, "section：这份公文没有"),
        ("notice", {"doc_number": NINE, "limit": "-1"}, "limit：limit=-1 不对"),
        ("check", {"text": " "}, "要核对的文字是空的"),
    ],
)
def test_errors_name_the_parameter(server: Server, path: str, params: dict[str, str], words: str) -> None:
    answer = httpx.get(f"{server.url}/api/{path}", params=params)
    assert answer.status_code == 400 and words in answer.json()["error"]


def test_a_long_notice_comes_in_pages(server: Server) -> None:
    """《…妇女发展"十四五"规划…》 has 147,000 letters of JSON; before, all came at once."""
    first = get(server, "notice", doc_number="离政发〔2023〕4号")
    assert len(first["clauses"]) == 50 and first["total"] > 300 and first["next_offset"] == 50
    ids: list[str] = []
    at: int | None = 0
    while at is not None:
        page = get(server, "notice", doc_number="离政发〔2023〕4号", offset=at, limit=200)
        ids += [clause["clause_id"] for clause in page["clauses"]]
        at = page["next_offset"]
    assert len(ids) == len(set(ids)) == first["total"]
    assert get(server, "notice", doc_number="離政辦發第九號")["doc_number"] == NINE
    part = get(server, "notice", doc_number="离政办发2023年9号", section="第三部分")
    assert part["total"] > 3 and all(clause["clause_id"].startswith(f"{NINE}/三") for clause in part["clauses"])
    named = get(server, "notice", doc_number=NINE, section="问题源头治理", limit=0)
    assert [clause["clause_id"] for clause in named["clauses"]] == [clause["clause_id"] for clause in part["clauses"]]


def test_offices_come_in_pages(server: Server) -> None:
    page = get(server, "offices", limit=5)
    assert len(page["offices"]) == 5 and page["next_offset"] == 5 and page["total"] > 50
    named = get(server, "offices", name="人社局")
    assert named["total"] < page["total"] and any(one["phones"] for one in named["offices"])


def test_check_by_get_and_by_form(server: Server) -> None:
    text = f"根据{NINE}第三部分和《中华人民共和国劳动法》第五十条"
    found = get(server, "check", text=text)
    assert [one["verdict"] for one in found["citations"]] == ["found", "not_here"] and found["right"] == 1
    long = text + "，" + "无关的话。" * 5000
    posted = httpx.post(f"{server.url}/api/check", data={"text": long})
    assert posted.status_code == 200 and posted.json()["count"] == 2


def test_the_openapi_file_says_what_is_there(server: Server) -> None:
    told = get(server, "openapi.json")
    assert told == openapi()
    for call in CALLS:
        listed = told["paths"][f"/api/{call.path}"]["get"]["parameters"]
        assert [one["name"] for one in listed] == [one.name for one in call.params]
        needed = {one["name"]: str(one["example"]) for one in listed if one["required"]}
        assert set(read_values(call, str(httpx.QueryParams(needed)))) == {one.own for one in call.params}
        assert httpx.get(f"{server.url}/api/{call.path}", params=needed, timeout=60).status_code == 200


def test_what_is_not_there_is_refused(server: Server) -> None:
    assert httpx.get(f"{server.url}/api/").status_code == 404
    assert httpx.get(f"{server.url}/api/nothing").status_code == 404
    assert httpx.post(f"{server.url}/api/search", data={"q": "工资"}).status_code == 405


def call(server: Server, tool: str, **arguments: str | int) -> Any:
    name = next(name for name in names(server) if name.endswith(tool))
    sent = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    return _event(httpx.post(f"{server.url}/gradio_api/mcp/", json=sent, headers=MCP_HEADERS, timeout=60).text)[
        "result"
    ]


def names(server: Server) -> list[str]:
    sent = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    answer = httpx.post(f"{server.url}/gradio_api/mcp/", json=sent, headers=MCP_HEADERS, timeout=60)
    return [tool["name"] for tool in _event(answer.text)["result"]["tools"]]


def _event(text: str) -> Any:
    return json.loads(next((line[5:] for line in text.splitlines() if line.startswith("data:")), text))


def test_mcp_answers_in_json(tools: Server) -> None:
    """Before: Python's notation ({'answered': True, …}), and no structured content."""
    found = call(tools, "search", question="離政辦發〔二〇二三〕第九號第三部分第（一）項", mode="bm25")
    assert json.loads(found["content"][0]["text"]) == found["structuredContent"] and not found["isError"]
    assert found["structuredContent"]["answer"]["clause_id"] == f"{NINE}/三.（一）"
    page = call(tools, "notice", doc_number="離政發〔2023〕4號")["structuredContent"]
    assert len(page["clauses"]) == 50 and page["next_offset"] == 50
    offices = call(tools, "offices", limit=3)["structuredContent"]
    assert len(offices["offices"]) == 3 and offices["total"] > 50
    assert call(tools, "check", text=f"见{NINE}")["structuredContent"]["count"] == 1
    wrong = call(tools, "search", question="工资", since="昨天")
    assert wrong["isError"] and "since：日期“昨天”不对" in wrong["content"][0]["text"]
