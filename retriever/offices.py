"""The directory of offices: the office of a name, its phone, and the offices that a text names.

What offices there are was gathered when the index was built (`index.office_list`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.offices import level
from index.local.store import Index
from index.office_list import Entry, Mention, duties, place_of

_SHORTEST = 3  # characters of a name that is looked for in running text: shorter ones are parts of words


class Directory:
    """All offices of a corpus, found by any of their names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.key: entry for entry in entries}
        self._levels: dict[str, list[Entry]] = {}  # by short name: the same office at each level
        self._names: dict[str, list[str]] = {}  # by their first characters, longest first
        for entry in self._entries.values():
            self._levels.setdefault(entry.key.rpartition("@")[0], []).append(entry)
        names = {name for entry in self._entries.values() for name in entry.names if len(name) >= _SHORTEST}
        for name in sorted(names, key=len, reverse=True):
            self._names.setdefault(name[:_SHORTEST], []).append(name)

    @classmethod
    def from_index(cls, index: Index) -> Directory:
        return cls(index.offices)

    @property
    def entries(self) -> Sequence[Entry]:
        """All offices, those with a phone first, then by how often they are named."""
        return sorted(self._entries.values(), key=lambda entry: (not entry.phones, -entry.often, entry.key))

    def find(self, name: str) -> Entry | None:
        """The office of a name, if the corpus knows it. Levels (区, 市) must not contradict."""
        place = place_of(name)
        exact = self._entries.get(place)
        if exact is not None:
            return exact
        same = self._levels.get(place.rpartition("@")[0], [])
        if level(name):
            same = [entry for entry in same if entry.key.endswith("@")]
        return max(same, key=lambda entry: entry.often, default=None)

    def phone(self, name: str) -> tuple[str, str | None] | None:
        """An office's own phone and the notice that states it, or None."""
        found = self.find(name)
        return found.phones[0] if found and found.phones else None

    def mentioned(self, text: str) -> list[str]:
        """Names of known offices in running text, in order, each once; the longest where several begin."""
        found: list[str] = []
        at = 0
        while at < len(text):
            known = self._names.get(text[at : at + _SHORTEST], ())
            name = next((name for name in known if text.startswith(name, at)), None)
            if name is None:
                at += 1
            else:
                found.append(name)
                at += len(name)
        return list(dict.fromkeys(found))


__all__ = ["Directory", "Entry", "Mention", "duties"]
