"""Opening an index, whatever keeps it: the one way in for commands, page and evaluation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from index.engine import Engine
from index.local.manifest import stamp
from index.local.store import LocalEngine
from index.paths import DEFAULT_INDEX


def open_index(where: Path = DEFAULT_INDEX, *, thorough: bool = False, today: dt.date | None = None) -> Engine:
    """Open and check an index; `thorough` reads and checks every byte. `today` decides which notices have
    expired (default: the current day).

    Raises IndexMissing, IndexOutdated or IndexCorrupt, with the command that mends it.
    """
    return LocalEngine.open(where, thorough=thorough, today=today)


def published(where: Path) -> tuple[int, int, int] | None:
    """A stamp of the published index, which a new build changes; it is read without opening the index. None
    where there is no index."""
    return stamp(where)
