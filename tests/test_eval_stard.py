"""STARD's measures on four articles, and on the real data where they are."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from corpus.errors import UsageError
from eval.show import stard_text
from eval.stard import MEASURES, Searches, measure, measure_all, read_stard
from index.training.data import is_held_out

HELD_OUT = next(id for id in range(100) if is_held_out(id))
REAL = Path(__file__).parents[2] / "shared" / "data" / "stard"


def write(folder: Path, *, ids: str = "4\n2\n3\n1\n") -> Path:
    articles = [{"id": at, "name": f"某法第{at}条", "text": "……"} for at in range(6)]
    questions = [
        {"id": HELD_OUT, "question": "甲", "relevant": [2, 4], "answer": "不看"},
        {"id": 1, "question": "乙", "relevant": [1]},
    ]
    with lzma.open(folder / "articles.jsonl.xz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(one) + "\n" for one in articles)
    (folder / "train.jsonl").write_text("".join(json.dumps(one) + "\n" for one in questions), encoding="utf-8")
    (folder / "eval_ids.txt").write_text(ids, encoding="utf-8")
    return folder


def test_recall_is_the_share_of_a_question_s_articles(tmp_path: Path) -> None:
    data = read_stard(write(tmp_path))
    assert [article.id for article in data.articles] == [1, 2, 3, 4]
    # Position 0 is article 1. For 甲: article 3, then 2. For 乙: nothing.
    got = measure(data.articles, data.questions, {"x": lambda question: {2: 0.9, 1: 0.8} if question == "甲" else {}})
    assert list(got["x"]) == list(MEASURES)
    assert got["x"]["recall_at_1"] == 0
    assert got["x"]["recall_at_5"] == (1 / 2 + 0) / 2
    assert got["x"]["rr_at_10"] == (1 / 2 + 0) / 2


def test_equal_scores_keep_the_order_of_the_articles(tmp_path: Path) -> None:
    data = read_stard(write(tmp_path))
    got = measure(data.articles, data.questions, {"x": lambda _: {3: 1.0, 0: 1.0}})
    assert got["x"]["rr_at_10"] == (1 / 2 + 1) / 2


def test_what_was_learnt_from_the_questions_is_measured_on_others_only(tmp_path: Path) -> None:
    data = read_stard(write(tmp_path))
    asked: list[str] = []

    def learnt(question: str) -> dict[int, float]:
        asked.append(question)
        return {0: 1.0}

    results = measure_all(data, Searches({"plain": lambda _: {0: 1.0}}, {"learnt": learnt}))
    held_out = [question.question for question in data.questions if question.held_out]
    assert asked == held_out
    assert list(results["all"]["searches"]) == ["plain"]
    assert results["held_out"]["questions"] == len(held_out)
    assert "MRR@10" in stard_text(results)
    assert list(measure_all(data, Searches({"plain": learnt}, {}))) == ["all"]


@pytest.mark.parametrize("ids", ["1\n2\n", "", "x"])
def test_data_that_does_not_fit_together_is_refused(tmp_path: Path, ids: str) -> None:
    with pytest.raises(UsageError, match="STARD"):
        read_stard(write(tmp_path, ids=ids))


def test_data_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--data"):
        read_stard(tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="STARD is not here")
def test_the_real_data_has_the_stated_sizes() -> None:
    data = read_stard(REAL)
    assert len(data.questions) == 1234
    assert len(data.articles) == 9557
    assert data.articles[0].name == "票据法第六十一条"
