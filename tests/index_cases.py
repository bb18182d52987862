"""What the tests of the index share: notices of the real gazette as small files, a quick embedder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.build import BuildReport, build
from index.engine import Engine
from index.local.store import LocalEngine
from index.tokens import tokenize

GAZETTE = Path(__file__).parent.parent / "corpus" / "bulletins" / "lishi-2023-02.txt"

# First and last line of short notices in the gazette. 33 repeals 29, which has nearly the same text.
NOTICES = {
    "3号.txt": (158, 172),
    "8号.txt": (1155, 1175),
    "29号.txt": (1452, 1468),
    "33号.txt": (1540, 1562),
    "12号.txt": (2427, 2457),
}
NUMBERS = {
    "3号.txt": "离政发〔2023〕3号",
    "8号.txt": "离政发〔2023〕8号",
    "29号.txt": "离政函〔2023〕29号",
    "33号.txt": "离政函〔2023〕33号",
    "12号.txt": "离政办发〔2023〕12号",
}
DIM = 8


def notice_text(name: str) -> str:
    """One notice as it stands in the gazette."""
    first, last = NOTICES[name]
    return "\n".join(GAZETTE.read_text("utf-8").split("\n")[first - 1 : last]) + "\n"


def write_notices(folder: Path, names: Sequence[str] = tuple(NOTICES)) -> Path:
    """A folder with these notices, each a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(notice_text(name), "utf-8")
    return folder


class QuickEmbedder:
    """Vectors of norm 1 drawn from the hash of a text: as good as any where only their way counts."""

    dim = DIM
    max_tokens = 512

    def __init__(self, name: str = "quick") -> None:
        self.name = name
        self.sha256 = hashlib.sha256(name.encode()).hexdigest()
        self.embedded: list[str] = []

    def split_passage(self, context: str, text: str) -> list[str]:
        return [context + text]

    def encode_passages(self, texts: Sequence[str], progress: Any = None) -> NDArray[np.float32]:
        self.embedded += texts
        if progress is not None:
            progress(len(texts))
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, self.dim)

    def encode_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32).reshape(-1, self.dim)

    def _vector(self, text: str) -> NDArray[np.float32]:
        seed = int.from_bytes(hashlib.sha256((self.name + text).encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).standard_normal(self.dim)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def quick_build(monkeypatch: Any, inputs: Path, index: Path, **options: Any) -> tuple[BuildReport, QuickEmbedder]:
    """Build with the quick embedder; also gives it, so that a test sees what was embedded."""
    embedder = QuickEmbedder()
    monkeypatch.setattr("index.build.load_embedder", lambda name: embedder)
    return build([inputs], index, model="quick", **options), embedder


def holding(engine: Engine, text: str) -> list[int]:
    """Rows of the clauses that hold a token of a text, the best first."""
    weights = dict.fromkeys(tokenize(text), 1.0)
    return [found.row for found in engine.keywords(weights, engine.info.clauses)]


def numbers(index: LocalEngine) -> list[str | None]:
    return [entry.notice.doc_number for entry in index.notices]


def content(index: LocalEngine) -> dict[str, Any]:
    """All that an index answers from, for comparing two of them."""
    bm25 = index.bm25
    postings = {
        word: (bm25.rows[a:b].tolist(), bm25.scores[a:b].tolist())
        for word, column in bm25.vocabulary.items()
        for a, b in [(bm25.starts[column], bm25.starts[column + 1])]
    }
    vectors = None
    if index.dense is not None:
        vectors = index.dense.faiss.reconstruct_n(0, index.dense.faiss.ntotal).tolist()
    return {
        "notices": [(entry.notice.to_json(), entry.files) for entry in index.notices],
        "clauses": [(entry.clause.to_json(), entry.notice.notice_id) for entry in index.content],
        "offices": [entry.to_json() for entry in index.offices],
        "postings": postings,
        "vectors": vectors,
        "owners": None if index.dense is None else index.dense.owners.tolist(),
    }


def file_of(index: Path, name: str) -> Path:
    """A file in the data folder of the index."""
    from index.local.manifest import read_manifest

    return index / read_manifest(index).data / name
