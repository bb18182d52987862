"""The page as a person uses it, in Chromium: asking, reading, copying, filtering, exporting, going back."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from page_support import (
    DESK,
    PHONE,
    Server,
    await_text,
    new_page,
    open_page,
    plain_page,
    ready,
    serious,
    serving,
)

pytest_plugins = ["page_fixtures"]
QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"
UNKNOWN = "离政办发〔2023〕99号讲了什么"
VIEWS = (
    "",
    f"?q={QUESTION}",
    f"?q={UNKNOWN}",
    "?view=notices",
    "?view=offices",
    "?view=about",
    "?notice=离政函〔2023〕18号",
)


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    opened = open_page(browser, server.url)
    yield opened
    faults = opened.faults
    opened.context.close()
    assert not faults


def ask(page: Any, question: str) -> None:
    page.fill("#q", question)
    page.get_by_role("button", name="查一查").click()
    page.wait_for_function("title => document.title.startsWith(title)", arg=question[:20])


def test_ask_and_read_the_card(page: Any) -> None:
    ask(page, QUESTION)
    card = page.locator(".card.answer")
    assert "0358-8222401" in card.inner_text()
    assert card.locator("a.tel").first.get_attribute("href") == "tel:0358-8222401"
    assert card.locator("mark.answer").count() >= 1
    assert "现行" in card.inner_text()
    assert "lishi-2023-02.txt 第" in card.inner_text()
    assert page.evaluate("document.activeElement.id") == "answer-head"


def test_copy_a_citation(page: Any) -> None:
    ask(page, QUESTION)
    page.locator(".card .citation .copy").click()
    page.wait_for_selector("#said:has-text('已复制')", state="attached")  # the button says it for two seconds only
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("《吕梁市离石区人民政府办公室关于进一步做好根治拖欠农民工工资工作的通知》")
    page.locator(".hit .cites summary").first.click()
    assert page.locator(".hit .styles").first.locator("li").count() == 5  # the last one with the gazette


def test_filter_and_back_by_link(page: Any) -> None:
    ask(page, "农民工工资")
    page.locator("summary", has_text="筛选").click()
    page.locator("select[name=kind]").select_option("函")
    page.get_by_role("button", name="应用筛选").click()
    page.wait_for_function("location.search.includes('kind=')")
    page.wait_for_selector("summary:has-text('筛选：函')")
    page.go_back()
    page.wait_for_function("!location.search.includes('kind=')")
    page.wait_for_function("!document.body.innerText.includes('筛选：函')")
    page.go_back()
    page.wait_for_selector(".welcome")
    page.go_forward()
    page.wait_for_function("document.title.startsWith('农民工工资')")


def test_a_link_opens_the_same_view(page: Any, browser: Any) -> None:
    ask(page, "农民工工资")
    page.get_by_role("link", name="按日期").click()
    page.wait_for_function("location.search.includes('sort=date')")
    page.wait_for_selector(".sorting a[aria-current]:has-text('按日期')")
    other = open_page(browser, page.url)
    assert other.locator(".hit h3").all_inner_texts() == page.locator(".hit h3").all_inner_texts()
    assert other.input_value("#q") == "农民工工资"
    assert other.title() == "农民工工资 - 公报问答"
    other.context.close()


def test_open_the_notice_at_the_clause(page: Any) -> None:
    ask(page, QUESTION)
    page.locator(".hit").first.get_by_role("link", name="看前后文").first.click()
    page.wait_for_selector(".target")
    assert page.evaluate(
        "() => { const box = document.querySelector('.target').getBoundingClientRect();"
        " return box.top >= 0 && box.top < innerHeight }"
    )
    page.get_by_role("link", name="回到").click()
    page.wait_for_selector(".card.answer")


def test_export_the_chosen(page: Any) -> None:
    ask(page, "农民工工资")
    page.locator(".hit input[name=id]").nth(0).check()
    page.locator(".hit input[name=id]").nth(1).check()
    assert "选中的 2 条" in page.locator("#export").inner_text()
    with page.expect_download() as started:
        page.get_by_role("button", name="表格（CSV）").click()
    text = Path(started.value.path()).read_bytes().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 3
    with page.expect_download() as started:
        page.get_by_role("button", name="Word 文档").click()
    assert started.value.suggested_filename == "公报条款摘录.docx"


def test_export_without_a_tick(page: Any) -> None:
    """All of the page, as its line says; before, it always failed."""
    ask(page, "农民工工资")
    shown = page.locator("input[name=id]").count()
    assert shown > 3
    with page.expect_download() as started:
        page.get_by_role("button", name="表格（CSV）").click()
    text = Path(started.value.path()).read_bytes().decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == shown
    page.go_back()
    page.wait_for_selector(".welcome")
    page.goto(f"{page.url}?notice=离政发〔2023〕4号&tools=1&page=all")
    ready(page)
    shown = page.locator("input[name=id]").count()
    with page.expect_download() as started:
        page.get_by_role("button", name="表格（CSV）").click()
    text = Path(started.value.path()).read_bytes().decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) >= shown > 200


def test_a_download_does_not_end_the_question_under_way(page: Any) -> None:
    """Before, Gradio took it for leaving the page: the answer was lost, and came with a new page 15 seconds later."""
    ask(page, "农民工工资")
    page.evaluate("window.loaded = 1")
    held: list[Any] = []
    page.route("**/queue/data*", lambda request: held.append(request))
    page.locator(".asked summary").click()
    page.fill("#q", "生猪屠宰补贴每头多少钱")
    with page.expect_request("**/queue/data*"):
        page.keyboard.press("Enter")
    with page.expect_download():
        page.get_by_role("button", name="表格（CSV）").dispatch_event("click")
    for request in held:
        request.continue_()
    page.wait_for_selector(".answer-text:has-text('30元')")
    assert page.evaluate("window.loaded") == 1


def test_a_refused_question(page: Any) -> None:
    ask(page, UNKNOWN)
    card = page.locator(".card.refused")
    assert "没有收录文号为" in card.inner_text()
    assert page.locator(".hit").count() > 0
    assert page.locator(".card.answer").count() == 0


def test_keyword_only_is_said(page: Any) -> None:
    assert "现在只按字词查找" in page.locator(".line").inner_text()


def test_feedback_is_thanked(page: Any) -> None:
    ask(page, QUESTION)
    page.locator(".feedback").get_by_role("button", name="有用").click()
    page.wait_for_selector(".feedback:has-text('谢谢')")


def test_keyboard_alone(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type(QUESTION)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".card.answer")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText || document.activeElement.name"))
    assert any("0358-8222401" in text for text in reached)
    assert "复制引用" in reached


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1440"])
def test_nothing_is_wider_than_the_screen(browser: Any, server: Server, view: str, size: dict[str, int]) -> None:
    page = open_page(browser, f"{server.url}/{view}", viewport=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.context.close()


TITLE = "某某市人民政府关于" + "加强管理" * 5000 + "W" * 5000 + "的通知"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1440"])
def test_a_title_without_end_does_not_bury_the_page(browser: Any, server: Server, size: dict[str, int]) -> None:
    """Put where titles stand: nothing gets wider than the screen or higher than a few lines."""
    for view, place in ((f"?q={QUESTION}", ".hit h3"), (f"?q={QUESTION}", ".title"), ("?view=notices", ".catalogue a")):
        page = open_page(browser, f"{server.url}/{view}", viewport=size)
        page.locator(place).first.evaluate("(one, text) => one.textContent = text", TITLE)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.locator(place).first.bounding_box()["height"] < 320
        page.context.close()


def test_it_works_without_scripts(browser: Any, server: Server) -> None:
    page = plain_page(browser, server.url, viewport=PHONE)
    page.fill("#q", QUESTION)
    page.get_by_role("button", name="查一查").click()
    page.wait_for_selector("a.tel")
    page.locator(".hit").first.get_by_role("link", name="看前后文").first.click()
    page.wait_for_selector(".target")
    page.context.close()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, server: Server, axe: str, view: str, scheme: str) -> None:
    page = open_page(browser, f"{server.url}/{view}", viewport=PHONE, color_scheme=scheme, bypass_csp=True)
    assert serious(page, axe) == []
    page.context.close()


def test_no_request_leaves_and_nothing_hostile_runs(browser: Any, hostile_index: Path) -> None:
    with serving(hostile_index) as running:
        await_text(running.url, "已收录 1 篇公文")
        page = new_page(browser)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        for view in ("?q=脚本清理工作由谁负责", "?q=图片审核<img src=x onerror=window.hacked=4>", "?view=notices"):
            page.goto(f"{running.url}/{view}")
            ready(page)
        page.locator(".catalogue a").first.click()
        page.wait_for_selector(".full")
        assert "<script>window.hacked=1</script>" in page.locator(".full").inner_text()
        assert page.evaluate("window.hacked") is None
        page.context.close()
    hosts = {urlsplit(url).netloc for url in asked if url.startswith("http")}
    assert hosts == {urlsplit(running.url).netloc}


def test_the_index_comes_while_the_page_is_open(browser: Any, words_index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with serving(folder) as running:
        await_text(running.url, "还没有可以查的公报索引")
        page = open_page(browser, running.url)
        page.fill("#q", "打了一半的字")
        shutil.copytree(words_index, tmp_path / "made").rename(folder)
        page.wait_for_selector(".examples")
        assert page.input_value("#q") == "打了一半的字"
        page.context.close()


@pytest.fixture(scope="module")
def pictured(server: Server, full_index: Path) -> Iterator[Server]:
    """The page that pictures are taken of: for README's with vectors, where they have been made."""
    if "SCREENSHOTS" not in os.environ:
        yield server
        return
    with serving(full_index) as running:
        await_text(running.url, "可以这样问")
        yield running


@pytest.mark.parametrize(
    ("name", "view", "size", "scheme"),
    [
        ("start-360", "", PHONE, "light"),
        ("answer-360", f"?q={QUESTION}", PHONE, "light"),
        ("answer-360-dark", f"?q={QUESTION}", PHONE, "dark"),
        ("refused-360", f"?q={UNKNOWN}", PHONE, "light"),
        ("answer-1440", f"?q={QUESTION}", DESK, "light"),
        ("answer-1440-dark", f"?q={QUESTION}", DESK, "dark"),
        ("notices-1440", "?view=notices", DESK, "light"),
    ],
)
def test_screenshots(
    browser: Any, pictured: Server, tmp_path: Path, name: str, view: str, size: dict[str, int], scheme: str
) -> None:
    """Pictures to look at: in SCREENSHOTS where that is set. README's are answer-360 and answer-1440."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    page = open_page(browser, f"{pictured.url}/{view}", viewport=size, color_scheme=scheme)
    picture = page.screenshot(path=folder / f"{name}.png")
    page.context.close()
    assert len(picture) > 10_000
