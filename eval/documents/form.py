"""The form of a label: what each key may hold. Wrong ones are named, never their values.

Keys that are not known are passed over with a note, since labels may carry remarks of their own; but a
key that is nearly a known one is taken for a slip of the pen, because what it labels would go unmeasured.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from corpus.text import squash
from eval.documents.model import COUNTED, DATE_FIELDS, FIELDS, Expected

LONGEST_QUOTE = 60  # letters and digits, as in question files
END_LETTERS = 20  # of first_text and last_text; a whole body may be shorter
# A label's short names of a field, as keys that end with `_also`.
ALSO = {f"{name}_also": name for name in (*FIELDS, "first_text", "last_text")} | {"no_also": "doc_number"}
_FILE_KEYS = {"file", "name", "sha256", "place", "form", "kind", "documents", "expected", "note", "seen_in_image"}
_DOCUMENT_KEYS = {
    *FIELDS,
    *ALSO,
    *("phones", "first_text", "last_text", "clauses", "tables", "absent", "must", "joined", "apart"),
    *("expected", "valid_for", "broken", "sheet", "note"),
}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def is_date(value: object) -> bool:
    """Whether it is an ISO date, `2023-05-15`."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_inside(value: object) -> bool:
    """A relative path that doesn't leave its folder."""
    if not isinstance(value, str) or not value.strip() or "\\" in value or "\0" in value:
        return False
    path = PurePosixPath(value)
    return not path.is_absolute() and ".." not in path.parts


