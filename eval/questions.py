"""Question files: JSON lines of the contract's shape, checked before anything is asked.

One bad line must not hide the next, so every problem of every file is found first and reported
together.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.text import squash
from eval.closed import HIDDEN, is_closed
from eval.model import SPLITS, Kind, Label, Question, trec_id

# A shorter quote stands in clauses that do not answer; a longer one asks for one way of cutting.
SHORTEST_QUOTE, LONGEST_QUOTE = 8, 60
Pair = tuple[Path, list[Path]]  # an index, and the question files asked of it


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line of a question file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        what = HIDDEN if is_closed(self.file) else self.what
        return f"{self.file} 第 {self.line} 行：{what}"

    def hidden(self) -> Problem:
        """Where it is, without a word of what stands there."""
        return Problem(self.file, self.line, HIDDEN)


class QuestionFileError(UsageError):
    """Question files that can't be used. The message lists every problem, one a line."""

    def __init__(self, problems: Sequence[Problem], todo: str = "请改正后再试") -> None:
        self.problems, self.advice = tuple(problems), todo
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"题目文件有 {len(problems)} 处问题：\n{listed}\n{todo}")


@contextlib.contextmanager
def nothing_told(hide: bool) -> Iterator[None]:
    """While it lasts, errors in question files say where they are and, if `hide`, nothing of what stands there."""
    try:
        yield
    except QuestionFileError as err:
        if not hide:
            raise
        raise QuestionFileError([problem.hidden() for problem in err.problems], err.advice) from None


def read_questions(paths: Sequence[Path]) -> list[Question]:
    """The questions of all files, in order.

    Raises QuestionFileError with every bad line of every file; ids must differ across all files,
    also once white space in them is written as trec_eval needs it.
    """
    questions: list[Question] = []
    problems: list[Problem] = []
    seen: dict[str, Question] = {}
    for path in paths:
        good, bad = _read_file(path)
        problems += bad
        for question in good:
            first = seen.setdefault(trec_id(question.id), question)
            if first is question:
                questions.append(question)
            else:
                where = f"{first.file} 第 {first.line} 行"
                problems.append(Problem(question.file, question.line, f"id {question.id!r} 与{where}重复"))
    if problems:
        raise QuestionFileError(sorted(problems, key=lambda one: (one.file, one.line)))
    return questions


def _read_file(path: Path) -> tuple[list[Question], list[Problem]]:
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as err:
        raise UsageError(f"打不开题目文件（{err.strerror or err}）", name, "请检查路径和读取权限") from err
    except UnicodeDecodeError as err:
        raise UsageError("题目文件不是 UTF-8 编码", name, "请另存为 UTF-8 编码后再试") from err
    questions: list[Question] = []
    problems: list[Problem] = []
    # Not splitlines(): it also cuts at U+2028 and the like, which JSON allows inside a string.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as err:
            problems.append(Problem(name, number, f"不是一行 JSON（{err}）"))
            continue
        reasons = _reasons(row)
        if reasons:
            problems += [Problem(name, number, reason) for reason in reasons]
        else:
            questions.append(_question(row, name, number))
    if not questions and not problems:
        problems.append(Problem(name, 1, "文件里没有题目"))
    return questions, problems


def _question(row: dict[str, Any], file: str, line: int) -> Question:
    return Question(
        id=row["id"],
        kind=Kind(row["kind"]),
        question=row["question"],
        relevant=tuple(Label(entry["doc_number"], entry["quote"]) for entry in row["relevant"]),
        answers=tuple(row["answer"]),
        split=row.get("split"),
        file=file,
        line=line,
        documents=tuple(row.get("documents", ())),
        wrong=tuple(row.get("wrong", ())),
    )


def _reasons(row: object) -> list[str]:
    """Why a line can't be used: empty for a good one. Keys that the contract does not name are ignored."""
    if not isinstance(row, dict):
        return ["不是 JSON 对象"]
    missing = [key for key in ("id", "kind", "question", "relevant", "answer") if key not in row]
    if missing:
        return [f"缺少 {'、'.join(missing)}"]
    reasons = [
        f"{key} 应为非空文字" for key in ("id", "question") if not isinstance(row[key], str) or not row[key].strip()
    ]
    kinds = [kind.value for kind in Kind]
    if row["kind"] not in kinds:
        reasons.append(f"kind 是 {row['kind']!r}，应为 {'、'.join(kinds)} 之一")
    if not _is_texts(row["answer"]):
        reasons.append("answer 应为文字的列表，且没有空的一项")
    reasons += [
        f"{key} 应为文字的列表，且没有空的一项" for key in ("documents", "wrong") if not _is_texts(row.get(key, []))
    ]
    if row.get("split") not in (None, *SPLITS):
        reasons.append(f"split 是 {row['split']!r}，应为 {'、'.join(SPLITS)} 之一")
    if not isinstance(row["relevant"], list):
        reasons.append("relevant 应为列表")
        return reasons
    if row["kind"] == Kind.NONE and row["relevant"]:
        reasons.append("kind 为 none（资料里没有答案），relevant 应为空")
    if row["kind"] in kinds and row["kind"] != Kind.NONE and not row["relevant"]:
        reasons.append("relevant 是空的；没有答案的题目 kind 应为 none")
    for position, entry in enumerate(row["relevant"], 1):
        reason = _label_reason(entry)
        if reason:
            reasons.append(f"relevant 第 {position} 项：{reason}")
    return reasons


def _label_reason(entry: object) -> str | None:
    if not isinstance(entry, dict) or "doc_number" not in entry or not isinstance(entry.get("quote"), str):
        return "应有 doc_number（没有发文字号时为 null）和 quote"
    if entry["doc_number"] is not None and not _is_texts([entry["doc_number"]]):
        return "doc_number 应为非空文字或 null"
    length = len(squash(entry["quote"]))
    if not SHORTEST_QUOTE <= length <= LONGEST_QUOTE:
        return (
            f"quote 有 {length} 个字（只数文字和数字），应为 {SHORTEST_QUOTE} 至 {LONGEST_QUOTE} 个：{entry['quote']}"
        )
    return None


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def pair(word: str) -> Pair:
    """`a.jsonl,b.jsonl@INDEX` as an index and files; argparse shows what is wrong."""
    files, at, index = word.rpartition("@")
    if not at or not index or not all(files.split(",")):
        raise argparse.ArgumentTypeError(f"{word!r} 不是“题目文件@索引文件夹”的样子")
    return Path(index), [Path(name) for name in files.split(",")]
