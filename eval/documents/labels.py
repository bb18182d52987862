"""Reading labels: `.json` (one file's label, or a list) and `.jsonl`, checked before anything is parsed.

Every problem of every label is found first and reported together, by file and key. No message quotes a
value, so that they can be shown of a closed set, too; `--totals-only` also hides the names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.errors import UsageError
from eval.documents.form import ALSO, file_problems, unknown_keys
from eval.documents.model import FIELDS, Apart, Document, Expected, LabelledFile, Quote, Table

_SUFFIXES = (".json", ".jsonl")


class LabelError(UsageError):
    """Labels that can't be used. The message lists every problem, one a line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"标注有 {len(problems)} 处问题：\n{listed}\n请改正后再试")


@dataclass(frozen=True, slots=True)
class Labels:
    """The labelled files, in order, and notes on keys that nothing reads."""

    files: tuple[LabelledFile, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A label as it stands in a file. `where` names it in messages."""

    source: Path
    name: str
    where: str
    value: object


def read_labels(paths: Sequence[Path], *, closed: bool = False) -> Labels:
    """The labels of files and folders. `closed`: no message may name a file.

    Raises LabelError with everything that is wrong, UsageError where a path can't be read or holds no label.
    """
    files: dict[str, LabelledFile] = {}
    problems: list[str] = []
    unknown: set[str] = set()
    for number, row in enumerate(_rows(paths, closed), 1):
        where = f"第 {number} 个标注" if closed else row.where
        value = _with_file(row)
        if not isinstance(value, dict):
            problems.append(f"{where}：应为 JSON 对象")
            continue
        wrong = file_problems(value)
        problems += [f"{where}：{key} {what}" for key, what in wrong]
        if wrong:
            continue
        unknown |= set(unknown_keys(value))
        label = _label(value, row)
        if label.file in files:
            problems.append(f"{where}：file 与{'前面' if closed else f' {files[label.file].source} '}的重复")
        files.setdefault(label.file, label)
    if problems:
        raise LabelError(problems)
    if not files:
        raise UsageError("没有找到标注", "" if closed else "、".join(map(str, paths)), "请给出标注文件或文件夹")
    notes = [f"标注里有不认识的键 {'、'.join(sorted(unknown))}，没有用到"] if unknown else []
    return Labels(tuple(files.values()), tuple(notes))


def _rows(paths: Sequence[Path], closed: bool) -> Iterator[_Row]:
    for given in paths:
        found = sorted(one for one in given.rglob("*") if one.suffix in _SUFFIXES) if given.is_dir() else [given]
        for path in found:
            where = "" if closed else str(path)
            try:
                text = path.read_text(encoding="utf-8-sig")
            except OSError as err:
                raise UsageError(f"打不开标注文件（{err.strerror or err}）", where, "请检查路径和读取权限") from err
            except UnicodeDecodeError as err:
                raise UsageError("标注文件不是 UTF-8 编码", where, "请另存为 UTF-8 编码后再试") from err
            yield from _read(path, text, where)


def _read(path: Path, text: str, where: str) -> Iterator[_Row]:
    try:
        if path.suffix == ".jsonl":
            number = 0
            for number, line in enumerate(text.split("\n"), 1):
                if line.strip():
                    yield _Row(path, f"{path.stem}:{number}", f"{path} 第 {number} 行", json.loads(line))
            return
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as err:
        line = f" 第 {number} 行" if path.suffix == ".jsonl" else ""
        raise UsageError("不是 JSON", where and where + line, "请改正后再试") from err
    if isinstance(value, list) and value and all(isinstance(one, dict) and "file" in one for one in value):
        for number, one in enumerate(value, 1):
            yield _Row(path, f"{path.stem}:{number}", f"{path} 第 {number} 项", one)
        return
    yield _Row(path, path.stem, str(path), value)


def _with_file(row: _Row) -> object:
    """A bare list of documents is the label of the file that the label's file is named after (`a.docx.json`)."""
    return {"file": row.name, "documents": row.value} if isinstance(row.value, list) else row.value


def _label(value: dict[str, Any], row: _Row) -> LabelledFile:
    documents = value["documents"]
    stated = [one for one in (value.get("expected"), *(one.get("expected") for one in documents)) if one is not None]
    return LabelledFile(
        name=value.get("name") or row.name,
        file=value["file"],
        form=(value.get("form") or PurePosixPath(value["file"]).suffix.removeprefix(".") or "—").lower(),
        place=value.get("place"),
        sha256=value.get("sha256"),
        expected=Expected(stated[0]) if stated else Expected.DOCUMENTS,
        documents=tuple(map(_document, documents)),
        source=row.source,
    )


def _document(value: dict[str, Any]) -> Document:
    also: dict[str, tuple[str, ...]] = {}
    for key, name in ALSO.items():
        also[name] = (*also.get(name, ()), *value.get(key, ()))
    phones = value.get("phones")
    return Document(
        fields={name: value[name] for name in FIELDS if name in value},
        also=also,
        phones=None if phones is None else tuple((one["unit"] or "", one["phone"]) for one in phones),
        first_text=value.get("first_text"),
        last_text=value.get("last_text"),
        counts=value.get("clauses", {}),
        tables=tuple(
            Table(tuple(one["header"]), one["rows"], tuple(one["one_row"])) for one in value.get("tables", ())
        ),
        absent=tuple(value.get("absent", ())),
        must=tuple(Quote(one["quote"], tuple(one.get("path", ()))) for one in value.get("must", ())),
        joined=tuple(value.get("joined", ())),
        apart=tuple(Apart(one["text"], tuple(one["headings"])) for one in value.get("apart", ())),
    )
