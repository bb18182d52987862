"""The directory of offices: found by any of their names, and in running text."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from corpus.model import CorpusNotice, ParsedFile
from index.office_list import OfficeEntry, gather
from retriever.offices import Directory


def test_a_corpus_without_offices():
    directory = Directory(gather(()), [])
    assert (list(directory.offices), directory.mentioned("区人社局"), directory.phone("区人社局")) == ([], [], None)


def test_names_of_one_office_lead_to_one_phone(gazette: ParsedFile):
    notices = [CorpusNotice(notice, ("lishi-2023-02.txt",)) for notice in gazette.notices]
    directory = Directory(gather(gazette.notices), notices)
    found = directory.phone("区人社局")
    assert found == directory.phone("吕梁市离石区人力资源和社会保障局")
    # The newest of those in force.
    assert found is not None
    assert (found.phone, gazette.notices[found.notice].doc_number) == ("0358-8222401", "离政发〔2023〕8号")
    assert directory.phone("市人社局") is None  # another level's office is another office


@given(st.lists(st.text("区市人社局教", min_size=3, max_size=6), max_size=8), st.text("区市人社局教", max_size=40))
def test_names_in_a_text_are_those_of_one_pattern_of_all_names(names, text):
    """The rival: a regular expression of all names, the longest first."""
    directory = Directory([OfficeEntry(f"{name}@", names=Counter([name])) for name in names], [])
    pattern = "|".join(map(re.escape, sorted(set(names), key=len, reverse=True))) or r"(?!)"
    assert directory.mentioned(text) == list(dict.fromkeys(re.findall(pattern, text)))
