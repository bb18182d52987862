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
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
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
_SORTED = 2**22  # postings that are sorted, or scored, at a time


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

    Needs some 20 bytes for each distinct token of each clause, and no list of all tokens.
    """
    return from_weights(map(term_weights, clauses))


def from_weights(clauses: Iterable[dict[str, int]]) -> Bm25:
    """The same for clauses whose tokens are counted: token → weighted frequency."""
    vocabulary: dict[str, int] = {}
    portions = deque(_portions(clauses, vocabulary))
    counts = np.zeros(len(vocabulary), np.int64)
    for portion in portions:
        counts += np.bincount(portion.columns, minlength=len(vocabulary))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows, frequency = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    lengths = np.concatenate([np.empty(0, np.float32), *(portion.lengths() for portion in portions)])
    free, first = starts[:-1].copy(), 0
    while portions:  # each is let go of when its postings are in their columns
        portion = portions.popleft()
        order = np.argsort(portion.columns, kind="stable")  # by token; the clauses of a token stay in order
        here = np.bincount(portion.columns, minlength=len(vocabulary))
        places = np.arange(len(order)) + np.repeat(free - (np.cumsum(here) - here), here)
        rows[places] = portion.rows(first)[order]
        frequency[places] = portion.frequencies[order]
        free += here
        first += len(portion.distinct)
    _score(frequency, rows, starts, lengths)
    return Bm25(vocabulary, frequency, rows, starts, first)


@dataclass(frozen=True, slots=True)
class _Portion:
    """The postings of some clauses, clause by clause: `distinct` says how many each clause has."""

    columns: NDArray[np.int32]
    frequencies: NDArray[np.float32]
    distinct: NDArray[np.int32]

    def rows(self, first: int) -> NDArray[np.int32]:
        """The clause of each posting; the first clause is in row `first`."""
        return np.repeat(np.arange(first, first + len(self.distinct), dtype=np.int32), self.distinct)

    def lengths(self) -> NDArray[np.float32]:
        """The sum of each clause's frequencies."""
        sums = np.bincount(self.rows(0), weights=self.frequencies, minlength=len(self.distinct))
        return sums.astype(np.float32)


def _portions(clauses: Iterable[dict[str, int]], vocabulary: dict[str, int]) -> Iterator[_Portion]:
    """The postings of clauses, some at a time; new tokens go into `vocabulary`."""
    waiting = iter(clauses)
    while True:
        columns, frequencies, distinct = array("i"), array("f"), array("i")
        for weights in waiting:
            distinct.append(len(weights))
            for token, weight in weights.items():
                columns.append(vocabulary.setdefault(token, len(vocabulary)))
                frequencies.append(weight)
            if len(columns) >= _SORTED:
                break
        if not distinct:
            return
        yield _Portion(
            np.asarray(columns, np.int32), np.asarray(frequencies, np.float32), np.asarray(distinct, np.int32)
        )


def _score(
    postings: NDArray[np.float32], rows: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.float32]
) -> None:
    """Put BM25 in the place of every posting's frequency: idf · tf / (tf + k1 · (1 − b + b · length / mean length)).

    Postings are sorted by token, those of token t are `starts[t]:starts[t+1]`; `lengths` are those of the clauses.
    """
    size = len(lengths)
    mean = max(np.float32(lengths.mean()) if size else np.float32(1), np.float32(1e-9))
    idf = inverse_frequency(np.diff(starts), size)
    for begin in range(0, len(postings), _SORTED):  # so that what is in between stays small
        end = min(begin + _SORTED, len(postings))
        one, last = np.searchsorted(starts, begin, "right") - 1, np.searchsorted(starts, end, "left")
        bounds = np.clip(starts[one : last + 1], begin, end)
        often = bounds[1:] - bounds[:-1]
        frequency, length = postings[begin:end], lengths[rows[begin:end]]
        norm = np.float32(K1) * (np.float32(1 - B) + np.float32(B) * length / mean)
        postings[begin:end] = np.repeat(idf[one:last], often) * frequency / (frequency + norm)
