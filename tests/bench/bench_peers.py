"""Search against txtai and tantivy, and against bare FAISS and bm25s: same clauses, model and machine, one run.

txtai and tantivy are no dependencies of this project. Install them into an environment of their own that
sees this one's packages, and run this file there (without them the other sides are measured):

    python -m venv /tmp/peers
    echo $PWD/.venv/lib/python3.11/site-packages > /tmp/peers/lib/python3.11/site-packages/main.pth
    /tmp/peers/bin/pip install --no-deps txtai tantivy msgpack
    /tmp/peers/bin/python tests/bench/bench_peers.py [--sizes 10000 100000] [--turns 3] [--readme README.md]

All get vectors and tokens that were made before (txtai by `transform`, tantivy as text already cut
into our tokens), so what is compared is indexing and searching, not jieba or the model. The peers
keep no title and no headings apart: every side indexes the same bag of tokens. Ours are the parts of
`index/` that do the same work: BM25 over all clauses, the vector search that suits so many, and their fusion.
FAISS (IndexFlatIP) and bm25s alone are the floor: what a search costs that does nothing else. Each side
answers the same questions, ten hits each, on one thread for each that it takes by itself; the best turn counts.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from eval.table import markdown, update_readme  # noqa: E402
from index.local.dense import Dense, build_dense  # noqa: E402
from index.local.keywords import K1, B, from_weights  # noqa: E402
from index.model.load import load_embedder  # noqa: E402
from index.term_counts import ceiling  # noqa: E402
from index.tokens import tokenize  # noqa: E402
from retriever.fusion import fuse, order  # noqa: E402
from tests.bench.machine import processor, processor_name  # noqa: E402
from tests.bench.synthetic import Synthetic, questions  # noqa: E402

HITS, DEPTH = 10, 200
Ask = Callable[[int], object]  # the number of a question


PAIRS = (
    ("ours, keywords", "bm25s"),
    ("ours, keywords", "tantivy"),
    ("ours, vectors", "FAISS"),
    ("ours, hybrid", "txtai"),
)


@dataclass(frozen=True)
class Side:
    """`built` is processor seconds of indexing; `wall` and `cpu` are seconds of a question, the best turn's mean."""

    built: float
    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000])
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--readme", type=Path, metavar="FILE", help="write the ratios into this file")
    args = parser.parse_args()
    print(f"processor: {processor()}")
    found = {size: measured(size, args.asked, args.turns) for size in args.sizes}
    if args.readme:
        update_readme(args.readme, "peers", table(found))


def measured(size: int, asked: int, turns: int) -> dict[str, Side]:
    corpus, embedder = Synthetic(size), load_embedder()
    weights = list(corpus.weights())
    texts = questions(asked)
    vectors, wanted = corpus.vectors(embedder, 1000), embedder.encode_questions(texts)
    bags = [[token for token, weight in one.items() for _ in range(weight)] for one in weights]
    makers: dict[str, Callable[[], tuple[float, Ask]]] = {
        "ours, keywords": lambda: ours_keywords(weights, texts),
        "ours, vectors": lambda: ours_vectors(vectors, wanted),
        "ours, hybrid": lambda: ours_hybrid(weights, vectors, texts, wanted),
        "bm25s": lambda: bm25s_alone(bags, texts),
        "FAISS": lambda: faiss_alone(vectors, wanted),
        "tantivy": lambda: tantivy_keywords(bags, texts),
        "txtai": lambda: txtai_hybrid(bags, vectors, texts, wanted),
    }
    sides: dict[str, tuple[float, Ask]] = {}
    for name, make in makers.items():
        try:
            sides[name] = make()
        except ImportError as err:
            print(f"{name} is not here: {err}")
    best = dict.fromkeys(sides, (math.inf, math.inf))
    for _ in range(turns):
        for name, (_, ask) in sides.items():
            best[name] = min(best[name], timed(lambda ask=ask: [ask(number) for number in range(len(texts))]))
    out = {name: Side(built, *(seconds / len(texts) for seconds in best[name])) for name, (built, _) in sides.items()}
    print(f"{size:,} clauses")
    for name, side in out.items():
        print(
            f"  {name}: indexed in {side.built:.2f} s processor time, {1 / side.wall:.0f} questions/s, "
            f"{1000 * side.cpu:.2f} ms processor time a question"
        )
    for mine, theirs in PAIRS:
        if theirs in out:
            print(f"  {mine} against {theirs}: {against(out[mine], out[theirs])}")
    floor = (out["bm25s"].wall + out["FAISS"].wall) / out["ours, hybrid"].wall
    print(f"  ours, hybrid against bm25s and FAISS one after the other: {floor:.2f} times the questions a second")
    return out


def against(mine: Side, theirs: Side) -> str:
    return (
        f"{theirs.wall / mine.wall:.2f} times the questions a second "
        f"[{theirs.cpu / mine.cpu:.2f} by processor time], {theirs.built / mine.built:.2f} times as fast to index"
    )


