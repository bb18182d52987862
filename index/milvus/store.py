"""The engine of Milvus: an index in a server's collections, opened for searching."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from corpus.model import CorpusNotice
from corpus.validity import change_days
from index.address import MilvusAddress
from index.engine import IndexedClause, IndexInfo, NoticeClauses, NoticeSet, Ranked, Vector
from index.local.manifest import CLAUSES, IndexCorrupt, Manifest, build_command, check_tokens, info_of
from index.milvus.clauses import MilvusClauses
from index.milvus.connection import Connection, connect
from index.milvus.errors import MilvusReplaced
from index.milvus.filters import expression
from index.milvus.opened import Content, Words, read_content
from index.milvus.published import find_published, read_published, seen_stamp
from index.milvus.schema import MANY, MOST, SEARCH_WIDTH, WINDOWS, place_of
from index.office_list import OfficeEntry
from index.ranking import best_clauses
from index.tokens import fingerprint

_TRIES = 3  # openings that a build may disturb by putting a new index in place


@dataclass(frozen=True, slots=True)
class MilvusEngine:
    """Everything a search needs (`index.engine.Engine`). It goes on reading the collections that were published when
    it was opened; a build that follows leaves them for a while (`index.milvus.keeper`)."""

    connection: Connection
    clauses_in: str  # the collection
    manifest: Manifest
    info: IndexInfo
    content: Content
    read: MilvusClauses
    places: tuple[str, ...]  # of all notices
    day: dt.date
    stamp: str = field(compare=False)
    expires: str | None = None  # the first day on which a notice in force now is so no longer

    @classmethod
    def open(cls, address: MilvusAddress, *, thorough: bool = False, today: dt.date | None = None) -> MilvusEngine:
        """Open and check an index; `thorough` reads every clause and counts every vector.

        `today` decides which notices have expired (default: the current day); an index opened as of a day
        stays so. Raises IndexMissing, IndexOutdated or IndexCorrupt, with the command that mends it, and what
        `index.milvus.errors` has.
        """
        connection = connect(address)
        for left in reversed(range(_TRIES)):
            seen = seen_stamp(address)
            try:
                return cls._open(connection, thorough, today)
            except (IndexCorrupt, MilvusReplaced):
                # A build may have put a new index in place between two reads.
                if not left or seen_stamp(address) == seen:
                    raise
        raise AssertionError("unreachable")

    @classmethod
    def _open(cls, connection: Connection, thorough: bool, day: dt.date | None) -> MilvusEngine:
        address, today = connection.address, day or dt.date.today()
        found = find_published(connection)
        manifest = read_published(connection, found)
        assert found is not None  # without one the manifest is missing
        check_tokens(address, manifest, fingerprint())
        connection.read("load_collection", found.clauses)
        if manifest.model is not None:
            connection.read("load_collection", found.clauses + WINDOWS)
        content = read_content(connection, found.clauses, manifest, today)
        read = MilvusClauses(connection, found.clauses, content, today)
        expires = None
        if day is None:
            days = manifest.settings.get("changes")
            stated = change_days(source.notice for source in content.notices) if days is None else days
            expires = min((one for one in stated if one > today.isoformat()), default=None)
        info = info_of(address, manifest, address.work)
        places = tuple(place_of(source.notice) for source in content.notices)
        engine = cls(connection, found.clauses, manifest, info, content, read, places, today, found.stamp, expires)
        if thorough:
            engine.check()
        return engine

    @property
    def terms(self) -> Words:
        return self.content.words

    @property
    def notices(self) -> Sequence[CorpusNotice]:
        return self.content.notices

    @property
    def families(self) -> Sequence[str | None]:
        return self.content.notices.families

    @property
    def offices(self) -> Sequence[OfficeEntry]:
        return self.content.offices

    def keywords(self, weights: Mapping[str, float], k: int, within: NoticeSet | None = None) -> list[Ranked]:
        dimensions = self.terms.dimensions
        asked = {dimensions[token]: weight for token, weight in weights.items() if token in dimensions and weight > 0}
        available, wanted = self._within(within)
        if not asked or k <= 0 or not available:
            return []

        def ask(limit: int) -> list[tuple[float, int]]:
            found = self._search("", "words", "row", asked, wanted, limit)
            return [(score, row) for score, row in found if score > 0]

        return best_clauses(ask, k, available)

    def nearest(self, vector: Vector, k: int, within: NoticeSet | None = None) -> list[Ranked]:
        available, wanted = self._within(within)
        if self.manifest.model is None or k <= 0 or not available:
            return []
        query = np.asarray(vector, np.float32).reshape(-1).tolist()

        def ask(limit: int) -> list[tuple[float, int]]:
            return self._search(WINDOWS, "vector", "window", query, wanted, limit)

        return best_clauses(ask, k, self.manifest.vectors)

    def _within(self, within: NoticeSet | None) -> tuple[int, str]:
        """How many clauses belong to some notices, and the expression that they are filtered by."""
        if within is None or len(within.ordinals) == len(self.places):
            return len(self.content), ""
        if not within.ordinals:
            return 0, ""
        ordinals = np.asarray(within.ordinals)
        firsts = self.content.firsts
        count = int((firsts[ordinals + 1] - firsts[ordinals]).sum())
        return count, expression(within.ordinals, self.places)

    def _search(
        self, kind: str, name: str, key: str, query: object, wanted: str, limit: int
    ) -> list[tuple[float, int]]:
        """Scores and rows of the `limit` best entries of a collection, best first.

        A server gives no more than MOST at once: for more than that all of them are gone through in portions.
        """
        if limit <= MOST:
            return self._ask(kind, name, query, wanted, limit)
        total = self.manifest.vectors if kind else self.manifest.clauses
        found: list[tuple[float, int]] = []
        for begin in range(0, total, MOST):
            portion = f"{key} >= {begin} and {key} < {begin + MOST}"
            found += self._ask(kind, name, query, f"{portion} and ({wanted})" if wanted else portion, MOST)
        return sorted(found, key=lambda pair: -pair[0])[:limit]

    def _ask(self, kind: str, name: str, query: object, wanted: str, limit: int) -> list[tuple[float, int]]:
        graph = kind == WINDOWS and self.manifest.vectors >= MANY
        found = self.connection.read(
            "search",
            self.clauses_in + kind,
            data=[query],
            anns_field=name,
            limit=limit,
            filter=wanted,
            output_fields=["row"],
            search_params={"metric_type": "IP", "params": {"ef": max(SEARCH_WIDTH, limit)} if graph else {}},
        )
        return [(float(hit["distance"]), int(hit["entity"]["row"] if kind else hit["row"])) for hit in found[0]]

    def clauses(self, rows: Sequence[int]) -> list[IndexedClause]:
        return self.read.get(rows)

    def notice(self, ordinal: int) -> NoticeClauses:
        if not 0 <= ordinal < len(self.places):
            raise IndexError(ordinal)
        rows = self.content.rows(ordinal)
        return NoticeClauses(rows, self.content.roles(rows), self.clauses)

    def find(self, clause_id: str) -> IndexedClause | None:
        return self.read.find(clause_id)

    def outdated(self) -> bool:
        now = seen_stamp(self.connection.address)
        if now is not None and now != self.stamp:
            return True
        return self.expires is not None and dt.date.today().isoformat() >= self.expires

    def check(self) -> None:
        """Read every clause, and count clauses and vectors. Raises IndexCorrupt."""
        digest = hashlib.sha256()
        for line in self.read.lines():
            digest.update(line)
        address = self.connection.address
        counts = {"": self.manifest.clauses} | ({} if self.manifest.model is None else {WINDOWS: self.manifest.vectors})
        there = {kind: self._count(kind) for kind in counts}
        if digest.hexdigest() != self.manifest.files[CLAUSES]["sha256"] or there != counts:
            todo = build_command(address, self.manifest)
            raise IndexCorrupt("索引内容和清单不一致（条款或向量变了）", str(address), todo)

    def _count(self, kind: str) -> int:
        found = self.connection.read("query", self.clauses_in + kind, output_fields=["count(*)"])
        return int(found[0]["count(*)"])
