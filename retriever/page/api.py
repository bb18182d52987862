"""The interface for programs: `/search`, `/notice` and `/offices`, with the contract's JSON.

Docstrings and types are read by Gradio: they are what its API page and its MCP server show.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from corpus.errors import GongbaoError, UsageError
from retriever.model import Filters, ParameterError
from retriever.page.collection import Collection
from retriever.page.live import LiveIndex

MAX_K = 100


class Api:
    """The three functions, bound to the index that is open at the time of the call."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live

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
    ) -> dict[str, Any]:
        """在政府公报里查找：返回答案（如果有）、办事单位和电话、相关条款和出处。

        Args:
            question: 一句话的问题，例如“农民工工资问题咨询电话是多少”
            k: 返回几条条款（1 至 100）
            mode: 检索方式：hybrid、dense 或 bm25
            issuer: 只看这个发文机关，空为不限
            doc_number: 只看这个文号，空为不限
            since: 只看这一天起的公文，如 2023-01-01，空为不限
            until: 只看到这一天为止的公文，空为不限
            status: in_force（现行）、repealed（已废止）、expired（已过期）或 any（不限）
        """
        try:
            if k > MAX_K:
                raise ParameterError(f"k={k} 太大", "k", f"请给 1 到 {MAX_K} 的整数")
            filters = Filters(issuer or None, doc_number or None, since or None, until or None, status)
            return self._collection().asker.ask(question, k=int(k), mode=mode, filters=filters).to_json()
        except GongbaoError as err:
            raise gr.Error(str(err), print_exception=False) from err

    def notice(self, doc_number: str) -> dict[str, Any]:
        """按文号取一篇公文的全部条款。

        Args:
            doc_number: 文号，例如“离政办发〔2023〕9号”；没有文号的公文用它的 notice_id
        """
        try:
            collection = self._collection()
            named = collection.notice(doc_number.strip())
            if named is None:
                raise UsageError(f"没有收录“{doc_number[:60]}”", "", "请核对文号")
        except GongbaoError as err:
            raise gr.Error(str(err), print_exception=False) from err
        clauses = [entry.clause.to_json() for entry in collection.clauses_of(named.notice.notice_id)]
        return {**named.notice.to_json(), "clauses": clauses, "files": list(named.files)}

    def offices(self) -> list[dict[str, Any]]:
        """公报里的单位：电话及写明电话的公文，以及它负责、配合的条款。"""
        try:
            collection = self._collection()
        except GongbaoError as err:
            raise gr.Error(str(err), print_exception=False) from err
        notices = collection.asker.engine.notices
        return [
            {
                "name": office.name,
                "names": list(office.names),
                "phones": [
                    {"phone": phone, "phone_from": notices[ordinal].notice.doc_number}
                    for phone, ordinal in collection.asker.directory.phones(office)
                ],
                "roles": {role: list(clauses) for role, clauses in office.roles.items()},
            }
            for office in collection.offices
        ]

    def _collection(self) -> Collection:
        now = self._live.now
        if now.collection is None:
            raise GongbaoError(now.trouble or "索引还没有准备好", "", "请稍后再试")
        return now.collection
