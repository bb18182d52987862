"""How an article reads once amendments are made, and that nothing is lost where they don't fit."""

from __future__ import annotations

import datetime as dt

import pytest

from corpus.events import Change, EventKind
from corpus.model import Clause, Notice, Status
from corpus.place import bare_label
from corpus.wordings import reads_on
from tests.validity_cases import corpus_of, notice, one

TITLE = "云岭市停车办法"
TEXT = f"""{TITLE}
云政发〔2018〕5号

第一条 为了规范停车，制定本办法。
第二条 停车收费每小时五元，最高每日二十元。
第三条 夜间停车减半。
夜间指二十二时以后。
第四条 下列车辆免费：
（一）消防车；
（二）救护车。

云岭市人民政府
2018年1月1日
"""


def amended(*lines: str, day: dt.date = dt.date(2026, 1, 1), text: str = TEXT) -> Notice:
    """The 办法 after a decision of 2020 with these sentences, which holds from 1 March 2020."""
    title = f"云岭市人民政府关于修改《{TITLE}》的决定"
    decision = notice(title, "云政发〔2020〕4号", "2020年1月1日", *lines, "本决定自2020年3月1日起施行。")
    return one(corpus_of({"a.txt": decision, "b.txt": text}, day), TITLE)


def article(found: Notice, number: str) -> list[Clause]:
    return [clause for clause in found.clauses if any(bare_label(step.label) == number for step in clause.place.steps)]


def read(found: Notice, number: str) -> str:
    return "\n".join(clause.text for clause in article(found, number))


@pytest.mark.parametrize(
    ("line", "number", "now"),
    [
        ("一、将第二条中的“五元”修改为“八元”。", "第二条", "第二条停车收费每小时八元，最高每日二十元。"),
        ("一、第二条中“每小时五元，最高每日二十元”改为“每次十元”。", "第二条", "第二条停车收费每次十元。"),
        ("一、第三条修改为：“夜间停车免费。”", "第三条", "第三条夜间停车免费。"),
        ("一、将第三条第二款修改为：“夜间指二十时以后。”", "第三条", "第三条夜间停车减半。\n夜间指二十时以后。"),
        ("一、删去第三条第二款。", "第三条", "第三条夜间停车减半。"),
        ("一、删去第三条。", "第三条", "第三条（已删去）"),
        ("一、删去第二条中的“，最高每日二十元”。", "第二条", "第二条停车收费每小时五元。"),
        ("一、第三条增加一款，作为第二款：“免费。”", "第三条", "第三条夜间停车减半。\n免费。\n夜间指二十二时以后。"),
    ],
)  # fmt: skip
def test_an_amendment_that_fits_is_made(line: str, number: str, now: str) -> None:
    found = amended(line)
    assert found.status is Status.AMENDED
    assert read(found, number) == now
    (clause,) = article(found, number)
    assert clause.printed is not None and clause.printed != now
    (wording,) = clause.wordings
    assert (wording.since, wording.doc_number, wording.fits) == ("2020-03-01", "云政发〔2020〕4号", True)
    assert wording.clause_id.startswith("云政发〔2020〕4号/")
    (event,) = [event for event in found.events if event.kind is EventKind.AMENDED]
    assert event.amendment is not None and event.amendment.fits


def test_a_correction_is_one() -> None:
    found = amended("一、将第二条中的“五元”更正为“六元”。")
    assert read(found, "第二条") == "第二条停车收费每小时六元，最高每日二十元。"
    assert [event.kind for event in found.events] == [EventKind.CORRECTED]
    assert found.status is Status.AMENDED


def test_an_item_is_rewritten_and_deleted() -> None:
    found = amended("一、将第四条第二项修改为：“（二）救护车和校车。”", "二、删去第四条第一项。")
    items = {bare_label(clause.place.last.label): clause.text for clause in article(found, "第四条")}
    assert items["（二）"] == "（二）救护车和校车。"
    assert items["（一）"] == "（一）（已删去）"


