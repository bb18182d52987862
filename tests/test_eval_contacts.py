"""Wrong telephones and offices: each rule of `eval.contacts` on an answer made for it."""

from __future__ import annotations

import pytest
from eval_cases import NUMBER, QUOTE, asked, hit, none_question, question, response

from eval.contacts import contacts, shown_phones
from eval.labels import Passages
from eval.misses import Cause
from eval.model import Answer, Kind, Office
from eval.scoring import score

CONTACT = "联系单位：区人社局，电话：0358—8222401"
PASSAGES = [hit(), hit(CONTACT, id="c2"), hit("咨询电话：0358-8226688", "离政发〔2023〕6号", id="c3")]
RIGHT_PHONE, OTHER_PHONE = "0358-8222401", "0358-8226688"


def judged(answers: list[str], *offices: Office, kind: Kind = Kind.OFFICE, text: str = "由其负责") -> tuple[bool, bool]:
    """(wrong phone, wrong office) of an answer to a question with these accepted answers."""
    one = none_question() if kind is Kind.NONE else question(kind=kind, answers=answers)
    found = contacts(one, Answer(text, "c1", offices), Passages(PASSAGES).state)
    return found.wrong_phone, found.wrong_office


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("咨询电话：8222401", ("8222401",)),
        ("请拨打12345热线", ("12345",)),
        ("面积 8222401 平方米", ()),
        ("时间为20230615", ()),
        ("找王主任 13934567890", ("13934567890",)),
        ("0358-8222401", ("0358-8222401",)),
    ],
)
def test_telephones_in_a_sentence(text: str, phones: tuple[str, ...]) -> None:
    assert shown_phones(Answer(text, "c1")) == phones


def test_telephones_of_sentence_and_offices_in_the_order_of_the_card() -> None:
    answer = Answer(
        "电话 0358-1111111", "c1", (Office("甲", "0358-2222222"), Office("乙"), Office("丙", "0358-1111111"))
    )
    assert shown_phones(answer) == ("0358-1111111", "0358-2222222")


def test_a_refusal_shows_nothing() -> None:
    found = contacts(none_question(), None, Passages(PASSAGES).state)
    assert (found.phones, found.wrong_phone, found.wrong_office) == ((), False, False)


def test_whatever_is_shown_for_an_unanswerable_question_is_wrong() -> None:
    assert judged([], Office("区人社局", RIGHT_PHONE), kind=Kind.NONE) == (True, True)
    assert judged([], Office("区人社局"), kind=Kind.NONE) == (False, True)
    assert judged([], kind=Kind.NONE, text="电话 8222401") == (True, False)
    assert judged([], kind=Kind.NONE) == (False, False)


def test_a_telephone_must_stand_in_a_notice_that_a_label_names() -> None:
    assert judged(["区人社局"], Office("区人社局", RIGHT_PHONE)) == (False, False)
    assert judged(["区人社局"], Office("区人社局", OTHER_PHONE)) == (True, False)
    assert judged(["300元"], Office("区人社局", OTHER_PHONE), kind=Kind.FACT) == (True, False)
    assert judged(["300元"], kind=Kind.FACT, text="电话 0358-8226688") == (True, False)


def test_an_accepted_telephone_is_right_wherever_it_stands_and_must_come_first() -> None:
    assert judged(["8226688"], Office("区人社局", OTHER_PHONE)) == (False, False)
    first, other = Office("区人社局", RIGHT_PHONE), Office("区住建局", OTHER_PHONE)
    assert judged([OTHER_PHONE], other, first) == (False, False)
    assert judged([OTHER_PHONE], first, other) == (True, False)


@pytest.mark.parametrize(
    ("accepted", "shown", "wrong"),
    [
        (["区财政局"], "区财政局", False),
        (["财政局"], "吕梁市离石区财政局", False),
        (["吕梁市离石区人力资源和社会保障局"], "区人社局", False),
        (["天河区科工信局信息技术发展科"], "天河区科工信局", False),
        (["区财政局", "区统计局"], "区统计局", False),
        (["区财政局"], "区统计局", True),
        (["区人社局"], "市人社局", True),
        (["0358-8222401"], "区统计局", False),  # only a telephone is accepted: the office can't be judged
    ],
)
def test_the_first_office_must_be_an_accepted_one(accepted: list[str], shown: str, wrong: bool) -> None:
    assert judged(accepted, Office(shown)) == (False, wrong)


def test_offices_after_the_first_are_not_judged() -> None:
    assert judged(["区财政局"], Office("区财政局"), Office("区统计局")) == (False, False)
    assert judged(["区财政局"], Office("区统计局"), Office("区财政局")) == (False, True)


def test_other_kinds_are_judged_by_office_where_an_authority_is_accepted() -> None:
    assert judged(["区市场监管局"], Office("乡镇（街道）"), kind=Kind.LAY) == (False, True)
    assert judged(["紧急庇护场所"], Office("区妇联"), kind=Kind.LAY) == (False, False)
    assert judged(["监理单位"], Office("区人社局"), kind=Kind.CLAUSE) == (False, False)


def test_a_wrong_contact_is_the_first_cause_even_beside_a_right_sentence() -> None:
    """Before: this question had no miss, and the unanswerable one counted as not refused."""
    beside = asked(
        question(labels=((NUMBER, QUOTE),)),
        response([hit()], text="区财政局", offices=[Office("区财政局", OTHER_PHONE)]),
    )
    unasked = asked(none_question(), response([hit()], text="有", offices=[Office("区财政局", RIGHT_PHONE)]))
    right, none = score([beside, unasked], Passages(PASSAGES))
    assert right.right
    assert (right.miss, none.miss) == (Cause.WRONG_CONTACT, Cause.WRONG_CONTACT)
    assert next(iter(Cause)) is Cause.WRONG_CONTACT
    assert right.given == f"区财政局（区财政局 {OTHER_PHONE}）"
