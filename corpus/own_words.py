"""The words of a title that say what it is about, and whether a text speaks of them: by pairs of letters, for titles
are quoted in part and in another order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container

from corpus.kinds import kind_pattern
from corpus.text import squash

SHARED = 0.15  # of a title's own pairs, from which a text speaks of it; titles of the first gazette share .5 and more
_AROUND = re.compile(
    r"^.*?(?:关于|印发|转发|批转)|[（(][^（）()]*[）)]$"
    rf"|(?:暂行|试行|实施|管理|工作|补充|若干|有关|事项){{0,4}}的?{kind_pattern('official', 'rules', 'titles')}$"
)
_PLACE = re.compile(r"^.{1,6}?[省市县区旗州盟镇乡]")


def own_pairs(title: str, *, placed: bool = True) -> set[str]:
    """The pairs of letters of a title without the words around its subject: who issues it, and what kind it is. Not
    `placed`: without the name of a place in front, which all documents of a file share."""
    bare = _AROUND.sub("", _AROUND.sub("", title))
    return all_pairs(bare if placed else _PLACE.sub("", bare))


def all_pairs(text: str) -> set[str]:
    """All pairs of letters of a text."""
    letters = squash(text)
    return {a + b for a, b in itertools.pairwise(letters)}


def speaks_of(text: Container[str], pairs: set[str]) -> bool:
    """Whether a text (its letters, or all of its pairs) holds enough of the pairs."""
    return sum(pair in text for pair in pairs) >= SHARED * len(pairs)
