"""The default model on ONNX Runtime. Imports neither torch nor transformers: loads in under a second."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from index.model.cores import has_vnni, usable_cores
from index.model.embedder import Vectors, WindowedEmbedder
from index.model.errors import ModelError
from index.model.folder import (
    GRAPH_FILE,
    INT8_GRAPH_FILE,
    INT8_NAME,
    MODEL_NAME,
    TOKENIZER_FILE,
    ModelCard,
    broken,
    default_folder,
    int8_folder,
    whole_card,
)
from index.model.prompts import prompts_for
from index.model.tokenizer import load_tokenizer

_AWAKE_US = "20"
_KEPT = 1024  # texts whose pieces are kept: a text is counted before it is embedded


class _Net(WindowedEmbedder):
    """One net of a made folder, with its tokenizer. Safe to use from several threads at once."""

    def __init__(self, folder: Path, card: ModelCard, name: str, graph: str, threads: int | None) -> None:
        prompts = prompts_for(card.name)
        if prompts is None:
            raise ModelError(f"index/model/data/models.toml 里没有 {card.name} 的前缀", str(folder), "请补上一条")
        super().__init__(name, card.dim, card.max_tokens, prompts)
        self.sha256 = card.sha256
        try:
            self._tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
            self._session = session(folder / graph, threads, as_written=graph == INT8_GRAPH_FILE)
        except Exception as err:  # both libraries raise bare or private exception classes
            raise broken(folder, f"模型装不进来（{type(err).__name__}）") from err
        self._pad = self._tokenizer.token_to_id("<pad>")
        self._pieces = functools.lru_cache(maxsize=_KEPT)(self._cut)

    def _cut(self, text: str) -> NDArray[np.int64]:
        return np.array(self._tokenizer.encode(text).ids, np.int64)

    def _count(self, text: str) -> int:
        return len(self._pieces(text))

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        rows = [self._pieces(prefix + text) for text in texts]
        ids = np.full((len(rows), max(map(len, rows))), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)


class OnnxEmbedder(_Net):
    """A model folder made by `index/model/make.py`: float32, all threads on one batch."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Raises ModelMissing if there is no model in `folder`, ModelError if it is not whole."""
        card = whole_card(folder)
        name = card.name if folder == default_folder() else str(folder.resolve())
        super().__init__(folder, card, name, GRAPH_FILE, threads)


class Int8Embedder(_Net):
    """The default model for large corpora: passages by the int8 net of `index/model/int8_make.py`, each thread a
    batch of its own; questions by the float32 net, with which it agrees."""

    batch_tokens = 192  # so that what is between two layers stays in a core's cache; 1,024 take a quarter longer

    def __init__(self, *, threads: int | None = None) -> None:
        """Raises ModelMissing if it has not been made, ModelError if it is not whole or the processor can't run it."""
        if not has_vnni():
            what = "这台机器的处理器没有 int8 乘法的指令（VNNI），int8 的向量在这里做不出来"
            raise ModelError(what, INT8_NAME, f"请不加 --model，或用 --model {MODEL_NAME}")
        folder = int8_folder()
        card = whole_card(folder)
        super().__init__(folder, card, card.name, INT8_GRAPH_FILE, 1)
        self._threads = usable_cores() if threads is None else threads
        self._questions = question_embedder(threads)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._questions.encode_questions(texts)

    def _encode_batches(self, prefix: str, batches: Sequence[Sequence[str]]) -> Iterator[Vectors]:
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(functools.partial(self._encode, prefix), batches)


def question_embedder(threads: int | None = None) -> OnnxEmbedder:
    """What asks an index whose passages were embedded by the int8 net: the float32 net, under the other's name and
    hash. It needs no VNNI, and embeds a passage beside a question in float32, too."""
    card = whole_card(int8_folder())
    embedder = OnnxEmbedder(default_folder(), threads=threads)
    embedder.name, embedder.sha256 = card.name, card.sha256
    return embedder


def session(graph: Path, threads: int | None, *, as_written: bool = False) -> onnxruntime.InferenceSession:
    """`as_written` keeps ONNX Runtime from fusing what the graph's author took apart."""
    options = onnxruntime.SessionOptions()
    if as_written:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = usable_cores() if threads is None else threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A thread waits awake for the next operator for this long (the default is much longer), then
    # sleeps. On an idle machine a question takes as long; beside one busy core the slowest tenth takes 15 ms
    # instead of 23, and two questions at once are answered a quarter faster (EPYC, 2 cores).
    options.add_session_config_entry("session.intra_op.spin_duration_us", _AWAKE_US)
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
