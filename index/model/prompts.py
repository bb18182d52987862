"""The prefixes that embedding models were trained with: data in `data/models.toml`, found by name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "models.toml"


@dataclass(frozen=True, slots=True)
class Prompts:
    """What is put before a question and before a passage."""

    query: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One family of models. `pattern` is a shell pattern for the lower-case last part of a name."""

    pattern: str
    query: str
    passage: str
    source: str
    example: str


@cache
def entries() -> tuple[ModelEntry, ...]:
    """The table in file order. An unknown or missing key in the file is a TypeError."""
    with _DATA.open("rb") as file:
        return tuple(ModelEntry(**row) for row in tomllib.load(file)["model"])


def find_entry(name: str) -> ModelEntry | None:
    """The first entry whose pattern fits the last part of a hub name or folder."""
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()
    return next((entry for entry in entries() if fnmatchcase(base, entry.pattern)), None)


def prompts_for(name: str) -> Prompts | None:
    """The prefixes of a known model; None for one the table doesn't know."""
    entry = find_entry(name)
    return None if entry is None else Prompts(entry.query, entry.passage)
