"""Writes an index into new collections beside those that are there; switching the alias puts it in place.

Notices, clauses and offices are rendered into a folder first, as the local engine keeps them, and sent from there: a
reader checks what it gets against the sizes and hashes that they had.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.model import CorpusNotice
from corpus.validity import change_days
from index.doubts import sum_doubts
from index.engine import ModelInfo, Provenance, Vector
from index.files import seal
from index.local.clauses import write_clauses
from index.local.counting import counted
from index.local.keywords import Bm25, Fields, from_weights
from index.local.manifest import CLAUSE_IDS, CLAUSE_TABLE, CLAUSES, Manifest
from index.local.writer import write_offices
from index.milvus.connection import Connection
from index.milvus.errors import MilvusFailed
from index.milvus.packing import pack
from index.milvus.parts import FIRSTS, MANIFESTS, NUMBERS, ROLES_OF, WORDS, write_parts
from index.milvus.published import alias_target
from index.milvus.schema import (
    FILES,
    NO_WORD,
    PARTITIONS,
    SCHEMA,
    WINDOWS,
    indexes_of,
    new_generation,
    place_of,
    schema_of,
)

_TOGETHER = 1000  # entries in one request: some megabytes, of 64 that a server takes
SCRATCH = "scratch-"  # how the folders begin that a build writes into

Rows = Iterable[dict[str, Any]]


class MilvusWriter:
    """One index being written (`index.engine.EngineWriter`). Until `publish`, nobody sees it."""

    def __init__(self, connection: Connection, made: Provenance, work: Path, jobs: int = 1) -> None:
        """`jobs` processes count words; `work` is a folder for what is being sent."""
        self._connection, self._made, self._work, self._jobs = connection, made, work, jobs
        self.name = new_generation(connection.address.collection).name
        self.switched: float | None = None  # when the alias was given to it (monotonic)
        self._published = 0
        self._places: list[str] = []
        self._notice_of: NDArray[np.int32] = np.empty(0, np.int32)
        self._clauses = self._vectors = 0
        self._model: ModelInfo | None = None
        self._settings: dict[str, Any] = {"program": made.program, "model": made.model, "milvus": SCHEMA}
        self._files: dict[str, dict[str, Any]] = {}

    def write_keywords(self, notices: Sequence[CorpusNotice]) -> None:
        """Notices, clauses, offices and the BM25 columns. Raises OSError or a GongbaoError."""
        pairs = ((source.notice.title, clause) for source in notices for clause in source.notice.clauses)
        fields = (Fields(clause.text, " ".join(clause.path), title) for title, clause in pairs)
        self.write_counted(notices, from_weights(counted(fields, self._jobs)))

    def write_counted(self, notices: Sequence[CorpusNotice], bm25: Bm25) -> None:
        """The same where the words of the notices' clauses are counted."""
        self._places = [place_of(source.notice) for source in notices]
        self._settings["uncertain"] = sum_doubts(notices)
        self._settings["changes"] = change_days(source.notice for source in notices)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self._work) as folder:
            scratch = Path(folder)
            self._clauses = write_clauses(scratch, notices)
            write_offices(scratch, notices)
            self._write_tables(scratch, len(notices), bm25)
            self._files = {name: kept for name, kept in seal(scratch).items() if name in (*NUMBERS, CLAUSES)}
            self._create(FILES)
            for name, number in NUMBERS.items():
                write_parts(self._connection, self.name + FILES, number, (scratch / name).read_bytes())
            self._finish(FILES, 0)
            self._create("")
            self._insert("", self._clause_rows(scratch, bm25))
            self._finish("", self._clauses)

    def _write_tables(self, scratch: Path, notices: int, bm25: Bm25) -> None:
        """Where each notice's clauses begin, their roles, and in how many clauses each word is."""
        table = np.load(scratch / CLAUSE_TABLE)
        self._notice_of = np.ascontiguousarray(table["notice"])
        np.save(scratch / FIRSTS, np.searchsorted(self._notice_of, np.arange(notices + 1)).astype(np.int64))
        np.save(scratch / ROLES_OF, np.ascontiguousarray(table["role"]))
        words = sorted(bm25.vocabulary, key=bm25.vocabulary.__getitem__)
        lengths = np.diff(bm25.starts).tolist()
        content = json.dumps(list(zip(words, lengths, strict=True)), ensure_ascii=False)
        (scratch / WORDS).write_text(content, "utf-8", newline="\n")

    def _clause_rows(self, scratch: Path, bm25: Bm25) -> Iterator[dict[str, Any]]:
        ids = np.load(scratch / CLAUSE_IDS)
        hashes = np.empty(len(ids), np.uint64)
        hashes[ids["row"]] = ids["hash"]
        signed = hashes.view(np.int64)
        with (scratch / CLAUSES).open("rb") as lines:
            for row, (line, words) in enumerate(zip(lines, sparse_rows(bm25), strict=True)):
                notice = int(self._notice_of[row])
                yield {
                    "row": row,
                    "notice": notice,
                    "place": self._places[notice],
                    "id_hash": int(signed[row]),
                    "clause": pack(line.decode("utf-8"), str(self._connection.address)),
                    "words": words,
                }

    def write_vectors(self, vectors: Vector, owners: NDArray[np.int32], model: ModelInfo) -> None:
        """Vectors [n, dim], vector i of the clause in row `owners[i]`. Raises a GongbaoError."""
        notice_of = self._notice_of[owners]
        self._create(WINDOWS, model.dim)
        rows = (
            {"window": at, "row": int(owners[at]), "notice": notice, "place": self._places[notice], "vector": vector}
            for at, (vector, notice) in enumerate(zip(vectors, notice_of.tolist(), strict=True))
        )
        self._insert(WINDOWS, rows)
        self._finish(WINDOWS, len(vectors))
        self._vectors, self._model = len(vectors), model

    def _create(self, kind: str, dim: int = 2) -> None:
        # One shard for the files: what is sent in one request is then seen at once.
        options = {"num_shards": 1} if kind == FILES else {"num_partitions": PARTITIONS}
        schema = schema_of(kind, dim)
        self._connection.write("create_collection", self.name + kind, schema=schema, **options)

    def _insert(self, kind: str, rows: Rows) -> None:
        waiting = iter(rows)
        while batch := list(islice(waiting, _TOGETHER)):
            self._connection.write("insert", self.name + kind, batch)

    def _finish(self, kind: str, count: int) -> None:
        """Make the indexes and load a collection; `count` entries must be there (0: not counted)."""
        name, call = self.name + kind, self._connection.write
        call("flush", name)
        call("create_index", name, index_params=indexes_of(kind, count))
        call("load_collection", name)
        if count:
            counted_there = call("query", name, output_fields=["count(*)"], consistency_level="Strong")
            there = int(counted_there[0]["count(*)"])
            if there != count:
                what = f"Milvus 里只有 {there} 条，应为 {count} 条"
                raise MilvusFailed(what, str(self._connection.address), "原有索引没有改动，请再运行一次")

    def publish(self) -> None:
        """Put what is written in place: its manifest, then the alias in one step. Raises a GongbaoError."""
        self._published += 1
        manifest = Manifest.of(
            self._made,
            self._model,
            data=f"{self.name}.{self._published}",
            notices=len(self._places),
            clauses=self._clauses,
            vectors=self._vectors,
            files=self._files,
            settings=self._settings,
        )
        write_parts(self._connection, self.name + FILES, MANIFESTS + self._published, manifest.render())
        self._connection.write("flush", self.name + FILES)
        alias, target = self._connection.address.collection, alias_target(self._connection)
        if target != self.name:
            self._connection.write("create_alias" if target is None else "alter_alias", self.name, alias)
            self.switched = time.monotonic()


def sparse_rows(bm25: Bm25) -> Iterator[dict[int, float]]:
    """The finished BM25 columns turned into rows: word → score, of each clause in order. Word t has dimension t + 1."""
    order = np.argsort(bm25.rows, kind="stable")
    dimensions = np.repeat(np.arange(1, len(bm25.starts), dtype=np.int32), np.diff(bm25.starts))[order]
    scores = bm25.scores[order]
    ends = np.cumsum(np.bincount(bm25.rows, minlength=bm25.size))
    begin = 0
    for end in ends.tolist():
        pairs = zip(dimensions[begin:end].tolist(), scores[begin:end].tolist(), strict=True)
        yield dict(pairs) or {NO_WORD: 1.0}
        begin = end
