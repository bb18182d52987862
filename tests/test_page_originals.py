"""看原页: pictures of the pages of PDFs with the clause marked; of indexed files, as they were indexed."""

from __future__ import annotations

import io
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from page_support import HOSTILE, Server, await_text, every, new_page, ready, serving, watch_faults

pytest.importorskip("pypdfium2", reason="needs the extra documents")
pytest.importorskip("reportlab", reason="needs reportlab")

import make_scan
from PIL import Image

from corpus.documents.view import page_image
from corpus.guard import Reader
from index.build import build
from index.paths import DEFAULT_INPUT
from retriever.ask import Asker
from retriever.page import originals as module
from retriever.page.clause import actions
from retriever.page.collection import Collection
from retriever.page.original_view import sheets
from retriever.page.originals import OriginalLost, Originals, has_pictures
from retriever.page.view import View

if make_scan.font_path() is None:
    pytest.skip("needs a Chinese font: apt-get install fonts-wqy-zenhei", allow_module_level=True)

pytest_plugins = ["page_fixtures"]
QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"
SCAN_QUESTION = "文化旅游投资运营有限公司变更"
PHONE = {"width": 360, "height": 800}
DESK = {"width": 1440, "height": 900}
FILE = "公报 第2期.pdf"
# The same words stand in the tasks of many offices.
REPEATED = "离政办发〔2023〕9号/二.（三）.6.（5）"
OVER_THE_PAGE = "离政办发〔2023〕9号/二.（三）.10.（2）"


