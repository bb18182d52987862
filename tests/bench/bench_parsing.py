"""How fast texts are parsed: letters a second on the gazette, on laws, and on one large file; and how that grows.

    python tests/bench/bench_parsing.py                         # the gazette, each 20th law, 4 and 40 MB
    python tests/bench/bench_parsing.py --megabytes 1 4
    python tests/bench/bench_parsing.py --base ../old           # and another version's checkout, in the same run

The large files are the gazette's text repeated up to that size. Times are processor time of one process for each text
and version, so that other work on the machine says little; memory is the most that process held. Laws are those of
`laws_articles.py`, left out where they aren't there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GAZETTE = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
EVERY = 20  # of the laws


def texts_of(name: str) -> list[str]:
    """The texts of one row: `gazette`, `laws`, or a size in megabytes."""
    if name == "laws":
        from laws_articles import ARCHIVE, laws

        return [text for _, text in laws(ARCHIVE, EVERY)] if ARCHIVE.exists() else []
    text = GAZETTE.read_text("utf-8")
    return [text if name == "gazette" else text * max(1, round(float(name) * 2**20 / len(text.encode())))]


def measure(name: str) -> dict[str, float]:
    """Parse the texts of a row with the `corpus` that this process finds first."""
    import resource

    from corpus.parse import parse_source
    from corpus.reading import source_from_text

    texts = texts_of(name)
    sources = [source_from_text(f"{at}.md" if name == "laws" else "a.txt", text) for at, text in enumerate(texts)]
    began = time.process_time()
    for source in sources:
        parse_source(source)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"letters": sum(map(len, texts)), "seconds": seconds, "memory": peak}


def in_new_process(root: Path, name: str) -> dict[str, float]:
    words = [sys.executable, __file__, "--measure", name]
    env = {**os.environ, "PYTHONPATH": str(root)}
    found: dict[str, float] = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, env=env).stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, nargs="*", default=[4, 40])
    parser.add_argument("--base", type=Path, help="a checkout of another version, measured beside this one")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(measure(args.measure)))
        return
    versions = {"this version": ROOT} | ({args.base.name: args.base.resolve()} if args.base else {})
    for name in ("gazette", "laws", *map(str, args.megabytes)):
        for version, root in versions.items():
            found = in_new_process(root, name)
            if not found["letters"]:
                print("laws: not there, not measured")
                continue
            rate = found["letters"] / max(found["seconds"], 1e-9)
            size = name if name in ("gazette", "laws") else f"{name} MB"
            print(
                f"{size:>8} {version:14} {found['letters']:>12,.0f} letters {found['seconds']:>8.1f} s "
                f"{rate:>10,.0f} letters a second, at most {found['memory']:,.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
