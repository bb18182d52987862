"""`python -m eval held-out`: questions on documents that the reader didn't learn from, for fitting the confidence.

`index.training.reader_prepare` keeps a tenth of the documents it is given for measuring. What was written on those,
asked of an index of them, tells how far the whole program can be trusted on documents that no rule was made from: the
four gazettes with labelled questions are those the rules grew on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpus.arguments import Parser
from corpus.text import squash
from eval.labels import Passages
from eval.model import Hit, Kind, Label
from eval.questions import LONGEST_QUOTE, SHORTEST_QUOTE
from index.engine import Engine
from index.opening import open_index
from index.training.reader_data import WRITTEN, Candidate, ReaderData, read_data
from index.training.reader_data import Kind as Told
from index.training.reader_prepare import is_dev

_AROUND = 12  # characters quoted before and behind the words that answer


def sources(data: ReaderData) -> list[str]:
    """The documents kept for measuring, as the data names them."""
    asked = (group for group in data.dev if group.origin in WRITTEN)
    named = {data.passages[one.passage].source for group in asked for one in group.candidates if not one.natural}
    return sorted(filter(is_dev, named))


def questions(data: ReaderData, engine: Engine) -> Iterator[dict[str, Any]]:
    """Lines of a question file: what is answered by a clause of the index, by a span, yes or no."""
    hits = [Hit(one.clause_id, one.notice.doc_number, one.text) for one in engine.clauses(range(engine.info.clauses))]
    passages, number = Passages(hits), 0
    for group in data.dev:
        if group.origin not in WRITTEN:
            continue
        answering = [one for one in group.candidates if one.kind in (Told.SPAN, Told.YES, Told.NO)]
        labels = {label: None for one in answering for label in _labels(data, one, passages)}
        if not labels:
            continue
        number += 1
        words = {
            data.passages[one.passage].text[one.start : one.end]: None for one in answering if one.kind is Told.SPAN
        }
        yield {
            "id": f"w{number:04d}",
            "kind": (Kind.FACT if words else Kind.CLAUSE).value,
            "question": group.question,
            "relevant": [{"doc_number": one.doc_number, "quote": one.quote} for one in labels],
            "answer": list(words),
        }


def _labels(data: ReaderData, one: Candidate, passages: Passages) -> list[Label]:
    quote = quoted(data.passages[one.passage].text, one.start, one.end)
    return passages.labels_of(quote) if quote else []


def quoted(text: str, start: int, end: int) -> str:
    """The words at `start`…`end` with some around them, within the length that a label's quote may have; empty if
    the text is too short for one."""
    begin = max(0, min(start - _AROUND, len(text) - 2 * _AROUND))
    quote = text[begin : min(len(text), max(end + _AROUND, begin + 2 * _AROUND))][:LONGEST_QUOTE]
    return quote if len(squash(quote)) >= SHORTEST_QUOTE else ""


def main(argv: Sequence[str]) -> int:
    parser = Parser(
        prog="python -m eval held-out",
        description="把阅读模型没有学过的文件上的提问写成题目文件，用来拟合可信度。",
        epilog="例：python -m eval held-out --data reader-data --index .held-out --out held-out.jsonl",
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="index.training.reader_prepare 制作的文件夹")
    add("--index", type=Path, metavar="DIR", help="这些文件的索引；不给就只列出是哪些文件")
    add("--out", type=Path, metavar="FILE", help="写到哪里（默认输出到屏幕）")
    args = parser.parse_args(argv)
    data = read_data(args.data)
    if args.index is None:
        print("\n".join(sources(data)))
        return 0
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in questions(data, open_index(args.index))]
    if args.out is None:
        print("".join(lines), end="")
    else:
        args.out.write_text("".join(lines), "utf-8")
    print(f"{len(lines)} 道题", file=sys.stderr)
    return 0
