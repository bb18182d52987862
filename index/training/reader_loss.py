"""What the reader is to learn from a batch, as one number.

The verdict by cross-entropy; where a clause answers but nobody marked how, only *not answered* is unlearnt. Start and
end of the span by cross-entropy over the clause's pieces. The relevance by cross-entropy over the candidates of a
question (listwise, Cao et al. 2007): one that answers against those that don't.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.training.reader_batches import Pair
from index.training.reader_data import VERDICTS, Kind
from index.training.reader_model import Scores

if TYPE_CHECKING:
    import torch

_NONE = VERDICTS.index(Kind.NONE)


def loss(scores: Scores, groups: Sequence[Sequence[Pair]]) -> tuple[torch.Tensor, dict[str, float]]:
    """The loss over the pairs of `groups`, whose scores are given in their order; and its parts."""
    import torch

    pairs = [pair for group in groups for pair in group]
    parts = {"verdict": _verdict(scores.verdict, pairs)}
    spans, ranks = _span(scores, pairs), _ranks(scores.relevance, groups)
    if spans:
        parts["span"] = torch.stack(spans).mean()
    if ranks:
        parts["rank"] = torch.stack(ranks).mean()
    return torch.stack(list(parts.values())).sum(), {name: float(part.detach()) for name, part in parts.items()}


def _verdict(logits: torch.Tensor, pairs: Sequence[Pair]) -> torch.Tensor:
    import torch

    told = torch.log_softmax(logits, dim=1)
    answers = torch.logsumexp(told[:, :_NONE], dim=1)
    wanted = [
        answers[at] if pair.kind is Kind.SOME else told[at, VERDICTS.index(pair.kind)] for at, pair in enumerate(pairs)
    ]
    weights = torch.tensor([pair.weight for pair in pairs])
    return -(torch.stack(wanted) * weights).sum() / weights.sum()


def _span(scores: Scores, pairs: Sequence[Pair]) -> list[torch.Tensor]:
    """For each pair with a span the mean loss of its start and end."""
    start, end = scores.start.log_softmax(1), scores.end.log_softmax(1)
    marked = [(at, pair) for at, pair in enumerate(pairs) if pair.start >= 0]
    return [-(start[at, pair.start] + end[at, pair.end]) / 2 for at, pair in marked]


def _ranks(relevance: torch.Tensor, groups: Sequence[Sequence[Pair]]) -> list[torch.Tensor]:
    """For each candidate that answers its loss against the candidates of its question that don't."""
    import torch

    losses, first = [], 0
    for group in groups:
        own = relevance[first : first + len(group)]
        first += len(group)
        wrong = [at for at, pair in enumerate(group) if pair.kind is Kind.NONE]
        right = [at for at, pair in enumerate(group) if pair.kind is not Kind.NONE]
        if wrong:
            losses += [torch.logsumexp(own[[at, *wrong]], 0) - own[at] for at in right]
    return losses
