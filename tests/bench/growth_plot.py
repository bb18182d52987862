"""The picture and the README's table of what bench_growth.py measured.

    python tests/bench/bench_growth.py --sizes 10000 100000 1000000 --json tests/data/growth/growth.json
    python tests/bench/bench_growth.py --engines milvus --sizes 100000 --json tests/data/growth/growth.json --add
    python tests/bench/growth_plot.py tests/data/growth/growth.json [--readme README.md]

Writes an SVG beside the JSON file, and the table between the README's `growth` markers.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from eval.charts import COLOURS  # noqa: E402
from eval.table import markdown, update_readme  # noqa: E402
from tests.bench.bench_growth import STEPS  # noqa: E402

Row = Mapping[str, Any]
Value = Callable[[Row], float]

WIDE, TALL = 400, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 78, 34, 64, 40  # of a panel, around its square
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1d2733}.head{font-weight:600;font-size:14px}.soft{fill:#5b6876}"
    ".grid{stroke:#d5dbe2}.curve{fill:none;stroke-width:2}"
)


ENGINES = {"local": "", "milvus": "milvus-lite"}  # as the table's columns name them


@dataclass(frozen=True, slots=True)
class Panel:
    """A square with both axes logarithmic: named values of each row, in one unit. `values` are those of the local
    engine, `milvus` is the one of milvus-lite that is drawn beside them."""

    title: str
    unit: str
    values: Mapping[str, Value]
    milvus: Value


def build_seconds(row: Row) -> float:
    return float(sum(row[f"build_{step}"] for step in STEPS[row["engine"]]))


def opening_seconds(row: Row) -> float:
    return float(row["open"] + row["retriever"])


def all_memory(row: Row) -> float:
    return float(row["memory"]["own"] + row["memory"]["mapped"])


PANELS = (
    Panel(
        "Build, without embedding",
        "s",
        {
            "all": build_seconds,
            "keywords": lambda row: row["build_bm25"],
            "vectors": lambda row: row["build_vectors"],
        },
        build_seconds,
    ),
    Panel(
        "Opening, until it can search", "s", {"all": opening_seconds, "files": lambda row: row["open"]}, opening_seconds
    ),
    Panel(
        "Memory and disk",
        "MB",
        {
            "with mapped files": all_memory,
            "own": lambda row: row["memory"]["own"],
            "on the disk": lambda row: row["megabytes"],
        },
        all_memory,
    ),
    Panel(
        "A warm question, without embedding it",
        "ms",
        {
            "hybrid p99": lambda row: row["hybrid"]["p99"],
            "hybrid": lambda row: row["hybrid"]["median"],
            "keywords": lambda row: row["bm25"]["median"],
            "vectors": lambda row: row["dense"]["median"],
        },
        lambda row: row["hybrid"]["median"],
    ),
)

MEASURES: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("build without embedding", lambda row: f"{build_seconds(row):,.0f} s"),
    ("of it words and clauses", lambda row: f"{build_seconds(row) - row['build_vectors']:,.0f} s"),
    ("most memory while building", lambda row: f"{row['build_memory']['most']:,} MB"),
    ("on the disk", lambda row: f"{row['megabytes']:,} MB"),
    ("opening", lambda row: f"{opening_seconds(row):.1f} s"),
    ("own memory", lambda row: f"{row['memory']['own']:,} MB"),
    ("mapped files", lambda row: f"{row['memory']['mapped']:,} MB"),
    *(
        (name, lambda row, key=key: f"{row[key]['median']:.0f} / {row[key]['p99']:.0f} ms")  # type: ignore[misc]
        for name, key in (("keywords", "bm25"), ("vectors", "dense"), ("hybrid", "hybrid"), ("filtered", "filtered"))
    ),
    ("with answer", lambda row: f"{row['answered']['median']:.0f} / {row['answered']['p99']:.0f} ms"),
    ("recall@10", lambda row: f"{row['recall']:.3f}"),
    ("on the command line", lambda row: f"{row['cold']:.1f} s"),
)


def table(rows: Sequence[Row], processor: str) -> str:
    """The README's table: median and 99th percentile of a question in each mode."""
    embed = min(row["embed"]["median"] for row in rows)
    head = ["clauses", *(f"{row['clauses']:,} {ENGINES[row['engine']]}".rstrip() for row in rows)]
    body = markdown([head, *([name, *map(show, rows)] for name, show in MEASURES)])
    return (
        f"{body}\n{processor}. Times of a question: median / 99th percentile, warm, without embedding it "
        f"({embed:.0f} ms); on the command line, the best of three, each in a new process. With answer, one sentence "
        f"is embedded besides.\n"
    )


