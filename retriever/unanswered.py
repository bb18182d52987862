"""没答上来的问题: an editor's list made of feedback, the most frequent first.

`python -m retriever.unanswered FILE` reads what `python ui.py --feedback FILE` keeps: questions called 没用 or 答错了,
and with `--keep-refused` those that got no answer.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus import console
from corpus.arguments import Parser
from corpus.errors import UsageError
from corpus.text import squash

VERDICTS = {"refused": "没有答案", "wrong": "答错了", "useless": "没用"}
_SHOWN = 3  # of what users pointed out or wrote, for one question


@dataclass(slots=True)
class Asked:
    """One question, however it was punctuated: how often what was said of it, when last, what users gave instead."""

    question: str
    counts: Counter[str] = field(default_factory=Counter)
    last: str = ""
    answers: Counter[str] = field(default_factory=Counter)
    instead: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.counts.total()

    def add(self, line: dict[str, Any]) -> None:
        self.counts[line["verdict"]] += 1
        self.last = max(self.last, _text(line, "date"))
        self.answers.update(filter(None, [_text(line, "answer"), *_texts(line, "wrong")]))
        self.instead.update(filter(None, [_text(line, "said"), *_pointed(line)]))

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "count": self.count,
            **{verdict: self.counts[verdict] for verdict in VERDICTS},
            "last": self.last or None,
            "answers": dict(self.answers.most_common()),
            "instead": dict(self.instead.most_common()),
        }


def unanswered(lines: Iterable[dict[str, Any]]) -> list[Asked]:
    """The questions of feedback lines that weren't answered well, most frequent first, then newest."""
    asked: dict[str, Asked] = {}
    for line in lines:
        question = _text(line, "question")
        if line.get("verdict") in VERDICTS and squash(question):
            asked.setdefault(squash(question), Asked(question)).add(line)
    newest = sorted(asked.values(), key=lambda one: one.last, reverse=True)
    return sorted(newest, key=lambda one: -one.count)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a feedback file and of the one beside it. Raises UsageError."""
    files = [one for one in (path, beside(path)) if one.exists()]
    if not files:
        raise UsageError("没有这个反馈文件", str(path), "请给 python ui.py --feedback 后面的那个文件")
    for file in files:
        try:
            text = file.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as err:
            raise UsageError("读不了反馈文件", str(file), "请检查路径、权限和编码（UTF-8）") from err
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield _line(line, file, number)


def _line(line: str, file: Path, number: int) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise UsageError("不是一行反馈", f"{file} 第 {number} 行", "请改正或删掉这一行")
    return read


def beside(path: Path) -> Path:
    """The file for what is no question with its answer: 反馈.jsonl → 反馈.open.jsonl."""
    return path.with_name(f"{path.stem}.open{path.suffix or '.jsonl'}")


def _text(line: dict[str, Any], name: str) -> str:
    value = line.get(name)
    return value if isinstance(value, str) else ""


def _texts(line: dict[str, Any], name: str) -> list[str]:
    values = line.get(name)
    return [one for one in values if isinstance(one, str)] if isinstance(values, list) else []


def _pointed(line: dict[str, Any]) -> list[str]:
    """The clauses that a user pointed out, as their document and a few words; or that there is none."""
    if line.get("kind") == "none":
        return ["（用户说公报里没有）"]
    relevant = line.get("relevant")
    labels = [one for one in relevant if isinstance(one, dict)] if isinstance(relevant, list) else []
    return [f"{_text(one, 'doc_number')}“{_text(one, 'quote')}”" for one in labels]


def listed(asked: Sequence[Asked]) -> str:
    """The list for an editor to read."""
    if not asked:
        return "没有没答上来的问题"
    lines = [f"没答上来的问题：{len(asked)} 个，共 {sum(one.count for one in asked)} 次"]
    for number, one in enumerate(asked, 1):
        counts = "，".join(f"{name} {one.counts[verdict]}" for verdict, name in VERDICTS.items() if one.counts[verdict])
        lines.append(f"{number}. {one.question}　{one.count} 次（{counts}）{f'　最近 {one.last}' if one.last else ''}")
        lines += [f"   当时答：{_shortened(text)}" for text, _ in one.answers.most_common(_SHOWN)]
        lines += [f"   用户说：{_shortened(text)}　{count} 次" for text, count in one.instead.most_common(_SHOWN)]
    return "\n".join(lines)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def parser() -> argparse.ArgumentParser:
    found = Parser(
        prog="python -m retriever.unanswered",
        description="没答上来的问题：把反馈文件里的“没用”“答错了”和没有答案的问题合成一张表，多的在前。",
        epilog="例：python -m retriever.unanswered feedback.jsonl",
    )
    found.add_argument("file", type=Path, metavar="FILE", help="python ui.py --feedback 后面的那个文件")
    found.add_argument("--json", action="store_true", help="输出 JSON，一行一个问题")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    return console.run(lambda: run(parser().parse_args(argv)))


def run(args: argparse.Namespace) -> int:
    asked = unanswered(read_lines(args.file))
    if args.json:
        for one in asked:
            print(json.dumps(one.to_json(), ensure_ascii=False))
    else:
        print(listed(asked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
