"""`python -m retriever QUESTION`: ask one question, or a file of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import console
from corpus.errors import UsageError
from index.paths import DEFAULT_INDEX

if TYPE_CHECKING:
    from retriever.model import SearchResult


PARAMETERS = {"since": "--from", "until": "--to", "status": "--status", "k": "-k", "mode": "--mode"}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m retriever",
        description="在公报里找条款：用一句话提问，得到办事单位、电话、原文和出处。",
        epilog="例：python -m retriever 农民工工资问题咨询电话是多少 -k 3",
    )
    parser.add_argument("question", nargs="?", metavar="QUESTION", help="问题")
    parser.add_argument("--batch", type=Path, metavar="FILE.jsonl", help="一行一个 JSON（id、question），逐行输出结果")
    parser.add_argument("-k", type=int, default=5, help="返回几条（默认 5）")
    parser.add_argument("--mode", choices=("hybrid", "dense", "bm25"), default="hybrid", help="检索方式（默认 hybrid）")
    parser.add_argument("--index", type=Path, default=DEFAULT_INDEX, metavar="DIR", help="索引文件夹（默认 .index）")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--issuer", metavar="NAME", help="只看某个发文机关")
    parser.add_argument("--doc-number", metavar="N", help="只看某个文号")
    parser.add_argument("--from", dest="since", metavar="DATE", help="只看这一天起的公文，如 2023-01-01")
    parser.add_argument("--to", dest="until", metavar="DATE", help="只看到这一天为止的公文")
    parser.add_argument("--status", choices=("in_force", "repealed", "expired", "any"), default="any", help="公文状态")
    parser.add_argument(
        "--reader",
        metavar="NAME_OR_DIR",
        help="用来重排前 10 条的阅读模型：本程序制作的文件夹，或 sentence-transformers 的 CrossEncoder",
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    return console.run(lambda: run(arguments(argv)))


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; argparse leaves with 2 where they don't make sense."""
    args = parser().parse_args(argv)
    if (args.question is None) == (args.batch is None):
        parser().error("请给出一个问题，或用 --batch 给出问题文件")
    return args


def run(args: argparse.Namespace) -> int:
    """Open the index once, then answer one question or a file of them."""
    from retriever.ask import Asker
    from retriever.model import Filters, ParameterError
    from retriever.reading.ranking import load_ranker

    try:
        filters = Filters(args.issuer, args.doc_number, args.since, args.until, args.status)
        batch = list(read_batch(args.batch)) if args.batch else []
        asker = Asker.open(args.index, dense=args.mode != "bm25")
        if args.reader is not None:
            asker.ranker = load_ranker(args.reader)
        if args.batch:
            for question_id, question in batch:
                try:
                    data = asker.ask(question, k=args.k, mode=args.mode, filters=filters).to_json(question_id)
                except ParameterError:
                    raise
                except UsageError as err:
                    data = refusal(question_id, question, args.mode, str(err))
                print(json.dumps(data, ensure_ascii=False))
            return 0
        result = asker.ask(args.question, k=args.k, mode=args.mode, filters=filters)
    except ParameterError as err:
        raise err.named(PARAMETERS) from err
    print(json.dumps(result.to_json(), ensure_ascii=False, indent=1) if args.json else show(result))
    return 0


def read_batch(path: Path) -> Iterator[tuple[str | None, str]]:
    """(id, question) of every line. All bad lines are reported together, by number (UsageError)."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # U+2028 may stand in a question
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"读不了问题文件（{err}）", str(path), "请检查路径和编码（UTF-8）") from err
    questions: list[tuple[str | None, str]] = []
    bad: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            question, question_id = row["question"], row.get("id")
            if not isinstance(question, str):
                raise TypeError(question)
            questions.append((None if question_id is None else str(question_id), question))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            bad.append(str(number))
    if bad:
        raise UsageError(f"第 {'、'.join(bad)} 行不是带 question 的 JSON", str(path), "请改正后再试")
    yield from questions


def refusal(question_id: str | None, question: str, mode: str, why: str) -> dict[str, object]:
    """The contract's object for a question that can't be searched for."""
    from retriever.model import SearchResult
    from retriever.notes import Note, NoteKind

    notes = (Note(NoteKind.UNUSABLE, why),)
    result = SearchResult(question, mode, mode, notes, False, 0.0, None, (), {"total": 0.0})
    return result.to_json(question_id)


def show(result: SearchResult) -> str:
    """Answer and hits for a person at a terminal."""
    from corpus.doubt_words import caution

    lines: list[str] = []
    if result.note:
        lines.append(result.note)
    if result.answer:
        lines.append(f"答：{result.answer.text}")
        for office in result.answer.offices:
            source = f"（见{office.phone_from}）" if office.phone_from else ""
            phone = f"　{office.phone or '公报未载电话'}{source}" if result.sure else ""
            lines.append(f"　　{office.name}{phone}")
        if not result.sure:
            lines.append("（这个答案不一定准，请看下面的原文再确认。）")
        if doubt := caution(result.answer.uncertain):
            lines.append(f"（{doubt}）")
    for hit in result.hits:
        lines.append(f"{hit.rank}. {hit.citation}　[{hit.score:.3f}]")
        lines.append(f"   {' › '.join(hit.path)}")
        lines.append(f"   {hit.text}")
        if doubt := caution(hit.uncertain):
            lines.append(f"   （{doubt}）")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
