"""The command line of `python -m eval documents`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus.arguments import Parser
from corpus.limits import add_options, limits_of
from eval.documents import show
from eval.documents.compare import compare
from eval.documents.compare_page import comparison_page
from eval.documents.evaluate import evaluate
from eval.documents.labels import read_labels
from eval.documents.results import COMPARE_FILE, read_results, summarise, to_text, write_results, write_text

_EXAMPLES = """\
例：
  python -m eval documents eval/document_labels/dev --documents documents.tar.xz --out build/documents
  python -m eval documents --compare build/documents-before build/documents --out build/compare
"""


def parser() -> argparse.ArgumentParser:
    sub = Parser(
        prog="python -m eval documents",
        description="用人读出来的标注，测文件解析得有多好。",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = sub.add_argument
    add("labels", nargs="*", type=Path, metavar="LABELS", help="标注文件（.json、.jsonl）或文件夹，可以有几个")
    add(
        "--documents",
        type=Path,
        metavar="DIR",
        help="标注过的文件所在的文件夹，或装着它们的 tar 文件（默认在标注旁边找）",
    )
    add("--json", action="store_true", help="输出 JSON")
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="把结果写到这个文件夹，供 --compare 使用；与 --compare 同用时写出比较的网页",
    )
    add("--totals-only", action="store_true", help="只给合计，不显示任何文件的名称和文字（用于不公开的标注）")
    add("--compare", nargs=2, type=Path, metavar=("A", "B"), help="比较两次 --out 的结果，不重新测")
    add_options(sub)
    return sub


def main(arguments: Sequence[str]) -> int:
    """Measure, or compare what was measured. Raises GongbaoError."""
    sub = parser()
    args = sub.parse_args(arguments)
    if args.compare:
        if args.labels:
            sub.error("--compare 只比较已有的结果，不能同时给标注")
        _compare(args)
        return 0
    if not args.labels:
        sub.error("请给出标注文件")
    labels = read_labels(args.labels, closed=args.totals_only)
    for note in labels.notes:
        print(f"注意：{note}", file=sys.stderr)
    scores = evaluate(
        labels.files, args.documents, limits_of(args), closed=args.totals_only, progress=Progress(sys.stderr.isatty())
    )
    results = summarise(scores, totals_only=args.totals_only)
    if args.out is not None:
        write_results(args.out, results)
        print(f"已写入 {args.out}", file=sys.stderr)
    print(to_text(results) if args.json else show.results_text(results).rstrip())
    return 0


def _compare(args: argparse.Namespace) -> None:
    a, b = args.compare
    comparison = compare(*(read_results(folder) for folder in (a, b)))
    if args.out is not None:
        write_text(args.out / COMPARE_FILE, comparison_page(comparison, (str(a), str(b))))
        print(f"已写入 {args.out / COMPARE_FILE}", file=sys.stderr)
    if args.json:
        print(json.dumps({"a": str(a), "b": str(b)} | comparison.to_json(), ensure_ascii=False, indent=1))
    else:
        print(show.comparison_text(comparison, (str(a), str(b))).rstrip())


class Progress:
    """Counts files on a terminal. Never names one."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown

    def __call__(self, done: int, total: int) -> None:
        if self._shown:
            print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
