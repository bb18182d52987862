"""How the index grows: 10⁴, 10⁵, 10⁶ and more clauses, on one machine, kept in a folder or in a file of milvus-lite.

For each size: time to build without embedding (which grows evenly: bench_embedding.py), size on the
disk, time to open in a new process, memory, and the median and 99th percentile of a warm question in
each mode; of the vectors also the share of the ten nearest that an exact search finds, and the seconds of a
question on the command line, each in a new process. The corpora are synthetic (synthetic.py): words are counted
once for each sentence, all else is done as the engine's writer does it. The question's embedding is measured
apart, and so is finding clauses without choosing the answer. Times are wall-clock and, in brackets, processor
time of all threads: on a machine that does other things at the same time only the latter says much.

    python tests/bench/bench_growth.py [--sizes 10000 100000 1000000] [--json FILE]
    python tests/bench/bench_growth.py --engines milvus --sizes 100000 --json FILE --add   # beside what FILE holds
    python tests/bench/bench_growth.py --kinds 100000 [--json FILE]     # FAISS kinds against each other
"""

from __future__ import annotations

import argparse
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
from index.address import FILE_COLLECTION, MilvusAddress, Where  # noqa: E402
from index.engine import Engine, ModelInfo, Provenance, SourceFile  # noqa: E402
from index.files import seal  # noqa: E402
from index.local.clauses import write_clauses  # noqa: E402
from index.local.dense import Dense, build_dense, factory, save_dense  # noqa: E402
from index.local.keywords import from_weights  # noqa: E402
from index.local.manifest import Manifest, write_manifest  # noqa: E402
from index.local.writer import write_offices  # noqa: E402
from index.milvus.schema import MANY as GRAPH_FROM  # noqa: E402
from index.model.cores import usable_cores  # noqa: E402
from index.model.embedder import Embedder  # noqa: E402
from index.model.load import load_embedder  # noqa: E402
from index.opening import open_index  # noqa: E402
from retriever.ask import Asker  # noqa: E402
from retriever.model import Filters  # noqa: E402
from tests.bench.machine import ask_anew, processor, processor_name  # noqa: E402
from tests.bench.synthetic import CLAUSES, Synthetic, questions  # noqa: E402

ASKED = 200
NEAREST = 10
# Of a build, in order. `write` is notices and clauses, of Milvus all that is sent but the vectors.
STEPS = {
    "local": ("write", "offices", "bm25", "vectors", "seal"),
    "milvus": ("bm25", "write", "vectors", "publish"),
}
IN_MEMORY = 2_000_000  # vectors that memory holds beside their index; more are put into a file
MADE = Provenance((SourceFile("synthetic", "0" * 64),), ("synthetic",), "synthetic")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engines", nargs="+", choices=STEPS, default=["local"])
    parser.add_argument("--kinds", type=int, metavar="SIZE", help="compare kinds of FAISS index at this size")
    parser.add_argument("--embedded", type=int, default=3000, help="texts really embedded, to sample around")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--add", action="store_true", help="keep what FILE holds of other engines and sizes")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.build:
        print(json.dumps(build(args.build, args.engines[0], args.sizes[0], args.embedded)))
        return
    if args.measure:
        print(json.dumps(measure(args.measure, args.engines[0])))
        return
    print(f"processor: {processor()}, {usable_cores()} cores")
    machine = f"{processor_name()}, {usable_cores()} cores"
    if args.kinds:
        rows = compare_kinds(args.kinds, args.embedded)
        if args.json:
            write(args.json, machine, rows)
        return
    rows = json.loads(args.json.read_text("utf-8"))["rows"] if args.add else []
    for engine in args.engines:
        for size in args.sizes:
            row = grow(engine, size, args.embedded)
            print(shown(row), flush=True)
            rows = [one for one in rows if (one["engine"], one["clauses"]) != (engine, size)] + [row]
            if args.json:
                write(args.json, machine, sorted(rows, key=lambda one: (one["engine"], one["clauses"])))


def write(path: Path, machine: str, rows: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"processor": machine, "rows": rows}, indent=1) + "\n", "utf-8")


def grow(engine: str, size: int, embedded: int) -> dict[str, Any]:
    row: dict[str, Any] = {"engine": engine, "clauses": size}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = ["--engines", engine, "--sizes", str(size), "--embedded", str(embedded)]
        row |= in_new_process(["--build", name, *words])
        row |= in_new_process(["--measure", name, *words])
        cold = ask_anew(questions(1)[0], where(folder, engine), 3)
        row["cold"], row["cold_cpu"] = round(cold[0], 2), round(cold[1], 2)
    return row


def where(folder: Path, engine: str) -> Where:
    return MilvusAddress(str(folder / "index.db"), FILE_COLLECTION) if engine == "milvus" else folder / "index"


