"""Whether a block goes on with the paragraph before it: wraps, column ends, page ends.

A paragraph without closing punctuation goes on, unless it is a heading. Whether a short line is a
heading or was cut by the end of a column is settled by the file itself: cut lines fill the column,
and the characters on both sides of a cut stand side by side elsewhere in the file.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from corpus.blocks import Block
from corpus.duties import NOTE_TAIL
from corpus.text import CJK, at_most, ends_sentence, is_cjk, nfkc, repair, squash

MAX_HEADING = 40  # letters of a heading: GB/T 9704 gives no limit; the gazettes' longest have 36
# Two characters belong together where the first is followed by the second in this share of its places, at least so
# often: in the first gazette cut words have .14 to .85, headings and what follows them at most .05.
_TOGETHER, _MIN_SEEN = 0.1, 3
_CJK_PAIRS = re.compile(f"(?=([{CJK}]{{2}}))")
_HAS_PAUSE = re.compile(r"[，,：:；;。]")


@dataclass(frozen=True, slots=True)
class Joiner:
    """What one file tells about its lines: column width in characters (None if lines don't wrap),
    and how often two characters stand side by side, and one in front of any other."""

    width: float | None
    pairs: Counter[str]
    firsts: Counter[str]

    def continues(self, before: str, after: str, *, may_be_heading: bool) -> bool:
        """Whether the raw block `after` goes on with the raw paragraph `before`."""
        if ends_sentence(before) or NOTE_TAIL.search(repair(before)):
            return False
        text, following = repair(before), repair(after)
        if not text or not following:
            return False
        if text[-1] in "、，,（(《“":
            return True
        if not (may_be_heading and is_heading(text)):
            return True
        seen = self.pairs[text[-1] + following[0]] if is_cjk(text[-1]) and is_cjk(following[0]) else 0
        if self.width is None:
            return False
        full = line_width(before.split()[-1] if before.split() else "") >= self.width - 3
        together = _MIN_SEEN <= seen >= _TOGETHER * self.firsts[text[-1]]
        return (full and seen >= 1) or together


def is_heading(text: str) -> bool:
    """A line that may be a heading: short, without closing punctuation."""
    return at_most(text, MAX_HEADING) and squash(text) != "" and not ends_sentence(text)


def has_pause(text: str) -> bool:
    """Whether a line holds a comma, colon or full stop, as sentences do and most headings don't."""
    return _HAS_PAUSE.search(text) is not None


def line_width(text: str) -> float:
    """Width in full-width characters; Latin letters and digits count half: `第3条ab` → 3.5."""
    return sum(1.0 if ord(char) > 0x2000 else 0.5 for char in text)


def make_joiner(blocks: list[Block]) -> Joiner:
    """Learn column width and neighbouring characters from a file's blocks."""
    widths: Counter[int] = Counter()
    pairs: Counter[str] = Counter()
    for block in blocks:
        if block.cells:
            continue
        segments = block.text.split()
        if len(segments) >= 4:
            widths.update(round(line_width(segment)) for segment in segments[1:-1])
        letters = nfkc(repair(block.text))
        pairs.update(_CJK_PAIRS.findall(letters))
    common = [width for width, count in widths.most_common(3) if width >= 8 and count >= 10]
    firsts: Counter[str] = Counter()
    for pair, count in pairs.items():
        firsts[pair[0]] += count
    return Joiner(float(max(common)) if common else None, pairs, firsts)
