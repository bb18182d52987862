"""`python build_index.py [INPUT ...]`: build the index of gazettes, or bring it up to date."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from corpus import console
from corpus.arguments import Parser
from corpus.limits import add_options, limits_of
from index.address import INDEX_HELP, parse_where
from index.build import BuildReport, build
from index.cluster.address import ADDRESS_HELP, parse_address
from index.doubts import doubt_lines
from index.files import reason
from index.paths import DEFAULT_INDEX, DEFAULT_INPUT
from index.report import PAGES, READING


def parser() -> argparse.ArgumentParser:
    found = Parser(
        prog="python build_index.py",
        description="建立或更新公报索引。没有变化的文件不会重复解析和嵌入。",
        epilog="例：python build_index.py corpus/bulletins --index .index",
    )
    found.add_argument(
        "inputs", nargs="*", type=Path, metavar="INPUT", help="公报文件或文件夹（默认 corpus/bulletins）"
    )
    found.add_argument("--index", type=parse_where, default=DEFAULT_INDEX, metavar="DIR", help=INDEX_HELP)
    found.add_argument("--model", metavar="NAME_OR_DIR", help="嵌入模型：文件夹或名称（默认为自带模型）")
    found.add_argument("--no-dense", action="store_true", help="只建关键词索引")
    found.add_argument("--rebuild", action="store_true", help="全部重新解析")
    found.add_argument("--strict", action="store_true", help="有一个文件读不了就停止")
    found.add_argument(
        "--jobs", type=_jobs, metavar="N", help="同时读几个文件（默认按处理器和内存定；建成的索引都一样）"
    )
    found.add_argument("--ray", type=parse_address, metavar="ADDRESS", help=ADDRESS_HELP)
    found.add_argument("--json", action="store_true", help="把结果输出为 JSON")
    add_options(found)
    return found


def _jobs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("应为 1 到 256 之间的整数")
    return int(text)


def progress_bars() -> Callable[[str, int, int], None]:
    """Progress on stderr, one bar for each stage; none where stderr is no terminal. The pages of the files that are
    being read stand behind the bar of that stage."""
    from tqdm import tqdm

    bars: dict[str, tqdm[None]] = {}
    pages: dict[str, str] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage.startswith(PAGES) and (bar := bars.get(READING)) is not None:
            pages.pop(stage, None)
            if done < total:
                pages[stage] = f"{stage.removeprefix(PAGES)} {done}/{total} 页"
            bar.set_postfix_str("，".join(pages.values()))
            return
        if stage not in bars:
            bars[stage] = tqdm(total=total, desc=stage, file=console.plain(sys.stderr), disable=None, unit="个")
        bars[stage].update(done - bars[stage].n)
        if done >= total:
            bars[stage].close()

    return show


def main(argv: Sequence[str] | None = None) -> int:
    return console.run(lambda: run(parser().parse_args(argv)))


def run(args: argparse.Namespace) -> int:
    """Build, and report what was built."""
    try:
        report = build(
            args.inputs or [DEFAULT_INPUT],
            args.index,
            model=args.model,
            dense=not args.no_dense,
            rebuild=args.rebuild,
            strict=args.strict,
            progress=progress_bars(),
            limits=limits_of(args),
            jobs=args.jobs,
            ray=args.ray,
        )
    except OSError as err:
        print(f"{args.index}：写索引失败（{reason(err)}）。原有索引没有改动，请检查磁盘空间和权限", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已停止。原有索引没有改动，再次运行会接着做", file=sys.stderr)
        return 1
    if args.json:
        json.dump(asdict(report), sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print(summary(report))
    for line in [*report.warnings, *(str(entry.error) for entry in report.failed)]:
        print(line, file=sys.stderr)
    return 1 if report.failed else 0


def summary(report: BuildReport) -> str:
    """Counts, coverage, warnings and time, and last what is uncertain, as a person reads them."""
    if report.unchanged:
        current = f"索引已是最新：{report.notices}篇公文，{report.clauses}条（{report.index}）"
        return "\n".join([current, *([report.note] if report.note else []), *doubt_lines(report.uncertain)])
    lines = []
    for entry in report.files:
        if entry.error is None:
            counts = f"{entry.notices}篇公文，{entry.clauses}条，文字归入条款的比例 {entry.coverage:.2%}"
            again = "（未变，沿用）" if entry.reused else ""
            lines.append(f"{entry.file}（{entry.encoding}）{again}：{counts}")
            lines += [f"  注意（第{warning['line']}行）：{warning['what']}" for warning in entry.warnings]
    dense = f"，{report.vectors}个向量（新嵌入 {report.embedded} 个，模型 {report.model}）" if report.dense else ""
    lines.append(
        f"索引建好：{report.notices}篇公文，{report.clauses}条{dense}，用时 {report.seconds.get('total', 0)} 秒"
    )
    if report.note:
        lines.append(report.note)
    return "\n".join([*lines, *doubt_lines(report.uncertain)])


if __name__ == "__main__":
    sys.exit(main())