def _or_null(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or check(value)


_Check = tuple[Callable[[object], bool], str]
_TEXT: _Check = (_or_null(_is_text), "应为非空文字或 null")
_TEXTS: _Check = (_is_texts, "应为文字的列表，且没有空的一项")
_DATE: _Check = (_or_null(is_date), "应为 2023-05-15 这样的日期或 null")
_DATES: _Check = (lambda value: isinstance(value, list) and all(map(is_date, value)), "应为日期的列表")
_EXPECTED: _Check = (
    lambda value: value in [one.value for one in Expected],
    f"应为 {'、'.join(one.value for one in Expected)} 之一",
)
_ENDING: _Check = (
    _or_null(lambda value: _is_text(value) and len(squash(str(value))) <= END_LETTERS),
    f"应为至多 {END_LETTERS} 个字（只数文字和数字）或 null",
)
_FILE_CHECKS: dict[str, _Check] = {
    "file": (_is_inside, "应为相对路径，且不含 .."),
    "name": _TEXT,
    "sha256": (lambda value: isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None, "应为哈希值"),
    "form": _TEXT,
    "place": _TEXT,
    "kind": _TEXT,
    "expected": _EXPECTED,
}
_DOCUMENT_CHECKS: dict[str, _Check] = (
    {name: _DATE if name in DATE_FIELDS else _TEXT for name in FIELDS}
    | {key: _DATES if name in DATE_FIELDS else _TEXTS for key, name in ALSO.items()}
    | {"first_text": _ENDING, "last_text": _ENDING, "expected": _EXPECTED, "valid_for": _TEXT}
    | {"absent": _TEXTS, "joined": _TEXTS, "broken": _TEXTS}
)


def file_problems(row: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a label: pairs of key and reason, the documents' keys with their number in front."""
    problems = _by_checks(row, _FILE_CHECKS, _FILE_KEYS)
    if "file" not in row:
        problems.append(("file", "没有写"))
    documents = row.get("documents")
    if not isinstance(documents, list):
        return [*problems, ("documents", "应为列表")]
    for number, document in enumerate(documents, 1):
        where = f"documents 第 {number} 项"
        if not isinstance(document, dict):
            problems.append((where, "应为 JSON 对象"))
            continue
        problems += [(f"{where}的 {key}", what) for key, what in _document_problems(document)]
    if row.get("expected") == Expected.REFUSE and documents:
        problems.append(("expected", "是 refuse（不该读出公文），documents 应为空"))
    if not documents and row.get("expected") in (None, Expected.DOCUMENTS):
        problems.append(("documents", "是空的；不该读出公文的文件应写 expected"))
    return problems


def unknown_keys(row: dict[str, Any]) -> list[str]:
    """Keys that nothing reads."""
    documents = [one for one in row.get("documents", []) if isinstance(one, dict)]
    return sorted((row.keys() - _FILE_KEYS) | {key for one in documents for key in one.keys() - _DOCUMENT_KEYS})


def _by_checks(row: dict[str, Any], checks: dict[str, _Check], known: set[str]) -> list[tuple[str, str]]:
    problems = [(key, what) for key, (check, what) in checks.items() if key in row and not check(row[key])]
    for key in sorted(row.keys() - known):
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.8)
        if near:
            problems.append((key, f"不认识这个键，是不是 {near[0]}"))
    return problems


def _document_problems(document: dict[str, Any]) -> list[tuple[str, str]]:
    problems = _by_checks(document, _DOCUMENT_CHECKS, _DOCUMENT_KEYS)
    counts = document.get("clauses", {})
    if not isinstance(counts, dict):
        problems.append(("clauses", "应为 JSON 对象"))
    else:
        problems += [(f"clauses.{key}", "不认识这个键") for key in sorted(counts.keys() - set(COUNTED))]
        problems += [(f"clauses.{key}", "应为不小于 0 的整数") for key in COUNTED if not _is_count(counts.get(key, 0))]
    for key, check in (
        ("phones", _phone_problem),
        ("tables", _table_problem),
        ("must", _quote_problem),
        ("apart", _apart_problem),
    ):
        entries = document.get(key, [])
        if not isinstance(entries, list):
            problems.append((key, "应为列表"))
            continue
        reasons = [(f"{key} 第 {number} 项", check(entry)) for number, entry in enumerate(entries, 1)]
        problems += [(where, reason) for where, reason in reasons if reason is not None]
    return problems


def _phone_problem(entry: object) -> str | None:
    if not isinstance(entry, dict) or not {"unit", "phone"} <= entry.keys():
        return "应有 unit 和 phone"
    if not _is_text(entry["phone"]) or not squash(entry["phone"]):
        return "phone 应为号码"
    return None if entry["unit"] is None or _is_text(entry["unit"]) else "unit 应为非空文字或 null"


def _table_problem(entry: object) -> str | None:
    if not isinstance(entry, dict) or not {"header", "rows", "one_row"} <= entry.keys():
        return "应有 header、rows 和 one_row"
    if not _is_count(entry["rows"]):
        return "rows 应为不小于 0 的整数"
    for key in ("header", "one_row"):
        if not isinstance(entry[key], list) or not all(isinstance(cell, str) for cell in entry[key]):
            return f"{key} 应为文字的列表"
    if entry["header"] and entry["one_row"] and len(entry["header"]) != len(entry["one_row"]):
        return "header 和 one_row 应一样长"
    return None


def _apart_problem(entry: object) -> str | None:
    if not isinstance(entry, dict) or not {"text", "headings"} <= entry.keys():
        return "应有 text 和 headings"
    if not _is_text(entry["text"]) or not 0 < len(squash(entry["text"])) <= LONGEST_QUOTE:
        return f"text 应有 1 至 {LONGEST_QUOTE} 个字（只数文字和数字）"
    return None if _is_texts(entry["headings"]) and entry["headings"] else "headings 应为文字的列表，且不空"


def _quote_problem(entry: object) -> str | None:
    if not isinstance(entry, dict) or not _is_text(entry.get("quote")):
        return "应有 quote"
    if not 0 < len(squash(entry["quote"])) <= LONGEST_QUOTE:
        return f"quote 应有 1 至 {LONGEST_QUOTE} 个字（只数文字和数字）"
    return None if _is_texts(entry.get("path", [])) else "path 应为文字的列表"
