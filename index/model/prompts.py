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
class KnownModel:
    """One family of models. `pattern` is a shell pattern for the lower-case last part of a name."""

    pattern: str
    query: str
    passage: str
    source: str
    example: str


@cache
def known_models() -> tuple[KnownModel, ...]:
    """The table in file order. An unknown or missing key in the file is a TypeError."""
    with _DATA.open("rb") as file:
        return tuple(KnownModel(**row) for row in tomllib.load(file)["model"])


def find_model(name: str) -> KnownModel | None:
    """The first model family whose pattern fits the last part of a hub name or folder."""
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()
    return next((known for known in known_models() if fnmatchcase(base, known.pattern)), None)


def prompts_for(name: str) -> Prompts | None:
    """The prefixes for the model of this name; None for a model that the table doesn't list."""
    known = find_model(name)
    return None if known is None else Prompts(known.query, known.passage)
