"""Which notices are in force on a day: what they say of themselves and of each other.

A document says when it begins and ends to hold, and what it repeals and amends; a newer text of the same title takes
the place of the older one. `link` finds these events, and the status on a day follows from them alone (`as_of`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from corpus.added import Find, Printed
from corpus.consolidated import consolidate
from corpus.events import Event, EventKind, Target
from corpus.model import Doubt, Notice, Repeal, Status, Warn
from corpus.references import connect
from corpus.said import said, subject_of
from corpus.targets import Directory, is_short
from corpus.versions import Family, Version, find_families, version_of
from corpus.wordings import printed, reads_on

# What decides the status, the strongest first.
_STATUS = (
    (EventKind.REPEALED, Status.REPEALED),
    (EventKind.EXPIRED, Status.EXPIRED),
    (EventKind.REPLACED, Status.REPLACED),
    (EventKind.PARTLY_REPEALED, Status.PARTLY_REPEALED),
    (EventKind.AMENDED, Status.AMENDED),
    (EventKind.CORRECTED, Status.AMENDED),
)
_DECIDES = frozenset(kind for kind, _ in _STATUS)
UNDATED = "另有写明日期的文本，这一篇没有日期，不能确定新旧"
_BY_OTHERS = (EventKind.AMENDED, EventKind.CORRECTED, EventKind.PARTLY_REPEALED)


@dataclass(frozen=True, slots=True)
class Linked:
    """The notices with their events, and what could not be settled: (place of the notice, warning)."""

    notices: list[Notice]
    warnings: list[tuple[int, Warn]]


def link(notices: Sequence[Notice], files: Sequence[str] = ()) -> list[Notice]:
    """The same notices with everything that the corpus says of their validity; see `linked`."""
    return linked(notices, files).notices


def linked(notices: Sequence[Notice], files: Sequence[str] = ()) -> Linked:
    """The same notices with events, version, family, references, and the wordings that amendments make.

    `files` names the file of each, whose name may say of which day a text is. Status and texts are those printed, until
    somebody asks for a day (`as_of`).
    """
    notices = [_printed(notice) for notice in notices]
    versions = [version_of(notice, files[at] if files else "") for at, notice in enumerate(notices)]
    names = [PurePosixPath(file).name for file in files] or [""] * len(notices)
    spoken = [
        said(notice, version.history, name) for notice, version, name in zip(notices, versions, names, strict=True)
    ]
    versions = [_begun(version, own) for version, own in zip(versions, spoken, strict=True)]
    directory = Directory(notices, versions)
    families = find_families(notices, versions, files)
    events, warnings = _aim(notices, versions, spoken, directory)
    undated = list(_undated(families, notices))
    warnings += undated
    doubted = {place for place, _ in undated}
    for family in families:
        for place, event in _replaced(family, notices, spoken):
            events[place].append(event)
    name_of = {place: family.name for family in families for place in family.members}
    find = _finder(notices, files)
    dated = []
    for at, notice in enumerate(notices):
        own = [event for event in spoken[at] if event.target is None]
        begins = next((event.date for event in reversed(own) if event.kind is EventKind.IN_FORCE), None)
        ends = next((event.date for event in reversed(own) if event.kind is EventKind.EXPIRED), None)
        made = replace(
            notice,
            valid_from=begins,
            valid_until=ends,
            version=versions[at].day,
            family=name_of.get(at),
            events=tuple(events[at]),
            uncertain=(*_settled(notice), *([_doubt(notice)] if at in doubted else ())),
        )
        dated.append(consolidate(made, find))
    texts = {place: family.members for family in families for place in family.members}
    pairs = connect(dated, directory, texts)
    out = [replace(one, references=names, referred_by=named) for one, (names, named) in zip(dated, pairs, strict=True)]
    return Linked(out, warnings)


def _doubt(notice: Notice) -> Doubt:
    return Doubt(f"同一标题{UNDATED}", notice.lines)


def _settled(notice: Notice) -> tuple[Doubt, ...]:
    """What the parser doubts of a notice, without the doubt that another text of its title is newer."""
    return tuple(doubt for doubt in notice.uncertain if doubt != _doubt(notice))


def _printed(notice: Notice) -> Notice:
    """The notice as its file has it, whatever other notices made of it when they were linked before."""
    if not any(clause.wordings for clause in notice.clauses):
        return notice
    own = (clause for clause in notice.clauses if not clause.place.added)
    return replace(notice, clauses=tuple(clause if not clause.wordings else printed(clause) for clause in own))


def _finder(notices: Sequence[Notice], files: Sequence[str]) -> Find:
    """Looks up the clause of a decision and the file it is in."""
    places = {notice.notice_id: at for at, notice in enumerate(notices)}

    def find(notice_id: str, clause_id: str) -> Printed | None:
        at = places.get(notice_id)
        clauses = () if at is None else notices[at].clauses
        clause = next((clause for clause in clauses if clause.clause_id == clause_id), None)
        return None if clause is None or at is None else Printed(clause, files[at] if files else None)

    return find


def _begun(version: Version, own: Sequence[Event]) -> Version:
    """The version with the day from which the text holds; one without any other day was there then."""
    starts = [event.date for event in own if event.target is None and event.kind is EventKind.IN_FORCE and event.date]
    return replace(version, first=version.first or starts[0], start=starts[0]) if starts else version


def _aim(
    notices: Sequence[Notice], versions: Sequence[Version], spoken: Sequence[Sequence[Event]], directory: Directory
) -> tuple[list[list[Event]], list[tuple[int, Warn]]]:
    """Each notice's events: its own, and those that others state of it."""
    events: list[list[Event]] = [[event for event in own if event.target is None] for own in spoken]
    warnings: list[tuple[int, Warn]] = []
    for speaker, own in enumerate(spoken):
        for event in own:
            if event.target is None:
                continue
            target = event.target
            if is_short(target.title) and target.doc_number is None:
                target = subject_of(notices[speaker], target)
            found = directory.named(target, speaker, event.date)
            if found.doubt is not None:
                line = _line(notices[speaker], event.clause_id)
                what = "废止" if event.kind in (EventKind.REPEALED, EventKind.PARTLY_REPEALED) else "修改"
                warnings.append((speaker, Warn(line, f"{found.doubt}，没有按{what}处理，请核对")))
            event = replace(event, target=Target(target.title, None, target.articles))
            for place in found.places:
                known = versions[place].day
                stated = min(filter(None, (versions[speaker].day, event.date)), default=None)
                # A text that is of this day or a later one has the amendment in it.
                if event.kind not in _BY_OTHERS or known is None or stated is None or known < stated:
                    events[place].append(event)
    return events, warnings


