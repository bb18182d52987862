"""Whether citations find their clauses: clauses drawn by a seed, each citation of them asked as a question.

    python tests/bench/bench_citations.py .index [MORE_INDEXES ...] [--count 300] [--seed 2023] [--json]

For each index and each way to cite, how many of the clauses drawn come first among the hits, and for how many the
answer stands in the clause too. The ways are those that the page offers to copy, and what people make of them when
they type: number and place alone, title and place alone, traditional characters, figures as Chinese numerals. Where
several clauses bear the citation or have the same words, which one is meant can't be told: coming right behind them is
coming first. Searched by keywords; no model is needed.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.numbering import chinese_numeral
from corpus.text import squash
from index.engine import IndexedClause
from retriever.ask import Asker
from retriever.citation import citation
from retriever.neighbours import HEADINGS
from retriever.page.cite import styles

COUNT, SEED, TOP = 300, 2023, 10
_FIGURE = re.compile(r"(?<=第)\d{1,3}(?=号|条|点|章|段|行)|(?<=〕)\d{1,3}(?=号)")
_YEAR = re.compile(r"〔(\d{4})〕")


def draw(asker: Asker, count: int = COUNT, seed: int = SEED) -> list[IndexedClause]:
    """Clauses that a search can return, the same for the same index and seed."""
    entries = asker.engine.clauses(range(asker.engine.info.clauses))
    shown = [entry for entry in entries if entry.role not in HEADINGS]
    return random.Random(seed).sample(shown, min(count, len(shown)))


def written(entry: IndexedClause) -> str:
    return citation(entry.notice, entry.clause)


def without_title(entry: IndexedClause) -> str | None:
    """离政办发〔2023〕9号第三部分, as people type it."""
    number = entry.notice.doc_number
    return None if number is None else number + written(entry).rpartition(f"（{number}）")[2]


def without_number(entry: IndexedClause) -> str | None:
    number = entry.notice.doc_number
    return None if number is None else written(entry).replace(f"（{number}）", "", 1)


def traditional(entry: IndexedClause) -> str:
    return str(_traditional().convert(written(entry)))


@functools.cache
def _traditional() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def in_numerals(entry: IndexedClause) -> str:
    """〔2023〕9号 as 〔二〇二三〕九号."""
    text = _FIGURE.sub(lambda match: chinese_numeral(int(match.group())) if int(match.group()) else "0", written(entry))
    return _YEAR.sub(
        lambda match: f"〔{match[1].translate(str.maketrans('0123456789', '〇一二三四五六七八九'))}〕", text
    )


def ways() -> dict[str, Callable[[IndexedClause], str | None]]:
    """The ways to cite, by name."""

    def style(name: str) -> Callable[[IndexedClause], str | None]:
        return lambda entry: dict(styles(entry)).get(name)

    copied = {name: style(name) for name in ("公文", "带原文", "Markdown", "GB/T 7714", "注明公报")}
    typed = {"文号和位置": without_title, "标题和位置": without_number, "繁体": traditional, "汉字数目": in_numerals}
    return {**copied, **typed}


def found(asker: Asker, entry: IndexedClause, way: Callable[[IndexedClause], str | None]) -> tuple[bool, bool]:
    """Whether the clause comes first, and whether it is the one that answers."""
    question = way(entry) or ""
    try:
        result = asker.ask(question, k=TOP, mode="bm25")
    except UsageError:
        return False, False
    same: list[str] = []
    for hit in result.hits:
        if hit.clause_id == entry.clause_id or squash(hit.text) == squash(entry.text):
            same.append(hit.clause_id)
            return True, result.answer is not None and result.answer.clause_id in same
        if way(hit.entry) != question:
            break
        same.append(hit.clause_id)
    return False, False


def measure(asker: Asker, count: int = COUNT, seed: int = SEED) -> dict[str, tuple[int, int, int]]:
    """Way to cite → (found, answered, asked)."""
    drawn = draw(asker, count, seed)
    figures: dict[str, tuple[int, int, int]] = {}
    for name, way in ways().items():
        told = [found(asker, entry, way) for entry in drawn if way(entry) is not None]
        figures[name] = (sum(first for first, _ in told), sum(answers for _, answers in told), len(told))
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Whether citations find their clauses.")
    parser.add_argument("indexes", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    for index in args.indexes:
        figures = measure(Asker.open(index, dense=False), args.count, args.seed)
        if args.json:
            print(json.dumps({"index": str(index), "found": figures}, ensure_ascii=False))
        else:
            told = (f"{name} {hits} ({answers})/{asked}" for name, (hits, answers, asked) in figures.items())
            print(f"{index}: {', '.join(told)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
