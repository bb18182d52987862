"""`python -m eval closed`: the closed questions asked of their documents, ours and the plain baselines side by side.

The documents are gathered, checked and indexed as a user would; nothing but totals is printed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.arguments import Parser
from corpus.errors import UsageError
from eval import closed, trust
from eval.documents.files import located
from eval.evaluate import ask_all, describe_files, evaluate
from eval.labels import Passages, Reason, unmet_labels
from eval.model import Question
from eval.origin import Origin
from eval.output import write_output
from eval.questions import nothing_told, read_questions
from eval.results import ALL, ANSWER_RIGHT, READ_WITHIN, QuestionFile, Run, Setting, summarise, totals_of
from eval.systems import EMBEDDING_MODES, MODES, OURS, SYSTEMS, Bench
from eval.table import columns, run_title
from eval.words import KIND_NAMES, counted, share, shown, term

_K = 10
_MEASURES = ("success_at_1", "success_at_5", READ_WITHIN, ANSWER_RIGHT)
_CONFIDENCE = ("aurc", "shown_aurc", "refused_at_5", "answerable_ece", "right_ece")


def parser() -> argparse.ArgumentParser:
    sub = Parser(
        prog="python -m eval closed",
        description="用不公开的题目测 gongbao 和几种现成的办法，只给合计。",
        epilog="例：python -m eval closed --documents documents.tar.xz",
    )
    add = sub.add_argument
    add("--documents", type=Path, required=True, metavar="DIR_OR_TAR", help="题目所问的文件所在的文件夹或 tar 文件")
    add(
        "--questions",
        type=Path,
        default=closed.CLOSED,
        metavar="DIR",
        help="不公开的题目（默认 eval/questions/closed）",
    )
    add("--index", type=Path, metavar="DIR", help="索引建在哪里，下次可以接着用（默认建在临时文件夹）")
    add("--mode", action="append", choices=MODES, help="gongbao 的检索方式，可以写几次（默认 hybrid 和 bm25）")
    add("--system", action="append", choices=SYSTEMS, help="只测这种办法，可以写几次（默认全部）")
    add("--json", action="store_true", help="输出 JSON")
    add("--out", type=Path, metavar="DIR", help="把总成绩写到这个文件夹，以后可以用 --compare 比较")
    return sub


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Raises GongbaoError."""
    args = parser().parse_args(arguments)
    questions = read_closed(args.questions)
    listed = closed.documents(args.questions)
    _check_listed(questions, {one.file for one in listed})
    modes = args.mode or ["hybrid", "bm25"]
    asking = [(name, mode) for name in args.system or SYSTEMS for mode in (modes if name == OURS else [""])]
    with contextlib.ExitStack() as stack:
        found = stack.enter_context(located(listed, args.documents, closed=True))
        index = args.index or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongbao-closed-")))
        files = [found[one.file] for one in listed]
        refused = _index(files, index, dense=any(_needs_vectors(name, mode) for name, mode in asking))
        bench = Bench(index, questions=questions, files=files)
        labels = _labels(bench, questions)
        origin = bench.origin(" ".join(["python -m eval closed", shlex.join(arguments)]))
        described = describe_files(closed.question_files(args.questions), questions)
        runs = [_run(bench, name, mode, questions, described, origin) for name, mode in asking]
    groups = grouped(runs, {question.id: Path(question.file).stem for question in questions})
    facts = {"questions": len(questions), "documents": len(files), "refused": refused, "labels": labels}
    if args.out is not None:
        write_output(args.out, [], [(totals_of(run), []) for run in runs])
        print(f"已写入 {args.out}", file=sys.stderr)
    if args.json:
        print(json.dumps({**facts, "groups": groups_json(groups)}, ensure_ascii=False, indent=1))
    else:
        tables = (table(groups), trust_table(groups), confidence_table(runs))
        print(_said(facts), *(columns(rows) for rows in tables), sep="\n", end="")
    return 0


def read_closed(folder: Path) -> list[Question]:
    """All closed questions. UsageError if there are none; of a bad line only the number is told."""
    files = closed.question_files(folder)
    if not files:
        raise UsageError("没有不公开的题目", str(folder), "请检查 --questions")
    with nothing_told(True):
        return read_questions(files)


def _check_listed(questions: Sequence[Question], listed: set[str]) -> None:
    unlisted = [f"{Path(one.file).name} 第 {one.line} 行" for one in questions if not set(one.documents) <= listed]
    if unlisted:
        raise UsageError(f"{len(unlisted)} 道题的文件不在 documents-*.txt 里", "、".join(unlisted), "请补上")


def _needs_vectors(name: str, mode: str) -> bool:
    return mode in EMBEDDING_MODES or name in EMBEDDING_MODES


def _index(files: Sequence[Path], folder: Path, *, dense: bool) -> int:
    """Build the index, or find it up to date. Returns how many files could not be read."""
    from index.build import build

    return len(build(files, folder, dense=dense).failed)