def build(folder: Path, engine: str, size: int, embedded: int) -> dict[str, Any]:
    """An index of `size` clauses, and the time of each step in seconds."""
    embedder, corpus = load_embedder(), Synthetic(size)
    vectors = corpus.vectors(embedder, embedded, folder / "vectors" if size > IN_MEMORY else None)
    asked = embedder.encode_questions(questions(ASKED))
    np.savez(folder / "exact.npz", questions=asked, nearest=exact(vectors, asked))
    model = ModelInfo(embedder.name, embedder.dim, embedder.sha256)
    out = (build_milvus if engine == "milvus" else build_local)(folder, corpus, vectors, model)
    (folder / "vectors").unlink(missing_ok=True)
    place = folder / ("index.db" if engine == "milvus" else "index")
    out["megabytes"] = round(sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) / 2**20)
    out["build_memory"] = memory()
    return out


def build_local(folder: Path, corpus: Synthetic, vectors: np.ndarray, model: ModelInfo) -> dict[str, Any]:
    """By the steps of `index.local.writer`."""
    data = folder / "index" / "data-000000000000"
    data.mkdir(parents=True)
    out: dict[str, Any] = {}
    with timed(out, "build_write"):
        count = write_clauses(data, corpus.notices())
    with timed(out, "build_offices"):
        write_offices(data, corpus.notices())
    with timed(out, "build_bm25"):
        from_weights(corpus.weights()).save(data)
    with timed(out, "build_vectors"):
        save_dense(data, build_dense(vectors), np.arange(count, dtype=np.int32))
    with timed(out, "build_seal"):
        files = seal(data)
    out["kind"] = factory(*vectors.shape)
    manifest = Manifest.of(
        MADE,
        model,
        data=data.name,
        notices=-(-corpus.size // CLAUSES),
        clauses=count,
        vectors=count,
        files=files,
        settings={"changes": change_days(source.notice for source in corpus.notices())},
    )
    write_manifest(folder / "index", manifest)
    return out


def build_milvus(folder: Path, corpus: Synthetic, vectors: np.ndarray, model: ModelInfo) -> dict[str, Any]:
    """By the writer itself, but that words are counted as for the other engine."""
    from index.milvus.connection import connect
    from index.milvus.writer import MilvusWriter

    address = where(folder, "milvus")
    assert isinstance(address, MilvusAddress)
    address.work.mkdir()
    writer = MilvusWriter(connect(address), MADE, address.work)
    notices = tuple(corpus.notices())
    out: dict[str, Any] = {}
    with timed(out, "build_bm25"):
        bm25 = from_weights(corpus.weights())
    with timed(out, "build_write"):
        writer.write_counted(notices, bm25)
    with timed(out, "build_vectors"):
        writer.write_vectors(vectors, np.arange(len(vectors), dtype=np.int32), model)
    with timed(out, "build_publish"):
        writer.publish()
    out["kind"] = "HNSW" if len(vectors) >= GRAPH_FROM else "Flat"
    connect(address).client.close()
    return out


def exact(vectors: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The nearest vectors of each question by comparing with all: int [questions, NEAREST]."""
    best, rows = np.empty((len(asked), 0), np.float32), np.empty((len(asked), 0), np.int64)
    for first in range(0, len(vectors), 50_000):
        scores = asked @ vectors[first : first + 50_000].T
        best = np.hstack([best, scores])
        rows = np.hstack([rows, np.broadcast_to(np.arange(first, first + scores.shape[1]), scores.shape)])
        kept = np.argsort(-best, axis=1, kind="stable")[:, :NEAREST]
        best, rows = np.take_along_axis(best, kept, axis=1), np.take_along_axis(rows, kept, axis=1)
    return rows


def in_new_process(words: list[str]) -> dict[str, Any]:
    done = subprocess.run([sys.executable, __file__, *words], check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(folder: Path, engine: str) -> dict[str, Any]:
    """Open an index and ask: run in a process of its own, so that memory is the index's alone."""
    out: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    with timed(out, "open"):
        index: Engine = open_index(where(folder, engine))
    texts = questions(ASKED)
    with np.load(folder / "exact.npz") as known:
        asked, nearest = known["questions"], known["nearest"]
    embedder = load_embedder()
    out["embed"] = spread(lambda text: embedder.encode_questions([text]), texts)
    with timed(out, "retriever"):
        asker = Asker(index, Known(embedder))
    found = [{row for row, _ in index.nearest(vector, NEAREST)} for vector in asked]
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
    each = STEPS[row["engine"]]
    steps = "  ".join(f"{step} {row[f'build_{step}']} s [{row[f'build_{step}_cpu']}]" for step in each)
    lines = [
        f"{row['engine']}, {row['clauses']:,} clauses, {row['kind']}: {row['megabytes']} MB, "
        f"recall@{NEAREST} {row['recall']:.4f}",
        f"  build: {steps}  memory MB {row['build_memory']}",
        f"  open {row['open']} s [{row['open_cpu']}]  retriever {row['retriever']} s [{row['retriever_cpu']}]  "
        f"first question {row['first']} s [{row['first_cpu']}]  first answer {row['first_answer']} s",
        f"  a question on the command line {row['cold']} s [{row['cold_cpu']}]",
        f"  memory MB {row['memory']}",
    ]
    for mode in ("embed", "bm25", "dense", "hybrid", "filtered", "answered"):
        ms = row[mode]
        lines.append(f"  {mode}: median {ms['median']} ms [{ms['cpu_median']}], p99 {ms['p99']} ms [{ms['cpu_p99']}]")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
