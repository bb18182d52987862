"""The word lists of `data/words.toml` and `data/misreadings.toml`, read once."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """The words of one list, longest first so that a regular expression prefers them."""
    data = tomllib.loads(resources.files("corpus").joinpath("data/words.toml").read_text("utf-8"))
    return tuple(sorted(data[name]["words"], key=len, reverse=True))


@functools.cache
def misreadings(printed: str) -> tuple[str, ...]:
    """What OCR has made of a word (`data/misreadings.toml`)."""
    data = tomllib.loads(resources.files("corpus").joinpath("data/misreadings.toml").read_text("utf-8"))
    return tuple(word for row in data["misreading"] if row["printed"] == printed for word in row["read"])


@functools.cache
def alternatives(*names: str) -> str:
    """A regular expression that matches any word of the lists named."""
    # A dict, unlike a set, keeps the order: the same pattern in every process.
    longest_first = sorted({word: None for name in names for word in words(name)}, key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, longest_first)) + ")"
