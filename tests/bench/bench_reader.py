"""What reading costs: the reader over the first hits of real questions, int8 and float32, beside PyTorch.

All three have the same weights, read the same clauses and use the same threads, in turns; the median of each counts.

    python tests/bench/bench_reader.py [--index .index] [--questions eval/questions/lishi-2023-02.jsonl] [--count 30]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench_embedding import processor  # noqa: E402

from eval.questions import read_questions  # noqa: E402
from index.model.cores import usable_cores  # noqa: E402
from index.model.folder import TOKENIZER_FILE  # noqa: E402
from index.model.make import make_model  # noqa: E402
from index.model.onnx_reader import OnnxReader  # noqa: E402
from index.model.pair import PairCoder, place  # noqa: E402
from index.model.reader_file import read_reader  # noqa: E402
from index.model.reader_make import encoder_weights, make_reader  # noqa: E402
from index.model.reader_place import own_reader_path  # noqa: E402
from retriever.ask import Asker  # noqa: E402
from retriever.model import Filters  # noqa: E402
from retriever.reading.use import USUAL  # noqa: E402

Clauses = Sequence[tuple[str, str]]
Read = Callable[[str, Clauses], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=ROOT / ".index")
    parser.add_argument("--questions", type=Path, default=ROOT / "eval/questions/lishi-2023-02.jsonl")
    parser.add_argument("--count", type=int, default=30)
    args = parser.parse_args()
    threads = usable_cores()
    folder = make_reader()
    asked = work(args.index, args.questions, args.count)
    passages = sum(len(clauses) for _, clauses in asked)
    print(f"processor: {processor()}, {threads} threads; {len(asked)} questions, {passages} passages")
    readers: dict[str, Read] = {
        "int8": OnnxReader(folder, threads=threads, int8=True).read,
        "float32": OnnxReader(folder, threads=threads, int8=False).read,
        "PyTorch": in_torch(threads),
    }
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for number, (question, clauses) in enumerate([asked[0], *asked]):
        for name, read in readers.items():
            began = time.perf_counter()
            read(question, clauses)
            if number:  # the first is for warming up
                seconds[name].append(time.perf_counter() - began)
    torch_median = statistics.median(seconds["PyTorch"])
    for name, times in seconds.items():
        median = statistics.median(times)
        print(
            f"{name:8}{1e3 * median:7.0f} ms a question (median), {1e3 * sum(times) / passages:6.1f} ms a passage, "
            f"{torch_median / median:.2f} times PyTorch"
        )


def work(index: Path, questions: Path, count: int) -> list[tuple[str, Clauses]]:
    """Questions, evenly chosen, each with the clauses that are read for it."""
    asker = Asker.open(index)
    every = read_questions([questions])
    chosen: list[tuple[str, Clauses]] = []
    for one in every[:: max(1, len(every) // count)][:count]:
        query = asker.preparer.prepare(one.question, "hybrid")
        hits = asker.retriever.retrieve(query, "hybrid", Filters(), USUAL.read).hits
        entries = [hit.entry for hit in hits]
        chosen.append((query.text, [(place(e.notice.title, e.path, e.text), e.text) for e in entries]))
    return chosen


def in_torch(threads: int) -> Read:
    """The same reader as it is trained."""
    import torch

    from index.training.reader_model import collate
    from index.training.reader_model import make_reader as module

    torch.set_num_threads(threads)
    encoder = make_model()
    told = read_reader(own_reader_path())
    reader = module(encoder, told.layers, 0.0).eval()
    learnt = {name: torch.from_numpy(one) for name, one in told.weights(encoder_weights(encoder))}
    reader.load_state_dict(learnt, strict=False)
    coder = PairCoder(encoder / TOKENIZER_FILE)

    def read(question: str, clauses: Clauses) -> object:
        asked = coder.question(question)
        rows = [row for above, text in clauses for row in coder.rows(asked, coder.passage(above, text))]
        with torch.inference_mode():
            return reader(*collate(rows, coder.pad))

    return read


if __name__ == "__main__":
    main()
