"""What a question may become while it is typed: titles, offices and everyday words of this index.

Nothing leaves the machine and nothing is kept: what is typed is compared with lists in memory.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.simplified import simplified
from corpus.text import nfkc
from index.engine import Engine
from index.office_list import OfficeEntry
from index.tokens import tokenize
from retriever.page.examples import topic_of
from retriever.page.lookup import folded
from retriever.words import GAP, LayWord, default_words

MOST = 8
_LONGEST = 60  # letters typed; of a longer question nothing more is guessed
_WORDS, _OFFICES = 2, 4  # of these at most; titles fill the rest
_TAIL = 12  # letters of the end that are looked for where the whole isn't found
_FEWEST = 2  # letters that a title or an office is looked for with


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question to ask, and what it comes from in a few words."""

    text: str
    about: str

    def to_json(self) -> dict[str, str]:
        return {"text": self.text, "about": self.about}


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something that has a name: `key` is the name as it is compared, `text` the question about it."""

    key: str
    text: str
    about: str


class Suggester:
    """The lists of one index, made when they are first needed. Safe under threads: at worst they are made twice."""

    def __init__(self, engine: Engine, offices: Iterable[OfficeEntry]) -> None:
        """`offices` are those of the index, the best known first."""
        self._engine = engine
        self._known = offices

    @functools.cached_property
    def _titles(self) -> list[_Entry]:
        titles = []
        for source in self._engine.notices:
            notice = source.notice
            topic = topic_of(notice.title)
            if topic and notice.phone:
                titles.append(_Entry(folded(topic), f"{topic}，咨询电话是多少？", "咨询电话"))
            titles.append(_Entry(folded(f"{notice.title}{notice.doc_number or ''}"), notice.title, "公文"))
        return titles

    @functools.cached_property
    def _offices(self) -> list[_Entry]:
        return list(_of_offices(self._known))

    @functools.cached_property
    def _words(self) -> list[LayWord]:
        return [word for word in default_words().words if _used(word, self._engine)]

    def suggest(self, typed: str) -> list[Suggestion]:
        """At most MOST, the likeliest first; none for a question that is empty or long already."""
        text = simplified(nfkc(typed)).strip()
        if not text or len(text) > _LONGEST:
            return []
        words = list(self._completed(text))[:_WORDS]
        found = [*words, *self._named(folded(text), MOST - len(words))]
        return list({one.text: one for one in found if one.text != text}.values())[:MOST]

    def _named(self, key: str, most: int) -> list[Suggestion]:
        """Offices and titles whose names hold what is typed, or else the most of its end (我想问人社局: 人社局)."""
        for begin in (0, *range(max(len(key) - _TAIL, 1), len(key) - 2)):
            offices = _matching(self._offices, key[begin:], _OFFICES)
            titles = _matching(self._titles, key[begin:], most - len(offices))
            if offices or titles:
                return [*offices, *titles]
        return []

    def _completed(self, text: str) -> Iterator[Suggestion]:
        """What is typed with its last word completed to an everyday one that official words are known for."""
        for length in range(min(len(text), 6), 0, -1):
            if length < _FEWEST and len(text) > 1:
                return
            end = text[-length:].lower()
            for word in self._words:
                if word.lay.lower().startswith(end) and len(word.lay) > length:
                    yield Suggestion(text[:-length] + word.lay, f"公文里写作：{'、'.join(word.official[:2])}")


def _of_offices(offices: Iterable[OfficeEntry]) -> Iterator[_Entry]:
    for office in offices:
        key = " ".join(folded(name) for name in office.names)
        if office.phones:
            yield _Entry(key, f"{office.name}的电话是多少？", "单位电话")
        if office.roles.get("lead"):
            yield _Entry(key, f"{office.name}负责哪些工作？", "单位职责")


def _used(word: LayWord, engine: Engine) -> bool:
    """Whether the index has an official word for it: else the suggestion would lead nowhere."""
    if GAP in word.lay:
        return False
    return any(all(engine.terms.count(token) for token in tokenize(official)) for official in word.official)


def _matching(entries: Sequence[_Entry], key: str, most: int) -> list[Suggestion]:
    """Those whose names hold what is typed: that begin with it first."""
    if len(key) < _FEWEST or most < 1:
        return []
    begin: list[Suggestion] = []
    within: list[Suggestion] = []
    for entry in entries:
        at = entry.key.find(key)
        if at >= 0:
            (begin if at == 0 else within).append(Suggestion(entry.text, entry.about))
            if len(begin) == most:
                break
    return [*begin, *within][:most]
