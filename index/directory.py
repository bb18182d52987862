"""The offices that a corpus names, gathered while an index is built: who is named where, in which part,
with which phone.

Names come from places that hold nothing but names: contact units, heads of sections, duty notes
(牵头单位：…；责任单位：…), addressees. Full and short names are one office by `corpus.offices`. Gathering
reads every clause, fifteen seconds for a million: so the index keeps what was found.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.fields import is_org
from corpus.model import Clause, ClauseKind, Notice
from corpus.numbering import read_marker
from corpus.offices import key, level
from corpus.text import CJK, repair
from index.manifest import OFFICES

_ROLE = re.compile(
    r"(牵头|责任|配合|协办|协助|参与|主办|承办|落实|成员)(?:单位|部门)\s*[：:]\s*"
    r"([^；;。（(）)\n]*(?:[（(][^）)]*[）)][^；;。（(）)\n]*)*)"
)
_BRACKET_DUTY = re.compile(rf"[（(]([{CJK}、，,]{{2,40}})负责[）)]")
_HEAD_TAIL = re.compile(
    r"(?:牵头)?(?:负责(?:的)?(?:工作|工|事项|任务)?|工作职责|主要职责|职责|牵头的工作|工作任务|任务)$"
)
_LIST_BREAK = re.compile(r"[、，,；;]|和(?=[区市县省各])|及(?=[区市县省各])|与(?=[区市县省各])")
# A working group has duties of its own, but is no office that the directory could list with a phone.
_GROUP = re.compile(r"(?:组|专班)$")
# Words for offices in general, not the name of one.
_GENERAL = re.compile(
    r"^(?:所涉|相关|有关|其他|区直|全区|区属|市直|省直|成员|处置)|各"
    r"|^(?:办公室|领导组|领导小组|委员会|事业单位|街道办事处|乡镇.*|镇|乡|单位|部门|.*驻.*单位|.*单位)$"
    # A member (王某委员), a word that ends like an office (布局), half a bracket of a cut list.
    r"|委员$|[布格大全结]局$|(?:责任|有关|相关)(?:部门|部委)$|^[^（(]*[）)]"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """An office as a clause names it. `role` is lead, assist or contact."""

    name: str
    role: str


@dataclass(slots=True)
class Entry:
    """One office: its names by frequency, phones with the notices that state them, where it is named.

    `key` is its short name and its level (`人社局@区`; nothing after the @ where no name states one).
    """

    key: str
    names: Counter[str] = field(default_factory=Counter)
    phones: list[tuple[str, str | None]] = field(default_factory=list)
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
    def from_json(cls, data: dict[str, Any]) -> Entry:
        phones = [(phone, number) for phone, number in data["phones"]]
        return cls(data["key"], Counter(data["names"]), phones, data["roles"])


@functools.lru_cache(maxsize=65536)  # a heading stands above many clauses
def head_office(heading: str) -> str | None:
    """The office or working group that a heading makes responsible, or None."""
    marker = read_marker(heading)
    text = heading[marker.length :].strip() if marker else heading.strip()
    bare = _HEAD_TAIL.sub("", text)
    if not 2 < len(bare) <= 24 or not (is_org(bare) or _GROUP.search(bare)) or re.search(r"[，。；：的]", bare):
        return None
    if bare == text and marker is None and not re.match(r"^(?:区|市|县|省|乡|镇|共青团|团)|.*[市区县]", text):
        return None
    if re.match(r"^(?:加强|强化|完善|建立|成立|推进|健全|组织|明确|落实|规范|充分|开展|严格|提高|做好)", bare):
        return None
    return bare


def split_names(text: str) -> list[str]:
    """The names of a duty note's list: 「区发改局、区交通局，各乡镇人民政府」."""
    names = [repair(part).rpartition("：")[2].strip(" 。") for part in _LIST_BREAK.split(text.replace(":", "："))]
    return [name for name in names if 2 <= len(name) <= 24]


