"""`python -m index.training.smoothing TEXT…`: measure what the int8 net divides its layer norms' outputs by.

Written to `index/model/data/smoothing.safetensors`, for each layer norm that linear layers read: an exponent of two for
each number of its output, from the largest amount seen in passages of the texts and the largest weight that it meets
(SmoothQuant, Xiao et al. 2023, arXiv:2211.10438, equation 4, with α = .6).
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from corpus import console
from corpus.arguments import Parser
from corpus.errors import UsageError
from corpus.text import cut, repair
from index.files import write_file
from index.model.folder import GRAPH_FILE, MODEL_NAME, TOKENIZER_FILE, WEIGHTS_FILE
from index.model.int8_make import SMOOTHING
from index.model.make import make_model
from index.model.prompts import prompts_for
from index.model.tokenizer import load_tokenizer

ALPHA = 0.6  # of .4 to .85 the one with the nearest vectors
_PASSAGES = 60  # pieces measured of each text
_SHORTEST, _LONGEST = 30, 200  # characters of a piece
_GAIN = {"LayerNormalization": 1, "SkipLayerNormalization": 2}  # which input of the operator is the norm's weight


def pieces(text: str) -> list[str]:
    """Some of a text's passages, as they are embedded: one of so many, 60 at most."""
    found = [piece for part in text.split("\n\n") for piece in cut(repair(part), _LONGEST) if len(piece) >= _SHORTEST]
    return found[:: max(1, len(found) // _PASSAGES)][:_PASSAGES]


def largest(folder: Path, passages: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """The largest amount of each number of each layer norm's output, by the layer norm's name: float32 [hidden]."""
    graph = onnx.load(str(folder / GRAPH_FILE), load_external_data=False)
    norms = {
        node.output[0]: node.input[_GAIN[node.op_type]].removesuffix(".weight")
        for node in graph.graph.node
        if node.op_type in _GAIN
    }
    for name in norms:
        graph.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    changed = folder / f"measured-{os.getpid()}.onnx"  # beside the weights that it names
    changed.write_bytes(graph.SerializeToString())
    try:
        session = onnxruntime.InferenceSession(str(changed), providers=["CPUExecutionProvider"])
    finally:
        changed.unlink()
    tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
    most: dict[str, NDArray[np.float32]] = defaultdict(lambda: np.zeros(1, np.float32))
    prompts = prompts_for(MODEL_NAME)
    assert prompts is not None
    for passage in passages:
        ids = np.array([tokenizer.encode(prompts.passage + passage).ids], np.int64)
        outputs = session.run(list(norms), {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, output in zip(norms.values(), outputs, strict=True):
            most[name] = np.maximum(most[name], np.abs(output[0]).max(axis=0))
    return dict(most)


def exponents(
    most: Mapping[str, NDArray[np.float32]], weights: Mapping[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.int8]]:
    """For each layer norm that linear layers read the exponents of two, around 0."""
    out = {}
    for norm, amounts in most.items():
        readers = [weights[name] for name in _read_by(norm) if name in weights]
        if readers:
            meets = np.maximum(np.abs(np.concatenate(readers)).max(axis=0), 1e-8)
            wanted = ALPHA * np.log2(np.maximum(amounts, 1e-3)) - (1 - ALPHA) * np.log2(meets)
            out[norm] = np.rint(wanted - wanted.mean()).astype(np.int8)
    return out


def _read_by(norm: str) -> list[str]:
    """The weights of the linear layers that read a layer norm's output."""
    attention = ".attention.output.LayerNorm"
    if norm.endswith(attention):
        return [f"{norm.removesuffix(attention)}.intermediate.dense.weight"]
    layer = 0 if norm == "embeddings.LayerNorm" else int(norm.split(".")[2]) + 1
    return [f"encoder.layer.{layer}.attention.self.{part}.weight" for part in ("query", "key", "value")]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"读不了（{type(err).__name__}）", str(path), "请给 UTF-8 编码的文本文件") from err


def main(argv: Sequence[str] | None = None) -> int:
    parser = Parser(prog="python -m index.training.smoothing", description="测量 int8 模型各层要除以多少。")
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXT", help="公文的纯文本文件")
    args = parser.parse_args(argv)
    folder = make_model()
    passages = [one for path in args.texts for one in pieces(_text(path))]
    if len(passages) < _PASSAGES:
        raise UsageError(f"只有 {len(passages)} 段，太少，量不准", str(args.texts[0]), "请给更长的文件，或多给几个")
    found = exponents(largest(folder, passages), load_file(folder / WEIGHTS_FILE))
    write_file(SMOOTHING, save(found))
    least, most = (int(pick(list(map(pick, found.values())))) for pick in (np.min, np.max))
    print(f"{len(passages)} 段，{len(found)} 层，指数 {least} 到 {most}")
    return 0


if __name__ == "__main__":
    sys.exit(console.run(main))
