"""A province's worth of clauses: building side by side, and a question in a new process.

3,475 laws (../shared/data/laws, some 260,000 clauses) are built by keywords with one reader and with as many as suit
the machine, each time from nothing and in a new process; then questions are asked on the command line, each in a new
process, beside the same questions to one gazette. Ratios are to one reader, and to the gazette.

    python tests/bench/bench_laws.py [--every 10] [--jobs 1 2] [--index DIR] [--drawn] [--turns 3]

With `--index` that index is asked and nothing is built. Embedding all laws takes hours: `--drawn` gives the index
vectors drawn around real ones instead (synthetic.py), so that questions are asked by words and meaning, and as many
vectors are read as a province has; what they find by meaning then means nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.limits import Limits  # noqa: E402
from index.files import seal  # noqa: E402
from index.local.dense import build_dense, save_dense  # noqa: E402
from index.local.manifest import read_manifest, write_manifest  # noqa: E402
from index.model.load import load_embedder  # noqa: E402
from index.readers import usual_jobs  # noqa: E402
from tests.bench.laws_articles import ARCHIVE, laws  # noqa: E402
from tests.bench.machine import ask_anew, children_cpu, processor  # noqa: E402
from tests.bench.synthetic import Synthetic  # noqa: E402

QUESTIONS = ("用人单位拖欠工资怎么处罚", "《中华人民共和国劳动合同法》第三十条", "河道管理范围内禁止哪些行为")
GAZETTE = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="each so manieth law")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, usual_jobs(Limits())])
    parser.add_argument("--index", type=Path)
    parser.add_argument("--drawn", action="store_true", help="give the laws' index vectors that are drawn")
    parser.add_argument("--turns", type=int, default=3)
    args = parser.parse_args()
    if args.drawn and args.index:
        parser.error("--drawn is for the index that is built here: another one would lose its own vectors")
    print(f"processor: {processor()}, {os.cpu_count()} logical cores")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        built = args.index or build_laws(work, args.every, args.jobs)
        if built is None:
            return
        gazette = work / "gazette"
        build(GAZETTE, gazette, 1, embedded=args.drawn)
        if args.drawn:
            draw_vectors(built)
        for question in QUESTIONS:
            few, many = ask_anew(question, gazette, args.turns), ask_anew(question, built, args.turns)
            ratio = many[0] / few[0]
            print(f"{question}: {many[0]:.2f} s [{many[1]:.2f} s processor time], {ratio:.2f} times the gazette's")


def build_laws(work: Path, every: int, jobs: list[int]) -> Path | None:
    if not ARCHIVE.exists():
        print(f"no laws at {ARCHIVE}: nothing is measured")
        return None
    texts = work / "laws"
    texts.mkdir()
    try:
        for name, text in laws(ARCHIVE, every):
            (texts / name.replace("/", "_")).write_text(text, "utf-8")
    except tarfile.TarError as err:
        print(f"{ARCHIVE} can't be read: {err}")
        return None
    alone = 0.0
    for count in jobs:
        index = work / f"ix-{count}"
        began, began_cpu = time.perf_counter(), children_cpu()
        told = build(texts, index, count)
        wall, cpu = time.perf_counter() - began, children_cpu() - began_cpu
        alone = alone or wall
        steps = "  ".join(f"{step} {seconds:.0f} s" for step, seconds in told["seconds"].items())
        print(f"{told['clauses']:,} clauses, {count} at once: {wall:.0f} s [{cpu:.0f} s processor time], {steps}")
        print(f"  {alone / wall:.2f} times as fast as the first; most memory of one process {told['memory']} MB")
    return index


def draw_vectors(folder: Path) -> None:
    """Give an index of keywords one vector for each clause."""
    manifest, embedder = read_manifest(folder), load_embedder()
    vectors = Synthetic(manifest.clauses).vectors(embedder, 3000)
    data = folder / manifest.data
    save_dense(data, build_dense(vectors), np.arange(len(vectors), dtype=np.int32))
    model = {"name": embedder.name, "dim": embedder.dim, "sha256": embedder.sha256}
    files = seal(data, manifest.files)
    write_manifest(folder, replace(manifest, model=model, vectors=len(vectors), files=files))


def build(source: Path, index: Path, jobs: int, *, embedded: bool = False) -> dict:
    """The report of a build in a new process, and `memory`: the most that any of its processes had, in MB."""
    words = [str(source), "--index", str(index), "--jobs", str(jobs), "--json"]
    words += [] if embedded else ["--no-dense"]
    code = (
        "import resource, sys, build_index; left = build_index.main(sys.argv[1:]); "
        "print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)),"
        " file=sys.stderr); sys.exit(left)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    return {**json.loads(done.stdout), "memory": int(done.stderr.split()[-1]) // 1024}


if __name__ == "__main__":
    main()
