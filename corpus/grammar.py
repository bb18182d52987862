"""The grammar of repeal, amendment, effect and term: rules as data (`data/events.toml`), compiled when first used."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from corpus.masks import ARTICLE, DATE, NUMBER, QUOTE, TEXT
from corpus.text import CJK

_SIGNS = {"text": TEXT, "number": NUMBER, "date": DATE, "article": ARTICLE, "quote": QUOTE}
_NAME = re.compile(r"\{([a-z]\w{0,20})\}")
_MACROS = ("macro", "macro2", "macro3")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one part of the grammar; `kind` is what it says has happened, for parts that say so."""

    name: str
    part: str
    kind: str
    pattern: re.Pattern[str]


@functools.cache
def data() -> dict[str, Any]:
    """The data file."""
    return tomllib.loads(resources.files("corpus").joinpath("data/events.toml").read_text("utf-8"))


@functools.cache
def _macros() -> dict[str, str]:
    """Names in braces and what they stand for; a macro may use those before it."""
    known: dict[str, str] = dict(_SIGNS)
    for table in _MACROS:
        for name, pattern in data()[table].items():
            known[name] = _expand(pattern, known)
    return known


def _expand(pattern: str, known: dict[str, str]) -> str:
    """A pattern of the file as a regular expression: {text} is its sign, `\\p` a Chinese character."""
    return _NAME.sub(lambda match: known[match[1]], pattern.replace(r"\p", f"[{CJK}]"))


@functools.cache
def rules(part: str) -> tuple[Rule, ...]:
    """The rules of a part, in the order of the file."""
    return tuple(
        Rule(row["name"], part, row.get("kind", ""), re.compile(_expand(row["pattern"], _macros())))
        for row in data()["rule"]
        if row["part"] == part
    )


@functools.cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern of the one rule of this name."""
    row = next(row for row in data()["rule"] if row["name"] == name)
    return re.compile(_expand(row["pattern"], _macros()))


def matches(part: str, text: str) -> bool:
    """Whether any rule of a part is found in a text."""
    return any(rule.pattern.search(text) for rule in rules(part))


def parts() -> tuple[str, ...]:
    """The parts of the grammar."""
    return tuple(dict.fromkeys(row["part"] for row in data()["rule"]))


@functools.cache
def own() -> re.Pattern[str]:
    """How a document names itself: 本办法, 本通知."""
    return re.compile(_macros()["own"])
