"""Counts that every measure is made of, and what is read from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are right, of how many that are wanted, and how many were given.

    `given` is None for a share (quotes found of those that are there): it has no precision. These are the
    correct, possible and actual slots of Chinchor, "MUC-4 evaluation metrics", 1992, without its half
    points. Tallies are added up before anything is divided (micro-averages: Manning, Raghavan and Schütze,
    *Introduction to Information Retrieval*, 2008, 13.6), so that a file counts by what it holds.
    """

    right: int
    wanted: int
    given: int | None = None

    def __add__(self, other: Tally) -> Tally:
        given = None if self.given is None or other.given is None else self.given + other.given
        return Tally(self.right + other.right, self.wanted + other.wanted, given)

    @property
    def perfect(self) -> bool:
        return self.right == self.wanted and self.given in (None, self.right)

    @property
    def recall(self) -> float | None:
        """right / wanted; None where nothing was wanted."""
        return self.right / self.wanted if self.wanted else None

    @property
    def precision(self) -> float | None:
        """right / given; None where nothing was given, and for a share."""
        return self.right / self.given if self.given else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall (van Rijsbergen, *Information Retrieval*, 1979, ch. 7),
        2 · right / (wanted + given); None for a share and where nothing was wanted or given."""
        if self.given is None or not self.wanted + self.given:
            return None
        return 2 * self.right / (self.wanted + self.given)

    @property
    def figure(self) -> float | None:
        """The one number to look at: F1, or of a share the share."""
        return self.recall if self.given is None else self.f1

    @property
    def worth(self) -> tuple[float, int]:
        """What decides which of two tallies of the same thing is better."""
        figure = self.figure
        wrong = self.wanted - self.right + (0 if self.given is None else self.given - self.right)
        return (1.0 if figure is None else figure, -wrong)

    def to_json(self) -> dict[str, int | float | None]:
        numbers: dict[str, int | float | None] = {"right": self.right, "wanted": self.wanted}
        if self.given is None:
            return numbers | {"share": self.recall}
        return numbers | {"given": self.given, "precision": self.precision, "recall": self.recall, "f1": self.f1}


def share(hits: Iterable[bool]) -> Tally:
    """How many of these are so."""
    found = list(hits)
    return Tally(sum(found), len(found))
