"""Sixteen threads read an index and get what one would."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.build import build
from index.engine import NoticeSet
from index.local.store import LocalEngine
from tests.index_cases import QuickEmbedder, holding, quick_build, write_notices


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("threads")
    with pytest.MonkeyPatch.context() as patch:
        quick_build(patch, write_notices(place / "in"), place / "ix")
    return place / "ix"


def test_clauses_are_parsed_once_or_more_but_always_alike(folder):
    index = LocalEngine.open(folder)
    with ThreadPoolExecutor(16) as pool:
        for batch in pool.map(lambda _: list(index.content), range(64)):
            assert batch == list(index.content)


@pytest.mark.parametrize("large", [2**27, 100], ids=["read", "mapped"])
def test_vectors_are_searched_by_many_at_once(folder, monkeypatch, large):
    monkeypatch.setattr("index.files.LARGE", large)
    index = LocalEngine.open(folder)
    vectors = QuickEmbedder().encode_questions([str(number) for number in range(200)])
    within = NoticeSet.where([True, False, True, False, True])
    expected = [index.nearest(vector, 5, within) for vector in vectors]
    assert all(len(found) == 5 for found in expected)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda vector: index.nearest(vector, 5, within), vectors)) == expected


def test_a_build_in_the_middle_of_searches(tmp_path):
    """What is opened goes on with what it has; what is opened anew has the new."""
    inputs = write_notices(tmp_path / "in", ["3号.txt"])
    build([inputs], tmp_path / "ix", dense=False)
    opened = LocalEngine.open(tmp_path / "ix")
    before = holding(opened, "贺尔荣")
    write_notices(inputs)
    (inputs / "3号.txt").unlink()
    build([inputs], tmp_path / "ix", dense=False)
    assert opened.outdated()
    assert holding(opened, "贺尔荣") == before != []
    assert holding(LocalEngine.open(tmp_path / "ix"), "贺尔荣") == []
