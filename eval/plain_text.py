"""The text of a file as other people's programs take it out: what a user would search who doesn't use our parser.

Web pages by inscriptis (all text of the page, blocks as lines, cells of a row in one line), Word by python-docx, PDF by
pypdfium2, spreadsheets by python-calamine: kept libraries. Of the 207 quotes of our open labels none is lost. No
library for Python reads Chinese .doc (kreuzberg 4.10 and sharepoint-to-text 2.0 were tried: no quote of 23);
LibreOffice does, and it is asked where it is installed. What a file is its content says; a suffix may be wrong.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from corpus.documents.archive import inner_names, input_data
from corpus.errors import InputError
from corpus.reading import decode

OFFICE_SECONDS = 900.0  # LibreOffice reads 50 files in some ten; this only ends a hang
_OLE, _RTF, _PDF, _ZIP = b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%PDF", b"PK\x03\x04"
_SHEETS = (".xls", ".et")
_PAGES = (".html", ".htm", ".shtml", ".mht", ".xhtml")


def plain_texts(paths: Mapping[str, Path]) -> dict[str, str]:
    """Name → text of each file, in order; empty where nothing here takes text out of it (a scan, a picture)."""
    texts: dict[str, str] = {}
    for_office: dict[str, bytes] = {}
    for name, path in paths.items():
        texts[name] = ""
        try:
            data = input_data(path)
            if _is_for_office(data, path.suffix.lower()):
                for_office[name] = data
            else:
                texts[name] = _text(data, path.suffix.lower())
        except Exception:  # our own InputError, or whatever a library raises on a broken file: then it has no text
            continue
    return texts | _by_office(for_office)


def _is_for_office(data: bytes, suffix: str) -> bool:
    return data.startswith(_RTF) or (data.startswith(_OLE) and suffix not in _SHEETS)


def _text(data: bytes, suffix: str) -> str:
    if data.startswith(_PDF):
        return _pdf(data)
    if data.startswith(_ZIP):
        return _sheets(data) if any(name.startswith("xl/") for name in inner_names(data)) else _docx(data)
    if data.startswith(_OLE):
        return _sheets(data)
    text = _decoded(data)
    looks_like_page = text[:2000].lstrip().lower().startswith(("<!doctype html", "<html"))
    return _page(text) if suffix in _PAGES or looks_like_page else text


def _decoded(data: bytes) -> str:
    """Text as an editor shows it: what can't be decoded is a replacement character, not an error."""
    try:
        return decode(data, "")[0]
    except InputError:
        pass
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _page(text: str) -> str:
    inscriptis: Any = import_module("inscriptis")
    # lxml takes no text that declares an encoding, and inscriptis only takes text.
    html: Any = import_module("lxml.html")
    root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    return str(inscriptis.Inscriptis(root).get_text())


def _docx(data: bytes) -> str:
    docx: Any = import_module("docx")
    return "\n".join(_blocks(docx.Document(io.BytesIO(data))))


def _blocks(holder: Any) -> Iterator[str]:
    """The paragraphs of a document or a cell, and rows of tables as one line; a merged cell once."""
    for block in holder.iter_inner_content():
        if not hasattr(block, "rows"):
            yield block.text
            continue
        for row in block.rows:
            cells = {id(cell._tc): cell for cell in row.cells}
            yield "\t".join(" ".join(_blocks(cell)) for cell in cells.values())


def _pdf(data: bytes) -> str:
    pypdfium2: Any = import_module("pypdfium2")
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)


def _sheets(data: bytes) -> str:
    calamine: Any = import_module("python_calamine")
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    return "\n".join("\t".join(_cell(cell) for cell in row) for row in rows)


def _cell(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def office_program() -> str | None:
    """LibreOffice, if it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def _by_office(files: Mapping[str, bytes]) -> dict[str, str]:
    """Text of old Word files; empty without LibreOffice, and where it makes nothing of a file."""
    program = office_program()
    if program is None or not files:
        return dict.fromkeys(files, "")
    with tempfile.TemporaryDirectory(prefix="gongbao-office-") as made:
        folder = Path(made)
        copies = [folder / f"{number}.doc" for number in range(len(files))]
        for copy, data in zip(copies, files.values(), strict=True):
            copy.write_bytes(data)
        _convert(program, copies, folder)
        return {
            name: target.read_text("utf-8-sig") if (target := copy.with_suffix(".txt")).is_file() else ""
            for name, copy in zip(files, copies, strict=True)
        }


def _convert(program: str, files: Sequence[Path], folder: Path) -> None:
    """Save files as text beside them, with a profile of its own that goes with the folder."""
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, own, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(folder)]
    try:
        subprocess.run([*command, *map(str, files)], capture_output=True, timeout=OFFICE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return  # what it has made so far counts
