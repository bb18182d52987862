"""Vectors: a cache by content and model, and the FAISS index over them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder

_KEY = 16  # bytes of a text's hash


class VectorCache:
    """Embeddings made before, in one append-only file per model: records of a 16-byte hash of the text
    and its float32 vector. A record cut short by a crash is ignored."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"vectors-{embedder.sha256[:16]}.bin"
        self.dim = embedder.dim
        self.record = np.dtype([("key", f"V{_KEY}"), ("vector", np.float32, (self.dim,))])
        self.found: dict[bytes, NDArray[np.float32]] = {}
        if self.path.exists():
            data = self.path.read_bytes()
            whole = len(data) // self.record.itemsize * self.record.itemsize
            if whole < len(data):
                os.truncate(self.path, whole)
            records = np.frombuffer(data[:whole], self.record)
            self.found = {entry["key"].tobytes(): entry["vector"] for entry in records}

    @staticmethod
    def _key(text: str) -> bytes:
        return hashlib.sha256(text.encode("utf-8")).digest()[:_KEY]

    def missing(self, texts: Sequence[str]) -> list[str]:
        """The texts without a vector, each once, in order."""
        return [text for text in dict.fromkeys(texts) if self._key(text) not in self.found]

    def add(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Append vectors [len(texts), dim] and put them on the disk before returning."""
        records = np.empty(len(texts), self.record)
        for at, text in enumerate(texts):
            records[at] = (self._key(text), vectors[at])
            self.found[self._key(text)] = vectors[at]
        with self.path.open("ab") as out:
            out.write(records.tobytes())
            out.flush()
            os.fsync(out.fileno())

    def get(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [len(texts), dim], in order. Raises KeyError if one is missing."""
        out = np.empty((len(texts), self.dim), np.float32)
        for at, text in enumerate(texts):
            out[at] = self.found[self._key(text)]
        return out


def flat_index(vectors: NDArray[np.float32]) -> Any:
    """An exact inner-product index (cosine, for rows of norm 1)."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    return index
