"""Who has to do what: the words by which documents give duties to offices (牵头, 责任, 配合), in one place.

「牵头单位：区发改局；配合单位：区交通局」, 「（区教育局负责）」, 「（二十四）区自然资源局牵头负责的工作」. The
words are data (`data/duties.toml`); the parser asks for the shapes of duty notes, searching for whom a clause names.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any

from corpus.model import Clause
from corpus.numbering import read_marker
from corpus.offices import is_org
from corpus.text import CJK, repair
from corpus.words import misreadings


class Part(StrEnum):
    """How an office takes part in a duty."""

    LEAD = "lead"
    RESPONSIBLE = "responsible"
    ASSIST = "assist"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Mention:
    """An office as a clause names it. `role` is lead, assist or contact."""

    name: str
    role: str


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("corpus").joinpath("data/duties.toml").read_text("utf-8"))


@functools.cache
def _part_of() -> dict[str, Part]:
    """Word → part: 牵头 is LEAD, 配合 is ASSIST."""
    return {word: part for part in Part for word in _data()["parts"][part.value]}


def words(*parts: Part) -> str:
    """A regular expression for the words of some parts, or of all."""
    return "(?:" + "|".join(word for word, part in _part_of().items() if not parts or part in parts) + ")"


_DOES = words(Part.LEAD, Part.RESPONSIBLE, Part.ASSIST)
_BODY = "(?:单位|部门)"
# A duty note on a line of its own, and one that begins behind white space in a line.
NOTE_LINE = re.compile(rf"^{_DOES}(?:单位|部门|领导)\s*[：:]")
INLINE_NOTE = re.compile(rf"(?<=\S)\s+(?={_DOES}{_BODY}\s*[：:])")
# An item that closes with its duty note is complete: 「（牵头单位：区工信局）」「（区交通局负责）」.
NOTE_TAIL = re.compile(
    rf"[（(]{_DOES}{_BODY}[^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)*[）)]$|[（(][^（）()]{{2,40}}负责[）)]$"
)
# One part's names: up to the end of the sentence or the next part (「牵头单位：甲局，责任单位：乙局」).
_LISTED = rf"(?:(?!{words()}{_BODY}\s*[：:])[^；;。（(）)\n])*"
_NOTE = re.compile(rf"({words()}){_BODY}\s*[：:]\s*({_LISTED}(?:[（(][^）)]*[）)]{_LISTED})*)")
_BRACKET_NOTE = re.compile(rf"[（(]([{CJK}、，,]{{2,40}}?)(?:{'|'.join(_data()['each_by_its_duties'])})?负责[）)]")
_HEAD_TAIL = re.compile(
    rf"(?:{words(Part.LEAD)})?(?:{'|'.join([*_data()['head_tails'], *misreadings('负责的工作')])})$"
)
_LIST_BREAK = re.compile(r"[、，,；;]|和(?=[区市县省各])|及(?=[区市县省各])|与(?=[区市县省各])")
# A working group has duties of its own, but is no office that a directory could list with a phone.
_GROUP = re.compile(r"(?:组|专班)$")
_VERB_HEAD = re.compile(rf"^(?:{'|'.join(_data()['heading_verbs'])})")


def is_role_label(label: str) -> bool:
    """Whether a label gives a duty or membership, and is no contact: 配合单位, 牵头部门, 成员单位, 建设单位."""
    return label in _data()["other_labels"] or re.fullmatch(words() + _BODY, label) is not None


@functools.lru_cache(maxsize=65536)  # a heading stands above many clauses
def head_office(heading: str) -> str | None:
    """The office or working group that a heading makes responsible, or None.

    `（二十四）区自然资源局牵头负责的工作` is 区自然资源局; `加强组织领导` is None.
    """
    marker = read_marker(heading)
    text = heading[marker.length :].strip() if marker else heading.strip()
    bare = _HEAD_TAIL.sub("", text)
    if not 2 < len(bare) <= 24 or not (is_org(bare) or _GROUP.search(bare)) or re.search(r"[，。；：的]", bare):
        return None
    if bare == text and marker is None and not re.match(r"^(?:区|市|县|省|乡|镇|共青团|团)|.*[市区县]", text):
        return None
    return None if _VERB_HEAD.match(bare) else bare


def split_names(text: str) -> list[str]:
    """The names of a list: `区发改局、区交通局，各乡镇人民政府` → 区发改局, 区交通局, 各乡镇人民政府."""
    names = [repair(part).rpartition("：")[2].strip(" 。") for part in _LIST_BREAK.split(text.replace(":", "："))]
    return [name for name in names if 2 <= len(name) <= 24]


def duties(clause: Clause) -> list[Mention]:
    """Offices that a clause or its headings make responsible, the lead first.

    A duty note in the clause itself beats the heading above it; of the headings the innermost counts.
    牵头 leads; 责任 leads where nobody is named 牵头; 配合, 协办 and 协助 assist.
    """
    named: dict[Part, list[str]] = {part: [] for part in Part}
    for match in _NOTE.finditer(clause.text):
        named[_part_of()[match[1]]] += split_names(match[2])
    for match in _BRACKET_NOTE.finditer(clause.text):
        named[Part.LEAD] += split_names(match[1])
    lead, helping = named[Part.LEAD], [*named[Part.RESPONSIBLE], *named[Part.ASSIST]]
    if not lead and named[Part.RESPONSIBLE]:
        lead, helping = named[Part.RESPONSIBLE], named[Part.ASSIST]
    elif not lead:
        heads = (head_office(heading) for heading in reversed(clause.path))
        lead = [name for name in heads if name][:1]
    mentions = [Mention(name, "lead") for name in lead] + [Mention(name, "assist") for name in helping]
    return list(dict.fromkeys(mentions))
