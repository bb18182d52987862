"""Baselines over the raw text: how it is cut, whose notice a piece is, and what is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import baselines
from eval.baselines import NoticeLines, RawSource
from index.tokens import tokenize

TEXT = ("普查经费由区财政局负责", "", "宣传由宣传部负责", "还有统计局", " ", "结尾")
SOURCE = RawSource("甲.txt", TEXT, (NoticeLines("甲〔2023〕1号", 1, 1), NoticeLines(None, 3, 6)))


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), max_size=400), st.integers(2, 60), st.data())
def test_chunks_hold_all_text_with_the_overlap_and_nothing_else(text: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    source = RawSource("x", tuple(text.split("\n")), ())
    pieces = [chunk.text for chunk in baselines.chunks([source], size, overlap)]
    joined = pieces[0] + "".join(piece[overlap:] for piece in pieces[1:]) if pieces else ""
    assert joined == text
    assert all(len(piece) == size for piece in pieces[:-1])


def test_chunks_have_ids_of_their_own_and_the_notice_with_most_of_their_text() -> None:
    found = baselines.chunks([SOURCE], size=16, overlap=4)
    assert [chunk.clause_id for chunk in found] == ["甲.txt#1", "甲.txt#2", "甲.txt#3"]
    # 12 characters of the first notice's line (its line end counts) against 3 of the second's.
    assert found[0].doc_number == "甲〔2023〕1号"
    assert found[1].doc_number is None


def test_chunks_do_not_run_across_files() -> None:
    found = baselines.chunks([SOURCE, RawSource("乙.txt", ("乙",), ())], size=1000)
    assert [chunk.text for chunk in found] == ["\n".join(TEXT), "乙"]


def test_paragraphs_end_at_blank_lines() -> None:
    found = baselines.paragraphs([SOURCE])
    assert [(one.clause_id, one.text) for one in found] == [
        ("甲.txt:1", TEXT[0]), ("甲.txt:3", "宣传由宣传部负责\n还有统计局"), ("甲.txt:6", "结尾"),
    ]  # fmt: skip


def test_text_of_no_notice_has_no_number() -> None:
    (cover,) = baselines.chunks([RawSource("x", ("封面",), (NoticeLines("甲〔2023〕1号", 2, 3),))])
    assert cover.doc_number is None


def test_search_words_are_pairs_of_characters_and_whole_numbers() -> None:
    assert baselines.search_words("普查２０２３年GDP，普查") == ["普查", "2023", "年", "gdp"]
    assert baselines.search_words("，。！") == []


def test_grep_counts_words_and_keeps_the_order_of_the_text_for_equal_counts() -> None:
    grep = baselines.Grep(baselines.paragraphs([SOURCE]))
    response = grep.ask("谁负责宣传", 10)
    assert [hit.clause_id for hit in response.hits] == ["甲.txt:3", "甲.txt:1"]
    assert response.confidence == 2  # 负责, 宣传
    assert response.answer is not None
    assert response.answer.text == response.hits[0].text


@pytest.mark.parametrize("question", ["", "，。", "zzz"])
def test_nothing_found_is_no_hit_and_no_answer(question: str) -> None:
    chunks = baselines.chunks([SOURCE], 16, 4)
    for system in (baselines.Bm25Chunks(chunks, tokenize), baselines.Grep(chunks)):
        response = system.ask(question, 5)
        assert response.hits == ()
        assert not response.answered


def test_bm25_finds_the_chunk_with_the_words_and_takes_a_k_larger_than_the_corpus() -> None:
    system = baselines.Bm25Chunks(baselines.paragraphs([SOURCE]), tokenize)
    assert [hit.clause_id for hit in system.ask("普查经费", 100).hits] == ["甲.txt:1"]


def test_dense_and_fusion() -> None:
    passages = baselines.paragraphs([SOURCE])
    vectors = np.eye(3, dtype=np.float32)

    def encode(_: object) -> np.ndarray:
        return np.array([[0.0, 0.6, 0.8]], dtype=np.float32)

    dense = baselines.DenseChunks(passages, vectors, encode)
    assert [hit.clause_id for hit in dense.ask("普查经费", 2).hits] == ["甲.txt:6", "甲.txt:3"]
    fused = baselines.RrfChunks(baselines.Bm25Chunks(passages, tokenize), dense)
    # Rank 1 in one list each: 1/61; rank 2 in one: 1/62. Equal scores in the order of the text.
    assert [hit.clause_id for hit in fused.ask("普查经费", 3).hits] == ["甲.txt:1", "甲.txt:6", "甲.txt:3"]
    assert fused.ask("普查经费", 3).confidence == pytest.approx(1 / 61)
