"""One writer at a time. The lock is the system's (released when its process dies); who holds it is
written beside it for the message."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import GongbaoError


class BuildBusy(GongbaoError):  # noqa: N818
    """Another build is writing this index."""


@contextlib.contextmanager
def build_lock(index: Path) -> Iterator[None]:
    """Hold the index's write lock. Raises BuildBusy naming the holder's process and its start."""
    lock = FileLock(index / "build.lock")
    holder = index / "build.holder.json"
    try:
        lock.acquire(timeout=0)
    except Timeout as err:
        raise BuildBusy(f"另一个建索引的进程正在运行{_who(holder)}", str(index), "请等它结束后再试") from err
    try:
        started = dt.datetime.now().isoformat(sep=" ", timespec="seconds")
        with contextlib.suppress(OSError):
            holder.write_text(json.dumps({"pid": os.getpid(), "started": started}), "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        data = json.loads(holder.read_text("utf-8"))
        return f"（进程 {data['pid']}，开始于 {data['started']}）"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
