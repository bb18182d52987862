"""One writer at a time.

The lock belongs to the system, which releases it when its process ends, however it ends: a lock that
outlives its holder can't exist. Who holds it stands in a file beside it, for the message only.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import GongbaoError

LOCK, HOLDER = "build.lock", "build.holder.json"


class BuildBusy(GongbaoError):  # noqa: N818
    """Another build is writing this index."""


@contextlib.contextmanager
def build_lock(index: Path) -> Iterator[None]:
    """Hold the index's write lock.

    Raises BuildBusy naming the holder's process and its start, or OSError if the folder can't be
    written to.
    """
    handle = os.open(index / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _take(handle):
            who = _who(index / HOLDER)
            raise BuildBusy(f"另一个建索引的进程正在运行{who}", str(index), "请等它结束后再试")
        with _signed(index / HOLDER):
            yield
    finally:
        os.close(handle)  # releases the lock; the file stays, for removing it would race with others


@contextlib.contextmanager
def _signed(holder: Path) -> Iterator[None]:
    started = dt.datetime.now().isoformat(sep=" ", timespec="seconds")
    try:
        with contextlib.suppress(OSError):
            holder.write_text(json.dumps({"pid": os.getpid(), "started": started}), "utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink(missing_ok=True)


def _take(handle: int) -> bool:
    """Whether the lock could be taken, without waiting."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _who(holder: Path) -> str:
    try:
        data = json.loads(holder.read_text("utf-8"))
        return f"（进程 {data['pid']}，开始于 {data['started']}）"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