def _pages(number: str) -> list[make_scan.Page]:
    """The gazette's pages of one notice."""
    pages = make_scan.typeset(make_scan.read_items(DEFAULT_INPUT / "lishi-2023-02.txt"))
    begins = [at for at, page in enumerate(pages) if any(run.size == make_scan.TITLE for run in page.runs)]
    first = next(at for at in begins if number in pages[at].truth)
    return pages[first : next((at for at in begins if at > first), len(pages))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a PDF, a scan, and two texts, one of them with form feeds between its pages."""
    folder = tmp_path_factory.mktemp("originals") / "公报"
    (folder / "扫描").mkdir(parents=True)
    make_scan.write_text_pdf(_pages("离政办发〔2023〕9号"), folder / FILE)
    make_scan.write_scan(_pages("离政函〔2023〕26号"), folder / "扫描" / "扫描件.pdf")
    (folder / "文字.txt").write_text(HOSTILE, "utf-8")
    (folder / "分页.txt").write_text(HOSTILE.replace("1号", "2号").replace("二、", "\f二、"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def pdf_index(folder: Path) -> Path:
    index = folder.parent / "index"
    build([folder], index, dense=False)
    return index


@pytest.fixture(scope="module")
def shelf(pdf_index: Path) -> Collection:
    return Collection.of(Asker.open(pdf_index, dense=False), ready=())


@pytest.fixture(scope="module")
def running(pdf_index: Path) -> Iterator[Server]:
    with serving(pdf_index) as server:
        await_text(server.url, "已收录")
        yield server


@pytest.fixture
def replaced(folder: Path) -> Iterator[Path]:
    """The PDF, to be changed or moved; afterwards it is what it was."""
    path = folder / FILE
    kept = folder.parent / "kept.pdf"
    shutil.copy(path, kept)
    yield path
    shutil.copy(kept, path)


def clause_of(shelf: Collection, text: str) -> str:
    return next(entry.clause_id for entry in every(shelf.asker) if text in entry.text)


def yellow(image: Image.Image) -> tuple[list[int], float]:
    """The rows of pixels that are marked, and the share of all that is."""
    import numpy as np

    data = np.asarray(image.convert("RGB")).astype(int)
    marked = (data[:, :, 0] > 200) & (data[:, :, 2] < 170) & (data[:, :, 1] > 170)
    return [int(row) for row in np.flatnonzero(marked.sum(axis=1) > 20)], float(marked.mean())


def test_the_clause_is_marked_and_nothing_else(shelf: Collection, folder: Path) -> None:
    clause_id = clause_of(shelf, "咨询电话")
    page = shelf.clause(clause_id).clause.pages.start
    sheet = Originals().sheet(shelf, clause_id, page)
    picture = Image.open(io.BytesIO(sheet.data))
    assert (picture.format, picture.size) == ("JPEG", (sheet.width, sheet.height))
    rows, share = yellow(picture)
    assert sheet.begins is not None
    assert abs(rows[0] / sheet.height - sheet.begins[1]) < 0.005
    assert 0.0005 < share < 0.05
    plain = page_image(folder / FILE, page, 1.8)
    assert plain.size == picture.size
    assert yellow(plain) == ([], 0.0)


def test_of_equal_words_the_right_ones_are_marked(shelf: Collection) -> None:
    """The clause stands between its neighbours, though other offices have the same words on this page."""
    clauses = [entry.clause_id for entry in shelf.clauses_of("离政办发〔2023〕9号")]
    at = clauses.index(REPEATED)
    page = shelf.clause(REPEATED).clause.pages.start
    places = [Originals().sheet(shelf, one, page).begins for one in clauses[at - 1 : at + 2]]
    tops = [place[1] for place in places if place]
    assert len(tops) == 3
    assert tops == sorted(tops)
    assert tops[2] - tops[0] < 0.12
    words = shelf.clause(REPEATED).text[3:]
    same = [e for e in every(shelf.asker) if e.text[3:] == words and e.clause.pages.start == page]
    assert len(same) >= 2


def test_a_clause_over_two_pages_is_marked_on_both(shelf: Collection) -> None:
    entry = shelf.clause(OVER_THE_PAGE)
    first, last = entry.clause.pages.start, entry.clause.pages.end
    assert last == first + 1
    page = sheets(Originals(), shelf, OVER_THE_PAGE)
    assert page.count("<figure") == 2
    assert f"第 {first} 页" in page and f"第 {last} 页" in page
    begins = Originals().sheet(shelf, OVER_THE_PAGE, first).begins
    assert begins is not None and begins[1] > 0.8  # at the foot of the page


def test_a_scanned_page_is_marked_by_what_was_recognised(shelf: Collection, pdf_index: Path) -> None:
    clause_id = "离政函〔2023〕26号/文1"
    sheet = Originals().sheet(shelf, clause_id, 1)
    assert sheet.begins is not None
    rows, _ = yellow(Image.open(io.BytesIO(sheet.data)))
    assert rows
    cache = pdf_index / "cache" / "ocr"
    aside = cache.rename(cache.with_name("aside"))
    try:  # it would take seconds to recognise it again, for each who asks
        assert Originals().sheet(shelf, clause_id, 1).begins is None
        assert "没能认出这一条在页上的位置" in sheets(Originals(), shelf, clause_id)
    finally:
        aside.rename(cache)


def test_only_clauses_of_a_pdf_have_the_button(shelf: Collection) -> None:
    with_button = {entry.source.files[0] for entry in every(shelf.asker) if "看原页" in actions(entry, View())}
    assert with_button == {FILE, "扫描件.pdf"}
    paged = shelf.clause("某政发〔2024〕2号/二")
    assert paged.clause.pages is not None and not has_pictures(paged)


def test_without_the_packages_there_is_no_button(shelf: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = shelf.clause(REPEATED)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    module._available.cache_clear()
    try:
        assert "看原页" not in actions(entry, View())
    finally:
        monkeypatch.undo()
        module._available.cache_clear()
    assert "看原页" in actions(entry, View())


def test_addresses_are_relative(shelf: Collection) -> None:
    """They work behind a proxy under a path of its own, as those of the page do."""
    text = actions(shelf.clause(REPEATED), View()) + sheets(Originals(), shelf, REPEATED)
    addresses = [part.split('"')[0] for name in ('src="', 'href="') for part in text.split(name)[1:]]
    assert len(addresses) >= 5
    assert all(address.startswith(("?", "original")) for address in addresses)


def test_pictures_are_kept_and_dropped(shelf: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = Reader.draw

    def counting(reader: Reader, path: Path, page: int, *arguments: Any) -> Any:
        made.append(page)
        return real(reader, path, page, *arguments)

    monkeypatch.setattr(Reader, "draw", counting)
    pages = range(1, 4)
    ids = [
        next(e.clause_id for e in shelf.clauses_of("离政办发〔2023〕9号") if e.clause.pages.start == n) for n in pages
    ]
    roomy = Originals()
    sizes = [len(roomy.sheet(shelf, one, page).data) for one, page in zip(ids, pages, strict=True)]
    assert roomy.sheet(shelf, ids[0], 1).data and made == [1, 2, 3]
    made.clear()
    tight = Originals(kept=max(sizes) + 1)
    for one, page in [(ids[0], 1), (ids[0], 1), (ids[1], 2), (ids[0], 1)]:
        tight.sheet(shelf, one, page)
    assert made == [1, 2, 1]
    assert sum(len(sheet.data) for sheet in tight._sheets.values()) <= max(sizes) + 1


def test_a_changed_file_is_not_shown(shelf: Collection, replaced: Path) -> None:
    originals = Originals()
    page = shelf.clause(REPEATED).clause.pages.start
    before = originals.sheet(shelf, REPEATED, page)
    make_scan.write_text_pdf(_pages("离政函〔2023〕26号") * 7, replaced)
    with pytest.raises(OriginalLost, match=f"“{FILE}”在建索引以后改动过"):
        originals.sheet(shelf, REPEATED, page)  # though its picture is still kept
    replaced.unlink()
    with pytest.raises(OriginalLost, match="已经不在原来的位置"):
        originals.sheet(shelf, REPEATED, page)
    shutil.copy(replaced.parent.parent / "kept.pdf", replaced)
    assert originals.sheet(shelf, REPEATED, page) == before


def test_a_file_replaced_while_it_is_read_is_not_shown(
    shelf: Collection, replaced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Reader.draw

    def slow(*arguments: Any) -> Any:
        found = real(*arguments)
        with replaced.open("ab") as out:
            out.write(b"\n% changed")
        return found

    monkeypatch.setattr(Reader, "draw", slow)
    with pytest.raises(OriginalLost, match="改动过"):
        Originals().sheet(shelf, REPEATED, shelf.clause(REPEATED).clause.pages.start)


def test_a_file_of_that_name_elsewhere_is_not_taken(shelf: Collection, replaced: Path) -> None:
    """Only the bytes that were indexed count, wherever in the folders they are."""
    other = replaced.parent / "扫描" / FILE
    shutil.copy(replaced.parent / "扫描" / "扫描件.pdf", other)
    module._paths.cache_clear()
    try:
        page = shelf.clause(REPEATED).clause.pages.start
        assert Originals().sheet(shelf, REPEATED, page).begins is not None
        replaced.unlink()
        with pytest.raises(OriginalLost):
            Originals().sheet(shelf, REPEATED, page)
    finally:
        other.unlink()
        module._paths.cache_clear()


def test_a_pdf_in_an_archive(folder: Path, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "年报.zip", "w") as archive:
        archive.write(folder / FILE, f"内/{FILE}")
    build([tmp_path / "年报.zip"], tmp_path / "index", dense=False)
    shelf = Collection.of(Asker.open(tmp_path / "index", dense=False), ready=())
    page = shelf.clause(REPEATED).clause.pages.start
    assert Originals().sheet(shelf, REPEATED, page).begins is not None


def test_what_the_server_sends(running: Server) -> None:
    found = httpx.get(f"{running.url}/original", params={"clause": REPEATED})
    assert found.status_code == 200
    assert "<figure" in found.text and "这一条标成了黄色" in found.text
    page = found.text.split("page=")[1].split("&")[0]
    picture = httpx.get(f"{running.url}/original/picture", params={"clause": REPEATED, "page": page})
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["cache-control"].startswith("private")
    for answer in (found, picture):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


FOREIGN = (
    "",
    "/etc/passwd",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    FILE,
    f"公报/{FILE}",
    "离政办发〔2023〕9号",
    "离政办发〔2023〕9号/没有",
    "离政办发〔2023〕9号/../离政办发〔2023〕9号/一",
    "某政发〔2024〕1号/一",
    "\x00",
    "一" * 3000,
)


@pytest.mark.parametrize("clause", FOREIGN)
def test_what_is_not_a_clause_of_a_pdf_is_not_there(running: Server, clause: str) -> None:
    for route in ("original", "original/picture"):
        answer = httpx.get(f"{running.url}/{route}", params={"clause": clause, "page": "1"})
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/plain")
        assert "没有" in answer.text and "\n" not in answer.text


@pytest.mark.parametrize("page", ["", "0", "-1", "99", "1.5", "1e1", "１", "999999999999", "../1", "x"])
def test_a_page_out_of_range_is_not_there(running: Server, page: str) -> None:
    answer = httpx.get(f"{running.url}/original/picture", params={"clause": REPEATED, "page": page})
    assert answer.status_code == 404
    assert answer.text.startswith("这一条不在第")


@pytest.mark.parametrize(
    "path",
    [
        "/original/../../etc/passwd",
        "/original/%2e%2e/%2e%2e/etc/passwd",
        "/original/picture/..%2f..%2fetc%2fpasswd",
        "/original/etc/passwd",
        f"/original/{quote(FILE)}",
        "/original/picture/1",
        "/original//etc/passwd",
    ],
)
def test_no_path_leads_to_a_file(running: Server, path: str) -> None:
    port = int(running.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as raw:  # clients would tidy the path
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.split(b" ", 2)[1] == b"404"
    assert b"root:" not in answer and b"%PDF" not in answer


def test_the_server_says_that_a_file_has_changed(running: Server, shelf: Collection, replaced: Path) -> None:
    with replaced.open("ab") as out:
        out.write(b"\n% changed")
    page = shelf.clause(REPEATED).clause.pages.start
    found = httpx.get(f"{running.url}/original", params={"clause": REPEATED})
    assert found.status_code == 200
    assert "改动过" in found.text and "<img" not in found.text
    picture = httpx.get(f"{running.url}/original/picture", params={"clause": REPEATED, "page": page})
    assert picture.status_code == 409
    assert "改动过" in picture.text


def opened(browser: Any, url: str, **options: Any) -> tuple[Any, list[str], list[str]]:
    """A page in a context of its own, the addresses it asks for, and its faults."""
    page = new_page(browser, **options)
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    watch_faults(page, faults)
    page.goto(url)
    return page, asked, faults


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1440"])
@pytest.mark.parametrize("question", [QUESTION, SCAN_QUESTION], ids=["text", "scan"])
def test_the_page_is_opened_by_keyboard(
    browser: Any, running: Server, size: dict[str, int], question: str, tmp_path: Path
) -> None:
    page, asked, faults = opened(browser, f"{running.url}/?q={question}", viewport=size)
    ready(page)
    place = page.locator(".original").first
    assert not [url for url in asked if "/original" in url]
    place.locator("summary").focus()
    page.keyboard.press("Enter")
    image = place.locator("img").first
    image.wait_for()
    page.wait_for_function("() => document.querySelector('.original img').naturalWidth > 0")
    assert [url for url in asked if "/original?" in url] and [url for url in asked if "/original/picture?" in url]
    assert "第" in image.get_attribute("alt") and "黄色" in image.get_attribute("alt")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    pan = place.locator(".pan").first
    rows, _ = yellow(Image.open(io.BytesIO(pan.screenshot())))
    assert rows, "the mark is not in sight"
    page.keyboard.press("Tab")  # 看大图
    page.keyboard.press("Tab")  # the picture itself, moved by the arrow keys
    assert page.evaluate("document.activeElement.className") == "pan"
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    pan.scroll_into_view_if_needed()
    page.screenshot(path=folder / f"original-{size['width']}-{'text' if question == QUESTION else 'scan'}.png")
    pages = [url for url in asked if "/original" in url]
    place.locator("summary").click()
    place.locator("summary").click()
    assert [url for url in asked if "/original" in url] == pages, "opened again, it is still there"
    page.context.close()
    assert not faults


def test_it_says_in_place_that_the_file_has_changed(browser: Any, running: Server, replaced: Path) -> None:
    with replaced.open("ab") as out:
        out.write(b"\n% changed")
    page, _, faults = opened(browser, f"{running.url}/?q={QUESTION}")
    ready(page)
    page.locator(".original summary").first.click()
    page.wait_for_selector(".original:has-text('改动过')")
    assert page.locator(".original img").count() == 0
    page.context.close()
    assert not faults


def test_without_scripts_a_link_opens_the_picture(browser: Any, running: Server) -> None:
    page, asked, _ = opened(browser, f"{running.url}/?q={QUESTION}", java_script_enabled=False)
    page.locator(".original summary").first.click()
    assert not [url for url in asked if "/original" in url]
    with page.context.expect_page() as other:
        page.locator(".original a").first.click()
    other.value.wait_for_load_state()
    assert "/original/picture?" in other.value.url
    page.context.close()


def test_the_notice_has_it_too(browser: Any, running: Server) -> None:
    page, _, faults = opened(browser, f"{running.url}/?notice=离政办发〔2023〕9号&clause={quote(REPEATED)}")
    ready(page)
    page.locator(".target .original summary").click()
    page.wait_for_selector(".target .original img")
    page.context.close()
    assert not faults
