"""What a reader may do for an answer, and what it counts beside words and retrieval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReaderUse:
    """How a reader is used. `python -m eval reader-steps` measures what each part brings, and other numbers."""

    # Hits that are read; its time grows with them. With six layers 4, 8 and 12 answer as often rightly (232 questions,
    # README); with twelve, 6 and 8 refuse the same of 91 everyday questions within two.
    read: int = 6
    # What its relevance (a logit, to ±9) counts in the order of the hits beside retrieval's score of 0…1; 0: nothing.
    # With a reader of six layers success@1 of a gazette was .776 → .807.
    ranking: float = 0.05
    # Whether its words and its odds that a passage answers help to choose the answer; else words alone choose.
    chooses: bool = True
    # What these log odds (to ±9) count beside what words say of a passage: some 0 to 2.5. On 365 open questions that
    # aren't for a document answers are right as often with .05, .1 and .2 (.83; words alone .82), and seldomer with
    # the reader's choice alone (.74).
    choosing: float = 0.1
    judges: bool = True  # whether its odds are among the figures of the confidence

    def __post_init__(self) -> None:
        if self.read < 1 or self.ranking < 0 or self.choosing < 0:
            raise ValueError(f"not a way to use a reader: {self}")


USUAL = ReaderUse()
