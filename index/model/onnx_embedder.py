"""The default model on ONNX Runtime. Imports neither torch nor transformers: loads in under a second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from index.model.cores import usable_cores
from index.model.embedder import Vectors, WindowedEmbedder
from index.model.errors import ModelError
from index.model.folder import GRAPH_FILE, TOKENIZER_FILE, broken, default_folder, whole_card
from index.model.prompts import prompts_for

_AWAKE_US = "20"


class OnnxEmbedder(WindowedEmbedder):
    """A model folder made by `index/model/make.py`. Safe to use from several threads at once."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Raises ModelMissing if there is no model in `folder`, ModelError if it is not whole."""
        card = whole_card(folder)
        prompts = prompts_for(card.name)
        if prompts is None:
            raise ModelError(f"index/model/data/models.toml 里没有 {card.name} 的前缀", str(folder), "请补上一条")
        name = card.name if folder == default_folder() else str(folder.resolve())
        super().__init__(name, card.dim, card.max_tokens, prompts)
        self.sha256 = card.sha256
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            self._session = session(folder / GRAPH_FILE, threads)
        except Exception as err:  # both libraries raise bare or private exception classes
            raise broken(folder, f"模型装不进来（{type(err).__name__}）") from err
        self._pad = self._tokenizer.token_to_id("<pad>")

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text))

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        rows = [self._tokenizer.encode(prefix + text).ids for text in texts]
        ids = np.full((len(rows), max(map(len, rows))), self._pad, np.int64)
        mask = np.zeros_like(ids)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)


def session(graph: Path, threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = usable_cores() if threads is None else threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A thread waits awake for the next operator for this long (the default is much longer), then
    # sleeps. On an idle machine a question takes as long; beside one busy core the slowest tenth takes 15 ms
    # instead of 23, and two questions at once are answered a quarter faster (EPYC, 2 cores).
    options.add_session_config_entry("session.intra_op.spin_duration_us", _AWAKE_US)
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
