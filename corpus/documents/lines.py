"""What a reader of documents without pages yields: lines, and what it left out of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.model import LeftOut, Warn


@dataclass(slots=True)
class Lines:
    """A document's lines in order. What is left out stands with the number of the line that comes next."""

    lines: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[Warn] = field(default_factory=list)

    def leave_out(self, text: str, why: str) -> None:
        """Note a text that doesn't count, and why."""
        text = " ".join(text.split())
        if text:
            self.left_out.append(LeftOut(len(self.lines) + 1, text, why))

    def warn(self, what: str) -> None:
        """Note something a person should look at; the same is said once."""
        if all(warning.what != what for warning in self.warnings):
            self.warnings.append(Warn(len(self.lines) + 1, what))
