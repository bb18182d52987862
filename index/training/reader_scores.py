"""How good a reader is on questions over documents it has not seen: the points of the learning curve.

A question counts as answered as far as the best of its candidates does. `refused`: the share of questions without
an answer that are refused where a twentieth of the others is refused wrongly.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corpus.text import squash
from index.training.reader_batches import Coded, Pair
from index.training.reader_data import JUDGED_DEV, VERDICTS, Group, Kind

WRONGLY_REFUSED = 0.05
_CANDIDATES = 6  # of a question; it costs time, and more are seldom right
_SEED = 0
_NONE = VERDICTS.index(Kind.NONE)

Told = tuple[NDArray[np.float32], float, tuple[int, int]]  # verdict's logits, relevance, the span's pieces
Read = Callable[[Sequence[Pair]], list[Told]]


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """The chance that one of `right` stands above one of `wrong`; equals count half (Hanley & McNeil 1982)."""
    a, b = np.asarray(right), np.sort(np.asarray(wrong))
    below, upto = np.searchsorted(b, a, "left"), np.searchsorted(b, a, "right")
    return float((below + upto).mean() / (2 * len(b)))


def refused(right: Sequence[float], wrong: Sequence[float], wrongly: float = WRONGLY_REFUSED) -> float:
    """Share of `wrong` below the mark under which `wrongly` of `right` lie."""
    return float((np.asarray(wrong) < np.quantile(np.asarray(right), wrongly)).mean())


def dev_questions(groups: Sequence[Group], most: int) -> list[Group]:
    """The same sample each time: of every origin its share of `most`, with few candidates; everyday ones besides."""
    choose = random.Random(_SEED)
    by_origin: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        by_origin[group.origin].append(group)
    shares = {"written": 0.6, "cmrc": 0.1, "notices": 0.15, "outside-cmrc": 0.05, "outside-notices": 0.1}
    shares[JUDGED_DEV] = 0.3  # beside the others, so that their sample is what it was
    chosen = []
    for origin, share in shares.items():
        some = by_origin[origin]
        chosen += choose.sample(some, min(len(some), round(most * share)))
    return [_cut(one) for one in chosen]


def _cut(group: Group) -> Group:
    """The group with few candidates; where all that a search brought was judged, with all."""
    return group if group.origin == JUDGED_DEV else replace(group, candidates=group.candidates[:_CANDIDATES])


def scores(groups: Sequence[Group], coded: Coded, read: Read) -> dict[str, float]:
    """The curve's point: AUROC, refused, success@1, and on clauses with a marked span its words and verdict. Everyday
    questions are compared with each other, and have a success@1 of their own; their spans aren't counted."""
    pairs = [[coded.pair(group, one, 1.0) for one in group.candidates] for group in groups]
    told = iter(read([pair for some in pairs for pair in some]))
    right: dict[bool, list[float]] = defaultdict(list)  # by whether they are everyday questions
    wrong: dict[str, list[float]] = defaultdict(list)
    first: dict[bool, list[bool]] = defaultdict(list)
    spans: list[tuple[float, float]] = []
    verdicts: list[bool] = []
    for group, some in zip(groups, pairs, strict=True):
        results = [next(told) for _ in some]
        best = max(_answers(logits) for logits, _, _ in results)
        everyday = group.origin == JUDGED_DEV
        if all(pair.kind is Kind.NONE for pair in some):
            outside = "outside" if group.origin.startswith("outside") else "near"
            wrong["everyday" if everyday else outside].append(best)
            continue
        right[everyday].append(best)
        ranked = max(range(len(some)), key=lambda at: results[at][1])
        first[everyday].append(some[ranked].kind is not Kind.NONE)
        for candidate, pair, (logits, _, span) in zip(group.candidates, some, results, strict=True):
            if pair.start >= 0 and not everyday:
                text, offsets = coded.text(candidate.passage)
                shift = pair.row.first - pair.row.at
                said = text[offsets[span[0] + shift][0] : offsets[span[1] + shift][1]]
                spans.append(_words(said, text[candidate.start : candidate.end]))
                verdicts.append(int(np.argmax(logits[:_NONE])) == VERDICTS.index(pair.kind))
    out: dict[str, float] = {}
    for name, refusable in wrong.items():
        known = right[name == "everyday"]
        if not known:
            continue
        out |= {f"auroc_{name}": auroc(known, refusable), f"refused_{name}": refused(known, refusable)}
    for everyday, hits in first.items():
        out["success@1_everyday" if everyday else "success@1"] = float(np.mean(hits))
    return out | {
        "span_exact": float(np.mean([exact for exact, _ in spans])),
        "span_f1": float(np.mean([f1 for _, f1 in spans])),
        "verdict": float(np.mean(verdicts)),
    }


def _answers(logits: NDArray[np.float32]) -> float:
    """Log odds of *answered here*."""
    return float(np.logaddexp.reduce(logits[:_NONE]) - logits[_NONE])


def _words(said: str, wanted: str) -> tuple[float, float]:
    """Whether two spans have the same letters and digits, and the F1 of their letters (as CMRC's own measure)."""
    a, b = squash(said), squash(wanted)
    shared = sum((Counter(a) & Counter(b)).values())
    return float(a == b), 2 * shared / (len(a) + len(b)) if shared else 0.0
