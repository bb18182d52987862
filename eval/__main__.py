"""`python -m eval`: how good the search is on a labelled question set.

The command line only: reading arguments, choosing what to do, printing. Data goes to stdout, progress
and messages to stderr.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus import console
from corpus.arguments import Parser, positive
from corpus.errors import UsageError
from eval import committed, show
from eval.accepted import unstated
from eval.closed import FOLDER, any_closed, is_closed
from eval.compare import compare, read_one_run
from eval.evaluate import ask_all, describe_files, evaluate
from eval.labels import Passages, Reason, unmet_labels
from eval.model import SPLITS, Asked, Question
from eval.output import COMPARE_FILE, write_comparison, write_output
from eval.questions import QuestionFileError, nothing_told, pair, read_questions
from eval.results import Run, Setting, to_text, totals_of
from eval.splits import select
from eval.systems import EMBEDDING_MODES, MODES, OURS, SYSTEMS, Bench, stard_searches
from eval.table import ABLATION, QUALITY, columns, markdown, quality_text, update_readme
from index.address import parse_where

_EXAMPLES = """\
例：
  python -m eval eval/questions/lishi-2023-02.jsonl
  python -m eval eval/questions/lishi-2023-02.jsonl --system all --out build/eval
  python -m eval --compare build/eval-before build/eval-after --out build/compare
  python -m eval eval/questions/lishi-2023-02.jsonl --leave-out notice --out build/leave-out
  python -m eval documents eval/document_labels/dev --documents DIR   文件解析得有多好
  python -m eval events eval/event_labels/dev.jsonl             废止、修改、施行和期限读得有多准
  python -m eval layouts                                        生成版式各异的文件，看解析能不能还原
  python -m eval closed --documents documents.tar.xz            不公开的题目，只给合计
  python -m eval stard --data DIR                               公开数据集 STARD 上的检索成绩
  python -m eval cjrc --data DIR                                公开数据集 CJRC 上的阅读成绩
  python -m eval ablation eval/questions/lishi-2023-02.jsonl    去掉各个部分再测
  python -m eval reader-steps QUESTIONS@INDEX                   阅读模型的每一步带来多少
  python -m eval held-out --data DIR --index DIR --out FILE     阅读模型没学过的文件上的提问
  python -m eval threshold QUESTIONS@INDEX --everyday QUESTIONS@INDEX   重新选定拒答的门槛
