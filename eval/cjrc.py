"""`python -m eval cjrc`: the reader alone on CJRC, questions on court documents that others wrote (Duan et al. 2019).

A context (up to 1,000 characters) is read in windows of whole sentences that don't overlap, as long as the clauses
that the reader knows; the window that most probably answers decides, by the reader's own logits: a span of it, YES, NO,
or that nothing answers. Scores are the paper's (`turn`): F1 of letters and digits against three people's answers.

Measured only: nothing of ours is learnt or chosen from it, but for the windows' length, on its `dev` part.
"""

from __future__ import annotations

import json
import lzma
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from corpus.arguments import Parser, positive
from corpus.errors import UsageError
from corpus.text import cut
from eval.table import columns
from eval.uncertainty import SEED
from retriever.reading.reader import AnswerKind

if TYPE_CHECKING:
    from index.model.onnx_reader import Verdict

PARTS = ("test", "dev")
DOMAINS = {"civil": "民事", "criminal": "刑事"}
WINDOW = 250  # characters


_KIND_NAMES = {AnswerKind.SPAN: "原文一段", AnswerKind.YES: "是", AnswerKind.NO: "否", AnswerKind.NONE: "无答案"}
_AS_ANSWER = {AnswerKind.YES: "YES", AnswerKind.NO: "NO", AnswerKind.NONE: ""}

# What others state of it, EM and F1 in percent. The authors' own lab measured BERT-base (the best of ten runs) on data
# that are "not the final ones officially published" (github.com/ymcui/Chinese-BERT-wwm, README; Cui et al. 2019,
# arXiv:1906.08101). The paper's own table (arXiv:1912.09156) could not be looked up; its human score is computed here,
# as it says, from the three people's answers.
PUBLISHED = {"BERT-base（哈工大讯飞，1906.08101）": {"dev": (54.6, 75.4), "test": (55.1, 75.2)}}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its context and what people answered: words, YES, NO, or empty where nothing answers."""

    question: str
    context: str
    domain: str
    answers: tuple[str, ...]

    @property
    def kind(self) -> AnswerKind:
        """What most of the answers are, the first one where they are all different."""
        return Counter(map(told, self.answers)).most_common(1)[0][0]


@dataclass(frozen=True, slots=True)
class Scored:
    """What was answered to a question, and its scores of 0…1; `human` are the people's against each other."""

    asked: Asked
    answer: str
    exact: float
    f1: float
    human: tuple[float, float]


Read = Callable[[str, Sequence[tuple[str, str]]], "Sequence[Verdict]"]


def told(answer: str) -> AnswerKind:
    return {"YES": AnswerKind.YES, "NO": AnswerKind.NO, "": AnswerKind.NONE}.get(answer, AnswerKind.SPAN)


def read_cjrc(folder: Path, part: str) -> list[Asked]:
    """The questions of `cjrc_dev.json.xz` or `cjrc_test.json.xz`, in order. UsageError if the file is missing or of
    another form."""
    path = folder / f"cjrc_{part}.json.xz"
    todo = "请用 --data 给出 CJRC 数据的文件夹（cjrc_dev.json.xz、cjrc_test.json.xz）"
    try:
        with lzma.open(path, "rt", encoding="utf-8") as file:
            documents = json.load(file)["data"]
        return [
            Asked(row["question"], paragraph["context"], document["domain"], _answers(row))
            for document in documents
            for paragraph in document["paragraphs"]
            for row in paragraph["qas"]
        ]
    except (OSError, lzma.LZMAError, EOFError) as err:
        raise UsageError(f"读不了 CJRC 数据（{err}）", str(path), todo) from err
    except (ValueError, KeyError, TypeError) as err:
        raise UsageError(f"CJRC 数据的格式不对（{err!r}）", str(path), todo) from err


