"""A PDF into a Source: page by page, from its text layer or, where that is unusable, by recognition."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.documents.extra import require
from corpus.documents.furniture import Dropped, drop_furniture
from corpus.documents.glyphs import read_page
from corpus.documents.layout import paragraphs
from corpus.documents.ocr import Recogniser
from corpus.documents.pages import OnPage, PageContent, PageProgress, Segment
from corpus.errors import GongbaoError, InputError
from corpus.model import LeftOut, Source, SourceLine, Warn
from corpus.text import squash

_FEW = 12  # letters: a page with a picture and fewer than these is a scan with a stray text layer
_UNREADABLE = 0.1  # share of characters without meaning from which on a text layer is useless
_DOUBTFUL = 0.8  # confidence below which a recognised line is shown to a person
_MAX_PAGES = 20_000  # of one PDF: more are claimed, not there
_PDFIUM_PASSWORD = 4  # FPDF_ERR_PASSWORD
_ONE_AT_A_TIME = threading.RLock()  # PDFium must not be called from two threads at once


@contextmanager
def open_pdf(data: Path | bytes, where: str) -> Iterator[Any]:
    """An open pypdfium2 document, the only one of the process. Raises InputError where it is encrypted or
    broken."""
    pdfium = require("pypdfium2")
    with _ONE_AT_A_TIME:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as err:
            if getattr(err, "err_code", None) == _PDFIUM_PASSWORD:
                raise InputError("这个 PDF 有密码，打不开", where, "请用阅读软件去掉密码后另存一份再试") from err
            raise InputError("这个 PDF 已损坏，或不是完整的文件", where, "请重新下载或重新扫描后再试") from err
        try:
            yield document
        finally:
            document.close()


def read_pdf(
    data: Path | bytes,
    file: str,
    where: str,
    cache: Path | None = None,
    progress: OnPage | None = None,
) -> Source:
    """Read a PDF. `cache` is a folder that keeps what was recognised, so that an interrupted run goes on.

    A page that can't be read is named in the warnings, and the others are read. Raises InputError where
    no page can be read.
    """
    pages = tuple(read_pages(data, file, where, cache, progress))
    if not any(page.all_segments for page in pages):
        problem = next((page.problem for page in pages if page.problem), "所有页都是空白的")
        raise InputError(f"这个 PDF 里没有读出文字（{problem}）", where, "请检查文件，或换一份清晰的扫描件")
    return source_of(file, pages)


def read_pages(
    data: Path | bytes, file: str, where: str, cache: Path | None, progress: OnPage | None
) -> Iterator[PageContent]:
    """Every page's text with its places; only one page is open at a time."""
    recogniser = Recogniser(cache)
    with open_pdf(data, where) as document:
        total = len(document)
        if total > _MAX_PAGES:
            raise InputError(f"这个 PDF 说自己有 {total} 页，太多了", where, "请检查文件，或拆成几个文件再试")
        spent, recognised = 0.0, 0
        for index in range(total):
            started = time.monotonic()
            page = read_one(document, index, recogniser)
            fresh = page.origin == "ocr" and not recogniser.from_cache
            if fresh:
                spent += time.monotonic() - started
                recognised += 1
            if progress is not None:
                left = spent / recognised * (total - index - 1) if fresh else None
                progress(PageProgress(file, index + 1, total, page.origin == "ocr", left))
            yield page


def read_one(document: Any, index: int, recogniser: Recogniser) -> PageContent:
    """One page; a page on which a library fails is a page with a problem, and costs no other page."""
    pdfium = require("pypdfium2")
    number = index + 1
    page = None
    try:
        page = document[index]
        content = read_page(page, number)
        if has_usable_text(content, page):
            return content
        if next(page.get_objects(max_depth=2), None) is None:
            return replace(content, segments=(), origin="empty", problem=f"第 {number} 页是空白页")
        return recogniser.read(page, number)
    except pdfium.PdfiumError:
        return _failed(number, f"第 {number} 页已损坏，没有读出")
    except (GongbaoError, MemoryError):
        raise
    except Exception as err:  # the libraries share no class of errors
        return _failed(number, f"第 {number} 页没有读出（{type(err).__name__}），请对照原件")
    finally:
        if page is not None:
            page.close()


def _failed(number: int, problem: str) -> PageContent:
    return PageContent(number, 595.0, 842.0, (), origin="failed", problem=problem)


def has_usable_text(content: PageContent, page: Any) -> bool:
    """Whether the text layer can be trusted: enough letters that mean something."""
    text = "".join(segment.text for segment in content.all_segments)
    if not text:
        return False
    strange = sum(
        char == "\ufffd" or "\ue000" <= char <= "\uf8ff" or (ord(char) < 32) or "\x7f" <= char < "\xa0" for char in text
    )
    if strange > _UNREADABLE * len(text):
        return False
    if len(squash(text)) >= _FEW:
        return True
    raw = require("pypdfium2.raw")
    return next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2), None) is None


def source_of(file: str, pages: tuple[PageContent, ...]) -> Source:
    """Pages as lines: a paragraph of one page is one line, page furniture is listed apart."""
    cleaned = drop_furniture(pages)
    lines = tuple(
        SourceLine(number, paragraph.text, paragraph.page, paragraph.continues)
        for number, paragraph in enumerate(paragraphs(cleaned.pages), 1)
    )
    first_line: dict[int, int] = {}
    for line in lines:
        if line.page is not None:
            first_line.setdefault(line.page, line.number)
    origins = {page.origin for page in pages}
    kind = "pdf-ocr" if "ocr" in origins and "text" not in origins else "pdf-text+ocr"
    return Source(
        file,
        kind if "ocr" in origins else "pdf-text",
        lines,
        warnings=tuple(_warnings(cleaned.pages, first_line, len(lines))),
        left_out=tuple(_left_out(cleaned.dropped, first_line, len(lines))),
        printed_pages=cleaned.printed,
    )


def _line_at(first_line: dict[int, int], page: int, count: int) -> int:
    """The first line of a page, or for a page without lines that of the next one."""
    return min((line for other, line in first_line.items() if other >= page), default=max(count, 1))


def _warnings(pages: tuple[PageContent, ...], first_line: dict[int, int], count: int) -> Iterator[Warn]:
    for page in pages:
        line = _line_at(first_line, page.number, count)
        if page.problem:
            yield Warn(line, page.problem)
        for segment in page.all_segments:
            if segment.score < _DOUBTFUL:
                yield Warn(line, _doubt(page.number, segment))


def _doubt(page: int, segment: Segment) -> str:
    return f"第 {page} 页有一处识别把握不大（{segment.score:.2f}），请对照原件：「{segment.text}」"


def _left_out(dropped: tuple[Dropped, ...], first_line: dict[int, int], count: int) -> Iterator[LeftOut]:
    for item in dropped:
        yield LeftOut(_line_at(first_line, item.page, count), item.text, f"{item.why}（第 {item.page} 页）")
