"""What a made reader is called and where it lies; without the libraries that make or run it."""

from __future__ import annotations

from pathlib import Path

from index.model.folder import default_folder, short_hash
from index.paths import cache_folder

READER_NAME = "gongbao-reader"
GRAPH, INT8_GRAPH = "reader.onnx", "reader-int8.onnx"
OUTPUTS = ("start", "end", "verdict", "relevance")  # of both graphs


def own_reader_path() -> Path:
    """Where the reader's file lies that comes with the program."""
    return Path(__file__).parent / "data" / "reader.safetensors"


def reader_folder(file: Path, cache: Path | None = None) -> Path:
    """Where the reader of a file is, or will be made; the hash of file and encoder are in its name."""
    base = default_folder(cache).name.rpartition("-")[2]
    return (cache_folder() if cache is None else cache) / f"{READER_NAME}-{base}-{short_hash(file)}"
