"""Keyword and hybrid search against txtai and tantivy: same clauses, same model, same machine, one run.

Both peers are no dependencies of this project. Install them into an environment of their own that
sees this one's packages, and run this file there:

    python -m venv /tmp/peers
    echo $PWD/.venv/lib/python3.11/site-packages > /tmp/peers/lib/python3.11/site-packages/main.pth
    /tmp/peers/bin/pip install --no-deps txtai tantivy msgpack
    /tmp/peers/bin/python tests/bench/bench_peers.py [--size 10000] [--turns 3]

All get vectors and tokens that were made before (txtai by `transform`, tantivy as text already cut
into our tokens), so what is compared is indexing and searching, not jieba or the model. Both peers
keep no title and no headings apart: every side indexes the same bag of tokens. Ours are the parts of
`index/` that do the same work: BM25 over all clauses, the exact vector search, and their fusion.
Each side answers the same questions, ten hits each; the best turn counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.local.dense import Dense, build_dense  # noqa: E402
from index.local.keywords import from_weights  # noqa: E402
from index.model.load import load_embedder  # noqa: E402
from index.term_counts import ceiling  # noqa: E402
from index.tokens import tokenize  # noqa: E402
from retriever.fusion import fuse, order  # noqa: E402
from tests.bench.machine import processor  # noqa: E402
from tests.bench.synthetic import Synthetic, questions  # noqa: E402

HITS, DEPTH = 10, 200
Ask = Callable[[int], object]  # the number of a question


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--turns", type=int, default=3)
    args = parser.parse_args()
    print(f"processor: {processor()}")
    corpus, embedder = Synthetic(args.size), load_embedder()
    weights = list(corpus.weights())
    texts = questions(args.asked)
    vectors, asked = corpus.vectors(embedder, 1000), embedder.encode_questions(texts)
    bags = [[token for token, weight in one.items() for _ in range(weight)] for one in weights]

    sides: dict[str, tuple[float, Ask]] = {}
    sides["ours, keywords"] = ours_keywords(weights, texts)
    sides["ours, hybrid"] = ours_hybrid(weights, vectors, texts, asked)
    try:
        sides["tantivy, keywords"] = tantivy_keywords(bags, texts)
    except ImportError as err:
        print(f"tantivy is not here: {err}")
    try:
        sides["txtai, hybrid"] = txtai_hybrid(bags, vectors, texts, asked)
    except ImportError as err:
        print(f"txtai is not here: {err}")

    best = dict.fromkeys(sides, (9000000000.0, 9000000000.0))
    for _ in range(args.turns):
        for name, (_, ask) in sides.items():
            best[name] = min(best[name], timed(lambda ask=ask: [ask(number) for number in range(len(texts))]))
    for name, (built, _) in sides.items():
        wall, cpu = (seconds / len(texts) for seconds in best[name])
        print(
            f"{name}: indexed in {built:.2f} s processor time, {1 / wall:.0f} questions/s, "
            f"{1000 * cpu:.2f} ms processor time a question"
        )
    for mine, theirs in (("ours, keywords", "tantivy, keywords"), ("ours, hybrid", "txtai, hybrid")):
        if theirs in sides:
            print(
                f"{mine} against {theirs}: {best[theirs][0] / best[mine][0]:.2f} times the questions a second "
                f"[{best[theirs][1] / best[mine][1]:.2f} by processor time], "
                f"{sides[theirs][0] / sides[mine][0]:.2f} times as fast to index"
            )


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
