"""How fast the default model embeds the Lishi bulletin, against sentence-transformers and arithmetic.

Passages are the bulletin's paragraphs, repaired and cut at sentence ends to 200 characters, as in
an index. Both sides read the same model folder and use the same threads, in turns, and the best
turn of each counts. The int8 net (for large corpora, on processors with VNNI) is measured beside them, and
how far its vectors agree with the float32 net's. The arithmetic limit is what the same processor needs for the
float32 matrix products of the twelve layers alone (21.3 M multiply-adds a token), measured with NumPy and with
ONNX Runtime's MatMul, whichever is faster. Ratios in brackets are of processor time, which alone says much on a
machine that does other things at the same time (with `--threads 1`, for threads that wait use it, too).

    python tests/bench/bench_embedding.py [--passages 200] [--turns 3] [--threads 2]
"""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.text import cut, repair  # noqa: E402
from index.model.cores import has_vnni, usable_cores  # noqa: E402
from index.model.embedder import Embedder  # noqa: E402
from index.model.int8_make import make_int8  # noqa: E402
from index.model.make import make_model  # noqa: E402
from index.model.onnx_embedder import Int8Embedder, OnnxEmbedder  # noqa: E402

BULLETIN = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
QUESTION = "怎么申请最低生活保障？"
HIDDEN, FEED_FORWARD, LAYERS = 384, 1536, 12
# The linear layers of one encoder layer: query, key, value, output; feed-forward in and out.
PRODUCTS = [(HIDDEN, HIDDEN)] * 4 + [(HIDDEN, FEED_FORWARD), (FEED_FORWARD, HIDDEN)]
ROWS = 2048


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=200)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=usable_cores())
    args = parser.parse_args()

    folder, threads = make_model(), args.threads
    print(f"processor: {processor()}, {threads} threads")
    cold = min(cold_start() for _ in range(3))
    print(f"cold start: {cold:.2f} s from a new process to the first question's vector")

    ours = OnnxEmbedder(folder, threads=threads)
    from index.model.st_embedder import StEmbedder  # after the cold start, which must not have it

    theirs = StEmbedder(str(folder), threads=threads)
    texts = passages(args.passages)
    tokens = sum(ours._count("passage: " + text) for text in texts)
    print(f"passages: {len(texts)}, {sum(map(len, texts)) / len(texts):.0f} characters, {tokens} tokens in all")

    whole = int8_embedder(threads)
    works = [
        lambda: theirs._model.encode(["passage: " + text for text in texts], normalize_embeddings=True),
        lambda: theirs.encode_passages(texts),
        lambda: ours.encode_passages(texts),
        *([lambda: whole.encode_passages(texts)] if whole else []),
    ]
    names = [
        "sentence-transformers, encode()",
        "  the same in our batches",
        "default model, float32",
        "default model, int8",
    ]
    best = best_of(args.turns, *works)
    for name, (wall, cpu) in zip(names, best, strict=False):
        times = f"{best[0][0] / wall:.2f} times [{best[0][1] / cpu:.2f}]"
        print(f"{name + ':':33}{len(texts) / wall:6.1f} passages/s, {times}")
    fast = best[2][0]
    if whole:
        cosines = (ours.encode_passages(texts) * whole.encode_passages(texts)).sum(axis=1)
        times = f"{fast / best[3][0]:.2f} times float32 [{best[2][1] / best[3][1]:.2f}]"
        print(f"  int8: {times}; cosine with it: mean {cosines.mean():.4f}, min {cosines.min():.4f}")

    limit = arithmetic_limit(threads)
    share = tokens / fast / limit
    print(f"arithmetic: {limit:.0f} tokens/s at most, {tokens / fast:.0f} reached, {share:.0%}")

    # With a pause before each: for some milliseconds the other library's threads still spin on the cores.
    (st, _), (fast, _) = best_of(30, *(ask(embedder) for embedder in (theirs, ours)), pause=0.1)
    print(
        f"one question: sentence-transformers {st * 1e3:.1f} ms, default model {fast * 1e3:.1f} ms, 1/{st / fast:.1f}"
    )


def int8_embedder(threads: int) -> Int8Embedder | None:
    """The int8 net, where the processor runs it."""
    if not has_vnni():
        print("no VNNI: the int8 net is not measured")
        return None
    make_int8()
    return Int8Embedder(threads=threads)


def passages(count: int) -> list[str]:
    """Evenly chosen from the whole bulletin."""
    paragraphs = BULLETIN.read_text(encoding="utf-8").split("\n\n")
    pieces = [piece for text in paragraphs for piece in cut(repair(text), 200) if len(piece) > 20]
    return pieces[:: max(1, len(pieces) // count)][:count]


def ask(embedder: Embedder) -> Callable[[], object]:
    return lambda: embedder.encode_questions([QUESTION])


def best_of(turns: int, *works: Callable[[], object], pause: float = 0) -> list[tuple[float, float]]:
    """Each work's best time in seconds, wall-clock and of the processor; they take turns, after one turn that doesn't
    count."""
    times: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(turns + 1):
        for work, mine in zip(works, times, strict=True):
            time.sleep(pause)
            start, began = time.perf_counter(), time.process_time()
            work()
            mine.append((time.perf_counter() - start, time.process_time() - began))
    return [(min(wall for wall, _ in mine[1:]), min(cpu for _, cpu in mine[1:])) for mine in times]


def arithmetic_limit(threads: int) -> float:
    """Tokens a second if nothing but the layers' matrix products had to be done."""
    random = np.random.default_rng(0)
    seconds = 0.0
    for inner, outer in PRODUCTS:
        left = random.standard_normal((ROWS, inner), dtype=np.float32)
        right = random.standard_normal((inner, outer), dtype=np.float32)
        products = best_of(10, onnx_product(left, right, threads), numpy_product(left, right))
        seconds += min(wall for wall, _ in products)
    return ROWS / (seconds * LAYERS)


def numpy_product(left: np.ndarray, right: np.ndarray) -> Callable[[], object]:
    return lambda: left @ right


def onnx_product(left: np.ndarray, right: np.ndarray, threads: int) -> Callable[[], object]:
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.FLOAT, left.shape)],
        [helper.make_tensor_value_info("product", TensorProto.FLOAT, [left.shape[0], right.shape[1]])],
        [helper.make_tensor("right", TensorProto.FLOAT, right.shape, right.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"left": left})


def cold_start() -> float:
    code = f"from index.model.load import load_embedder; load_embedder().encode_questions([{QUESTION!r}])"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    return time.perf_counter() - start


def processor() -> str:
    """The processor's name, and its widest vector instructions: they decide these numbers."""
    try:
        info = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    name = re.search(r"model name\s*: (.*)", info)
    width = next((flag for flag in ("avx512_vnni", "avx512f", "avx2") if f" {flag} " in info), "no AVX2")
    return f"{name.group(1) if name else platform.machine()} ({width})"


if __name__ == "__main__":
    main()
