"""What MCP's tools answer: JSON as text and as structured content, in pages; Gradio's own would be Python's words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from corpus.errors import GongbaoError
from retriever.page.faults import FAULT, report
from retriever.page.gate import Full, Gate, client_of
from retriever.page.programs import Programs

PAGE = 50  # clauses or offices in an answer, where no limit is given


def add_tools(server: Any, programs: Programs, gate: Gate) -> None:
    """Answer the tools of an MCP server (of the package mcp) by our functions."""
    from mcp import types

    functions: dict[str, Callable[..., dict[str, Any]]] = {
        "search": programs.search,
        "notice": programs.notice,
        "offices": programs.offices,
        "check": programs.check,
    }

    def said(data: dict[str, Any], *, wrong: bool = False) -> Any:
        text = str(data["error"]) if wrong else json.dumps(data, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structuredContent=data, isError=wrong
        )

    @server.call_tool()  # type: ignore[untyped-decorator]
    async def call(name: str, arguments: dict[str, Any]) -> Any:
        # A tool's name may carry a prefix of Gradio's.
        function = next((one for known, one in functions.items() if name.endswith(known)), None)
        if function is None:
            return said({"error": f"没有工具“{name[:40]}”"}, wrong=True)
        if "limit" in arguments and not arguments["limit"]:
            arguments = {**arguments, "limit": PAGE}
        asking = getattr(server.request_context.request, "client", None)
        try:
            client = client_of(asking.host if asking is not None else None)
            return said(await gate.run(function, client=client, **arguments))
        except (GongbaoError, Full) as err:
            return said({"error": str(err)}, wrong=True)
        except Exception as err:  # whatever it is, it is said without what was asked
            report(err)
            return said({"error": FAULT}, wrong=True)
