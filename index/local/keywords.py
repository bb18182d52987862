"""The keyword index: BM25 over the tokens of a clause, its headings and its title.

The formula is Robertson's as Lucene computes it (Kamphuis, de Vries, Boytsov, Lin, "Which BM25 do you
mean?", ECIR 2020). Fields are weighted as BM25F does it (Robertson, Zaragoza, Taylor 2004): a term's
frequency is the weighted sum over the fields, saturated once. All scores are computed when the index
is built (as bm25s does it, with which a test compares them), so a question only adds them up.
"""

from __future__ import annotations

import functools
import io
import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index.engine import Ranked
from index.local.manifest import ROWS, SCORES, STARTS, VOCABULARY
from index.term_counts import inverse_frequency
from index.tokens import tokenize

_Scalar = TypeVar("_Scalar", bound=np.generic)

# Weight of a token of each field, and the formula's two constants (1.2 is Lucene's k1). Chosen on the dev questions
# of 0.1, of which no table was kept; README's ablation table has the title's weight at 0 (关键词里不加标题).
TEXT_WEIGHT, PATH_WEIGHT, TITLE_WEIGHT = 2, 2, 1
K1, B = 1.2, 0.6


@dataclass(frozen=True, slots=True)
class Fields:
    """A clause as the keyword index sees it."""

    text: str
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Bm25:
    """Scores in compressed columns: for token t, clauses `rows[starts[t]:starts[t+1]]` (rising) get
    `scores[starts[t]:starts[t+1]]` (float32). The scores hold the whole formula."""

    vocabulary: dict[str, int]
    scores: NDArray[np.float32]
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    size: int

    def scores_of(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """The sum of weight · BM25 of every clause: float32 [size], 0 where no token of `weights` occurs."""
        out = np.zeros(self.size, np.float32)
        for token, weight in weights.items():
            column = self.vocabulary.get(token)
            if column is not None:
                begin, end = self.starts[column], self.starts[column + 1]
                out[self.rows[begin:end]] += np.float32(weight) * self.scores[begin:end]
        return out

    def search(self, weights: Mapping[str, float], k: int, allowed: NDArray[np.bool_] | None = None) -> list[Ranked]:
        """The `k` best clauses (`Engine.keywords`); `allowed` bool [size] keeps the search to some."""
        scores = self.scores_of(weights)
        rows = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
        if 0 < k < len(rows):
            last = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
            rows = rows[scores[rows] >= last]  # all that are equal to the last one: the first of them count
        rows = rows[np.lexsort((rows, -scores[rows]))][:k]
        return [Ranked(int(row), float(scores[row])) for row in rows]

    def counts(self) -> dict[str, int]:
        """In how many clauses each token of the vocabulary occurs."""
        lengths = np.diff(self.starts).tolist()
        return {token: lengths[column] for token, column in self.vocabulary.items()}

    def count(self, token: str) -> int:
        """In how many clauses a token occurs."""
        column = self.vocabulary.get(token)
        return 0 if column is None else int(self.starts[column + 1] - self.starts[column])

    def save(self, folder: Path) -> None:
        """Write three plain arrays, which can be mapped, and the vocabulary as JSON: no pickle."""
        np.save(folder / SCORES, self.scores)
        np.save(folder / ROWS, self.rows)
        np.save(folder / STARTS, self.starts)
        words = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        (folder / VOCABULARY).write_text(json.dumps(words, ensure_ascii=False), "utf-8", newline="\n")

    @classmethod
    def load(cls, files: Mapping[str, memoryview], size: int) -> Bm25:
        """What `save` wrote for an index of `size` clauses, from the files' content.

        Raises ValueError or KeyError if the files don't hold what they should.
        """
        scores = read_array(files[SCORES], np.float32)
        rows = read_array(files[ROWS], np.int32)
        starts = read_array(files[STARTS], np.int64)
        words = json.loads(bytes(files[VOCABULARY]))
        if len(words) != len(starts) - 1 or len(rows) != len(scores) or int(starts[-1]) != len(rows):
            raise ValueError("bm25 arrays do not fit each other")
        return cls({word: column for column, word in enumerate(words)}, scores, rows, starts, size)

    def check(self) -> None:
        """Look at every posting. Raises ValueError if one names a clause that isn't there."""
        if bool(np.any(np.diff(self.starts) < 0)):
            raise ValueError("bm25 columns are out of order")
        if len(self.rows) and not 0 <= int(self.rows.min()) <= int(self.rows.max()) < self.size:
            raise ValueError("bm25 rows are out of range")


def read_array(content: memoryview, dtype: type[_Scalar]) -> NDArray[_Scalar]:
    """A one-dimensional array over the bytes of an .npy file, without copying them (ValueError)."""
    head = io.BytesIO(bytes(content[:4096]))
    if np.lib.format.read_magic(head) != (1, 0):
        raise ValueError("unknown .npy version")
    shape, _, stored = np.lib.format.read_array_header_1_0(head)
    if stored != np.dtype(dtype) or len(shape) != 1:
        raise ValueError(f"expected a row of {np.dtype(dtype)}, found {stored} {shape}")
    return np.frombuffer(content, dtype, count=shape[0], offset=head.tell())


def term_weights(fields: Fields) -> dict[str, int]:
    """How often each token occurs in a clause, weighted by the field it stands in."""
    out: dict[str, int] = {}
    weighted = (
        (TEXT_WEIGHT, tokenize(fields.text)),
        (PATH_WEIGHT, _repeated(fields.path)),
        (TITLE_WEIGHT, _repeated(fields.title)),
    )
    for weight, tokens in weighted:
        for token in tokens:
            out[token] = out.get(token, 0) + weight
    return out


@functools.lru_cache(maxsize=64)
def _repeated(text: str) -> tuple[str, ...]:
    """Tokens of a title or of headings, which many clauses in a row share."""
    return tuple(tokenize(text))


def build_bm25(clauses: Iterable[Fields]) -> Bm25:
    """Index clauses. No clauses, or clauses without a single token, give an index that finds nothing.

    Needs some 24 bytes for each distinct token of each clause, and no list of all tokens.
    """
    return from_weights(map(term_weights, clauses))


def from_weights(clauses: Iterable[dict[str, int]]) -> Bm25:
    """The same for clauses whose tokens are counted: token → weighted frequency."""
    vocabulary: dict[str, int] = {}
    columns, frequencies, distinct = array("i"), array("f"), array("i")
    for weights in clauses:
        distinct.append(len(weights))
        for token, weight in weights.items():
            columns.append(vocabulary.setdefault(token, len(vocabulary)))
            frequencies.append(weight)
    size = len(distinct)
    rows = np.repeat(np.arange(size, dtype=np.int32), np.asarray(distinct, np.int32))
    column = np.asarray(columns, np.int32)
    order = np.argsort(column, kind="stable")  # by token; the clauses of a token stay in order
    frequency = np.asarray(frequencies, np.float32)
    lengths = np.bincount(rows, weights=frequency, minlength=size).astype(np.float32)
    counts = np.bincount(column, minlength=len(vocabulary))
    rows, frequency = rows[order], frequency[order]
    scores = _scores(frequency, lengths[rows], counts, lengths, size)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Bm25(vocabulary, scores, rows, starts, size)


def _scores(
    frequency: NDArray[np.float32],
    length: NDArray[np.float32],
    counts: NDArray[np.int64],
    lengths: NDArray[np.float32],
    size: int,
) -> NDArray[np.float32]:
    """BM25 of every posting: idf · tf / (tf + k1 · (1 − b + b · length / mean length)).

    `frequency` (tf) and `length` are those of the postings, sorted by token; `counts` [tokens] says
    how many clauses each token is in.
    """
    mean = np.float32(lengths.mean()) if size else np.float32(1)
    idf = inverse_frequency(counts, size)
    norm = np.float32(K1) * (np.float32(1 - B) + np.float32(B) * length / max(mean, np.float32(1e-9)))
    return np.asarray(np.repeat(idf, counts) * frequency / (frequency + norm), np.float32)
