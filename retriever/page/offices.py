"""The list of offices with their phones."""

from __future__ import annotations

from index.office_list import OfficeEntry
from retriever.citation import in_title_marks
from retriever.page.card import tel
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.markup import Html, el
from retriever.page.view import Place, View


def offices_view(collection: Collection) -> Html:
    """Offices with a phone first, each phone with the notice that states it; then the others."""
    offices = collection.offices
    with_phone = [office for office in offices if office.phones]
    others = [office for office in offices if not office.phones]
    return el(
        "section",
        el("h1", f"单位电话（{len(with_phone)} 个）", id="list-head", tabindex=-1),
        el("p", "单位和电话都抄自公报，时间久了可能有变动；每个单位最新的号码在前。", cls="small"),
        el("ul", *(_office(collection, office) for office in with_phone), cls="directory") if with_phone else None,
        _without_phone(others) if others else None,
        aria_labelledby="list-head",
        cls="browse",
    )


def _office(collection: Collection, office: OfficeEntry) -> Html:
    stated: dict[str, list[int]] = {}
    for phone, ordinal in collection.asker.directory.phones(office):
        stated.setdefault(phone, []).append(ordinal)
    notices = collection.asker.engine.notices
    phones = [
        el(
            "p",
            tel(phone, old=not any(notices[one].notice.status.holds for one in ordinals)),
            *(_stated(collection, ordinal) for ordinal in ordinals),
            cls="phone",
        )
        for phone, ordinals in stated.items()
    ]
    return el("li", el("h2", office.name), *phones, _duties(office))


def _without_phone(offices: list[OfficeEntry]) -> Html:
    items = [el("li", office.name, " ", _duties(office)) for office in offices]
    return el(
        "details",
        el("summary", f"还有 {len(offices)} 个单位，公报里没有写电话"),
        el("ul", *items, cls="directory"),
    )


def _duties(office: OfficeEntry) -> Html | None:
    """A link that asks what the office is in charge of."""
    if not office.roles.get("lead"):
        return None
    return el("a", "看它负责什么", href=View(q=f"{office.name}负责哪些工作？").href, cls="bit")


def _stated(collection: Collection, ordinal: int) -> Html:
    """A link to the notice that states a phone, by its number or its title."""
    notice = collection.asker.engine.notices[ordinal].notice
    name = notice.doc_number or in_title_marks(notice.title)
    day = f"，{chinese_date(notice.date)}" if notice.date else ""
    return el("a", f"见 {name}{day}", href=View(place=Place.NOTICE, notice=notice.notice_id).href, cls="bit")
