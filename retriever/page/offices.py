"""The list of offices with their phones, to look for one by name or by number."""

from __future__ import annotations

from corpus.offices import key
from corpus.text import squash
from index.office_list import OfficeEntry
from retriever.citation import in_title_marks
from retriever.page.card import office_link, tel
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.lookup import find_field, holds, words_of
from retriever.page.markup import Html, el
from retriever.page.view import Place, View

_FEWEST = 4  # digits of a telephone that is looked for


def offices_view(collection: Collection, view: View) -> Html:
    """Offices with a phone first, each phone with the notice that states it; then the others. All, or those that
    were looked for."""
    offices = [office for office in collection.offices if _wanted(office, view.find)]
    with_phone = [office for office in offices if office.phones]
    others = [office for office in offices if not office.phones]
    head = f"找到 {len(offices)} 个单位" if view.find else f"单位电话（{len(with_phone)} 个）"
    return el(
        "section",
        el("h1", head, id="list-head", tabindex=-1),
        _form(view),
        el("p", "单位和电话都抄自公报，时间久了可能有变动；每个单位最新的号码在前。", cls="small"),
        el("ul", *(_office(collection, office) for office in with_phone), cls="directory") if with_phone else None,
        _without_phone(others, opened=bool(view.find)) if others else None,
        None if offices else _none(view),
        aria_labelledby="list-head",
        cls="browse",
    )


def _form(view: View) -> Html:
    return el(
        "form",
        el("input", type="hidden", name="view", value=Place.OFFICES.value),
        find_field(view, "找单位", "单位名称、简称，或电话号码"),
        action="./",
        method="get",
        cls="ask",
        role="search",
        aria_label="找单位",
    )


def _wanted(office: OfficeEntry, find: str) -> bool:
    """Whether an office has what is looked for in one of its names, is known by it in short (人力资源和社会保障局:
    人社局), or has the telephone."""
    words = words_of(find)
    digits = squash(find)
    if digits.isdigit() and len(digits) >= _FEWEST:
        return any(digits in squash(phone.phone) for phone in office.phones)
    return holds(office.names, words) or (len(words) == 1 and key(words[0]) == office.key.partition("@")[0])


def _none(view: View) -> Html:
    ask = View(q=f"{view.find}的电话是多少？")
    return el(
        "p",
        f"没有名称里有“{view.find[:40]}”的单位。可以少写几个字再找，或者",
        el("a", f"问一问“{view.find[:40]}的电话是多少”", href=ask.href),
        "。",
        cls="why",
    )


def phone_lines(collection: Collection, office: OfficeEntry) -> list[Html]:
    """Every telephone with the notices that state it and their dates: of texts in force first, of these the newest."""
    stated: dict[str, list[int]] = {}
    for phone, ordinal in collection.asker.directory.phones(office):
        stated.setdefault(phone, []).append(ordinal)
    notices = collection.asker.engine.notices
    return [
        el(
            "p",
            tel(phone, old=not any(notices[one].notice.status.holds for one in ordinals)),
            *(_stated(collection, ordinal) for ordinal in ordinals),
            cls="phone",
        )
        for phone, ordinals in stated.items()
    ]


def _office(collection: Collection, office: OfficeEntry) -> Html:
    name = el("h2", office_link(office.name, office.key))
    return el("li", name, *phone_lines(collection, office), _duties(office))


def _without_phone(offices: list[OfficeEntry], *, opened: bool) -> Html:
    items = [el("li", office_link(office.name, office.key), " ", _duties(office)) for office in offices]
    head = f"{len(offices)} 个单位，公报里没有写电话" if opened else f"还有 {len(offices)} 个单位，公报里没有写电话"
    return el("details", el("summary", head), el("ul", *items, cls="directory"), open=opened)


def _duties(office: OfficeEntry) -> Html | None:
    """A link to what clauses charge the office with."""
    count = sum(map(len, office.roles.values()))
    target = View(place=Place.OFFICE, office=office.key)
    return el("a", f"看它的 {count} 条职责", href=target.href, cls="bit") if count else None


def _stated(collection: Collection, ordinal: int) -> Html:
    """A link to the notice that states a phone, by its number or its title."""
    notice = collection.asker.engine.notices[ordinal].notice
    name = notice.doc_number or in_title_marks(notice.title)
    day = chinese_date(notice.date) or "没有写日期"
    return el("a", f"见 {name}，{day}", href=View(place=Place.NOTICE, notice=notice.notice_id).href, cls="bit")
