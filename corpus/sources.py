"""Any file a user has into a `Source`, and folders and archives into the files to read.

A file's kind is decided by its content (`corpus.documents.forms`). Readers of documents are imported when a document is
read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.documents.archive import input_data, is_file, list_members, split_path
from corpus.documents.forms import NAMES, OTHER_FORMS, READABLE, Kind, find_kind
from corpus.documents.lines import Lines
from corpus.documents.pages import OnPage
from corpus.errors import InputError, printable
from corpus.model import Source, SourceLine, Warn
from corpus.reading import decode, read_text, source_from_text

MAX_FILE = 2 << 30  # bytes: some 20,000 scanned pages


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
    kind = find_kind(path, data, where)
    if kind is Kind.PDF:
        from corpus.documents.pdf import read_pdf

        return read_pdf(path if data is None else data, path.name, where, cache, progress)
    if kind is Kind.TEXT:
        if data is None:
            return _named(read_text(path), kind, path)
        return _named(source_from_text(path.name, *decode(data, where)), kind, path)
    read = _reader(kind, where)
    return _named(
        _source(path.name, kind.name.lower(), read(input_data(path) if data is None else data, where)), kind, path
    )


def _reader(kind: Kind, where: str) -> Callable[[bytes, str], Lines]:
    """What reads files of a kind. Each is imported when it is needed."""
    match kind:
        case Kind.DOCX:
            from corpus.documents.word import read_docx

            return read_docx
        case Kind.DOC:
            from corpus.documents.doc import read_doc

            return read_doc
        case Kind.RTF:
            from corpus.documents.rtf import read_rtf

            return read_rtf
        case Kind.EXCEL:
            from corpus.documents.excel import read_excel

            return read_excel
        case Kind.HTML:
            from corpus.documents.html import read_html

            return read_html
        case Kind.MHT:
            from corpus.documents.mht import read_mht

            return read_mht
        case _:
            raise InputError("这是压缩包里的压缩包，或不能单独读取的压缩包", where, "请解压后把文件放进文件夹再试")


def _named(source: Source, kind: Kind, path: Path) -> Source:
    """The source with a warning where the file's name says that it is something else."""
    suffix = path.suffix.lower()
    if not suffix or suffix in kind.own:
        return source
    warning = Warn(1, f"文件的扩展名是 {printable(suffix)}，内容却是{NAMES[kind][0]}，已按{NAMES[kind][0]}读取")
    return replace(source, warnings=(warning, *source.warnings))


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
    elif suffix and suffix not in READABLE and suffix not in OTHER_FORMS:
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
        if suffix in READABLE or suffix in OTHER_FORMS or not suffix:
            out.append(file / name)
        else:
            warnings.append(f"{shown(file / name)}：不认识这种文件（{shown(suffix)}），已跳过")
    return out
