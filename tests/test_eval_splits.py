"""The split by notice: stable, listed, and balanced by its rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval_cases import QUOTE, none_question, question
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import splits
from eval.model import Kind, Question


def about(notice: str | None, id: str = "q", kind: Kind = Kind.FACT, file: str = "questions.jsonl") -> Question:
    return question(id, kind=kind, labels=((notice, QUOTE),), file=file)


def test_a_notice_is_wholly_on_one_side_and_the_first_label_decides() -> None:
    listed = {splits.squash("离政发〔2023〕4号"): "test"}
    two = question("x", labels=(("离政发[2023]4号", QUOTE), ("离政发〔2023〕5号", QUOTE)))
    assert splits.split_of(two, listed) == "test"


def test_the_line_s_own_key_wins() -> None:
    assert splits.split_of(question(split="dev"), {splits.squash("离政发〔2023〕5号"): "test"}) == "dev"


def test_notices_without_number_go_by_their_question_file() -> None:
    assert splits.notice_name(about(None, file="some/where/tianhe.jsonl")) == "tianhe"


@settings(deadline=None)
@given(st.text(min_size=1, max_size=8))
def test_an_unlisted_notice_always_goes_to_the_same_side(number: str) -> None:
    side = splits.split_of(about(number, "a"), {})
    assert side in ("dev", "test")
    assert splits.split_of(about(number, "b", Kind.LAY), {}) == side


def test_none_questions_are_spread_by_their_id() -> None:
    sides = [splits.split_of(none_question(f"n{at}"), {}) for at in range(200)]
    assert 70 < sides.count("dev") < 130


def test_the_proposal_balances_every_kind() -> None:
    kinds = (Kind.FACT, Kind.LAY, Kind.OFFICE)
    questions = [
        about(f"文〔2023〕{notice}号", f"{notice}-{at}", kinds[at % 3])
        for notice in range(1, 21)
        for at in range(3 * (1 + notice % 4))
    ]
    sides = {splits.squash(name): side for side, names in splits.propose(questions).items() for name in names}
    for kind in kinds:
        of_kind = [one for one in questions if one.kind is kind]
        dev = sum(splits.split_of(one, sides) == "dev" for one in of_kind)
        assert abs(2 * dev - len(of_kind)) <= 4


def test_the_proposal_does_not_depend_on_the_order_of_the_questions() -> None:
    questions = [about(f"文〔2023〕{at % 7}号", str(at)) for at in range(40)]
    assert splits.propose(questions) == splits.propose(questions[::-1])


def test_the_proposal_written_and_read_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "splits.toml"
    path.write_text(splits.to_toml({"dev": ["离政发〔2023〕4号"], "test": ["某局令第2号"]}), encoding="utf-8")
    assert splits.read_splits(path) == {"离政发20234号": "dev", "某局令第2号": "test"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('dev = ["甲〔2023〕1号"]\ntest = ["甲[2023]1号"]', "同时在两边"),
        ('train = ["x"]', "不认识 train"),
        ("dev = [", "读不懂"),
    ],
)
def test_a_broken_list_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "splits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(splits.SplitsError, match=said):
        splits.read_splits(path)


def test_select_keeps_order_and_parts_everything() -> None:
    questions = [about(f"文〔2023〕{at}号", str(at)) for at in range(30)]
    dev, test = splits.select(questions, "dev"), splits.select(questions, "test")
    assert splits.select(questions, "all") == questions
    assert sorted([*dev, *test], key=lambda one: int(one.id)) == questions
