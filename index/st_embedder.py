"""Any SentenceTransformer as an Embedder. The only file that imports sentence-transformers.

That import takes seconds, so it happens when a model is loaded, not before.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.cores import usable_cores
from index.embedding import ModelError, Vectors, WindowedEmbedder
from index.model_folder import hash_file
from index.prompts import Prompts, prompts_for

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Where a model states no length at all: the window of BERT and of most Chinese sentence models.
_USUAL_WINDOW = 512
# A graphics card is idle with batches that fill a processor.
_GPU_BATCH_TOKENS = 16384
# Files that bear on a model's vectors; read-me files and pictures don't.
_MODEL_SUFFIXES = frozenset({".safetensors", ".bin", ".json", ".txt", ".model", ".py"})


class StEmbedder(WindowedEmbedder):
    """A model named by its folder or by its name on the hub."""

    def __init__(self, model: str, *, threads: int | None = None) -> None:
        """Raises ModelError if the model isn't there, can't be fetched, or can't be loaded."""
        self._model = _load(model)
        if self._model.device.type == "cpu":
            _set_threads(usable_cores() if threads is None else threads)
        else:
            self.batch_tokens = _GPU_BATCH_TOKENS
        dim = self._model.get_embedding_dimension()
        if dim is None:
            dim = len(self._model.encode("一"))
        super().__init__(
            model, dim, self._model.max_seq_length or _USUAL_WINDOW, _own_prompts(self._model) or _known(model)
        )

    @cached_property
    def sha256(self) -> str:
        """Hash over the folder's files, or over the parameters where the model came from the hub."""
        folder = Path(self.name)
        digest = hashlib.sha256()
        if folder.is_dir():
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix in _MODEL_SUFFIXES:
                    digest.update(f"{path.relative_to(folder).as_posix()} {hash_file(path)}\n".encode())
        else:
            for name, tensor in sorted(self._model.state_dict().items()):
                digest.update(name.encode())
                digest.update(tensor.detach().cpu().float().numpy().tobytes())
        return digest.hexdigest()

    def _count(self, text: str) -> int:
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(
            list(texts),
            prompt=prefix,  # an empty one keeps the model from adding its default prompt
            batch_size=len(texts),
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)


def _own_prompts(model: SentenceTransformer) -> Prompts | None:
    """The prefixes that the model itself states, which it knows better than any table."""
    query = model.prompts.get("query", "")
    passage = model.prompts.get("passage") or model.prompts.get("document", "")
    return Prompts(query, passage) if query or passage else None


def _known(model: str) -> Prompts:
    return prompts_for(model) or Prompts()


def _load(model: str) -> SentenceTransformer:
    folder = Path(model)
    local = folder.is_dir()
    looks_like_path = folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1
    if not local and (looks_like_path or folder.exists()):
        raise ModelError("没有这个模型文件夹", model, "请检查 --model 的路径")
    try:
        with _offline(local):
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(model, local_files_only=local)
    except Exception as err:  # loading runs a model's own files: any exception may come out
        if local:
            raise ModelError(
                f"模型文件夹装不进来（{_first_line(err)}）",
                model,
                "它应是 sentence-transformers 保存的文件夹（含 modules.json 或 config.json）",
            ) from err
        raise ModelError(
            f"本机没有这个模型，也下载不到（{_first_line(err)}）",
            model,
            "请检查名称；不能联网时，先在别处下载好，再用 --model 指定它的文件夹",
        ) from err


def _first_line(err: Exception) -> str:
    return f"{type(err).__name__}: {str(err).strip().partition(chr(10))[0][:120]}"


@contextmanager
def _offline(wanted: bool) -> Iterator[None]:
    """Keep the hub's client from asking anything while a local model is imported and loaded."""
    before = os.environ.get("HF_HUB_OFFLINE")
    if wanted:
        os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    finally:
        if wanted and before is None:
            del os.environ["HF_HUB_OFFLINE"]
        elif before is not None:
            os.environ["HF_HUB_OFFLINE"] = before


def _set_threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
