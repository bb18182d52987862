"""What counts for a citizen: being answered where nothing answers, and being sent to a wrong office.

Five shares, with counts: three of the questions that the documents don't answer, two of all the answers shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from eval.scoring import Score
from eval.uncertainty import Share, share_of

NONE_ANSWERED, NONE_PHONE, NONE_UNWARNED = "none_answered", "none_phone", "none_unwarned"
SHOWN_RIGHT, WRONG_CONTACT = "shown_right", "wrong_contact"
NAMES = (NONE_ANSWERED, NONE_PHONE, NONE_UNWARNED, SHOWN_RIGHT, WRONG_CONTACT)

Trust = Mapping[str, Share]
"""Measure → its share, in the order of NAMES; those that an older run says nothing of are missing."""

# Measure → (which questions it is of, what is counted of them; None where an older run doesn't say).
_RULES: dict[str, tuple[Callable[[Score], bool], Callable[[Score], bool | None]]] = {
    NONE_ANSWERED: (lambda one: not one.answerable, lambda one: one.answered),
    NONE_PHONE: (lambda one: not one.answerable, lambda one: None if one.phones is None else bool(one.phones)),
    NONE_UNWARNED: (lambda one: not one.answerable, lambda one: one.unwarned),
    SHOWN_RIGHT: (lambda one: one.answered, lambda one: one.right),
    WRONG_CONTACT: (lambda one: one.answered, lambda one: one.wrong_contact),
}


def trust(scores: Sequence[Score]) -> dict[str, Share]:
    """The five shares over the questions of a run."""
    shares = {}
    for name in known(scores):
        parts, wholes = parts_and_wholes(name, scores)
        shares[name] = share_of(int(sum(parts)), int(sum(wholes)))
    return shares


def known(scores: Iterable[Score]) -> list[str]:
    """The measures that these scores tell."""
    every = list(scores)
    return [name for name, (of, what) in _RULES.items() if all(what(one) is not None for one in every if of(one))]


def parts_and_wholes(name: str, scores: Sequence[Score]) -> tuple[list[float], list[float]]:
    """For each question whether it counts, and whether it is one of those that the measure is of: the share is the
    ratio of the sums."""
    of, what = _RULES[name]
    wholes = [float(of(one)) for one in scores]
    return [float(whole > 0 and bool(what(one))) for one, whole in zip(scores, wholes, strict=True)], wholes


def to_json(shares: Trust) -> dict[str, Any]:
    return {
        name: {"count": one.count, "n": one.n, "mean": one.mean, "low": one.low, "high": one.high}
        for name, one in shares.items()
    }
