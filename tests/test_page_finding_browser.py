"""The page's ways to find something as people use them, in Chromium: on a phone and on two desks, with scripts and
without; and what only scripts can do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from page_support import ALL_SIZES, PATIENCE, Server, ready, watch_faults

pytest_plugins = ["page_fixtures"]
SIZES = {360: (360, 800), 1366: (1366, 768)}
if ALL_SIZES:  # laid out as at 1366, so not part of every run
    SIZES[1440] = (1440, 900)
QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"
SUBJECT = "农民工工资"
LONG = "离政发〔2023〕4号"
VIEWS = (
    f"?q={SUBJECT}",
    f"?q={SUBJECT}&kind=通知&from=2023-05-01&n=10",
    "?view=notices&find=农民工",
    "?view=notices&find=没有的",
    "?view=offices&find=人社局",
    "?office=区人社局",
    f"?notice={LONG}&find=食品",
    f"?notice={LONG}&tools=1&page=2",
    "?big=1",
)
Open = Callable[..., Any]


@pytest.fixture(params=SIZES, ids=str)
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    width, height = SIZES[request.param]
    return {"width": width, "height": height}


@pytest.fixture
def visit(browser: Any, server: Server, size: dict[str, int]) -> Iterator[Open]:
    """Opens an address of the page in a browser of its own; nothing may fail while it is used."""
    contexts, faults = [], []

    def opened(view: str, *, js: bool = True, before: str = "", **options: Any) -> Any:
        context = browser.new_context(viewport=size, java_script_enabled=js, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        watch_faults(page, faults)
        page.goto(f"{server.url}/{view}")
        if js:
            ready(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


both = pytest.mark.parametrize("js", [True, False], ids=["js", "plain"])


def query(page: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def come(page: Any, name: str, value: str | None) -> None:
    """Wait until the address has a value for a name, or has none."""
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get(name, [None])[0] == value)


def is_seen(page: Any, selector: str) -> bool:
    """Whether the head of an element comes onto the screen: a page that is loaded anew scrolls when it is laid out."""
    for _ in range(PATIENCE // 50):
        box = page.locator(selector).first.bounding_box()
        if box is not None and -5 <= box["y"] < page.viewport_size["height"]:
            return True
        page.wait_for_timeout(50)
    return False


def leave_for(page: Any, view: str) -> None:
    """Open another address of the site, from a page at rest and until the new one is."""
    ready(page)
    page.goto(page.url.split("?")[0] + view)
    ready(page)


@both
def test_narrow_a_question(visit: Open, js: bool) -> None:
    page = visit("?q=安全生产", js=js)
    page.locator(".facets > summary").click()
    kinds = page.locator(".facet ul[aria-label=文种] a")
    name, count = re.fullmatch(r"(\S+)\s+(\d+) 篇", kinds.first.inner_text()).groups()  # type: ignore[union-attr]
    kinds.first.click()
    come(page, "kind", name)
    page.wait_for_selector(f".chosen a:has-text('{name}')")
    titles = page.locator(".hit h3").all_inner_texts()
    assert len(titles) == min(int(count), 5) and all(name in title for title in titles)
    page.locator(".chosen a").first.click()
    come(page, "kind", None)
    page.wait_for_selector(".chosen", state="detached")
    page.locator(".filter-box > summary").click()
    page.fill("input[name=from]", "2023-06-01")
    page.fill("input[name=to]", "2023-06-30")
    page.get_by_role("button", name="应用筛选").click()
    come(page, "from", "2023-06-01")
    page.wait_for_selector(".chosen a:has-text('2023年6月1日至2023年6月30日')")
    assert query(page)["q"] == "安全生产"
    dates = page.locator(".hit > .from").all_inner_texts()
    assert dates and all("2023年6月" in one for one in dates)


@both
def test_more_of_the_list_opens_where_it_was(visit: Open, js: bool) -> None:
    page = visit(f"?q={SUBJECT}", js=js)
    if js:
        page.locator("#n2 input[name=id]").first.check()
    before = page.locator(".hit h3").all_inner_texts()
    page.locator(".more a").click()
    page.wait_for_selector("#n6")
    assert page.locator(".hit h3").all_inner_texts()[:5] == before
    assert is_seen(page, "#n6") and page.url.endswith("#n6")
    if js:
        assert page.evaluate("document.activeElement.id") == "n6"
        assert page.locator("#n2 input[name=id]").first.is_checked()  # what was chosen stays
        page.go_back()
        come(page, "n", None)
        page.wait_for_selector("#n6", state="detached")


@both
def test_each_notice_once_with_more_of_it_folded(visit: Open, js: bool) -> None:
    page = visit(f"?q={SUBJECT}", js=js)
    titles = page.locator(".hit h3").all_inner_texts()
    assert len(titles) == len({re.sub(r"^\d+\. ", "", one) for one in titles}) == 5
    fold = page.locator(".also").first
    assert not fold.locator(".found-clause").first.is_visible()
    fold.locator("summary").first.click()
    assert fold.locator(".found-clause").first.is_visible()


@both
def test_find_a_notice_and_an_office(visit: Open, js: bool) -> None:
    page = visit("?view=notices", js=js)
    page.fill("#find", "农民工工资")
    page.press("#find", "Enter")
    come(page, "find", "农民工工资")
    page.wait_for_function("document.querySelectorAll('.catalogue > li').length < 6") if js else None
    assert "农民工" in page.locator(".catalogue mark").first.inner_text()
    if js:
        leave_for(page, "?view=offices")
    else:
        page.goto(page.url.split("?")[0] + "?view=offices")
    page.fill("#find", "人社局")
    page.get_by_role("button", name="查找").click()
    come(page, "find", "人社局")
    page.wait_for_selector("h1:has-text('找到')")
    page.locator(".directory h2 a").first.click()
    come(page, "view", "office")
    page.wait_for_selector("h1:has-text('人力资源和社会保障局')")
    text = page.locator(".office").inner_text()
    assert "0358-8222401" in text and re.search(r"20\d\d年\d+月\d+日", text)
    assert page.locator(".office .duties li").count() > 5
    heads = page.locator(".office .hit h3").all_inner_texts()
    assert len(heads) == len(set(heads)) > 1
    page.locator(".office .duties a").first.click()
    page.wait_for_selector(".target")


@both
def test_a_long_notice(visit: Open, js: bool) -> None:
    page = visit(f"?notice={LONG}", js=js)
    assert page.evaluate("document.documentElement.scrollHeight") < 16_000  # all of it was 46,000 on a phone
    page.locator(".outline > summary").click()
    links = page.locator(".outline a")
    at = links.count() - 1
    while not links.nth(at).is_visible():
        at -= 1
    links.nth(at).click()
    page.wait_for_url("**#c*")
    page.wait_for_selector(f"#{page.url.rpartition('#')[2]}")
    assert is_seen(page, f"#{page.url.rpartition('#')[2]}")
    assert query(page)["page"] > "1"
    page.fill("#find", "食品")
    page.press("#find", "Enter")
    page.wait_for_selector("#found")
    assert is_seen(page, "#found") and "第 1 处" in page.locator("#found").inner_text()
    assert page.locator(".full mark").first.inner_text() == "食品"
    page.locator("#found").get_by_role("link", name="下一处").click()
    page.wait_for_url("**#c*")
    place = page.url.rpartition("#")[2]
    page.wait_for_selector(f"#{place} .step:has-text('第 2 处')")
    assert is_seen(page, f"#{place}")
    page.get_by_role("link", name="不找了").click()
    come(page, "find", None)


def test_the_tab_key_stops_at_few_things_in_a_long_notice(visit: Open) -> None:
    page = visit(f"?notice={LONG}")
    stops = page.evaluate(
        "[...document.querySelectorAll('#page a, #page button, #page input, #page select, #page summary, "
        '#page textarea, #page [tabindex="0"]\')].filter(one => one.tabIndex >= 0 && one.checkVisibility()).length'
    )
    assert stops < 45
    page.locator(".clause a.cite-here").nth(3).dispatch_event("click")
    page.wait_for_selector(".target .actions")
    assert page.locator(".target .copy").count() > 1


def test_suggestions_by_keyboard(visit: Open) -> None:
    page = visit("")
    box = page.locator("#q")
    box.fill("人社局")  # at once: each key asks anew, and the list of an earlier one may come in between
    page.wait_for_selector("#q-list li")
    assert box.get_attribute("aria-controls") == "q-list" and box.get_attribute("aria-autocomplete") == "list"
    if box.get_attribute("role") == "combobox":
        assert box.get_attribute("aria-expanded") == "true"
    assert page.locator("#q-list").get_attribute("role") == "listbox"
    assert "条建议" in page.locator("#said").inner_text()
    box.press("ArrowDown")
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("role") == "option" and chosen.get_attribute("aria-selected") == "true"
    assert page.evaluate("document.activeElement.id") == "q"
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("Escape")
    assert not page.locator("#q-list").is_visible() and box.input_value() == "人社局"
    box.press("Backspace")
    page.wait_for_selector("#q-list li")
    box.press("ArrowDown")
    wanted = page.locator("#q-list [aria-selected=true] span").first.inner_text()
    box.press("Enter")
    come(page, "q", wanted)
    page.wait_for_selector("#answer-head")


def test_suggestions_by_touch_and_none_where_nothing_fits(visit: Open) -> None:
    page = visit("")
    with page.expect_response("**/suggest") as answered:
        page.fill("#q", "火星移民")
    assert answered.value.json() == []
    assert not page.locator("#q-list").is_visible()
    page.fill("#q", "不发工")
    page.wait_for_selector("#q-list li")
    # On a phone the list lay over the button, so that who tapped that asked something else.
    page.get_by_role("button", name="查一查").click(trial=True)
    page.locator("#q-list li", has_text="不发工资").first.click()
    come(page, "q", "不发工资")


def test_recent_questions_stay_in_the_browser_and_can_be_erased(visit: Open) -> None:
    page = visit(f"?q={QUESTION}")
    for question in (SUBJECT, "生猪屠宰补贴", SUBJECT):
        leave_for(page, f"?q={question}")
        page.wait_for_selector("#answer-head")
    leave_for(page, "")
    page.wait_for_selector("#recent:not([hidden])")
    assert page.locator("#recent li a").all_inner_texts() == [SUBJECT, "生猪屠宰补贴", QUESTION]
    page.get_by_role("button", name="删除“生猪屠宰补贴”").click()
    assert page.locator("#recent li a").all_inner_texts() == [SUBJECT, QUESTION]
    page.locator("#recent li a").first.click()
    come(page, "q", SUBJECT)
    leave_for(page, "")
    page.get_by_role("button", name="全部清除").click()
    assert not page.locator("#recent").is_visible()
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    page.reload()
    ready(page)
    assert not page.locator("#recent").is_visible()


@both
def test_large_type_stays(visit: Open, js: bool) -> None:
    page = visit("?view=about", js=js)
    size = "getComputedStyle(document.documentElement).fontSize"
    usual = page.evaluate(size)
    page.get_by_role("link", name="大字").click()
    page.wait_for_selector("[data-big]:has-text('标准字号')")
    page.wait_for_load_state()  # without scripts it is another page, whose style sheets come first
    assert float(page.evaluate(size)[:-2]) == 1.25 * float(usual[:-2])
    page.get_by_role("link", name="公文目录").first.click()
    come(page, "view", "notices")
    page.wait_for_selector(".catalogue")
    if js:
        ready(page)
    page.reload()
    page.wait_for_selector(".catalogue")
    if js:
        ready(page)
    assert float(page.evaluate(size)[:-2]) == 1.25 * float(usual[:-2])
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.get_by_role("link", name="标准字号").click()
    page.wait_for_selector("[data-big]:has-text('大字')")
    page.wait_for_load_state()
    assert page.evaluate(size) == usual


# The browser's own interface, which has no voices on a machine without sound: what is said is written down.
VOICES = """
  window.said = [];
  const voices = VOICES;
  Object.defineProperty(window, 'speechSynthesis', { value: Object.assign(new EventTarget(), {
    getVoices: () => voices, speak: (one) => window.said.push(one.text), cancel: () => window.said.push(null) }) });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""
