"""Makes the reader's folder from the default model and the reader's file, as `index/model/make.py` makes that model.

`reader.onnx` and `reader-int8.onnx` (for processors with VNNI) share the weights' file and the tokenizer. The word
vectors are the default model's own: its file is linked, so that they lie on the disk and in memory once.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from index.model.errors import ModelError
from index.model.folder import (
    CARD_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    ModelCard,
    describe,
    read_card,
    verify,
)
from index.model.make import make_model, stated_shape, stored_tensors
from index.model.placing import link_file, make_folder
from index.model.reader_file import ReaderFile, read_reader
from index.model.reader_graph import Weights, build_reader_graph
from index.model.reader_place import GRAPH, INT8_GRAPH, READER_NAME, own_reader_path, reader_folder

SHARED_FILE = "encoder.safetensors"
_ENCODER, _WORDS = "encoder.", "embeddings.word_embeddings.weight"


def make_reader(file: Path | None = None, cache: Path | None = None, *, force: bool = False) -> Path:
    """Make the reader of `file` (or of the one that comes with the program) and return its folder. Raises ModelError
    if the file is missing, damaged, or learnt from another encoder."""
    path = own_reader_path() if file is None else file
    told, encoder = read_reader(path), make_model(cache)
    if told.base != read_card(encoder).sha256:
        raise ModelError("阅读模型与自带的向量模型不配套", str(path), "请重新安装本程序，或重新训练阅读模型")

    def is_whole(folder: Path) -> bool:
        try:
            return verify(folder).lora_sha256 == told.sha256
        except ModelError:
            return False

    folder = reader_folder(path, cache)
    return make_folder(folder, lambda new: _write(told, encoder, new), is_whole, force=force)


def encoder_weights(folder: Path) -> Weights:
    """The default model's tensors under the reader's names."""
    return {_ENCODER + name: np.asarray(one, np.float32) for name, one in load_file(folder / WEIGHTS_FILE).items()}


def _write(reader: ReaderFile, encoder: Path, folder: Path) -> None:
    base = encoder_weights(encoder)
    changed = dict(reader.weights(base))
    whole, epsilon = stated_shape(encoder)
    shape = replace(whole, layers=reader.layers)
    used = {name: one for name, one in {**base, **changed}.items() if _is_used(name, reader.layers)}
    # In the graph a layer's weights have the names of BertModel, `encoder.layer.0…`; the heads have none of those.
    weights = {name.removeprefix(_ENCODER): one for name, one in used.items()}
    own = {name.removeprefix(_ENCODER) for name in used if name.startswith(_ENCODER)} - {_WORDS}
    save_file({name: weights[name] for name in own}, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    shutil.copyfile(encoder / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    link_file(encoder / WEIGHTS_FILE, folder / SHARED_FILE)
    words = replace(stored_tensors(folder / SHARED_FILE)[_WORDS], file=SHARED_FILE)
    places = {**stored_tensors(folder / WEIGHTS_FILE), _WORDS: words}
    for name, int8 in ((GRAPH, False), (INT8_GRAPH, True)):
        graph = build_reader_graph(shape, epsilon, places, weights, WEIGHTS_FILE, int8=int8)
        (folder / name).write_bytes(graph.SerializeToString(deterministic=True))
    files = describe(folder, [GRAPH, INT8_GRAPH, WEIGHTS_FILE, SHARED_FILE, TOKENIZER_FILE])
    card = ModelCard(READER_NAME, shape.hidden, shape.positions, reader.base, files, reader.sha256)
    (folder / CARD_FILE).write_text(card.to_json(), encoding="utf-8")


def _is_used(name: str, layers: int) -> bool:
    parts = name.split(".")
    if parts[:3] == ["encoder", "encoder", "layer"]:
        return int(parts[3]) < layers
    return parts[1] != "pooler" if len(parts) > 1 else True
