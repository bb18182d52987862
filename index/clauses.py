"""The notices and clauses of an index: how they are stored, and read one by one.

Notices are JSON lines, read when the index is opened. Clauses are JSON lines too; a table beside
them says where each ends, of which notice and of which kind it is, so that opening parses none.
"""

from __future__ import annotations

import bisect
import datetime as dt
import functools
import io
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from corpus.model import Clause, ClauseKind, Notice, Status
from index.manifest import CLAUSE_TABLE, CLAUSES, NOTICES

KINDS = tuple(ClauseKind)
TABLE = np.dtype([("end", np.int64), ("notice", np.int32), ("kind", np.uint8)])
KEPT = 20_000  # clauses kept parsed, those used last: some 40 MB


@dataclass(frozen=True, slots=True)
class IndexedNotice:
    """A notice (its clauses are in the index) and the files it was found in, the first one first."""

    notice: Notice
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexedClause:
    """A clause and the notice it belongs to. `row` is its place in the index (corpus order)."""

    row: int
    clause: Clause
    source: IndexedNotice

    @property
    def clause_id(self) -> str:
        return self.clause.clause_id

    @property
    def text(self) -> str:
        return self.clause.text

    @property
    def path(self) -> tuple[str, ...]:
        return self.clause.path

    @property
    def kind(self) -> str:
        return self.clause.kind.value

    @property
    def notice(self) -> Notice:
        return self.source.notice


class Clauses(Sequence[IndexedClause]):
    """All clauses in corpus order, each parsed when it is asked for. Safe under threads.

    `notice_of` int32 [n] and `kind_of` uint8 [n] (places in KINDS) know of every clause what filters
    need, without parsing any. The clauses of one notice stand together: `rows(notice)`.
    """

    def __init__(self, text: memoryview, table: NDArray[np.void], notices: tuple[IndexedNotice, ...]) -> None:
        """Raises ValueError if text, table and notices do not fit each other."""
        ends = table["end"]
        in_order = bool(np.all(ends[1:] >= ends[:-1])) and bool(np.all(np.diff(table["notice"]) >= 0))
        if not in_order or (int(ends[-1]) if len(ends) else 0) != len(text):
            raise ValueError("clause table does not fit the clauses")
        if len(table) and not 0 <= int(table["notice"][0]) <= int(table["notice"][-1]) < len(notices):
            raise ValueError("clause table does not fit the notices")
        self.notice_of: NDArray[np.int32] = np.ascontiguousarray(table["notice"])
        self.kind_of: NDArray[np.uint8] = np.ascontiguousarray(table["kind"])
        self._ends: NDArray[np.int64] = np.ascontiguousarray(ends)
        self._firsts: list[int] = np.searchsorted(self.notice_of, np.arange(len(notices) + 1)).tolist()
        self._text = text
        self._notices = notices
        self._get = functools.lru_cache(maxsize=KEPT)(self._parse)

    def _parse(self, row: int) -> IndexedClause:
        begin = int(self._ends[row - 1]) if row else 0
        clause = Clause.from_json(json.loads(bytes(self._text[begin : int(self._ends[row])])))
        return IndexedClause(row, clause, self._notices[self.notice_of[row]])

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

    def of_kind(self, kind: ClauseKind) -> NDArray[np.bool_]:
        """Which clauses are of a kind: bool [n]."""
        return np.asarray(self.kind_of == KINDS.index(kind), np.bool_)

    def of_notices(self, keep: Sequence[bool] | NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which clauses belong to the notices kept: bool [notices] becomes bool [n]."""
        return np.asarray(keep, np.bool_)[self.notice_of]


def write_clauses(data: Path, notices: Iterable[IndexedNotice]) -> int:
    """Write notices (without their clauses), clauses and the clause table, in corpus order.

    Returns the number of clauses. Holds one notice at a time. Raises OSError.
    """
    ends, owners, kinds = array("q"), array("i"), array("B")
    end = 0
    with (data / NOTICES).open("wb") as heads, (data / CLAUSES).open("wb") as lines:
        for number, entry in enumerate(notices):
            bare = replace(entry.notice, clauses=())
            heads.write(_line({"notice": bare.to_json(), "files": list(entry.files)}))
            for clause in entry.notice.clauses:
                end += lines.write(_line(clause.to_json()))
                ends.append(end)
                owners.append(number)
                kinds.append(KINDS.index(clause.kind))
    table = np.zeros(len(ends), TABLE)
    table["end"], table["notice"], table["kind"] = ends, owners, kinds
    np.save(data / CLAUSE_TABLE, table)
    return len(table)


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n"


def read_clauses(
    files: dict[str, memoryview], today: dt.date | None = None
) -> tuple[tuple[IndexedNotice, ...], Clauses]:
    """The notices and clauses that `write_clauses` wrote.

    A notice that states its own end is expired from the day after, also if the index was built
    before; `today` is the current day by default. Raises ValueError, KeyError or TypeError if the
    files do not hold what they should.
    """
    now = (today or dt.date.today()).isoformat()
    notices = []
    for line in bytes(files[NOTICES]).splitlines():
        entry = json.loads(line)
        notice = _as_of(Notice.from_json(entry["notice"]), now)
        notices.append(IndexedNotice(notice, tuple(entry["files"])))
    table = np.load(io.BytesIO(files[CLAUSE_TABLE]), allow_pickle=False)
    if table.dtype != TABLE:
        raise ValueError("clause table has other columns")
    sources = tuple(notices)
    return sources, Clauses(files[CLAUSES], table, sources)


def _as_of(notice: Notice, now: str) -> Notice:
    if notice.status is Status.IN_FORCE and notice.valid_until is not None and notice.valid_until < now:
        return replace(notice, status=Status.EXPIRED)
    return notice


def next_expiry(notices: Sequence[IndexedNotice], today: dt.date) -> str | None:
    """The first day on which a notice that is in force now will have expired (ISO), if any does."""
    ends = sorted(n.notice.valid_until for n in notices if n.notice.valid_until and n.notice.status is Status.IN_FORCE)
    at = bisect.bisect_left(ends, today.isoformat())
    return (dt.date.fromisoformat(ends[at]) + dt.timedelta(days=1)).isoformat() if at < len(ends) else None