def table(found: Mapping[int, Mapping[str, Side]]) -> str:
    """How many times the questions a second, and how many times as fast to index, we are."""
    head = ["questions a second / indexing, times theirs", *(f"{size:,}" for size in found)]
    rows = []
    for mine, theirs in PAIRS:
        pairs = [(sides[mine], sides[theirs]) for sides in found.values() if theirs in sides]
        if len(pairs) == len(found):
            cells = [f"{b.wall / a.wall:.2f} / {b.built / a.built:.2f}" for a, b in pairs]
            rows.append([f"{mine.removeprefix('ours, ')}: {theirs}", *cells])
    floor = [(one["bm25s"].wall + one["FAISS"].wall) / one["ours, hybrid"].wall for one in found.values()]
    rows.append(["hybrid: bm25s and FAISS one after the other", *(f"{ratio:.2f} / –" for ratio in floor)])
    return f"{markdown([head, *rows])}\n{processor_name()}.\n"


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and processor seconds."""
    begin, began = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - began


def ours_keywords(weights: Sequence[dict[str, int]], texts: Sequence[str]) -> tuple[float, Ask]:
    began = time.process_time()
    bm25 = from_weights(weights)
    built = time.process_time() - began

    def ask(number: int) -> object:
        return bm25.search(dict.fromkeys(tokenize(texts[number]), 1.0), HITS)

    return built, ask


def ours_hybrid(weights: Any, vectors: np.ndarray, texts: Sequence[str], asked: np.ndarray) -> tuple[float, Ask]:
    began = time.process_time()
    bm25 = from_weights(weights)
    dense = Dense(build_dense(vectors), np.arange(len(vectors), dtype=np.int32))
    built = time.process_time() - began

    def ask(number: int) -> object:
        weights = dict.fromkeys(tokenize(texts[number]), 1.0)
        keywords = dict(bm25.search(weights, DEPTH))
        return order(fuse(dict(dense.search(asked[number], DEPTH)), keywords, ceiling(bm25, weights)))[:HITS]

    return built, ask


def ours_vectors(vectors: np.ndarray, asked: np.ndarray) -> tuple[float, Ask]:
    began = time.process_time()
    dense = Dense(build_dense(vectors), np.arange(len(vectors), dtype=np.int32))
    built = time.process_time() - began
    return built, lambda number: dense.search(asked[number], HITS)


def faiss_alone(vectors: np.ndarray, asked: np.ndarray) -> tuple[float, Ask]:
    """Every vector is compared, in float32."""
    import faiss

    began = time.process_time()
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    built = time.process_time() - began
    return built, lambda number: index.search(asked[number : number + 1], HITS)


def bm25s_alone(bags: Sequence[Sequence[str]], texts: Sequence[str]) -> tuple[float, Ask]:
    """The same formula, whose scores are finished when indexed, too."""
    import bm25s

    began = time.process_time()
    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    index.index(bags, show_progress=False)
    built = time.process_time() - began

    def ask(number: int) -> object:
        words = list(dict.fromkeys(tokenize(texts[number])))
        return index.retrieve([words], k=HITS, show_progress=False)

    return built, ask


def tantivy_keywords(bags: Sequence[Sequence[str]], texts: Sequence[str]) -> tuple[float, Ask]:
    """tantivy in memory, one thread, its own BM25; tokens are parted by spaces and cut there only."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("body", tokenizer_name="whitespace")
    schema.add_unsigned_field("row", stored=True)
    built_schema = schema.build()
    index = tantivy.Index(built_schema)
    index.register_tokenizer("whitespace", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    began = time.process_time()
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for row, bag in enumerate(bags):
        writer.add_document(tantivy.Document(body=" ".join(bag), row=row))
    writer.commit()
    writer.wait_merging_threads()
    built = time.process_time() - began
    index.reload()
    searcher = index.searcher()

    def ask(number: int) -> object:
        words = dict.fromkeys(tokenize(texts[number]))
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(built_schema, "body", word)) for word in words]
        found = searcher.search(tantivy.Query.boolean_query(terms), HITS).hits
        return [(score, searcher.doc(address)["row"][0]) for score, address in found]

    return built, ask


def txtai_hybrid(bags: Any, vectors: np.ndarray, texts: Sequence[str], asked: np.ndarray) -> tuple[float, Ask]:
    """txtai's own hybrid: its BM25 (over tokens parted by spaces) and FAISS, exact, half and half."""
    from txtai.embeddings import Embeddings

    known = {" ".join(bag): vector for bag, vector in zip(bags, vectors, strict=True)}
    spaced = [" ".join(tokenize(text)) for text in texts]
    known |= dict(zip(spaced, asked, strict=True))
    embeddings = Embeddings(
        method="external",
        transform=lambda given: np.array([known[text] for text in given], np.float32),
        faiss={"components": "IDMap,Flat"},
        scoring={"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"whitespace": True}},
        hybrid=True,
    )
    began = time.process_time()
    embeddings.index(list(enumerate(map(" ".join, bags))))
    built = time.process_time() - began

    def ask(number: int) -> object:
        tokenize(texts[number])  # the other sides cut the question within the time, so this one does
        return embeddings.search(spaced[number], HITS)

    return built, ask


if __name__ == "__main__":
    main()
