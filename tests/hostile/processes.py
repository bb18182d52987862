"""What Linux says of running processes; a thread or process that ends meanwhile says nothing."""

from __future__ import annotations

import resource
from pathlib import Path


def said(path: Path) -> bytes:
    """A file of /proc; empty where its process has ended."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def children(pid: int) -> list[int]:
    """The processes that any thread of a process has started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted(int(one) for path in lists for one in said(path).split())


def memory(pid: int) -> int:
    """Resident bytes of a process. Its maps can't be read while it takes memory all the time."""
    return int((said(Path(f"/proc/{pid}/statm")).split() or [b"0", b"0"])[1]) * resource.getpagesize()
