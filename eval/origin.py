"""What a run was made with: when, by which command and version, and from which index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.engine import IndexInfo


@dataclass(frozen=True, slots=True)
class IndexOrigin:
    """The index that was asked: its folder, the name of its data (which every build changes), when it was built, its
    model, and each source with the hash of its bytes."""

    folder: str
    version: str
    built: str
    notices: int
    clauses: int
    model: str | None
    model_sha256: str | None
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """`asked` is the ISO time at which the first question was asked, `day` the day as of which notices expire."""

    asked: str
    command: str
    gongbao: str
    day: str
    index: IndexOrigin

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Origin:
        index = {**row["index"], "sources": tuple((file, sha256) for file, sha256 in row["index"]["sources"])}
        return cls(**{**row, "index": IndexOrigin(**index)})


def origin(info: IndexInfo, command: str, version: str, day: dt.date) -> Origin:
    """The origin of a run that begins now."""
    model = info.model
    return Origin(
        asked=dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        command=command,
        gongbao=version,
        day=day.isoformat(),
        index=IndexOrigin(
            folder=info.where,
            version=info.version,
            built=info.built,
            notices=info.notices,
            clauses=info.clauses,
            model=None if model is None else model.name,
            model_sha256=None if model is None else model.sha256,
            sources=tuple((one.file, one.sha256) for one in info.sources),
        ),
    )
