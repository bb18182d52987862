"""Folding a question for matching: width, white space, traditional and mistyped characters.

The folded text is only searched with; what is shown is always the question as it was asked. What the
index itself writes is never changed: a traditional character that occurs in it stays, and only a word
that neither the index nor the dictionary knows is taken for a mistyping.

Traditional characters are converted by OpenCC, homophones come from pypinyin's table, characters that
look alike from `data/variants.toml`. All three are read when a question first needs them.
"""

from __future__ import annotations

import functools
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import metadata, resources
from pathlib import Path

from corpus.simplified import simplified
from corpus.text import CJK, nfkc, repair
from index.tokens import segmenter, stop_words
from retriever.words import default_words

_CJK_RUN = re.compile(f"[{CJK}]+")
# A mistyped word is sought among words of this many characters: longer ones are no single tokens.
_SHORTEST, _LONGEST = 2, 4
# How often jieba's dictionary counts a word that may be meant: rarer ones are seldom what was meant.
_MIN_FREQUENCY = 3
# Stretches of a question that are compared with all that sounds or looks alike. The labelled questions have 30 at most.
_MOST_STRETCHES = 32
# Characters that are words by themselves so often that two of them side by side prove nothing.
_FREE = frozenset("中上下里外前后内大小多少要未不没在先再最太更好一二三两人方其")


class ChangeKind(Enum):
    """Why a stretch of the question was changed."""

    WIDTH = "全角"
    SPACE = "空格"
    TRADITIONAL = "繁体"
    TYPO = "错字"


@dataclass(frozen=True, slots=True)
class Change:
    """One stretch of the question as it was written and as it is searched."""

    old: str
    new: str
    kind: ChangeKind


@dataclass(frozen=True, slots=True)
class Folded:
    """The text to search with, and what was changed, in the order of the steps."""

    text: str
    changes: tuple[Change, ...] = ()


# (length, same tone, clauses with it, first word, end, replacement)
_Candidate = tuple[int, bool, int, int, int, str]


def _rank(candidate: _Candidate) -> tuple[int, bool, int]:
    return candidate[:3]


class Folder:
    """Folds questions for one index. Safe to use from several threads."""

    def __init__(self, clauses_with: Mapping[str, int], words: Iterable[str] | None = None) -> None:
        """`clauses_with`: in how many clauses of the index each token occurs. `words`: others that a
        question may hold; None takes those of the table of lay words."""
        others = list(_table_words() if words is None else words)
        self._clauses_with = {**dict.fromkeys(others, 1), **clauses_with}
        self._characters = frozenset(char for token in clauses_with for char in token)
        known = self._characters.union(*others)
        # Of the characters that sound like one, hundreds at times, those that some word holds: a tenth of a question's
        # time went into asking for words that hold another.
        self._confusable = functools.lru_cache(maxsize=4096)(
            lambda char: tuple(pair for pair in _confusable(char) if pair[0] in known)
        )

    def fold(self, question: str) -> Folded:
        """The question with the four kinds of change applied; unchanged if none is needed."""
        wide = nfkc(question)
        changes = [] if _letters(wide) == _letters(question) else [Change(question, wide, ChangeKind.WIDTH)]
        text = repair(wide)
        if text != wide:
            changes.append(Change(wide, text, ChangeKind.SPACE))
        for step in (self._traditional, self._typos):
            text, more = step(text)
            changes += more
        return Folded(text, tuple(changes))

    def _traditional(self, text: str) -> tuple[str, list[Change]]:
        """Simplified characters for traditional ones that the index does not write."""
        if all(char in self._characters for char in text if _CJK_RUN.match(char)):
            return text, []
        pairs = zip(text, simplified(text), strict=True)
        simple = "".join(old if old in self._characters else new for old, new in pairs)
        return simple, [] if simple == text else [Change(text, simple, ChangeKind.TRADITIONAL)]

    def _typos(self, text: str) -> tuple[str, list[Change]]:
        changes: list[Change] = []
        out: list[str] = []
        at = 0
        looks = iter(range(_MOST_STRETCHES))
        for run in _CJK_RUN.finditer(text):
            out.append(text[at : run.start()])
            at = run.end()
            mended, more = self._mend(_cut(run.group()), looks)
            out.append(mended)
            changes += more
        return "".join(out) + text[at:], changes

    def _mend(self, words: list[str], looks: Iterator[int]) -> tuple[str, list[Change]]:
        """Words of one run of characters, mistyped ones replaced, the likeliest first."""
        chosen: dict[int, tuple[int, str]] = {}  # first word -> end, replacement
        taken: set[int] = set()
        for _, _, _, start, end, new in sorted(self._candidates(words, looks), key=_rank, reverse=True):
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                chosen[start] = (end, new)
        out: list[str] = []
        changes: list[Change] = []
        at = 0
        for start, (end, new) in sorted(chosen.items()):
            out += [*words[at:start], new]
            changes.append(Change("".join(words[start:end]), new, ChangeKind.TYPO))
            at = end
        return "".join(out + words[at:]), changes

    def _candidates(self, words: list[str], looks: Iterator[int]) -> Iterator[_Candidate]:
        """Stretches that may be mistyped, each with what may be meant.

        Such a stretch is no word of the index or the dictionary, and by one replaced character, which
        stands alone between known words, it becomes one of the index. Each look at one takes an
        element of `looks`; without any left the rest stays as it is.
        """
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + _LONGEST) + 1):
                stretch = "".join(words[start:end])
                if len(stretch) > _LONGEST:
                    break
                if len(stretch) < _SHORTEST or self._is_word(stretch) or _FREE & set(words[start:end]):
                    continue
                if next(looks, None) is None:
                    return
                for place in _singles(words[start:end]):
                    for other, same_tone in self._confusable(stretch[place]):
                        new = stretch[:place] + other + stretch[place + 1 :]
                        if new in self._clauses_with and _frequency(new) >= _MIN_FREQUENCY:
                            yield len(new), same_tone, self._clauses_with[new], start, end, new

    def _is_word(self, text: str) -> bool:
        return text in self._clauses_with or _frequency(text) > 0


