"""What changed between two texts of one title, clause by clause and word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from corpus.model import Role
from corpus.text import squash
from index.engine import IndexedClause
from index.tokens import segmenter

_LEFT_OUT = (Role.TITLE, Role.SIGNATURE, Role.CONTACT, Role.CONTENTS, Role.INFO, Role.ATTACHMENTS)
_ALIKE = 0.35  # share of pairs of letters that two clauses must have in common to be one clause that changed
_BAND = 40  # clauses that a changed one may have moved


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand in both texts (`op` is "="), only in the older ("-") or only in the newer one ("+")."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A clause that isn't the same in both texts: `old` is None where it was added, `new` where it was taken out."""

    old: IndexedClause | None
    new: IndexedClause | None

    def pieces(self) -> list[Piece]:
        """The words of both texts in order."""
        if self.old is None or self.new is None:
            entry, op = (self.new, "+") if self.old is None else (self.old, "-")
            return [Piece(op, entry.text)] if entry is not None else []
        return words_changed(self.old.text, self.new.text)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes in the order of the newer text, and how many clauses are the same."""

    changes: tuple[Change, ...]
    same: int


def words_changed(old: str, new: str) -> list[Piece]:
    """Word by word, as jieba cuts them: 每小时五元 → 每小时八元 gives =每小时, -五元, +八元."""
    one, other = list(segmenter().cut(old)), list(segmenter().cut(new))
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("=", "".join(one[a:b])))
            continue
        pieces += [Piece("-", "".join(one[a:b]))] if b > a else []
        pieces += [Piece("+", "".join(other[c:d]))] if d > c else []
    return pieces


def compare(old: Sequence[IndexedClause], new: Sequence[IndexedClause]) -> Comparison:
    """The clauses of two texts side by side. A clause that only got another number is the same."""
    one = [entry for entry in old if entry.role not in _LEFT_OUT]
    other = [entry for entry in new if entry.role not in _LEFT_OUT]
    matcher = SequenceMatcher(None, [_bare(entry) for entry in one], [_bare(entry) for entry in other], autojunk=False)
    changes: list[Change] = []
    same = 0
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            same += b - a
        else:
            changes += _aligned(one[a:b], other[c:d])
    return Comparison(tuple(changes), same)


def _bare(entry: IndexedClause) -> str:
    """The letters of a clause without its own number."""
    label = squash(entry.clause.place.last.label)
    return squash(entry.text).removeprefix(label) if label else squash(entry.text)


def _aligned(old: Sequence[IndexedClause], new: Sequence[IndexedClause]) -> list[Change]:
    """Clauses between two that are the same: in order, each with the one it became, if one is like it.

    The alignment with the highest sum of likenesses, as for sequences (Needleman and Wunsch 1970), within a band.
    """
    if not old or not new:
        return [*(Change(entry, None) for entry in old), *(Change(None, entry) for entry in new)]
    grams = [_pairs(_bare(entry)) for entry in old], [_pairs(_bare(entry)) for entry in new]
    best: list[dict[int, float]] = [{} for _ in range(len(old) + 1)]
    step: dict[tuple[int, int], str] = {}
    for i in range(len(old) + 1):
        middle = i * len(new) // len(old)
        for j in range(max(0, middle - _BAND), min(len(new), middle + _BAND) + 1):
            choices = [(best[i - 1][j], "-")] if i and j in best[i - 1] else []
            if j and j - 1 in best[i]:
                choices.append((best[i][j - 1], "+"))
            if i and j and j - 1 in best[i - 1]:
                like = _likeness(grams[0][i - 1], grams[1][j - 1])
                choices += [(best[i - 1][j - 1] + like, "=")] if like >= _ALIKE else []
            best[i][j], step[i, j] = max(choices, default=(0.0, ""))
    return _walked(old, new, step)


def _walked(
    old: Sequence[IndexedClause], new: Sequence[IndexedClause], step: dict[tuple[int, int], str]
) -> list[Change]:
    """The changes along the best way through the table, from its end."""
    out: list[Change] = []
    i, j = len(old), len(new)
    while i or j:
        way = step.get((i, j)) or ("-" if i else "+")
        i, j = i - (way in "-="), j - (way in "+=")
        out.append(Change(old[i] if way in "-=" else None, new[j] if way in "+=" else None))
    return out[::-1]


def _pairs(letters: str) -> frozenset[str]:
    return frozenset(letters[at : at + 2] for at in range(max(1, len(letters) - 1)))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient."""
    return 2 * len(one & other) / max(1, len(one) + len(other))
