"""How long the first answer takes: `python -m retriever QUESTION` in a new process, by each way.

    python tests/bench/bench_start.py [--index DIR] [--turns 5]

Ways: by keywords; hybrid with the default model on ONNX Runtime; and the path that other projects
take, the same search with the same model loaded by sentence-transformers. The ways take turns, and
the best turn of each counts. Also says where the time of the hybrid way goes: the
slowest imports, opening the index, loading the model, the question itself.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.model.folder import default_folder  # noqa: E402
from index.paths import DEFAULT_INDEX  # noqa: E402
from tests.bench.machine import children_cpu, processor  # noqa: E402

QUESTION = "拖欠农民工工资归谁管"
PARTS = """
import time
from pathlib import Path
began = time.perf_counter()
from retriever.ask import Asker
from index.model.load import load_embedder
from index.opening import open_index
imported = time.perf_counter()
index = open_index(Path({index!r}))
opened = time.perf_counter()
embedder = load_embedder(index.info.model.name)
loaded = time.perf_counter()
asker = Asker(index, embedder)
asker.ask({question!r})
done = time.perf_counter()
print(f"  imports {{imported - began:.2f}} s, opening {{opened - imported:.2f}} s, "
      f"model {{loaded - opened:.2f}} s, first question {{done - loaded:.2f}} s")
"""
THEIRS = """
from pathlib import Path
from sentence_transformers import SentenceTransformer
from index.model.st_embedder import StEmbedder
from index.opening import open_index
from retriever.ask import Asker
Asker(open_index(Path({index!r})), StEmbedder({folder!r})).ask({question!r})
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=DEFAULT_INDEX)
    parser.add_argument("--turns", type=int, default=5)
    args = parser.parse_args()
    ask = ["-m", "retriever", QUESTION, "--index", str(args.index)]
    theirs = THEIRS.format(index=str(args.index), folder=str(default_folder()), question=QUESTION)
    ways = {"keywords": [*ask, "--mode", "bm25"], "hybrid": ask, "sentence-transformers": ["-c", theirs]}
    best = dict.fromkeys(ways, (9000000000.0, 9000000000.0))
    for _ in range(args.turns):
        for way, words in ways.items():
            best[way] = min(best[way], timed(words))
    print(f"processor: {processor()}")
    for way, (wall, cpu) in best.items():
        print(f"{way}: {wall:.2f} s [{cpu:.2f} s processor time]")
    ratio = best["sentence-transformers"][0] / best["hybrid"][0]
    print(
        f"hybrid is {ratio:.1f} times as fast as through sentence-transformers [by processor time "
        f"{best['sentence-transformers'][1] / best['hybrid'][1]:.1f}]"
    )
    print("where the time goes (hybrid):", flush=True)
    subprocess.run([sys.executable, "-c", PARTS.format(index=str(args.index), question=QUESTION)], cwd=ROOT, check=True)
    for line in slowest_imports(ask):
        print(f"  {line}")


def timed(words: Sequence[str]) -> tuple[float, float]:
    """Seconds of a new process: wall-clock and processor time. Raises CalledProcessError if it fails."""
    begin, began = time.perf_counter(), children_cpu()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begin, children_cpu() - began


def slowest_imports(words: Sequence[str], count: int = 8) -> list[str]:
    """The modules whose own import (without what they import) takes longest, in milliseconds."""
    done = subprocess.run([sys.executable, "-X", "importtime", *words], cwd=ROOT, check=True, capture_output=True)
    found = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", done.stderr.decode("utf-8", "replace"))
    slowest = sorted(((int(own), name) for own, name in found), reverse=True)[:count]
    return [f"import {name}: {own / 1000:.0f} ms" for own, name in slowest]


if __name__ == "__main__":
    main()
