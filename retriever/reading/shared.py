"""Offices that share a duty, each for its own trade: who leads where a question names no trade.

A notice lists under one heading what each of many offices does. 「拖欠农民工工资归谁管」 fits the sections of them all:
the answer is then the office that the notice names to be asked, else the one whose section says that it coordinates.
「餐饮业的农民工工资归谁管」 fits one section better than the others, and keeps its answer.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from corpus.duties import head_office
from corpus.model import Role
from corpus.offices import same_office
from corpus.text import nfkc, squash
from index.engine import IndexedClause
from retriever.neighbours import HEADINGS, Neighbours
from retriever.reading.terms import Terms, fold

FEWEST = 3  # sections that fit a question alike: with two it may well mean one of them
ALIKE = 0.9  # of the question's words that the section of the clause found holds


@functools.cache
def leads() -> re.Pattern[str]:
    """The words by which a section says that its office leads."""
    return re.compile(
        tomllib.loads(resources.files("retriever").joinpath("data/shared.toml").read_text("utf-8"))["pattern"]
    )


@dataclass(frozen=True, slots=True)
class Section:
    """What one office does by a notice."""

    office: str
    clauses: tuple[IndexedClause, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """Of the offices that a question fits alike the one to ask, and the others' names in the notice's order."""

    lead: Section
    others: tuple[str, ...]


def shared_duty(entry: IndexedClause, neighbours: Neighbours, question: str, terms: Terms) -> Shared | None:
    """The sections that share what a question asks, if `entry` is of one of them; None where it isn't, where few do,
    where the question names the office or the trade, or where none leads."""
    own = _head(entry)
    if own is None or squash(own[1]) in squash(nfkc(question)):
        return None
    sections = _sections(entry, own[0], neighbours)
    held = [max((terms.coverage(fold(one.text)) for one in section.clauses), default=0.0) for section in sections]
    found = max(share for section, share in zip(sections, held, strict=True) if section.office == own[1])
    alike = [section for section, share in zip(sections, held, strict=True) if share >= ALIKE * found > 0]
    if len(alike) < FEWEST:
        return None
    lead = _lead(sections, entry.notice.unit)
    if lead is None:
        return None
    return Shared(lead, tuple(section.office for section in alike if section is not lead))


def _head(entry: IndexedClause) -> tuple[int, str] | None:
    """The innermost heading above a clause that names an office, as its place in the path, and the office."""
    for at in range(len(entry.path) - 1, -1, -1):
        office = head_office(entry.path[at])
        if office is not None:
            return at, office
    return None


def _sections(entry: IndexedClause, depth: int, neighbours: Neighbours) -> list[Section]:
    """The sections of offices beside that of a clause: the same headings above, another one at `depth`."""
    above = entry.path[:depth]
    found: dict[str, list[IndexedClause]] = {}
    for one in neighbours.of(entry):
        if len(one.path) <= depth or one.path[:depth] != above or one.role is Role.CONTACT:
            continue
        office = head_office(one.path[depth])
        if office is not None and one.role not in HEADINGS:
            found.setdefault(office, []).append(one)
    return [Section(office, tuple(clauses)) for office, clauses in found.items()]


def _lead(sections: Sequence[Section], contact: str | None) -> Section | None:
    """The section of the notice's contact unit, else of the one office that says that it coordinates."""
    if contact is not None:
        named = next((one for one in sections if same_office(one.office, contact)), None)
        if named is not None:
            return named
    leading = [one for one in sections if any(leads().search(clause.text) for clause in one.clauses)]
    return leading[0] if len(leading) == 1 else None
