"""The relevance rule, the reading list, and measures a reader can check as fractions."""

from __future__ import annotations

from math import log2
from pathlib import Path

import ir_measures
import pytest
from eval_cases import NUMBER, OTHER_QUOTE, QUOTE, asked, hit, misses, none_question, question, response
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import measures, trec
from eval.model import Hit, Label, Question

TWO = question(labels=((NUMBER, QUOTE), (NUMBER, OTHER_QUOTE)))


@pytest.mark.parametrize(
    ("text", "number", "relevant"),
    [
        (f"（一）{QUOTE}。", NUMBER, True),
        ("普查经费，由区财政局\n负责 和协调", NUMBER, True),
        (QUOTE, "离政发[２０２３]５号", True),
        (QUOTE, "离政发〔2023〕6号", False),
        (QUOTE, None, False),
        (QUOTE[:-1], NUMBER, False),
        ("", NUMBER, False),
    ],
)
def test_the_rule_of_the_contract(text: str, number: str | None, relevant: bool) -> None:
    assert measures.is_relevant(hit(text, number), Label(NUMBER, QUOTE)) is relevant


def test_a_label_without_number_is_met_only_by_a_notice_without_one() -> None:
    assert measures.is_relevant(hit(QUOTE, None), Label(None, QUOTE))
    assert not measures.is_relevant(hit(QUOTE, NUMBER), Label(None, QUOTE))


def values(one: Question, hits: list[Hit], k: int = 10) -> dict[str, float]:
    return measures.per_question([asked(one, response(hits))], k)[one.id]


def test_found_at_rank_three() -> None:
    got = values(question(), [*misses(2), hit(), *misses(7, 3)])
    assert got["success_at_1"] == 0
    assert got["success_at_5"] == got["success_at_10"] == 1
    assert got["rr_at_10"] == pytest.approx(1 / 3)
    assert got["ndcg_at_10"] == pytest.approx((1 / log2(4)) / (1 / log2(2)))
    assert got["recall_at_10"] == 1


def test_found_beyond_the_cutoff_counts_nowhere() -> None:
    assert set(values(question(), [*misses(10), hit()]).values()) == {0.0}


def test_one_of_two_labels() -> None:
    got = values(TWO, [*misses(1), hit(OTHER_QUOTE)])
    assert got["success_at_5"] == 1
    assert got["recall_at_10"] == 1 / 2
    assert got["ndcg_at_10"] == pytest.approx((1 / log2(3)) / (1 / log2(2) + 1 / log2(3)))


def test_a_quote_found_twice_is_one_label_found() -> None:
    """Two overlapping chunks, or one sentence in two clauses, are no better than one."""
    hits = [hit(id="c1"), hit(id="c2"), hit(id="c1")]
    assert measures.reading_list(TWO, hits) == ["quote-1", "c2", "c1"]
    assert values(TWO, hits)["recall_at_10"] == 1 / 2


def test_one_hit_may_hold_both_labels() -> None:
    both = hit(QUOTE + OTHER_QUOTE)
    assert measures.reading_list(TWO, [*misses(1), both, hit()]) == ["miss-1", "quote-1", "quote-2", "c1"]
    got = values(TWO, [both])
    assert got["recall_at_10"] == got["ndcg_at_10"] == 1


def test_a_clause_returned_twice_keeps_both_its_places() -> None:
    places = measures.reading_list(question(), [*misses(1), *misses(1), hit()])
    assert places == ["miss-1", "miss-1~2", "quote-1"]


def test_a_question_without_hits_counts_as_zero_and_is_never_left_out() -> None:
    batch = [asked(question("a"), response()), asked(question("b"), response([hit()]))]
    got = measures.per_question(batch)
    assert list(got) == ["a", "b"]
    assert set(got["a"].values()) == {0.0}
    assert set(measures.per_question(batch[:1])["a"].values()) == {0.0}


def test_none_questions_are_not_judged() -> None:
    batch = [asked(none_question(), response(misses(2))), asked(question(), response([hit()]))]
    assert list(measures.per_question(batch)) == ["q1"]
    assert [row.query_id for row in measures.qrels([one.question for one in batch])] == ["q1"]


def test_characters_read_counts_all_text_up_to_the_first_relevant_hit() -> None:
    hits = [hit("无" * 700, id="a"), hit("无" * 300 + QUOTE, id="b"), hit("无" * 999, id="c")]
    assert measures.characters_read(question(), hits) == 700 + 300 + len(QUOTE)
    assert measures.characters_read(question(), hits[:1]) is None


def test_another_cutoff_has_its_own_names() -> None:
    assert measures.measure_names(20) == [
        "success_at_1", "success_at_5", "success_at_10", "success_at_20", "rr_at_20", "ndcg_at_20", "recall_at_20",
    ]  # fmt: skip


@settings(deadline=None)
@given(places=st.lists(st.sampled_from([QUOTE, OTHER_QUOTE, QUOTE + OTHER_QUOTE, "无关"]), max_size=15))
def test_measures_stay_within_0_and_1_and_success_never_falls_as_k_grows(places: list[str]) -> None:
    hits = [hit(text, id=f"c{at}") for at, text in enumerate(places)]
    got = values(TWO, hits)
    assert all(0 <= value <= 1 + 1e-9 for value in got.values())
    assert got["success_at_1"] <= got["success_at_5"] <= got["success_at_10"]
    assert got["success_at_1"] <= got["rr_at_10"] <= got["success_at_10"]


@settings(deadline=None)
@given(places=st.lists(st.sampled_from([QUOTE, OTHER_QUOTE, QUOTE + OTHER_QUOTE, "无关"]), max_size=15))
def test_success_and_rr_are_those_of_the_hits_themselves(places: list[str]) -> None:
    """The reading list may not move the first relevant hit, whatever stands before it."""
    hits = [hit(text, id=f"c{at}") for at, text in enumerate(places)]
    rank = measures.first_rank(TWO, hits)
    got = values(TWO, hits)
    for k in (1, 5, 10):
        assert got[f"success_at_{k}"] == float(rank is not None and rank <= k)
    assert got["rr_at_10"] == pytest.approx(1 / rank if rank is not None and rank <= 10 else 0)


def test_files_for_trec_eval_give_the_same_numbers(tmp_path: Path) -> None:
    """The files of --out, read back by ir_measures' own readers, say what we say."""
    spaced = hit("无关", id="某文件 第 1 条")
    batch = [
        asked(question("q 1"), response([*misses(2), hit()])),
        asked(TWO, response([spaced, hit(OTHER_QUOTE), *misses(8), hit()])),
        asked(none_question(), response(misses(3))),
    ]
    (tmp_path / "qrels").write_text(trec.qrels_text([one.question for one in batch]), encoding="utf-8")
    (tmp_path / "run").write_text(trec.run_text(batch, "ours hybrid"), encoding="utf-8")
    assert {len(line.split()) for line in (tmp_path / "run").read_text("utf-8").splitlines()} == {6}
    assert "某文件_第_1_条" in (tmp_path / "run").read_text("utf-8")
    wanted = {"success_at_1": "Success@1", "rr_at_10": "RR@10", "ndcg_at_10": "nDCG@10", "recall_at_10": "R@10"}
    read = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(name) for name in wanted.values()],
        list(ir_measures.read_trec_qrels(str(tmp_path / "qrels"))),
        list(ir_measures.read_trec_run(str(tmp_path / "run"))),
    )
    ours = measures.per_question(batch)
    for name, spelt in wanted.items():
        mean = sum(row[name] for row in ours.values()) / len(ours)
        assert read[ir_measures.parse_measure(spelt)] == pytest.approx(mean)
