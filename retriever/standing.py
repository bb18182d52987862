"""In words whether a text holds, and why not: the line that stands before an answer from a text no longer in force."""

from __future__ import annotations

import datetime as dt

from corpus.dates import chinese_date
from corpus.events import Event, EventKind
from corpus.model import Notice, Status
from corpus.validity import begins
from retriever.citation import in_title_marks

NAMES = {
    "in_force": "现行",
    "amended": "现行（有修改）",
    "partly_repealed": "部分废止",
    "replaced": "已有新文本",
    "expired": "已过期",
    "repealed": "已废止",
    "upcoming": "尚未施行",
}
# Which event a status follows from.
DECIDES: dict[Status, tuple[EventKind, ...]] = {
    Status.REPEALED: (EventKind.REPEALED,),
    Status.EXPIRED: (EventKind.EXPIRED,),
    Status.REPLACED: (EventKind.REPLACED,),
    Status.PARTLY_REPEALED: (EventKind.PARTLY_REPEALED,),
    Status.AMENDED: (EventKind.AMENDED, EventKind.CORRECTED),
}


def deciding(notice: Notice, day: str) -> Event | None:
    """The event that a notice's status on a day (ISO) follows from: the last one, whoever says it."""
    kinds = DECIDES.get(notice.status, ())
    events = [one for one in notice.events if one.kind in kinds and (one.date or "") <= day]
    return max(events, key=lambda one: one.date or "", default=None)


def last_day(notice: Notice, day: str) -> str | None:
    """The last day (ISO) on which a notice held that no longer does on a day; None where it isn't known.

    Repealed from 2023-06-12 on → `2023-06-11`; a term that ended on 2017-12-31 → `2017-12-31`.
    """
    event = None if notice.status.holds else deciding(notice, day)
    if event is None or event.date is None:
        return None
    if notice.status is Status.EXPIRED:
        return event.date
    return (dt.date.fromisoformat(event.date) - dt.timedelta(days=1)).isoformat()


def named(notice: Notice) -> str:
    """A notice as it is called in a sentence: 《…》（…号）."""
    number = f"（{notice.doc_number}）" if notice.doc_number else ""
    return in_title_marks(notice.title) + number


def standing(notice: Notice, day: str) -> str:
    """What became of a notice until a day, without its name: 「已废止，2023年6月12日起，见离政函〔2023〕33号」."""
    event = deciding(notice, day)
    said = NAMES[notice.status.value]
    if notice.status is Status.UPCOMING:
        first = begins(notice)
        return f"{said}，{chinese_date(first)}起施行" if first else said
    if event is None:
        return said
    if notice.status is Status.EXPIRED:
        return f"{said}，有效到{chinese_date(event.date)}" if event.date else said
    since = f"，{chinese_date(event.date)}起" if event.date else ""
    by = event.doc_number if event.notice_id != notice.notice_id else None
    return f"{said}{since}{f'，见{by}' if by else ''}"
