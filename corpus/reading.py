"""A file's bytes into lines of text, decided strictly.

Plain text only; other kinds of files are turned into the same `Source` by readers of their own.
Guessing libraries misread short GB18030 texts, so nothing is guessed: a byte order mark says UTF-8
or UTF-16; else UTF-8 is tried strictly, then GB18030 strictly.
"""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

from corpus.errors import InputError
from corpus.model import Source, SourceLine

TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown", ""})

_KNOWN_BINARY = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "Word、OFD 或 ZIP 压缩包"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word（.doc）或 WPS（.wps）"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
)
_ODD = frozenset({"Cc", "Co", "Cn"})  # control, private use, unassigned
_SAVE_AS_TEXT = "请把它另存为纯文本（UTF-8 编码的 .txt）后再试"


def decode(data: bytes, where: str) -> tuple[str, str]:
    """Text and the name of its encoding: `utf-8`, `utf-8-sig`, `utf-16` or `gb18030`.

    Raises InputError for an empty file, a binary one, and one in none of these encodings.
    """
    if not data.strip():
        raise _empty(where)
    for magic, kind in _KNOWN_BINARY:
        if data.startswith(magic):
            raise InputError(f"这不是纯文本，而是{kind}", where, _SAVE_AS_TEXT)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():  # nothing behind the byte order mark
            raise _empty(where)
        if _is_text(text):
            return text, encoding
    raise InputError("读不出文字，可能是二进制文件或不支持的编码", where, _SAVE_AS_TEXT)


def _empty(where: str) -> InputError:
    return InputError("文件是空的", where, "请换一个有文字的文件")


def _is_text(text: str) -> bool:
    """No NUL, and hardly any control, private-use or unassigned characters."""
    if "\0" in text:
        return False
    sample = text[:200_000]
    odd = sum(unicodedata.category(char) in _ODD and not char.isspace() for char in sample)
    return odd <= len(sample) // 200


def read_text(path: Path) -> Source:
    """Read a plain-text file. A form feed begins a new page; without any, lines have no page.

    Raises InputError with the file's name in every case in which it can't be read.
    """
    try:
        data = path.read_bytes()
    except OSError as err:
        raise InputError(
            f"打不开文件（{err.strerror or err}）", str(path), "请检查文件是否存在、是否有读取权限"
        ) from err
    text, encoding = decode(data, str(path))
    return source_from_text(path.name, text, encoding)


def source_from_text(file: str, text: str, encoding: str = "utf-8") -> Source:
    """Split text into lines. Line ends are \\n, \\r\\n or \\r; other separators stay in their line."""
    lines: list[SourceLine] = []
    pages = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    paged = len(pages) > 1
    number = 0
    for page_number, page in enumerate(pages, 1):
        page_lines = page.split("\n")
        if page_number < len(pages) and not page_lines[-1]:
            page_lines.pop()  # the form feed stands at the start of the next page's first line
        for line in page_lines:
            number += 1
            lines.append(SourceLine(number, line, page_number if paged else None))
    return Source(file, encoding, tuple(lines))
