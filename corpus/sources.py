"""Any file a user has into a `Source`, and folders and archives into the files to read.

A file's kind is decided by its content; a suffix that says something else is an error, because then
nobody knows what the file is. Readers of documents are imported when a document is read.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from corpus.documents.archive import ZIP_MAGIC, inner_names, input_data, is_file, list_members, split_path
from corpus.documents.lines import Lines
from corpus.documents.pages import OnPage
from corpus.errors import InputError, printable
from corpus.model import Source, SourceLine
from corpus.reading import TEXT_SUFFIXES, decode, read_text, source_from_text

READABLE = frozenset({".txt", ".md", ".markdown", ".pdf", ".docx", ".html", ".htm", ".shtml", ".zip"})
_SAVE_AS = {
    ".doc": "旧版 Word 文件（.doc）",
    ".wps": "WPS 文字文件（.wps）",
    ".ofd": "OFD 版式文件",
    ".rtf": "RTF 文件",
    ".xls": "Excel 表格",
    ".xlsx": "Excel 表格",
    ".et": "WPS 表格",
    ".ppt": "演示文稿",
    ".pptx": "演示文稿",
    ".odt": "OpenDocument 文件",
    ".mht": "单文件网页（.mht）",
    ".mhtml": "单文件网页（.mht）",
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
MAX_FILE = 2 << 30  # bytes: some 20,000 scanned pages
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)


class Kind(Enum):
    """What a file is, with the suffixes it may have."""

    TEXT = TEXT_SUFFIXES
    PDF = frozenset({".pdf", ""})
    WORD = frozenset({".docx", ".docm", ".dotx", ""})
    HTML = frozenset({".html", ".htm", ".shtml", ".xhtml", ""})
    ZIP = frozenset({".zip", ""})


_NAMES = {
    Kind.TEXT: ("纯文本", ".txt"),
    Kind.PDF: ("PDF", ".pdf"),
    Kind.WORD: ("Word 文件", ".docx"),
    Kind.HTML: ("网页", ".html"),
    Kind.ZIP: ("压缩包", ".zip"),
}


def read_source(
    path: Path, cache: Path | None = None, progress: OnPage | None = None, *, data: bytes | None = None
) -> Source:
    """Read one file into lines. `path` may name a member of an archive (`年报.zip/通知.docx`), whose bytes
    are `data` where the caller has them.

    `cache` is a folder in which recognised pages are kept; `progress` is called after each page of a PDF.
    Raises InputError with the file's name and what to do in every case in which it can't be read.
    """
    where = shown(path)
    if data is None and split_path(path) is not None:
        data = input_data(path)
    if data is None:
        _check_regular(path)
    kind = _kind(path, data, where)
    if kind is Kind.PDF:
        from corpus.documents.pdf import read_pdf

        return read_pdf(path if data is None else data, path.name, where, cache, progress)
    if kind is Kind.ZIP:
        raise InputError("这是压缩包里的压缩包，或不能单独读取的压缩包", where, "请解压后把文件放进文件夹再试")
    if kind is Kind.TEXT and data is None:
        return read_text(path)
    data = input_data(path) if data is None else data
    if kind is Kind.TEXT:
        text, encoding = decode(data, where)
        return source_from_text(path.name, text, encoding)
    if kind is Kind.WORD:
        from corpus.documents.word import read_docx

        return _source(path.name, "docx", read_docx(data, where))
    from corpus.documents.html import read_html

    return _source(path.name, "html", read_html(data, where))


def shown(path: Path | str) -> str:
    """A path for messages: line breaks and other control characters in a name are written out."""
    return printable(str(path))


def _source(file: str, encoding: str, content: Lines) -> Source:
    lines = tuple(SourceLine(number, line) for number, line in enumerate(content.lines, 1))
    last = len(lines)
    return Source(
        file,
        encoding,
        lines,
        tuple(replace(warning, line=min(warning.line, last)) for warning in content.warnings),
        tuple(replace(left, line=min(left.line, last)) for left in content.left_out),
        letters=content.letters,
        stated=tuple(content.stated),
    )


def _check_regular(path: Path) -> None:
    """Raises InputError for what isn't a file (opening a fifo would wait for ever) and for what is too large."""
    try:
        status = path.stat()
    except OSError as err:
        raise InputError(
            f"打不开文件（{err.strerror or err}）", shown(path), "请检查文件是否存在、是否有读取权限"
        ) from err
    if not stat.S_ISREG(status.st_mode):
        raise InputError("这不是普通文件", shown(path), "请换一个文件")
    if status.st_size > MAX_FILE:
        raise InputError(f"文件太大（超过 {MAX_FILE >> 30} GB）", shown(path), "请拆成几个文件再试")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError as err:
        raise InputError(f"打不开文件（{err.strerror or err}）", shown(path), "请检查读取权限") from err


