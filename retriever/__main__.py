"""`python -m retriever QUESTION`: ask one question, or a file of them."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import console
from corpus.arguments import Parser
from corpus.errors import UsageError
from index.address import INDEX_HELP, parse_where
from index.paths import DEFAULT_INDEX

if TYPE_CHECKING:
    from retriever.ask import Asker


PARAMETERS = {"since": "--from", "until": "--to", "status": "--status", "on": "--on", "k": "-k", "mode": "--mode"}


def parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m retriever",
        description="在公报里找条款：用一句话提问，得到办事单位、电话、原文和出处。",
        epilog="例：python -m retriever 农民工工资问题咨询电话是多少 -k 3。"
        "退出码：0 完成（没有找到答案也是 0，JSON 里 answered 为 false），1 没能完成，2 用法或输入不对",
    )
    parser.add_argument(
        "question", nargs="?", metavar="QUESTION", help="问题，或一条引用（如 离政办发〔2023〕9号第三部分）"
    )
    parser.add_argument(
        "--check",
        type=Path,
        metavar="FILE",
        help="核对一个文件里的引用：有没有收录、标题和文号对不对、是否现行；- 为标准输入",
    )
    parser.add_argument("--batch", type=Path, metavar="FILE.jsonl", help="一行一个 JSON（id、question），逐行输出结果")
    parser.add_argument("-k", type=int, default=5, help="返回几条（默认 5）")
    parser.add_argument("--mode", choices=("hybrid", "dense", "bm25"), default="hybrid", help="检索方式（默认 hybrid）")
    parser.add_argument("--index", type=parse_where, default=DEFAULT_INDEX, metavar="DIR", help=INDEX_HELP)
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--issuer", metavar="NAME", help="只看某个发文机关")
    parser.add_argument("--doc-number", metavar="N", help="只看某个文号")
    parser.add_argument("--from", dest="since", metavar="DATE", help="只看这一天起的公文，如 2023-01-01")
    parser.add_argument("--to", dest="until", metavar="DATE", help="只看到这一天为止的公文")
    parser.add_argument(
        "--status",
        choices=("in_force", "repealed", "expired", "amended", "partly_repealed", "replaced", "upcoming", "any"),
        default="any",
        help="公文状态",
    )
    parser.add_argument(
        "--on", metavar="DATE", help="按这一天的情况回答（哪些文本有效、条文怎么写），如 2019-06-01；默认今天"
    )
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
    if sum(one is not None for one in (args.question, args.batch, args.check)) != 1:
        parser().error("请给出一个问题，或用 --batch 给出问题文件，或用 --check 给出要核对的文件")
    return args


def run(args: argparse.Namespace) -> int:
    """Open the index once, then answer one question or a file of them."""
    from retriever.ask import Asker
    from retriever.console import show, terminal_width
    from retriever.model import Filters, ParameterError
    from retriever.reading.ranking import load_ranker

    try:
        filters = Filters(args.issuer, args.doc_number, args.since, args.until, args.status, on=args.on)
        batch = list(read_batch(args.batch)) if args.batch else []
        text = None if args.check is None else _text_of(args.check)
        asker = Asker.open(args.index, dense=args.mode != "bm25" and text is None)
        if text is not None:
            return _check(asker, text, args.json)
        if args.reader is not None:
            asker = asker.with_ranker(load_ranker(args.reader))
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
    print(json.dumps(result.to_json(), ensure_ascii=False, indent=1) if args.json else show(result, terminal_width()))
    return 0


def _text_of(path: Path) -> str:
    return read_text(None, sys.stdin.buffer.read()) if str(path) == "-" else read_text(path)


def _check(asker: Asker, text: str, as_json: bool) -> int:
    """Check the citations of a text. Like a question without an answer, one that isn't here is no failure."""
    from retriever.check import check, to_json
    from retriever.console import show_checked, terminal_width

    checked = check(text, asker.engine, asker.resolver)
    print(
        json.dumps(to_json(checked), ensure_ascii=False, indent=1)
        if as_json
        else show_checked(checked, terminal_width())
    )
    return 0


def read_text(path: Path | None, stdin: bytes = b"") -> str:
    """The text of a file in any of the encodings that documents come in, or of stdin where no file is given."""
    try:
        data = stdin if path is None else path.read_bytes()
    except OSError as err:
        raise UsageError(f"读不了文件（{err.strerror or err}）", str(path), "请检查路径") from err
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise UsageError("读不出文字", str(path or "-"), "请把文件存成 UTF-8 编码的纯文本")


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


if __name__ == "__main__":
    sys.exit(main())
