"""The directory of offices: the office of a name, its phone, the offices that a text names, and those of an answer.

What offices there are was gathered when the index was built (`index.office_list`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.duties import Mention, duties
from corpus.model import Role
from corpus.offices import level, place
from corpus.text import squash
from index.engine import Engine, IndexedClause
from index.office_list import OfficeEntry, OfficePhone, place_of
from retriever.intent import Intent
from retriever.model import Office

_SHORTEST = 3  # characters of a name that is looked for in running text: shorter ones are parts of words


class Directory:
    """All offices of a corpus, found by any of their names."""

    def __init__(self, offices: Iterable[OfficeEntry]) -> None:
        self._offices = {office.key: office for office in offices}
        self._levels: dict[str, list[OfficeEntry]] = {}  # by short name: the same office at each level
        self._names: dict[str, list[str]] = {}  # by their first characters, longest first
        for office in self._offices.values():
            self._levels.setdefault(office.key.partition("@")[0], []).append(office)
        names = {name for office in self._offices.values() for name in office.names if len(name) >= _SHORTEST}
        for name in sorted(names, key=len, reverse=True):
            self._names.setdefault(name[:_SHORTEST], []).append(name)

    @property
    def offices(self) -> Sequence[OfficeEntry]:
        """All offices, those with a phone first, then by how often they are named."""
        return sorted(self._offices.values(), key=lambda office: (not office.phones, -office.often, office.key))

    def find(self, name: str) -> OfficeEntry | None:
        """The office of a name, if the corpus knows it. Levels (区, 市) and places must not contradict."""
        own, where = place_of(name), place(name)
        exact = self._offices.get(f"{own}@{where}") or self._offices.get(own)
        if exact is not None:
            places = {place(known) for known in exact.names} - {""}
            return exact if not where or not places or where in places else None
        same = self._levels.get(own.partition("@")[0], [])
        if level(name):
            same = [office for office in same if office.key.endswith("@")]
        elif any(office.key.count("@") > 1 for office in same):
            return None
        return max(same, key=lambda office: office.often, default=None)

    def phone(self, name: str) -> OfficePhone | None:
        """An office's own phone and the notice that states it, or None."""
        office = self.find(name)
        return office.phones[0] if office and office.phones else None

    def mentioned(self, text: str) -> list[str]:
        """Names of known offices in running text, in order, each once; the longest where several begin."""
        names: list[str] = []
        at = 0
        while at < len(text):
            known = self._names.get(text[at : at + _SHORTEST], ())
            name = next((name for name in known if text.startswith(name, at)), None)
            if name is None:
                at += 1
            else:
                names.append(name)
                at += len(name)
        return list(dict.fromkeys(names))


MOST = 6  # offices shown with an answer
_NEAR = 3  # offices that are only named, not made responsible


def offices_of(
    engine: Engine, directory: Directory, entry: IndexedClause, asked: Sequence[Intent], said: str
) -> tuple[Office, ...]:
    """The offices an answer names, the responsible one first, each with its own phone.

    Whom to consult is the notice's contact unit; else the clause or its heading makes an office
    responsible; else the words of the answer (`said`) name it; the contact unit comes last.
    """
    notice = entry.notice
    mentions = duties(entry.clause)
    if not mentions:
        near = directory.mentioned(said) or directory.mentioned(entry.text)
        mentions = [Mention(name, "lead") for name in near[:_NEAR]]
    if Intent.ASSIST in asked:
        mentions = [mention for mention in mentions if mention.role == "assist"] or mentions
    contact = [Mention(notice.unit, "contact")] if notice.unit else []
    if Intent.CONTACT in asked or entry.role in (Role.CONTACT, Role.SIGNATURE) or not mentions:
        mentions = contact + mentions
    offices = []
    seen: set[str] = set()
    for mention in mentions[:MOST]:
        if squash(mention.name) in seen:
            continue
        seen.add(squash(mention.name))
        if mention.role == "contact":
            source = notice.doc_number if notice.phone else None
            offices.append(Office(mention.name, notice.phone, source, "contact"))
            continue
        phone = directory.phone(mention.name)
        source = engine.notices[phone.notice].notice.doc_number if phone else None
        offices.append(Office(mention.name, phone.phone if phone else None, source, mention.role))
    return tuple(offices)
