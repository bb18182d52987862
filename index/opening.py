"""Opening and writing an index, whatever keeps it: the one way in for commands, page and evaluation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from index.engine import Engine, EngineWriter, Provenance
from index.local.lock import is_building
from index.local.manifest import stamp
from index.local.store import LocalEngine
from index.local.writer import LocalWriter
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


def new_writer(where: Path, made: Provenance) -> EngineWriter:
    """A writer of a new index there. Raises OSError if nothing can be written."""
    return LocalWriter(where, made)


__all__ = ["is_building", "new_writer", "open_index", "published"]