def _table_words() -> Iterator[str]:
    for word in default_words().words:
        yield from (word.lay, *word.official)


def _singles(words: list[str]) -> Iterator[int]:
    """Where in the joined words the single characters are that may be mistyped."""
    place = 0
    for word in words:
        if len(word) == 1 and word not in stop_words():
            yield place
        place += len(word)


def _letters(text: str) -> str:
    """Without punctuation: that 「？」 becomes 「?」 need not be told."""
    return "".join(char for char in text if char.isalnum())


def _cut(run: str) -> list[str]:
    """jieba's words without its guesses: unknown characters stay alone."""
    return list(segmenter().cut(run, HMM=False))


def _frequency(word: str) -> int:
    """How often jieba's dictionary counts a word; 0 for one it doesn't know."""
    return segmenter().frequency(word)


@functools.lru_cache(maxsize=4096)
def _confusable(char: str) -> tuple[tuple[str, bool], ...]:
    """(character, whether its tone is the same) for those that sound the same or look alike."""
    sounds, homophones = _sounds(), _homophones()
    same_tone = dict.fromkeys(_look_alike().get(char, ()), False)
    for other in homophones.get(_toneless(sounds.get(char, "")), ()):
        same_tone[other] = sounds[other] == sounds[char]
    same_tone.pop(char, None)
    return tuple(same_tone.items())


@functools.cache
def _sounds() -> dict[str, str]:
    """The usual pinyin of every character: the first reading of pypinyin's table.

    The table is read as a file: importing pypinyin loads a dictionary of phrases as well (0.4 s).
    """
    path = metadata.distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")
    table = json.loads(Path(str(path)).read_text("utf-8"))
    return {chr(int(code)): readings.partition(",")[0] for code, readings in table.items()}


@functools.cache
def _homophones() -> dict[str, tuple[str, ...]]:
    """Characters by pinyin without tones."""
    by_sound: dict[str, list[str]] = {}
    for char, sound in _sounds().items():
        by_sound.setdefault(_toneless(sound), []).append(char)
    by_sound.pop("", None)
    return {sound: tuple(chars) for sound, chars in by_sound.items()}


@functools.lru_cache(maxsize=2048)
def _toneless(pinyin: str) -> str:
    """`tī` is `ti`; ü stays apart from u, whatever tone is on it."""
    plain = unicodedata.normalize("NFD", pinyin).replace("u\u0308", "v")
    return "".join(char for char in plain if not unicodedata.combining(char))


@functools.cache
def _look_alike() -> dict[str, tuple[str, ...]]:
    data = tomllib.loads(resources.files("retriever").joinpath("data/variants.toml").read_text("utf-8"))
    table: dict[str, list[str]] = {}
    for group in data["look_alike"]["groups"]:
        for char in group:
            table.setdefault(char, []).extend(other for other in group if other != char)
    return {char: tuple(dict.fromkeys(others)) for char, others in table.items()}