def _kind(path: Path, data: bytes | None, where: str) -> Kind:
    """The file's kind by its content, which is `data` where it is not a file of its own.

    Raises InputError for kinds that can't be read, and where the suffix says something else.
    """
    suffix = path.suffix.lower()
    head = _head(path) if data is None else data[:_HEAD]
    kind = Kind.TEXT
    if b"%PDF-" in head[:1024]:
        kind = Kind.PDF
    elif head.startswith(ZIP_MAGIC):
        kind = _zip_kind(path, data, where)
    elif head.startswith(_OLE_MAGIC):
        raise _refused_ole(input_data(path) if data is None else data, suffix, where)
    elif suffix in _SAVE_AS:
        raise _refused(_SAVE_AS[suffix], where)
    elif head.startswith(b"{\\rtf"):
        raise _refused(_SAVE_AS[".rtf"], where)
    elif suffix not in (".txt", ".md", ".markdown") and (suffix in Kind.HTML.value - {""} or _HTML.search(head)):
        kind = Kind.HTML
    if suffix in READABLE and suffix not in kind.value:
        expected = next(name for known, (name, _) in _NAMES.items() if suffix in known.value)
        if not head.strip():
            raise InputError("文件是空的", where, "请换一个有内容的文件")
        name, right = _NAMES[kind]
        todo = f"如果它确实是{name}，请把扩展名改为 {right} 后再试" if kind is not Kind.TEXT else "请重新下载后再试"
        raise InputError(f"扩展名是 {suffix}，内容却不是{expected}，而是{name}", where, todo)
    return kind


def _zip_kind(path: Path, data: bytes | None, where: str) -> Kind:
    names = inner_names(path if data is None else data)
    if "word/document.xml" in names:
        return Kind.WORD
    if "OFD.xml" in names:
        raise _refused(_SAVE_AS[".ofd"], where)
    if any(name.startswith(("xl/", "ppt/")) for name in names):
        raise _refused(_SAVE_AS[".xlsx" if any(name.startswith("xl/") for name in names) else ".pptx"], where)
    if path.suffix.lower() in _SAVE_AS:
        raise _refused(_SAVE_AS[path.suffix.lower()], where)
    if path.suffix.lower() == ".docx":
        raise InputError("这个 Word 文件已损坏，打不开", where, "请用 Word 打开后另存一份再试")
    return Kind.ZIP


