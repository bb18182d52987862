"""Scanned pages: the error rate, seals, pages on their side, the cache, doubtful lines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rapidocr", reason="needs the extra documents")
pytest.importorskip("pypdfium2", reason="needs the extra documents")
pytest.importorskip("reportlab", reason="needs reportlab")

import make_scan
from documents_eval import error_rate

from corpus.documents.ocr import Recogniser, page_from_json, page_to_json
from corpus.documents.pages import Box, PageContent, Rule, Segment
from corpus.documents.pdf import open_pdf, source_of
from corpus.documents.scans import skew_of, without_seals
from corpus.documents.view import Passage, locate, page_image
from corpus.model import Span
from corpus.sources import read_source

if make_scan.font_path() is None:
    pytest.skip("needs a Chinese font: apt-get install fonts-wqy-zenhei", allow_module_level=True)

GAZETTE = Path(__file__).parent.parent / "corpus" / "bulletins" / "lishi-2023-02.txt"


@pytest.fixture(scope="module")
def pages() -> list[make_scan.Page]:
    return make_scan.typeset(make_scan.read_items(GAZETTE))


@pytest.fixture(scope="module")
def sealed(pages: list[make_scan.Page], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A scanned page with a seal and a table, the cache folder, and the page's text."""
    page = next(page for page in pages if page.stamp and page.rules[1:] and len("".join(page.truth)) > 500)
    folder = tmp_path_factory.mktemp("scan")
    make_scan.write_scan([page], folder / "scan.pdf")
    return folder / "scan.pdf", folder / "cache", "\n".join(page.truth)


def test_a_page_with_a_seal_and_a_table(sealed: tuple[Path, Path, str]) -> None:
    path, cache, truth = sealed
    source = read_source(path, cache)
    text = "\n".join(line.text for line in source.lines if "公报" not in line.text or len(line.text) > 14)
    assert error_rate(truth, text) <= 0.01
    table = [line.text.split("\t") for line in source.lines if "\t" in line.text]
    assert len(table) >= 4
    assert len({len(row) for row in table}) == 1


