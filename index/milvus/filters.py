"""A set of notices as an expression that Milvus filters by."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LONG = 16  # notices in a row from which on they are written as a range
_RANGES = 64  # ranges in an expression at most, the longest: each is a step that a server goes down into
_PLACES = 50  # places in an expression at most


def expression(ordinals: Sequence[int], places: Sequence[str]) -> str:
    """What is true of the clauses of the notices `ordinals` (rising, not all, at least one); `places` are those of
    all notices: other partitions than theirs are not looked into."""
    kept = np.asarray(ordinals, np.int64)
    mask = np.zeros(len(places), np.bool_)
    mask[kept] = True
    inside, outside = _some(kept), _some(np.flatnonzero(~mask))
    notices = inside if len(inside) <= len(outside) + 6 else f"not ({outside})"
    own = {places[one] for one in ordinals}
    if len(own) > _PLACES or len(own) == len(set(places)):
        return notices
    return f"place in {json.dumps(sorted(own), ensure_ascii=False)} and ({notices})"


def _some(ordinals: NDArray[np.int64]) -> str:
    """`notice in [1, 5] or (notice >= 7 and notice <= 90)`"""
    runs = np.split(ordinals, np.flatnonzero(np.diff(ordinals) != 1) + 1)
    long = sorted((run for run in runs if len(run) >= _LONG), key=len, reverse=True)[:_RANGES]
    ranged = {int(run[0]) for run in long}
    single = [int(one) for run in runs if len(run) and int(run[0]) not in ranged for one in run]
    terms = [f"notice in {single}"] if single else []
    terms += [f"(notice >= {run[0]} and notice <= {run[-1]})" for run in sorted(long, key=lambda run: int(run[0]))]
    return " or ".join(terms)
