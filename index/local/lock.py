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

from filelock import FileLock, Timeout

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
    try:
        with FileLock(index / LOCK, timeout=0), _signed(index / HOLDER):
            yield
    except Timeout as err:
        who = _who(index / HOLDER)
        raise BuildBusy(f"另一个建索引的进程正在运行{who}", str(index), "请等它结束后再试") from err


def is_building(index: Path) -> bool:
    """Whether a build is at work, by the note it leaves. The lock itself is not tried, for a build that
    starts at that moment would find it taken."""
    try:
        pid = int(json.loads((index / HOLDER).read_text("utf-8"))["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return _is_running(pid)


def _is_running(pid: int) -> bool:
    """Whether a process exists; on systems where that can't be asked harmlessly, that is assumed."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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


def _who(holder: Path) -> str:
    try:
        data = json.loads(holder.read_text("utf-8"))
        return f"（进程 {data['pid']}，开始于 {data['started']}）"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