OWN, THEIRS = (
    "[{lang: 'zh-CN', localService: true}]",
    "[{lang: 'zh-CN', localService: false}, {lang: 'en', localService: true}]",
)


def test_reading_aloud_with_voices_of_this_machine_only(visit: Open) -> None:
    for voices in ("[]", THEIRS):
        page = visit(f"?q={QUESTION}", before=VOICES.replace("VOICES", voices))
        assert not page.locator("[data-read]").is_visible()
    for view, words in ((f"?q={QUESTION}", "0358-8222401"), (f"?notice={LONG}", "贯彻执行")):
        page = visit(view, before=VOICES.replace("VOICES", OWN))
        button = page.locator("[data-read]")
        button.click()
        assert button.inner_text() == "停止朗读"
        said = page.evaluate("window.said.filter(one => one)")
        assert "引用这一条" not in "".join(said)
        assert words in "".join(said) and max(map(len, said)) <= 120
        button.click()
        assert button.inner_text() == "朗读" and page.evaluate("window.said.at(-1)") is None


@both
def test_sharing_and_the_code_on_paper(visit: Open, js: bool) -> None:
    """The printed page is drawn and its code read, as a phone would."""
    cv2 = pytest.importorskip("cv2", reason="needs the extra documents")
    pdfium = pytest.importorskip("pypdfium2", reason="needs the extra documents")
    page = visit(f"?q={QUESTION}&big=1", js=js)
    tags = {
        one.get_attribute("property"): one.get_attribute("content") for one in page.locator("meta[property^=og]").all()
    }
    assert tags["og:title"].startswith(QUESTION) and tags["og:site_name"] == "公报问答"
    address = tags["og:url"]
    assert address.startswith(page.url.split("?")[0]) and parse_qs(urlsplit(address).query) == {"q": [QUESTION]}
    assert not page.locator(".code").is_visible()
    codes = set()
    for sheet in pdfium.PdfDocument(page.pdf(format="A4")):
        picture = sheet.render(scale=3).to_numpy()
        found, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(picture)
        codes |= set(texts) - {""} if found else set()
    assert codes == {address}
    if js:
        button = page.locator("[data-share]")
        assert button.inner_text() == "复制链接" and page.locator("[data-print]").is_visible()


