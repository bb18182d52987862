"""What kind of file something is, told by its content, and what to do with a kind that can't be read.

A suffix that says something else matters only where it shows that the file is broken (a download that failed) or
not meant (`.zip`): Word files in truth hold web pages, rich text or newer Word often enough.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from corpus.documents.archive import ZIP_MAGIC, inner_names, input_data
from corpus.errors import InputError
from corpus.reading import TEXT_SUFFIXES

# fmt: off
READABLE = frozenset((
    ".txt", ".md", ".markdown", ".pdf", ".docx", ".doc", ".wps", ".rtf", ".xls", ".xlsx", ".et", ".html", ".htm",
    ".shtml", ".mht", ".mhtml", ".zip",
))
# fmt: on
# Suffixes of kinds that can't be read, and what they are called.
OTHER_FORMS = {
    ".ofd": "OFD 版式文件",
    ".ppt": "演示文稿",
    ".pptx": "演示文稿",
    ".odt": "OpenDocument 文件",
    ".ods": "OpenDocument 表格",
    ".caj": "CAJ 文件",
    ".rar": "RAR 压缩包",
    ".7z": "7z 压缩包",
    ".jpg": "图片",
    ".jpeg": "图片",
    ".png": "图片",
    ".tif": "图片",
    ".tiff": "图片",
}
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"
_HEAD = 4096  # bytes in which a file shows its kind
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
# A text that begins so is a page; one that only names a tag somewhere is a text.
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*|<!--(?:(?!-->).)*-->\s*)*(?:<!doctype\s+html|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_MHT = re.compile(
    rb"\s*(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}?(?:MIME-Version:|Content-Type:\s*multipart/related)",
    re.IGNORECASE,
)
_TEXT, _WEB = (".txt", ".md", ".markdown"), (".html", ".htm", ".shtml", ".xhtml")
_OLD_WORD, _TABLES = (".doc", ".wps", ".rtf", ".dot"), (".xls", ".et", ".xlt")


class Kind(Enum):
    """What a file is: the suffixes of its kind, and those of others under which it is read all the same."""

    TEXT = (TEXT_SUFFIXES, _OLD_WORD)
    PDF = ((".pdf",), ())
    DOCX = ((".docx", ".docm", ".dotx"), _OLD_WORD)
    DOC = ((".doc", ".wps", ".dot"), (".docx", ".rtf"))
    RTF = ((".rtf",), (".doc", ".wps", ".docx", *_TEXT))
    EXCEL = ((".xls", ".xlsx", ".xlsm", ".et", ".xlt"), ())
    HTML = (_WEB, (*_TEXT, *_OLD_WORD, *_TABLES, ".mht", ".mhtml"))
    MHT = ((".mht", ".mhtml"), (*_WEB, *_TEXT, *_OLD_WORD, *_TABLES))
    ZIP = ((".zip",), ())

    @property
    def own(self) -> frozenset[str]:
        return frozenset(self.value[0])

    @property
    def taken(self) -> frozenset[str]:
        return frozenset((*self.value[0], *self.value[1], ""))


NAMES = {
    Kind.TEXT: ("纯文本", ".txt"),
    Kind.PDF: ("PDF", ".pdf"),
    Kind.DOCX: ("Word 文件", ".docx"),
    Kind.DOC: ("旧版 Word 文件", ".doc"),
    Kind.RTF: ("RTF 文件", ".rtf"),
    Kind.EXCEL: ("Excel 表格", ".xls 或 .xlsx"),
    Kind.HTML: ("网页", ".html"),
    Kind.MHT: ("单文件网页", ".mht"),
    Kind.ZIP: ("压缩包", ".zip"),
}


def find_kind(path: Path, data: bytes | None, where: str) -> Kind:
    """The file's kind by its content, which is `data` where it is not a file of its own.

    Raises InputError for kinds that can't be read, and where the suffix says that it should be another one.
    """
    suffix = path.suffix.lower()
    head = _head(path, where) if data is None else data[:_HEAD]
    kind = _by_content(path, data, head, suffix, where)
    if suffix in READABLE and suffix not in kind.taken:
        if not head.strip():
            raise InputError("文件是空的", where, "请换一个有内容的文件")
        expected = next(NAMES[known][0] for known in Kind if suffix in known.own)
        name, right = NAMES[kind]
        todo = f"如果它确实是{name}，请把扩展名改为 {right} 后再试" if kind is not Kind.TEXT else "请重新下载后再试"
        raise InputError(f"扩展名是 {suffix}，内容却不是{expected}，而是{name}", where, todo)
    return kind


def _by_content(path: Path, data: bytes | None, head: bytes, suffix: str, where: str) -> Kind:
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if head.startswith(ZIP_MAGIC):
        return _zip_kind(path, data, where)
    if head.startswith(_OLE_MAGIC):
        return _ole_kind(input_data(path) if data is None else data, suffix, where)
    if suffix in OTHER_FORMS:
        raise _refused(OTHER_FORMS[suffix], where)
    if head.lstrip().startswith(b"{\\rtf"):
        return Kind.RTF
    if _MHT.match(head):
        return Kind.MHT
    if suffix in _TEXT:
        return Kind.HTML if _PAGE.match(head) else Kind.TEXT
    return Kind.HTML if suffix in Kind.HTML.own or _HTML.search(head) else Kind.TEXT


def _head(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError as err:
        raise InputError(f"打不开文件（{err.strerror or err}）", where, "请检查读取权限") from err


def _zip_kind(path: Path, data: bytes | None, where: str) -> Kind:
    names = inner_names(path if data is None else data)
    suffix = path.suffix.lower()
    if "word/document.xml" in names:
        return Kind.DOCX
    if "OFD.xml" in names:
        raise _refused(OTHER_FORMS[".ofd"], where)
    if any(name.startswith("xl/") for name in names):
        return Kind.EXCEL
    if any(name.startswith("ppt/") for name in names):
        raise _refused(OTHER_FORMS[".pptx"], where)
    if suffix in OTHER_FORMS:
        raise _refused(OTHER_FORMS[suffix], where)
    if suffix in Kind.DOCX.own | Kind.EXCEL.own:
        name = "Word 文件" if suffix in Kind.DOCX.own else "Excel 表格"
        raise InputError(f"这个 {name}已损坏，打不开", where, f"请用 {name.split()[0]} 打开后另存一份再试")
    return Kind.ZIP


def _ole_kind(data: bytes, suffix: str, where: str) -> Kind:
    """Old binary Office files; a new one with a password is wrapped in the same container."""
    from corpus.documents.doc import streams

    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InputError("这个文件有密码，打不开", where, "请去掉密码后另存一份再试")
    names = streams(data)
    if "WordDocument" in names:
        return Kind.DOC
    if names & {"Workbook", "Book", "WORKBOOK", "BOOK"}:
        return Kind.EXCEL
    if suffix in OTHER_FORMS:
        raise _refused(OTHER_FORMS[suffix], where)
    if names:
        raise _refused("这种旧版 Office 文件", where)
    todo = "请用 Word、Excel 或 WPS 打开，另存为 .docx 或 .xlsx 后再试"
    raise InputError("这个旧版 Office 文件已损坏，打不开", where, todo)


def _refused(name: str, where: str) -> InputError:
    return InputError(f"不能读取{name}", where, _advice(name))


def _advice(name: str) -> str:
    if "OFD" in name:
        return "请用 OFD 阅读软件打开，另存（或打印）为 PDF 后再试"
    if "图片" in name:
        return "请把图片合并成一个 PDF 后再试"
    if "压缩包" in name:
        return "请解压后把文件放进文件夹再试"
    if "表格" in name or "演示" in name or "CAJ" in name:
        return "请另存（或打印）为 PDF 后再试"
    return "请用 Word 或 WPS 打开，另存为 .docx 或 PDF 后再试"
