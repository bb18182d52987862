"""An index opened for searching: clauses with their notices, keyword index and vectors."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.model import Clause, Notice
from index.bm25 import Bm25
from index.manifest import (
    CLAUSES,
    DENSE,
    NOTICES,
    OWNERS,
    IndexCorrupt,
    Manifest,
    check_files,
    check_tokens,
    read_manifest,
)
from index.paths import DEFAULT_INDEX
from index.tokens import fingerprint


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


@dataclass(frozen=True, slots=True)
class Dense:
    """The FAISS index of the clauses' windows: `owners[i]` is the row of the clause of vector i."""

    faiss: Any
    owners: NDArray[np.int32]

    def search(self, vector: NDArray[np.float32], count: int) -> list[tuple[int, float]]:
        """The `count` nearest clauses as (row, cosine), nearest first, each clause once."""
        wanted = min(int(self.faiss.ntotal), 2 * count)
        if wanted == 0:
            return []
        scores, found = self.faiss.search(vector.reshape(1, -1).astype(np.float32), wanted)
        best: dict[int, float] = {}
        for score, at in zip(scores[0], found[0], strict=True):
            if at >= 0:  # FAISS pads with -1
                row = int(self.owners[at])
                best[row] = max(best.get(row, -1.0), float(score))
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        return ranked[:count]


@dataclass(frozen=True, slots=True)
class Index:
    """Everything a search needs, read into memory; a build that follows does not disturb it."""

    folder: Path
    manifest: Manifest
    notices: tuple[IndexedNotice, ...]
    clauses: tuple[IndexedClause, ...]
    bm25: Bm25
    dense: Dense | None

    @classmethod
    def open(cls, folder: Path = DEFAULT_INDEX) -> Index:
        """Open and check an index. Raises IndexMissing, IndexOutdated or IndexCorrupt."""
        for _ in range(3):
            manifest = read_manifest(folder)
            try:
                return cls._open(folder, manifest)
            except IndexCorrupt:
                # A build may have swapped the folder between the two reads.
                if read_manifest(folder).data == manifest.data:
                    raise
        return cls._open(folder, read_manifest(folder))

    @classmethod
    def _open(cls, folder: Path, manifest: Manifest) -> Index:
        check_files(folder, manifest)
        check_tokens(folder, manifest, fingerprint())
        data = folder / manifest.data
        try:
            notices, clauses = _read_clauses(data)
            bm25 = Bm25.load(data)
            dense = _read_dense(data) if manifest.model is not None else None
        except (OSError, ValueError, KeyError, RuntimeError) as err:
            todo = "请运行：python build_index.py --rebuild"
            raise IndexCorrupt("索引内容读不出来", str(data), todo) from err
        if len(clauses) != manifest.clauses or bm25.size != len(clauses):
            raise IndexCorrupt("索引的条款数和清单不一致", str(data), "请运行：python build_index.py --rebuild")
        return cls(folder, manifest, notices, clauses, bm25, dense)


def _read_clauses(data: Path) -> tuple[tuple[IndexedNotice, ...], tuple[IndexedClause, ...]]:
    sources: list[IndexedNotice] = []
    with (data / NOTICES).open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            sources.append(IndexedNotice(Notice.from_json(entry["notice"]), tuple(entry["files"])))
    clauses: list[IndexedClause] = []
    with (data / CLAUSES).open(encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            entry = json.loads(line)
            clauses.append(IndexedClause(row, Clause.from_json(entry["clause"]), sources[entry["notice"]]))
    return tuple(sources), tuple(clauses)


def write_clauses(data: Path, notices: list[IndexedNotice]) -> None:
    """Write notices (without clauses) and clauses as JSON lines, in corpus order."""
    with (data / NOTICES).open("w", encoding="utf-8") as out:
        for entry in notices:
            bare = replace(entry.notice, clauses=())
            json.dump({"notice": bare.to_json(), "files": list(entry.files)}, out, ensure_ascii=False)
            out.write("\n")
    with (data / CLAUSES).open("w", encoding="utf-8") as out:
        for number, entry in enumerate(notices):
            for clause in entry.notice.clauses:
                json.dump({"notice": number, "clause": clause.to_json()}, out, ensure_ascii=False)
                out.write("\n")


def _read_dense(data: Path) -> Dense:
    import faiss

    # FAISS itself can't open some paths (Chinese folders on Windows): bytes are read here.
    raw = np.frombuffer((data / DENSE).read_bytes(), dtype=np.uint8)
    owners = np.load(data / OWNERS, allow_pickle=False)
    index = faiss.deserialize_index(raw)
    if index.ntotal != len(owners):
        raise ValueError("vectors and owners do not fit each other")
    return Dense(index, owners)
