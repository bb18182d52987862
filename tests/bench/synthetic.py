"""Corpora of any size, made of real ones: what bench_growth.py and bench_peers.py measure with.

Sentences are those of the Lishi gazette's clauses and of the law articles in ../shared/data/stard,
three to a clause, thirty clauses to a notice, drawn by chance (seed 1). Titles, headings and fields
of a notice are those of the gazette. A vector is a real one (a clause or an article embedded by the
default model), moved by half the difference of two others and brought back to norm 1: so the vectors
lie as the model's do.
"""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.model import Clause, CorpusNotice, Notice, Role, Span
from corpus.parse import parse_source
from corpus.place import Place, Step, StepKind
from corpus.reading import read_text
from corpus.text import sentences
from index.local.keywords import TEXT_WEIGHT, Fields, term_weights
from index.model.embedder import Embedder
from index.paths import cache_folder
from index.tokens import tokenize
from index.vectors import VectorCache

ROOT = Path(__file__).resolve().parents[2]
GAZETTE = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
STARD = ROOT.parent / "shared" / "data" / "stard"
ARTICLES = 8000  # law articles whose sentences are used
SENTENCES, CLAUSES = 3, 30  # of a clause, of a notice


class Synthetic:
    """Notices, tokens and vectors of a corpus of `size` clauses; the same ones each time."""

    def __init__(self, size: int) -> None:
        self.size = size

    @cached_property
    def gazette(self) -> tuple[Notice, ...]:
        return parse_source(read_text(GAZETTE)).notices

    @cached_property
    def articles(self) -> list[str]:
        """Texts of law articles, every seventh of the collection; none without the data."""
        path = STARD / "articles.jsonl.xz"
        if not path.exists():
            return []
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        return texts[:: max(1, len(texts) // ARTICLES)]

    @cached_property
    def pool(self) -> list[str]:
        """All sentences, each once."""
        texts = [clause.text for notice in self.gazette for clause in notice.clauses] + self.articles
        return list(dict.fromkeys(one for text in texts for one in sentences(text) if 8 <= len(one) <= 200))

    @cached_property
    def _drawn(self) -> NDArray[np.int64]:
        return np.random.default_rng(1).integers(0, len(self.pool), (self.size, SENTENCES))

    def notices(self) -> Iterator[CorpusNotice]:
        """The notices with their clauses, made one by one."""
        real = [notice for notice in self.gazette if notice.clauses]
        for number, first in enumerate(range(0, self.size, CLAUSES)):
            model = real[number % len(real)]
            name = f"合成{number}"
            clauses = tuple(
                self._clause(row, name, model, row - first) for row in range(first, min(first + CLAUSES, self.size))
            )
            doc_number = f"离政办发〔{2000 + number % 26}〕{number // 26 + 1}号"
            notice = replace(
                model, notice_id=name, doc_number=doc_number, clauses=clauses, status=model.status, valid_until=None
            )
            yield CorpusNotice(notice, (f"{number // 50}.txt",))

    def _clause(self, row: int, notice_id: str, model: Notice, at: int) -> Clause:
        path = model.clauses[at % len(model.clauses)].path
        place = Place((Step(StepKind.PARAGRAPH, at + 1),))
        text = "".join(self.pool[one] for one in self._drawn[row])[:800]
        return Clause(notice_id, place, path, Role.TEXT, text, Span(row + 1, row + 1))

    def weights(self) -> Iterator[dict[str, int]]:
        """The tokens of each clause as `index.local.keywords.term_weights` counts them; each sentence is cut once."""
        cut = [Counter(tokenize(sentence)) for sentence in self.pool]
        row = 0
        for entry in self.notices():
            for clause in entry.notice.clauses:
                out = term_weights(Fields("", " ".join(clause.path), entry.notice.title))
                for one in self._drawn[row]:
                    for token, count in cut[one].items():
                        out[token] = out.get(token, 0) + TEXT_WEIGHT * count
                row += 1
                yield out

    def vectors(self, embedder: Embedder, embedded: int, into: Path | None = None) -> NDArray[np.float32]:
        """float32 [size, dim]: `embedded` real ones are made (and kept in the cache folder), the rest drawn; in
        the file `into` where memory wouldn't hold them."""
        texts = [clause.text for notice in self.gazette for clause in notice.clauses][: embedded // 2]
        texts += self.articles[: embedded - len(texts)]
        cache = VectorCache(cache_folder() / "bench-vectors", embedder)
        missing = cache.missing(texts)
        for first in range(0, len(missing), 64):
            cache.add(missing[first : first + 64], embedder.encode_passages(missing[first : first + 64]))
        real = cache.get(texts)
        return sampled(real, self.size, into)


def sampled(real: NDArray[np.float32], size: int, into: Path | None = None) -> NDArray[np.float32]:
    """`size` vectors around real ones, as the docstring above says."""
    draw = np.random.default_rng(2)
    shape = (size, real.shape[1])
    out = np.empty(shape, np.float32) if into is None else np.memmap(into, np.float32, "w+", shape=shape)
    for first in range(0, size, 50_000):
        count = min(50_000, size - first)
        here, one, other = draw.integers(0, len(real), (3, count))
        moved = real[here] + np.float32(0.5) * (real[one] - real[other])
        out[first : first + count] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return out


def questions(count: int) -> list[str]:
    """Questions that people asked (STARD); without the data, headings of the gazette."""
    path = STARD / "train.jsonl"
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line)["question"] for line, _ in zip(lines, range(count), strict=False)]
    real = parse_source(read_text(GAZETTE)).notices
    return [f"{clause.path[-1]}由谁负责" for notice in real for clause in notice.clauses if clause.path][:count]
