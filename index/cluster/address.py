"""Where a Ray cluster is, as `--ray` says it: four forms, and nothing else that Ray might take for an address."""

from __future__ import annotations

import argparse
from urllib.parse import urlsplit

LOCAL = "local"  # processes of this machine, started for this build
AUTO = "auto"  # the cluster that runs on this machine
ADDRESS_HELP = (
    "把文件分给 Ray 集群读取和嵌入（要先装 scale 附加包）：auto 是本机上运行着的集群，local 在本机新开一个，"
    "HOST:PORT 是本机所在的集群，ray://HOST:PORT 从集群外面连接；每台机器都要装好同一版本的程序"
)
_CLIENT = "ray://"


def parse_address(text: str) -> str:
    """The address that a user typed. Raises argparse.ArgumentTypeError for anything else."""
    if text not in (LOCAL, AUTO) and endpoint(text) is None:
        raise argparse.ArgumentTypeError("应为 auto、local、HOST:PORT 或 ray://HOST:PORT")
    return text


def endpoint(address: str) -> tuple[str, int] | None:
    """Host and port of an address that has them."""
    place = address.removeprefix(_CLIENT)
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port
    except ValueError:  # no such port, or half of a pair of brackets
        return None
    if parts.netloc != place or "@" in place or not host or not port or not place.isprintable() or " " in place:
        return None
    return host, port
