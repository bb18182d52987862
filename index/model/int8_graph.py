"""The encoder with int8 products: the same net as `index/model/graph.py`, its linear layers quantised.

Weights are int8 with a scale for each output. What comes in is quantised as it comes, each token by a scale of its
own, so that a text's vector doesn't depend on the texts it shares a batch with (one scale for a whole batch, as ONNX
Runtime's DynamicQuantizeMatMul has it, would do that, and lose more). Sums are int32: nothing overflows on a processor
with VNNI, and only there is it faster than float32.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
from numpy.typing import NDArray

from index.model.graph import FUSED, Net, StoredTensor, sentence_encoder
from index.model.source import Shape

Matrices = Callable[[str], NDArray[np.float32]]
# What stands for 0 among uint8 numbers: the kernels want them unsigned. Most inputs have either sign; GELU's output
# is never below -0.17, so that a low 0 leaves nearly all numbers for what is above.
_MIDDLE, _LOW = 128, 8
_GELU_LEAST = 0.17
_LARGEST = 255


def build_int8_graph(
    shape: Shape, epsilon: float, stored: dict[str, StoredTensor], weights: Matrices, weights_file: str
) -> onnx.ModelProto:
    """What `graph.build_graph` makes, with int8 products. `weights` gives a tensor by BertModel's name: the matrices
    are written into the graph, all else stays in the weights' file."""
    net = Int8Net(shape, epsilon, weights_file, stored, weights)
    biases = {}
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}.attention.self"
        parts = [weights(f"{name}.{part}.bias") for part in ("query", "key", "value")]
        biases[f"layer.{layer}"] = np.concatenate(parts)
    return sentence_encoder(net, shape, biases)


class Int8Net(Net):
    """Linear layers in int8. What several of them multiply (query, key, value) is quantised once."""

    def __init__(
        self, shape: Shape, epsilon: float, weights_file: str, stored: dict[str, StoredTensor], weights: Matrices
    ) -> None:
        super().__init__(shape, epsilon, weights_file, stored)
        self._weights = weights
        self._rows: dict[str, tuple[str, str]] = {}
        self._widths: set[int] = set()

    def linear(self, x: str, name: str) -> str:
        whole, scale = quantise(self._weights(f"{name}.weight"))
        if x not in self._rows:
            self._rows[x] = self._by_row(x, whole.shape[1])
        rows, scales = self._rows[x]
        matrix = self.inline(f"{name}.int8", np.ascontiguousarray(whole.T))
        unit = self.inline("unit", np.array(1, np.float32))
        inputs = [rows, matrix, unit, self.inline(f"{name}.scale", scale), self._zero(x)]
        product = self.node("MatMulIntegerToFloat", inputs, f"{name}.product", FUSED)
        scaled = self.node("Mul", [product, scales], f"{name}.scaled")
        return self.node("Reshape", [scaled, self._as_batch(len(scale))], name)

    def _by_row(self, x: str, width: int) -> tuple[str, str]:
        """`x` as uint8 [batch · tokens, width], and each row's scale [batch · tokens, 1]."""
        flat = self.node("Reshape", [x, self.ints(f"flat.{width}", [-1, width])], f"{x}.flat")
        last, zero = self.ints("last_axis", [1]), self._zero(x)
        if _is_gelu(x):
            most = self.node("ReduceMax", [flat, last], f"{x}.most", keepdims=0)
            step, least = 1 / (_LARGEST - _LOW), _GELU_LEAST / _LOW
        else:
            most = self.node("ReduceMax", [self.node("Abs", [flat], f"{x}.abs"), last], f"{x}.most", keepdims=0)
            step, least = 1 / (_LARGEST - _MIDDLE), 1e-12
        scale = self.node("Mul", [most, self.inline(f"{zero}.step", np.array(step, np.float32))], f"{x}.step")
        scale = self.node("Max", [scale, self.inline(f"{zero}.least", np.array(least, np.float32))], f"{x}.scale")
        zeros = self.node("Expand", [zero, self.node("Shape", [scale], f"{x}.count")], f"{x}.zeros")
        rows = self.node("QuantizeLinear", [flat, scale, zeros], f"{x}.rows", axis=0)
        return rows, self.node("Unsqueeze", [scale, last], f"{x}.scales")

    def _as_batch(self, width: int) -> str:
        """The shape [batch, tokens, width], made once for each width."""
        name = f"batch_of.{width}"
        if width not in self._widths:
            self._widths.add(width)
            sizes = self.node("Shape", ["input_ids"], f"{name}.sizes")
            self.node("Concat", [sizes, self.ints(f"{name}.width", [width])], name, axis=0)
        return name

    def _zero(self, x: str) -> str:
        number = _LOW if _is_gelu(x) else _MIDDLE
        return self.inline(f"zero.{number}", np.array(number, np.uint8))

    def _residual(self, x: str, skip: str) -> str:
        """As `Net` has it, but written out: the fused operator takes six times as long as its parts, which shows
        once the products are fast."""
        total = self.node("Add", [self.node("Add", [x, skip], f"{x}.sum"), self.weight(f"{x}.bias")], f"{x}.total")
        norm = self._pair(x.removesuffix("dense") + "LayerNorm")
        return self.node("LayerNormalization", [total, *norm], f"{x}.norm", axis=-1, epsilon=self._epsilon)


def _is_gelu(x: str) -> bool:
    return x.endswith(".gelu")


def quantise(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix [outputs, inputs] as int8, and what each output's numbers are to be multiplied by."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale
