"""An index opened for searching: clauses with their notices, keyword index and vectors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from index.bm25 import Bm25
from index.clauses import Clauses, IndexedClause, IndexedNotice, next_expiry, read_clauses
from index.dense import Dense, load_dense
from index.directory import Entry, read_offices
from index.manifest import (
    OFFICES,
    IndexCorrupt,
    Manifest,
    build_command,
    check_tokens,
    open_files,
    read_manifest,
    stamp,
)
from index.paths import DEFAULT_INDEX
from index.tokens import fingerprint

_TRIES = 3  # openings that a build may disturb by putting a new index in place


@dataclass(frozen=True, slots=True)
class Index:
    """Everything a search needs. A build that follows does not disturb it: what it has read or
    mapped stays as it is until this object is gone."""

    folder: Path
    manifest: Manifest
    notices: tuple[IndexedNotice, ...]
    clauses: Clauses
    bm25: Bm25
    dense: Dense | None
    offices: tuple[Entry, ...]
    stamp: tuple[int, int, int] | None = field(default=None, compare=False)
    expires: str | None = None  # the first day on which a notice in force now is so no longer

    @classmethod
    def open(cls, folder: Path = DEFAULT_INDEX, *, thorough: bool = False) -> Index:
        """Open and check an index: manifest, word lists, each file's size and, up to `files.LARGE`
        (a gazette's are far smaller), its hash; `thorough` checks larger ones too.

        Raises IndexMissing, IndexOutdated or IndexCorrupt, with the command that mends it.
        """
        for left in reversed(range(_TRIES)):
            seen = stamp(folder)
            manifest = read_manifest(folder)
            try:
                return cls._open(folder, manifest, seen, thorough)
            except IndexCorrupt:
                # A build may have put a new index in place between the two reads.
                if not left or stamp(folder) == seen:
                    raise
        raise AssertionError("unreachable")

    @classmethod
    def _open(cls, folder: Path, manifest: Manifest, seen: tuple[int, int, int] | None, thorough: bool) -> Index:
        check_tokens(folder, manifest, fingerprint())
        files = open_files(folder, manifest, thorough=thorough)
        today = dt.date.today()
        try:
            notices, clauses = read_clauses(files, today)
            bm25 = Bm25.load(files, len(clauses))
            offices = tuple(read_offices(files[OFFICES]))
            dense = None
            if manifest.model is not None:
                dense = load_dense(files, manifest.vectors, manifest.model["dim"], len(clauses))
            if (len(notices), len(clauses)) != (manifest.notices, manifest.clauses):
                raise ValueError("counts differ from the manifest's")
            if thorough:
                bm25.check()
        except (ValueError, KeyError, TypeError, RuntimeError) as err:
            where = str(folder / manifest.data)
            raise IndexCorrupt(f"索引内容和清单不一致（{err}）", where, build_command(folder, manifest)) from err
        return cls(folder, manifest, notices, clauses, bm25, dense, offices, seen, next_expiry(notices, today))

    def outdated(self) -> bool:
        """Whether opening the folder again would give another index: a build has put a new one in
        place, or a notice has expired since. Takes microseconds; False while there is no index."""
        now = stamp(self.folder)
        if now is not None and now != self.stamp:
            return True
        return self.expires is not None and dt.date.today().isoformat() >= self.expires


__all__ = ["Index", "IndexedClause", "IndexedNotice"]
