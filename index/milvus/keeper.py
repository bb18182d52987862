"""A collection of Milvus that holds an index, as a build needs it (`index.opening.Keeper`)."""

from __future__ import annotations

import shutil
import time
from contextlib import AbstractContextManager
from pathlib import Path

from index.address import MilvusAddress
from index.engine import EngineWriter, IndexInfo, Provenance
from index.local.lock import build_lock
from index.local.manifest import Manifest, info_of
from index.milvus.connection import connect
from index.milvus.published import alias_target, find_published, read_published
from index.milvus.schema import Generation, generation_of, is_own
from index.milvus.store import MilvusEngine
from index.milvus.writer import SCRATCH, MilvusWriter

# Seconds for which the index that was replaced stays: pages that are open see the new one within one and open it.
GRACE = 30.0
# Seconds after which a build that was begun on another machine and isn't published counts as dead.
DEAD = 7 * 86_400


class MilvusKeeper:
    """The collections of one index. Its lock holds for this machine; builds of other machines are left alone."""

    def __init__(self, where: MilvusAddress) -> None:
        """Raises a GongbaoError where the server isn't there or refuses, or the name is somebody else's."""
        self.where = where
        self._connection = connect(where)
        self._writers: list[MilvusWriter] = []
        find_published(self._connection)

    @property
    def work(self) -> Path:
        return self.where.work

    def lock(self) -> AbstractContextManager[None]:
        return build_lock(self.work)

    def manifest(self, *, thorough: bool = False) -> Manifest:
        if thorough:
            return MilvusEngine.open(self.where, thorough=True).manifest
        return read_published(self._connection, find_published(self._connection))

    def info(self, manifest: Manifest) -> IndexInfo:
        return info_of(self.where, manifest, self.work)

    def writer(self, made: Provenance, jobs: int = 1) -> EngineWriter:
        self.work.mkdir(parents=True, exist_ok=True)
        writer = MilvusWriter(self._connection, made, self.work, jobs)
        self._writers.append(writer)
        return writer

    def sweep(self) -> None:
        """Drop what is no longer or was never published. What this build has just replaced goes last, once those
        who read it have had time to see the new one."""
        published = alias_target(self._connection)
        doomed = [name for name in self._collections() if self._is_doomed(name, published)]
        switched = max((writer.switched for writer in self._writers if writer.switched is not None), default=None)
        if doomed and switched is not None and not self.where.is_file:
            time.sleep(max(0.0, switched + GRACE - time.monotonic()))
        for name in doomed:
            self._connection.write("drop_collection", name)
        for left in self.work.glob(f"{SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)

    def _collections(self) -> list[str]:
        return sorted(self._connection.read("list_collections"))

    def _is_doomed(self, name: str, published: str | None) -> bool:
        found = generation_of(self.where.collection, name)
        if found is None or found.name == published:
            return False
        return is_own(found) or _is_dead(found) or self._is_older(found, published)

    def _is_older(self, found: Generation, published: str | None) -> bool:
        """Whether it was begun before what is published: then it was replaced, or comes too late."""
        current = None if published is None else generation_of(self.where.collection, published)
        return current is not None and found.begun < current.begun


def _is_dead(found: Generation) -> bool:
    return time.time() - found.begun > DEAD
