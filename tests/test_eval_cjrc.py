"""CJRC's scores on answers small enough to count by hand, and the reader on the real data where they are."""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.errors import UsageError
from eval.cjrc import WINDOW, answer_of, chosen, exact, f1, human, measure, read_cjrc, text, totals, turn
from index.model.folder import is_made_model
from index.model.reader_place import own_reader_path, reader_folder
from retriever.reading.reader import AnswerKind

REAL = Path(__file__).parents[2] / "shared" / "data" / "reading"


def test_letters_are_compared_whatever_stands_between_them() -> None:
    assert exact("（2016）1.5万元。", "2016 15万元") == f1("（2016）1.5万元。", "2016 15万元") == 1
    assert exact("三个月", "三个月内") == 0
    assert f1("三个月", "三个月内") == 2 * 3 / (3 + 4)
    assert f1("月", "日") == 0


def test_nothing_agrees_with_nothing_alone() -> None:
    assert exact("", "") == f1("", "") == 1
    assert f1("", "三个月") == f1("YES", "") == 0


def test_one_of_three_answers_is_left_out_each_time_as_for_people() -> None:
    answers = ["三个月", "三个月内", ""]
    assert turn("三个月", answers, exact) == (0 + 1 + 1) / 3  # without 三个月 nobody said it
    assert turn("三个月", answers, f1) == (6 / 7 + 1 + 1) / 3
    assert human(answers, exact) == 0
    assert human(answers, f1) == (6 / 7 + 6 / 7 + 0) / 3
    assert turn("三个月", ["三个月"], exact) == 1


@dataclass(frozen=True)
class Said:
    kind: str
    start: int
    end: int
    score: float


def read(question: str, windows: Sequence[tuple[str, str]]) -> list[Said]:
    """Finds the question's words, surely; `是` and `否` for themselves."""
    found = [(window.find(question), question) for _, window in windows]
    kinds = {"是": "yes", "否": "no"}
    return [
        Said(kinds.get(word, "span") if at >= 0 else "none", max(at, 0), at + len(word), float(at >= 0))
        for at, word in found
    ]


def test_the_window_that_answers_decides() -> None:
    context = "甲方付款。" * (WINDOW // 5) + "乙方交房。"
    assert answer_of(read, "乙方", context) == "乙方"
    assert answer_of(read, "丙方", context) == ""
    assert answer_of(read, "是", context + "是。") == "YES"
    assert answer_of(read, "否", context + "否。") == "NO"


def write(folder: Path) -> Path:
    def document(domain: str, *asked: tuple[str, list[str]]) -> dict[str, object]:
        rows = [
            {"question": q, "answers": [{"text": one, "answer_start": 0} for one in answers]} for q, answers in asked
        ]
        return {"domain": domain, "paragraphs": [{"context": "甲方付款。是。", "qas": rows}]}

    civil = document("civil", ("甲方", ["甲方", "甲方", "甲方付款"]), ("丙方", ["", "", ""]))
    criminal = document("criminal", ("是", ["YES", "YES", "NO"]))
    with lzma.open(folder / "cjrc_dev.json.xz", "wt", encoding="utf-8") as out:
        json.dump({"data": [civil, criminal]}, out)
    return folder


def test_totals_are_of_each_domain_and_kind(tmp_path: Path) -> None:
    asked = read_cjrc(write(tmp_path), "dev")
    assert [one.kind for one in asked] == [AnswerKind.SPAN, AnswerKind.NONE, AnswerKind.YES]
    found = totals(measure(asked, read))
    assert list(found) == ["overall", "civil", "criminal", "span", "yes", "none"]
    assert found["overall"].exact == found["overall"].same_kind == 1
    assert found["overall"].human_exact == (2 / 3 + 1 + 2 / 3) / 3
    assert [len(chosen(asked, limit)) for limit in (None, 2, 9)] == [3, 2, 3]
    assert "只问了 6 道题中的 3 道" in text(found, "dev", 6) and "只问了" not in text(found, "dev", 3)


def test_data_that_is_not_there_or_of_another_form_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--data"):
        read_cjrc(tmp_path, "test")
    with lzma.open(tmp_path / "cjrc_test.json.xz", "wt", encoding="utf-8") as out:
        out.write('{"data": [{}]}')
    with pytest.raises(UsageError, match="格式不对"):
        read_cjrc(tmp_path, "test")


@pytest.mark.skipif(not REAL.is_dir(), reason="CJRC is not here")
@pytest.mark.skipif(not is_made_model(reader_folder(own_reader_path())), reason="the reader has not been made")
def test_the_reader_answers_questions_of_the_real_data() -> None:
    from index.model.onnx_reader import OnnxReader

    asked = read_cjrc(REAL, "dev")
    assert len(asked) == 6000
    found = totals(measure(chosen(asked, 12), OnnxReader(reader_folder(own_reader_path())).read))
    assert found["overall"].f1 > 0.3 and found["overall"].human_f1 > 0.8
