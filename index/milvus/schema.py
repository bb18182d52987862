"""The collections of an index in Milvus: their names, fields and indexes.

An index of the name N is three collections of one build: `N__…` with the clauses and their finished BM25 columns,
`N__…_windows` with the vectors, and `N__…_files` with what a reader needs at once. N itself is an alias of the first:
switching it puts a build in place. All are partitioned by the place that issued a notice.
"""

from __future__ import annotations

import hashlib
import platform
import re
import secrets
import time
from typing import Any, NamedTuple

from corpus.model import Notice
from corpus.offices import place

SCHEMA = 1  # of these collections; what they hold has the number of the manifest
WINDOWS, FILES = "_windows", "_files"
MOST = 16_384  # results that a server gives at once (its default limit)
TEXT_BYTES = 65_535  # of a VARCHAR
PARTITIONS = 64  # to which places are spread by their hash
NO_WORD = 0  # a dimension that no question asks for: of a clause without a token, as no vector may be empty
# From how many vectors on a graph is searched instead of all; as for the local engine.
MANY = 50_000
LINKS, BUILD_WIDTH, SEARCH_WIDTH = 32, 200, 256
_GENERATION = re.compile(r"__([0-9a-f]{8})([0-9a-f]{6})[0-9a-f]{6}")
CLAUSE_FIELDS = frozenset(("row", "notice", "place", "id_hash", "clause", "words"))


class Generation(NamedTuple):
    """The name of a build's clauses, when it was begun (seconds since 1970) and on which machine."""

    name: str
    begun: int
    machine: str


def new_generation(collection: str) -> Generation:
    begun = int(time.time())
    return Generation(f"{collection}__{begun:08x}{_machine()}{secrets.token_hex(3)}", begun, _machine())


def generation_of(collection: str, name: str) -> Generation | None:
    """The build that a collection of this name belongs to, if it is one of an index."""
    match = _GENERATION.match(name, len(collection)) if name.startswith(collection) else None
    if match is None or name[match.end() :] not in ("", WINDOWS, FILES):
        return None
    return Generation(name[: match.end()], int(match[1], 16), match[2])


def is_own(generation: Generation) -> bool:
    """Whether it was begun on this machine."""
    return generation.machine == _machine()


def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


def place_of(notice: Notice) -> str:
    """The place whose partition a notice's clauses are in; `-` for one that names none."""
    return place(notice.issuer or "") or place(notice.unit or "") or "-"


def schema_of(kind: str, dim: int = 2) -> Any:
    """The fields of the collection whose name ends in `kind`."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    if kind == FILES:
        schema.add_field("part", DataType.INT64, is_primary=True)
        schema.add_field("content", DataType.VARCHAR, max_length=TEXT_BYTES)
        schema.add_field("stub", DataType.FLOAT_VECTOR, dim=2)  # a collection must have a vector
        return schema
    key = "window" if kind == WINDOWS else "row"
    schema.add_field(key, DataType.INT64, is_primary=True)
    schema.add_field("notice", DataType.INT64)
    schema.add_field("place", DataType.VARCHAR, max_length=256, is_partition_key=True)
    if kind == WINDOWS:
        schema.add_field("row", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    else:
        schema.add_field("id_hash", DataType.INT64)
        schema.add_field("clause", DataType.VARCHAR, max_length=TEXT_BYTES)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    return schema


def indexes_of(kind: str, count: int) -> Any:
    """The indexes of a collection of `count` entries."""
    from pymilvus import MilvusClient

    found = MilvusClient.prepare_index_params()
    if kind == FILES:
        found.add_index("stub", index_type="FLAT", metric_type="IP")
        return found
    found.add_index("notice", index_type="INVERTED")
    if kind == WINDOWS:
        graph = count >= MANY
        params = {"M": LINKS, "efConstruction": BUILD_WIDTH} if graph else {}
        found.add_index("vector", index_type="HNSW" if graph else "FLAT", metric_type="IP", params=params)
    else:
        found.add_index("id_hash", index_type="INVERTED")
        found.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    return found
