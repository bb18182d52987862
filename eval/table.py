"""Tables of results as text: for the terminal, and for the README between its two markers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import UsageError
from eval import trust, words
from eval.compare import Comparison
from eval.results import ALL, ANSWER_RIGHT, READ_WITHIN, Run

QUALITY, ABLATION, READER_STEPS = "quality", "ablation", "reader-steps"  # names of the README's tables
_README_MEASURES = ("success_at_1", "success_at_5", "success_at_10", READ_WITHIN, ANSWER_RIGHT)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, the first row its head, numbers on the right."""
    head, *body = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in (head, *body)]
    lines.insert(1, "|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|")
    return "\n".join(lines) + "\n"


def width(text: str) -> int:
    """Columns on a terminal: a wide character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns for a terminal: the first column to the left, the others to the right."""
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        first = row[0] + " " * (widths[0] - width(row[0]))
        rest = ["  " + " " * (room - width(cell)) + cell for cell, room in zip(row[1:], widths[1:], strict=True)]
        lines.append((first + "".join(rest)).rstrip())
    return "\n".join(lines) + "\n"


def kinds_table(run: Run) -> list[list[str]]:
    """One row for each kind and one for all: the number of questions and every measure."""
    names = list(run.measures[ALL])
    rows = [["", "题数", *(words.term(name).name for name in names)]]
    for group, row in run.measures.items():
        rows.append(
            [
                words.KIND_NAMES[group],
                str(row[names[0]].n),
                *(words.shown(name, row[name].mean) for name in names),
            ]
        )
    return rows


def run_title(run: Run) -> str:
    """What a run is called in tables and headings: the system, and ours with its mode."""
    name = words.SYSTEM_NAMES.get(run.setting.system, run.setting.system)
    return f"{name}（{run.setting.mode}）" if run.setting.mode else name


def trust_table(runs: Sequence[Run]) -> list[list[str]]:
    """One row for each run: what a citizen meets, each share with its count."""
    rows = [["办法", *(words.term(name).name for name in trust.NAMES)]]
    for run in runs:
        shares = (run.trust.get(name) for name in trust.NAMES)
        rows.append([run_title(run), *("—" if one is None else words.counted(one) for one in shares)])
    return rows


def trust_rows(run: Run) -> list[list[str]]:
    """One row for each of the citizen's measures of one run: what, how many of how many, the share, its interval."""
    rows = [["每 100 道", "个数", "比例", "95% 置信区间"]]
    return rows + [
        [words.term(name).name, f"{one.count}/{one.n}", words.share(one.mean), words.interval(one)]
        for name, one in run.trust.items()
    ]


def comparison_trust(comparison: Comparison) -> list[list[str]]:
    """The citizen's measures of both runs with their differences, one a row."""
    rows = [["每 100 道", "A", "B", "B−A", "95% 置信区间"]]
    return rows + [
        [
            words.term(name).name,
            words.counted(both.a),
            words.counted(both.b),
            words.signed(both.difference.gain),
            words.between(both.difference.low, both.difference.high),
        ]
        for name, both in comparison.trust.items()
    ]


def quality_table(runs: Sequence[Run]) -> list[list[str]]:
    """One row for each run: what a user would feel, intervals for the first measure."""
    heads = [words.term(name).name for name in (*_README_MEASURES, "refusal_recall", "wrongly_refused")]
    rows = [["办法", *heads, "中位用时"]]
    for run in runs:
        overall = run.measures[ALL]
        first = overall["success_at_1"]
        rows.append(
            [
                run_title(run),
                f"{words.share(first.mean)}（{words.share(first.low)}–{words.share(first.high)}）",
                *(words.shown(measure, overall[measure].mean) for measure in _README_MEASURES[1:]),
                words.share(run.refusals.recall),
                words.share(run.refusals.wrongly_refused),
                f"{run.ms.median:.0f} 毫秒",
            ]
        )
    return rows


def quality_text(runs: Sequence[Run], command: str) -> str:
    """The README's table, what it was measured on, what its columns mean, and the command that made it."""
    setting, counts = runs[0].setting, runs[0].counts
    names = [*_README_MEASURES, "refusal_recall", "wrongly_refused", *trust.NAMES]
    files = "、".join(Path(one.file).name for one in setting.files)
    terms = "".join(f"- **{words.term(name).name}**：{words.term(name).meaning}\n" for name in names)
    return (
        f"{markdown(quality_table(runs))}\n{markdown(trust_table(runs))}\n"
        f"{counts.questions} 道题（{files}，`{setting.split}` 部分），其中 {counts.none} 道在资料里没有答案；"
        f"第一张表的括号里是 95% 置信区间，第二张的是个数。由 `{command}` 写出。\n\n{terms}"
    )


def markers(name: str) -> tuple[str, str]:
    """The two lines of the README between which the table of that name stands."""
    return f"<!-- {name}:begin -->", f"<!-- {name}:end -->"


def put_between_markers(text: str, name: str, table: str, where: str) -> str:
    """`text` with what stands between a table's markers replaced. UsageError if it has not one of each."""
    begin, end = markers(name)
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise UsageError(f"没有找到一对标记 {begin} 和 {end}", where, "请在要放表格的地方加上这两行标记")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    return f"{before}{begin}\n{table.strip()}\n{end}{after}"


def update_readme(path: Path, name: str, table: str) -> bool:
    """Rewrite a table in a README. Returns whether anything changed."""
    try:
        old = path.read_text(encoding="utf-8")
        new = put_between_markers(old, name, table, str(path))
        if new != old:
            path.write_text(new, encoding="utf-8")
    except OSError as err:
        raise UsageError(f"读写不了（{err.strerror or err}）", str(path), "请检查路径和权限") from err
    return new != old
