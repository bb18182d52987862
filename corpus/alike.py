"""Titles that are nearly equal, and how much of two texts is the same: without comparing all with all."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

_PIECE = 3  # letters: two texts that agree to nine tenths share a run of three (from nine letters on)
_COMMON = 64  # a piece that stands in more titles than this tells none of them from the others
_TRIED = 64  # titles that are compared letter by letter at most, those with most pieces in common


class Titles:
    """Finds titles that are nearly equal to a given one. All are in squashed form (`corpus.text.squash`).

    Few titles (up to 64) are all looked at. Of many, only those that share a piece which is no common one,
    so a look-up costs the same however many there are.
    """

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = titles
        self._places: dict[str, list[int]] = {}
        self._pieces: dict[str, list[int]] = {}
        for index, title in enumerate(titles):
            self._places.setdefault(title, []).append(index)
            for piece in _pieces(title):
                known = self._pieces.setdefault(piece, [])
                if len(known) <= _COMMON:
                    known.append(index)

    def equal(self, title: str) -> Sequence[int]:
        """Where this very title stands, in order."""
        return self._places.get(title, ())

    def near(self, title: str) -> list[int]:
        """Where titles stand that may be nearly equal to this one, in order."""
        if len(self.titles) <= _TRIED:
            return list(range(len(self.titles)))
        shared_pieces: Counter[int] = Counter()
        for piece in _pieces(title):
            known = self._pieces.get(piece, [])
            if len(known) <= _COMMON:
                shared_pieces.update(known)
        return sorted(index for index, _ in shared_pieces.most_common(_TRIED))


def _pieces(title: str) -> set[str]:
    return {title[at : at + _PIECE] for at in range(len(title) - _PIECE + 1)}


def title_ratio(a: str, b: str, least: float) -> float:
    """The share of letters that two titles have in common (difflib's), or 0 where it can't reach `least`."""
    needed = least * (len(a) + len(b)) / 2
    if min(len(a), len(b)) < needed or len(a) - len(set(a).difference(b)) < needed:
        return 0.0
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= least else 0.0


def common_letters(a: str, b: str) -> int:
    """How many letters two texts have in common in the same order: `供水工作` and `供氺工作` → 3.

    By bits (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004): one step a letter of `b`, on
    numbers of as many bits as `a` has letters. 4,000 letters against 4,000 take some milliseconds.
    """
    places: dict[str, int] = {}
    for at, letter in enumerate(a):
        places[letter] = places.get(letter, 0) | 1 << at
    full = (1 << len(a)) - 1
    row = full
    for letter in b:
        match = row & places.get(letter, 0)
        row = (row + match | row - match) & full
    return len(a) - row.bit_count()
