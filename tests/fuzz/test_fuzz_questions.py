"""Anything a question may hold: no exception but our own, and each of those is one line.

The long run is that of test_fuzz_reading.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.doc_number import find_typed
from corpus.errors import GongbaoError
from corpus.typed_place import typed_place
from index.build import build
from retriever.ask import Asker
from retriever.model import Filters
from tests.fuzz.cases import LONG, one_line, phrase
from tests.index_cases import write_notices

question = st.one_of(st.text(max_size=60), phrase, st.lists(phrase, max_size=6).map("".join))


@LONG
@given(question)
def test_find_typed(text: str) -> None:
    found = find_typed(text)
    assert found is None or found.serial.isdigit()
    assert all(step.number > 0 for step in typed_place(text))


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    build([write_notices(folder / "in")], folder / "ix", dense=False)
    return Asker.open(folder / "ix", dense=False)


def _filters(since: str | None, until: str | None, **others: Any) -> Filters:
    """Filters of a period that ends after it begins: another one is refused before anything is asked."""
    if since and until:
        since, until = sorted((since, until))
    return Filters(since=since, until=until, **others)


filters = st.builds(
    _filters,
    issuer=st.none() | st.sampled_from(["离石区人民政府", "区政府", "吕梁"]) | st.text(max_size=6),
    doc_number=st.none() | st.just("离政发〔2023〕3号") | st.text(max_size=6),
    since=st.none() | st.dates().map(str),
    until=st.none() | st.dates().map(str),
    status=st.sampled_from(["any", "any", "in_force", "repealed", "expired"]),
)


@LONG
@given(text=question, k=st.integers(1, 50), chosen=st.just(Filters()) | filters)
def test_search(asker: Asker, text: str, k: int, chosen: Filters) -> None:
    try:
        result = asker.ask(text, k=k, mode="bm25", filters=chosen)
    except GongbaoError as err:
        one_line(err)
        return
    assert len(result.hits) <= k
    assert all(chosen.keeps(hit.entry.notice) for hit in result.hits)
    assert len({hit.clause_id for hit in result.hits}) == len(result.hits)
    assert 0 <= result.confidence <= 1
    if result.answer is not None:
        assert result.answered
        assert len(result.answer.text) <= 160
    result.to_json("q")
