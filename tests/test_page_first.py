"""First things first, in Chromium: status, answer, office and phone in the first screen, the box folded to one line,
questions of several lines, empty ones, and a lost connection. With and without the page's scripts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_support import ALL_SIZES, Server, await_text, open_page, plain_page, serious, serving

pytest_plugins = ["page_fixtures"]
QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"
PHONE = {"width": 360, "height": 640}
OFFICE_PC = {"width": 1366, "height": 650}  # what the browser's own bars leave of 768
DESK = {"width": 1440, "height": 900}
DESKS = {"1440": DESK} if ALL_SIZES else {}
WIDTHS = {"360": PHONE, "1366": OFFICE_PC, **DESKS}
SIZES = pytest.mark.parametrize("size", WIDTHS.values(), ids=WIDTHS)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
# Questions whose answers have a telephone, long and short ones.
PHONED = (
    QUESTION,
    "妇联电话",
    "离石区人社局的咨询电话",
    "物业管理职责这份文件的咨询电话是多少？",
    "去王营庄坐几路公交",
    "餐饮和零售行业的农民工工资保障由哪个部门负责",
    "农机购置补贴怎么领",
)
VIEWS = (
    "",
    "?q=",
    f"?q={QUESTION}",
    "?q=离政办发〔2023〕99号讲了什么",
    "?q=？？",
    "?q=%E9%97%AE" + "问" * 2100,
    "?view=notices",
    "?view=offices",
    "?view=check",
    "?view=check&text=根据离政办发〔2023〕9号第三部分",
    "?view=about",
    "?notice=离政函〔2023〕18号",
    "?notice=没有这篇",
)


def opened(browser: Any, url: str, size: dict[str, int], scripts: bool) -> Any:
    if scripts:
        return open_page(browser, url, viewport=size)
    return plain_page(browser, url, viewport=size)


def top(page: Any, selector: str) -> float:
    return float(page.locator(selector).first.bounding_box()["y"])


def bottom(page: Any, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    return float(box["y"] + box["height"])


@SIZES
@SCRIPTS
def test_status_answer_and_telephone_stand_in_the_first_screen(
    browser: Any, server: Server, size: dict[str, int], scripts: bool
) -> None:
    """Also where the answer is long, and where the page has a line above everything."""
    page = opened(browser, server.url, size, scripts)
    shown = 0
    for question in PHONED:
        page.goto(f"{server.url}/?q={question}")
        if page.locator(".card.answer a.tel").count() == 0:
            continue
        shown += 1
        assert top(page, ".card .badge") < min(top(page, ".answer-text"), top(page, ".card.answer .offices")), question
        assert bottom(page, ".card.answer a.tel") <= size["height"], question
        assert bottom(page, ".card.answer .offices li b") <= size["height"], question
    assert shown >= 4
    page.context.close()


def test_a_telephone_number_stays_in_one_line(browser: Any, server: Server) -> None:
    """Before, a phone's screen broke it: 0358-, and below it 8222401."""
    page = open_page(browser, f"{server.url}/?q={QUESTION}", viewport=PHONE)
    numbers = page.locator(".answer-text .unbroken")
    assert numbers.all_inner_texts() == ["0358-8222401"]
    assert numbers.first.evaluate("one => one.getClientRects().length") == 1
    color = "one => getComputedStyle(one).color === getComputedStyle(one.parentElement).color"
    assert numbers.first.evaluate(color)  # and looks like the words around it
    page.context.close()


@SIZES
@SCRIPTS
def test_after_asking_the_box_is_one_line_that_opens(
    browser: Any, server: Server, size: dict[str, int], scripts: bool
) -> None:
    page = opened(browser, server.url, size, scripts)
    page.fill("#q", QUESTION)
    page.get_by_role("button", name="查一查").click()
    page.wait_for_selector(".card.answer")
    page.wait_for_load_state()
    assert bottom(page, "#ask") - top(page, "#ask") < 60
    assert not page.locator("#q").is_visible() and QUESTION in page.locator(".asked summary").inner_text()
    page.locator(".asked summary").click()
    assert page.locator("#q").is_visible() and page.input_value("#q") == QUESTION
    page.fill("#q", "生猪屠宰补贴每头多少钱")
    page.get_by_role("button", name="查一查").click()
    page.wait_for_selector(".answer-text:has-text('30元')")
    page.locator(".filter-box summary").click()
    page.get_by_role("button", name="应用筛选").click()
    page.wait_for_selector(".answer-text:has-text('30元')")
    page.context.close()


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    opened = open_page(browser, server.url, viewport=OFFICE_PC)
    yield opened
    faults = opened.faults
    opened.context.close()
    assert not faults


