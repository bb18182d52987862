"""How the index grows: 10⁴, 10⁵ and 10⁶ clauses, on one machine in one run.

For each size: time to build without embedding (which grows evenly: bench_embedding.py), size on the
disk, time to open in a new process, memory, and the median and 99th percentile of a warm question in
each mode; of the vector index also the share of the ten nearest that an exact search finds. The
corpora are synthetic (synthetic.py). The question's embedding is measured apart, and so is finding
clauses without choosing the answer. Times are wall-clock and, in brackets, processor time of all
threads: on a machine that does other things at the same time only the latter says much.

    python tests/bench/bench_growth.py [--sizes 10000 100000 1000000] [--json FILE]
    python tests/bench/bench_growth.py --kinds 100000 [--json FILE]     # FAISS kinds against each other
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.validity import change_days  # noqa: E402
from index.files import seal  # noqa: E402
from index.local.clauses import write_clauses  # noqa: E402
from index.local.dense import Dense, build_dense, factory, save_dense  # noqa: E402
from index.local.keywords import from_weights  # noqa: E402
from index.local.manifest import Manifest, write_manifest  # noqa: E402
from index.local.store import LocalEngine  # noqa: E402
from index.local.writer import write_offices  # noqa: E402
from index.model.cores import usable_cores  # noqa: E402
from index.model.embedder import Embedder  # noqa: E402
from index.model.load import load_embedder  # noqa: E402
from index.tokens import fingerprint  # noqa: E402
from retriever.ask import Asker  # noqa: E402
from retriever.model import Filters  # noqa: E402
from tests.bench.machine import processor  # noqa: E402
from tests.bench.synthetic import CLAUSES, Synthetic, questions  # noqa: E402

ASKED = 200
NEAREST = 10
STEPS = ("write", "offices", "bm25", "faiss", "seal")  # of a build, in order


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--kinds", type=int, metavar="SIZE", help="compare kinds of FAISS index at this size")
    parser.add_argument("--embedded", type=int, default=3000, help="texts really embedded, to sample around")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(measure(args.measure)))
        return
    machine = f"{processor()}, {usable_cores()} cores"
    print(f"processor: {machine}")
    rows = compare_kinds(args.kinds, args.embedded) if args.kinds else grow(args.sizes, args.embedded)
    if args.json:
        args.json.write_text(json.dumps({"processor": machine, "rows": rows}, indent=1) + "\n", "utf-8")


def grow(sizes: list[int], embedded: int) -> list[dict[str, Any]]:
    embedder = load_embedder()
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            row = {"clauses": size, **build(Path(folder), size, embedder, embedded)}
            row |= in_new_process(Path(folder))
        rows.append(row)
        print(shown(row), flush=True)
    return rows


def build(folder: Path, size: int, embedder: Embedder, embedded: int) -> dict[str, Any]:
    """An index of `size` clauses by the steps of `index.build`, and the time of each in seconds."""
    corpus = Synthetic(size)
    data = folder / "data-000000000000"
    data.mkdir()
    vectors = corpus.vectors(embedder, embedded)
    asked = embedder.encode_questions(questions(ASKED))
    out: dict[str, Any] = {}
    with timed(out, "build_write"):
        count = write_clauses(data, corpus.notices())
    with timed(out, "build_offices"):
        write_offices(data, corpus.notices())
    with timed(out, "build_bm25"):
        from_weights(corpus.weights()).save(data)
    with timed(out, "build_faiss"):
        save_dense(data, build_dense(vectors), np.arange(count, dtype=np.int32))
    np.savez(folder / "exact.npz", questions=asked, nearest=exact(vectors, asked))
    with timed(out, "build_seal"):
        files = seal(data)
    out["megabytes"] = round(sum(info["bytes"] for info in files.values()) / 2**20)
    out["kind"] = factory(*vectors.shape)
    model = {"name": embedder.name, "dim": embedder.dim, "sha256": embedder.sha256}
    built = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    notices = -(-size // CLAUSES)
    settings = {"changes": change_days(source.notice for source in corpus.notices())}
    counts = (notices, count, count)
    write_manifest(
        folder,
        Manifest(data.name, [], fingerprint(), model, *counts, built, ["synthetic"], files, settings=settings),
    )
    return out


def exact(vectors: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The nearest vectors of each question by comparing with all: int [questions, NEAREST]."""
    rows = []
    for question in asked:
        scores = vectors @ question
        best = np.argpartition(-scores, NEAREST)[:NEAREST]
        rows.append(best[np.argsort(-scores[best])])
    return np.array(rows)


