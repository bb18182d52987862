"""The grammar of repeal, amendment, effect and term: every example of its data file is read by its rule, every
counter-example by none, and every pattern takes time in proportion to the text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus import grammar
from corpus.amendments import Subject, amendments, lead_subject
from corpus.history import own_history
from corpus.masks import mask
from corpus.repeals import opens_list, repeals
from corpus.terms import own_term
from corpus.text import squash
from eval.events import notice_of
from tests.fuzz.limits import bounded
from tests.hostile.test_patterns import hostile, seconds

DATA = grammar.data()
RULES: list[dict[str, Any]] = DATA["rule"]
EXAMPLES = [(rule, example["text"]) for rule in RULES for example in rule["examples"]]
COUNTERS = [(rule, example["text"]) for rule in RULES for example in rule["counter"]]
TEST_LABELS = Path("eval/event_labels/test.jsonl")


def _repealed(text: str) -> set[str]:
    masked = mask(text)
    return {one.how for one in repeals(masked)} | ({"repeal.list"} if opens_list(masked) else set())


def _termed(text: str) -> set[str]:
    term = own_term(notice_of({"text": text, "date": "2016-04-01"}))
    return {said.how for said in (term.starts, term.ends) if said is not None}


def _amended(text: str) -> set[str]:
    number = re.match(r"(?:第[一二三四五六七八九十]+条 |[一二三四五六七八九十]+、)", text)
    masked = mask(text[number.end() :] if number else text)
    return {one.how for one in amendments(masked, Subject("云岭市停车办法"))}


def _found(part: str) -> Callable[[str], set[str]]:
    return lambda text: {rule.name for rule in grammar.rules(part) if rule.pattern.search(mask(text).text)}


def _joined(text: str) -> set[str]:
    return {rule.name for rule in grammar.rules("join") if rule.pattern.fullmatch(mask(text).text)}


# How a part is asked what it finds in a text.
READ: dict[str, Callable[[str], set[str]]] = {
    **dict.fromkeys(("repeal", "list"), _repealed),
    **dict.fromkeys(("effect", "span", "until", "years", "ends"), _termed),
    **{
        part: _found(part)
        for part in ("heading", "order", "modifier", "thing", "draft", "reason", "wish", "subject", "day")
    },
    "join": _joined,
    "amend": _amended,
    "lead": lambda text: {"amend.lead"} if lead_subject(mask(text)) else set(),
    "history": lambda text: {event.how for event in own_history(notice_of({"text": text}))},
}


def _id(pair: tuple[dict[str, Any], str]) -> str:
    return f"{pair[0]['name']}-{pair[1][:20]}"


@pytest.mark.parametrize("pair", EXAMPLES, ids=_id)
def test_an_example_is_read_by_its_rule(pair: tuple[dict[str, Any], str]) -> None:
    rule, text = pair
    names = READ[rule["part"]](text)
    # Several rules may let two titles stand in one list: any of them will do.
    assert names if rule["part"] == "join" else rule["name"] in names, names


@pytest.mark.parametrize("pair", COUNTERS, ids=_id)
def test_a_counter_example_is_read_by_no_rule_of_its_part(pair: tuple[dict[str, Any], str]) -> None:
    rule, text = pair
    names = READ[rule["part"]](text)
    of_part = {name for name in names if name.split(".")[0] == rule["name"].split(".")[0]}
    assert (rule["name"] not in of_part) if rule["part"] == "history" else not of_part, names


def test_every_part_is_tested() -> None:
    assert set(READ) == set(grammar.parts())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["name"])
def test_a_rule_has_reason_and_examples_of_three_places(rule: dict[str, Any]) -> None:
    assert rule["why"] and rule["counter"]
    assert len(rule["examples"]) >= 3
    assert all(example["source"] and example["text"] for example in (*rule["examples"], *rule["counter"]))
    assert len({example["source"] for example in rule["examples"]}) == len(rule["examples"])
    known = {"name", "part", "kind", "pattern", "why", "examples", "counter", "form"}
    assert set(rule) <= known


def test_no_example_is_a_sentence_that_the_rules_are_tested_on() -> None:
    """The labelled sentences of `test` were read before there were rules, and no rule was made by them."""
    closed = "\n".join(squash(json.loads(line)["text"]) for line in TEST_LABELS.read_text("utf-8").splitlines())
    taken = [text for _, text in EXAMPLES if len(squash(text)) > 12 and squash(text) in closed]
    assert taken == []


PATTERNS = [(rule.name, rule.pattern) for part in grammar.parts() for rule in grammar.rules(part)]


@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[name for name, _ in PATTERNS])
def test_a_rule_is_linear(name: str, pattern: re.Pattern[str]) -> None:
    """As in tests/hostile/test_patterns.py: a text four times as long takes about four times as long."""
    with bounded(600):
        for make in hostile(pattern):
            if seconds(pattern, make(1000), "search") < 0.001:
                continue
            growth = seconds(pattern, make(4000), "search") / seconds(pattern, make(1000), "search")
            assert growth < 9, (name, make(20), growth)
