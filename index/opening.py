"""Opening and writing an index, whatever keeps it: the one way in for commands, page and evaluation."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from index.address import MilvusAddress, Where
from index.engine import Engine, EngineWriter, IndexInfo, Provenance
from index.local.keeper import LocalKeeper
from index.local.lock import is_building as is_locked
from index.local.manifest import Manifest, stamp
from index.local.store import LocalEngine
from index.paths import DEFAULT_INDEX

Stamp = tuple[int, int, int] | str


class Keeper(Protocol):
    """A place where an index is kept, as a build needs it."""

    @property
    def work(self) -> Path:
        """A folder for the lock and for what can be made again: parsed files, vectors."""

    def lock(self) -> AbstractContextManager[None]:
        """One builder at a time (BuildBusy)."""

    def sweep(self) -> None:
        """Remove earlier indexes and what builds that were stopped left behind; what is published stays."""

    def manifest(self, *, thorough: bool = False) -> Manifest:
        """The manifest of the index that is there; `thorough` checks all of the index.

        Raises IndexMissing, IndexOutdated or IndexCorrupt.
        """

    def info(self, manifest: Manifest) -> IndexInfo:
        """What a manifest says, as every engine says it."""

    def writer(self, made: Provenance, jobs: int = 1) -> EngineWriter:
        """A writer of a new index there; `jobs` processes count words. Raises OSError if nothing can be written."""


def keeper(where: Where) -> Keeper:
    """What keeps the index of a place. Raises a GongbaoError where a server isn't there or refuses."""
    if isinstance(where, MilvusAddress):
        from index.milvus.keeper import MilvusKeeper

        return MilvusKeeper(where)
    return LocalKeeper(where)


def open_index(where: Where = DEFAULT_INDEX, *, thorough: bool = False, today: dt.date | None = None) -> Engine:
    """Open and check an index; `thorough` reads and checks every byte. `today` decides which notices have
    expired (default: the current day).

    Raises IndexMissing, IndexOutdated or IndexCorrupt, with the command that mends it.
    """
    if isinstance(where, MilvusAddress):
        from index.milvus.store import MilvusEngine

        return MilvusEngine.open(where, thorough=thorough, today=today)
    return LocalEngine.open(where, thorough=thorough, today=today)


def published(where: Where) -> Stamp | None:
    """A stamp of the published index, which a new build changes; it is read without opening the index. None
    where there is no index, or none can be seen at this moment."""
    if isinstance(where, MilvusAddress):
        from index.milvus.published import seen_stamp

        return seen_stamp(where)
    return stamp(where)


def is_building(where: Where) -> bool:
    """Whether a build that was started on this machine is at work there."""
    return is_locked(where.work if isinstance(where, MilvusAddress) else where)


def new_writer(where: Where, made: Provenance) -> EngineWriter:
    """A writer of a new index there. Raises OSError if nothing can be written."""
    return keeper(where).writer(made)


__all__ = ["Keeper", "Stamp", "is_building", "keeper", "new_writer", "open_index", "published"]
