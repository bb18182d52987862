"""How much a token tells: inverse document frequency, from the counts of any engine."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from index.engine import TermCounts


def inverse_frequency(counts: NDArray[np.int64], size: int) -> NDArray[np.float32]:
    """idf of tokens that are in `counts` of `size` clauses: ln(1 + (size − count + ½) / (count + ½))."""
    return np.asarray(np.log1p((size - counts + 0.5) / (counts + 0.5)), np.float32)


def idf(terms: TermCounts, token: str) -> float:
    """Inverse document frequency of one token, as in BM25."""
    return float(inverse_frequency(np.array([terms.count(token)]), terms.size)[0])


def ceiling(terms: TermCounts, tokens: Iterable[str]) -> float:
    """An upper bound of BM25 scores for these tokens: the sum of their idf, also of tokens that no clause holds."""
    counts = np.array([terms.count(token) for token in dict.fromkeys(tokens)])
    return float(inverse_frequency(counts, terms.size).sum())
