"""PDFs with a text layer: order, paragraphs, furniture, tables, and what goes wrong."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError
from corpus.sources import read_source

pytest.importorskip("pypdfium2", reason="needs the extra documents")
pytest.importorskip("reportlab", reason="needs reportlab")

from documents_helpers import column, grid, pdf

from corpus.documents.pages import Box
from corpus.documents.pdf import open_pdf
from corpus.documents.view import Passage, locate, page_image
from corpus.model import Span

LEFT = [
    "　　第一条为了规范本区的管理工作，保障群众",
    "的合法权益，根据有关法律法规的规定，结合本",
    "区实际，制定本办法。",
]
RIGHT = ["　　第二条本办法适用于本区行政区域以内的全", "部活动，国家另有规定的从其规定，由区政府办", "公室负责解释。"]
FILLER = [
    "　　各单位应当按照职责分工做好相关工作并且于",
    "每个季度末向区政府办公室报送工作进展情况。",
] * 3


def texts(path: Path, page: int | None = None) -> list[str]:
    """Lines without the spaces that mark where a line was wrapped."""
    lines = read_source(path).lines
    return [line.text.replace(" ", "") for line in lines if page is None or line.page == page]


def two_columns(canvas: Any) -> None:
    column(canvas, 197, ["某某区人民政府管理办法"], top=770, size=18)
    column(canvas, 60, LEFT + FILLER)
    column(canvas, 310, RIGHT + FILLER)


def test_columns_are_read_one_after_the_other_and_wrapped_lines_joined(tmp_path: Path) -> None:
    lines = texts(pdf(tmp_path / "a.pdf", [two_columns]))
    assert lines[0] == "某某区人民政府管理办法"
    assert lines[1] == "".join(LEFT).strip("　")
    assert lines[5] == "".join(RIGHT).strip("　")


def test_a_paragraph_that_goes_over_a_column_is_one_line(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        column(canvas, 60, [*FILLER, *LEFT[:2]])
        column(canvas, 310, [LEFT[2], *FILLER])

    assert "".join(LEFT).strip("　") in texts(pdf(tmp_path / "a.pdf", [draw]))


def test_a_paragraph_that_goes_over_a_page_is_marked(tmp_path: Path) -> None:
    pages = [
        lambda canvas: column(canvas, 60, [*FILLER, *LEFT[:2]]),
        lambda canvas: column(canvas, 60, [LEFT[2], *FILLER]),
    ]
    lines = read_source(pdf(tmp_path / "a.pdf", pages)).lines
    first = next(line for line in lines if line.page == 2)
    assert first.continues
    assert sum(line.continues for line in lines) == 1


def test_a_heading_is_not_glued_to_what_stands_around_it(tmp_path: Path) -> None:
    lines = [*FILLER, "　　一、总体要求", "　　（一）指导思想", *LEFT]
    assert {"一、总体要求", "（一）指导思想"} <= set(texts(pdf(tmp_path / "a.pdf", [lambda c: column(c, 60, lines)])))


def running(number: int) -> Any:
    def draw(canvas: Any) -> None:
        column(canvas, 240, ["某某区人民政府公报"], top=800, size=9)
        column(canvas, 60, [f"　　第{number}页的文字，每页都不相同，所以留下。", *FILLER])
        column(canvas, 280, [f"— {number + 92} —"], top=40, size=9)

    return draw


def test_running_heads_and_page_numbers_are_left_out_and_listed(tmp_path: Path) -> None:
    source = read_source(pdf(tmp_path / "a.pdf", [running(n) for n in range(1, 5)]))
    text = "".join(line.text for line in source.lines)
    assert "公报" not in text
    assert "—" not in text
    assert all(f"第{n}页的文字" in text for n in range(1, 5))
    assert [left.text for left in source.left_out].count("某某区人民政府公报") == 4
    assert source.printed_pages == ((1, "93"), (2, "94"), (3, "95"), (4, "96"))


def test_a_heading_at_the_top_of_some_pages_stays(tmp_path: Path) -> None:
    pages = [lambda c, n=n: column(c, 60, [f"附件{n}", *FILLER], top=790) for n in range(1, 5)]
    assert [line for line in texts(pdf(tmp_path / "a.pdf", pages)) if line.startswith("附件")] == [
        "附件1",
        "附件2",
        "附件3",
        "附件4",
    ]


def table(canvas: Any) -> None:
    column(canvas, 60, FILLER[:2])
    grid(canvas, [60, 120, 300, 420], [690, 660, 630, 600])
    for y, cells in ((670, "序号 项目名称 负责单位"), (640, "1 老旧小区改造 区住建局"), (610, "2 农村公路 区交通局")):
        for x, cell in zip((65, 125, 305), cells.split(), strict=True):
            canvas.drawString(x, y, cell)


def test_a_ruled_table_gives_rows_of_cells(tmp_path: Path) -> None:
    lines = texts(pdf(tmp_path / "a.pdf", [table]))
    assert lines[-3:] == ["序号\t项目名称\t负责单位", "1\t老旧小区改造\t区住建局", "2\t农村公路\t区交通局"]


def test_a_cell_over_several_rows_stands_in_each_of_them(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        for y in (690, 660, 600):
            canvas.line(60, y, 420, y)
        canvas.line(200, 630, 420, 630)
        for x in (60, 200, 420):
            canvas.line(x, 690, x, 600)
        cells = ((65, 670, "单位"), (205, 670, "任务"), (65, 625, "区住建局"), (205, 640, "改造"), (205, 610, "验收"))
        for x, y, text in cells:
            canvas.drawString(x, y, text)

    assert texts(pdf(tmp_path / "a.pdf", [draw])) == ["单位\t任务", "区住建局\t改造", "区住建局\t验收"]


def test_a_table_without_ruling_is_known_by_its_alignment(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        column(canvas, 60, FILLER[:2])
        for row, cells in enumerate(("乡镇 亩数 户数", "信义镇 120 35", "坪头乡 98 21", "枣林乡 77 19")):
            for x, cell in zip((60, 220, 380), cells.split(), strict=True):
                canvas.drawString(x, 680 - 20 * row, cell)

    assert texts(pdf(tmp_path / "a.pdf", [draw]))[-2:] == ["坪头乡\t98\t21", "枣林乡\t77\t19"]


@pytest.mark.parametrize("angle", [90, -90])
def test_a_turned_table_is_read_upright(tmp_path: Path, angle: int) -> None:
    def draw(canvas: Any) -> None:
        column(canvas, 60, ["附件1"], top=760)
        canvas.translate(297, 400)
        canvas.rotate(angle)
        canvas.translate(-200, -660)
        table(canvas)

    lines = texts(pdf(tmp_path / "a.pdf", [draw]))
    assert lines[0] == "附件1"
    assert lines[-3:] == ["序号\t项目名称\t负责单位", "1\t老旧小区改造\t区住建局", "2\t农村公路\t区交通局"]


def test_a_page_with_its_own_rotation_is_read_as_it_is_shown(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setPageRotation(90)
        canvas.translate(595, 0)
        canvas.rotate(90)
        column(canvas, 60, LEFT, top=500)

    assert texts(pdf(tmp_path / "a.pdf", [draw])) == ["".join(LEFT).strip("　")]


def found(path: Path, text: str, before: str = "", after: str = "") -> list[Box]:
    return locate(path, 1, Passage(text, Span(1, 1), before, after))


def test_a_clause_is_found_line_by_line_and_nothing_else(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [two_columns])
    boxes = found(path, "".join(LEFT))
    assert len(boxes) == len(LEFT)
    assert all(0 < box.x0 < box.x1 < 0.5 and 0 < box.top < box.bottom < 1 for box in boxes)
    assert found(path, "本页没有这句话，别处也没有。") == []


def test_of_equal_texts_the_one_between_its_neighbours_is_found(tmp_path: Path) -> None:
    lines = [
        "　　一、区住建局",
        "　　（一）督促落实",
        "　　（二）完成其他事项",
        "　　二、区交通局",
        "　　（一）督促落实",
    ]
    path = pdf(tmp_path / "a.pdf", [lambda c: column(c, 60, [*FILLER, *lines, *FILLER])])
    (first,) = found(path, "（一）督促落实", before="一、区住建局", after="（二）完成其他事项")
    (second,) = found(path, "（一）督促落实", before="（二）完成其他事项二、区交通局")
    assert first.bottom < second.top


def test_a_text_over_the_page_is_found_on_both_and_its_twin_is_not(tmp_path: Path) -> None:
    pages = [
        lambda c: column(c, 60, [*LEFT, *FILLER, *LEFT[:2]]),
        lambda c: column(c, 60, [LEFT[2], *FILLER, *LEFT]),
    ]
    path = pdf(tmp_path / "a.pdf", pages)
    first, second = (locate(path, page, Passage("".join(LEFT), Span(1, 2))) for page in (1, 2))
    assert len(first) == 2 and first[0].top > 0.25
    assert len(second) == 1 and second[0].top < 0.15


def test_part_of_a_line_is_marked_as_such(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf", [lambda c: column(c, 60, ["　　第一条各单位应当做好工作。第二条本办法自公布之日起施行。"])]
    )
    (whole,) = found(path, "第一条各单位应当做好工作。第二条本办法自公布之日起施行。")
    (part,) = found(path, "第二条本办法自公布之日起施行。")
    assert whole.x0 < part.x0 < part.x1 == whole.x1


def test_a_text_with_repaired_characters_is_found(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [two_columns])
    assert len(found(path, "".join(LEFT).replace("权益", "利益"))) >= len(LEFT)
    assert found(path, "规范本区的" + "别的文件里的话，这一页上没有" * 3) == []


def test_a_row_of_a_table_is_found_by_its_cells(tmp_path: Path) -> None:
    boxes = found(pdf(tmp_path / "a.pdf", [table]), "2农村公路区交通局")
    assert len(boxes) == 3
    assert max(box.top for box in boxes) - min(box.top for box in boxes) < 0.01
    assert boxes[0].top * 842 == pytest.approx(842 - 620, abs=4)


def test_the_picture_of_a_page(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [two_columns])
    assert page_image(path, 1, scale=1.0).size == (595, 842)
    with pytest.raises(InputError, match="没有第 2 页"):
        page_image(path, 2)


def test_a_page_without_measure_makes_no_huge_picture(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [lambda c: (c.setPageSize((14_400, 7_200)), column(c, 60, LEFT))])
    assert page_image(path, 1, scale=2.0).size == (2400, 1200)


def test_one_document_is_open_at_a_time(tmp_path: Path) -> None:
    """PDFium must not be called from two threads at once."""
    path = pdf(tmp_path / "a.pdf", [two_columns])
    drawn: list[str] = []
    other = threading.Thread(target=lambda: drawn.append(str(page_image(path, 1, scale=0.1).size)))
    with open_pdf(path, "a.pdf"):
        other.start()
        other.join(0.5)
        assert not drawn
    other.join(20)
    assert len(drawn) == 1


def test_an_empty_page_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    pages = [lambda c: column(c, 60, LEFT), lambda c: None, lambda c: column(c, 60, RIGHT)]
    source = read_source(pdf(tmp_path / "a.pdf", pages))
    assert [line.page for line in source.lines] == [1, 3]
    assert [warning.what for warning in source.warnings] == ["第 2 页是空白页"]


def test_a_broken_page_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [lambda c: column(c, 60, LEFT), lambda c: column(c, 60, RIGHT)])
    data = path.read_bytes()
    second = data.rindex(b"/Type /Page\n") if b"/Type /Page\n" in data else data.rindex(b"/Type /Page ")
    begin = data.rindex(b"<<", 0, data.rindex(b"/MediaBox", 0, second))
    end = data.index(b"endobj", second)
    path.write_bytes(data[:begin] + b"null".ljust(end - begin) + data[end:])
    source = read_source(path)
    assert {line.page for line in source.lines} == {1}
    assert [warning.what for warning in source.warnings] == ["第 2 页已损坏，没有读出"]


def test_an_encrypted_pdf_is_refused_by_name(tmp_path: Path) -> None:
    path = pdf(tmp_path / "密.pdf", [lambda c: column(c, 60, LEFT)], encrypt="secret")
    with pytest.raises(InputError, match=r"密\.pdf：这个 PDF 有密码"):
        read_source(path)


def test_a_broken_pdf_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "坏.pdf"
    path.write_bytes(b"%PDF-1.7\n nothing behind it")
    with pytest.raises(InputError, match=r"坏\.pdf：这个 PDF 已损坏"):
        read_source(path)


def test_a_pdf_of_empty_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有读出文字"):
        read_source(pdf(tmp_path / "a.pdf", [lambda c: None]))


def test_a_missing_extra_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path / "a.pdf", [two_columns])
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(InputError, match="make setup-documents"):
        read_source(path)


def test_a_text_layer_without_meaning_is_not_trusted(tmp_path: Path) -> None:
    from dataclasses import replace

    import pypdfium2

    from corpus.documents.glyphs import read_page
    from corpus.documents.pdf import has_usable_text

    document = pypdfium2.PdfDocument(pdf(tmp_path / "a.pdf", [two_columns]))
    page = document[0]
    content = read_page(page, 1)
    assert has_usable_text(content, page)
    strange = tuple(replace(s, text="\ue123" * len(s.text)) for s in content.segments)
    assert not has_usable_text(replace(content, segments=strange), page)
    page.close()
    document.close()


@pytest.mark.slow
def test_memory_stays_under_a_gigabyte_for_800_pages(tmp_path: Path) -> None:
    path = pdf(tmp_path / "long.pdf", [two_columns] * 800)
    code = (
        "import sys; from pathlib import Path; from corpus.sources import read_source;"
        "lines = read_source(Path(sys.argv[1])).lines;"
        # Not getrusage: its peak begins with that of the process that started this one.
        "peak = Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0];"
        "print(lines[-1].page, peak)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    page, kibibytes = map(int, done.stdout.split())
    assert page == 800
    assert kibibytes < 1024 * 1024
