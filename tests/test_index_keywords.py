"""The keyword index against bm25s, the same formula by other people."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import bm25s
import numpy as np
import pytest

from index.files import read_sealed, seal
from index.local.keywords import K1, B, Bm25, Fields, build_bm25, from_weights, read_array, term_weights
from index.term_counts import ceiling, idf
from index.tokens import tokenize


def asked(text: str) -> dict[str, float]:
    return dict.fromkeys(tokenize(text), 1.0)


@pytest.fixture(scope="module")
def clauses() -> list[list[str]]:
    """2,000 clauses of words whose frequencies fall as those of a language do."""
    draw = np.random.default_rng(5)
    return [[f"w{rank}" for rank in draw.zipf(1.3, draw.integers(1, 60)) if rank < 5000] for _ in range(2000)]


def test_every_score_is_that_of_bm25s(clauses):
    ours = from_weights(Counter(tokens) for tokens in clauses)
    theirs = bm25s.BM25(k1=K1, b=B, method="lucene")
    theirs.index(clauses, show_progress=False)
    for word in ("w1", "w2", "w3", "w17", "w400"):
        mine = np.zeros(len(clauses), np.float32)
        begin, end = ours.starts[ours.vocabulary[word]], ours.starts[ours.vocabulary[word] + 1]
        mine[ours.rows[begin:end]] = ours.scores[begin:end]
        np.testing.assert_allclose(mine, theirs.get_scores([word]), rtol=2e-5, atol=1e-6)


def test_a_score_by_hand():
    """Two clauses, one with the word twice: idf · tf / (tf + k1 · (1 − b + b · length / mean length))."""
    index = from_weights([{"水": 2, "电": 2}, {"路": 2}])
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 / (2 + K1 * (1 - B + B * 4 / 3))
    assert index.scores[index.starts[index.vocabulary["水"]]] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("together", [1, 7, 500, 10**6])
def test_how_many_postings_are_sorted_at_a_time_changes_nothing(clauses, together, monkeypatch):
    counted = [*(Counter(tokens) for tokens in clauses[:200]), {}, {"w1": 3}, {}]
    whole = from_weights(counted)
    monkeypatch.setattr("index.local.keywords._SORTED", together)
    parts = from_weights(counted)
    assert list(parts.vocabulary.items()) == list(whole.vocabulary.items()) and parts.size == whole.size == 203
    for name in ("scores", "rows", "starts"):
        one, other = getattr(parts, name), getattr(whole, name)
        assert one.dtype == other.dtype and one.tobytes() == other.tobytes()
    parts.check()
    assert all(np.all(np.diff(parts.rows[begin:end]) > 0) for begin, end in pairwise(parts.starts))


def test_fields_are_weighted():
    assert term_weights(Fields("工资", "工资", "工资")) == {"工资": 5}
    assert term_weights(Fields("工资", "", "")) == {"工资": 2}
    assert term_weights(Fields("，。！", "", "")) == {}


@pytest.mark.parametrize("clauses", [[], [{}], [{}, {}, {"a": 1}]])
def test_little_or_nothing_to_index(clauses, tmp_path):
    index = from_weights(clauses)
    assert index.scores_of({"拖欠": 1.0, "工资": 1.0}).tolist() == [0.0] * len(clauses)
    assert index.search({"拖欠": 1.0, "工资": 1.0}, 10) == []
    index.check()
    index.save(tmp_path)
    files = {name: read_sealed(tmp_path / name, info) for name, info in seal(tmp_path).items()}
    again = Bm25.load(files, len(clauses))
    assert again.scores_of({"a": 1.0}).tolist() == index.scores_of({"a": 1.0}).tolist()
    assert again.search({"a": 1.0}, 10) == index.search({"a": 1.0}, 10)


def test_no_term_no_score():
    index = build_bm25([Fields("按时支付农民工工资", "", ""), Fields("清扫积雪", "", "")])
    assert index.search(asked("火星移民"), 2) == []
    assert index.search(asked("，。！？"), 2) == []
    assert [found.row for found in index.search(asked("农民工的工资"), 2)] == [0]
    assert (index.count("积雪"), index.count("没有")) == (1, 0)
    assert index.counts() == {token: index.count(token) for token in index.vocabulary}


def test_no_score_is_above_the_ceiling(clauses):
    """The ceiling is the sum of idf: a clause of nothing but the question's words comes near it, none exceeds it."""
    index = from_weights([*(Counter(tokens) for tokens in clauses), {"w1": 500, "w3": 500}])
    for words in (["w1"], ["w1", "w3"], ["w2", "w17", "w400"], ["w1", "nowhere"]):
        scores = index.scores_of(dict.fromkeys(words, 1.0))
        assert 0 < scores.max() < ceiling(index, words)
    assert index.scores_of({"w1": 1.0, "w3": 1.0})[-1] > 0.9 * ceiling(index, ["w1", "w3"])
    assert ceiling(index, ["w1", "w3", "w1"]) == pytest.approx(idf(index, "w1") + idf(index, "w3"))
    assert idf(index, "nowhere") > idf(index, "w400") > idf(index, "w1")


def test_rows_out_of_range_are_found():
    index = from_weights([{"a": 1}, {"b": 1}])
    broken = Bm25(index.vocabulary, index.scores, index.rows + 1, index.starts, index.size)
    with pytest.raises(ValueError, match="out of range"):
        broken.check()


def test_arrays_are_read_without_a_copy(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(1000, dtype=np.int32))
    content = memoryview((tmp_path / "a.npy").read_bytes())
    assert read_array(content, np.int32).base is not None
    assert read_array(content, np.int32).tolist() == list(range(1000))
    with pytest.raises(ValueError, match="expected"):
        read_array(content, np.float32)
    with pytest.raises(ValueError, match="buffer"):
        read_array(content[:-4], np.int32)
    with pytest.raises(ValueError, match="magic"):
        read_array(memoryview(b"nothing of the kind"), np.int32)
