"""A folder that holds an index, as a build needs it (`index.opening.Keeper`)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from index.engine import EngineWriter, IndexInfo, Provenance
from index.local.lock import build_lock
from index.local.manifest import Manifest, info_of, open_files, read_manifest
from index.local.writer import LocalWriter, sweep


@dataclass(frozen=True, slots=True)
class LocalKeeper:
    """The folder is both the index and the place of its caches."""

    where: Path

    @property
    def work(self) -> Path:
        return self.where

    def lock(self) -> AbstractContextManager[None]:
        return build_lock(self.where)

    def sweep(self) -> None:
        sweep(self.where)

    def manifest(self, *, thorough: bool = False) -> Manifest:
        manifest = read_manifest(self.where)
        if thorough:
            open_files(self.where, manifest, thorough=True)
        return manifest

    def info(self, manifest: Manifest) -> IndexInfo:
        return info_of(self.where, manifest, self.where)

    def writer(self, made: Provenance, jobs: int = 1) -> EngineWriter:
        return LocalWriter(self.where, made, jobs)
