"""The default model as an ONNX graph, written node by node: no torch, the same bytes every time.

BERT (Devlin et al. 2019) with mean pooling and L2 norm, float32 throughout. Linear layers,
attention, GELU and layer norms are ONNX Runtime's own fused operators (domain `com.microsoft`),
so its optimiser has nothing left to find. GELU is the exact one, with erf.

The weights are not in the graph: each initialiser names its place in the safetensors file, which
ONNX Runtime maps into memory and which sentence-transformers reads too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from index.model.source import Shape

FUSED = "com.microsoft"
# Lowest opset with every operator used here, and the IR that ONNX 1.16 brought with it.
OPSET, IR_VERSION = 20, 10


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a float32 tensor lies in the weights' file, or in another `file` beside it."""

    shape: tuple[int, ...]
    offset: int
    bytes: int
    file: str | None = None


def build_graph(
    shape: Shape,
    epsilon: float,
    stored: dict[str, StoredTensor],
    biases: dict[str, NDArray[np.float32]],
    weights_file: str,
) -> onnx.ModelProto:
    """`input_ids`, `attention_mask` int64 [batch, tokens] → `sentence_embedding` float32 [batch, hidden].

    `stored` has transformers' BertModel names; `biases[f"layer.{n}"]` is a layer's query, key and
    value bias in one row, as the fused attention wants it.
    """
    return sentence_encoder(Net(shape, epsilon, weights_file, stored), shape, biases)


def sentence_encoder(net: Net, shape: Shape, biases: Mapping[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """The whole encoder, its linear layers as `net` writes them."""
    x = net.embeddings()
    for layer in range(shape.layers):
        x = net.layer(layer, x, biases[f"layer.{layer}"])
    net.pool(x)
    return net.model("sentence_encoder", {"sentence_embedding": ("batch", shape.hidden)})


class Net:
    """Collects nodes and initialisers. Each method adds some and returns its output's name."""

    def __init__(self, shape: Shape, epsilon: float, weights_file: str, stored: dict[str, StoredTensor]) -> None:
        self._shape, self._epsilon = shape, epsilon
        self._weights_file, self._stored = weights_file, stored
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: dict[str, onnx.TensorProto] = {}

    def embeddings(self) -> str:
        """Word, position and token type (always 0) added, then the layer norm."""
        self.node("Cast", ["attention_mask"], "mask_int", to=TensorProto.INT32)
        self.node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        zero, one = self.ints("zero", [0]), self.ints("one", [1])
        tokens = self.node("Shape", ["input_ids"], "tokens", start=1, end=2)
        table = "embeddings.position_embeddings.weight"
        positions = self.node("Slice", [self.weight(table), zero, tokens, zero], "positions")
        table = "embeddings.token_type_embeddings.weight"
        kind = self.node("Slice", [self.weight(table), zero, one, zero], "token_type")
        table = "embeddings.word_embeddings.weight"
        words = self.node("Gather", [self.weight(table), "input_ids"], "words")
        offsets = self.node("Add", [positions, kind], "offsets")
        total = self.node("Add", [words, offsets], "embedded")
        norm = self._pair("embeddings.LayerNorm")
        return self.node("LayerNormalization", [total, *norm], "embedded_norm", axis=-1, epsilon=self._epsilon)

    def layer(self, number: int, x: str, attention_bias: NDArray[np.float32]) -> str:
        """Self-attention and feed-forward, each with its residual connection and layer norm."""
        name = f"encoder.layer.{number}"
        parts = [self.linear(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        bias = self.inline(f"{name}.attention.self.bias", attention_bias)
        context = self.node(
            "MultiHeadAttention",
            [*parts, bias, "mask_int"],
            f"{name}.context",
            FUSED,
            num_heads=self._shape.heads,
        )
        attended = self._residual(self.linear(context, f"{name}.attention.output.dense"), x)
        hidden = self.linear(attended, f"{name}.intermediate.dense")
        bias = self.weight(f"{name}.intermediate.dense.bias")
        hidden = self.node("BiasGelu", [hidden, bias], f"{name}.gelu", FUSED)
        return self._residual(self.linear(hidden, f"{name}.output.dense"), attended)

    def pool(self, x: str) -> None:
        """Mean over the tokens that are not padding, then L2 norm."""
        self.node("LpNormalization", [self.mean(x)], "sentence_embedding", axis=-1, p=2)

    def mean(self, x: str) -> str:
        """Mean over the tokens that are not padding."""
        one = self.ints("one", [1])
        row = self.node("Unsqueeze", ["mask", one], "mask_row")
        total = self.node("Squeeze", [self.node("MatMul", [row, x], "sum_row"), one], "sum")
        count = self.node("ReduceSum", ["mask", one], "count", keepdims=1)
        return self.node("Div", [total, count], "mean")

    def model(self, name: str, outputs: Mapping[str, tuple[str | int, ...]]) -> onnx.ModelProto:
        """The graph of all that was added, with the shapes of its float32 outputs."""
        tokens = [
            helper.make_tensor_value_info(given, TensorProto.INT64, ["batch", "tokens"])
            for given in ("input_ids", "attention_mask")
        ]
        told = [helper.make_tensor_value_info(one, TensorProto.FLOAT, list(of)) for one, of in outputs.items()]
        graph = helper.make_graph(self._nodes, name, tokens, told, list(self._tensors.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="gongbao")

    def linear(self, x: str, name: str) -> str:
        """`x` times the transposed weight; the bias is added by whatever comes next."""
        return self.node("FusedMatMul", [x, self.weight(f"{name}.weight")], name, FUSED, transB=1)

    def _residual(self, x: str, skip: str) -> str:
        """Layer norm of `x` + `skip` + bias of the linear layer that made `x`."""
        norm = self._pair(x.removesuffix("dense") + "LayerNorm")
        inputs = [x, skip, *norm, self.weight(f"{x}.bias")]
        return self.node("SkipLayerNormalization", inputs, f"{x}.norm", FUSED, epsilon=self._epsilon)

    def _pair(self, name: str) -> tuple[str, str]:
        return self.weight(f"{name}.weight"), self.weight(f"{name}.bias")

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: float) -> str:
        node = helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes)
        self._nodes.append(node)
        return output

    def weight(self, name: str) -> str:
        """An initialiser whose bytes lie in the weights' file."""
        place = self._stored[name]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=place.shape)
        tensor.data_location = TensorProto.EXTERNAL
        where = {"location": place.file or self._weights_file, "offset": place.offset, "length": place.bytes}
        for key, value in where.items():
            tensor.external_data.add(key=key, value=str(value))
        self._tensors[name] = tensor
        return name

    def ints(self, name: str, values: list[int]) -> str:
        return self.inline(name, np.array(values, np.int64))

    def inline(self, name: str, array: NDArray[np.generic]) -> str:
        self._tensors[name] = numpy_helper.from_array(array, name)
        return name
