"""`python -m eval reader-steps`: what each thing that the reader does brings, with its interval.

The same questions are asked of the program with its reader allowed to do less or more, or counting otherwise
(`retriever.reading.use`). The steps build upon each other, and each is compared with the one before; the other rows
change one thing of the whole and are compared with it. Without the reader's figures the confidence goes by the
constants that were fitted without them, so that step contains both.

Times are those of rows in which every question is really read, whose turn comes first; where the reader would read the
same passages again, what it said is remembered.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from corpus.arguments import Parser, positive
from corpus.errors import UsageError
from eval import words
from eval.closed import any_closed
from eval.evaluate import ask_all
from eval.labels import Passages
from eval.model import Question
from eval.questions import Pair, pair, read_questions
from eval.refusal import auroc
from eval.scoring import Score, score
from eval.systems import Bench, Ours
from eval.table import READER_STEPS, columns, markdown, update_readme
from eval.uncertainty import Gain, Ratio, gains
from retriever.ask import Asker
from retriever.reading.passages import Passage
from retriever.reading.reader import Reader, Reading
from retriever.reading.use import USUAL, ReaderUse

_K = 10

# Measure → whether a question counts, and whether it is one of those that the measure is of.
MEASURES: dict[str, Callable[[Score], tuple[bool, bool]]] = {
    "success_at_1": lambda one: (one.first_rank == 1, one.answerable),
    "answer_right": lambda one: (bool(one.answer_right), one.answer_right is not None),
    "wrongly_refused": lambda one: (not one.answered, one.answerable),
    "none_answered": lambda one: (one.answered, not one.answerable),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A way to use the reader (None: not at all), its name in Chinese, and the name of what it is compared with."""

    name: str
    use: ReaderUse | None
    against: str | None
    timed: bool = False


_WHOLE = "信心也看阅读模型（完整）"


def steps() -> list[Step]:
    """One upon the other up to the whole, then the whole with one thing changed."""
    none, ranks, chooses = "不用阅读模型", "阅读模型只排序", "也选答句"
    words_alone = ReaderUse(chooses=False, judges=False)
    built = [
        Step(none, None, None, timed=True),
        Step(ranks, words_alone, none),
        Step(chooses, replace(words_alone, chooses=True), ranks),
        Step(_WHOLE, USUAL, chooses, timed=True),
    ]
    changed = {
        "不排序": replace(USUAL, ranking=0.0),
        "不选答句": replace(USUAL, chooses=False),
        **{f"排序时占 {value:g}": replace(USUAL, ranking=value) for value in (0.025, 0.1)},
        **{f"选答句时占 {value:g}": replace(USUAL, choosing=value) for value in (0.0, 0.2, 1.0)},
        **{f"读 {value} 条": replace(USUAL, read=value) for value in (4, 12)},
    }
    return built + [Step(name, use, _WHOLE, timed=use.read != USUAL.read) for name, use in changed.items()]


