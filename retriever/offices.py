"""The directory of offices: the office of a name, its phone, the offices that a text names, and those of an answer.

What offices there are was gathered when the index was built (`index.office_list`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from corpus.duties import Mention, duties
from corpus.model import CorpusNotice, Notice, Role
from corpus.offices import level, place
from corpus.text import squash
from index.engine import Engine, IndexedClause
from index.office_list import OfficeEntry, OfficePhone, place_of
from retriever.intent import WHOM, Intent
from retriever.model import Answer, Office

_SHORTEST = 3  # characters of a name that is looked for in running text: shorter ones are parts of words


class Directory:
    """All offices of a corpus, found by any of their names."""

    def __init__(self, offices: Iterable[OfficeEntry], notices: Sequence[CorpusNotice]) -> None:
        """`notices` are those of the index, by ordinal: they date the phones."""
        self._offices = {office.key: office for office in offices}
        self._notices = notices
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

    def only(self, name: str) -> OfficeEntry | None:
        """As `find`, but None where the name may be that of several offices with a phone: 教育局 of the county and of
        the city."""
        office = self.find(name)
        if office is None or place(name):
            return office
        short, stated = place_of(name).split("@")
        same = (one for one in self._levels.get(short, []) if not stated or one.key.split("@")[1] == stated)
        return office if sum(bool(one.phones) for one in same) <= 1 else None

    def phones(self, office: OfficeEntry) -> list[OfficePhone]:
        """An office's phones, those of texts in force first, and of these the newest."""

        def age(one: OfficePhone) -> tuple[bool, str]:
            notice = self._notices[one.notice].notice
            return notice.status.holds, notice.date or ""

        return sorted(office.phones, key=age, reverse=True)  # stable: as they stand where dates are the same

    def phone(self, name: str) -> OfficePhone | None:
        """An office's own phone and the notice that states it, or None: the newest of a text in force."""
        office = self.find(name)
        return next(iter(self.phones(office)), None) if office else None

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
    """The offices of an answer, the responsible one first, each with its own phone.

    Responsible is whom the clause or its heading makes so; a name that only stands there is `named`: in the words of
    the answer (`said`) with its phone, elsewhere in the clause without, unless the question asks whom to turn to. Whom
    to consult is the notice's contact unit: first where that is asked, else last, where nobody else has a phone.
    """
    notice = entry.notice
    mentions = duties(entry.clause)
    if Intent.ASSIST in asked:
        mentions = [mention for mention in mentions if mention.role == "assist"] or mentions
    offices = [_with_phone(engine, directory, mention) for mention in mentions[:MOST]]
    if not offices:
        names = directory.mentioned(said)[:_NEAR]
        offices = [_with_phone(engine, directory, Mention(name, "named")) for name in names]
    # Who is asked for whom to turn to, and isn't told so by these words, would take another matter's office for it.
    if not offices and not WHOM & set(asked):
        offices = [Office(name, role="named") for name in directory.mentioned(entry.text)[:_NEAR]]
    contact = _contact(notice)
    if contact is not None:
        if Intent.CONTACT in asked or entry.role in (Role.CONTACT, Role.SIGNATURE) or not offices:
            offices = [contact, *offices]
        elif contact.phone and not any(office.phone for office in offices):
            offices = [*offices[: MOST - 1], contact]
    return each_once(offices[:MOST])


def with_contact(answer: Answer) -> Answer:
    """An answer without an office, with whom its notice names to be asked, if that has a phone."""
    if answer.offices or answer.entry is None:
        return answer
    contact = _contact(answer.entry.notice)
    return replace(answer, offices=(contact,)) if contact is not None and contact.phone else answer


def each_once(offices: Iterable[Office]) -> tuple[Office, ...]:
    """Each office where it is first named: lead A, assist B, contact A → lead A, assist B."""
    shown: dict[str, Office] = {}
    for office in offices:
        shown.setdefault(squash(office.name), office)
    return tuple(shown.values())


def _contact(notice: Notice) -> Office | None:
    """Whom a notice names to be asked, with the phone it states for that."""
    if not notice.unit:
        return None
    if not notice.phone:
        return Office(notice.unit, role="contact")
    in_force = notice.status.holds
    return Office(notice.unit, notice.phone, notice.doc_number, "contact", notice.date, in_force)


def _with_phone(engine: Engine, directory: Directory, mention: Mention) -> Office:
    phone = directory.phone(mention.name)
    if phone is None:
        return Office(mention.name, role=mention.role)
    notice = engine.notices[phone.notice].notice
    in_force = notice.status.holds
    return Office(mention.name, phone.phone, notice.doc_number, mention.role, notice.date, in_force)
