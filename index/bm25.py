"""The keyword index: BM25 by bm25s over the tokens of a clause, its headings and its title.

Fields are weighted as BM25F does it (Robertson, Zaragoza, Taylor 2004): a term's frequency is the
weighted sum over the fields, saturated once. bm25s counts integer frequencies, so weights are whole
numbers of repetitions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.tokens import tokenize

# Repetitions of a field's tokens. Chosen on the dev questions: see eval/ablation.md.
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
    """Scores in compressed columns: for token t, documents `rows[starts[t]:starts[t+1]]` get
    `scores[starts[t]:starts[t+1]]` (float32). Built by bm25s; the scores hold the whole formula."""

    vocabulary: dict[str, int]
    scores: NDArray[np.float32]
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    size: int

    def search(self, question: str) -> NDArray[np.float32]:
        """BM25 score of every clause for a question: float32 [size], 0 where no term occurs."""
        out = np.zeros(self.size, np.float32)
        for token in dict.fromkeys(tokenize(question)):
            column = self.vocabulary.get(token)
            if column is not None:
                begin, end = self.starts[column], self.starts[column + 1]
                out[self.rows[begin:end]] += self.scores[begin:end]
        return out

    def save(self, folder: Path) -> None:
        """Write `bm25.npz` and `bm25-vocabulary.json`: plain arrays and JSON, no pickle."""
        with (folder / "bm25.npz").open("wb") as out:
            np.savez(out, scores=self.scores, rows=self.rows, starts=self.starts, size=np.int64(self.size))
        words = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        (folder / "bm25-vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Bm25:
        """Read what `save` wrote. Raises OSError, ValueError or KeyError if the files are damaged."""
        with np.load(folder / "bm25.npz", allow_pickle=False) as arrays:
            scores, rows, starts = arrays["scores"], arrays["rows"], arrays["starts"]
            size = int(arrays["size"])
        words = json.loads((folder / "bm25-vocabulary.json").read_text("utf-8"))
        if len(words) != len(starts) - 1 or len(rows) != len(scores):
            raise ValueError("bm25 arrays do not fit each other")
        return cls({word: column for column, word in enumerate(words)}, scores, rows, starts, size)


def field_tokens(fields: Fields) -> list[str]:
    """A clause's tokens, those of each field repeated by its weight."""
    return (
        tokenize(fields.text) * TEXT_WEIGHT
        + tokenize(fields.path) * PATH_WEIGHT
        + tokenize(fields.title) * TITLE_WEIGHT
    )


def build_bm25(clauses: Sequence[Fields]) -> Bm25:
    """Index clauses. No clauses, or clauses without a single token, give an index that finds nothing."""
    tokens = [field_tokens(fields) for fields in clauses]
    if not any(tokens):
        empty = np.zeros(0, np.float32)
        return Bm25({}, empty, np.zeros(0, np.int32), np.zeros(1, np.int64), len(clauses))
    import bm25s

    model = bm25s.BM25(k1=K1, b=B, method="lucene")
    model.index(tokens, create_empty_token=False, show_progress=False)
    matrix = model.scores
    vocabulary = {word: column for word, column in model.vocab_dict.items() if word}
    return Bm25(
        vocabulary,
        np.asarray(matrix["data"], np.float32),
        np.asarray(matrix["indices"], np.int32),
        np.asarray(matrix["indptr"], np.int64),
        len(clauses),
    )
