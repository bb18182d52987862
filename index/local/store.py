"""The local engine: an index in a folder, opened for searching."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.validity import change_days
from index.engine import IndexedClause, IndexInfo, NoticeClauses, NoticeSet, Ranked, Vector
from index.local.clauses import Clauses, read_clauses
from index.local.dense import Dense, load_dense
from index.local.keywords import Bm25
from index.local.manifest import (
    OFFICES,
    IndexCorrupt,
    Manifest,
    build_command,
    check_tokens,
    info_of,
    open_files,
    read_manifest,
    stamp,
)
from index.local.notices import Notices
from index.office_list import OfficeEntry
from index.paths import DEFAULT_INDEX
from index.tokens import fingerprint

_TRIES = 3  # openings that a build may disturb by putting a new index in place


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Everything a search needs (`index.engine.Engine`). A build that follows does not disturb it: what it has
    read or mapped stays as it is until this object is gone."""

    folder: Path
    manifest: Manifest
    info: IndexInfo
    notices: Notices
    content: Clauses
    bm25: Bm25
    dense: Dense | None
    offices: tuple[OfficeEntry, ...]
    day: dt.date
    stamp: tuple[int, int, int] | None = field(default=None, compare=False)
    expires: str | None = None  # the first day on which a notice in force now is so no longer

    @classmethod
    def open(cls, folder: Path = DEFAULT_INDEX, *, thorough: bool = False, today: dt.date | None = None) -> LocalEngine:
        """Open and check an index: manifest, word lists, each file's size and, up to `files.LARGE`
        (a gazette's are far smaller), its hash; `thorough` checks larger ones too.

        `today` decides which notices have expired (default: the current day); an index opened as of a day
        stays so. Raises IndexMissing, IndexOutdated or IndexCorrupt, with the command that mends it.
        """
        for left in reversed(range(_TRIES)):
            seen = stamp(folder)
            manifest = read_manifest(folder)
            try:
                return cls._open(folder, manifest, seen, thorough, today)
            except IndexCorrupt:
                # A build may have put a new index in place between the two reads.
                if not left or stamp(folder) == seen:
                    raise
        raise AssertionError("unreachable")

    @classmethod
    def _open(
        cls, folder: Path, manifest: Manifest, seen: tuple[int, int, int] | None, thorough: bool, day: dt.date | None
    ) -> LocalEngine:
        today = day or dt.date.today()
        check_tokens(folder, manifest, fingerprint())
        files = open_files(folder, manifest, thorough=thorough)
        try:
            notices, content = read_clauses(files, today)
            bm25 = Bm25.load(files, len(content))
            offices = tuple(OfficeEntry.from_json(json.loads(line)) for line in bytes(files[OFFICES]).splitlines())
            dense = None
            if manifest.model is not None:
                dense = load_dense(files, manifest.vectors, manifest.model["dim"], len(content))
            if (len(notices), len(content)) != (manifest.notices, manifest.clauses):
                raise ValueError("counts differ from the manifest's")
            if thorough:
                bm25.check()
            info = info_of(folder, manifest, folder)
        except (ValueError, KeyError, TypeError, RuntimeError) as err:
            where = str(folder / manifest.data)
            raise IndexCorrupt(f"索引内容和清单不一致（{err}）", where, build_command(folder, manifest)) from err
        expires = None
        if day is None:
            days = manifest.settings.get("changes")
            stated = change_days(source.notice for source in notices) if days is None else days
            expires = min((one for one in stated if one > today.isoformat()), default=None)
        return cls(folder, manifest, info, notices, content, bm25, dense, offices, today, seen, expires)

    @property
    def families(self) -> Sequence[str | None]:
        return self.notices.families

    @property
    def terms(self) -> Bm25:
        return self.bm25

    def keywords(self, weights: Mapping[str, float], k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return self.bm25.search(weights, k, self._rows(within))

    def nearest(self, vector: Vector, k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return [] if self.dense is None else self.dense.search(vector, k, self._rows(within))

    def _rows(self, within: NoticeSet | None) -> NDArray[np.bool_] | None:
        """Which clauses belong to some notices: bool [clauses]; None for all."""
        if within is None:
            return None
        kept = np.zeros(len(self.notices), np.bool_)
        kept[list(within.ordinals)] = True
        return self.content.of_notices(kept)

    def clauses(self, rows: Sequence[int]) -> list[IndexedClause]:
        if min(rows, default=0) < 0:
            raise IndexError(min(rows))
        return [self.content[row] for row in rows]

    def notice(self, ordinal: int) -> NoticeClauses:
        if ordinal < 0:
            raise IndexError(ordinal)
        rows = self.content.rows(ordinal)
        return NoticeClauses(rows, self.content.roles(rows), self.clauses)

    def find(self, clause_id: str) -> IndexedClause | None:
        return self.content.find(clause_id)

    def outdated(self) -> bool:
        now = stamp(self.folder)
        if now is not None and now != self.stamp:
            return True
        return self.expires is not None and dt.date.today().isoformat() >= self.expires
