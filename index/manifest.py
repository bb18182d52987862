"""The index's manifest: what it was built from, with what, and the hash of every file.

The manifest is written last, in one rename: it names a data folder that is complete. Opening checks
it before the first search; anything off is one line with the command that mends it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import GongbaoError
from index.paths import DEFAULT_INDEX

FORMAT = 1
VERSION = "0.1.0"
MANIFEST = "manifest.json"
CLAUSES, NOTICES = "clauses.jsonl", "notices.jsonl"
BM25, VOCABULARY = "bm25.npz", "bm25-vocabulary.json"
DENSE, OWNERS = "dense.faiss", "owners.npy"

_BUILD = "请运行：python build_index.py"
_REBUILD = "请运行：python build_index.py --rebuild"


class IndexMissing(GongbaoError):  # noqa: N818 (the names are part of the interface)
    """There is no index in the folder."""


class IndexOutdated(GongbaoError):  # noqa: N818
    """The index was made by another version, with other word lists or for another model."""


class IndexCorrupt(GongbaoError):  # noqa: N818
    """A file of the index is missing, cut short or changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` holds. `model` is None for an index without vectors; `data` is the name of
    the data folder; `files` maps each file of it to its SHA-256."""

    data: str
    sources: list[dict[str, Any]]
    tokens: dict[str, str]
    model: dict[str, Any] | None
    notices: int
    clauses: int
    vectors: int
    built: str
    inputs: list[str]
    files: dict[str, str]
    format: int = FORMAT
    gongbao: str = VERSION
    settings: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest's form.

    Raises IndexMissing without one, IndexOutdated for another format, IndexCorrupt if it is damaged.
    """
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as err:
        todo = _BUILD if folder == DEFAULT_INDEX else f"{_BUILD} --index {folder}"
        raise IndexMissing("还没有索引", str(folder), todo) from err
    except (OSError, ValueError) as err:
        raise IndexCorrupt("索引清单损坏，读不出来", str(path), _REBUILD) from err
    if not isinstance(data, dict) or "format" not in data:
        raise IndexCorrupt("索引清单损坏，缺少内容", str(path), _REBUILD)
    if data["format"] != FORMAT:
        what = f"索引的格式是 {data['format']}，本程序需要 {FORMAT}"
        raise IndexOutdated(what, str(folder), _REBUILD)
    try:
        return Manifest(**data)
    except TypeError as err:
        raise IndexCorrupt("索引清单损坏，内容不对", str(path), _REBUILD) from err


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest in place in one rename, its bytes on the disk before."""
    text = json.dumps(manifest.to_json(), ensure_ascii=False, indent=1)
    write_file(folder / MANIFEST, text.encode("utf-8"))


def write_file(path: Path, data: bytes) -> None:
    """Write beside, flush to the disk, rename. Raises OSError if the disk is full; nothing is lost."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every data file with its hash. Raises IndexCorrupt naming the first that differs."""
    for name, expected in manifest.files.items():
        path = folder / manifest.data / name
        try:
            actual = sha256_file(path)
        except OSError as err:
            raise IndexCorrupt("索引文件缺失或读不出来", str(path), _REBUILD) from err
        if actual != expected:
            raise IndexCorrupt("索引文件的内容变了，和清单不一致", str(path), _REBUILD)


def check_tokens(folder: Path, manifest: Manifest, current: dict[str, str]) -> None:
    """Raises IndexOutdated if word segmentation differs from the one the index was built with."""
    if manifest.tokens != current:
        raise IndexOutdated("分词词表或 jieba 版本变了，索引需要重建", str(folder), _BUILD)
