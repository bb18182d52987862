"""What a reader of documents without pages yields: lines, and what it left out of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from corpus.model import LeftOut, Warn


@dataclass(slots=True)
class Lines:
    """A document's lines in order. What is left out stands with the number of the line that comes next.

    `letters` counts the letters of the file as it came; `stated` is what it says of its document outside the text
    (`corpus.model.Source`).
    """

    lines: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[Warn] = field(default_factory=list)
    letters: Counter[str] | None = None
    stated: list[tuple[str, str]] = field(default_factory=list)

    def leave_out(self, text: str, why: str, line: int | None = None) -> None:
        """Note a text that doesn't count, and why. `line` is the number of the line it stands at, by default the
        next one."""
        text = " ".join(text.split())
        if text:
            self.left_out.append(LeftOut(len(self.lines) + 1 if line is None else line, text, why))

    def warn(self, what: str) -> None:
        """Note something a person should look at; the same is said once."""
        if all(warning.what != what for warning in self.warnings):
            self.warnings.append(Warn(len(self.lines) + 1, what))