def plot(rows: Sequence[Row]) -> str:
    """All panels, two in a row, as one SVG without script, font or link."""
    across = 2
    width, height = WIDE * across, TALL * math.ceil(len(PANELS) / across)
    parts = [f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for at, panel in enumerate(PANELS):
        x, y = WIDE * (at % across), TALL * (at // across)
        parts.append(f'<g transform="translate({x} {y})">{"".join(drawn(panel, rows))}</g>')
    title = "Build time, opening, memory and question time by number of clauses"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>{title}</title><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def drawn(panel: Panel, rows: Sequence[Row]) -> list[str]:
    sizes = sorted({row["clauses"] for row in rows})
    lines = {name: _line(rows, "local", value) for name, value in panel.values.items()}
    if beside := _line(rows, "milvus", panel.milvus):
        lines[ENGINES["milvus"]] = beside
    every = [value for line in lines.values() for value in line.values()]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)) + 1e-9)

    def across(size: float) -> float:
        first, last = math.log10(sizes[0]), math.log10(sizes[-1])
        return LEFT + (WIDE - LEFT - RIGHT) * (math.log10(size) - first) / ((last - first) or 1)

    def up(value: float) -> float:
        return TALL - BOTTOM - (TALL - TOP - BOTTOM) * (math.log10(value) - low) / (high - low)

    out = [text(LEFT, 22, panel.title, "start", "head")]
    for power in range(low, high + 1):
        y = up(10**power)
        out.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDE - RIGHT}" y2="{y:.1f}"/>')
        out.append(text(LEFT - 6, y + 4, f"{10**power:g} {panel.unit}", "end", "soft"))
    out += [text(across(size), TALL - BOTTOM + 18, f"{size:,}", "middle", "soft") for size in sizes]
    x, y = float(LEFT), 40.0
    for at, (name, line) in enumerate(lines.items()):
        colour = COLOURS[at % len(COLOURS)]
        spots = [(across(size), up(value), value) for size, value in line.items()]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b, _ in spots)
        out.append(f'<polyline class="curve" points="{points}" stroke="{colour}"/>')
        out += [mark(at, a, b, f"{name}: {value:.3g} {panel.unit}") for a, b, value in spots]
        wide = 26 + 6.6 * len(name)
        if x + wide > WIDE:
            x, y = float(LEFT), y + 16
        out += [mark(at, x + 5, y, name), text(x + 14, y + 4, name, "start")]
        x += wide
    return out


def _line(rows: Sequence[Row], engine: str, value: Value) -> dict[int, float]:
    """Clauses → value of the rows of one engine."""
    return {row["clauses"]: max(value(row), 0.01) for row in rows if row["engine"] == engine}


def text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def mark(series: int, x: float, y: float, label: str) -> str:
    """A circle, square, triangle, diamond or triangle on its tip: lines can be told apart without their colour."""
    shape = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"',
        f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"',
        f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z"',
        f'<path d="M{x:.1f} {y - 5:.1f}l5 5-5 5-5-5z"',
        f'<path d="M{x:.1f} {y + 5:.1f}l5-9h-10z"',
    )[series % 5]
    return f'{shape} fill="{COLOURS[series % len(COLOURS)]}"><title>{escape(label)}</title></{shape[1:].split()[0]}>'


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path, metavar="FILE", help="what bench_growth.py --json wrote")
    parser.add_argument("--readme", type=Path, metavar="FILE", help="write the table into this file too")
    args = parser.parse_args(argv)
    data = json.loads(args.measured.read_text("utf-8"))
    args.measured.with_suffix(".svg").write_text(plot(data["rows"]), "utf-8", newline="\n")
    if args.readme is not None:
        update_readme(args.readme, "growth", table(data["rows"], data["processor"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
