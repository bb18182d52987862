"""Baselines over plain text: how it is cut, whose notice a piece counts as, and what is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from eval_cases import NUMBER, question
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import baselines
from eval.baselines import PlainFile
from eval.labels import Passages
from eval.measures import first_rank
from eval.model import Question
from eval.owners import ELSEWHERE, LabelOwners
from index.tokens import tokenize

TEXT = ("普查经费由区财政局负责", "", "宣传由宣传部负责", "还有统计局", " ", "结尾")


def plain(name: str, text: str) -> PlainFile:
    return PlainFile(name, Path("/documents") / name, text)


SOURCE = plain("甲.txt", "\n".join(TEXT))


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), max_size=400), st.integers(2, 60), st.data())
def test_chunks_hold_all_text_with_the_overlap_and_nothing_else(text: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    pieces = [chunk.text for chunk in baselines.chunks([plain("x", text)], size, overlap)]
    joined = pieces[0] + "".join(piece[overlap:] for piece in pieces[1:]) if pieces else ""
    assert joined == text
    assert all(len(piece) == size for piece in pieces[:-1])


def test_chunks_have_ids_of_their_own() -> None:
    found = baselines.chunks([SOURCE], size=16, overlap=4)
    assert [chunk.id for chunk in found] == ["甲.txt#1", "甲.txt#2", "甲.txt#3"]


def test_chunks_do_not_run_across_files() -> None:
    found = baselines.chunks([SOURCE, plain("乙.txt", "乙")], size=1000)
    assert [chunk.text for chunk in found] == ["\n".join(TEXT), "乙"]


def test_paragraphs_end_at_blank_lines() -> None:
    found = baselines.paragraphs([SOURCE])
    assert [(one.id, one.text) for one in found] == [
        ("甲.txt:1", TEXT[0]), ("甲.txt:3", "宣传由宣传部负责\n还有统计局"), ("甲.txt:6", "结尾"),
    ]  # fmt: skip


def counted(labelled: Question, *files: PlainFile) -> list[str | None]:
    """The numbers that the files' whole texts count under for a question."""
    owners = LabelOwners([labelled], files)
    return [owners.number(labelled.question, piece) for piece in baselines.chunks(files, 10_000)]


def test_a_piece_counts_as_the_label_s_notice_if_its_file_does() -> None:
    quote = "普查经费由区财政局负责"
    copy = plain("乙.txt", f"转载：{quote}")
    signed = plain("丙.txt", f"离政发〔2023〕5号 {quote}")
    numbered = question(labels=(("离政发[2023]5号", quote),))
    assert counted(numbered, SOURCE, copy) == ["离政发[2023]5号"] * 2
    assert counted(numbered, SOURCE, copy, signed) == [ELSEWHERE, ELSEWHERE, "离政发[2023]5号"]
    named = replace(numbered, documents=("documents/乙.txt",))
    assert counted(named, SOURCE, copy, signed) == [ELSEWHERE, "离政发[2023]5号", ELSEWHERE]
    assert counted(replace(named, documents=("别的/乙.txt",)), copy) == [ELSEWHERE]


def test_a_label_without_number_is_met_by_its_own_file_only() -> None:
    """None is a number, too: a piece elsewhere with the same words must not count."""
    quote = "宣传由宣传部负责"
    named = replace(question(labels=((None, quote),)), documents=("甲.txt",))
    assert counted(named, SOURCE, plain("乙.txt", quote)) == [None, ELSEWHERE]


def test_a_baseline_s_hits_are_judged_by_the_measures_own_rule() -> None:
    """A file that our parser refused (no notice, no number) holds the answer: the baseline has it, and it counts."""
    labelled = question(labels=((NUMBER, "宣传由宣传部负责"),), text="谁负责宣传")
    grep = baselines.Grep(baselines.paragraphs([SOURCE]), LabelOwners([labelled], [SOURCE]))
    assert first_rank(labelled, grep.ask(labelled.question, 10).hits) == 1
    assert Passages(grep.passages).meet(labelled.relevant[0])
    other = question(labels=((NUMBER, "这里没有的一句话"),), text="谁负责经费")
    assert first_rank(other, grep.ask(other.question, 10).hits) is None


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
