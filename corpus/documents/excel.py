"""An Excel workbook (.xls, .xlsx, WPS .et) into lines: sheet by sheet, title rows as text, the rest as rows of cells.

Read by python-calamine (one library for both forms, in Rust). It gives values and not their formats, so a whole
number is written without a decimal point (telephone numbers), a date as 2014年4月1日. Hidden sheets are left out
and listed. Empty rows and columns go; a merged cell stands in each row it covers (`corpus.documents.cells`).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from corpus.coverage import letters_of
from corpus.dates import only_date
from corpus.documents.cells import Cells, join_paragraphs
from corpus.documents.extra import require
from corpus.documents.lines import Lines
from corpus.errors import InputError
from corpus.text import ends_sentence, squash

MAX_XML = 128 << 20  # bytes of a workbook's parts: a list of a million rows has some 60 MB
MAX_CELLS = 5_000_000  # places of a sheet, empty ones included: the library keeps all of them in memory
_LONGEST_NAME = 40  # letters of a table's name above its heads, as of any heading (`corpus.joins`)
_MAX_TITLE = 120  # letters; the longest title of 2,000 central documents has about 90
_DEFAULT = re.compile(r"(?:Sheet|工作表|Chart|Macro)\d*", re.IGNORECASE)  # names that programs give by themselves
_DATED = re.compile(
    r"^(?=.{0,300}?[^\d\s年月日])(.{1,300}?)\s{1,20}((?:19|20)\d\d年\d{1,2}月\d{1,2}日)"
)  # a title row that ends with its date
_SHEET_GAP = ["", ""]  # two blank lines part documents of one file
_HIDDEN = "隐藏的工作表"
_TODO = "请用 Excel 或 WPS 打开后另存一份再试"
_DIGIT = re.compile(r"\d")
_Row = list[tuple[int, str]]  # the filled cells of a row with their columns


def read_excel(data: bytes, where: str) -> Lines:
    """The workbook's lines. Raises InputError where it is broken, locked, too large or empty."""
    calamine = require("python_calamine")
    _check_size(data, where)
    out = Lines(letters=Counter())
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                    _read_sheet(
                        book.get_sheet_by_name(sheet.name),
                        sheet.name,
                        out,
                        where,
                        shown=sheet.visible == calamine.SheetVisibleEnum.Visible,
                    )
    except calamine.PasswordError as err:
        raise InputError("这个文件有密码，打不开", where, "请去掉密码后另存一份再试") from err
    except (calamine.CalamineError, OSError, ValueError) as err:
        raise InputError("这个 Excel 表格已损坏，打不开", where, _TODO) from err
    if not any(line.strip() for line in out.lines):
        raise InputError("这个 Excel 表格里没有文字", where, _TODO)
    return out


def _check_size(data: bytes, where: str) -> None:
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(
                item.file_size for item in archive.infolist() if item.filename.endswith((".xml", ".bin", ".rels"))
            )
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as err:
        raise InputError("这个 Excel 表格已损坏，打不开", where, _TODO) from err
    if size > MAX_XML:
        raise InputError(f"这个 Excel 表格太大（解压后超过 {MAX_XML >> 20} MB）", where, "请拆成几个文件再试")


def _read_sheet(sheet: Any, name: str, out: Lines, where: str, *, shown: bool) -> None:
    height, width = sheet.total_height, sheet.total_width
    if (height + 1) * (width + 1) > MAX_CELLS:
        raise InputError(
            f"工作表“{name}”太大（超过 {MAX_CELLS // 10_000} 万格）", where, "请删去空白的行和列，或拆成几个文件再试"
        )
    rows = [_filled(row) for row in sheet.to_python(skip_empty_area=False)]
    assert out.letters is not None
    out.letters += letters_of(text for row in rows for _, text in row)
    if not shown:
        out.leave_out(" ".join(text for row in rows for _, text in row), f"{_HIDDEN}“{name}”")
        return
    spans = {start: (end[0] - start[0] + 1, end[1] - start[1] + 1) for start, end in sheet.merged_cell_ranges or ()}
    lines = list(_lines(rows, spans))
    if not lines:
        return
    if out.lines:
        out.lines += _SHEET_GAP
    title = lines[0] if "\t" not in lines[0] and len(squash(lines[0])) <= _MAX_TITLE else None
    if title is not None:
        dated = _DATED.fullmatch(title)
        lines[:1] = [f"# {dated[1]}", dated[2]] if dated else [f"# {title}"]
    elif not _DEFAULT.fullmatch(name.strip()):
        lines.insert(0, f"# {name.strip()}")
    out.lines += _with_headings(lines)


def _with_headings(lines: list[str]) -> list[str]:
    """Lines of a sheet, those marked as headings below which another table begins: its heads come again, or it is the
    first one. A line between the rows of one table names a group of them."""
    out = list(lines)
    heads: set[str] = set()  # of the table above
    for at, line in enumerate(lines):
        below = lines[at + 1].split("\t") if at + 1 < len(lines) else []
        if "\t" in line:
            heads = heads or set(line.split("\t"))
            continue
        again = not heads or len(heads & {cell for cell in below if cell}) > 0
        begins = len(below) > 1 and again and not any(_DIGIT.search(cell) for cell in below)
        begins = begins and not line.startswith("#") and only_date(line) is None and not ends_sentence(line)
        if begins and len(squash(line)) <= _LONGEST_NAME:
            out[at] = f"## {line}"
            heads = set()
    return out


def _filled(row: Sequence[Any]) -> _Row:
    return [(column, text) for column, value in enumerate(row) if (text := _shown(value))]


def _shown(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, str):
        return join_paragraphs(value.replace("\t", " ").split("\n"))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else f"{value:.12g}"
    if isinstance(value, dt.datetime):
        clock = value.time()
        return _date(value) + (f" {clock:%H:%M}" if clock != dt.time() else "")
    if isinstance(value, dt.date):
        return _date(value)
    return f"{value:%H:%M}" if isinstance(value, dt.time) else str(value)


def _date(value: dt.date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def _lines(rows: list[_Row], spans: dict[tuple[int, int], tuple[int, int]]) -> Iterator[str]:
    """Lines of a sheet: a row with one cell is text, rows with more are a table up to the next row of text."""
    # Rows into which a cell reaches from above belong to the table of that cell.
    reached = {row for (top, _), (high, _) in spans.items() for row in range(top + 1, min(top + high, len(rows)))}
    at = 0
    while at < len(rows):
        if len(rows[at]) < 2:
            if rows[at]:
                yield rows[at][0][1]
            at += 1
            continue
        end = at + 1
        while end < len(rows) and (len(rows[end]) >= 2 or (end in reached and rows[end])):
            end += 1
        yield from _table(rows[at:end], at, spans)
        at = end


def _table(rows: list[_Row], top: int, spans: dict[tuple[int, int], tuple[int, int]]) -> Iterator[str]:
    """The rows of one table, without columns that hold nothing."""
    used = sorted({column for row in rows for column, _ in row})
    place = {column: at for at, column in enumerate(used)}
    cells = Cells(len(rows))
    for at, row in enumerate(rows):
        for column, text in row:
            high, wide = spans.get((top + at, column), (1, 1))
            cells.add(
                at,
                place[column],
                text,
                high,
                sum(column <= one < column + wide for one in used[place[column] :][:wide]),
            )
    for line in cells.lines():
        if any(line):
            yield "\t".join(line)
