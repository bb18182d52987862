"""Whether a notice is in force, in words that a citizen understands."""

from __future__ import annotations

from collections.abc import Callable

from corpus.events import Event, EventKind
from corpus.model import Notice, Status
from corpus.validity import begins
from retriever.page.dates import chinese_date
from retriever.page.markup import Html, el, join
from retriever.page.view import Place, View
from retriever.standing import NAMES as NAMES


def badge(notice: Notice) -> Html:
    """The status as a small label."""
    return el("span", NAMES[notice.status.value], cls=f"badge {notice.status.value}")


# What another document did to it, by the status that follows.
_WORDS: dict[Status, Callable[[Html], tuple[str | Html, ...]]] = {
    Status.REPLACED: lambda link: ("同一标题已有新文本，请看 ", link),
    Status.AMENDED: lambda link: ("有条款被 ", link, " 修改，条款按修改后的文字显示"),
    Status.PARTLY_REPEALED: lambda link: ("有条款被 ", link, " 废止，其余有效"),
}
_KINDS = {
    Status.REPLACED: (EventKind.REPLACED,),
    Status.AMENDED: (EventKind.AMENDED, EventKind.CORRECTED),
    Status.PARTLY_REPEALED: (EventKind.PARTLY_REPEALED,),
}


def _by_another(notice: Notice) -> Event | None:
    """The last event that another document brought about and that the status follows from."""
    kinds = _KINDS.get(notice.status, ())
    events = [one for one in notice.events if one.kind in kinds and one.notice_id != notice.notice_id]
    return max(events, key=lambda one: one.date or "", default=None)


def status_note(notice: Notice) -> Html:
    """The status with its reason: by which notice repealed, until when valid."""
    parts: list[Html] = [badge(notice)]
    if notice.repealed_by is not None:
        number = notice.repealed_by.doc_number or "另一篇公文"
        repeal = notice.repealed_by
        target = View(place=Place.NOTICE, notice=repeal.notice_id, clause=repeal.clause_id)
        parts.append(el("span", "被", el("a", number, href=target.href), "废止，请看新的规定"))
    elif notice.status is Status.EXPIRED and notice.valid_until:
        parts.append(el("span", f"文件自己写明有效到{chinese_date(notice.valid_until)}，这一天已过"))
    elif event := _by_another(notice):
        target = View(place=Place.NOTICE, notice=event.notice_id, clause=event.clause_id)
        link = el("a", event.doc_number or "另一篇公文", href=target.href)
        day = f"（{chinese_date(event.date)}起）" if event.date else ""
        parts.append(el("span", *_WORDS[notice.status](link), day))
    elif notice.status is Status.UPCOMING and (first := begins(notice)):
        parts.append(el("span", f"{chinese_date(first)}起施行，在这以前看原来的规定"))
    elif notice.status is Status.IN_FORCE:
        until = f"，有效到{chinese_date(notice.valid_until)}" if notice.valid_until else ""
        parts.append(el("span", f"收录的公报里没有废止它的文件{until}"))
    if notice.family is not None:
        family = View(place=Place.FAMILY, notice=notice.notice_id)
        parts.append(el("a", "各个文本和改动", href=family.href))
    return el("p", join(parts, " "), cls="status")
