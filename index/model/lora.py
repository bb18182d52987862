"""The low-rank adapter that turns multilingual-e5-small into our default model (LoRA, Hu et al. 2021).

Each linear layer's weight W [out, in] becomes W + up·down, with `down` [rank, in] and `up` [out, rank].
`index/model/make.py` adds the change when it makes the model, so that a question or passage costs nothing
more. `index/training/train.py` learns it; `data/lora.md` is its card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from index.files import sha256_file
from index.model.errors import ModelError
from index.model.source import SOURCE_SHA256

_WEIGHTS = "weights_sha256"
_DOWN, _UP = ".lora_down", ".lora_up"


@dataclass(frozen=True, slots=True)
class LowRank:
    """The change of one weight: `up` float32 [out, rank] times `down` float32 [rank, in]."""

    down: NDArray[np.float32]
    up: NDArray[np.float32]

    @property
    def change(self) -> NDArray[np.float32]:
        return self.up @ self.down


@dataclass(frozen=True, slots=True)
class Lora:
    """Changes by the weight's name in transformers' BertModel (without `.weight`); `sha256` is the file's."""

    layers: Mapping[str, LowRank]
    sha256: str

    def changed(self, name: str, weight: NDArray[np.float32]) -> NDArray[np.float32]:
        """The tensor `name` (with `.weight` or `.bias`) as the model is to have it."""
        layer = self.layers.get(name.removesuffix(".weight")) if name.endswith(".weight") else None
        return weight if layer is None else weight + layer.change


def mean(loras: Sequence[Lora]) -> dict[str, LowRank]:
    """The mean of the factors of adapters that were trained on from the same one.

    Such adapters differ little, so that this is near the mean of their changes, at the same rank. Averaging models
    that were tuned from one: Wortsman et al. 2022.
    """
    return {
        name: LowRank(
            np.mean([lora.layers[name].down for lora in loras], axis=0),
            np.mean([lora.layers[name].up for lora in loras], axis=0),
        )
        for name in loras[0].layers
    }


def read_lora(path: Path) -> Lora:
    """Read an adapter of our source weights. Raises ModelError if it is missing, damaged or for others."""
    todo = "请重新安装本程序，或运行：python -m index train"
    try:
        with safe_open(path, "np") as file:
            made_for = (file.metadata() or {}).get(_WEIGHTS)
            tensors = {name: np.asarray(file.get_tensor(name), np.float32) for name in file.keys()}  # noqa: SIM118
        layers = {
            name.removesuffix(_DOWN): LowRank(down, tensors[name.removesuffix(_DOWN) + _UP])
            for name, down in tensors.items()
            if name.endswith(_DOWN)
        }
        sha256 = sha256_file(path)
    except (OSError, SafetensorError, KeyError) as err:
        raise ModelError("模型的微调文件读不出来", str(path), todo) from err
    if made_for != SOURCE_SHA256 or any(layer.down.shape[0] != layer.up.shape[1] for layer in layers.values()):
        raise ModelError("模型的微调文件与自带模型不配套", str(path), todo)
    return Lora(layers, sha256)


def write_lora(path: Path, layers: Mapping[str, LowRank]) -> None:
    """Write an adapter as float16. Raises ModelError if it can't be written."""
    tensors = {}
    for name, layer in layers.items():
        tensors[name + _DOWN] = np.ascontiguousarray(layer.down, np.float16)
        tensors[name + _UP] = np.ascontiguousarray(layer.up, np.float16)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, path, metadata={_WEIGHTS: SOURCE_SHA256})
    except (OSError, SafetensorError) as err:
        raise ModelError("写不了模型的微调文件", str(path), "请检查磁盘空间和权限，或用 --out 换一个位置") from err
