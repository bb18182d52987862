"""`python ui.py`: the page on which citizens and clerks ask the gazettes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus import console
from corpus.arguments import Parser
from index.address import INDEX_HELP, parse_where
from index.paths import DEFAULT_INDEX
from retriever.page.serve import Settings, serve


def parser() -> argparse.ArgumentParser:
    found = Parser(
        prog="python ui.py",
        description="启动公报问答的网页。没有索引时也能启动，建好索引后自动可用。",
        epilog="例：python ui.py --port 8000；放在 nginx 的 /gb/ 下面：python ui.py --root-path https://gb.example.cn/gb",
    )
    found.add_argument("--index", type=parse_where, default=DEFAULT_INDEX, metavar="DIR", help=INDEX_HELP)
    found.add_argument("--host", default="127.0.0.1", help="监听的地址（默认 127.0.0.1，只有本机能用）")
    found.add_argument("--port", type=int, default=7860, help="端口（默认 7860）")
    found.add_argument("--root-path", default="", metavar="/x", help="反向代理下的路径，如 /gb 或 https://网址/gb")
    found.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="别人打开页面用的主机名或地址，可以写几次（默认只有本机）",
    )
    found.add_argument("--feedback", type=Path, metavar="FILE", help="把“有用/没用/答错了”记进这个文件（默认不记）")
    found.add_argument(
        "--keep-refused",
        action="store_true",
        help="没有答上来的问题也记进去（去掉号码；要和 --feedback 一起给；默认不记）",
    )
    found.add_argument(
        "--site",
        type=Path,
        metavar="FILE",
        help="网站的名字、例子、电话等设置（样子见 retriever/data/site.toml）",
    )
    found.add_argument("--mcp", action="store_true", help="同时提供 MCP 服务（/gradio_api/mcp/）")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    return console.run(lambda: run(parser().parse_args(argv)))


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    hosts = tuple(args.allow_host)
    return serve(
        Settings(
            index=args.index,
            host=args.host,
            port=args.port,
            root_path=args.root_path,
            feedback=args.feedback,
            mcp=args.mcp,
            allow_hosts=hosts,
            site=args.site,
            keep_refused=args.keep_refused,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