def _labels(bench: Bench, questions: Sequence[Question]) -> dict[str, int]:
    """How many labels no clause meets, by reason: a count tells nothing of a question."""
    unmet = unmet_labels(questions, Passages(bench.passages), bench.raw_texts)
    return {reason.value: sum(one.reason is reason for one in unmet) for reason in Reason}


def _run(
    bench: Bench,
    name: str,
    mode: str,
    questions: Sequence[Question],
    files: tuple[QuestionFile, ...],
    origin: Origin,
) -> Run:
    system = bench.system(name, mode)
    model = bench.model if _needs_vectors(name, mode) else None
    setting = Setting(name, mode, "test", _K, files, model, len(bench.passages), origin)
    return evaluate(system, ask_all(system, questions, _K), setting)


Groups = dict[str, list[Run]]


def grouped(runs: Sequence[Run], set_of: Mapping[str, str]) -> Groups:
    """Name of a group → each system's run over it: all, then each question file, then each kind."""
    of_set = {id: f"set:{name}" for id, name in set_of.items()}
    kinds = [f"kind:{kind}" for kind in dict.fromkeys(score.kind for score in runs[0].scores)]
    groups: Groups = {ALL: list(runs)}
    for name in [*dict.fromkeys(of_set.values()), *sorted(kinds)]:
        groups[name] = [
            summarise(
                run.setting,
                [one for one in run.scores if name in (of_set[one.id], f"kind:{one.kind}")],
                calibrated=run.refusals.calibration_error is not None,
            )
            for run in runs
        ]
    return groups


def _numbers(run: Run) -> dict[str, float | None]:
    """The totals of a run: shares of the answerable questions, then of the others."""
    return {
        **{name: run.measures[ALL][name].mean for name in _MEASURES},
        "wrongly_refused": run.refusals.wrongly_refused,
        "refusal_recall": run.refusals.recall,
    }


def groups_json(groups: Groups) -> dict[str, Any]:
    return {
        name: {
            "answerable": runs[0].measures[ALL]["success_at_1"].n,
            "none": sum(not score.answerable for score in runs[0].scores),
            "systems": {
                run.setting.name: {**_numbers(run), "trust": trust.to_json(run.trust), **run.confidence_numbers}
                for run in runs
            },
        }
        for name, runs in groups.items()
    }


def _title(group: str) -> str:
    which, _, rest = group.partition(":")
    return rest if which == "set" else KIND_NAMES.get(rest or ALL, rest)


def table(groups: Groups) -> list[list[str]]:
    """What is found and refused: one row for each group and system."""
    heads = [*_MEASURES, "wrongly_refused", "refusal_recall"]
    rows = [["", "办法", "有答案", "没有答案", *(term(name).name for name in heads)]]
    for group, runs in groups.items():
        for at, run in enumerate(runs):
            none = sum(not score.answerable for score in run.scores)
            counts = [str(len(run.scores) - none), str(none)] if at == 0 else ["", ""]
            values = _numbers(run)
            rows.append(
                ["" if at else _title(group), run_title(run), *counts]
                + [share(values[one]) if one == "refusal_recall" else shown(one, values[one]) for one in heads]
            )
    return rows


def trust_table(groups: Groups) -> list[list[str]]:
    """What a citizen meets (`eval.trust`): one row for each group, those of one kind left out, and each system that
    answers."""
    rows = [["", "办法", *(term(name).name for name in trust.NAMES)]]
    for group, runs in groups.items():
        answering = [] if group.startswith("kind:") else [run for run in runs if run.setting.system == OURS]
        for at, run in enumerate(answering):
            shares = (run.trust.get(name) for name in trust.NAMES)
            rows.append(
                ["" if at else _title(group), run_title(run), *("—" if one is None else counted(one) for one in shares)]
            )
    return rows


def confidence_table(runs: Sequence[Run]) -> list[list[str]]:
    """How well the confidence orders and says what it means, over all questions."""
    rows = [["办法", *(term(name).name for name in _CONFIDENCE)]]
    for run in runs:
        numbers = run.confidence_numbers
        rows.append([run_title(run), *(shown(name, numbers.get(name)) for name in _CONFIDENCE)])
    return rows


def _said(facts: Mapping[str, Any]) -> str:
    labels = facts["labels"]
    said = f"{facts['questions']} 道题，{facts['documents']} 个文件，其中 {facts['refused']} 个 gongbao 读不了。"
    if sum(labels.values()):
        lost, other = labels[Reason.LOST], labels[Reason.ELSEWHERE]
        nowhere = labels[Reason.NOWHERE] + labels[Reason.UNKNOWN]
        said += f"标注的引文里，{lost} 处不在任何条款里，{other} 处归到了别的文号下，{nowhere} 处在原文里也找不到。"
    return said
