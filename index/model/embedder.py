"""Embedding models: the interface, and what all of them share (prefixes, windows for long texts, batches).

The default model runs on ONNX Runtime (`index/model/onnx_embedder.py`) and needs neither torch nor
transformers. Any other model is a SentenceTransformer (`index/model/st_embedder.py`). Both take care of
prefixes (`index/model/prompts.py`), of texts that are longer than the model's window, of batches, and
return float32 rows of L2 norm 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.text import cut
from index.model.errors import ModelError
from index.model.prompts import Prompts

Vectors = NDArray[np.float32]
TextsDone = Callable[[int], None]


class Embedder(Protocol):
    """What the index and the retriever need of an embedding model."""

    name: str
    """What the index's manifest records; `load_embedder(name)` gives the same model again."""
    dim: int
    max_tokens: int
    """Tokens in a window, prefix and special tokens included."""

    @property
    def sha256(self) -> str:
        """Hash over the model's files: two models with the same hash give the same vectors."""

    def split_passage(self, context: str, text: str) -> list[str]:
        """`[context + text]`, or windows that each start with the context if that is too long."""

    def encode_passages(self, texts: Sequence[str], progress: TextsDone | None = None) -> Vectors:
        """Embed passages with the model's passage prefix.

        Returns float32 [len(texts), dim], rows of L2 norm 1, in input order; no texts give
        [0, dim]. `progress` is called with the number of texts newly done. A text that no window
        holds is never cut: its vector is the mean of its windows'.
        """

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """The same with the model's question prefix."""


Encode = Callable[[Embedder, Sequence[list[str]], TextsDone], Iterator[Vectors]]
"""Embeds batch after batch of passages: the vectors of each, in order; is told how many texts are newly done."""


def encode_here(embedder: Embedder, batches: Sequence[list[str]], done: TextsDone) -> Iterator[Vectors]:
    """`Encode` on this machine."""
    return (embedder.encode_passages(batch, done) for batch in batches)


class WindowedEmbedder(ABC):
    """What every model has in common: prefixes, windows, batches of like length, input order.

    A model adds `_count` and `_encode`. `batch_tokens` bounds a batch: its number of texts times
    the tokens of its longest.
    """

    batch_tokens = 1024

    def __init__(self, name: str, dim: int, max_tokens: int, prompts: Prompts) -> None:
        self.name = name
        self.dim = dim
        self.max_tokens = max_tokens
        self.prompts = prompts

    @abstractmethod
    def _count(self, text: str) -> int:
        """Tokens of `text` with the special tokens, however many they are."""

    @abstractmethod
    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        """One batch, every text of which fits the window: float32 [len(texts), dim], norm 1."""

    def _encode_batches(self, prefix: str, batches: Sequence[Sequence[str]]) -> Iterator[Vectors]:
        """The vectors of each batch, in order; one batch after the other, unless a model has another way."""
        return (self._encode(prefix, batch) for batch in batches)

    def split_passage(self, context: str, text: str) -> list[str]:
        return self._windows(self.prompts.passage, context, text)

    def encode_passages(self, texts: Sequence[str], progress: TextsDone | None = None) -> Vectors:
        return self._encode_all(self.prompts.passage, texts, progress)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._encode_all(self.prompts.query, texts, None)

    def _windows(self, prefix: str, context: str, text: str) -> list[str]:
        def fits(window: str) -> bool:
            return self._count(prefix + window) <= self.max_tokens

        return split_windows(context, text, fits)

    def _encode_all(self, prefix: str, texts: Sequence[str], progress: TextsDone | None) -> Vectors:
        windows: list[str] = []
        owners: list[int] = []
        for owner, text in enumerate(texts):
            parts = self._windows(prefix, "", text)
            windows += parts
            owners += [owner] * len(parts)
        waiting = Counter(owners)
        sums = np.zeros((len(texts), self.dim), np.float32)
        lengths = [self._count(prefix + window) for window in windows]
        rows = list(batches(lengths, self.batch_tokens))
        made = self._encode_batches(prefix, [[windows[row] for row in batch] for batch in rows])
        for batch, vectors in zip(rows, made, strict=True):
            self._check_width(vectors)
            mine = [owners[row] for row in batch]
            np.add.at(sums, mine, vectors)
            waiting.subtract(mine)
            if progress is not None:
                progress(sum(waiting[owner] == 0 for owner in set(mine)))
        return normalised(sums)

    def _check_width(self, vectors: Vectors) -> None:
        if vectors.shape[1] != self.dim:
            raise ModelError(f"模型给出的向量是 {vectors.shape[1]} 维，应为 {self.dim} 维", self.name, "请换一个模型")


def normalised(vectors: Vectors) -> Vectors:
    """Rows divided by their L2 norm; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, np.float32(1e-12)), dtype=np.float32)


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indices of `lengths` in batches, longest first, so that little is spent on padding.

    A batch's longest length times its size is at most `budget`; a longer text is alone.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def split_windows(context: str, text: str, fits: Callable[[str], bool]) -> list[str]:
    """`[context + text]` where that fits, else windows that each start with the context.

    Nothing is left out: what follows the context in the windows, joined, is `text`. Windows end
    at sentence ends where there are any. A context that takes more than half of what fits is
    shortened to that half, and its rest goes before the text.
    """
    if fits(context + text):
        return [context + text]
    room = longest_fit("", context + text, fits)
    head, rest = context[: room // 2], context[room // 2 :] + text
    windows = []
    while rest:
        piece = cut(rest, longest_fit(head, rest, fits))[0]
        # A shorter prefix may hold more tokens than the one it was cut from, by one or two.
        while len(piece) > 1 and not fits(head + piece):
            piece = piece[:-1]
        windows.append(head + piece)
        rest = rest[len(piece) :]
    return windows


def longest_fit(head: str, text: str, fits: Callable[[str], bool]) -> int:
    """How many characters of `text` fit after `head`, by bisection; at least 1."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(head + text[:middle]):
            low = middle
        else:
            high = middle - 1
    return low
