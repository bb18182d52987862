"""The page of `python -m eval documents --compare A B --out DIR`: what a change of the parser did, in sums and file by
file, with the words that were read before and after."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from eval import page
from eval.documents.compare import Change, Comparison
from eval.documents.measures import MEASURES
from eval.documents.show import comparison_rows, count, miss_line
from eval.documents.tally import Tally

_HEADLINES = ("title", "doc_number", "quotes", "quote_paths")


def comparison_page(comparison: Comparison, names: tuple[str, str]) -> str:
    """One HTML file, in the style of the report on questions."""
    return page.page(
        f"比较：{names[0]} 与 {names[1]}",
        f"<header><h1>两次解析测评比较</h1>{page.facts([('A（原来）', names[0]), ('B（现在）', names[1])])}</header>",
        _summary(comparison),
        _totals(comparison),
        *_files(comparison),
    )


def _summary(comparison: Comparison) -> str:
    every = [
        page.card(MEASURES[name].name, f"{_figure(a)} → {_figure(b)}", MEASURES[name].meaning)
        for name, (a, b) in comparison.totals.items()
        if name in _HEADLINES
    ]
    if comparison.changes is not None:
        better, worse = len(comparison.gains), len(comparison.losses)
        every.append(page.card("变好 / 变差", f"{better} / {worse}", "每个文件的每一项各算一处"))
    return page.cards(every)


def _figure(tally: Tally | None) -> str:
    return "—" if tally is None or tally.figure is None else f"{tally.figure:.1%}"


def _totals(comparison: Comparison) -> str:
    head, *rows = comparison_rows(comparison, every=True)
    left_out = f"有 {comparison.left_out} 个文件只在一边出现，没有参加比较。" if comparison.left_out else ""
    meanings = [(MEASURES[name].name, MEASURES[name].meaning) for name in comparison.totals]
    return page.section(
        "合计",
        f"两次都测过的文件放在一起算。{left_out}",
        page.table(["指标", *head[1:]], rows),
        page.facts(meanings, "small"),
    )


def _files(comparison: Comparison) -> list[str]:
    if comparison.changes is None:
        return [page.section("逐个文件", "有一边只有合计，不能按文件比较。")]
    groups = (
        ("变差", comparison.losses, "bad"),
        ("变好", comparison.gains, "good"),
        ("仍然错，但错得不同", comparison.others, ""),
    )
    return [
        page.section(f"{title}（{len(changes)} 处）", "" if changes else "没有。", *_by_file(changes, mark))
        for title, changes, mark in groups
    ]


def _by_file(changes: Sequence[Change], mark: str) -> list[str]:
    """A block a file: each measure with its counts, and what was read wrong before (A) and now (B)."""
    blocks = []
    for name, members in groupby(changes, key=lambda change: change.name):
        lines: list[tuple[str, str]] = []
        for change in members:
            counts = " → ".join("—" if tally is None else count(tally) for tally in (change.a, change.b))
            lines.append((MEASURES[change.measure].name, counts))
            lines += [("A 的错", miss_line(one)) for one in change.mended]
            lines += [("B 的错", miss_line(one)) for one in change.broken]
        blocks.append(page.question(name, mark, lines))
    return blocks
