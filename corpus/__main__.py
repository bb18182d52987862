"""`python -m corpus FILE [--json]`: parse one bulletin and show what was found."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from corpus import console
from corpus.arguments import Parser
from corpus.doubt_words import words_of
from corpus.guard import Reader
from corpus.limits import add_options, limits_of
from corpus.model import ParsedFile
from corpus.validity import as_of, linked


def parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m corpus",
        description="解析一期公报，显示找到的公文和条款。",
        epilog="例：python -m corpus corpus/bulletins/lishi-2023-02.txt --json",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="公报文件")
    parser.add_argument("--json", action="store_true", help="输出 JSON（含未归入公文的内容 left_out）")
    add_options(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    return console.run(lambda: run(parser().parse_args(argv)))


def run(args: argparse.Namespace) -> int:
    """Parse the file and print what was found."""
    with Reader(limits_of(args)) as reader:
        parsed = reader.parse(args.file).parsed
    linking = linked(parsed.notices, [parsed.file] * len(parsed.notices))
    warnings = sorted([*parsed.warnings, *(warning for _, warning in linking.warnings)], key=lambda one: one.line)
    notices = tuple(as_of(notice, dt.date.today()) for notice in linking.notices)
    parsed = replace(parsed, notices=notices, warnings=tuple(warnings), page_lines=())
    if args.json:
        json.dump(parsed.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print(report(parsed))
    return 0


def report(parsed: ParsedFile) -> str:
    """A page a person can read: notices, counts, coverage, warnings."""
    bulletin = parsed.bulletin
    name = bulletin.title or parsed.file
    issue = f" {bulletin.year}年第{bulletin.issue}期" if bulletin.year and bulletin.issue else ""
    lines = [f"{name}{issue}（{parsed.encoding}）"]
    for notice in parsed.notices:
        number = notice.doc_number or "（无发文字号）"
        phone = f"　{notice.unit or ''} {notice.phone or ''}".rstrip()
        lines.append(f"  {number}　{notice.title}　{notice.date or ''}　{len(notice.clauses)}条{phone}")
        lines += [f"    存疑：{words_of(doubt)}" for doubt in notice.uncertain]
    uncertain = sum(bool(notice.uncertain) for notice in parsed.notices)
    kinds = Counter(clause.kind.value for notice in parsed.notices for clause in notice.clauses)
    lines.append(f"共{len(parsed.notices)}篇公文，{sum(kinds.values())}条；文字归入条款的比例 {parsed.coverage:.2%}")
    lines += [f"  注意（第{warning.line}行）：{warning.what}" for warning in parsed.warnings]
    if uncertain:
        lines.append(f"  有 {uncertain} 篇公文存疑，引用前请核对原文")
    left = Counter(item.why for item in parsed.left_out)
    if left:
        lines.append("  未归入公文：" + "，".join(f"{why} {count} 行" for why, count in left.most_common()))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
