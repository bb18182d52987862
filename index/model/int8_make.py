"""Makes the folder of the default model's int8 net, from the default model's own folder.

The matrices are in the graph. Word vectors, norms and biases are the default model's: its file is linked, so that
they lie on the disk once.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from safetensors import safe_open
from safetensors.numpy import load_file

from index.model.errors import ModelError
from index.model.folder import (
    CARD_FILE,
    INT8_GRAPH_FILE,
    INT8_NAME,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    ModelCard,
    describe,
    int8_folder,
    read_card,
    verify,
)
from index.model.int8_graph import build_int8_graph
from index.model.make import make_model, stated_shape, stored_tensors
from index.model.placing import link_file, make_folder

SMOOTHING = Path(__file__).parent / "data" / "smoothing.safetensors"  # `index/training/smoothing.py` measures it


def make_int8(cache: Path | None = None, *, force: bool = False) -> Path:
    """Make the int8 net under `cache` (or the user's cache folder), the default model first, and return its folder.

    As `make_model`, and it raises what that raises.
    """
    base = make_model(cache)
    source = read_card(base)
    is_whole = partial(_is_whole, base_sha256=source.sha256)
    return make_folder(int8_folder(cache), partial(_write, base, source), is_whole, force=force)


def _write(base: Path, source: ModelCard, folder: Path) -> None:
    for name in (WEIGHTS_FILE, TOKENIZER_FILE):
        link_file(base / name, folder / name)
    shape, epsilon = stated_shape(base)
    with safe_open(base / WEIGHTS_FILE, "np") as tensors:
        stored, smoothing = stored_tensors(base / WEIGHTS_FILE), load_file(SMOOTHING)
        graph = build_int8_graph(shape, epsilon, stored, tensors.get_tensor, smoothing, WEIGHTS_FILE)
    (folder / INT8_GRAPH_FILE).write_bytes(graph.SerializeToString(deterministic=True))
    files = describe(folder, [INT8_GRAPH_FILE, WEIGHTS_FILE, TOKENIZER_FILE])
    card = ModelCard(INT8_NAME, source.dim, source.max_tokens, source.sha256, files, source.lora_sha256)
    (folder / CARD_FILE).write_text(card.to_json(), encoding="utf-8")


def _is_whole(folder: Path, base_sha256: str) -> bool:
    try:
        return verify(folder).source_sha256 == base_sha256
    except ModelError:
        return False
