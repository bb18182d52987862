"""The offices that a corpus names, gathered while an index is built: who is named where, in which part,
with which phone.

Names come from places that hold nothing but names: contact units, heads of sections, duty notes
(牵头单位：…；责任单位：…), addressees. Full and short names are one office by `corpus.offices`. Gathering
reads every clause, fifteen seconds for a million: so the index keeps what was found.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corpus.contacts import is_office
from corpus.duties import duties, split_names
from corpus.model import Notice, Role
from corpus.offices import is_org, key, level, place

_WITHOUT_DUTIES = (Role.SIGNATURE, Role.CONTACT, Role.ROW, Role.SHREDS)
# Words for offices in general, not the name of one.
_GENERAL = re.compile(
    r"^(?:所涉|相关|有关|其他|区直|全区|区属|市直|省直|成员|处置)|各"
    r"|^(?:办公室|领导组|领导小组|委员会|事业单位|街道办事处|乡镇.*|镇|乡|单位|部门|.*驻.*单位|.*单位)$"
    # A member (王某委员), a word that ends like an office (布局), half a bracket of a cut list.
    r"|委员$|[布格大全结]局$|(?:责任|有关|相关)(?:部门|部委)$|^[^（(]*[）)]"
)


class OfficePhone(NamedTuple):
    """A telephone number, and the ordinal of the notice that states it."""

    phone: str
    notice: int


@dataclass(slots=True)
class OfficeEntry:
    """One office: its names by frequency, phones with the notices that state them, where it is named.

    `key` is its short name and its level (`人社局@区`; nothing after the @ where no name states one), and its place
    where the corpus names several of them (`教育局@区@东坡区`): their telephones are not each other's.
    """

    key: str
    names: Counter[str] = field(default_factory=Counter)
    phones: list[OfficePhone] = field(default_factory=list)
    roles: dict[str, list[str]] = field(default_factory=dict)  # role -> clause ids

    @property
    def name(self) -> str:
        """The name it is shown under: the commonest, of equals the longest."""
        return max(self.names.items(), key=lambda pair: (pair[1], len(pair[0])))[0]

    @property
    def often(self) -> int:
        """How often it is named."""
        return self.names.total()

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "names": self.names, "phones": self.phones, "roles": self.roles}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> OfficeEntry:
        phones = [OfficePhone(phone, notice) for phone, notice in data["phones"]]
        return cls(data["key"], Counter(data["names"]), phones, data["roles"])


def gather(notices: Iterable[Notice]) -> list[OfficeEntry]:
    """All offices that notices and their clauses name, in the order in which they are first met."""
    offices: dict[str, OfficeEntry] = {}

    def named(name: str) -> OfficeEntry:
        own = f"{place_of(name)}@{place(name)}"
        office = offices.setdefault(own, OfficeEntry(own))
        office.names[name] += 1
        return office

    for ordinal, notice in enumerate(notices):
        if notice.unit:
            unit = named(notice.unit)
            phones = [OfficePhone(phone, ordinal) for phone in [notice.phone] if phone]
            unit.phones += [pair for pair in phones if pair not in unit.phones]
        for listed in notice.phones:
            if listed.unit is None or listed.unit == notice.unit or not _has_name(listed.unit):
                continue
            pair = OfficePhone(listed.phone, ordinal)
            office = named(listed.unit)
            if pair not in office.phones:
                office.phones.append(pair)
        for name in split_names(notice.addressee or ""):
            if is_org(name) and not _GENERAL.search(name) and len(name) > 3:
                named(name)
        for clause in notice.clauses:
            if clause.role in _WITHOUT_DUTIES:
                continue
            for mention in duties(clause):
                if _GENERAL.search(mention.name) or not is_org(mention.name):
                    continue
                ids = named(mention.name).roles.setdefault(mention.role, [])
                if clause.clause_id not in ids[-1:]:  # clauses come one after another
                    ids.append(clause.clause_id)
    return _merge_levels(_merge_places(offices))


def _has_name(unit: str) -> bool:
    """Whether a telephone's unit is an office by name: 太平小学, 区人社局; not 石岐区 or 办公室."""
    return len(unit) > 3 and is_office(unit) and not _GENERAL.search(unit) and unit[-1] not in "省市区县旗街片"


@functools.lru_cache(maxsize=65536)
def place_of(name: str) -> str:
    """The key under which an office of this name is listed: `离石区人社局` → `人社局@区`, `人社局` → `人社局@`."""
    return f"{key(name)}@{level(name)}"


def _merge_places(offices: dict[str, OfficeEntry]) -> dict[str, OfficeEntry]:
    """Names with a place and without it (`离石区人社局`, `区人社局`) are one office where only one place has it."""
    places: dict[str, set[str]] = {}
    for own in offices:
        level_key, _, where = own.rpartition("@")
        places.setdefault(level_key, set()).update([where] if where else [])
    out: dict[str, OfficeEntry] = {}
    for own, office in offices.items():
        level_key, _, where = own.rpartition("@")
        merged = own if where and len(places[level_key]) > 1 else level_key
        _join(out.setdefault(merged, OfficeEntry(merged)), office)
    return out


def _join(into: OfficeEntry, other: OfficeEntry) -> None:
    into.names += other.names
    into.phones += [pair for pair in other.phones if pair not in into.phones]
    for role, ids in other.roles.items():
        known = set(into.roles.setdefault(role, []))
        into.roles[role] += [clause_id for clause_id in ids if clause_id not in known]


def _merge_levels(offices: dict[str, OfficeEntry]) -> list[OfficeEntry]:
    """Names without a level (`人社局`) join the office of that name that is named most, if it has one place only."""
    out = {own: office for own, office in offices.items() if not own.endswith("@")}
    twins: dict[str, list[OfficeEntry]] = {}
    for own, office in out.items():
        twins.setdefault(own.partition("@")[0], []).append(office)
    for own, office in offices.items():
        if not own.endswith("@"):
            continue
        twin = max(twins.get(own[:-1], ()), key=lambda other: other.often, default=None)
        if twin is None or any(other.key.count("@") > 1 for other in twins[own[:-1]]):
            out[own] = office
        else:
            _join(twin, office)
    return list(out.values())
