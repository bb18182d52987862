"""Headings without a number or a colon: every example of `corpus/data/headings.toml`, and what is none."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest

from corpus.apart import find_heads
from corpus.blocks import Block
from corpus.parse import parse_source
from corpus.reading import source_from_text

DATA = tomllib.loads(resources.files("corpus").joinpath("data/headings.toml").read_text("utf-8"))


def heads(lines: list[str]) -> list[str]:
    found = find_heads([Block(line, at) for at, line in enumerate(lines, 1)])
    return [lines[at] for at in sorted(found)]


@pytest.mark.parametrize("example", DATA["example"], ids=lambda example: example["place"])
def test_every_example_has_its_headings(example: dict[str, Any]) -> None:
    assert heads(example["lines"]) == example["headings"]


@pytest.mark.parametrize("counter", DATA["counter"], ids=lambda counter: counter["why"][:20])
def test_what_is_no_heading(counter: dict[str, Any]) -> None:
    assert heads(counter["lines"]) == []


@pytest.mark.parametrize("example", DATA["example"], ids=lambda example: example["place"])
def test_paragraphs_stand_under_them(example: dict[str, Any]) -> None:
    """They were paragraphs among paragraphs, and no clause said what it was about."""
    text = "\n".join(["云岭市居住政策解读", *example["lines"], ""])
    (notice,) = parse_source(source_from_text("a.txt", text)).notices
    under = {clause.path[-1]: clause.text for clause in notice.clauses if clause.path}
    assert list(under) == example["headings"]
    for heading, paragraph in zip(example["headings"], example["lines"][2::2], strict=True):
        assert under[heading].endswith(paragraph)
