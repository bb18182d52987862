"""The clauses of an index in Milvus, fetched when they are asked for; those used last are kept."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from corpus.model import Clause
from corpus.wordings import reads_on
from index.engine import IndexedClause
from index.local import clauses as stored
from index.local.manifest import IndexCorrupt, build_command
from index.milvus.connection import Connection
from index.milvus.opened import Content
from index.milvus.packing import unpack

_TOGETHER = 500  # clauses in one request: two megabytes and more


class MilvusClauses:
    """Clauses by row, as they read on a day. Safe under threads."""

    def __init__(self, connection: Connection, collection: str, content: Content, day: dt.date) -> None:
        self._connection, self._collection, self._content, self._day = connection, collection, content, day
        self._kept: OrderedDict[int, IndexedClause] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, rows: Sequence[int]) -> list[IndexedClause]:
        """The clauses of rows, in their order. Raises IndexError for a row that is not there."""
        for row in rows:
            if not 0 <= row < len(self._content):
                raise IndexError(row)
        with self._lock:
            found = {row: self._kept[row] for row in rows if row in self._kept}
        missing = [row for row in dict.fromkeys(rows) if row not in found]
        for begin in range(0, len(missing), _TOGETHER):
            wanted = [int(row) for row in missing[begin : begin + _TOGETHER]]
            lines = self._query(f"row in {wanted}", ["row", "clause"])
            found |= {int(line["row"]): self._parsed(int(line["row"]), line["clause"]) for line in lines}
        self._keep(found)
        try:
            return [found[row] for row in rows]
        except KeyError as err:
            raise self._corrupt(f"没有第 {err} 条") from err

    def find(self, clause_id: str) -> IndexedClause | None:
        """The clause of an id, or None."""
        number = stored.id_hash(clause_id)
        signed = number - 2**64 if number >= 2**63 else number
        rows = sorted(int(line["row"]) for line in self._query(f"id_hash == {signed}", ["row"]))
        return next((entry for entry in self.get(rows) if entry.clause_id == clause_id), None)

    def lines(self) -> Iterator[bytes]:
        """The JSON lines of all clauses in order, as they were written."""
        for begin in range(0, len(self._content), _TOGETHER):
            found = self._query(f"row >= {begin} and row < {begin + _TOGETHER}", ["row", "clause"], _TOGETHER)
            yield from (unpack(line["clause"]).encode() for line in sorted(found, key=lambda line: int(line["row"])))

    def _query(self, expression: str, fields: list[str], limit: int | None = None) -> list[dict[str, Any]]:
        options = {} if limit is None else {"limit": limit}
        found: list[dict[str, Any]] = self._connection.read(
            "query", self._collection, filter=expression, output_fields=fields, **options
        )
        return found

    def _parsed(self, row: int, value: str) -> IndexedClause:
        ordinal = self._content.ordinal_of(row)
        source = self._content.notices[ordinal]
        try:
            clause = Clause.from_json(json.loads(unpack(value)), source.notice.notice_id)
        except (ValueError, KeyError, TypeError) as err:
            raise self._corrupt(f"第 {row} 条读不出来（{err}）") from err
        return IndexedClause(row, reads_on(clause, self._day), source, ordinal)

    def _keep(self, found: dict[int, IndexedClause]) -> None:
        with self._lock:
            for row, entry in found.items():
                self._kept[row] = entry
                self._kept.move_to_end(row)
            while len(self._kept) > stored.KEPT:
                self._kept.popitem(last=False)

    def _corrupt(self, what: str) -> IndexCorrupt:
        address = self._connection.address
        return IndexCorrupt(f"索引内容和清单不一致（{what}）", str(address), build_command(address))