class Remembering:
    """A reader that reads the same passages for the same question once, unless it is to read `anew`. They are the same
    only all together, for int8 products depend a little on what else is read."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.sha256 = reader, reader.sha256
        self.anew = False
        self._said: dict[tuple[str, tuple[int, ...]], list[Reading]] = {}

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        key = question, tuple(one.entry.row for one in passages)
        if self.anew or key not in self._said:
            self._said[key] = self._reader.read(question, passages)
        return [replace(one, passage=passage) for one, passage in zip(self._said[key], passages, strict=True)]


@dataclass(frozen=True, slots=True)
class Measured:
    """A step's scores; `ms` is a question's median time (wall clock), None where passages were remembered."""

    step: Step
    scores: tuple[Score, ...]
    ms: float | None

    def value(self, measure: str) -> float | None:
        parts, wholes = ratio(measure, self.scores)
        return sum(parts) / sum(wholes) if sum(wholes) else None

    @property
    def auroc(self) -> float | None:
        """How well the confidence tells questions that are answered from others, whatever the threshold."""
        yes, no = ([one.confidence for one in self.scores if one.answerable is side] for side in (True, False))
        return auroc(yes, no)


def ratio(measure: str, scores: Sequence[Score]) -> Ratio:
    """Parts and wholes of a measure, one of each for every question."""
    both = [MEASURES[measure](one) for one in scores]
    return [float(part and whole) for part, whole in both], [float(whole) for _, whole in both]


def measure(asked: Iterable[tuple[Bench, Sequence[Question]]], chosen: Sequence[Step]) -> list[Measured]:
    """Each step over the questions of all indexes together."""
    scores: dict[str, list[Score]] = {step.name: [] for step in chosen}
    for bench, questions in asked:
        reader, passages = Remembering(bench.reader), Passages(bench.passages)
        for step in sorted(chosen, key=lambda one: not one.timed):
            print(step.name, file=sys.stderr)
            reader.anew = step.timed
            if step.use is None:
                asker = Asker(bench.engine, bench.embedder)
            else:
                asker = Asker(bench.engine, bench.embedder, reader=reader, use=step.use)
            answered = ask_all(Ours(asker, bench.passages, "hybrid"), questions, _K)
            scores[step.name] += score(answered, passages, _K)
    return [
        Measured(
            step,
            tuple(scores[step.name]),
            statistics.median(one.ms for one in scores[step.name]) if step.timed else None,
        )
        for step in chosen
    ]


def compared(measured: Sequence[Measured]) -> list[dict[str, Gain]]:
    """For each step the gain of each measure over what it is compared with; nothing for the first."""
    by_name = {one.step.name: one for one in measured}
    found: list[dict[str, Gain]] = []
    for one in measured:
        if one.step.against is None:
            found.append({})
            continue
        before = by_name[one.step.against].scores
        a, b = ([ratio(name, scores) for name in MEASURES] for scores in (before, one.scores))
        found.append(dict(zip(MEASURES, gains(a, b), strict=True)))
    return found


def shows_nothing(found: Mapping[str, Gain]) -> bool:
    """Whether every interval holds 0: with these questions no difference is seen."""
    return bool(found) and all(
        one.low is None or one.high is None or one.low <= 0.0 <= one.high for one in found.values()
    )


def table(measured: Sequence[Measured]) -> list[list[str]]:
    """A head and a row for each step: every measure, in brackets its gain in points with the interval."""
    heads = [words.term(name).name for name in MEASURES]
    rows = [["做法", *heads, words.term("auroc").name, "中位用时"]]
    for one, found in zip(measured, compared(measured), strict=True):
        cells = [_cell(name, one.value(name), found.get(name)) for name in MEASURES]
        time = "" if one.ms is None else f"{one.ms:.0f} 毫秒"
        rows.append([one.step.name, *cells, words.shown("auroc", one.auroc), time])
    return rows


def _cell(measure: str, value: float | None, gain: Gain | None) -> str:
    stated = words.shown(measure, value)
    if gain is None or gain.gain is None or gain.low is None or gain.high is None:
        return stated
    return f"{stated}（{100 * gain.gain:+.1f}：{100 * gain.low:+.1f} 到 {100 * gain.high:+.1f}）"


def notes(measured: Sequence[Measured], every: int = 1) -> str:
    """What the table's rows are compared with, and what brings nothing that can be seen; `every`: of how many questions
    one was asked."""
    last = [one.step.name for one in measured].index(_WHOLE) + 1
    nothing = [one.step.name for one, found in zip(measured, compared(measured), strict=True) if shows_nothing(found)]
    count, none = len(measured[0].scores), sum(not one.answerable for one in measured[0].scores)
    sample = f"（每 {every} 道取 1 道）" if every > 1 else ""
    return (
        f"{count} 道题{sample}，其中 {none} 道没有答案。括号里是相差几个百分点和 95% 置信区间：前 {last} 行逐步叠加，"
        f"与上一行比；其余各改一处，与“{_WHOLE}”比。各项区间都含 0、看不出差别的：{'、'.join(nothing) or '没有'}。"
    )


def to_json(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.step.name,
            "against": one.step.against,
            "ms": one.ms,
            "auroc": one.auroc,
            "measures": {
                name: {"value": one.value(name), **(asdict(found[name]) if found else {})} for name in MEASURES
            },
        }
        for one, found in zip(measured, compared(measured), strict=True)
    ]


def main(argv: Sequence[str]) -> int:
    parser = Parser(
        prog="python -m eval reader-steps",
        description="阅读模型的每一步带来多少：排序、选答句、判断信心，和各处用的数。",
        epilog="例：python -m eval reader-steps"
        " eval/questions/lishi-2023-02.jsonl,eval/questions/everyday-lishi.jsonl@.index",
    )
    add = parser.add_argument
    add(
        "pairs",
        nargs="+",
        type=pair,
        metavar="QUESTIONS.jsonl[,…]@INDEX",
        help="题目文件（几个用逗号隔开）@ 索引文件夹",
    )
    add("--every", type=positive, default=1, metavar="N", help="每 N 道题问一道，先粗看一遍（默认全问）")
    add("--json", action="store_true", help="输出 JSON")
    add("--readme", type=Path, metavar="FILE", help="另把表格写到这个文件的两个标记之间")
    args = parser.parse_args(argv)
    pairs: list[Pair] = args.pairs
    if any_closed(file for _, files in pairs for file in files):
        raise UsageError("不公开的题目只用来报告成绩，不能用来比较做法", "", "请改用 dev 题目")
    asked = [(Bench(index), read_questions(files)[:: args.every]) for index, files in pairs]
    measured = measure(asked, steps())
    if args.json:
        print(json.dumps(to_json(measured), ensure_ascii=False, indent=1))
    else:
        print(columns(table(measured)) + "\n" + notes(measured, args.every))
    if args.readme is not None:
        update_readme(args.readme, READER_STEPS, f"{markdown(table(measured))}\n{notes(measured, args.every)}\n")
    return 0
