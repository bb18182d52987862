"""The named costs of `data/segment.toml`, each with its reason."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

from corpus.errors import GongbaoError


class CostError(GongbaoError):
    """A cost that the code asks for isn't in the data file."""


@functools.cache
def _costs() -> dict[tuple[str, str], float]:
    data = tomllib.loads(resources.files("corpus").joinpath("data/segment.toml").read_text("utf-8"))
    return {(group, name): row["cost"] for group, rows in data.items() for name, row in rows.items()}


def cost(group: str, name: str) -> float:
    """The cost `name` of `group`. Raises CostError if the file has none."""
    try:
        return _costs()[group, name]
    except KeyError as err:
        raise CostError(f"segment.toml 里没有 {group}.{name}", "corpus/data/segment.toml", "请补上这一项") from err
