"""Kinds of documents (文种), from the one list `data/kinds.toml`: what a title ends with, and what it is."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources

OTHER = "其他"
_BRACKET = re.compile(r"[（(〔\[][^（()）〔〕\[\]]*[)）〕\]]\s*$")


@functools.cache
def kinds(*lists: str) -> tuple[str, ...]:
    """The words of some lists (official, rules, titles, covering), in the order of the file."""
    data = tomllib.loads(resources.files("corpus").joinpath("data/kinds.toml").read_text("utf-8"))
    return tuple(dict.fromkeys(word for name in lists for word in data[name]["words"]))


@functools.cache
def kind_pattern(*lists: str) -> str:
    """A regular expression for any of those words, longer ones first."""
    return "(?:" + "|".join(sorted(map(re.escape, kinds(*lists)), key=len, reverse=True)) + ")"


def kind_of(title: str) -> str:
    """The kind of document that a title ends with: `关于印发《…办法》的通知（试行）` → `通知`, `…的复函` → `函`."""
    bare = title.strip()
    while _BRACKET.search(bare):
        bare = _BRACKET.sub("", bare).strip()
    kind = next((kind for kind in kinds("official", "rules") if bare.endswith(kind)), OTHER)
    return "函" if kind == "复函" else kind