def test_a_second_run_recognises_nothing(sealed: tuple[Path, Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache, _ = sealed
    first = read_source(path, cache)

    def fail(*_: Any) -> None:
        raise AssertionError("recognised again")

    monkeypatch.setattr(Recogniser, "_recognise", fail)
    assert read_source(path, cache) == first


def test_a_spoiled_cache_file_is_passed_over(sealed: tuple[Path, Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "ocr"
    folder.mkdir()
    (folder / "key.json").write_text('{"size": [595', encoding="utf-8")
    assert Recogniser(tmp_path)._load("key") is None


def test_a_clause_is_found_on_its_page(sealed: tuple[Path, Path, str]) -> None:
    path, cache, truth = sealed
    number = next(line for line in truth.split("\n") if "〔" in line and len(line) < 16)
    (box,) = locate(path, 1, Passage(number, Span(1, 1)), cache)
    assert 0.3 < box.x0 < box.x1 < 0.7
    assert 0.1 < box.top < box.bottom < 0.3
    image = page_image(path, 1, scale=0.5)
    assert image.size == (298, 421)


def test_a_page_scanned_upside_down_is_read(pages: list[make_scan.Page], tmp_path: Path) -> None:
    short = next(page for page in pages if page.stamp and 100 < len("".join(page.truth)) < 250)
    path = tmp_path / "turned.pdf"
    make_scan.draw(short, 110, seed=1).rotate(180).save(path, resolution=110)
    source = read_source(path, tmp_path)
    text = "\n".join(line.text for line in source.lines if "公报" not in line.text and line.text != "政府文件")
    assert error_rate("\n".join(short.truth), text) <= 0.02
    # Its picture shows the page as it was scanned: the title, at the head of the page, is at its foot.
    boxes = locate(path, 1, Passage(short.truth[0], Span(1, 1)), tmp_path)
    assert boxes
    assert all(0.8 < box.top < box.bottom < 0.95 for box in boxes)


@pytest.mark.parametrize("angle", [90, 270])
def test_a_table_on_its_side_is_read_upright(tmp_path: Path, angle: int) -> None:
    offices = ("区住建局", "区交通局", "区水利局", "区教体局", "区民政局", "区卫健局", "区人社局", "区财政局")
    rows = [("序号", "项目名称", "建设地点", "负责单位", "完成时限")]
    for number, office in enumerate(offices, 1):
        rows.append((str(number), f"第{number}批老旧小区改造", "凤山街道龙凤社区", office, f"2023年{number}月底"))
    setter = make_scan.Typesetter("公报")
    setter.table(tuple(rows))
    path = tmp_path / "side.pdf"
    make_scan.draw(setter.page, 150, seed=1, skew=0.3).rotate(angle, expand=True).save(path, resolution=150)
    lines = [line.text.split("\t") for line in read_source(path).lines]
    assert [line[1:] for line in lines] == [list(row[1:]) for row in rows]
    assert sum(line[0] == row[0] for line, row in zip(lines, rows, strict=True)) >= 7  # single digits get lost


def test_pages_without_text_between_others(pages: list[make_scan.Page], tmp_path: Path) -> None:
    """A blank page, a photograph and a page with a seal alone each ended in an IndexError, and the whole file
    was lost."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    size = (1000, 1414)
    shades = Image.linear_gradient("L").resize(size).convert("RGB")
    sealed = make_scan.draw(make_scan.Page(stamp=(300, 400)), 120, seed=1)
    text = make_scan.draw(pages[0], 120, seed=2)
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    for image in (Image.new("RGB", size, "white"), shades, sealed, text):
        canvas.drawImage(ImageReader(image), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    source = read_source(tmp_path / "a.pdf")
    assert {line.page for line in source.lines} == {4}
    assert error_rate("\n".join(pages[0].truth), "\n".join(line.text for line in source.lines)) <= 0.05
    empty = [f"第 {number} 页没有认出文字（空白页或图片）" for number in (1, 2, 3)]
    assert [warning.what for warning in source.warnings if "没有认出文字" in warning.what] == empty


def test_a_red_title_is_no_seal() -> None:
    import numpy as np

    image = np.full((600, 900, 3), 250, np.uint8)
    image[100:160, 100:800] = (40, 30, 210)  # a broad band of red
    kept, seals = without_seals(image, 150 / 72)
    assert kept is image
    assert seals == []


def test_skew_is_measured_on_long_lines() -> None:
    falling = [[(0, y), (600, y + 6), (600, y + 26), (0, y + 20)] for y in range(0, 200, 40)]
    assert skew_of(falling) == pytest.approx(0.573, abs=0.01)
    assert skew_of(falling[:2]) == 0.0


def test_skew_is_measured_on_the_rows_of_a_table() -> None:
    def cell(x: int, y: int) -> list[tuple[int, int]]:
        top = y + round(x * 0.006)
        return [(x, top), (x + 40, top), (x + 40, top + 20), (x, top + 20)]

    cells = [cell(x, y) for x in range(0, 800, 160) for y in range(0, 200, 40)]
    assert skew_of(cells) == pytest.approx(0.34, abs=0.06)


def test_a_page_survives_its_json() -> None:
    box = Box(10.0, 20.0, 110.0, 32.0)
    segment = Segment(box, "二〇二三年", 10.0, (10.0, 30.0, 50.0, 70.0, 90.0), 0.93, Box(11.0, 21.0, 111.0, 33.0))
    inner = PageContent(0, 842.0, 595.0, (segment,), (), "ocr")
    page = PageContent(0, 595.0, 842.0, (segment,), (Rule(box),), "ocr", inner)
    assert page_from_json(json.loads(json.dumps(page_to_json(page)))) == page


def test_a_doubtful_line_is_shown_to_a_person_and_not_changed() -> None:
    box = Box(60.0, 100.0, 260.0, 112.0)
    segment = Segment(box, "二〇二三年四月六日", 10.0, tuple(60.0 + 10 * n for n in range(9)), 0.55)
    sure = replace(segment, text="区政府常务会议纪要", score=0.99, box=replace(box, top=120.0, bottom=132.0))
    source = source_of("a.pdf", (PageContent(7, 595.0, 842.0, (segment, sure), (), "ocr"),))
    assert "二〇二三年四月六日" in source.lines[0].text
    (warning,) = source.warnings
    assert "第 7 页" in warning.what
    assert "二〇二三年四月六日" in warning.what


def test_an_open_pdf_is_closed_again(sealed: tuple[Path, Path, str]) -> None:
    with open_pdf(sealed[0], "a.pdf") as document:
        assert len(document) == 1
