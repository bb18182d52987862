"""The reader as an ONNX graph: the encoder's first layers and the heads, float32 or with int8 products.

With `int8` each linear layer is one DynamicQuantizeMatMul (ONNX Runtime's own): the weights as int8 with a scale for
each output, what comes in quantised as it comes. That is fast where the processor has VNNI, and only there.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray

from index.model.graph import FUSED, Net, StoredTensor
from index.model.int8_graph import quantise
from index.model.source import Shape

Weights = dict[str, NDArray[np.float32]]
_POOL, _SPAN, _VERDICT, _RELEVANCE = "pool", "span", "verdict", "relevance"


def build_reader_graph(
    shape: Shape, epsilon: float, stored: dict[str, StoredTensor], weights: Weights, weights_file: str, *, int8: bool
) -> onnx.ModelProto:
    """`input_ids`, `attention_mask` int64 [batch, tokens] → `start`, `end` [batch, tokens], `verdict` [batch, 4],
    `relevance` [batch, 1]: logits, start and end of every piece, whether it is the clause's or not.

    `stored` are BertModel's names, `weights` the same tensors and the heads'; the first `shape.layers` layers are used.
    """
    net = _Int8Net(shape, epsilon, weights_file, stored, weights) if int8 else Net(shape, epsilon, weights_file, stored)
    x = net.embeddings()
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}.attention.self"
        bias = np.concatenate([weights[f"{name}.{part}.bias"] for part in ("query", "key", "value")])
        x = net.layer(layer, x, bias)
    _heads(net, x, weights)
    batch, tokens = "batch", "tokens"
    return net.model(
        "reader", {"start": (batch, tokens), "end": (batch, tokens), "verdict": (batch, 4), "relevance": (batch, 1)}
    )


def _heads(net: Net, x: str, weights: Weights) -> None:
    """Start and end from every piece; verdict and relevance from their mean. Small, so float32 in the graph."""
    both = _dense(net, x, _SPAN, weights)
    one = net.ints("one", [1])  # the embeddings have it too
    two, last = net.ints("two", [2]), net.ints("last", [2])
    zero = net.ints("zero", [0])
    net.node("Squeeze", [net.node("Slice", [both, zero, one, last], "start_column"), last], "start")
    net.node("Squeeze", [net.node("Slice", [both, one, two, last], "end_column"), last], "end")
    pooled = net.node("Tanh", [_dense(net, net.mean(x), _POOL, weights)], "pooled")
    for name in (_VERDICT, _RELEVANCE):
        net.node("Identity", [_dense(net, pooled, name, weights)], name)


def _dense(net: Net, x: str, name: str, weights: Weights) -> str:
    matrix = net.inline(f"{name}.matrix", np.ascontiguousarray(weights[f"{name}.weight"].T))
    product = net.node("MatMul", [x, matrix], f"{name}.product")
    return net.node("Add", [product, net.inline(f"{name}.bias", weights[f"{name}.bias"])], f"{name}.dense")


class _Int8Net(Net):
    """Linear layers in int8, their weights in the graph."""

    def __init__(
        self, shape: Shape, epsilon: float, weights_file: str, stored: dict[str, StoredTensor], weights: Weights
    ) -> None:
        super().__init__(shape, epsilon, weights_file, stored)
        self._weights = weights

    def linear(self, x: str, name: str) -> str:
        whole, scale = quantise(self._weights[f"{name}.weight"])
        matrix = self.inline(f"{name}.int8", np.ascontiguousarray(whole.T))
        scales = self.inline(f"{name}.scale", scale)
        return self.node("DynamicQuantizeMatMul", [x, matrix, scales], name, FUSED)
