"""Every regular expression of `corpus` takes time in proportion to the text, whatever the text.

The patterns are taken from the modules themselves (and, where they are written in a call, from the source),
so that a new one is tested without being listed. Each is tried on texts made to hurt it: the beginnings of
what it matches, and a character that it knows over and over behind them.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as const
from re import _parser as parser
from typing import Any

import pytest

import corpus
from tests.fuzz.limits import bounded

_CALLS = {"match", "search", "fullmatch", "sub", "split", "findall", "finditer", "compile", "subn"}
_SAMPLES = {
    const.CATEGORY_DIGIT: "1", const.CATEGORY_SPACE: " ", const.CATEGORY_WORD: "a", const.CATEGORY_NOT_SPACE: "中",
    const.CATEGORY_NOT_DIGIT: "中", const.CATEGORY_NOT_WORD: "-",
}  # fmt: skip
MODULES = [
    name
    for _, name, package in pkgutil.iter_modules(corpus.__path__, "corpus.")
    if not package and name != "corpus.__main__"
]


def patterns() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Module, pattern, and how it is tried: a pattern under another name too is at least matched."""
    seen = set()
    everything = "".join(path.read_text("utf-8") for path in Path(corpus.__path__[0]).glob("*.py"))
    for name in MODULES:
        module = importlib.import_module(name)
        source = Path(str(module.__file__)).read_text("utf-8")
        found = [
            (value, _way(set(re.findall(rf"\b{key}\.(\w+)\(", everything))))
            for key, value in vars(module).items()
            if isinstance(value, re.Pattern)
        ]
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            owner = node.func.value
            if not (isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in _CALLS):
                continue
            try:
                text = eval(compile(ast.Expression(node.args[0]), name, "eval"), dict(vars(module)))
            except NameError:  # made of a function's own variables
                continue
            found.append((re.compile(text), _way({node.func.attr})))
        for pattern, way in found:
            if isinstance(pattern.pattern, str) and pattern.pattern not in seen:
                seen.add(pattern.pattern)
                yield name, pattern, way


def _way(methods: set[str]) -> str:
    """The dearest of these ways: a search begins everywhere, a full match may go back and forth."""
    for way in ("fullmatch", "match"):
        if methods <= {way, "match"}:
            return way if way in methods else "match"
    return "search"


PATTERNS = list(patterns())


def sample(tree: Any) -> str:
    """A text that the pattern matches, or nearly: each repeat once more than it must be."""
    return "".join(_sample(op, value) for op, value in tree)


def _sample(op: Any, value: Any) -> str:
    if op in (const.LITERAL, const.NOT_LITERAL):
        return chr(value) if op is const.LITERAL else ("中" if value != ord("中") else "文")
    if op is const.ANY:
        return "中"
    if op is const.IN:
        first, argument = value[0]
        if first is const.NEGATE:
            return "中"
        if first is const.RANGE:
            return chr(argument[0])
        return _SAMPLES.get(argument, "中") if first is const.CATEGORY else chr(argument)
    if op is const.CATEGORY:
        return _SAMPLES.get(value, "中")
    if op in (const.MAX_REPEAT, const.MIN_REPEAT, const.POSSESSIVE_REPEAT):
        low, high, inner = value
        return sample(inner) * min(int(high), int(low) + 1)
    if op is const.SUBPATTERN:
        return sample(value[-1])
    if op is const.BRANCH:
        return sample(value[1][0])
    return sample(value[1]) if op is const.ASSERT else ""


def hostile(pattern: re.Pattern[str]) -> Iterator[Callable[[int], str]]:
    whole = sample(parser.parse(pattern.pattern, pattern.flags))[:60]
    known = list(dict.fromkeys([*whole, " ", "中", "1", "a", "（"]))[:14]
    starts = [whole[:end] for end in range(min(len(whole), 24) + 1)]
    for start in starts:
        for char in known:
            yield lambda n, start=start, char=char: start + char * n + "\x01"
        if start:
            yield lambda n, start=start: (start * (n // len(start) + 1))[:n] + "\x01"
            yield lambda n, start=start: ((start + " ") * (n // len(start) + 1))[:n] + "\x01"


def seconds(pattern: re.Pattern[str], text: str, way: str) -> float:
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        getattr(pattern, way)(text)
        best = min(best, time.process_time() - began)
    return best


IDS = [f"{module}-{pattern.pattern[:24]}" for module, pattern, _ in PATTERNS]


@pytest.mark.parametrize(("module", "pattern", "way"), PATTERNS, ids=IDS)
def test_a_pattern_is_linear(module: str, pattern: re.Pattern[str], way: str) -> None:
    """A text four times as long takes about four times as long; a quadratic pattern takes sixteen times."""
    with bounded(600):
        for make in hostile(pattern):
            # Noise of the clock is no growth: what is done at once has no time to grow. A quadratic pattern takes half
            # a million steps here, a millisecond or less on a fast processor.
            if seconds(pattern, make(1000), way) < 0.0002:
                continue
            growth = seconds(pattern, make(4000), way) / seconds(pattern, make(1000), way)
            assert growth < 9, (module, pattern.pattern, make(20), growth)


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 100
    assert {module for module, _, _ in PATTERNS} >= {"corpus.text", "corpus.heads", "corpus.history", "corpus.body"}


def test_a_quadratic_pattern_is_caught() -> None:
    """The test can fail: adjacent white space twice over."""
    with pytest.raises(AssertionError):
        test_a_pattern_is_linear("here", re.compile(r"令\s*[(（]?\s*第"), "search")
