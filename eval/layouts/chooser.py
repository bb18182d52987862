"""Choices that a generator makes: by a seed, or by hypothesis, which shrinks them.

Whoever offers options puts the plainest first: a failing case shrinks towards the first of each.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chooser(ABC):
    """Where choices come from."""

    @abstractmethod
    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def one(self, options: Sequence[T]) -> T:
        """One of the options, each as often as the others."""
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) >= 100 - percent

    def weighted(self, options: Sequence[tuple[T, int]]) -> T:
        """One of the options, as often as its weight says."""
        left = self.below(sum(weight for _, weight in options))
        for option, weight in options:
            if left < weight:
                return option
            left -= weight
        raise ValueError("no options")


class Seeded(Chooser):
    """Choices by a seed: the same on every machine, for `random()` alone is promised to stay as it is."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)