def in_new_process(folder: Path) -> dict[str, Any]:
    words = [sys.executable, __file__, "--measure", str(folder)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(folder: Path) -> dict[str, Any]:
    """Open an index and ask: run in a process of its own, so that memory is the index's alone."""
    out: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    with timed(out, "open"):
        index = LocalEngine.open(folder)
    assert index.dense is not None
    texts = questions(ASKED)
    with np.load(folder / "exact.npz") as known:
        asked, nearest = known["questions"], known["nearest"]
    embedder = load_embedder()
    out["embed"] = spread(lambda text: embedder.encode_questions([text]), texts)
    with timed(out, "retriever"):
        asker = Asker(index, Known(embedder))
    found = [{row for row, _ in index.dense.search(vector, NEAREST)} for vector in asked]
    out["recall"] = round(float(np.mean([len(a & set(b)) / NEAREST for a, b in zip(found, nearest, strict=True)])), 4)
    with timed(out, "first"):
        find(asker, texts[0], "hybrid", Filters())
    for text in texts:
        find(asker, text, "dense", Filters())  # as it is asked, a question is folded: embed that too
    since = Filters(since="2023-05-01", status="in_force")
    for mode in ("bm25", "dense", "hybrid"):
        out[mode] = spread(lambda text, mode=mode: find(asker, text, mode, Filters()), texts)
    out["filtered"] = spread(lambda text: find(asker, text, "hybrid", since), texts)
    with timed(out, "first_answer"):
        asker.ask(texts[0])
    out["answered"] = spread(asker.ask, texts)
    out["memory"] = memory()
    return out


def find(asker: Asker, text: str, mode: str, filters: Filters) -> None:
    """The part of a search that grows with the index: from the question to its clauses in order."""
    asker.retriever.retrieve(asker.preparer.prepare(text, mode), mode, filters, NEAREST)


class Known:
    """The model, but each text is embedded only once: so a search is timed without its embedding, which
    is the same at every size and has a line of its own."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.vectors: dict[str, np.ndarray] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.embedder, name)

    def encode_questions(self, texts: list[str]) -> np.ndarray:
        for text in texts:
            if text not in self.vectors:
                self.vectors[text] = self.embedder.encode_questions([text])[0]
        return np.array([self.vectors[text] for text in texts])


def spread(ask: Callable[[str], object], texts: list[str]) -> dict[str, float]:
    """Median and 99th percentile in milliseconds: wall-clock, and processor time of all threads."""
    wall, cpu = [], []
    for text in texts:
        begin, began = time.perf_counter(), time.process_time()
        ask(text)
        wall.append(1000 * (time.perf_counter() - begin))
        cpu.append(1000 * (time.process_time() - began))
    values = (np.median(wall), np.percentile(wall, 99), np.median(cpu), np.percentile(cpu, 99))
    return dict(zip(("median", "p99", "cpu_median", "cpu_p99"), (round(float(v), 1) for v in values), strict=True))


def memory() -> dict[str, int]:
    """Megabytes (Linux): what the process has for itself, what of mapped files is in memory (the system
    takes that back when it needs it), and the most both were."""
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    names = {"own": "RssAnon", "mapped": "RssFile", "most": "VmHWM"}
    return {name: int(lines[key].split()[0]) // 1024 for name, key in names.items()}


def compare_kinds(size: int, embedded: int) -> list[dict[str, Any]]:
    """Time, size and recall of kinds of FAISS index over the same vectors."""
    embedder = load_embedder()
    vectors = Synthetic(size).vectors(embedder, embedded)
    asked = embedder.encode_questions(questions(ASKED))
    nearest = exact(vectors, asked)
    owners = np.arange(size, dtype=np.int32)
    vector_of = dict(zip(questions(ASKED), asked, strict=True))
    rows = []
    for kind in candidates(size, vectors.shape[1]):
        row: dict[str, Any] = {"clauses": size, "kind": kind}
        with timed(row, "build"), tempfile.TemporaryDirectory() as folder:
            index = build_dense(vectors, kind)
            save_dense(Path(folder), index, owners)
            row["megabytes"] = round(sum(path.stat().st_size for path in Path(folder).iterdir()) / 2**20)
        dense = Dense(index, owners)
        lists = getattr(index, "nlist", 0)
        for probes in sorted({lists // share for share in (64, 16, 8)}):
            if lists:
                index.nprobe, index.parallel_mode = probes, 1
                row["probes"] = probes
            found = [{at for at, _ in dense.search(vector, NEAREST)} for vector in asked]
            recall = np.mean([len(a & set(b)) / NEAREST for a, b in zip(found, nearest, strict=True)])
            row["recall"] = round(float(recall), 4)
            row["ms"] = spread(lambda text, dense=dense: dense.search(vector_of[text], 200), list(vector_of))
            rows.append(dict(row))
            print(json.dumps(row), flush=True)
    return rows


def candidates(size: int, dim: int) -> Iterator[str]:
    """FAISS's names of the kinds that are compared."""
    yield from ("Flat", "SQfp16", "SQ8")
    yield f"PQ{dim // 4}x4fs,Refine(SQfp16)"
    yield f"PQ{dim // 2}x4fs,Refine(SQfp16)"
    yield f"IVF{2 ** round(np.log2(4 * size**0.5))},SQfp16"


@contextmanager
def timed(out: dict[str, Any], name: str) -> Iterator[None]:
    """Note wall-clock seconds under `name`, processor seconds under `name_cpu`."""
    begin, began = time.perf_counter(), time.process_time()
    yield
    out[name] = round(time.perf_counter() - begin, 2)
    out[f"{name}_cpu"] = round(time.process_time() - began, 2)


def shown(row: dict[str, Any]) -> str:
    steps = "  ".join(f"{step} {row[f'build_{step}']} s [{row[f'build_{step}_cpu']}]" for step in STEPS)
    lines = [
        f"{row['clauses']:,} clauses, {row['kind']}: {row['megabytes']} MB, recall@{NEAREST} {row['recall']:.4f}",
        f"  build: {steps}",
        f"  open {row['open']} s [{row['open_cpu']}]  retriever {row['retriever']} s [{row['retriever_cpu']}]  "
        f"first question {row['first']} s [{row['first_cpu']}]  first answer {row['first_answer']} s",
        f"  memory MB {row['memory']}",
    ]
    for mode in ("embed", "bm25", "dense", "hybrid", "filtered", "answered"):
        ms = row[mode]
        lines.append(f"  {mode}: median {ms['median']} ms [{ms['cpu_median']}], p99 {ms['p99']} ms [{ms['cpu_p99']}]")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
