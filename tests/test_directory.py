"""The directory of offices: found by any of their names, and in running text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from corpus.model import CorpusNotice, Notice, ParsedFile
from corpus.parse import parse_source
from corpus.reading import source_from_text
from index.office_list import OfficeEntry, gather
from retriever.offices import Directory


def directory_of(notices: Sequence[Notice]) -> Directory:
    return Directory(gather(notices), [CorpusNotice(notice, ("a.txt",)) for notice in notices])


def test_a_corpus_without_offices():
    directory = Directory(gather(()), [])
    assert (list(directory.offices), directory.mentioned("区人社局"), directory.phone("区人社局")) == ([], [], None)


def test_names_of_one_office_lead_to_one_phone(gazette: ParsedFile):
    directory = directory_of(gazette.notices)
    found = directory.phone("区人社局")
    assert found == directory.phone("吕梁市离石区人力资源和社会保障局")
    # The newest of those in force.
    assert found is not None
    assert (found.phone, gazette.notices[found.notice].doc_number) == ("0358-8222401", "离政发〔2023〕8号")
    assert directory.phone("市人社局") is None  # another level's office is another office


def test_offices_of_one_name_in_several_places_have_their_own_phones():
    """东坡区教育局's number was shown for 西坡区教育局: their places were dropped from the key of both."""
    lines = ["东坡区教育局：0999-5550101", "西坡区教育局：0999-5550201", "云岭市南坡区教育局：0999-5550301"]
    text = "云岭市教育局关于小学报名的通告\n各区教育局：\n请做好报名工作。\n一、咨询电话\n" + "\n".join(lines)
    notices = parse_source(source_from_text("a.txt", text + "\n云岭市教育局\n2016年6月20日\n")).notices
    directory = directory_of(notices)
    names = ["东坡区教育局", "西坡区教育局", "南坡区教育局", "北坡区教育局", "区教育局", "教育局"]
    phones = [found.phone if (found := directory.phone(name)) else None for name in names]
    assert phones == ["0999-5550101", "0999-5550201", "0999-5550301", None, None, None]


def test_an_office_of_another_place_is_another_office(gazette: ParsedFile):
    directory = directory_of(gazette.notices)
    assert directory.phone("离石区人社局") is not None and directory.phone("城北区人社局") is None


@given(st.lists(st.text("区市人社局教", min_size=3, max_size=6), max_size=8), st.text("区市人社局教", max_size=40))
def test_names_in_a_text_are_those_of_one_pattern_of_all_names(names, text):
    """The rival: a regular expression of all names, the longest first."""
    directory = Directory([OfficeEntry(f"{name}@", names=Counter([name])) for name in names], [])
    pattern = "|".join(map(re.escape, sorted(set(names), key=len, reverse=True))) or r"(?!)"
    assert directory.mentioned(text) == list(dict.fromkeys(re.findall(pattern, text)))
