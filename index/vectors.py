"""Embeddings made before, kept by content and model, so that no text is embedded twice."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.files import write_file
from index.model.embedder import Embedder

_KEY = 16  # bytes of a text's hash
_FORMAT = 2  # 2: records have a checksum


class VectorCache:
    """One file for each model, to which records are appended: a hash of the text (16 bytes), a
    checksum of the record (4 bytes) and its float32 vector.

    A record that a crash cut short, or whose checksum is wrong, counts as not there. Vectors made
    before are mapped, those of this run kept in memory, so that others may append at the same time.
    """

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        """Raises OSError if the folder can't be made or the file can't be read."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"vectors-{embedder.sha256[:16]}-{_FORMAT}.bin"
        self.dim = embedder.dim
        self.record = np.dtype([("key", f"V{_KEY}"), ("check", np.uint32), ("vector", np.float32, (self.dim,))])
        self._stored: NDArray[np.void] = np.empty(0, self.record)
        self._places: dict[bytes, int] = {}
        self._new: dict[bytes, NDArray[np.float32]] = {}
        if self.path.exists():
            self._scan()

    def _scan(self) -> None:
        size = self.path.stat().st_size
        count = size // self.record.itemsize
        if count * self.record.itemsize < size:
            os.truncate(self.path, count * self.record.itemsize)
        if count:
            self._stored = np.memmap(self.path, self.record, mode="r", shape=(count,))
        for place, record in enumerate(self._stored):
            key = record["key"].tobytes()
            if int(record["check"]) == _checksum(key, record["vector"]):
                self._places[key] = place

    def _has(self, key: bytes) -> bool:
        return key in self._places or key in self._new

    def missing(self, texts: Sequence[str]) -> list[str]:
        """The texts without a vector, each once, in order."""
        return [text for text in dict.fromkeys(texts) if not self._has(_key(text))]

    def add(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Append vectors [len(texts), dim] and put them on the disk before returning (OSError)."""
        with self.path.open("ab") as out:
            out.write(self._packed(texts, vectors))
            out.flush()
            os.fsync(out.fileno())
        for at, text in enumerate(texts):
            self._new[_key(text)] = vectors[at]

    def _packed(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> bytes:
        records = np.empty(len(texts), self.record)
        for at, text in enumerate(texts):
            records[at] = (_key(text), _checksum(_key(text), vectors[at]), vectors[at])
        return records.tobytes()

    def get(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [len(texts), dim], in order. Raises KeyError if one is missing."""
        out = np.empty((len(texts), self.dim), np.float32)
        for at, text in enumerate(texts):
            key = _key(text)
            out[at] = self._new[key] if key in self._new else self._stored[self._places[key]]["vector"]
        return out

    def forget_all_but(self, texts: Sequence[str]) -> None:
        """Write the file anew with the vectors of `texts` only, if that halves it (OSError)."""
        kept = [text for text in dict.fromkeys(texts) if self._has(_key(text))]
        if 2 * len(kept) > len(self._stored) + len(self._new):
            return
        packed = self._packed(kept, self.get(kept))
        self._stored, self._places, self._new = np.empty(0, self.record), {}, {}  # unmaps the file
        write_file(self.path, packed)
        self._scan()


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY]


def _checksum(key: bytes, vector: NDArray[np.float32]) -> int:
    return zlib.crc32(np.ascontiguousarray(vector, np.float32).tobytes(), zlib.crc32(key))