@pytest.mark.parametrize("view", ["?view=about", "?view=about&big=1"])
@pytest.mark.parametrize("js", [False])
def test_the_ways_stand_in_one_line(visit: Open, view: str, js: bool) -> None:
    page = visit(view, js=js)
    boxes = [one.bounding_box() for one in page.locator(".top nav a").all()]
    assert len(boxes) == 5 and len({round(box["y"]) for box in boxes}) == 1
    assert all(box["height"] < 60 for box in boxes)
    lefts = [box["x"] for box in boxes]
    rights = [box["x"] + box["width"] for box in boxes]
    assert all(right <= left for right, left in zip(rights, lefts[1:], strict=False))
    assert rights[-1] <= page.viewport_size["width"]
    beyond = page.evaluate(
        "() => { const head = document.querySelector('.top .wide'), size = head.querySelector('.type');"
        " return head.getBoundingClientRect().right - parseFloat(getComputedStyle(head).paddingRight)"
        " - size.getBoundingClientRect().right }"
    )
    assert abs(beyond) < 2  # 大字 stands at the edge of the page; before, in the middle of a desk's


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_the_screen(visit: Open, view: str) -> None:
    page = visit(view, js=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(visit: Open, axe: str, view: str) -> None:
    """Nothing at all, with every fold open and suggestions shown."""
    page = visit(view, bypass_csp=True)
    page.evaluate("document.querySelectorAll('#page details').forEach(one => (one.open = true))")
    if page.locator("#q").count():
        page.locator("#q").fill("人社局")
        page.wait_for_selector("#q-list li")
        page.locator("#q").press("ArrowDown")
    page.evaluate(axe)
    found = page.evaluate("axe.run('#page')")
    assert not [(issue["id"], issue["impact"], issue["nodes"][0]["html"][:200]) for issue in found["violations"]]
