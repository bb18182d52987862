"""The reader in PyTorch: the first layers of our encoder, and heads for the span, the verdict and the relevance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.model.pair import Row

if TYPE_CHECKING:
    import torch

HEADS = ("pool", "span", "verdict", "relevance")
_STEP = 16  # pieces: few lengths, for what oneDNN prepares it keeps by shape
VERDICT_COUNT = 4  # `index.training.reader_data.VERDICTS`


@dataclass(frozen=True, slots=True)
class Scores:
    """For each row: logits of start and end by piece (−inf outside the clause), of the verdicts, and the relevance."""

    start: torch.Tensor
    end: torch.Tensor
    verdict: torch.Tensor
    relevance: torch.Tensor


def make_reader(folder: Path, layers: int, dropout: float) -> Any:
    """A torch module from the SentenceTransformer in `folder`: `module(ids, mask, text)` gives Scores.

    `text` marks the pieces of the clause. The word vectors stay as they are: what the reader's file adds to the
    encoder's weights is then small, and a batch costs less.
    """
    import torch
    from torch import nn
    from transformers import BertModel

    class Reader(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = BertModel.from_pretrained(
                folder,
                num_hidden_layers=layers,
                add_pooling_layer=False,
                hidden_dropout_prob=dropout,
                attention_probs_dropout_prob=0.0,
                # PyTorch's fused attention takes half of a step on the CPU, most of it in its gradient.
                attn_implementation="eager",
            )
            self.encoder.embeddings.word_embeddings.requires_grad_(False)
            hidden = self.encoder.config.hidden_size
            self.pool = nn.Linear(hidden, hidden)
            self.span = nn.Linear(hidden, 2)
            self.verdict = nn.Linear(hidden, VERDICT_COUNT)
            self.relevance = nn.Linear(hidden, 1)
            for name in HEADS:
                head = getattr(self, name)
                nn.init.normal_(head.weight, std=0.02)
                nn.init.zeros_(head.bias)

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, text: torch.Tensor) -> Scores:
            hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            # Our encoder keeps what a text means in the mean of its pieces; the first one's vector hardly differs
            # from row to row, and a head on it takes three times as many steps to begin to learn.
            share = mask.to(hidden.dtype) / mask.sum(1, keepdim=True)
            pooled = torch.tanh(self.pool((hidden * share[..., None]).sum(1)))
            ends = self.span(hidden).float().masked_fill(~text[..., None], -1e4)
            verdict, relevance = self.verdict(pooled).float(), self.relevance(pooled).float()
            return Scores(ends[..., 0], ends[..., 1], verdict, relevance[:, 0])

    return Reader()


def collate(rows: Sequence[Row], pad: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, mask and which pieces are the clause's, padded to the longest row and on to a multiple of _STEP."""
    import torch

    length = -(-max(len(row.ids) for row in rows) // _STEP) * _STEP
    ids = torch.full((len(rows), length), pad, dtype=torch.long)
    text = torch.zeros((len(rows), length), dtype=torch.bool)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = torch.tensor(row.ids)
        text[at, row.at : row.until] = True
    return ids, (ids != pad).long(), text


def by_length(rows: Sequence[Row], most_tokens: int) -> list[list[int]]:
    """Places of the rows in parts of like length, each of at most `most_tokens` with its padding."""
    parts: list[list[int]] = []
    for at in sorted(range(len(rows)), key=lambda one: len(rows[one].ids)):
        if parts and (len(parts[-1]) + 1) * len(rows[at].ids) <= most_tokens:
            parts[-1].append(at)
        else:
            parts.append([at])
    return parts
