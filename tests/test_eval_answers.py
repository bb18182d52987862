"""When a short answer counts as right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text import nfkc
from eval.answers import is_right, same_phone, stands_in
from eval.model import Answer, Office


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        ("区财政局", "涉及普查经费方面的事项，由区财政局负责和协调"),
        ("区委宣传部、区统计局", "由区委宣传部,区统计局负责"),
        ("20万元", "按20 万元/亩执行"),
        ("1.5万元", "奖励1. 5万元"),
        ("1.5万元", "奖励１．５万元"),
        ("30%", "上浮 30% 进行补偿"),
        ("30", "上浮30%"),
        ("12月31日", "于2023年12月31日前"),
        ("50,000公里", "50000公里"),
        ("50000公里", "50,000公里"),
        ("0358-8222401", "电话:0358—8222401、8222402"),
        ("离政发〔2023〕3号", "（离政发[2023] 3号）"),
        ("4530万m3", "4530万m³"),
    ],
)
def test_right(accepted: str, text: str) -> None:
    assert stands_in(accepted, text)


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        ("30%", "300元"),
        ("30%", "30元"),
        ("30元", "130元"),
        ("20万", "5.20万"),
        ("15", "1.5"),
        ("1.5", "11.5"),
        ("1.5", "1.55"),
        ("300", "3000"),
        ("区财政局", "市财政局"),
        ("。", "任何文字。"),
        ("区财政局", ""),
    ],
)
def test_wrong(accepted: str, text: str) -> None:
    assert not stands_in(accepted, text)


@pytest.mark.parametrize(
    ("accepted", "phone", "equal"),
    [
        ("0358-8222401", "03588222401", True),
        ("8222401", "0358-8222401", True),
        ("0358-8222401", "8222401", False),
        ("2401", "0358-8222401", False),
        ("12345", "12345", True),
    ],
)
def test_phones(accepted: str, phone: str, equal: bool) -> None:
    assert same_phone(accepted, phone) is equal


def test_an_office_or_its_phone_beside_the_text_counts() -> None:
    answer = Answer("负责组织实施", "c1", (Office("吕梁市离石区财政局", "0358-8222401"), Office("区统计局")))
    assert is_right(answer, ["离石区财政局"])
    assert is_right(answer, ["8222401"])
    assert is_right(answer, ["没有的", "区统计局"])
    assert not is_right(answer, ["区税务局"])
    assert not is_right(answer, [])
    assert not is_right(None, ["区统计局"])


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_a_text_stands_in_itself_between_any_words(middle: str, before: str, after: str) -> None:
    has_letters = any(char.isalpha() for char in nfkc(middle)) and not any(char.isdigit() for char in nfkc(middle))
    if has_letters and "%" not in nfkc(middle):
        assert stands_in(middle, before + "，" + middle + "，" + after)
