"""What other documents did to a text, on the page and at a terminal: replaced, amended, partly repealed."""

from __future__ import annotations

import datetime as dt
from html import escape
from pathlib import Path

import pytest

from index.build import build
from index.opening import open_index
from retriever.ask import Asker
from retriever.console import show
from retriever.page.collection import Collection
from retriever.page.markup import Html
from retriever.page.notice import notice_view
from retriever.page.on_view import dated
from retriever.page.results import results
from retriever.page.view import Place, View

FEES = """云岭市人民政府关于停车收费的通知
云政发〔2018〕5号

各县（区）人民政府：
一、停车收费每小时五元，由市发展改革部门制定。
二、夜间停车不收费。
三、学校门前不设停车位。

云岭市人民政府
2018年1月1日
"""
CHANGE = """云岭市人民政府关于修改停车收费通知的决定
云政发〔2020〕2号

各县（区）人民政府：
{said}

云岭市人民政府
2020年1月1日
"""
RULES = """云岭市停车条例

{day}云岭市人民代表大会常务委员会通过

第一条　为了规范停车，制定本条例。
第二条　停车收费每小时{fee}元。
"""
AMENDED = "一、将《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）第一条中的“每小时五元”修改为“每小时八元”。"
MISFIT = AMENDED.replace("“每小时五元”", "“每小时六元”")
PARTLY = "一、《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）第三条废止，其余有效。"


def opened(folder: Path, said: str, today: dt.date = dt.date(2026, 11, 28)) -> Collection:
    (folder / "a.txt").write_text(FEES, "utf-8")
    (folder / "b.txt").write_text(CHANGE.format(said=said), "utf-8")
    build([folder / "a.txt", folder / "b.txt"], folder / "ix", dense=False)
    return Collection.of(Asker.over(open_index(folder / "ix", today=today), dense=False), ())


def page(collection: Collection, number: str = "云政发〔2018〕5号") -> Html:
    return notice_view(collection, View(place=Place.NOTICE, notice=number))


def test_an_amended_clause_reads_as_amended_with_the_printed_words_below(tmp_path: Path) -> None:
    shown = page(opened(tmp_path, AMENDED))
    assert "现行（有修改）" in shown and "每小时八元" in shown
    assert shown.index("每小时八元") < shown.index("看修改前的原文") < shown.index("每小时五元")
    assert "（2020年1月1日起）" in shown and "notice=%E4%BA%91" in shown  # a link to the amending document


def test_before_its_day_nothing_is_amended(tmp_path: Path) -> None:
    shown = page(opened(tmp_path, AMENDED, dt.date(2019, 6, 1)))
    assert "每小时五元" in shown and "每小时八元" not in shown and "看修改前的原文" not in shown


def test_an_amendment_that_does_not_fit_is_said_and_changes_nothing(tmp_path: Path) -> None:
    shown = page(opened(tmp_path, MISFIT))
    assert "两处文字对不上" in shown and "每小时五元" in shown and "每小时八元" not in shown


def test_a_repealed_item_is_gone_and_the_rest_holds(tmp_path: Path) -> None:
    collection = opened(tmp_path, PARTLY)
    shown = page(collection)
    assert "部分废止" in shown and "其余有效" in shown
    assert "（已删去）" in shown and "夜间停车不收费" in shown
    said = show(collection.asker.ask("停车收费每小时多少元", mode="bm25"))
    assert "部分废止" in said


@pytest.mark.parametrize("first", ["old", "new"])
def test_of_two_texts_of_one_title_the_newer_one_is_in_force(tmp_path: Path, first: str) -> None:
    texts = {"old": RULES.format(day="2010年1月1日", fee="五"), "new": RULES.format(day="2024年1月1日", fee="十")}
    names = [first, *(name for name in texts if name != first)]
    for at, name in enumerate(names):
        (tmp_path / f"{at}.txt").write_text(texts[name], "utf-8")
    build([tmp_path / "0.txt", tmp_path / "1.txt"], tmp_path / "ix", dense=False)
    collection = Collection.of(Asker.over(open_index(tmp_path / "ix", today=dt.date(2026, 1, 1)), dense=False), ())
    result = collection.asker.ask("停车收费每小时多少元", mode="bm25")
    assert "每小时十元" in result.hits[0].text and result.hits[0].status == "in_force"
    older = next(hit for hit in result.hits if "五元" in hit.text)
    assert older.status == "replaced"
    assert "同一标题已有新文本" in page(collection, older.entry.notice.notice_id)


def test_what_only_a_repealed_text_says_is_one_click_away(tmp_path: Path) -> None:
    """The refusal says which text it was and links to the same question as of its last day."""
    collection = opened(tmp_path, "一、《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）自2020年1月1日起废止。")
    view = View(q="夜间停车收费吗", mode="bm25")
    refused = str(results(collection, view, feedback=False))
    assert "已废止，2020年1月1日起" in refused
    link = view.but(on="2019-12-31")
    assert escape(link.href) in refused
    assert "夜间停车不收费" in str(results(dated(collection, link.on), link, feedback=False)).split("其他相关条款")[0]