def test_enter_asks_and_shift_enter_begins_a_line(page: Any) -> None:
    one = page.locator("#q").bounding_box()["height"]
    page.locator("#q").focus()
    page.keyboard.type("根治拖欠农民工工资工作")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("的咨询电话是多少")
    assert page.input_value("#q").count("\n") == 1 and "q=" not in page.url
    assert page.locator("#q").bounding_box()["height"] > one + 15
    page.evaluate(
        "document.getElementById('q').dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    page.wait_for_timeout(300)
    assert "q=" not in page.url  # the Enter of an input method
    page.keyboard.press("Enter")
    page.wait_for_selector(".card.answer")
    assert "0358-8222401" in page.locator(".card.answer").inner_text()


def test_a_long_question_does_not_hide_its_button(page: Any) -> None:
    page.fill("#q", "很长的一段话，" * 200)
    box, button = page.locator("#q").bounding_box(), page.get_by_role("button", name="查一查").bounding_box()
    assert box["height"] <= 0.45 * OFFICE_PC["height"]
    assert button["y"] + button["height"] <= OFFICE_PC["height"]


@SCRIPTS
@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "还没有写问题"), ("  \n ", "还没有写问题"), ("？？。", "只看到标点")],
    ids=["none", "blank", "signs"],
)
def test_an_empty_question_is_said_in_our_words(
    browser: Any, server: Server, axe: str, typed: str, words: str, scripts: bool
) -> None:
    """Before, the browser said it: “Please fill out this field.”"""
    page = opened(browser, server.url, PHONE, scripts)
    page.fill("#q", typed)
    page.get_by_role("button", name="查一查").click()
    page.wait_for_selector(f".trouble:has-text('{words}')")
    assert page.locator("#q").get_attribute("aria-invalid") == "true"
    assert page.locator(".card").count() == 0
    if scripts:
        assert "q=" not in page.url and page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("欠薪")
        assert page.locator(".trouble").is_hidden()
    page.context.close()


def test_offline_the_old_answer_goes_at_once_and_comes_back_with_the_line(browser: Any, server: Server) -> None:
    """Before, the old answer stood there for 15 seconds, then the browser's own page came."""
    page = open_page(browser, f"{server.url}/?q={QUESTION}", viewport=PHONE)
    page.context.set_offline(True)
    page.locator(".asked summary").click()
    page.fill("#q", "生猪屠宰补贴每头多少钱")
    page.keyboard.press("Enter")
    page.wait_for_selector(".card.lost")
    assert page.locator(".card.answer").count() == 0 and page.locator(".hits").count() == 0
    card = page.locator(".card.lost").inner_text()
    assert "没连上，再试一次" in card and "生猪屠宰补贴每头多少钱" in card and "12345" in card
    assert page.evaluate("document.activeElement.id") == "answer-head"
    page.get_by_role("button", name="再试一次").dispatch_event("click")  # whatever moves below it
    page.wait_for_selector("text=还是没连上")
    page.context.set_offline(False)
    page.wait_for_selector(".answer-text:has-text('30元')")
    page.go_back()
    page.wait_for_selector(".card.answer:has-text('0358-8222401')")
    page.context.close()


def test_a_server_that_does_not_answer(browser: Any, server: Server, axe: str) -> None:
    """The network is there, the server isn't: seen by asking for something small."""
    page = open_page(browser, f"{server.url}/?q={QUESTION}", viewport=PHONE, bypass_csp=True)
    page.context.route("**/*", lambda route: route.abort())
    page.locator(".hit a", has_text="看前后文").first.click()
    page.wait_for_selector(".card.lost")
    assert not page.locator(".lost-question").is_hidden()
    assert serious(page, axe) == []
    page.context.unroute("**/*")
    page.get_by_role("button", name="再试一次").dispatch_event("click")  # whatever moves below it
    page.wait_for_selector(".notice .target")
    page.context.close()


def test_a_stopped_server_that_comes_again(browser: Any, words_index: Path) -> None:
    from playwright.sync_api import Error

    with serving(words_index) as running:
        await_text(running.url, "可以这样问")
        page = open_page(browser, f"{running.url}/?q={QUESTION}", viewport=PHONE)
        port = running.url.rpartition(":")[2]
    page.locator(".asked summary").click()
    page.fill("#q", "生猪屠宰补贴每头多少钱")
    page.keyboard.press("Enter")
    page.wait_for_selector(".card.lost")
    with serving(words_index, "--port", port) as running:
        await_text(running.url, "可以这样问")
        with contextlib.suppress(Error):  # the page may have come back by itself
            page.get_by_role("button", name="再试一次").dispatch_event("click", timeout=5000)
        page.wait_for_selector(".answer-text:has-text('30元')")
        page.context.close()


@SCRIPTS
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[:30])
def test_every_page_says_whose_gazette_it_is(browser: Any, server: Server, view: str, scripts: bool) -> None:
    page = opened(browser, f"{server.url}/{view}", PHONE, scripts)
    assert page.locator("header .whose").inner_text() == "吕梁市离石区"
    assert bottom(page, "header .whose") < 120
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.context.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[:30])
@pytest.mark.parametrize("size", [PHONE, OFFICE_PC], ids=["360", "1366"])
def test_axe_finds_nothing(browser: Any, server: Server, axe: str, view: str, size: dict[str, int]) -> None:
    """With everything opened that is folded, except what is fetched then."""
    page = open_page(browser, f"{server.url}/{view}", viewport=size, bypass_csp=True)
    page.evaluate("for (const one of document.querySelectorAll('details:not(.original)')) one.open = true")
    assert serious(page, axe) == []
    page.context.close()