@pytest.mark.parametrize(
    "line",
    [
        "一、将第二条中的“六元”修改为“八元”。",  # not the wording that is here
        "一、将第三条第五款修改为：“夜间指二十时以后。”",  # no such paragraph
        "一、将第四条第九项修改为：“（九）校车。”",
    ],
)
def test_what_does_not_fit_changes_nothing_and_is_marked(line: str) -> None:
    found = amended(line)
    before = one(corpus_of({"b.txt": TEXT}), TITLE)
    assert [clause.text for clause in found.clauses] == [clause.text for clause in before.clauses]
    (event,) = [event for event in found.events if event.kind is EventKind.AMENDED]
    assert event.amendment is not None and event.amendment.fits is False
    (marked,) = [clause for clause in found.clauses if clause.wordings]
    assert [wording.fits for wording in marked.wordings] == [False]
    assert marked.text == marked.printed


def test_an_article_that_is_not_there_is_said_in_the_event() -> None:
    found = amended("一、将第二十条中的“五元”修改为“八元”。")
    assert [event.amendment.fits for event in found.events if event.amendment] == [False]
    assert not any(clause.wordings for clause in found.clauses)


def test_a_day_chooses_the_wording() -> None:
    found = amended("一、将第二条中的“五元”修改为“八元”。", day=dt.date(2020, 2, 1))
    assert found.status is Status.IN_FORCE  # not yet
    (clause,) = article(found, "第二条")
    assert "五元" in clause.text
    assert "八元" in reads_on(clause, dt.date(2020, 3, 1)).text
    assert "五元" in reads_on(reads_on(clause, dt.date(2020, 3, 1)), dt.date(2020, 2, 29)).text


def test_an_added_article_is_an_event_with_its_text() -> None:
    found = amended("一、增加一条，作为第五条：“停车不满半小时的免费。”")
    (event,) = [event for event in found.events if event.kind is EventKind.AMENDED]
    assert event.amendment is not None
    assert (event.amendment.change, event.amendment.new) == (Change.ADD, "停车不满半小时的免费。")
    assert event.articles == ("第五条",) and event.amendment.fits


def test_a_text_that_has_the_amendment_in_it_is_not_amended_again() -> None:
    """A copy that was brought up to date shows it by its wording, and one revised later by its head."""
    current = TEXT.replace("夜间停车减半。\n夜间指二十二时以后。", "夜间停车免费，机关院内停车免费。")
    found = amended("一、第三条修改为：“夜间停车免费，机关院内停车免费。”", text=current)
    assert found.status is Status.IN_FORCE
    assert read(found, "第三条") == "第三条夜间停车免费，机关院内停车免费。"
    revised = TEXT.replace("第一条", "（2018年1月1日云岭市人民政府公布　2021年5月1日修订）\n第一条", 1)
    found = amended("一、第三条修改为：“夜间停车免费。”", text=revised)
    assert found.status is Status.IN_FORCE and "减半" in read(found, "第三条")


def test_a_later_decision_counts_by_the_numbers_that_an_earlier_one_made() -> None:
    title = f"云岭市人民政府关于修改《{TITLE}》的决定"
    first = notice(title, "云政发〔2020〕4号", "2020年1月1日", "一、增加一条，作为第三条：“残疾人停车免费。”")
    second = notice(title, "云政发〔2021〕4号", "2021年1月1日", "一、第三条修改为：“残疾人停车减半。”")
    found = one(corpus_of({"a.txt": first, "b.txt": second, "c.txt": TEXT}), TITLE)
    assert read(found, "第三条") == "第三条残疾人停车减半。"
    assert read(found, "第四条").startswith("第四条夜间停车减半。")


def test_numbers_that_do_not_agree_with_the_text_move_nothing_and_are_not_trusted() -> None:
    """Two articles can't both become 第四条: what a later decision says of 第三条 may be meant of another article."""
    title = f"云岭市人民政府关于修改《{TITLE}》的决定"
    lines = ["一、增加一条，作为第四条：“残疾人停车免费。”", "二、将第三条改为第四条。"]
    first = notice(title, "云政发〔2020〕4号", "2020年1月1日", *lines)
    second = notice(title, "云政发〔2021〕4号", "2021年1月1日", "一、第四条修改为：“残疾人停车减半。”")
    found = one(corpus_of({"a.txt": first, "b.txt": second, "c.txt": TEXT}), TITLE)
    assert [clause.text for clause in found.clauses] == [
        clause.text for clause in one(corpus_of({"c": TEXT}), TITLE).clauses
    ]
    fits = [event.amendment.fits for event in found.events if event.amendment and event.amendment.new]
    assert fits == [False, None, False]
