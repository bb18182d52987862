"""Document numbers: every example of the data file, typed forms, and properties of writing and reading."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.doc_number import DocNumber, TypedNumber, find_numbers, find_typed, match_notices, only_number, parse

DATA = tomllib.loads(resources.files("corpus").joinpath("data/doc_numbers.toml").read_text("utf-8"))
FORMS = {form["name"]: form for form in DATA["form"]}


@pytest.mark.parametrize("example", DATA["example"], ids=lambda example: example["text"][:24])
def test_examples(example: dict[str, Any]) -> None:
    assert [cited.doc_number for cited in find_numbers(example["text"])] == example["numbers"]


@pytest.mark.parametrize("example", DATA["example"], ids=lambda example: example["text"][:24])
def test_what_is_written_is_read_back(example: dict[str, Any]) -> None:
    for written in example["numbers"]:
        number = parse(written)
        assert number is not None and str(number) == written
        assert only_number(written) == (written if FORMS[number.form]["alone"] else None)


def test_every_form_has_an_example_and_can_be_typed() -> None:
    shown = {cited.number.form for example in DATA["example"] for cited in find_numbers(example["text"])}
    assert shown == set(FORMS)
    assert {typed["form"] for typed in DATA["typed"]} == set(FORMS)


CODE = st.text(st.sampled_from("离政办发国函晋云劳社字厅"), min_size=2, max_size=8)


@given(CODE, st.integers(1950, 2049), st.integers(1, 9999), st.sampled_from(["〔〕", "[]", "()", "（）", "【】"]))
def test_any_brackets_and_spaces_are_one_number(code: str, year: int, serial: int, brackets: str) -> None:
    written = f"{code} {brackets[0]}{year}{brackets[1]} {serial} 号"
    assert only_number(written) == f"{code}〔{year}〕{serial}号"
    typed = find_typed(f"{written}第三部分")
    assert typed is not None and (typed.year, typed.serial) == (str(year), str(serial))
    assert match_notices(typed, [None, DocNumber("letter", code, str(year), str(serial))]) == [1]


@pytest.mark.parametrize(
    ("question", "form", "before", "year", "serial"),
    [
        ("离政办发〔2023〕9号文第三部分", "letter", "离政办发", "2023", "9"),
        ("2023年9号", "letter", "", "2023", "9"),
        ("请问9号文讲了什么", "letter", "请问", None, "9"),
        ("国务院令第706号", "order", "国务院", None, "706"),
        ("706号令", "order", "", None, "706"),
        ("云劳社字12号", "letter", "云劳社字", None, "12"),
    ],
)
def test_typed(question: str, form: str, before: str, year: str | None, serial: str) -> None:
    typed = find_typed(question)
    assert typed is not None
    assert (typed.form, typed.before, typed.year, typed.serial) == (form, before, year, serial)


@pytest.mark.parametrize("question", ["3号楼的电梯坏了", "5月9号放假吗", "电话号是多少", "12345", ""])
def test_no_number_is_named(question: str) -> None:
    assert find_typed(question) is None


def test_another_place_of_the_same_number_is_not_found() -> None:
    ours = DocNumber("letter", "离政发", "2023", "3")
    assert match_notices(TypedNumber("letter", "晋政发", "2023", "3", "晋政发〔2023〕3号"), [ours]) == []
    assert match_notices(TypedNumber("letter", "请问政发", "2023", "3", "政发〔2023〕3号"), [ours]) == [0]


def test_a_numeral_and_its_figure_are_one() -> None:
    order = DocNumber("order", "云岭市人民政府", None, "七十七")
    typed = find_typed("云岭市人民政府令第77号")
    assert typed is not None and match_notices(typed, [order]) == [0]