def _answers(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(answer["text"] for answer in row["answers"]) or ("",)


def answer_of(read: Read, question: str, context: str) -> str:
    """The answer in the data's form: words of the context, `YES`, `NO`, or empty."""
    windows = cut(context, WINDOW)
    verdicts = read(question, [("", window) for window in windows])
    window, best = max(zip(windows, verdicts, strict=True), key=lambda pair: pair[1].score)
    return _AS_ANSWER.get(AnswerKind(best.kind), window[best.start : best.end])


def letters(text: str) -> str:
    """The form in which answers are compared, as the data set's own script has it: `（2016）1.5万元` → `201615万元`."""
    return "".join(char for char in text.lower() if char.isalpha() or char.isdigit())


def exact(said: str, wanted: str) -> float:
    return float(letters(said) == letters(wanted))


def f1(said: str, wanted: str) -> float:
    """Harmonic mean of precision and recall of letters: 三个月 of 三个月内 → 2 · 3/(3 + 4). Empty agrees with empty
    alone."""
    a, b = letters(said), letters(wanted)
    if not a or not b:
        return float(a == b)
    return 2 * sum((Counter(a) & Counter(b)).values()) / (len(a) + len(b))


def turn(said: str, answers: Sequence[str], measure: Callable[[str, str], float]) -> float:
    """The best of the answers but one, averaged over which one is left out: so does a person's answer, that has no
    other to be compared with. (CoQA, Reddy et al. 2019.)"""
    if len(answers) < 2:
        return max(measure(said, one) for one in answers)
    values = [measure(said, one) for one in answers]
    return sum(max(values[:at] + values[at + 1 :]) for at in range(len(values))) / len(values)


def human(answers: Sequence[str], measure: Callable[[str, str], float]) -> float:
    """Each person's answer against the others', averaged."""
    if len(answers) < 2:
        return 1.0
    others = [(one, [*answers[:at], *answers[at + 1 :]]) for at, one in enumerate(answers)]
    return sum(max(measure(one, other) for other in rest) for one, rest in others) / len(answers)


def measure(asked: Sequence[Asked], read: Read) -> list[Scored]:
    """Every question answered and scored, in order."""
    scored: list[Scored] = []
    for one in tqdm(asked, desc="CJRC", unit="题", disable=None):
        answer = answer_of(read, one.question, one.context)
        people = human(one.answers, exact), human(one.answers, f1)
        scored.append(Scored(one, answer, turn(answer, one.answers, exact), turn(answer, one.answers, f1), people))
    return scored


@dataclass(frozen=True, slots=True)
class Total:
    """Means over `questions`, 0…1; `same_kind`: how often a span, yes, no or nothing was said as people did."""

    questions: int
    exact: float
    f1: float
    human_exact: float
    human_f1: float
    same_kind: float

    @classmethod
    def of(cls, scored: Sequence[Scored]) -> Total:
        count = len(scored)
        rows = [(one.exact, one.f1, *one.human, float(told(one.answer) is one.asked.kind)) for one in scored]
        return cls(count, *(sum(column) / count for column in zip(*rows, strict=True)))

    def to_json(self) -> dict[str, float]:
        return {name: round(getattr(self, name), 4) for name in self.__slots__}


def totals(scored: Sequence[Scored]) -> dict[str, Total]:
    """`overall`, each domain, and each kind of answer, those without questions left out."""
    groups = {"overall": list(scored)}
    groups |= {name: [one for one in scored if one.asked.domain == name] for name in DOMAINS}
    groups |= {kind.value: [one for one in scored if one.asked.kind is kind] for kind in AnswerKind}
    return {name: Total.of(members) for name, members in groups.items() if members}


def text(found: Mapping[str, Total], part: str, every: int) -> str:
    """The table, with what others state of the whole part below it. `every`: the questions of the part."""
    names = {"overall": "全部", **DOMAINS, **{kind.value: _KIND_NAMES[kind] for kind in AnswerKind}}
    rows = [["", "题数", "EM", "F1", "人 EM", "人 F1", "回答种类对"]]
    rows += [
        [names[name], str(one.questions), *_percent(one.exact, one.f1, one.human_exact, one.human_f1, one.same_kind)]
        for name, one in found.items()
    ]
    for name, numbers in PUBLISHED.items():
        rows.append([name, "—", *(f"{number:.1f}" for number in numbers[part]), "", "", ""])
    asked = found["overall"].questions
    limited = [] if asked == every else [f"只问了 {every} 道题中的 {asked} 道，别人的成绩是全部题目上的。"]
    notes = [
        "别人的模型学过 CJRC 的训练集，我们的没有；其成绩所用的数据不是最后公布的那一版。",
        "人：三个人的答案互相比，算法与论文相同（Duan 等，2019，arXiv:1912.09156）。",
    ]
    return "\n".join([columns(rows).rstrip(), *limited, *notes])


def _percent(*values: float) -> list[str]:
    return [f"{100 * value:.1f}" for value in values]


def chosen(asked: Sequence[Asked], limit: int | None) -> Sequence[Asked]:
    """So many questions drawn from all, always the same, in order. (Every so-manieth would be of a few places in a
    context's six questions, whose last are oftener without an answer.)"""
    if limit is None or limit >= len(asked):
        return asked
    return [asked[at] for at in sorted(random.Random(SEED).sample(range(len(asked)), limit))]


def main(argv: Sequence[str]) -> int:
    parser = Parser(
        prog="python -m eval cjrc",
        description="在公开数据集 CJRC（裁判文书阅读理解）上测阅读模型；只用来测，不用来学。",
        epilog="例：python -m eval cjrc --data DIR --limit 600",
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="CJRC 数据的文件夹")
    add("--part", choices=PARTS, default=PARTS[0], help=f"哪一部分（默认 {PARTS[0]}）")
    add("--limit", type=positive, metavar="N", help="只问其中 N 道题，抽取的总是同样那些（默认全部）")
    add("--json", action="store_true", help="输出 JSON")
    args = parser.parse_args(argv)
    every = read_cjrc(args.data, args.part)

    from index.model.onnx_reader import OnnxReader  # brings ONNX Runtime, which --help must not wait for
    from index.model.reader_place import own_reader_path, reader_folder

    reader = OnnxReader(reader_folder(own_reader_path()))
    found = totals(measure(chosen(every, args.limit), reader.read))
    if args.json:
        told_of = {name: one.to_json() for name, one in found.items()}
        document = {"part": args.part, "reader": reader.sha256, "totals": told_of, "published": PUBLISHED}
        json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print(text(found, args.part, len(every)))
    return 0