"""


def parser() -> argparse.ArgumentParser:
    main_parser = Parser(
        prog="python -m eval",
        description="用一套标好答案的题目，测检索和回答有多好。",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = main_parser.add_argument
    add("files", nargs="*", type=Path, metavar="QUESTIONS.jsonl", help="题目文件，可以有几个")
    add("--index", type=parse_where, metavar="DIR", help="索引文件夹或 Milvus 集合（默认与建索引时相同）")
    add("--mode", choices=MODES, default="hybrid", help="检索方式，只对 gongbao 自己起作用（默认 hybrid）")
    add("-k", type=positive, default=10, metavar="N", help="算名次得分、排序得分、找全程度时看前几条（默认 10）")
    add("--split", choices=(*SPLITS, "all"), default="all", help="只测其中一部分题目（默认 all）")
    add(
        "--system",
        action="append",
        choices=(*SYSTEMS, "all"),
        help="测哪种办法，可以写几次；all 是全部（默认 ours，即 gongbao）",
    )
    add(
        "--files",
        action="append",
        type=Path,
        dest="files_of",
        metavar="FILE_OR_DIR",
        help="gongbao 以外的办法找哪些文件的纯文本，可以写几次（默认建索引时的文件）",
    )
    add(
        "--leave-out",
        choices=("notice", "place"),
        help="每道题先从索引里去掉它自己的公文（notice）或它那个地方的全部公文（place）再问，看还答不答",
    )
    add("--json", action="store_true", help="输出 JSON")
    add("--out", type=Path, metavar="DIR", help="把成绩、trec_eval 用的文件和网页报告写到这个文件夹")
    add("--readme", type=Path, metavar="FILE", help="另把成绩表写到这个文件的两个标记之间")
    add("--per-question", action="store_true", help="每道题一行")
    add("--misses", action="store_true", help="列出没答好的题，按出错的步骤分开")
    add(
        "--compare",
        nargs=2,
        type=Path,
        metavar=("RUN_A", "RUN_B"),
        help="比较两次 --out 的结果，不重新测；加 --out 另写成网页",
    )
    add(
        "--totals-only",
        action="store_true",
        help=f"只给总成绩，不写出任何题目（题目文件在名为 {FOLDER} 的文件夹里时总是如此）",
    )
    add("--update-baselines", action="store_true", help="把 gongbao（hybrid 和 bm25）的成绩记到 eval/baselines.toml")
    return main_parser


def stard_parser() -> argparse.ArgumentParser:
    sub = Parser(
        prog="python -m eval stard",
        description="在公开数据集 STARD（百姓问法律，找法条）上测检索。",
        epilog="例：python -m eval stard --data DIR",
    )
    sub.add_argument("--data", type=Path, required=True, metavar="DIR", help="STARD 数据的文件夹")
    sub.add_argument("--mode", action="append", choices=MODES, help="只测这种检索方式，可以写几次（默认全部）")
    sub.add_argument("--json", action="store_true", help="输出 JSON")
    return sub


def ablation_parser() -> argparse.ArgumentParser:
    sub = Parser(
        prog="python -m eval ablation",
        description="逐个去掉或换掉检索的一个部分，看各部分有多大用处。",
        epilog="例：python -m eval ablation eval/questions/lishi-2023-02.jsonl",
    )
    sub.add_argument("files", nargs="+", type=Path, metavar="QUESTIONS.jsonl", help="题目文件")
    sub.add_argument("--index", type=parse_where, metavar="DIR", help="索引文件夹或 Milvus 集合（默认与建索引时相同）")
    sub.add_argument("--split", choices=(*SPLITS, "all"), default="all", help="只测其中一部分题目（默认 all）")
    sub.add_argument("--readme", type=Path, metavar="FILE", help="另把表格写到这个文件的两个标记之间")
    return sub


def calibrate_parser() -> argparse.ArgumentParser:
    sub = Parser(
        prog="python -m eval calibrate",
        description="用 dev 题目重新拟合可信度的常数。",
        epilog="例：python -m eval calibrate eval/questions/lishi-2023-02.jsonl@.index",
    )
    sub.add_argument(
        "pairs",
        nargs="+",
        type=pair,
        metavar="QUESTIONS.jsonl[,…]@INDEX",
        help="题目文件（几个用逗号隔开）@ 索引文件夹",
    )
    constants = Path("retriever") / "data" / "confidence.toml"
    sub.add_argument("--out", type=Path, default=constants, metavar="FILE", help=f"写到哪里（默认 {constants}）")
    return sub


def main(argv: Sequence[str] | None = None) -> int:
    return console.run(lambda: run(list(sys.argv[1:] if argv is None else argv)))


def run(arguments: Sequence[str]) -> int:
    """Do what the first word says; without such a word, measure."""
    commands = {
        "documents": _documents,
        "events": _events,
        "layouts": _layouts,
        "closed": _closed,
        "stard": _stard,
        "cjrc": _cjrc,
        "ablation": _ablation,
        "reader-steps": _reader_steps,
        "calibrate": _calibrate,
        "held-out": _held_out,
        "threshold": _threshold,
    }
    if arguments and arguments[0] in commands:
        return commands[arguments[0]](arguments[1:])
    return _evaluate(arguments)


def _documents(arguments: Sequence[str]) -> int:
    from eval.documents.command import main as measure_documents

    return measure_documents(arguments)


def _events(arguments: Sequence[str]) -> int:
    from eval.events import main as measure_events

    return measure_events(arguments)


def _layouts(arguments: Sequence[str]) -> int:
    from eval.layouts.command import main as measure_layouts

    return measure_layouts(arguments)


def _closed(arguments: Sequence[str]) -> int:
    from eval.closed_command import main as measure_closed

    return measure_closed(arguments)


def _stard(arguments: Sequence[str]) -> int:
    from eval.stard import measure_all, read_stard

    args = stard_parser().parse_args(arguments)
    data = read_stard(args.data)
    results = measure_all(data, stard_searches(data, args.mode or MODES))
    print(json.dumps(results, indent=1) if args.json else show.stard_text(results).rstrip())
    return 0


def _cjrc(arguments: Sequence[str]) -> int:
    from eval.cjrc import main as measure_cjrc

    return measure_cjrc(arguments)


def _calibrate(arguments: Sequence[str]) -> int:
    from eval import calibrate

    args = calibrate_parser().parse_args(arguments)
    closed = [str(file) for _, files in args.pairs for file in files if is_closed(file)]
    if closed:
        raise UsageError("不公开的题目只用来报告成绩，不能用来拟合", "、".join(closed), "请改用 dev 题目")
    command = " ".join(["python -m eval calibrate", *arguments])
    args.out.write_text(calibrate.render(calibrate.calibrate(dict(args.pairs)), command), "utf-8")
    print(f"已写入 {args.out}", file=sys.stderr)
    return 0


def _held_out(arguments: Sequence[str]) -> int:
    from eval.held_out import main as write_held_out

    return write_held_out(arguments)


def _threshold(arguments: Sequence[str]) -> int:
    from eval.thresholds import main as choose_thresholds

    return choose_thresholds(arguments)


def _ablation(arguments: Sequence[str]) -> int:
    from eval import ablation

    args = ablation_parser().parse_args(arguments)
    questions = _chosen(read_questions(args.files), args.split)
    bench = Bench(args.index, questions=questions)
    files = describe_files(args.files, questions)
    setting = Setting(OURS, "", args.split, 10, files, bench.model, len(bench.passages))
    rows = ablation.table(ablation.ablate(bench, questions, setting))
    print(columns(rows), end="")
    if args.readme is not None:
        _update(args.readme, ABLATION, markdown(rows))
    return 0


def _reader_steps(arguments: Sequence[str]) -> int:
    from eval.reader_steps import main as measure_steps

    return measure_steps(arguments)


def _update(readme: Path, name: str, text: str) -> None:
    changed = update_readme(readme, name, text)
    print(f"{readme}：{'表格已更新' if changed else '表格没有变化'}", file=sys.stderr)


def _chosen(questions: Sequence[Question], split: str) -> list[Question]:
    chosen = select(questions, split)
    if not chosen:
        raise UsageError(f"没有属于 {split} 的题目", "", "请检查题目文件和 --split")
    return chosen


def _evaluate(arguments: Sequence[str]) -> int:
    main_parser = parser()
    args = main_parser.parse_args(arguments)
    if args.compare:
        if args.files:
            main_parser.error("--compare 只比较已有的结果，不能同时给题目文件")
        a, b = args.compare
        run_a, run_b = read_one_run(a), read_one_run(b)
        if args.totals_only:
            run_a, run_b = totals_of(run_a), totals_of(run_b)
        comparison = compare(run_a, run_b, names=(str(a), str(b)))
        if args.out is not None:
            write_comparison(args.out, comparison)
            print(f"已写入 {args.out / COMPARE_FILE}", file=sys.stderr)
        print(
            json.dumps(comparison.to_json(), ensure_ascii=False, indent=1)
            if args.json
            else show.comparison_text(comparison).rstrip()
        )
        return 0
    if not args.files:
        main_parser.error("请给出题目文件")
    hide = args.totals_only or any_closed(args.files)
    if args.leave_out is not None and args.out is not None and hide:
        raise UsageError("不公开的题目不能写出来", str(args.out), "请去掉 --out，或换别的题目")
    with nothing_told(hide):
        every = read_questions(args.files)
        questions = _chosen(every, args.split)
        bench = Bench(args.index, questions=questions, files=args.files_of or None)
        if args.leave_out is not None:
            return _leave_out(args, bench, questions)
        lost = _check_labels(bench, every, hide)
    runs = _runs(args, bench, questions, " ".join(["python -m eval", shlex.join(arguments)]), hide)
    if hide:  # from here on there are no questions that anything could show
        questions, runs = [], [(totals_of(run), []) for run, _ in runs]
        if args.per_question or args.misses:
            print("不公开的题目只给总成绩，不列出题目", file=sys.stderr)
    if args.update_baselines:
        committed.write_committed([run for run, _ in runs], committed.COMMITTED_FILE)
        print(f"已写入 {committed.COMMITTED_FILE}", file=sys.stderr)
    if args.out is not None:
        write_output(args.out, questions, runs)
        print(f"已写入 {args.out}", file=sys.stderr)
    if args.readme is not None:
        _update(args.readme, QUALITY, quality_text([run for run, _ in runs], "make eval"))
    _print([run for run, _ in runs], args)
    return 1 if lost else 0


def _leave_out(args: argparse.Namespace, bench: Bench, questions: Sequence[Question]) -> int:
    from eval.leave_out import LeftOut
    from eval.leave_out_command import measure

    print(measure(bench, questions, LeftOut(args.leave_out), args.mode, args.out, as_json=args.json))
    if args.out is not None:
        print(f"已写入 {args.out}", file=sys.stderr)
    return 0


def _check_labels(bench: Bench, questions: Sequence[Question], hide: bool) -> bool:
    """Report labels that no clause meets, and accepted answers that none states. Returns whether the command is to
    fail in the end.

    A wrong label makes every number wrong, so QuestionFileError stops everything. What the parser lost is a miss of
    ours and measured as one; an answer that is not stated may be a mistake, or stand in a clause that was cut off.
    """
    unmet = unmet_labels(questions, Passages(bench.passages), bench.raw_texts)
    wrong = [one.problem() for one in unmet if one.reason is not Reason.LOST]
    lost = [one.problem() for one in unmet if one.reason is Reason.LOST]
    if wrong:
        raise QuestionFileError([*wrong, *lost], "请改正标注；如果文件没有收进索引，请先运行 python build_index.py")
    stated_nowhere = [one.problem() for one in unstated(questions, bench.entries)]
    for problem in (*lost, *stated_nowhere):
        print(problem.hidden() if hide else problem, file=sys.stderr)
    return bool(lost or stated_nowhere)


def _runs(
    args: argparse.Namespace, bench: Bench, questions: Sequence[Question], command: str, hide: bool
) -> list[tuple[Run, list[Asked]]]:
    """Every system asked for, ours first and in every mode if its numbers are to be committed. `hide`: nothing is
    told that may hold words of a question."""
    chosen = args.system or [OURS]
    names = SYSTEMS if "all" in chosen else [name for name in SYSTEMS if name in chosen]
    pairs = [(name, args.mode if name == OURS else "") for name in names]
    if args.update_baselines:
        pairs = [(OURS, mode) for mode in committed.MODES]
    files = describe_files(args.files, questions)
    runs = []
    for name, mode in pairs:
        setting = Setting(
            system=name,
            mode=mode,
            split=args.split,
            k=args.k,
            files=files,
            model=bench.model if mode in EMBEDDING_MODES or name in EMBEDDING_MODES else None,
            clauses=len(bench.passages),
            origin=bench.origin(command),
        )
        system = bench.system(name, mode)
        if name != OURS and (textless := sum(not file.text.strip() for file in bench.files)):
            print(f"注意：{textless} 个文件取不出纯文本（扫描件等），{name} 找不到它们", file=sys.stderr)
        asked = ask_all(system, questions, args.k)
        other = _other_mode(mode, asked, hide)
        if other is not None and args.update_baselines:
            raise UsageError(f"{other}，成绩没有记录", str(args.index or ""), "请先运行 python build_index.py 建好向量")
        if other is not None:
            print(f"注意：{other}", file=sys.stderr)
        runs.append((evaluate(system, asked, setting), asked))
    return runs


def _other_mode(mode: str, asked: Sequence[Asked], hide: bool) -> str | None:
    """How often a search took another mode than the one that is being measured, and why; None if never. The reason
    is hidden with the questions, for it may stand beside a note on one."""
    others = [one.response for one in asked if mode and one.response.mode_used != mode]
    if not others:
        return None
    what = f"{len(others)} 道题没有用 {mode}，用的是 {others[0].mode_used}"
    return what if hide else f"{what}（{others[0].note or '原因不明'}）"


def _print(runs: Sequence[Run], args: argparse.Namespace) -> None:
    if args.json:
        print(to_text(runs))
        return
    print(show.runs_text(runs), end="")
    for run in runs:
        if run.totals_only:
            continue
        if args.per_question:
            print(f"\n{run.setting.name}\n{show.questions_text(run)}", end="")
        if args.misses:
            print(f"\n{run.setting.name}\n{show.misses_text(run)}", end="")


if __name__ == "__main__":
    sys.exit(main())
