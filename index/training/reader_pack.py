"""`python -m index.training.reader_pack --run DIR…`: what a run has learnt, as the file that comes with the program.

Of several runs, one begun from another's weights, the mean of their weights is taken (Wortsman et al. 2022, "model
soups"): it reads nearly as well as each does where that one is better.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from corpus import console
from corpus.arguments import Parser
from corpus.errors import UsageError
from index.model.folder import read_card
from index.model.make import make_model
from index.model.reader_file import write_reader
from index.model.reader_make import encoder_weights
from index.model.reader_place import own_reader_path
from index.training.reader import WEIGHTS

Weights = dict[str, NDArray[np.float32]]
_LAYER = "encoder.encoder.layer."


def pack(runs: Sequence[Path], out: Path) -> None:
    """Write the reader's file from the mean of the runs' weights. Raises UsageError where a run has none or they don't
    fit together, ModelError."""
    learnt = mean([_weights(run) for run in runs])
    layers = 1 + max(int(name.removeprefix(_LAYER).split(".")[0]) for name in learnt if name.startswith(_LAYER))
    encoder = make_model()
    write_reader(out, learnt, encoder_weights(encoder), layers, read_card(encoder).sha256)


def mean(weights: Sequence[Weights]) -> Weights:
    """Each tensor's mean. Raises UsageError if the weights are not of the same tensors."""
    first = weights[0]
    if any(
        {name: one.shape for name, one in other.items()} != {name: one.shape for name, one in first.items()}
        for other in weights
    ):
        raise UsageError("几次训练的权重不是同一种模型的", "--run", "请给层数相同的训练")
    return {name: np.mean([one[name] for one in weights], axis=0, dtype=np.float32) for name in first}


def _weights(run: Path) -> Weights:
    if not (run / WEIGHTS).is_file():
        raise UsageError("这里没有训练出的权重", str(run / WEIGHTS), "请先运行 python -m index.training.reader")
    return {name: np.asarray(one, np.float32) for name, one in load_file(run / WEIGHTS).items()}


def main(argv: Sequence[str] | None = None) -> int:
    parser = Parser(
        prog="python -m index.training.reader_pack",
        description="把训练出的阅读模型装进随程序带的文件。",
        epilog="例：python -m index.training.reader_pack --run reader-run",
    )
    parser.add_argument(
        "--run", type=Path, required=True, nargs="+", metavar="DIR", help="index.training.reader 的 --out；几个的取平均"
    )
    parser.add_argument("--out", type=Path, default=own_reader_path(), metavar="FILE", help="写到哪里")
    args = parser.parse_args(argv)
    pack(args.run, args.out)
    print(f"已写入 {args.out}（{args.out.stat().st_size / 1e6:.1f} MB）", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(console.run(main))
