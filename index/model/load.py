"""The one place that loads an embedding model: its library comes in only then."""

from __future__ import annotations

from pathlib import Path

from index.model.embedder import Embedder
from index.model.folder import FORMER_NAMES, MODEL_NAME, default_folder, is_made_model


def load_embedder(model: str | None = None, *, threads: int | None = None) -> Embedder:
    """Load the default model (None or its name), or the SentenceTransformer `model` names.

    `model` is a hub name or a folder. A folder made by `make-model` runs on ONNX Runtime too.
    `threads` bounds the processor cores used; None takes what this process may use. Raises
    ModelMissing if the default model has not been made, ModelError if another can't be loaded.
    """
    if model is None or model in (MODEL_NAME, *FORMER_NAMES):
        folder = default_folder()
    elif is_made_model(Path(model)):
        folder = Path(model)
    else:
        from index.model.st_embedder import StEmbedder

        return StEmbedder(model, threads=threads)

    from index.model.onnx_embedder import OnnxEmbedder

    return OnnxEmbedder(folder, threads=threads)
