"""The encoder with int8 products: the same net as `index/model/graph.py`, its linear layers quantised.

Weights are int8 with a scale for each output. What comes in is quantised as it comes, each token by a scale of its
own, so that a text's vector doesn't depend on the texts it shares a batch with (one scale for a whole batch, as ONNX
Runtime's DynamicQuantizeMatMul has it, would do that, and lose more). Sums are int32: nothing overflows on a processor
with VNNI, and only there is it faster than float32.

Some numbers of a layer norm's output are always many times as large as the others, of which a common scale would leave
too little. They are divided before they are quantised, and the weights they meet are multiplied by as much beforehand
(SmoothQuant, Xiao et al. 2023): by powers of two, so that each processor makes the same graph. By how much was measured
once (`index/training/smoothing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from numpy.typing import NDArray

from index.model.graph import FUSED, Net, StoredTensor, sentence_encoder
from index.model.source import Shape

Matrices = Callable[[str], NDArray[np.float32]]
Exponents = Mapping[str, NDArray[np.int8]]  # by a layer norm's name; of two, for each number of its output
# What stands for 0 among uint8 numbers, which the kernels want, and the largest step from it.
_ZERO, _LARGEST = 128, 127


def build_int8_graph(
    shape: Shape,
    epsilon: float,
    stored: dict[str, StoredTensor],
    weights: Matrices,
    smoothing: Exponents,
    weights_file: str,
) -> onnx.ModelProto:
    """What `graph.build_graph` makes, with int8 products. `weights` gives a tensor by BertModel's name: the matrices
    are written into the graph, all else stays in the weights' file."""
    net = Int8Net(shape, epsilon, weights_file, stored, weights, smoothing)
    biases = {}
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}.attention.self"
        parts = [weights(f"{name}.{part}.bias") for part in ("query", "key", "value")]
        biases[f"layer.{layer}"] = np.concatenate(parts)
    return sentence_encoder(net, shape, biases)


class Int8Net(Net):
    """Linear layers in int8. What several of them multiply (query, key, value) is quantised once."""

    def __init__(
        self,
        shape: Shape,
        epsilon: float,
        weights_file: str,
        stored: dict[str, StoredTensor],
        weights: Matrices,
        smoothing: Exponents,
    ) -> None:
        super().__init__(shape, epsilon, weights_file, stored)
        self._weights, self._smoothing = weights, smoothing
        self._norms: dict[str, str] = {}  # a layer norm's output → its name
        self._rows: dict[str, tuple[str, str]] = {}
        self._widths: set[int] = set()

    def embeddings(self) -> str:
        x = super().embeddings()
        self._norms[x] = "embeddings.LayerNorm"
        return x

    def linear(self, x: str, name: str) -> str:
        weight = self._weights(f"{name}.weight")
        if x in self._norms:
            weight = np.ldexp(weight, self._smoothing[self._norms[x]])
        whole, scale = quantise(weight)
        if x not in self._rows:
            self._rows[x] = self._by_row(x, whole.shape[1])
        rows, steps = self._rows[x]
        matrix = self.inline(f"{name}.int8", np.ascontiguousarray(whole.T))
        scales = self.inline(f"{name}.scale", scale)
        unit = self.inline("unit", np.array(1, np.float32))
        inputs = [rows, matrix, unit, scales, self._zero()]
        product = self.node("MatMulIntegerToFloat", inputs, f"{name}.product", FUSED)
        total = self.node("Mul", [product, steps], f"{name}.scaled")
        return self.node("Reshape", [total, self._as_batch(len(scale))], name)

    def _by_row(self, x: str, width: int) -> tuple[str, str]:
        """`x` as uint8 [batch · tokens, width], with the step of each row [batch · tokens, 1]."""
        flat = self.node("Reshape", [x, self.ints(f"flat.{width}", [-1, width])], f"{x}.flat")
        if x in self._norms:
            by = np.ldexp(np.float32(1), -self._smoothing[self._norms[x]])
            flat = self.node("Mul", [flat, self.inline(f"{x}.smoothing", by)], f"{x}.smooth")
        last = self.ints("last_axis", [1])
        most = self.node("ReduceMax", [self.node("Abs", [flat], f"{x}.abs"), last], f"{x}.most", keepdims=0)
        step = self.node("Mul", [most, self.inline("step", np.array(1 / _LARGEST, np.float32))], f"{x}.exact_step")
        step = self.node("Max", [step, self.inline("least", np.array(1e-12, np.float32))], f"{x}.step")
        zeros = self.node("Expand", [self._zero(), self.node("Shape", [step], f"{x}.count")], f"{x}.zeros")
        rows = self.node("QuantizeLinear", [flat, step, zeros], f"{x}.rows", axis=0)
        return rows, self.node("Unsqueeze", [step, last], f"{x}.steps")

    def _as_batch(self, width: int) -> str:
        """The shape [batch, tokens, width], made once for each width."""
        name = f"batch_of.{width}"
        if width not in self._widths:
            self._widths.add(width)
            sizes = self.node("Shape", ["input_ids"], f"{name}.sizes")
            self.node("Concat", [sizes, self.ints(f"{name}.width", [width])], name, axis=0)
        return name

    def _zero(self) -> str:
        return self.inline("zero_point", np.array(_ZERO, np.uint8))

    def _residual(self, x: str, skip: str) -> str:
        """As `Net` has it, but written out: the fused operator takes six times as long as its parts, which shows
        once the products are fast."""
        total = self.node("Add", [self.node("Add", [x, skip], f"{x}.sum"), self.weight(f"{x}.bias")], f"{x}.total")
        name = x.removesuffix("dense") + "LayerNorm"
        self._norms[f"{x}.norm"] = name
        return self.node("LayerNormalization", [total, *self._pair(name)], f"{x}.norm", axis=-1, epsilon=self._epsilon)


def quantise(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix [outputs, inputs] as int8, and what each output's numbers are to be multiplied by."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale
