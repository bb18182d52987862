"""The command line of `python -m eval layouts`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from corpus.arguments import Parser
from corpus.errors import UsageError
from corpus.limits import add_options, limits_of
from eval.documents.command import Progress
from eval.documents.compare import compare
from eval.documents.evaluate import evaluate
from eval.layouts import show
from eval.layouts.case import Case, layouts
from eval.layouts.floor import update_floor
from eval.layouts.layout import Layout
from eval.layouts.measure import measure, read_run, write_run
from eval.layouts.render import FORMS, form_of, render

_EXAMPLES = """\
例：
  python -m eval layouts --out build/layouts
  python -m eval layouts --show 12 --form txt
  python -m eval layouts --compare build/layouts-before build/layouts
"""
_FOLDER = Path("build") / "layouts"


def parser() -> argparse.ArgumentParser:
    sub = Parser(
        prog="python -m eval layouts",
        description="生成内容已知、版式各异的公文，测解析能不能把内容还原出来。",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = sub.add_argument
    add("--seed", type=_number, default=0, metavar="N", help="第一份文件的编号（默认 0）；同一编号总是同一份文件")
    add("--count", type=_number, default=200, metavar="N", help="生成几份（默认 200）")
    add("--form", choices=FORMS, help="都生成这种格式（默认各种都有，文本最多）")
    add("--json", action="store_true", help="输出 JSON")
    add("--out", type=Path, metavar="DIR", help="把结果写到这个文件夹，供 --compare 使用；与 --show 同用时放生成的文件")
    add("--compare", nargs=2, type=Path, metavar=("A", "B"), help="比较两次 --out 的结果，不重新测")
    add("--show", type=_number, metavar="N", help="只生成这个编号的文件，写出来并列出没有还原的地方")
    add("--update-floor", action="store_true", help="把现在的成绩记为底线（eval/layouts/floor.toml），只升不降")
    add("--smallest", action="store_true", help="找一份还原不了的文件，并缩到最小，写出来（需要测试用的依赖）")
    add_options(sub)
    return sub


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii():
        raise argparse.ArgumentTypeError(f"{text!r} 不是不小于 0 的整数")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Measure, compare or show. Raises GongbaoError."""
    sub = parser()
    args = sub.parse_args(arguments)
    if args.count == 0:
        sub.error("--count 应大于 0")
    try:
        _run(args)
    except ModuleNotFoundError as err:  # reportlab draws PDFs, hypothesis shrinks: both only come with the tests
        raise UsageError(f"缺少 {err.name}", "", "请先运行 make setup-test，或用 --form txt 只测文本") from err
    return 0


def _run(args: argparse.Namespace) -> None:
    if args.compare:
        _compare(args)
    elif args.update_floor:
        for form, level in update_floor().levels.items():
            misplaced = f"{level.misplaced}/{level.documents}"
            print(f"{form}：全部还原 {level.whole}/{level.files} 份，正文归到别的字号下 {misplaced} 篇")
    elif args.smallest:
        _smallest(args)
    elif args.show is not None:
        _write_and_judge(layouts(args.show), args.form or form_of(args.show), str(args.show), args)
    else:
        seeds = range(args.seed, args.seed + args.count)
        run = measure(seeds, args.form, limits_of(args), Progress(sys.stderr.isatty()))
        if args.out is not None:
            write_run(args.out, run)
            print(f"已写入 {args.out}", file=sys.stderr)
        print(json.dumps(run.to_json(), ensure_ascii=False, indent=1) if args.json else show.run_text(run).rstrip())


def _compare(args: argparse.Namespace) -> None:
    a, b = map(read_run, args.compare)
    names = (str(args.compare[0]), str(args.compare[1]))
    if args.json:
        values = {"a": names[0], "b": names[1], "same_files": a.digest == b.digest}
        print(json.dumps(values | compare(a.results, b.results).to_json(), ensure_ascii=False, indent=1))
    else:
        print(show.comparison_text(a, b, names).rstrip())


def _write_and_judge(case: Case, form: str, name: str, args: argparse.Namespace) -> None:
    """Write a file into a folder, parse it there and say what differs."""
    folder = args.out or _FOLDER
    rendered = render(case, form, name)
    path = folder / rendered.label.file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rendered.data)
    except OSError as err:
        raise UsageError(f"写不了文件（{err.strerror or err}）", str(path), "请换一个可以写的文件夹") from err
    print(f"已写入 {path}", file=sys.stderr)
    score = evaluate([rendered.label], folder, limits_of(args))[0]
    if args.json:
        print(json.dumps(score.to_json(), ensure_ascii=False, indent=1))
    else:
        print(f"版式：{_layout_text(case.layout)}\n{show.score_text(score)}")


def _layout_text(layout: Layout) -> str:
    """What of a layout isn't plain."""
    plain = asdict(Layout())
    return "，".join(f"{name}={value}" for name, value in asdict(layout).items() if value != plain[name]) or "最简单的"


def _smallest(args: argparse.Namespace) -> None:
    from eval.layouts.back import whole
    from eval.layouts.strategies import smallest

    form = args.form or FORMS[0]
    found = smallest(lambda case: not whole(case, form), args.count)
    if found is None:
        print(f"试了 {args.count} 份，都还原了")
        return
    _write_and_judge(found, form, "smallest", args)