def duties(clause: Clause) -> list[Mention]:
    """Offices that a clause or its headings make responsible, the lead first.

    A duty note in the clause itself beats the heading above it; of the headings the innermost counts.
    牵头 leads; 责任 leads where nobody is named 牵头; 配合, 协办 and 协助 assist.
    """
    lead: list[str] = []
    responsible: list[str] = []
    assist: list[str] = []
    for match in _ROLE.finditer(clause.text):
        names = split_names(match[2])
        if match[1] in ("牵头", "主办", "承办"):
            lead += names
        elif match[1] in ("责任", "落实"):
            responsible += names
        elif match[1] != "成员":
            assist += names
    for match in _BRACKET_DUTY.finditer(clause.text):
        lead += split_names(match[1])
    if not lead:
        heads = [name for heading in reversed(clause.path) if (name := head_office(heading))]
        if responsible:
            lead, responsible = responsible, []
        elif heads:
            lead = heads[:1]
    mentions = [Mention(name, "lead") for name in lead]
    mentions += [Mention(name, "assist") for name in [*responsible, *assist]]
    return list(dict.fromkeys(mentions))


def gather(notices: Iterable[Notice]) -> list[Entry]:
    """All offices that notices and their clauses name, in the order in which they are first met."""
    entries: dict[str, Entry] = {}

    def entry(name: str) -> Entry:
        place = place_of(name)
        found = entries.setdefault(place, Entry(place))
        found.names[name] += 1
        return found

    for notice in notices:
        if notice.unit:
            unit = entry(notice.unit)
            phones = [(phone, notice.doc_number) for phone in notice.phones[:1]]
            unit.phones += [pair for pair in phones if pair not in unit.phones]
        for name in split_names(notice.addressee or ""):
            if is_org(name) and not _GENERAL.search(name) and len(name) > 3:
                entry(name)
        for clause in notice.clauses:
            if clause.kind in (ClauseKind.SIGNATURE, ClauseKind.TABLE_ROW):
                continue
            for mention in duties(clause):
                if _GENERAL.search(mention.name) or not is_org(mention.name):
                    continue
                ids = entry(mention.name).roles.setdefault(mention.role, [])
                if clause.clause_id not in ids[-1:]:  # clauses come one after another
                    ids.append(clause.clause_id)
    return _merge_levels(entries)


@functools.lru_cache(maxsize=65536)
def place_of(name: str) -> str:
    """The key of the entry that a name belongs to, if any office has it."""
    return f"{key(name)}@{level(name)}"


def _merge_levels(entries: dict[str, Entry]) -> list[Entry]:
    """Names without a place (`人社局`) join the office of that name that is named most."""
    out = {place: entry for place, entry in entries.items() if not place.endswith("@")}
    twins: dict[str, list[Entry]] = {}
    for place, entry in out.items():
        twins.setdefault(place.rpartition("@")[0], []).append(entry)
    for place, entry in entries.items():
        if not place.endswith("@"):
            continue
        if place[:-1] not in twins:
            out[place] = entry
            continue
        twin = max(twins[place[:-1]], key=lambda other: other.often)
        twin.names += entry.names
        twin.phones += [pair for pair in entry.phones if pair not in twin.phones]
        for role, ids in entry.roles.items():
            known = set(twin.roles.setdefault(role, []))
            twin.roles[role] += [clause_id for clause_id in ids if clause_id not in known]
    return list(out.values())


def write_offices(data: Path, notices: Iterable[Notice]) -> None:
    """Gather the offices of notices and write them, one a line. Raises OSError."""
    with (data / OFFICES).open("w", encoding="utf-8", newline="\n") as out:
        for entry in gather(notices):
            out.write(json.dumps(entry.to_json(), ensure_ascii=False) + "\n")


def read_offices(content: memoryview) -> list[Entry]:
    """What `write_offices` wrote. Raises ValueError, KeyError or TypeError if it is something else."""
    return [Entry.from_json(json.loads(line)) for line in bytes(content).splitlines()]
