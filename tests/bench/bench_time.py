"""What asking about a time costs: the same questions as of a day and of a year, beside the same index asked plainly.

    python tests/bench/bench_time.py eval/questions/lishi-2023-02.jsonl --index DIR [--mode bm25] [--every 10]

Each question is asked in turn, `--turns` times, as it is, as of a day (`--on`) and for the texts of a year, and beside
it the same words without the code that settles which text is in force; and, for as many notices, whether the notice is
still in force. Time is that of the processor, the best of the turns; the table has medians over the questions.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from eval.questions import read_questions  # noqa: E402
from index.engine import IndexedClause  # noqa: E402
from retriever.ask import Asker  # noqa: E402
from retriever.decide import Decision  # noqa: E402
from retriever.in_time import InTime, Standing  # noqa: E402
from retriever.model import Filters  # noqa: E402
from retriever.notes import Note  # noqa: E402
from retriever.query import Query  # noqa: E402
from retriever.search import Retrieval  # noqa: E402
from retriever.standing import named  # noqa: E402
from tests.bench.machine import processor  # noqa: E402


class AnyTime(InTime):
    """Every text may answer whatever is asked."""

    def settle(self, query: Query, question: str, retrieval: Retrieval) -> Standing:
        return Standing(retrieval, retrieval, None, None)

    def year(self, question: str) -> str | None:
        return None

    def warnings(self, entry: IndexedClause) -> Iterator[Note]:
        return iter(())

    def explained(self, decision: Decision, found: Standing) -> Decision:
        return decision


Ask = Callable[[str, str], object]


def ways(asker: Asker, plain: Asker, mode: str, day: str) -> dict[str, tuple[Ask, Ask]]:
    """What is timed, by its name: functions of a question and the name of a notice, with and without the code."""
    on = Filters(on=day)

    def then(one: Asker) -> Ask:
        return lambda question, _: one.ask(f"{day[:4]}年时{question}", mode=mode)

    def now(one: Asker) -> Ask:
        return lambda question, _: one.ask(question, mode=mode)

    return {
        "as it is": (now(asker), now(plain)),
        "on a day": (lambda question, _: asker.ask(question, mode=mode, filters=on), now(plain)),
        "of a year": (then(asker), then(plain)),
        "in force?": (lambda _, name: asker.ask(f"{name}现在还有效吗", mode=mode), now(plain)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--mode", default="bm25", choices=("bm25", "dense", "hybrid"))
    parser.add_argument("--day", default="2023-12-31")
    parser.add_argument("--every", type=int, default=10, help="each so manieth question")
    parser.add_argument("--turns", type=int, default=5)
    args = parser.parse_args()
    asker = Asker.open(args.index, dense=args.mode != "bm25")
    plain = Asker(asker.engine, asker.embedder, asker.mode_note, asker.reader)
    plain._in_time = AnyTime(plain.engine, plain.families)
    asked = [one.question for one in read_questions([args.questions])[:: args.every]]
    notices = asker.engine.notices
    names = [named(notices[at % len(notices)].notice) for at in range(len(asked))]
    timed = ways(asker, plain, args.mode, args.day)
    best = {way: timings(pair, list(zip(asked, names, strict=True)), args.turns) for way, pair in timed.items()}
    print(f"{processor()}\n{len(asked)} questions, {len(notices)} notices, {args.mode}, best of {args.turns}")
    for way, times in best.items():
        with_it, without = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(one / other for one, other in times)
        print(f"{way:>10} {with_it:7.1f} ms of the processor, without {without:7.1f}: {ratio:.2f} times")


def timings(pair: tuple[Ask, Ask], asked: list[tuple[str, str]], turns: int) -> list[tuple[float, float]]:
    """The best of the turns of each question, with the code and without. A turn asks all questions, so that what is
    kept of the last few doesn't help; one before the first has read what is read once."""
    best = [(float("inf"), float("inf"))] * len(asked)
    for turn in range(turns + 1):
        for at, (question, name) in enumerate(asked):
            took = [seconds(ask, question, name) for ask in pair]
            if turn:
                best[at] = (min(best[at][0], took[0]), min(best[at][1], took[1]))
    return best


def seconds(ask: Ask, question: str, name: str) -> float:
    began = time.process_time()
    ask(question, name)
    return time.process_time() - began


if __name__ == "__main__":
    main()
