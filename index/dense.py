"""The vector index: FAISS, its kind chosen by the number of vectors.

FAISS itself opens no file: it can't open some paths (Chinese folders on Windows), and writing to a
full disk can pass without an error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.bm25 import read_array
from index.manifest import DENSE, OWNERS


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of FAISS index: `lists` is 0 for an exact one, which compares a question with every
    vector; else the vectors are sorted into that many lists, of which the nearest `probes` are
    searched. `codec` says how a vector is stored."""

    above: int  # vectors; from here on this kind is used
    lists: int
    probes: int
    codec: str

    @property
    def factory(self) -> str:
        """FAISS's own name for it, as the manifest records it."""
        return f"IVF{self.lists},{self.codec}" if self.lists else self.codec


_TRAINED, _TRAINED_PER_LIST = 10_000, 64  # vectors that lists and codecs are learnt from

# Measured by tests/bench/bench_growth.py --kinds.
KINDS = (Kind(0, 0, 0, "Flat"), Kind(200_000, 1024, 64, "SQ8"), Kind(600_000, 4096, 128, "SQ8"))


def _faiss() -> Any:
    """FAISS, loaded when it is needed; without its types, which lack much of what it has."""
    import faiss

    return faiss


def kind_for(count: int) -> Kind:
    """The kind of index for a number of vectors."""
    return max((kind for kind in KINDS if kind.above <= count), key=lambda kind: kind.above)


@dataclass(frozen=True, slots=True)
class Dense:
    """The FAISS index of the clauses' windows: `owners[i]` is the row of the clause of vector i
    (rising, for the windows of a clause stand together). `content` holds the bytes that FAISS reads
    the vectors from: they must live as long as it does."""

    faiss: Any
    owners: NDArray[np.int32]
    content: memoryview | None = None

    def search(
        self, vector: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """The `count` nearest clauses as (row, cosine), nearest first, each clause once.

        `allowed` bool [clauses] keeps a search to some of them; it finds `count` of those.
        """
        query = np.ascontiguousarray(vector.reshape(1, -1), np.float32)
        total = int(self.faiss.ntotal)
        mask = None if allowed is None else allowed[self.owners]
        available = total if mask is None else int(np.count_nonzero(mask))
        parameters = self._parameters(mask, available / total if total else 0.0)
        wanted = min(available, 2 * count)
        while wanted > 0:
            scores, found = self.faiss.search(query, wanted, params=parameters)
            best: dict[int, float] = {}
            for score, at in zip(scores[0].tolist(), found[0].tolist(), strict=True):
                if at >= 0:  # FAISS pads with -1
                    row = int(self.owners[at])
                    best[row] = max(best.get(row, -1.0), score)
            # Clauses of many windows may fill the list: then look further.
            if len(best) >= count or wanted >= available or found[0, -1] < 0:
                return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
            wanted = min(available, 4 * wanted)
        return []

    def _parameters(self, mask: NDArray[np.bool_] | None, share: float) -> Any:
        """FAISS's parameters of a search among the vectors of `mask`; None to search as usual.

        Where only a share of the vectors counts, as many times more lists are looked at.
        """
        if mask is None:
            return None
        bits = np.packbits(mask, bitorder="little")
        selector = _faiss().IDSelectorBitmap(len(mask), _faiss().swig_ptr(bits))
        if not hasattr(self.faiss, "nlist"):
            found = _faiss().SearchParameters(sel=selector)
        else:
            probes = min(self.faiss.nlist, math.ceil(self.faiss.nprobe / max(share, 1e-9)))
            found = _faiss().SearchParametersIVF(sel=selector, nprobe=probes)
        found.keeps_alive = (selector, bits)
        return found


def build_dense(vectors: NDArray[np.float32], kind: Kind | None = None) -> Any:
    """A FAISS index over vectors [n, dim] of norm 1 by inner product, which is their cosine."""
    chosen = kind_for(len(vectors)) if kind is None else kind
    rows = np.ascontiguousarray(vectors, np.float32)
    index = _faiss().index_factory(rows.shape[1], chosen.factory, _faiss().METRIC_INNER_PRODUCT)
    if chosen.lists:
        index.nprobe = chosen.probes
    if not index.is_trained:
        index.train(_sample(rows, max(_TRAINED, _TRAINED_PER_LIST * chosen.lists)))
    index.add(rows)
    return index


def _sample(vectors: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """At most `count` vectors spread evenly: the same ones in every build."""
    step = max(1, len(vectors) // count)
    return np.ascontiguousarray(vectors[::step])


def save_dense(data: Path, index: Any, owners: NDArray[np.int32]) -> None:
    """Write the FAISS index and the owners of its vectors. Raises OSError."""
    with (data / DENSE).open("wb") as out:
        out.write(memoryview(_faiss().serialize_index(index)))
    np.save(data / OWNERS, np.asarray(owners, np.int32))


def load_dense(files: dict[str, memoryview], vectors: int, dim: int, clauses: int) -> Dense:
    """What `save_dense` wrote. Raises ValueError if it isn't `vectors` vectors of length `dim`,
    RuntimeError if FAISS can't read it."""
    reader = _faiss().ZeroCopyIOReader(_faiss().swig_ptr(np.frombuffer(files[DENSE], np.uint8)), len(files[DENSE]))
    index = _faiss().read_index(reader)
    owners = read_array(files[OWNERS], np.int32)
    if index.ntotal != vectors or len(owners) != vectors or index.d != dim:
        raise ValueError("vectors and owners do not fit each other")
    if len(owners) and not 0 <= int(owners.min()) <= int(owners.max()) < clauses:
        raise ValueError("owners name clauses that are not there")
    if hasattr(index, "nlist"):
        index.parallel_mode = 1  # the lists of one question are shared among the threads
    return Dense(index, owners, files[DENSE])
