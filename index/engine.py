"""What an index is to those who search it, whatever keeps it: FAISS and arrays in a folder, or a server.

Rows are the places of clauses in corpus order; notices have ordinals. Scores of all engines are equal for
equal content: keywords are sums of finished BM25 columns, nearness is the cosine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from corpus.model import Clause, CorpusNotice, Doubt, Notice, Role
from index.office_list import OfficeEntry

Vector = NDArray[np.float32]


class Ranked(NamedTuple):
    """The row of a clause and its score (BM25, or the cosine of its embedding)."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class NoticeSet:
    """The notices that a search may return clauses of: their ordinals, rising."""

    ordinals: tuple[int, ...]

    @classmethod
    def where(cls, kept: Iterable[bool]) -> NoticeSet:
        """The notices for which `kept`, which has one value for each, is true."""
        return cls(tuple(ordinal for ordinal, keep in enumerate(kept) if keep))


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The embedding model that made an index's vectors."""

    name: str
    dim: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file the index was built from; `error` says why one is not in it."""

    file: str
    sha256: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What is known of an index without reading its content.

    `where` is how a user named it, `version` changes with everything that is published there, `built` is an
    ISO time, `inputs` are the paths that were given to the build. `model` is None without vectors.
    `cache` is a folder for what can be made again, such as recognised pages.
    """

    where: str
    version: str
    built: str
    notices: int
    clauses: int
    vectors: int
    model: ModelInfo | None
    sources: tuple[SourceFile, ...]
    inputs: tuple[str, ...]
    cache: Path


@dataclass(frozen=True, slots=True)
class IndexedClause:
    """A clause with its row, and the notice it belongs to with its ordinal."""

    row: int
    clause: Clause
    source: CorpusNotice
    ordinal: int

    @property
    def clause_id(self) -> str:
        return self.clause.clause_id

    @property
    def text(self) -> str:
        return self.clause.text

    @property
    def path(self) -> tuple[str, ...]:
        return self.clause.path

    @property
    def role(self) -> Role:
        return self.clause.role

    @property
    def notice(self) -> Notice:
        return self.source.notice

    @property
    def uncertain(self) -> tuple[Doubt, ...]:
        """What the parser isn't sure of that concerns this clause."""
        return () if self.clause.file is not None else self.notice.doubts_on(self.clause.lines)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the clause is printed in: its notice's, or that of the decision that added it."""
        return self.source.files if self.clause.file is None else (self.clause.file,)


@dataclass(frozen=True, slots=True)
class NoticeClauses(Sequence[IndexedClause]):
    """The clauses of one notice in order, each read when it is asked for. `roles` has each one's role."""

    rows: range
    roles: Sequence[Role]
    read: Callable[[Sequence[int]], list[IndexedClause]]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> IndexedClause: ...
    @overload
    def __getitem__(self, at: slice) -> list[IndexedClause]: ...
    def __getitem__(self, at: int | slice) -> IndexedClause | list[IndexedClause]:
        if isinstance(at, slice):
            return self.read(self.rows[at])
        return self.read([self.rows[at]])[0]

    def of_role(self, *roles: Role) -> list[IndexedClause]:
        """The clauses that have one of these roles, in order; no other clause is read."""
        return self.read([row for row, role in zip(self.rows, self.roles, strict=True) if role in roles])


class TermCounts(Protocol):
    """In how many clauses each token of the keyword index occurs."""

    @property
    def size(self) -> int:
        """The number of clauses."""

    def count(self, token: str) -> int:
        """In how many clauses a token occurs; 0 for one that none holds."""

    def counts(self) -> Mapping[str, int]:
        """The same for all tokens."""


class Engine(Protocol):
    """An opened index. Safe to use from several threads; a build that follows does not disturb it."""

    @property
    def info(self) -> IndexInfo: ...
    @property
    def day(self) -> dt.date:
        """The day as of which notices and clauses are read: their status, their wording."""

    @property
    def terms(self) -> TermCounts: ...
    @property
    def notices(self) -> Sequence[CorpusNotice]: ...
    @property
    def families(self) -> Sequence[str | None]:
        """`Notice.family` of each notice; no notice is read for it."""

    @property
    def offices(self) -> Sequence[OfficeEntry]: ...

    def keywords(self, weights: Mapping[str, float], k: int, within: NoticeSet | None = None) -> list[Ranked]:
        """The `k` best clauses by the sum of weight · BM25 over the tokens of `weights`, best first, equal ones
        in corpus order; only clauses with a score above 0."""

    def nearest(self, vector: Vector, k: int, within: NoticeSet | None = None) -> list[Ranked]:
        """The `k` clauses whose vectors have the highest cosine with `vector` (float32 [dim], norm 1), best
        first; none without vectors. A clause in several windows counts once, with its best."""

    def clauses(self, rows: Sequence[int]) -> list[IndexedClause]:
        """The clauses of rows, in the order of `rows`. Raises IndexError for a row that is not there."""

    def notice(self, ordinal: int) -> NoticeClauses:
        """The clauses of a notice. Raises IndexError for an ordinal that is not there."""

    def find(self, clause_id: str) -> IndexedClause | None:
        """The clause of an id, or None."""

    def outdated(self) -> bool:
        """Whether opening again would give something else: a build has published, or a notice has expired
        since. Takes microseconds, or two requests to a server; False while there is no index."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an index was built from: its sources, the paths given, and with what program.

    `model` is the name of the embedding model a user chose, None for the default one.
    """

    sources: tuple[SourceFile, ...]
    inputs: tuple[str, ...]
    program: str
    model: str | None = None


class EngineWriter(Protocol):
    """Writes one index beside the one that is there, and puts it in its place. Nothing a reader holds changes."""

    def write_keywords(self, notices: Sequence[CorpusNotice]) -> None:
        """Write notices, clauses, offices and the keyword index. Raises OSError."""

    def write_vectors(self, vectors: Vector, owners: NDArray[np.int32], model: ModelInfo) -> None:
        """Write the vectors [n, dim]; vector i is a window of the clause in row `owners[i]`, rising."""

    def publish(self) -> None:
        """Put in place what has been written so far, in one step. It may be called again after more was written."""
