"""The vector index: FAISS, its kind chosen by the number of vectors.

Few vectors are compared with the question one by one. Of many, a compressed copy is scanned first,
and only the best are compared: product quantisation with 4 bits for two numbers (Jégou, Douze,
Schmid, "Product Quantization for Nearest Neighbor Search", TPAMI 2011) in the layout that a
processor scans in its registers (André, Kermarrec, Le Scouarnec, "Cache locality is not enough",
VLDB 2015). Inverted lists were measured too, and lost: questions lie apart from the passages, so the
nearest passages of one are spread over many lists.

FAISS itself opens no file: it can't open some paths (Chinese folders on Windows), and writing to a
full disk can pass without an error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.engine import Ranked
from index.local.keywords import read_array
from index.local.manifest import DENSE, OWNERS
from index.ranking import best_clauses

# Vectors from which on the compressed copy is scanned first. tests/bench/bench_growth.py --kinds
# measured 100,000 vectors (AMD EPYC, 2 cores): one by one 15 ms a question, recall@10 .999; in half
# precision 3 ms, .997; scanned first 1.4 ms, .997; 1,024 inverted lists, 128 of them searched, .72.
MANY = 50_000
COMPARED = 4000  # best of the scan that are compared at least; from 500 on recall rose no more
# Vectors that the compression is learnt from, and rounds of k-means: 25 rounds, FAISS's default, take
# three times as long for the same recall, 5,000 vectors lose .003.
_TRAINED, _ROUNDS = 20_000, 10
_WRITTEN = 2**20  # bytes written to a file at a time
# A filter that lets less than this share through is answered by comparing what it lets through.
_SCANNED_SHARE = 0.2


def factory(count: int, dim: int) -> str:
    """FAISS's own name for the kind of index of `count` vectors, as the manifest records it."""
    if count < MANY or dim % 2:
        return "Flat"
    return f"PQ{dim // 2}x4fs,Refine(SQfp16)"


def _faiss() -> Any:
    """FAISS, loaded when it is needed; without its types, which lack much of what it has."""
    import faiss

    return faiss


@dataclass(frozen=True, slots=True)
class Dense:
    """The FAISS index of the clauses' windows: `owners[i]` is the row of the clause of vector i
    (rising, for the windows of a clause stand together). `content` holds the bytes that FAISS reads
    the vectors from: they must live as long as it does."""

    faiss: Any
    owners: NDArray[np.int32]
    content: memoryview | None = None

    def search(self, vector: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None = None) -> list[Ranked]:
        """The `count` nearest clauses with their cosines, nearest first, each clause once.

        `allowed` bool [clauses] keeps a search to some of them; it finds `count` of those.
        """
        query = np.ascontiguousarray(vector.reshape(1, -1), np.float32)
        mask = None if allowed is None else allowed[self.owners]
        available = len(self.owners) if mask is None else int(np.count_nonzero(mask))

        def ask(wanted: int) -> list[tuple[float, int]]:
            found = self._nearest(query, wanted, mask, available)
            return [(score, int(self.owners[at])) for score, at in found]

        return best_clauses(ask, count, available)

    def _nearest(
        self, query: NDArray[np.float32], wanted: int, mask: NDArray[np.bool_] | None, available: int
    ) -> list[tuple[float, int]]:
        """(cosine, place) of the `wanted` nearest vectors among the `available` ones of `mask`."""
        total = len(self.owners)
        share = available / total
        if hasattr(self.faiss, "k_factor") and share >= _SCANNED_SHARE:
            # The scan knows no filter: it brings as many more as the filter will take away.
            asked = min(total, math.ceil(1.5 * wanted / share) if share < 1 else wanted)
            factor = max(1.0, COMPARED / asked)
            scanned = self._ask(self.faiss, query, asked, _faiss().IndexRefineSearchParameters(k_factor=factor))
            kept = [(score, at) for score, at in scanned if mask is None or mask[at]]
            if len(kept) >= wanted:
                return kept[:wanted]
        parameters = None
        if mask is not None:
            bits = np.packbits(mask, bitorder="little")
            parameters = _faiss().SearchParameters(sel=_faiss().IDSelectorBitmap(total, _faiss().swig_ptr(bits)))
        return self._ask(self._stored(), query, wanted, parameters)

    def _stored(self) -> Any:
        """The index that compares with every vector."""
        return _faiss().downcast_index(self.faiss.refine_index) if hasattr(self.faiss, "k_factor") else self.faiss

    @staticmethod
    def _ask(index: Any, query: NDArray[np.float32], wanted: int, parameters: Any) -> list[tuple[float, int]]:
        scores, places = index.search(query, wanted, params=parameters)
        pairs = zip(scores[0].tolist(), places[0].tolist(), strict=True)
        return [(score, at) for score, at in pairs if at >= 0]  # FAISS pads with -1


def build_dense(vectors: NDArray[np.float32], kind: str | None = None) -> Any:
    """A FAISS index over vectors [n, dim] of norm 1 by inner product, which is their cosine."""
    rows = np.ascontiguousarray(vectors, np.float32)
    chosen = factory(*rows.shape) if kind is None else kind
    index = _faiss().index_factory(rows.shape[1], chosen, _faiss().METRIC_INNER_PRODUCT)
    if hasattr(index, "k_factor"):
        _faiss().downcast_index(index.base_index).pq.cp.niter = _ROUNDS
    if not index.is_trained:
        # Spread evenly, the same ones in every build; a list learns from some forty vectors.
        step = max(1, len(rows) // max(_TRAINED, 40 * getattr(index, "nlist", 0)))
        index.train(np.ascontiguousarray(rows[::step]))
    index.add(rows)
    return index


def save_dense(data: Path, index: Any, owners: NDArray[np.int32]) -> None:
    """Write the FAISS index and the owners of its vectors; memory holds no second copy of it. Raises OSError."""
    with (data / DENSE).open("wb") as out:
        _faiss().write_index(index, _faiss().PyCallbackIOWriter(out.write, _WRITTEN))
    np.save(data / OWNERS, np.asarray(owners, np.int32))


def load_dense(files: Mapping[str, memoryview], vectors: int, dim: int, clauses: int) -> Dense:
    """What `save_dense` wrote. Raises ValueError if it isn't `vectors` vectors of length `dim`,
    RuntimeError if FAISS can't read it."""
    content = files[DENSE]
    reader = _faiss().ZeroCopyIOReader(_faiss().swig_ptr(np.frombuffer(content, np.uint8)), len(content))
    index = _faiss().read_index(reader)
    owners = read_array(files[OWNERS], np.int32)
    if index.ntotal != vectors or len(owners) != vectors or index.d != dim:
        raise ValueError("vectors and owners do not fit each other")
    if len(owners) and not 0 <= int(owners.min()) <= int(owners.max()) < clauses:
        raise ValueError("owners name clauses that are not there")
    return Dense(index, owners, content)
