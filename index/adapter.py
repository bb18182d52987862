"""The question adapter: a small linear correction of question vectors, learnt from lay questions.

A question's vector q becomes the normalised q + (q·down)·up. Passages stay as they are, so an index
needs no new vectors, and a question costs 50,000 multiplications more. `index/train.py` makes it;
`data/question_adapter.md` is its card.

What it does above all is to take out what all questions have in common: without it, passages that
resemble any question come up everywhere (hubs: Radovanović, Nanopoulos & Ivanović, JMLR 2010).
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from index.embedding import Embedder, ModelError, Vectors, normalised
from index.model_folder import MODEL_NAME
from index.model_source import SOURCE_SHA256

FILE = "question_adapter.safetensors"
_WEIGHTS = "weights_sha256"


@dataclass(frozen=True, slots=True)
class QuestionAdapter:
    """`down` float32 [dim, rank] and `up` float32 [rank, dim]; `sha256` is the file's."""

    down: Vectors
    up: Vectors
    sha256: str

    def apply(self, vectors: Vectors) -> Vectors:
        """Question vectors [count, dim] of norm 1, corrected, again of norm 1."""
        return normalised(np.asarray(vectors + (vectors @ self.down) @ self.up, np.float32))


def adapter_for(embedder: Embedder) -> QuestionAdapter | None:
    """The adapter that comes with the program if it was learnt for this model, else None."""
    if embedder.name != MODEL_NAME:
        return None
    adapter = _own()
    return adapter if adapter is not None and adapter.down.shape[0] == embedder.dim else None


@functools.cache
def _own() -> QuestionAdapter | None:
    place = resources.files("index").joinpath("data", FILE)
    return read_adapter(Path(str(place))) if place.is_file() else None


def read_adapter(path: Path) -> QuestionAdapter:
    """Read an adapter of the default model. Raises ModelError if it is damaged or for other weights."""
    todo = "请重新安装本程序，或运行：python -m index train"
    try:
        with safe_open(path, "np") as file:
            made_for = (file.metadata() or {}).get(_WEIGHTS)
            down, up = (np.asarray(file.get_tensor(name), np.float32) for name in ("down", "up"))
    except (OSError, SafetensorError) as err:
        raise ModelError("问题向量的修正文件读不出来", str(path), todo) from err
    if made_for != SOURCE_SHA256 or down.shape != up.T.shape:
        raise ModelError("问题向量的修正文件与自带模型不配套", str(path), todo)
    return QuestionAdapter(down, up, hashlib.sha256(path.read_bytes()).hexdigest())


def write_adapter(path: Path, down: Vectors, up: Vectors) -> None:
    """Write an adapter of the default model as float16. Raises ModelError if it can't be written."""
    tensors = {name: np.ascontiguousarray(array, np.float16) for name, array in (("down", down), ("up", up))}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, path, metadata={_WEIGHTS: SOURCE_SHA256})
    except (OSError, SafetensorError) as err:
        raise ModelError("写不了问题向量的修正文件", str(path), "请检查磁盘空间和权限，或用 --out 换一个位置") from err