def _refused_ole(data: bytes, suffix: str, where: str) -> InputError:
    """Old binary Office files; a new one with a password is wrapped in the same container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return InputError("这个文件有密码，打不开", where, "请去掉密码后另存一份再试")
    return _refused(_SAVE_AS.get(suffix, "旧版 Word（.doc）或 WPS（.wps）文件"), where)


def _refused(name: str, where: str) -> InputError:
    return InputError(f"不能读取{name}", where, _advice(name))


def _advice(name: str) -> str:
    if "OFD" in name:
        return "请用 OFD 阅读软件打开，另存（或打印）为 PDF 后再试"
    if "图片" in name:
        return "请把图片合并成一个 PDF 后再试"
    if "压缩包" in name:
        return "请解压后把文件放进文件夹再试"
    if "网页" in name:
        return "请用浏览器打开，另存为“网页，仅 HTML”后再试"
    if "表格" in name or "演示" in name or "CAJ" in name:
        return "请另存（或打印）为 PDF 后再试"
    return "请用 Word 或 WPS 打开，另存为 .docx 或 PDF 后再试"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files to read, in the order of their names, and in Chinese what was skipped and why."""

    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def expand_inputs(paths: list[Path]) -> Inputs:
    """The files behind what a user named: files, folders with all that is in them, archives' members.

    A file is listed once. In a folder, hidden files are passed over, and what can't be read is skipped
    with a warning: links to the outside, devices, files of a kind that holds no document. Raises
    InputError for a named path that does not exist.
    """
    files: dict[Path, None] = {}
    warnings: list[str] = []
    for path in paths:
        if split_path(path) is None and not _exists(path):
            raise InputError("没有这个文件或文件夹", shown(path), "请检查路径")
        for file in _walk(path, warnings) if path.is_dir() else [path]:
            for item in _members(file, warnings):
                files.setdefault(item)
    return Inputs(tuple(files), tuple(warnings))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # the name is too long, or a folder above may not be entered
        return False


def _walk(top: Path, warnings: list[str]) -> list[Path]:
    """The files of a folder and of those inside it, in the order of their names."""
    root = top.resolve()
    out: list[Path] = []
    waiting: list[Path | os.DirEntry[str]] = [top]  # the next one last
    while waiting:
        item = waiting.pop()
        path = Path(item)
        try:
            if item is not top and not _is_folder(item):
                out += [path] if _is_wanted(item, path, root, warnings) else []
                continue
            items = sorted(os.scandir(path), key=lambda item: item.name, reverse=True)
        except OSError as err:
            warnings.append(f"{shown(path)}：打不开（{err.strerror}），已跳过")
            continue
        waiting += [item for item in items if not item.name.startswith((".", "~$"))]
    return out


def _is_folder(item: Path | os.DirEntry[str]) -> bool:
    return item.is_dir() and not item.is_symlink()


def _is_wanted(item: Path | os.DirEntry[str], path: Path, root: Path, warnings: list[str]) -> bool:
    """Whether a file of a folder is to be read; else it is warned of, but for links to what is read anyway."""
    suffix = path.suffix.lower()
    why = None
    if item.is_symlink():
        if _is_within(path, root):
            return False
        why = "链接指向文件夹以外或已失效"
    elif not item.is_file():
        why = "不是普通文件"
    elif not os.access(path, os.R_OK):
        why = "没有读取权限"
    elif suffix and suffix not in READABLE and suffix not in _SAVE_AS:
        why = f"不认识这种文件（{shown(path.suffix)}）"
    if why is not None:
        warnings.append(f"{shown(path)}：{why}，已跳过")
    return why is None


def _is_within(link: Path, root: Path) -> bool:
    """Whether a link leads to something in the folder itself, which is read there."""
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # leads nowhere, or to itself
        return False


def _members(file: Path, warnings: list[str]) -> list[Path]:
    """A file as it is; of an archive the members that can be read, and a warning for each other one."""
    if file.suffix.lower() != ".zip" or not is_file(file):
        return [file]
    try:
        listing = list_members(file)
    except InputError as err:
        warnings.append(f"{err}，已跳过")
        return []
    warnings += [
        f"{shown(file)}/{shown(name)}：{why}，已跳过" if name else f"{shown(file)}：{why}"
        for name, why in listing.left_out
    ]
    out = []
    for name in listing.members:
        suffix = name.suffix.lower()
        if suffix in READABLE or suffix in _SAVE_AS or not suffix:
            out.append(file / name)
        else:
            warnings.append(f"{shown(file / name)}：不认识这种文件（{shown(suffix)}），已跳过")
    return out
