"""What a build of the Lishi gazette costs, step by step, and what one does that has nothing to do.

    python tests/bench/bench_index.py [--turns 3]

Builds into a temporary folder: from nothing, with nothing changed, with one file of several changed
(the gazette cut into its notices, a file each), and again with all embeddings cached. Baselines in
the same run: bm25s indexing the same tokens, and writing the same bytes to the disk.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.parse import parse_source  # noqa: E402
from corpus.reading import read_text  # noqa: E402
from index.build import build  # noqa: E402
from index.local.keywords import Fields, build_bm25, from_weights, term_weights  # noqa: E402
from index.paths import DEFAULT_INPUT  # noqa: E402
from tests.bench.machine import processor  # noqa: E402

GAZETTE = DEFAULT_INPUT / "lishi-2023-02.txt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--dense", action="store_true", help="also embed (once, about a minute)")
    args = parser.parse_args()
    print(f"processor: {processor()}")
    parsed = parse_source(read_text(GAZETTE))
    print(f"parse: {best(lambda: parse_source(read_text(GAZETTE)), args.turns)}")
    fields = [Fields(c.text, " ".join(c.path), n.title) for n in parsed.notices for c in n.clauses]
    weights = [term_weights(one) for one in fields]
    print(f"keyword index of {len(fields)} clauses: {best(lambda: build_bm25(fields), args.turns)}")
    print(f"  of it scores and postings: {best(lambda: from_weights(weights), args.turns)}")
    print(f"  bm25s on the same tokens:  {best(lambda: theirs(weights), args.turns)}")
    with tempfile.TemporaryDirectory() as folder:
        steps(Path(folder), args.turns, args.dense)


def theirs(weights: list[dict[str, int]]) -> None:
    """bm25s counts whole tokens, so each is repeated as often as it weighs."""
    import bm25s

    tokens = [[token for token, weight in one.items() for _ in range(weight)] for one in weights]
    bm25s.BM25(method="lucene").index(tokens, show_progress=False)


def steps(folder: Path, turns: int, dense: bool) -> None:
    """Builds of the gazette as one file for each notice."""
    inputs, index = folder / "in", folder / "ix"
    inputs.mkdir()
    lines = GAZETTE.read_text("utf-8").split("\n")
    for number, notice in enumerate(parse_source(read_text(GAZETTE)).notices):
        text = "\n".join(lines[notice.lines.start - 1 : notice.lines.end])
        (inputs / f"{number:02}.txt").write_text(text, "utf-8")
    print(f"build from nothing: {best(lambda: build([inputs], index, dense=dense), 1)}")
    print(f"build, nothing changed: {best(lambda: build([inputs], index, dense=dense), turns)}")

    def change_one() -> None:
        with (inputs / "05.txt").open("a", encoding="utf-8") as out:
            out.write("\n特此通知\n")
        build([inputs], index, dense=dense)

    print(f"build, one file of {number + 1} changed: {best(change_one, turns)}")
    print(f"build --rebuild: {best(lambda: build([inputs], index, dense=dense, rebuild=True), turns)}")
    data = [path.read_bytes() for path in next(index.glob("data-*")).iterdir()]
    size = sum(map(len, data)) / 2**20
    print(f"writing the same {size:.1f} MB with a flush each: {best(lambda: write(folder, data), turns)}")


def write(folder: Path, data: list[bytes]) -> None:
    for number, one in enumerate(data):
        with (folder / f"raw{number}").open("wb") as out:
            out.write(one)
            out.flush()
            os.fsync(out.fileno())


def best(work: Callable[[], object], turns: int) -> str:
    """The best of several turns: wall-clock and, in brackets, processor seconds."""
    found = []
    for _ in range(turns):
        begin, began = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - begin, time.process_time() - began))
    wall, cpu = min(found)
    return f"{wall:.3f} s [{cpu:.3f}]"


if __name__ == "__main__":
    main()
