"""Gradio's functions for programs: `/search`, `/notice`, `/offices` and `/check`, with the contract's JSON.

Docstrings and types are read by Gradio: they are what its API page and its MCP server show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from corpus.errors import GongbaoError
from retriever.page.programs import Programs

_Result = TypeVar("_Result")


class Api:
    """The functions of `Programs` as Gradio calls them: what is wrong is Gradio's own error."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    def search(
        self,
        question: str,
        k: int = 5,
        mode: str = "hybrid",
        issuer: str = "",
        doc_number: str = "",
        since: str = "",
        until: str = "",
        status: str = "any",
        on: str = "",
    ) -> dict[str, Any]:
        """在政府公报里查找：返回答案（如果有）、办事单位和电话、相关条款和出处。

        Args:
            question: 一句话的问题，例如“农民工工资问题咨询电话是多少”；或一条引用，例如“离政办发〔2023〕9号第三部分”
            k: 返回几条条款（1 至 100）
            mode: 检索方式：hybrid、dense 或 bm25
            issuer: 只看这个发文机关，空为不限
            doc_number: 只看这个文号，空为不限
            since: 只看这一天起的公文，如 2023-01-01，空为不限
            until: 只看到这一天为止的公文，空为不限
            status: in_force（现行）、repealed（已废止）、expired（已过期）或 any（不限）
            on: 按这一天的情况回答（哪些文本有效、条文怎么写），如 2019-06-01，空为今天
        """
        return _said(
            lambda: self._programs.search(question, int(k), mode, issuer, doc_number, since, until, status, on)
        )

    def notice(
        self, doc_number: str, section: str = "", offset: int = 0, limit: int = 0, on: str = ""
    ) -> dict[str, Any]:
        """按文号取一篇公文的条款：全部、某一部分，或分页。

        Args:
            doc_number: 文号，例如“离政办发〔2023〕9号”；没有文号的公文用它的 notice_id
            section: 只要这一部分，例如“第三部分”或标题里的字，空为全文
            offset: 从第几条起（0 为第一条）
            limit: 最多几条（1 至 1000），0 为全部；MCP 里 0 为 50
            on: 按这一天的情况（是否有效、条文怎么写），空为今天
        """
        return _said(lambda: self._programs.notice(doc_number, section, int(offset), int(limit), on))

    def offices(self, name: str = "", offset: int = 0, limit: int = 0) -> list[dict[str, Any]]:
        """公报里的单位：电话及写明电话的公文，以及它负责、配合的条款。

        Args:
            name: 只要名称里有这些字的单位，空为不限
            offset: 从第几个起（0 为第一个）
            limit: 最多几个（1 至 1000），0 为全部；MCP 里 0 为 50
        """
        found: list[dict[str, Any]] = _said(lambda: self._programs.offices(name, int(offset), int(limit)))["offices"]
        return found

    def check(self, text: str) -> dict[str, Any]:
        """核对一段文字里的引用：每一条有没有收录、标题和文号对不对得上、是否现行。

        Args:
            text: 含有引用的文字，例如“根据《…办法》（…〔2023〕9号）第三条”
        """
        return _said(lambda: self._programs.check(text))


def _said(function: Callable[[], _Result]) -> _Result:
    try:
        return function()
    except GongbaoError as err:
        raise gr.Error(str(err), print_exception=False) from err
