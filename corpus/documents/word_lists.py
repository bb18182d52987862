"""Automatic numbers and styles of a Word document: what its lists print, and which text it hides.

Numbers a file states are taken only where they are numbers and within what Word itself allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.documents.numerals import format_number

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAX_NUMBER = 32_767  # Word counts no further
_LEVELS = 9
MAX_TEXT = 100  # characters of a number's pattern: %1 to %9 and what stands between them
MAX_BASED = 20  # styles that are based on one another
_OFF = ("0", "false", "off", "none")
# What is struck out is no longer in force, and what is hidden is not shown.
_HIDDEN = {"vanish": "隐藏的文字", "strike": "有删除线的文字", "dstrike": "有删除线的文字"}


def value(element: Any, path: str) -> str | None:
    """The `val` of a descendant, each step of `path` in Word's namespace."""
    child = element.find("/".join(W + step for step in path.split("/")))
    return None if child is None else child.get(f"{W}val")


def number(text: str | None, default: int, least: int = 0, most: int = MAX_NUMBER) -> int:
    """A number a file states, within these bounds; `default` where it is none."""
    if text is None:
        return default
    text = text.strip()
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit():
        return default
    stated = int(digits[:12])
    return min(max(-stated if text.startswith("-") else stated, least), most)


def hidden_by(properties: Any, default: Mapping[str, str | None] | None = None) -> dict[str, str | None]:
    """Of each property that hides text, why it does, or None where these run properties take it back."""
    out = dict(default or {})
    for name, why in _HIDDEN.items():
        switch = None if properties is None else properties.find(f"{W}{name}")
        if switch is not None:
            out[name] = None if (switch.get(f"{W}val") or "1").lower() in _OFF else why
    return out


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: `text` has %1 to %9 where the levels' numbers stand."""

    start: int
    style: str
    text: str


_Levels = dict[int, Level]


@dataclass
class Numbering:
    """Lists by their number, and how far each has counted."""

    lists: dict[str, tuple[str, _Levels, dict[int, int]]]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, root: Any) -> Numbering:
        lists: dict[str, tuple[str, _Levels, dict[int, int]]] = {}
        if root is None:
            return cls(lists)
        abstract = {
            item.get(f"{W}abstractNumId"): {
                depth_of(level.get(f"{W}ilvl")): Level(
                    number(value(level, "start"), 1),
                    value(level, "numFmt") or "decimal",
                    (value(level, "lvlText") or "")[:MAX_TEXT],
                )
                for level in item.findall(f"{W}lvl")
            }
            for item in root.findall(f"{W}abstractNum")
        }
        for item in root.findall(f"{W}num"):
            key = value(item, "abstractNumId") or ""
            restarts = {
                depth_of(override.get(f"{W}ilvl")): number(start, 1)
                for override in item.findall(f"{W}lvlOverride")
                if (start := value(override, "startOverride")) is not None
            }
            lists[item.get(f"{W}numId") or ""] = (key, abstract.get(key, {}), restarts)
        return cls(lists)

    def next(self, list_number: str, depth: int) -> str:
        """Count on in list `list_number` at level `depth` (from 0) and return what Word prints."""
        key, levels, restarts = self.lists.get(list_number, ("", {}, {}))
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self.counts.setdefault(key, {})
        if list_number not in self.begun:
            self.begun.add(list_number)
            for at, start in restarts.items():
                counts[at] = start - 1
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [at for at in counts if at > depth]:
            del counts[deeper]
        if level.style in ("bullet", "none"):
            return ""
        text = level.text
        for at in range(_LEVELS):
            if f"%{at + 1}" in text:
                shown = levels.get(at, level)
                count = counts.get(at, shown.start)
                text = text.replace(f"%{at + 1}", format_number(count, shown.style))
        return f"{text} " if text and text[-1].isascii() else text


def depth_of(text: str | None) -> int:
    """The level of a list, from 0."""
    return number(text, 0, most=_LEVELS - 1)


@dataclass(frozen=True)
class Styles:
    """Of each style: its name, the list and level it belongs to, and what it hides, its parents' included."""

    names: dict[str, str]
    lists: dict[str, tuple[str, int]]
    hidden: dict[str, dict[str, str | None]]

    @classmethod
    def read(cls, root: Any) -> Styles:
        names: dict[str, str] = {}
        own: dict[str, tuple[str, int]] = {}
        hides: dict[str, dict[str, str | None]] = {}
        parents: dict[str, str] = {}
        for style in [] if root is None else root.findall(f"{W}style"):
            key = style.get(f"{W}styleId", "")
            names[key] = (value(style, "name") or "").lower()
            parents[key] = value(style, "basedOn") or ""
            hides[key] = hidden_by(style.find(f"{W}rPr"))
            stated = value(style, "pPr/numPr/numId")
            if stated is not None:
                own[key] = (stated, depth_of(value(style, "pPr/numPr/ilvl")))
        lists: dict[str, tuple[str, int]] = {}
        hidden: dict[str, dict[str, str | None]] = {}
        for key in names:
            chain = _chain(key, parents)
            for at in reversed(chain):
                if at in own:
                    lists[key] = own[at]
                if hides.get(at):
                    hidden[key] = hidden.get(key, {}) | hides[at]
        return cls(names, lists, hidden)


def _chain(key: str, parents: Mapping[str, str]) -> list[str]:
    """A style and those it is based on, itself first."""
    chain = [key]
    while len(chain) < MAX_BASED and (above := parents.get(chain[-1], "")) and above not in chain:
        chain.append(above)
    return chain
