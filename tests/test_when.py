"""Which questions are about a document's time, and which words choose the text of a year."""

from __future__ import annotations

import pytest

from retriever.when import TimeKind, asked_of, speaks_of, time_kinds, without_year, year_of, years_in
from tests.hostile.test_patterns_elsewhere import is_steep

KINDS, YEARS = time_kinds(), time_kinds("year")


@pytest.mark.parametrize(("kind", "text"), [(kind.name, text) for kind in KINDS for text in kind.examples])
def test_each_example_is_of_its_kind(kind: str, text: str) -> None:
    asked = asked_of(text)
    assert asked is not None and asked.kind == kind


@pytest.mark.parametrize("text", [text for kind in KINDS for text in kind.counter])
def test_what_looks_alike_is_of_no_kind(text: str) -> None:
    assert asked_of(text) is None


@pytest.mark.parametrize("text", [text for kind in YEARS for text in kind.examples])
def test_each_example_chooses_its_year(text: str) -> None:
    assert year_of(text) == text[:4]


@pytest.mark.parametrize("text", [text for kind in YEARS for text in kind.counter])
def test_a_year_that_only_stands_there_chooses_none(text: str) -> None:
    assert year_of(text) is None


def test_each_kind_has_examples_from_several_places_and_a_counter_example() -> None:
    for kind in (*KINDS, *YEARS):
        assert len(set(kind.examples)) >= 3 and kind.counter, kind.name


@pytest.mark.parametrize(
    ("text", "subject", "year"),
    [
        ("《停车条例》什么时候废止的？", "《停车条例》", None),
        ("2010年的停车条例现在还有效吗", "2010年的停车条例", "2010"),
        ("请问离政函〔2023〕29号何时失效", "请问离政函〔2023〕29号", None),
        ("哪些文件已经废止", "", None),
        ("失效的东莞文件有哪些", "东莞", None),
        ("积分制管理规定2013年的还能用吗", "积分制管理规定2013年", "2013"),
    ],
)
def test_what_is_left_names_the_document(text: str, subject: str, year: str | None) -> None:
    asked = asked_of(text)
    assert asked is not None and (asked.subject, asked.year) == (subject, year)


def test_the_day_of_a_beginning_says_nothing_of_its_year() -> None:
    assert not speaks_of("本规定从2013年10月1日起实施，中府〔2013〕97号废止，2013-10-01", "2013")
    assert speaks_of("2013年的缴费标准", "2013") and speaks_of("招生方案2013", "2013")


def test_a_year_that_chooses_a_text_is_left_out_of_its_name() -> None:
    assert without_year("积分制管理规定2013版", "2013") == "积分制管理规定"
    assert without_year("2012年的收费标准", "2012") == "收费标准" and without_year("2012年", "2012") == "2012年"


def test_the_year_of_a_number_is_no_year() -> None:
    assert years_in("离政函〔2023〕29号在2024年的标准") == {"2024"}


@pytest.mark.parametrize("kind", [*KINDS, *YEARS], ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "unit", ["号", "办法", "（1", "现在", "被哪个文件", "2023年", "什么时候", "后来", "哪些文件已经"]
)
def test_a_pattern_takes_its_share_of_time(kind: TimeKind, unit: str) -> None:
    assert not is_steep(kind.pattern, unit, "!")
