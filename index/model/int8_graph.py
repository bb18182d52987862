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
# What stands for 0 among uint8 numbers, which the kernels want, and the largest step from it.
_ZERO, _LARGEST = 128, 127


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
        self._rows: dict[str, list[tuple[str, str]]] = {}
        self._widths: set[int] = set()

    def linear(self, x: str, name: str) -> str:
        whole, scale = quantise(self._weights(f"{name}.weight"))
        if x not in self._rows:
            self._rows[x] = self._by_row(x, whole.shape[1], fine=x.endswith("norm"))
        matrix = self.inline(f"{name}.int8", np.ascontiguousarray(whole.T))
        scales = self.inline(f"{name}.scale", scale)
        unit = self.inline("unit", np.array(1, np.float32))
        parts = []
        for number, (rows, steps) in enumerate(self._rows[x]):
            inputs = [rows, matrix, unit, scales, self._zero()]
            product = self.node("MatMulIntegerToFloat", inputs, f"{name}.product.{number}", FUSED)
            parts.append(self.node("Mul", [product, steps], f"{name}.scaled.{number}"))
        total = parts[0] if len(parts) == 1 else self.node("Add", parts, f"{name}.total")
        return self.node("Reshape", [total, self._as_batch(len(scale))], name)

    def _by_row(self, x: str, width: int, *, fine: bool) -> list[tuple[str, str]]:
        """`x` as uint8 [batch · tokens, width], with the step of each row [batch · tokens, 1].

        `fine` adds what is left over, quantised once more, for a second product: some numbers of a layer norm's output
        are many times as large as the others, of which too little would be left. With it, vectors are a third as far
        from float32's (mean of 1 - cosine .0007 instead of .0024) for a tenth of the time.
        """
        flat = self.node("Reshape", [x, self.ints(f"flat.{width}", [-1, width])], f"{x}.flat")
        last = self.ints("last_axis", [1])
        most = self.node("ReduceMax", [self.node("Abs", [flat], f"{x}.abs"), last], f"{x}.most", keepdims=0)
        step = self.node("Mul", [most, self.inline("step", np.array(1 / _LARGEST, np.float32))], f"{x}.exact_step")
        step = self.node("Max", [step, self.inline("least", np.array(1e-12, np.float32))], f"{x}.step")
        zeros = self.node("Expand", [self._zero(), self.node("Shape", [step], f"{x}.count")], f"{x}.zeros")
        rows = self.node("QuantizeLinear", [flat, step, zeros], f"{x}.rows", axis=0)
        found = [(rows, self.node("Unsqueeze", [step, last], f"{x}.steps"))]
        if fine:
            back = self.node("DequantizeLinear", [rows, step, zeros], f"{x}.back", axis=0)
            left = self.node("Sub", [flat, back], f"{x}.left")  # half a step at most
            small = self.inline("small_step", np.array(0.5 / _LARGEST, np.float32))
            step = self.node("Mul", [step, small], f"{x}.small_step")
            rows = self.node("QuantizeLinear", [left, step, zeros], f"{x}.left_rows", axis=0)
            found.append((rows, self.node("Unsqueeze", [step, last], f"{x}.small_steps")))
        return found

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
        norm = self._pair(x.removesuffix("dense") + "LayerNorm")
        return self.node("LayerNormalization", [total, *norm], f"{x}.norm", axis=-1, epsilon=self._epsilon)


def quantise(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix [outputs, inputs] as int8, and what each output's numbers are to be multiplied by."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale
