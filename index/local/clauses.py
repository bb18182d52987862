"""The notices and clauses of an index: how they are stored, and read one by one.

Notices are JSON lines (`index.local.notices`). Clauses are JSON lines too; a table beside
them says where each ends, of which notice and in which role it is, so that opening parses none. A second
table finds a clause by the hash of its id.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import io
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from corpus.model import Clause, CorpusNotice, Role
from corpus.wordings import reads_on
from index.engine import IndexedClause
from index.local.manifest import CLAUSE_IDS, CLAUSE_TABLE, CLAUSES, NOTICES
from index.local.notices import Notices

ROLES = tuple(Role)
TABLE = np.dtype([("end", np.int64), ("notice", np.int32), ("role", np.uint8)])
IDS = np.dtype([("hash", np.uint64), ("row", np.int32)])
KEPT = 20_000  # clauses kept parsed, those used last: some 40 MB


class Clauses(Sequence[IndexedClause]):
    """All clauses in corpus order, each parsed when it is asked for. Safe under threads.

    `notice_of` int32 [n] and `role_of` uint8 [n] (places in ROLES) know of every clause what filters
    need, without parsing any. The clauses of one notice stand together: `rows(notice)`.
    """

    def __init__(
        self,
        text: memoryview,
        table: NDArray[np.void],
        ids: NDArray[np.void],
        notices: Sequence[CorpusNotice],
        day: dt.date,
    ) -> None:
        """Clauses read as they do on `day`. Raises ValueError if text, tables and notices do not fit each other."""
        ends = table["end"]
        in_order = bool(np.all(ends[1:] >= ends[:-1])) and bool(np.all(np.diff(table["notice"]) >= 0))
        if not in_order or (int(ends[-1]) if len(ends) else 0) != len(text):
            raise ValueError("clause table does not fit the clauses")
        if len(table) and not 0 <= int(table["notice"][0]) <= int(table["notice"][-1]) < len(notices):
            raise ValueError("clause table does not fit the notices")
        if len(ids) != len(table) or (len(ids) and not 0 <= int(ids["row"].min()) <= int(ids["row"].max()) < len(ids)):
            raise ValueError("ids do not fit the clauses")
        self._ids = ids
        self.notice_of: NDArray[np.int32] = np.ascontiguousarray(table["notice"])
        self.role_of: NDArray[np.uint8] = np.ascontiguousarray(table["role"])
        self._ends: NDArray[np.int64] = np.ascontiguousarray(ends)
        self._firsts: list[int] = np.searchsorted(self.notice_of, np.arange(len(notices) + 1)).tolist()
        self._text = text
        self._notices = notices
        self._day = day
        self._get = functools.lru_cache(maxsize=KEPT)(self._parse)

    def _parse(self, row: int) -> IndexedClause:
        begin = int(self._ends[row - 1]) if row else 0
        ordinal = int(self.notice_of[row])
        source = self._notices[ordinal]
        data = json.loads(bytes(self._text[begin : int(self._ends[row])]))
        clause = reads_on(Clause.from_json(data, source.notice.notice_id), self._day)
        return IndexedClause(row, clause, source, ordinal)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, row: int) -> IndexedClause: ...
    @overload
    def __getitem__(self, row: slice) -> list[IndexedClause]: ...
    def __getitem__(self, row: int | slice) -> IndexedClause | list[IndexedClause]:
        if isinstance(row, slice):
            return [self._get(one) for one in range(*row.indices(len(self)))]
        at = int(row) + len(self) if row < 0 else int(row)
        if not 0 <= at < len(self):
            raise IndexError(row)
        return self._get(at)

    def __iter__(self) -> Iterator[IndexedClause]:
        """All of them, without driving those used last out of memory."""
        return map(self._parse if len(self) > KEPT else self._get, range(len(self)))

    def rows(self, notice: int) -> range:
        """The rows of the clauses of the notice at place `notice`."""
        return range(self._firsts[notice], self._firsts[notice + 1])

    def roles(self, rows: range) -> list[Role]:
        """The roles of some clauses."""
        return [ROLES[role] for role in self.role_of[rows.start : rows.stop]]

    def find(self, clause_id: str) -> IndexedClause | None:
        """The clause of an id, or None."""
        wanted = np.uint64(id_hash(clause_id))
        at = int(np.searchsorted(self._ids["hash"], wanted))
        while at < len(self._ids) and self._ids["hash"][at] == wanted:
            entry = self[int(self._ids["row"][at])]
            if entry.clause_id == clause_id:
                return entry
            at += 1
        return None

    def of_notices(self, keep: Sequence[bool] | NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which clauses belong to the notices kept: bool [notices] becomes bool [n]."""
        return np.asarray(keep, np.bool_)[self.notice_of]


def id_hash(clause_id: str) -> int:
    """The number under which a clause's id is looked up, 64 bits; two ids may share one."""
    digest = hashlib.blake2b(clause_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def write_clauses(data: Path, notices: Iterable[CorpusNotice]) -> int:
    """Write notices (without their clauses), clauses and the two tables, in corpus order.

    Returns the number of clauses. Holds one notice at a time. Raises OSError.
    """
    ends, owners, roles, hashes = array("q"), array("i"), array("B"), array("Q")
    end = 0
    with (data / NOTICES).open("wb") as heads, (data / CLAUSES).open("wb") as lines:
        for number, source in enumerate(notices):
            bare = replace(source.notice, clauses=())
            issue = None if source.bulletin is None else source.bulletin.to_json()
            heads.write(_line({"notice": bare.to_json(), "files": list(source.files), "bulletin": issue}))
            for clause in source.notice.clauses:
                end += lines.write(_line(clause.to_json()))
                ends.append(end)
                owners.append(number)
                roles.append(ROLES.index(clause.role))
                hashes.append(id_hash(clause.clause_id))
    table = np.zeros(len(ends), TABLE)
    table["end"], table["notice"], table["role"] = ends, owners, roles
    np.save(data / CLAUSE_TABLE, table)
    ids = np.zeros(len(hashes), IDS)
    ids["hash"], ids["row"] = hashes, np.arange(len(hashes))
    np.save(data / CLAUSE_IDS, np.sort(ids, order=("hash", "row")))
    return len(table)


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8") + b"\n"


def read_clauses(files: Mapping[str, memoryview], today: dt.date) -> tuple[Notices, Clauses]:
    """The notices and clauses that `write_clauses` wrote, as they stand on a day. Raises ValueError, KeyError or
    TypeError if the files do not hold what they should."""
    notices = Notices(bytes(files[NOTICES]), today)
    table = np.load(io.BytesIO(files[CLAUSE_TABLE]), allow_pickle=False)
    ids = np.load(io.BytesIO(files[CLAUSE_IDS]), allow_pickle=False)
    if table.dtype != TABLE or ids.dtype != IDS:
        raise ValueError("clause table has other columns")
    return notices, Clauses(files[CLAUSES], table, ids, notices, today)
