"""The table of lay words, and folding of questions."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text import nfkc
from retriever.folding import Change, ChangeKind, Folder
from retriever.words import GAP, LayWord, Words, WordsError, default_words, expand, main, parse_words

AREA = '[[area]]\nname = "劳动"\nsource = "劳动法"\n[area.words]\n'


# ---- the table that comes with the program


def test_table_is_broad_and_every_entry_applies_to_its_own_words() -> None:
    entries = default_words().words
    assert len(entries) >= 900
    assert len({entry.area for entry in entries}) >= 30
    for entry in entries:
        found = expand(entry.lay.replace(GAP, "他们的")).words
        assert entry in found, entry


def test_every_area_names_its_source() -> None:
    assert all(entry.source for entry in default_words().words)


def test_official_terms_are_words_of_documents_and_not_sentences() -> None:
    assert max(len(term) for entry in default_words().words for term in entry.official) <= 14


# ---- what a question is widened with


def words(*entries: tuple[str, tuple[str, ...]]) -> Words:
    return Words([LayWord(lay, official, "劳动", "劳动法") for lay, official in entries])


def test_question_is_kept_and_terms_are_added() -> None:
    found = words(("跑路", ("逃匿", "拖欠工资"))).expand("老板跑路了找谁")
    assert found.terms == ("逃匿", "拖欠工资")
    assert found.rewritten == "老板跑路了找谁 逃匿 拖欠工资"


def test_term_that_the_question_holds_is_not_added() -> None:
    assert words(("工钱", ("工资", "劳动报酬"))).expand("工钱就是工资吗").terms == ("劳动报酬",)


def test_longer_word_wins_over_one_inside_it() -> None:
    table = words(("老人", ("老年人",)), ("老人卡", ("老年人优待证",)))
    assert table.expand("老人卡怎么办").terms == ("老年人优待证",)
    assert table.expand("老人办老人卡").terms == ("老年人", "老年人优待证")


@pytest.mark.parametrize(
    ("question", "applies"),
    [("他拖着我的工资", True), ("拖着工资", True), ("拖着。工资", False), ("拖着一二三四五六七工资", False)],
)
def test_gap_spans_a_few_characters_of_one_sentence(question: str, applies: bool) -> None:
    assert bool(words(("拖着…工资", ("拖欠工资",))).expand(question).terms) is applies


def test_case_and_width_do_not_matter() -> None:
    assert words(("KTV", ("歌舞娱乐场所",))).expand("ｋｔｖ几点关门").terms == ("歌舞娱乐场所",)


@given(st.text(max_size=60))
def test_expanding_never_loses_the_question(question: str) -> None:
    found = expand(question)
    assert found.rewritten.startswith(question)
    assert len(set(found.terms)) == len(found.terms)
    assert all(term.lower() not in nfkc(question).lower() for term in found.terms)


# ---- mistakes in a table


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('"工钱" = ["工钱", "工资"]', "它自己"),
        ('"工钱" = ["工资", "工资"]', "重复"),
        ('"工钱" = []', "1 到 5"),
        ('"工钱" = "工资"', "要写成"),
        ('"工钱" = ["１号工资"]', "全角"),
        ('"…工钱" = ["工资"]', "头尾"),
        ('"薪水" = ["工资"]', "前面已经有了"),
        ('"工钱" = ["工资"', "引号、括号或逗号"),
        ('"欠薪" = ["a"]\n"欠薪" = ["b"]', "写了两次"),
    ],
)
def test_mistake_names_its_line(line: str, says: str) -> None:
    text = AREA + '"薪水" = ["工资"]\n[[area]]\nname = "二"\nsource = "二"\n[area.words]\n' + line + "\n"
    with pytest.raises(WordsError) as caught:
        parse_words(text, "表.toml")
    assert says in str(caught.value)
    places = ("第 10 行", "第 11 行", "文件末尾")
    assert any(place in str(caught.value) for place in places)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(WordsError, match=r"2 处错误（第 5 行.*第 6 行"):
        parse_words(AREA + '"甲" = []\n"乙" = ["乙"]\n', "表.toml")


@pytest.mark.parametrize("text", ['[[area]]\nname = "甲"\n[area.words]\n"甲" = ["乙"]\n', AREA + "[other]\na = 1\n"])
def test_unknown_and_missing_keys_are_mistakes(text: str) -> None:
    with pytest.raises(WordsError):
        parse_words(text, "表.toml")


def test_command_checks_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "没有错误" in capsys.readouterr().out
    assert main(["expand", "工钱"]) == 0
    assert "劳动报酬" in capsys.readouterr().out
    bad = tmp_path / "坏.toml"
    bad.write_text(AREA + '"甲" = ["甲"]\n', "utf-8")
    assert main(["--table", str(bad), "check"]) != 0
    assert "第 5 行" in capsys.readouterr().err
    assert main(["--table", str(tmp_path / "没有.toml"), "check"]) != 0


# ---- folding

CLAUSES_WITH = {"拖欠": 9, "欠薪": 3, "工资": 12, "农民工": 7, "电梯": 4, "医疗保险": 6, "行政许可": 8, "征收": 30}


@pytest.fixture(scope="module")
def folder() -> Folder:
    return Folder(CLAUSES_WITH, words=())


@pytest.mark.parametrize(
    ("question", "text", "kinds"),
    [
        ("拖欠工资找谁?", "拖欠工资找谁?", []),
        ("拖欠工资找谁？", "拖欠工资找谁?", []),
        ("１２３４５热线", "12345热线", [ChangeKind.WIDTH]),
        ("拖 欠 农 民 工 工 资", "拖欠农民工工资", [ChangeKind.SPACE]),
        ("拖欠農民工工資，電梯壞了", "拖欠农民工工资,电梯坏了", [ChangeKind.TRADITIONAL]),
        ("老板欠新不给钱", "老板欠薪不给钱", [ChangeKind.TYPO]),  # sounds alike
        ("电剃坏了", "电梯坏了", [ChangeKind.TYPO]),
        ("医疗保显怎么交", "医疗保险怎么交", [ChangeKind.TYPO]),
        ("房屋证收补偿", "房屋征收补偿", [ChangeKind.TYPO]),
        ("电棣坏了", "电棣坏了", []),  # neither sounds nor looks alike by the table
        ("", "", []),
    ],
)
def test_folding(folder: Folder, question: str, text: str, kinds: list[ChangeKind]) -> None:
    found = folder.fold(question)
    assert found.text == text
    assert [change.kind for change in found.changes] == kinds


def test_change_tells_what_was_written(folder: Folder) -> None:
    assert folder.fold("老板欠新").changes == (Change("欠新", "欠薪", ChangeKind.TYPO),)


def test_traditional_character_of_the_index_stays() -> None:
    assert Folder({**CLAUSES_WITH, "張家灣": 1}, words=()).fold("張家灣的農民工").text == "張家灣的农民工"


def test_word_of_the_dictionary_is_no_typo() -> None:
    # 「电体」 would be a typo, 「权力」 beside 「权利」 is a word of its own.
    assert Folder({"权利": 50}, words=()).fold("权力清单在哪").text == "权力清单在哪"


def test_words_of_the_table_are_known_too() -> None:
    assert Folder({}).fold("电剃坏了，低宝怎么申请").text == "电梯坏了,低保怎么申请"


def test_empty_index_folds_nothing_but_form() -> None:
    assert Folder({}, words=()).fold("老板欠新 不给钱").text == "老板欠新不给钱"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="拖欠农民工资电梯征收老板不给钱找谁12 a,。", max_size=24))
def test_folding_twice_changes_nothing_more(question: str) -> None:
    folder = Folder(CLAUSES_WITH, words=())
    once = folder.fold(question).text
    assert folder.fold(once).text == once


def test_folding_is_fast_once_its_tables_are_read(folder: Folder) -> None:
    questions = ["老板欠新不给钱找谁", "这里的电剃坏了三个月没人修", "拖欠農民工工資"]
    for question in questions:
        folder.fold(question)
    times = []
    for question in questions * 5:
        start = time.perf_counter()
        folder.fold(question)
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.01


def test_look_alike_groups_are_well_formed() -> None:
    data = tomllib.loads(resources.files("retriever").joinpath("data/variants.toml").read_text("utf-8"))
    assert set(data) == {"look_alike"}
    assert set(data["look_alike"]) == {"source", "groups"}
    groups = data["look_alike"]["groups"]
    assert all(len(group) == len(set(group)) >= 2 for group in groups)
    assert len({frozenset(group) for group in groups}) == len(groups)


def test_importing_loads_no_heavy_library() -> None:
    code = (
        "import sys, retriever.words, retriever.folding; "
        "print([name for name in ('torch', 'jieba', 'opencc', 'pypinyin') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
