"""Any SentenceTransformer as an Embedder. The only file that imports sentence-transformers.

That import takes seconds, so it happens when a model is loaded, not before.
"""

from __future__ import annotations

import hashlib
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.files import sha256_file
from index.model.cores import usable_cores
from index.model.embedder import Vectors, WindowedEmbedder
from index.model.errors import ModelError
from index.model.prompts import Prompts, prompts_for

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_HUB_NAME = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")
_HUB_SECONDS = 5
_GET_IT = "请检查名称；不能联网时，先在别处下载好，再用 --model 指定它的文件夹"
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
        name = str(Path(model).resolve()) if Path(model).is_dir() else model
        window = self._model.max_seq_length or _USUAL_WINDOW
        prompts = _own_prompts(self._model) or prompts_for(name) or Prompts()
        super().__init__(name, dim, window, prompts)

    @cached_property
    def sha256(self) -> str:
        """Hash over the folder's files, or over the parameters where the model came from the hub."""
        folder = Path(self.name)
        digest = hashlib.sha256()
        if folder.is_dir():
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix in _MODEL_SUFFIXES:
                    digest.update(f"{path.relative_to(folder).as_posix()} {sha256_file(path)}\n".encode())
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


def _load(model: str) -> SentenceTransformer:
    """Load from the folder `model`, else from the hub's local cache, else from the hub."""
    folder = Path(model)
    if model and folder.is_dir():
        try:
            return _sentence_transformer(model, local=True)
        except Exception as err:  # loading follows the folder's own files: anything may come out
            raise ModelError(
                f"模型文件夹装不进来（{_first_line(err)}）",
                model,
                "它应是 sentence-transformers 保存的文件夹（含 modules.json 或 config.json）",
            ) from err
    if not _HUB_NAME.fullmatch(model) or folder.exists():
        raise ModelError("没有这个模型文件夹", model or "（空）", "请检查 --model 的路径")
    try:
        with suppress(OSError):  # not in the hub's local cache
            return _sentence_transformer(model, local=True)
        _require_hub(model)
        return _sentence_transformer(model, local=False)
    except ModelError:
        raise
    except Exception as err:
        raise ModelError(f"模型下载不了或装不进来（{_first_line(err)}）", model, _GET_IT) from err


def _sentence_transformer(model: str, *, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(model, local_files_only=local)


def _require_hub(model: str) -> None:
    """Raise ModelError if the hub doesn't answer. Its client would try again for over a minute."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise ModelError(
            "本机没有这个模型，本程序不自行联网", model, f"{_GET_IT}；要从网上下载，请先设 HF_HUB_OFFLINE=0"
        )
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=_HUB_SECONDS).close()
    except urllib.error.HTTPError:
        return  # it answered
    except OSError as err:
        raise ModelError(f"本机没有这个模型，也连不上 {constants.ENDPOINT}", model, _GET_IT) from err


def _first_line(err: Exception) -> str:
    return f"{type(err).__name__}: {str(err).strip().partition(chr(10))[0][:120]}"


def _set_threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
