"""The reader's weights as they lie in the repository: what they differ by from the encoder's, in int8.

A matrix of the encoder is stored as int8 with a float16 scale for each output, the difference from the default
model's; everything else (biases, norms, heads) as float16, as it is. `index/model/reader_make.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from index.files import sha256_file
from index.model.errors import ModelError
from index.model.int8_graph import quantise
from index.model.reader_graph import Weights

_CHANGE, _SCALE = ".change", ".scale"
_BASE, _LAYERS = "encoder_sha256", "layers"


@dataclass(frozen=True, slots=True)
class ReaderFile:
    """A reader for the encoder whose card has the hash `base`, using `layers` of it; `sha256` is the file's."""

    layers: int
    base: str
    changes: Mapping[str, tuple[NDArray[np.int8], NDArray[np.float32]]]
    tensors: Weights
    sha256: str

    def weights(self, base: Weights) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """The reader's tensors by name, from those of the encoder (`encoder.` in front)."""
        for name, (whole, scale) in self.changes.items():
            yield name, base[name] + whole.astype(np.float32) * scale[:, None]
        yield from self.tensors.items()


def write_reader(path: Path, learnt: Weights, base: Weights, layers: int, base_sha256: str) -> None:
    """Write what was learnt from the encoder's weights `base`. Raises ModelError if it can't be written."""
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, weight in learnt.items():
        if name in base and weight.ndim == 2:
            whole, scale = quantise(weight - base[name])
            tensors[name + _CHANGE], tensors[name + _SCALE] = whole, scale.astype(np.float32)
        else:
            tensors[name] = weight.astype(np.float16)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, path, metadata={_BASE: base_sha256, _LAYERS: str(layers)})
    except (OSError, SafetensorError) as err:
        raise ModelError("写不了阅读模型的文件", str(path), "请检查磁盘空间和权限，或用 --out 换一个位置") from err


def read_reader(path: Path) -> ReaderFile:
    """Raises ModelError if the file is missing or damaged."""
    try:
        with safe_open(path, "np") as file:
            told = file.metadata() or {}
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        changes = {
            name.removesuffix(_CHANGE): (whole, np.asarray(found[name.removesuffix(_CHANGE) + _SCALE], np.float32))
            for name, whole in found.items()
            if name.endswith(_CHANGE)
        }
        rest = {
            name: np.asarray(one, np.float32) for name, one in found.items() if not name.endswith((_CHANGE, _SCALE))
        }
        return ReaderFile(int(told[_LAYERS]), told[_BASE], changes, rest, sha256_file(path))
    except (OSError, SafetensorError, KeyError, ValueError) as err:
        raise ModelError("阅读模型的文件读不出来", str(path), "请重新安装本程序") from err
