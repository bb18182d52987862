"""No regular expression outside the parser (`test_patterns.py` has its) takes more than its share of time.

Each is fed texts that make the bad ones explode. A text is doubled until it takes a measurable time; where the
time then more than doubles again and again, the pattern tries the same characters over and over. Compared are
ratios of processor time, whatever the machine.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = ("corpus.documents", "index", "retriever")
UNITS = (
    *(
        "a",
        "A",
        " ",
        "\t",
        "\u3000",
        "  ",
        "中",
        "人",
        "村",
        "区",
        "县",
        "局",
        "张",
        "1",
        "0",
        "一",
        "百",
        "〇",
        "2023",
        "1.",
    ),
    *(
        "1,",
        "1 ",
        "(",
        "（",
        "〔",
        "《",
        "[",
        "、",
        "，",
        "。",
        "：",
        "·",
        "…",
        "-",
        "_",
        "|",
        "*",
        "&",
        "<",
        '"',
        ".",
        "年",
    ),
    *(
        "2023年",
        "一、",
        "（一）",
        "号",
        "第",
        "第一",
        "令",
        "区、",
        "中 ",
        "中、",
        ". ",
        "，a",
        "日",
        "月1",
        "附件",
        "由",
        "自",
    ),
    *(
        "关于",
        "的",
        "：1",
        "单位",
        "（中",
        "《中",
        "①",
        "a1",
        "责任",
        "有",
        "多少",
        "几",
        "哪",
        "什么",
        "有没有",
        "咨询",
        "在",
    ),
    *("离政办发〔2023〕", "牵头单位：", "1年1月", "副区长"),
)
ENDS = ("", "!", "x")
SIZES = (60, 120, 240, 480, 960, 1920, 3840)
MEASURABLE, ROUNDS = 0.004, 5  # seconds of processor time, of which less says nothing about growth
# A linear pattern takes twice as long for twice the text, a quadratic one four times.
STEEP = 3.0


def compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module of ours keeps, and every one that a search names literally."""
    for layer in LAYERS:
        package = importlib.import_module(layer)
        for found in pkgutil.walk_packages(package.__path__, f"{layer}."):
            if found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                yield from _patterns(f"{found.name}.{name}", value)
    for path in sorted(path for layer in LAYERS for path in (ROOT / layer.replace(".", "/")).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                literal = node.args[0]
                of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
                searches = node.func.attr in ("search", "sub", "split", "findall", "finditer")
                if of_re and searches and isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", re.compile(literal.value)


def _patterns(name: str, value: object, depth: int = 0) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield name, value
    elif depth < 3 and isinstance(value, tuple | list | dict):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in inside:
            yield from _patterns(f"{name}[{key}]", one, depth + 1)


def cost(pattern: re.Pattern[str], text: str, rounds: int = 1) -> float:
    """Processor time that finding all matches takes, the least of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.thread_time()
        for _match in pattern.finditer(text):
            pass
        times.append(time.thread_time() - began)
    return min(times)


def is_steep(pattern: re.Pattern[str], unit: str, end: str) -> bool:
    """Whether the time grows faster than the text."""

    def text(size: int) -> str:
        return unit * (size // len(unit)) + end

    if cost(pattern, text(SIZES[0])) < MEASURABLE / 20 and cost(pattern, text(SIZES[4])) < MEASURABLE / 8:
        return False
    for size in SIZES[1:]:
        taken = cost(pattern, text(size))
        if taken >= MEASURABLE:
            least = [cost(pattern, text(size * factor), ROUNDS) for factor in (1, 2, 4)]
            return all(more > STEEP * max(less, 1e-9) for less, more in itertools.pairwise(least))
    return False


@pytest.mark.slow
def test_no_pattern_of_ours_explodes() -> None:
    seen: dict[tuple[str, int], str] = {}
    for name, pattern in compiled():
        seen.setdefault((pattern.pattern, pattern.flags), name)
    assert len(seen) > 90
    steep: dict[str, str] = {}
    for (source, flags), name in seen.items():
        pattern = re.compile(source, flags)
        for unit, end in itertools.product(UNITS, ENDS):
            if name not in steep and is_steep(pattern, unit, end):
                steep[name] = f"{unit!r} × n, {end!r}"
    assert steep == {}


@pytest.mark.parametrize(
    ("source", "unit"),
    [(r"(\w*)\s*(\d{4})号", "中"), (r"(a+)+$", "a"), (r"\s+号", " "), (r"([一-龥]*)\s*第?\s*(\d+)\s*号", " ")],
)
def test_the_measure_finds_patterns_that_explode(source: str, unit: str) -> None:
    """Patterns of the kinds that stood here, and the textbook's: the exponential one on a text that is short."""
    pattern = re.compile(source)
    if source == r"(a+)+$":
        assert cost(pattern, "a" * 22 + "!") / cost(pattern, "a" * 18 + "!") > STEEP
    else:
        assert is_steep(pattern, unit, "!")
