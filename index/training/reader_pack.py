"""`python -m index.training.reader_pack --run DIR`: what a run has learnt, as the file that comes with the program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
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

_LAYER = "encoder.encoder.layer."


def pack(run: Path, out: Path) -> None:
    """Write the reader's file from a run's weights. Raises UsageError where there are none, ModelError."""
    if not (run / WEIGHTS).is_file():
        raise UsageError("这里没有训练出的权重", str(run / WEIGHTS), "请先运行 python -m index.training.reader")
    learnt = {name: np.asarray(one, np.float32) for name, one in load_file(run / WEIGHTS).items()}
    layers = 1 + max(int(name.removeprefix(_LAYER).split(".")[0]) for name in learnt if name.startswith(_LAYER))
    encoder = make_model()
    write_reader(out, learnt, encoder_weights(encoder), layers, read_card(encoder).sha256)


def main(argv: Sequence[str] | None = None) -> int:
    parser = Parser(
        prog="python -m index.training.reader_pack",
        description="把训练出的阅读模型装进随程序带的文件。",
        epilog="例：python -m index.training.reader_pack --run reader-run",
    )
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", help="index.training.reader 的 --out")
    parser.add_argument("--out", type=Path, default=own_reader_path(), metavar="FILE", help="写到哪里")
    args = parser.parse_args(argv)
    pack(args.run, args.out)
    print(f"已写入 {args.out}（{args.out.stat().st_size / 1e6:.1f} MB）", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(console.run(main))
