"""The one place that loads an embedding model: its library comes in only then."""

from __future__ import annotations

from pathlib import Path

from index.model.embedder import Embedder
from index.model.folder import INT8_NAME, default_folder, is_made_model, own_folder


def load_embedder(model: str | None = None, *, threads: int | None = None) -> Embedder:
    """Load the default model (None or its name), its int8 net, or the SentenceTransformer that `model` names.

    `model` is a hub name or a folder. A folder made by `make-model` runs on ONNX Runtime too.
    `threads` bounds the processor cores used; None takes what this process may use. Raises
    ModelMissing if the default model has not been made, ModelError if another can't be loaded.
    """
    if model == INT8_NAME:
        from index.model.onnx_embedder import Int8Embedder

        return Int8Embedder(threads=threads)
    folder = default_folder() if model is None else own_folder(model)
    if folder is None and model is not None and is_made_model(Path(model)):
        folder = Path(model)
    if folder is None:
        from index.model.st_embedder import StEmbedder

        return StEmbedder(str(model), threads=threads)

    from index.model.onnx_embedder import OnnxEmbedder

    return OnnxEmbedder(folder, threads=threads)


def load_asking(model: str) -> Embedder:
    """The model that embeds the questions to an index made with `model`: the same one, but where passages were
    embedded in int8 questions stay in float32, on any processor. Raises as `load_embedder`."""
    if model != INT8_NAME:
        return load_embedder(model)

    from index.model.onnx_embedder import question_embedder

    return question_embedder()
