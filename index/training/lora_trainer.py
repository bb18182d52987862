"""Trains the low-rank adapter: a question is drawn to its passage and away from the others of its batch.

Contrastive loss over in-batch negatives (Oord, Li & Vinyals 2018) and hard ones: for a question, one of the
passages nearest to it under the untrained model that do not answer it. A batch holds few negatives, so the same
loss over all passages is added, by their vectors as they were at the epoch's start: these move questions only, and
as the answering passage's vector is as old as the others', nothing is won by moving away from old vectors.
Passages that answer a question too are left out of its sums. Questions and passages go through the same weights.

A step's random choices depend on its number alone, so a run that is stopped goes on from its last checkpoint
as if it had not been.
"""

from __future__ import annotations

import hashlib
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from index.model.embedder import Vectors, batches
from index.model.folder import TOKENIZER_FILE
from index.model.lora import Lora, LowRank
from index.model.prompts import Prompts
from index.training.data import Example

if TYPE_CHECKING:
    import torch

_ENCODER = "encoder."  # every linear layer but the pooler's, which mean pooling leaves out
_BATCH_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. `passage_tokens` bounds what is read of a passage, as most of the time goes there."""

    rank: int = 8
    scale: float = 2.0  # of the change; LoRA's alpha is rank·scale
    epochs: int = 3
    batch: int = 48
    hard: int = 1
    rate: float = 3e-4
    warm_up: float = 0.1
    weight_decay: float = 0.01
    temperature: float = 0.02
    passage_tokens: int = 160
    question_tokens: int = 128
    pool: float = 1.0  # weight of the loss over all passages' earlier vectors
    checkpoint_every: int = 20
    seed: int = 0


@dataclass(slots=True)
class _Batch:
    rows: list[int]
    right: list[int]  # the answering passage chosen, by question
    questions: list[list[int]] = field(default_factory=list)
    passages: list[list[int]] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)  # place among the batch's passages, by question
    left_out: list[tuple[int, int]] = field(default_factory=list)  # (question, passage that answers it too)


class LoraTrainer:
    """Trains on `examples` over `passages`, from the SentenceTransformer in `folder` (made without adapter)."""

    def __init__(
        self,
        folder: Path,
        prompts: Prompts,
        passages: Sequence[str],
        examples: Sequence[Example],
        near: Sequence[Sequence[int]],
        vectors: Vectors,
        settings: Settings,
        start: Lora | None = None,
    ) -> None:
        """`near[n]` are the hard negatives of `examples[n]`; `vectors` [len(passages), hidden] are of the model as it
        is before: with the change `start`, if there is one, which training goes on from."""
        import torch
        from transformers import BertModel

        torch.manual_seed(settings.seed)
        self._settings, self._examples, self._near = settings, examples, near
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._questions = [self._ids(prompts.query + one.question, settings.question_tokens) for one in examples]
        self._passages = [self._ids(prompts.passage + text, settings.passage_tokens) for text in passages]
        self._pool = torch.from_numpy(np.asarray(vectors, np.float32).copy())
        self._model = BertModel.from_pretrained(folder).eval()
        self._model.requires_grad_(False)
        self._factors = _attach(self._model, settings)
        if start is not None:
            self._go_on_from(start)
        parameters = [one for pair in self._factors.values() for one in pair]
        self._optimiser = torch.optim.AdamW(parameters, lr=settings.rate, weight_decay=settings.weight_decay)
        self._steps_per_epoch = math.ceil(len(examples) / settings.batch)
        self.steps = settings.epochs * self._steps_per_epoch
        self.half = self._half_is_faster()
        self._of = self._fingerprint(start)

    def _ids(self, text: str, most: int) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids if len(ids) <= most else [*ids[: most - 1], ids[-1]]

    def run(self, checkpoint: Path) -> dict[str, LowRank]:
        """Train to the end, from the checkpoint if it is of the same run. Returns the changes by weight's name."""
        first = self._resume(checkpoint)
        with tqdm(total=self.steps, initial=first, desc="训练", unit="步", disable=None) as bar:
            for step in range(first, self.steps):
                if step and step % self._steps_per_epoch == 0:
                    self._renew_pool()
                bar.set_postfix(loss=f"{self._step(step):.3f}")
                bar.update()
                if (step + 1) % self._settings.checkpoint_every == 0:
                    self._save(checkpoint, step + 1)
        return {
            name: LowRank(down.detach().numpy(), up.detach().numpy() * self._settings.scale)
            for name, (down, up) in self._factors.items()
        }

    def _step(self, step: int) -> float:
        import torch
        from torch.nn.functional import cross_entropy

        batch = self._batch(step)
        for group in self._optimiser.param_groups:
            group["lr"] = self._settings.rate * _schedule(step / self.steps, self._settings.warm_up)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            questions, passages = self._encode(batch.questions), self._encode(batch.passages)
        scores = questions @ passages.T / self._settings.temperature
        for question, passage in batch.left_out:
            scores[question, passage] = -math.inf
        loss = cross_entropy(scores, torch.tensor(batch.wanted))
        loss = loss + self._settings.pool * self._pool_loss(questions, batch)
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return float(loss.detach())

    def _pool_loss(self, questions: torch.Tensor, batch: _Batch) -> torch.Tensor:
        """Cross-entropy over all passages, by their vectors of the epoch's start, which get no gradient."""
        import torch
        from torch.nn.functional import cross_entropy

        scores = questions @ self._pool.T / self._settings.temperature
        for at, (row, answer) in enumerate(zip(batch.rows, batch.right, strict=True)):
            scores[at, [place for place in self._examples[row].answers if place != answer]] = -math.inf
        return cross_entropy(scores, torch.tensor(batch.right))

    def _renew_pool(self) -> None:
        import torch

        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            self._pool = self._encode(self._passages)

    def _batch(self, step: int) -> _Batch:
        """The step's questions with one answering passage and hard negatives each."""
        settings, count = self._settings, self._steps_per_epoch
        epoch, at = divmod(step, count)
        order = list(range(len(self._examples)))
        random.Random(f"{settings.seed} {epoch}").shuffle(order)
        chosen = order[at * settings.batch : (at + 1) * settings.batch]
        choose = random.Random(f"{settings.seed} step {step}")
        right = [choose.choice(self._examples[row].answers) for row in chosen]
        wrong = [
            place
            for row in chosen
            for place in choose.sample(list(self._near[row]), min(settings.hard, len(self._near[row])))
        ]
        places = {place: at for at, place in enumerate(dict.fromkeys(right + wrong))}
        batch = _Batch(rows=chosen, right=right)
        batch.passages = [self._passages[place] for place in places]
        for at, (row, answer) in enumerate(zip(chosen, right, strict=True)):
            batch.questions.append(self._questions[row])
            batch.wanted.append(places[answer])
            others = set(self._examples[row].answers) - {answer}
            batch.left_out += [(at, places[place]) for place in others if place in places]
        return batch

    def _encode(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Mean of the token vectors, of norm 1: float32 [len(rows), hidden], with gradient."""
        import torch
        from torch.nn.functional import normalize

        parts, order = [], []
        for some in batches([len(row) for row in rows], _BATCH_TOKENS):
            length = max(len(rows[row]) for row in some)
            ids = torch.full((len(some), length), self._tokenizer.token_to_id("<pad>"), dtype=torch.long)
            for at, row in enumerate(some):
                ids[at, : len(rows[row])] = torch.tensor(rows[row])
            mask = torch.tensor([[at < len(rows[row]) for at in range(length)] for row in some]).long()
            hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            parts.append((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))
            order += some
        return normalize(torch.cat(parts)[torch.tensor(np.argsort(order))], dim=1)

    def _half_is_faster(self) -> bool:
        """Whether this processor computes faster in bfloat16: without instructions for it it is much slower."""
        import torch

        seconds = {}
        with torch.no_grad():
            for half in (False, True):
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
                    self._encode(self._passages[:4])  # the first run of a kind sets up
                    start = time.perf_counter()
                    self._encode(self._passages[:16])
                seconds[half] = time.perf_counter() - start
        return seconds[True] < seconds[False]

    def _fingerprint(self, start: Lora | None) -> str:
        told = repr((self._settings, self._questions, self._examples, self._near, len(self._passages)))
        return hashlib.sha256((told + (start.sha256 if start else "")).encode()).hexdigest()

    def _go_on_from(self, start: Lora) -> None:
        import torch

        with torch.no_grad():
            for name, (down, up) in self._factors.items():
                layer = start.layers[name]
                down.copy_(torch.from_numpy(layer.down))
                up.copy_(torch.from_numpy(layer.up / self._settings.scale))

    def _save(self, path: Path, step: int) -> None:
        import torch

        state: dict[str, Any] = {
            "of": self._of,
            "step": step,
            "half": self.half,
            "pool": self._pool,
            "factors": {name: [one.detach() for one in pair] for name, pair in self._factors.items()},
            "optimiser": self._optimiser.state_dict(),
        }
        new = path.with_suffix(".new")
        torch.save(state, new)
        new.replace(path)

    def _resume(self, path: Path) -> int:
        """The step to go on with: 0 if there is no checkpoint, or one of other data or settings."""
        import torch

        if not path.is_file():
            return 0
        state = torch.load(path, weights_only=True)
        if state["of"] != self._of:
            return 0
        with torch.no_grad():
            for name, pair in self._factors.items():
                for mine, saved in zip(pair, state["factors"][name], strict=True):
                    mine.copy_(saved)
        self._pool = state["pool"]
        self._optimiser.load_state_dict(state["optimiser"])
        self.half = bool(state["half"])
        return int(state["step"])


def _schedule(done: float, warm_up: float) -> float:
    """Share of the learning rate: linear warm-up, then half a cosine to 0."""
    return min(1.0, done / warm_up + 1e-3) * (0.5 + 0.5 * math.cos(math.pi * done))


def _attach(model: torch.nn.Module, settings: Settings) -> dict[str, tuple[torch.nn.Parameter, torch.nn.Parameter]]:
    """Add `scale`·up·down to every linear layer of the encoder; at first that is 0. Returns (down, up) by name."""
    import torch

    factors = {}
    for name, layer in list(model.named_modules()):
        if not isinstance(layer, torch.nn.Linear) or not name.startswith(_ENCODER):
            continue
        down = torch.nn.Parameter(torch.randn(settings.rank, layer.in_features) / layer.in_features**0.5)
        up = torch.nn.Parameter(torch.zeros(layer.out_features, settings.rank))
        factors[name] = (down, up)

        def changed(
            _layer: torch.nn.Module,
            inputs: tuple[torch.Tensor],
            output: torch.Tensor,
            down: torch.nn.Parameter = down,
            up: torch.nn.Parameter = up,
        ) -> torch.Tensor:
            return output + settings.scale * (inputs[0] @ down.T) @ up.T

        layer.register_forward_hook(changed)
    return factors
