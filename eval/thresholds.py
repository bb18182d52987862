"""`python -m eval threshold QUESTIONS.jsonl[,…]@INDEX […] --everyday QUESTIONS.jsonl@INDEX`: where to stop answering.

Half of what is asked are everyday questions, which mostly have no answer in a gazette, half questions that somebody
asked knowing it (`eval/costs.py` says what errors cost). Only the thresholds in `retriever/data/confidence.toml`
change; the weights are `python -m eval calibrate`'s.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus.arguments import Parser
from eval.calibrate import KINDS, TARGET, asker_of, mode_of
from eval.costs import Judged, cheapest, cost
from eval.questions import Pair, pair, read_questions
from eval.refusal import refusing
from eval.systems import DAY
from index.opening import open_index

_NOTE = "# Thresholds: least cost on these questions (eval/costs.py), half of them everyday ones:\n"
_OLD_NOTE = re.compile(rf"{re.escape(_NOTE)}(?:#.*\n)+(?=\n)")


def judged(pairs: Sequence[Pair], kind: str) -> list[Judged]:
    """Each question's confidence, and whether it has an answer."""
    out: list[Judged] = []
    for index, files in pairs:
        asker = asker_of(open_index(index, today=DAY), kind)
        for one in read_questions(files):
            out.append((asker.ask(one.question, k=1, mode=mode_of(kind)).confidence, one.answerable))
    return out


def with_thresholds(text: str, thresholds: dict[str, float], command: str) -> str:
    """The constants' file with other thresholds and the command that chose them."""
    for kind, value in thresholds.items():
        text, changed = re.subn(
            rf"(\[modes\.{kind}\]\nbias = \S+\nthreshold = )\S+", rf"\g<1>{value:.2f}", text, count=1
        )
        assert changed, f"no threshold of {kind} in the constants"
    head, line_end, rest = _OLD_NOTE.sub("", text).partition("\n\n")
    return f"{head}\n{_NOTE}# {command}{line_end}{rest}"


def main(argv: Sequence[str]) -> int:
    parser = Parser(
        prog="python -m eval threshold",
        description="按错答和错拒的代价重新选定拒答的门槛。",
        epilog="例：python -m eval threshold eval/questions/lishi-2023-02.jsonl@.index"
        " --everyday eval/questions/everyday-lishi.jsonl@.index",
    )
    form = "QUESTIONS.jsonl[,…]@INDEX"
    add = parser.add_argument
    add("pairs", nargs="+", type=pair, metavar=form, help="了解公报的人提的问题")
    add("--everyday", nargs="+", type=pair, metavar=form, required=True, help="没看过公报的人提的问题")
    parser.add_argument("--out", type=Path, default=TARGET, metavar="FILE", help="改哪个文件里的门槛")
    args = parser.parse_args(argv)
    chosen = {}
    for kind in KINDS:
        mix = [judged(args.pairs, kind), judged(args.everyday, kind)]
        chosen[kind] = cheapest(mix)
        for name, part in zip(("了解公报", "日常"), mix, strict=True):
            count = refusing([sure >= chosen[kind] for sure, _ in part], [truth for _, truth in part])
            print(
                f"{kind} 门槛 {chosen[kind]:.2f}，{name}的问题：拒答 {count.right}/{count.none}，"
                f"错拒 {count.wrong}/{count.answerable}，代价 {cost(part, chosen[kind]):.3f}",
                file=sys.stderr,
            )
    command = " ".join(["python -m eval threshold", *argv])
    args.out.write_text(with_thresholds(args.out.read_text("utf-8"), chosen, command), "utf-8")
    print(f"已写入 {args.out}", file=sys.stderr)
    return 0
