"""What a reader holds of an index in Milvus: notices, offices, words, and where each notice's clauses are."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.model import Role
from index.local.clauses import ROLES
from index.local.manifest import NOTICES, OFFICES, IndexCorrupt, Manifest, build_command
from index.local.notices import Notices
from index.milvus.connection import Connection
from index.milvus.parts import FIRSTS, NUMBERS, ROLES_OF, WORDS, read_parts
from index.milvus.schema import FILES
from index.office_list import OfficeEntry


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the sparse vectors (`index.engine.TermCounts`): each one's dimension, and how many clauses hold
    it."""

    size: int
    dimensions: Mapping[str, int]
    often: Mapping[str, int]

    def count(self, token: str) -> int:
        return self.often.get(token, 0)

    def counts(self) -> Mapping[str, int]:
        return self.often


@dataclass(frozen=True, slots=True)
class Content:
    """`firsts` int64 [notices + 1] has the first row of each notice, `role_of` uint8 [clauses] places in ROLES."""

    notices: Notices
    offices: tuple[OfficeEntry, ...]
    words: Words
    firsts: NDArray[np.int64]
    role_of: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.role_of)

    def rows(self, ordinal: int) -> range:
        return range(int(self.firsts[ordinal]), int(self.firsts[ordinal + 1]))

    def roles(self, rows: range) -> list[Role]:
        return [ROLES[role] for role in self.role_of[rows.start : rows.stop]]

    def ordinal_of(self, row: int) -> int:
        """The notice of a clause."""
        return int(np.searchsorted(self.firsts, row, side="right")) - 1


def read_content(connection: Connection, clauses: str, manifest: Manifest, today: dt.date) -> Content:
    """Read and check it, as it stands on a day. Raises IndexCorrupt."""
    address = connection.address
    todo = build_command(address, manifest)
    try:
        files = {name: _checked(connection, clauses, manifest, name) for name in NUMBERS}
        notices = Notices(files[NOTICES], today)
        offices = tuple(OfficeEntry.from_json(json.loads(line)) for line in files[OFFICES].splitlines())
        counts: list[tuple[str, int]] = json.loads(files[WORDS])
        firsts = np.load(io.BytesIO(files[FIRSTS]), allow_pickle=False)
        role_of = np.load(io.BytesIO(files[ROLES_OF]), allow_pickle=False)
        if (len(notices), len(role_of)) != (manifest.notices, manifest.clauses):
            raise ValueError("counts differ from the manifest's")
        if len(firsts) != len(notices) + 1 or int(firsts[-1]) != len(role_of):
            raise ValueError("notices do not fit the clauses")
        dimensions = {word: at for at, (word, _) in enumerate(counts, 1)}
        words = Words(len(role_of), dimensions, dict(counts))
    except (ValueError, KeyError, TypeError) as err:
        raise IndexCorrupt(f"索引内容和清单不一致（{err}）", str(address), todo) from err
    return Content(notices, offices, words, firsts, role_of)


def _checked(connection: Connection, clauses: str, manifest: Manifest, name: str) -> bytes:
    """A file of the index, whole (ValueError)."""
    content = read_parts(connection, clauses + FILES, NUMBERS[name])
    if hashlib.sha256(content).hexdigest() != manifest.files[name]["sha256"]:
        raise ValueError(f"{name} has changed")
    return content