def _line(notice: Notice, clause_id: str) -> int:
    return next((clause.lines.start for clause in notice.clauses if clause.clause_id == clause_id), notice.lines.start)


def _replaced(
    family: Family, notices: Sequence[Notice], spoken: Sequence[Sequence[Event]]
) -> Iterator[tuple[int, Event]]:
    """Each older text of a title is replaced by the next newer one, from the day that one holds."""
    newer: int | None = None
    last: int | None = None
    days = dict(zip(family.members, family.days, strict=True))
    for place in family.members:
        if days[place] is None:
            return
        if last is not None and days[place] != days[last]:
            newer = last
        last = place
        if newer is None:
            continue
        notice = notices[newer]
        own = [event for event in spoken[newer] if event.target is None]
        starts = [event.date for event in own if event.kind is EventKind.IN_FORCE]
        day = max(filter(None, (days[newer], *starts)), default=None)
        stated = [event for event in own if event.date == days[newer]]
        clause = notice.clauses[0]
        words, where = (stated[-1].text, stated[-1].clause_id) if stated else (clause.text, clause.clause_id)
        yield place, Event(EventKind.REPLACED, day, notice.notice_id, notice.doc_number, where, words, "family")


def _undated(families: Sequence[Family], notices: Sequence[Notice]) -> Iterator[tuple[int, Warn]]:
    """Texts of a title with several of which nobody knows how old they are."""
    for family in families:
        for place, day in zip(family.members, family.days, strict=True):
            if day is None:
                yield place, Warn(notices[place].lines.start, f"《{notices[place].title}》{UNDATED}，请核对")


def as_of(notice: Notice, day: dt.date) -> Notice:
    """A linked notice as it stands on a day: status, who repealed it, and how its clauses read.

    What is to happen later hasn't happened: a repeal that takes effect in 2099 repeals nothing before.
    """
    now = day.isoformat()
    happened: dict[EventKind, Event] = {}
    for event in notice.events:
        if _counts(event, notice, now):
            happened.setdefault(event.kind, event)
    begun = begins(notice)
    ahead = Status.IN_FORCE if begun is None or begun <= now else Status.UPCOMING
    status = next((status for kind, status in _STATUS if kind in happened), ahead)
    if ahead is Status.UPCOMING and status in (Status.AMENDED, Status.PARTLY_REPEALED):
        status = ahead
    repeal = happened.get(EventKind.REPEALED)
    by = None if repeal is None else Repeal(repeal.doc_number, repeal.notice_id, repeal.clause_id, repeal.text)
    clauses = notice.clauses
    if any(clause.wordings for clause in clauses):
        clauses = tuple(reads_on(clause, day) for clause in clauses)
    if (status, by) == (notice.status, notice.repealed_by) and clauses is notice.clauses:
        return notice
    return replace(notice, status=status, repealed_by=by, clauses=clauses)


def _counts(event: Event, notice: Notice, now: str) -> bool:
    """Whether an event has happened by a day. What a document's own head says of its past is in its text already."""
    if event.kind is EventKind.EXPIRED:
        return event.date is not None and event.date < now
    if event.date is not None and event.date > now:
        return False
    return event.kind not in _BY_OTHERS or event.notice_id != notice.notice_id


def begins(notice: Notice) -> str | None:
    """The first day on which the wording of a linked notice holds (ISO), None where nobody says.

    A law of 1999 in the wording of 2018 (「自1999年10月1日起施行」) holds from 2018.
    """
    return max(filter(None, (notice.valid_from, notice.version or notice.date)), default=None)


def changes(notice: Notice) -> bool:
    """Whether status or wording of a linked notice are not the same on all days."""
    return begins(notice) is not None or any(event.kind in _DECIDES for event in notice.events)


def change_days(notices: Iterable[Notice]) -> list[str]:
    """The days (ISO) on which the status of one of the notices, or a wording, becomes another one, in order."""
    days = set()
    for notice in notices:
        first = begins(notice)
        if first is not None:
            days.add(first)
        for event in notice.events:
            if event.date is None or event.kind not in _DECIDES:
                continue
            day = event.date
            if event.kind is EventKind.EXPIRED:
                day = (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()
            days.add(day)
    return sorted(days)


def resolve(notices: Sequence[Notice], day: dt.date, files: Sequence[str] = ()) -> list[Notice]:
    """`link`, and each notice as of a day."""
    return [as_of(notice, day) for notice in link(notices, files)]
