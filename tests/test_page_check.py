"""核对引用 on the page: the box, what is found, and what goes wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from page_support import DESK, PHONE, Server, open_page, plain_page, serious

from retriever.page.check_view import check_view
from retriever.page.collection import Collection
from retriever.page.view import LONGEST, Place, View, read_view

pytest_plugins = ["page_fixtures"]
TEXT = "根据离政办发〔2023〕9号第三部分、离政函〔2023〕29号和《中华人民共和国劳动法》第五十条，<b>办理</b>。"


def test_the_address_holds_the_text() -> None:
    view = View(place=Place.CHECK, text=TEXT)
    assert read_view(view.href) == view
    assert read_view(f"?text={TEXT}").text == "" and len(read_view("?view=check&text=" + "字" * 9000).text) == LONGEST


def test_each_citation_is_listed_with_a_link(collection: Collection) -> None:
    shown = check_view(collection, View(place=Place.CHECK, text=TEXT))
    assert "3 处引用，1 处没有问题" in shown and shown.count("<li>") == 3
    assert "没有收录《中华人民共和国劳动法》" in shown and "已被离政函〔2023〕33号废止" in shown
    assert "第三部分</a>" in shown and "<b>办理" not in shown and "&lt;b&gt;办理" in shown
    assert shown.count('href="?view=notice') == 2


@pytest.mark.parametrize(("text", "words"), [("今天天气很好", "没有找到引用"), ("", "粘贴一段文字")])
def test_a_text_without_citations(collection: Collection, text: str, words: str) -> None:
    shown = check_view(collection, View(place=Place.CHECK, text=text))
    assert words in shown and "<textarea" in shown and "处引用" not in shown


def test_it_works_without_a_script(server: Server) -> None:
    assert "核对引用" in httpx.get(server.url).text
    page = httpx.get(server.url, params={"view": "check", "text": TEXT}, timeout=60)
    assert page.status_code == 200 and "3 处引用，1 处没有问题" in page.text


def test_nothing_to_check_is_said_in_our_words(collection: Collection) -> None:
    assert "还没有文字" in check_view(collection, read_view("view=check&text="))
    assert 'role="alert" data-empty="还没有文字' in check_view(collection, read_view("view=check"))
    assert not read_view("view=check").blank and not read_view("view=about&text=").blank


@pytest.mark.parametrize("size", [PHONE, {"width": 1366, "height": 650}, DESK], ids=["360", "1366", "1440"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_clerk_checks_a_paragraph(
    browser: Any, server: Server, axe: str, size: dict[str, int], scripts: bool
) -> None:
    """Pastes it, reads what is wrong, opens the clause, and comes back to the text."""
    if scripts:
        page = open_page(browser, f"{server.url}/?view=check", viewport=size, bypass_csp=True)
    else:
        page = plain_page(browser, f"{server.url}/?view=check", viewport=size)
    page.get_by_role("button", name="核对").click()
    page.wait_for_selector(".trouble:has-text('还没有文字')")
    page.fill("#text", TEXT)
    page.get_by_role("button", name="核对").click()
    page.wait_for_selector("h2:has-text('3 处引用，1 处没有问题')")
    page.wait_for_load_state()  # without scripts, what stands below the heading comes after it
    assert page.locator(".hits > li").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    if scripts:
        assert page.evaluate("document.activeElement.id") == "answer-head"
        assert serious(page, axe) == []
    page.locator(".hits a").first.click()
    page.wait_for_selector(".notice .target")
    page.go_back()
    page.wait_for_selector("h2:has-text('3 处引用')")
    assert page.input_value("#text") == TEXT
    page.context.close()
