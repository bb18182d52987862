"""Which day a wording is of, and which notices are texts of one title: a law of 2004 and of 2024, a yearly plan."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from corpus.dates import only_date
from corpus.events import Event, EventKind
from corpus.history import own_history
from corpus.kinds import kinds
from corpus.model import Notice, Role
from corpus.text import squash

REPRINTED = 180  # days: two prints of one text may bear the day of signing and that of publication
_REVISED = (EventKind.AMENDED, EventKind.REISSUED)
_FILE_DAY = re.compile(r"[（(](\d{4})[-.年](\d{1,2})[-.月](\d{1,2})日?[)）]$")
_ISSUES = re.compile(r"(?:印发|公布|发布|颁布)《([^《》]{4,80})》的?(?:通知|公告|令|决定|通告|函)?")
_ISSUES_BARE = re.compile(r"(?:印发|公布|发布|颁布)(\w{4,60})的(?:通知|公告)$")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s?[—－-]{1,2}\s?(?:19|20)?\d\d)?\s?(?:学年度?|年度?)?")
_EDITION = re.compile(r"[（(](?:[^（()）]{0,12}(?:年|修订|修正|修改|版|本)[^（()）]{0,8})[)）]")
_NUMBERED = re.compile(r"[（(][^（()）]{1,6}[)）]$")  # 解释（二）, 办法（试行）
# Kinds of texts of which a newer one takes the place of the older one. A notice or decision of the same title may be
# about another case.
_MORE_KINDS = ("法", "解释", "意见", "指南", "指引", "要点", "纲要", "措施", "制度", "清单", "规范", "条款", "通则")


@dataclass(frozen=True, slots=True)
class Version:
    """The day of a wording and that of its first adoption (ISO), and whether the text says that it was revised. `start`
    is the day from which it says that it holds."""

    day: str | None
    first: str | None
    revised: bool
    history: tuple[Event, ...]
    start: str | None = None


def version_of(notice: Notice, file: str = "") -> Version:
    """By its own history: the last adoption or revision. A law's history may end before its text does: the day in the
    file's name (「条例(2018-03-01).md」) counts, too. Without a history it is the day that the document bears."""
    history = tuple(own_history(notice))
    days = [event.date for event in history if event.date]
    named = _FILE_DAY.search(PurePosixPath(file.rpartition("!")[2] or file).stem) if file else None
    of_file = only_date("{}-{}-{}".format(*named.groups())) if named else None
    if days or notice.date is None:
        days += [of_file] if of_file else []
    known = [*days, *([notice.date] if notice.date else [])]
    revised = any(event.kind in _REVISED for event in history) or (of_file is not None and of_file in days)
    return Version(max(days or known, default=None), min(known, default=None), revised, history)


def days_apart(one: str, other: str) -> int:
    """Days between two ISO dates."""
    return abs((dt.date.fromisoformat(one) - dt.date.fromisoformat(other)).days)


def other_version(one: Version, other: Version) -> bool:
    """Whether two nearly equal texts are two wordings, not two prints of one: their days tell."""
    if one.day is None or other.day is None or one.day == other.day:
        return False
    return one.revised or other.revised or days_apart(one.day, other.day) > REPRINTED


def issued_title(title: str) -> str:
    """What a covering title issues: 关于印发《X办法》的通知 → X办法; any other title is its own."""
    match = _ISSUES.search(title) or _ISSUES_BARE.search(title)
    return match[1] if match else title


def family_title(title: str) -> str | None:
    """The form of a title that all its texts share, without years and editions; None for a title that different
    matters may share (a notice, a public notice, a reply)."""
    issued = issued_title(title)
    bare = _EDITION.sub("", issued).strip()
    if not _NUMBERED.sub("", bare).endswith((*kinds("rules"), *_MORE_KINDS)):
        return None
    name = squash(_YEAR.sub("", bare))
    return name if len(name) >= 5 else None


@dataclass(frozen=True, slots=True)
class Family:
    """The texts of one title, by their places in the corpus, and the day of each, the newest first; those whose day
    nobody knows come last. Two texts of one day are of one age."""

    name: str
    members: tuple[int, ...]
    days: tuple[str | None, ...]


def find_families(notices: Sequence[Notice], versions: Sequence[Version], files: Sequence[str] = ()) -> list[Family]:
    """The titles with more than one text.

    A letter and what it issues, or a page's heading and its text, may stand in one file under one title: that is one
    text. A text without a day of its own that began to hold after all others were there is newer than they; one that
    began before the newest one did is older than that (a revision states its own beginning).
    """
    groups: dict[str, list[int]] = {}
    for index, notice in enumerate(notices):
        name = family_title(notice.title)
        if name is not None and any(clause.role is not Role.TITLE for clause in notice.clauses):
            groups.setdefault(name, []).append(index)
    families = []
    for name, group in groups.items():
        for members in by_issuer(notices, group):
            members = _apart(members, versions, files)
            dated = [versions[index] for index in members if versions[index].day]
            newest_known = max(dated, key=lambda version: version.day or "", default=None)
            day_of = {index: versions[index].day or _by_start(versions[index], newest_known) for index in members}
            if len(set(day_of.values())) < 2:
                continue
            newest = sorted(members, key=lambda index: day_of[index] or "", reverse=True)
            families.append(Family(name, tuple(newest), tuple(day_of[index] for index in newest)))
    return families


def _apart(members: Sequence[int], versions: Sequence[Version], files: Sequence[str]) -> list[int]:
    """The members without those that have no day and stand in one file with one that has."""
    dated = {files[index] for index in members if files and versions[index].day}
    return [index for index in members if versions[index].day or not files or files[index] not in dated]


def _by_start(version: Version, newest: Version | None) -> str | None:
    """The day of a text that bears none, as far as its beginning tells whether it is newer or older than another."""
    if version.first is None or newest is None:
        return version.first
    if version.first > (newest.day or ""):
        return version.first
    return version.start if version.start and newest.start and version.start < newest.start else None


def by_issuer(notices: Sequence[Notice], group: Sequence[int]) -> list[list[int]]:
    """Texts of one title by different bodies are no versions of each other."""
    parted: list[tuple[str, list[int]]] = []
    for index in group:
        issuer = squash(notices[index].issuer or "")
        title = squash(notices[index].title)
        for at, (known, members) in enumerate(parted):
            if not issuer or not known or issuer in known or known in issuer or title.startswith(issuer[:2]):
                members.append(index)
                parted[at] = (known or issuer, members)
                break
        else:
            parted.append((issuer, [index]))
    return [members for _, members in parted]
