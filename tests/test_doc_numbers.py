"""Document numbers: every example of the data file, typed forms, and properties of writing and reading."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.collection import collect
from corpus.doc_number import (
    DocNumber,
    TypedNumber,
    find_numbers,
    find_typed,
    match_notices,
    number_key,
    only_number,
    parse,
)
from corpus.parse import parse_file, parse_source
from corpus.reading import source_from_text
from index.build import build
from retriever.ask import Asker
from retriever.model import Filters
from retriever.page.collection import Collection

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


# -- a number as it is printed, and in every way in which it is written -----------------------------------

PRINTED = "云劳社〔2011〕017号"
REPEALS = """云岭市人民政府关于废止文件的通知
云政发〔2020〕3号

各区人民政府：
《实施意见》（云劳社〔2011〕17号）自即日起废止。

云岭市人民政府
2020年3月2日
"""


@pytest.fixture(scope="module")
def noughts(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """A notice whose number is printed with a nought, and another one that cites it without."""
    folder = tmp_path_factory.mktemp("noughts")
    (folder / "废止.txt").write_text(REPEALS, "utf-8")
    reduced = Path(__file__).parent / "data" / "reduced" / "D4-paren-number.txt"
    build([reduced, folder / "废止.txt"], folder / "index", dense=False)
    return Asker.open(folder / "index", dense=False)


@given(CODE, st.integers(1950, 2049), st.integers(1, 999), st.integers(0, 2))
def test_noughts_are_kept_and_make_no_other_number(code: str, year: int, serial: int, noughts: int) -> None:
    printed = f"{code}〔{year}〕{'0' * noughts}{serial}号"
    assert only_number(printed) == printed
    assert (
        number_key(printed) == number_key(f"{code} [{year}] {serial} 号") != number_key(f"{code}〔{year}〕{serial}0号")
    )


def test_a_printed_number_is_kept_and_cited() -> None:
    (notice,) = parse_file(Path(__file__).parent / "data" / "reduced" / "D4-paren-number.txt").notices
    assert (notice.doc_number, notice.notice_id) == (PRINTED, PRINTED)


@pytest.mark.parametrize("typed", [PRINTED, "云劳社〔2011〕17号", "云劳社（2011）第17号", "云劳社[2011]0017号"])
def test_either_way_of_writing_it_finds_it(noughts: Asker, typed: str) -> None:
    first = noughts.ask(typed, mode="bm25", k=1).hits[0]
    assert first.doc_number == PRINTED and f"（{PRINTED}）" in first.citation
    kept = noughts.ask("医疗保险缴费多少", mode="bm25", filters=Filters(doc_number=typed)).hits
    assert kept and {hit.doc_number for hit in kept} == {PRINTED}
    named = Collection.of(noughts, ready=()).notice(typed)
    assert named is not None and named.notice.doc_number == PRINTED


def test_another_number_does_not_find_it(noughts: Asker) -> None:
    assert noughts.ask("云劳社〔2011〕170号", mode="bm25").answered is False
    assert not noughts.ask("医疗保险缴费多少", mode="bm25", filters=Filters(doc_number="云劳社〔2011〕170号")).hits


def test_a_repeal_and_a_reference_reach_it(noughts: Asker) -> None:
    (old,) = [one.notice for one in noughts.engine.notices if one.notice.doc_number == PRINTED]
    assert old.status.value == "repealed" and old.repealed_by is not None
    linked = [link.doc_number for hit in noughts.ask("废止的文件", mode="bm25").hits for link in hit.links]
    assert PRINTED in linked


def test_a_reprint_without_the_nought_is_the_same_notice() -> None:
    text = REPEALS.replace("3号\n", "{}号\n", 1)
    files = [parse_source(source_from_text(f"{at}.txt", text.format(serial))) for at, serial in enumerate(("3", "003"))]
    (only,) = collect(files).notices
    assert only.files == ("0.txt", "1.txt")


# -- a number without its year ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """The third notices of two years, and the one of another authority whose 代字 ends the same."""
    folder = tmp_path_factory.mktemp("years")
    for name, year in (("云政发", 2020), ("云政发", 2021), ("山云政发", 2022)):
        text = REPEALS.replace("云政发〔2020〕", f"{name}〔{year}〕").replace("2020年", f"{year}年")
        (folder / f"{year}.txt").write_text(text, "utf-8")
    build([folder], folder / "index", dense=False)
    return Asker.open(folder / "index", dense=False)


@pytest.mark.parametrize("typed", ["雲政發第三號", "云政发3号", "云政发第3号"])
def test_without_its_year_it_is_that_of_every_year(years: Asker, typed: str) -> None:
    """Before, a filter by such a number kept nothing, and no notice bore it."""
    kept = years.ask("废止的文件", mode="bm25", filters=Filters(doc_number=typed)).hits
    assert {hit.doc_number for hit in kept} == {"云政发〔2020〕3号", "云政发〔2021〕3号"}
    opened = Collection.of(years, ready=())
    newest = opened.notice(typed)
    assert newest is not None and newest.notice.doc_number == "云政发〔2021〕3号"
    assert len(opened.named(typed)) == 2 and len(opened.named("山云政发3号")) == 1


@pytest.mark.parametrize("typed", ["政发3号", "3号", "云政发13号", "云政发〔2019〕3号", "云政办发3号"])
def test_less_than_a_number_names_nothing(years: Asker, typed: str) -> None:
    assert not years.ask("废止的文件", mode="bm25", filters=Filters(doc_number=typed)).hits
    assert Collection.of(years, ready=()).notice(typed) is None
