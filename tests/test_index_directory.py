"""The offices of a corpus: gathered when the index is built, found by any of their names."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.model import Notice
from corpus.parse import parse_source
from corpus.reading import read_text
from index.build import build
from index.local.manifest import OFFICES
from index.local.store import Index
from index.office_list import Entry, gather, read_offices, write_offices
from retriever.offices import Directory
from tests.index_cases import GAZETTE

TOWN = """某某县人民政府关于校车安全的通知
某政发〔2024〕{number}号

各乡镇人民政府，县直各有关单位：

为做好校车安全工作，现将有关事项通知如下：

一、安全检查。检查校车，责任单位：{lead}；配合单位：县公安局。

联系单位：{lead}
联系电话：0358-{phone}

某某县人民政府
2024年1月2日
"""


def town(folder: Path, number: int, lead: str, phone: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{number}.txt"
    path.write_text(TOWN.format(number=number, lead=lead, phone=phone), "utf-8")
    return path


@pytest.fixture(scope="module")
def notices() -> tuple[Notice, ...]:
    return parse_source(read_text(GAZETTE)).notices


@pytest.fixture(scope="module")
def entries(notices) -> list[Entry]:
    return gather(notices)


def test_what_is_written_is_what_was_gathered(notices, entries, tmp_path):
    write_offices(tmp_path, notices)
    assert read_offices(memoryview((tmp_path / OFFICES).read_bytes())) == entries


def test_a_corpus_without_offices(tmp_path):
    write_offices(tmp_path, ())
    directory = Directory(read_offices(memoryview((tmp_path / OFFICES).read_bytes())))
    assert (list(directory.entries), directory.mentioned("区人社局"), directory.phone("区人社局")) == ([], [], None)


def test_every_clause_named_is_there(notices, entries):
    known = {clause.clause_id for notice in notices for clause in notice.clauses}
    named = [clause_id for entry in entries for ids in entry.roles.values() for clause_id in ids]
    assert len(named) > 100 and set(named) <= known
    for entry in entries:
        for ids in entry.roles.values():
            assert len(ids) == len(set(ids))


def test_names_of_one_office_lead_to_one_phone(entries):
    directory = Directory(entries)
    assert directory.phone("区人社局") == directory.phone("吕梁市离石区人力资源和社会保障局")
    assert directory.phone("区人社局") == ("0358-8222401", "离政发〔2023〕3号")  # the first that states it
    assert directory.phone("市人社局") is None  # another level's office is another office


def test_a_build_keeps_the_offices_of_today(tmp_path):
    """New, changed and removed files: the offices are those of the files that are there."""
    inputs, index = tmp_path / "in", tmp_path / "ix"
    town(inputs, 1, "县教育局", "1111111")
    gone = town(inputs, 2, "县交通局", "2222222")
    build([inputs], index, dense=False)
    directory = Directory.from_index(Index.open(index))
    assert directory.phone("县教育局") == ("0358-1111111", "某政发〔2024〕1号")
    assert directory.phone("县交通局") == ("0358-2222222", "某政发〔2024〕2号")
    assert len(directory.find("县公安局").roles["assist"]) == 2

    gone.unlink()
    town(inputs, 1, "县教育局", "3333333")
    build([inputs], index, dense=False)
    directory = Directory.from_index(Index.open(index))
    assert directory.phone("县教育局") == ("0358-3333333", "某政发〔2024〕1号")
    assert directory.find("县交通局") is None
    assert len(directory.find("县公安局").roles["assist"]) == 1


@given(st.lists(st.text("区市人社局教", min_size=3, max_size=6), max_size=8), st.text("区市人社局教", max_size=40))
def test_names_in_a_text_are_those_of_one_pattern_of_all_names(names, text):
    """The rival: a regular expression of all names, the longest first."""
    directory = Directory(Entry(f"{name}@", names=Counter([name])) for name in names)
    pattern = "|".join(map(re.escape, sorted(set(names), key=len, reverse=True))) or r"(?!)"
    assert directory.mentioned(text) == list(dict.fromkeys(re.findall(pattern, text)))
