"""Files in a collection: what a reader needs at once (notices, offices, words), packed and cut into parts.

Part i of file n has the number n · 2³² + i. The manifests of a build are files too, the last one counts.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from typing import Any

from index.local.manifest import NOTICES, OFFICES
from index.milvus.connection import Connection

WORDS, FIRSTS, ROLES_OF = "words.json", "firsts.npy", "roles.npy"
NUMBERS = {NOTICES: 1, OFFICES: 2, WORDS: 3, FIRSTS: 4, ROLES_OF: 5}
MANIFESTS = 1000  # the number before that of a build's first manifest
_EACH = 60_000  # characters of a part
_TOGETHER = 100  # parts in one request
_SHIFT = 32
_NOW = {"consistency_level": "Strong"}  # what was written a moment ago is seen; others may lag by seconds


def write_parts(connection: Connection, collection: str, number: int, content: bytes) -> None:
    """Store a file under a number. The first part comes last: where it is, the others are."""
    text = base64.b85encode(zlib.compress(content)).decode("ascii")
    pieces = [text[begin : begin + _EACH] for begin in range(0, len(text), _EACH)]
    rows = [{"part": (number << _SHIFT) + at, "content": piece, "stub": [0.0, 1.0]} for at, piece in enumerate(pieces)]
    for begin in reversed(range(0, len(rows), _TOGETHER)):
        connection.write("insert", collection, rows[begin : begin + _TOGETHER])


def read_parts(connection: Connection, collection: str, number: int) -> bytes:
    """The file of a number. Raises ValueError if it is not whole."""
    text = "".join(_pieces(connection, collection, number))
    try:
        return zlib.decompress(base64.b85decode(text))
    except (ValueError, zlib.error) as err:
        raise ValueError(f"file {number} is not whole") from err


def _pieces(connection: Connection, collection: str, number: int) -> Iterator[str]:
    first = number << _SHIFT
    while True:
        window = f"part >= {first} and part < {first + _TOGETHER}"
        rows = _rows(connection, collection, window, ["part", "content"], _TOGETHER)
        yield from (row["content"] for row in sorted(rows, key=lambda row: int(row["part"])))
        if len(rows) < _TOGETHER:
            return
        first += _TOGETHER


def last_manifest(connection: Connection, collection: str) -> int:
    """The place of the last manifest among those of a build: 1 for the first one, 0 where there is none."""
    rows = _rows(connection, collection, f"part >= {(MANIFESTS + 1) << _SHIFT}", ["part"], 10_000)
    parts = (divmod(int(row["part"]), 1 << _SHIFT) for row in rows)
    return max((number for number, at in parts if at == 0), default=MANIFESTS) - MANIFESTS


def _rows(connection: Connection, collection: str, window: str, fields: list[str], most: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.read(
        "query", collection, filter=window, output_fields=fields, limit=most, **_NOW
    )
    return found
