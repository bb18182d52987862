"""What surrounds every view: head with navigation, the question box with its filters, the foot."""

from __future__ import annotations

from collections.abc import Sequence

from retriever.model import MAX_QUESTION
from retriever.page.dates import typed_date
from retriever.page.facets import period
from retriever.page.filters import Option, Options
from retriever.page.large_type import switch
from retriever.page.lookup import find_field
from retriever.page.markup import Html, el
from retriever.page.on_view import day_field
from retriever.page.site import Site
from retriever.page.status import NAMES
from retriever.page.view import Place, View

_NAVIGATION = (
    (Place.ASK, "提问", "./"),
    (Place.NOTICES, "公文目录", "?view=notices"),
    (Place.OFFICES, "单位电话", "?view=offices"),
    (Place.CHECK, "核对引用", "?view=check"),
    (Place.ABOUT, "使用说明", "?view=about"),
)


def header(view: View, site: Site, place: str) -> Html:
    """The name of the page, whose gazettes these are, and the ways to its views."""
    here = Place.NOTICES if view.place is Place.NOTICE and not view.q else view.place
    here = Place.OFFICES if here is Place.OFFICE else here
    links = [
        el("li", el("a", label, href=href, aria_current="page" if place is here else None))
        for place, label, href in _NAVIGATION
    ]
    return el(
        "header",
        el("a", "跳到正文", href="#main", cls="skip"),
        el(
            "div",
            el("a", site.name, el("span", place, cls="whose") if place else None, href="./", cls="brand"),
            el("nav", el("ul", *links), aria_label="主菜单"),
            el("p", switch(view), cls="type"),
            cls="wide",
        ),
        cls="top",
    )


def ask_form(view: View, options: Options | None, first: bool) -> Html:
    """The question box: one field, one button. `first` is the start view, where it is big; after asking the box folds
    to one line, the question, which opens it again."""
    trouble = trouble_of(view)
    label = "想问什么事？" if first else "您的问题"
    box = [
        el("label", label, for_="q", cls="ask-label"),
        el("div", _field(view, trouble), el("button", "查一查", type="submit", cls="button main"), cls="ask-row"),
        el("p", trouble, id="q-trouble", cls="trouble", role="alert", data_empty=_EMPTY, data_signs=_SIGNS),
        el("p", "按回车提问，Shift＋回车换行", id="q-hint", cls="small hint") if first else None,
    ]
    if first or trouble is not None:
        parts: list[Html | None] = [el("div", *box, cls="asked")]
    else:
        line = [el("span", "问：", cls="role"), el("span", view.q, cls="asked-words"), el("span", "修改", cls="change")]
        parts = [el("details", el("summary", *line), *box, cls="asked", open=len(view.q) > MAX_QUESTION)]
    parts.append(filters(view, options, "ask") if options is not None else None)
    return el(
        "form",
        *parts,
        id="ask",
        role="search",
        aria_label="提问",
        action="./",
        method="get",
        cls="ask first" if first else "ask",
    )


_EMPTY = "还没有写问题。请用一句话写出想问的事，比如“拖欠工资找谁”。"
_SIGNS = "只看到标点，没有字。请用一句话写出想问的事。"


def trouble_of(view: View) -> str | None:
    """What is said of a question with nothing in it that could be looked for."""
    if not view.q:
        return _EMPTY if view.blank else None
    return None if any(map(str.isalnum, view.q)) else _SIGNS


def _field(view: View, trouble: str | None) -> Html:
    """The field grows with what is typed into it. Nothing is required by the browser: what it would say then comes in
    its own language, and differs from one to another."""
    return el(
        "textarea",
        view.q,
        id="q",
        name="q",
        rows=1,
        maxlength=MAX_QUESTION,
        autocomplete="off",
        enterkeyhint="search",
        placeholder="用一句话写出来",
        aria_describedby="q-trouble",
        aria_invalid="true" if trouble else None,
    )


def list_form(view: View, options: Options) -> Html:
    """The filters of the list of notices."""
    return el(
        "form",
        el("input", type="hidden", name="view", value=Place.NOTICES.value),
        find_field(view, "找公文", "标题或文号里的字"),
        filters(view, options, "list"),
        action="./",
        method="get",
        cls="ask",
        role="search",
        aria_label="找公文",
    )


def filters(view: View, options: Options, form: str) -> Html:
    """Filters for staff, folded; the fold says what is chosen. Native lists: every screen reader knows them."""
    selects = [
        _select("issuer", "发文机关", options.issuers, view.issuer),
        _select("year", "年份", options.years, view.year, "{} 年"),
        _select("kind", "文种", options.kinds, view.kind),
        _select("section", "栏目", options.sections, view.section),
        _select("gazette", "公报", options.gazettes, view.gazette),
        _select("status", "状态", options.statuses, "" if view.status == "any" else view.status, names=NAMES),
    ]
    if form == "ask":
        modes = (("hybrid", "意思和字词（推荐）"), ("dense", "只按意思"), ("bm25", "只按字词"))
        choices = [el("option", text, value=value, selected=view.mode == value) for value, text in modes]
        selects.append(el("label", el("span", "查找方式"), el("select", *choices, name="mode"), cls="filter"))
    selects.append(day_field(view))
    bare = View(place=view.place, q=view.q, sort=view.sort, find=view.find)
    clear = el("a", "清除筛选", href=bare.href, cls="clear") if view.filtered else None
    selects += [_day("from", "从哪一天", view.since), _day("to", "到哪一天", view.until)]
    year = f"{view.year} 年" if view.year else ""
    days = period(view) if view.since or view.until else ""
    traits = (view.issuer, year, view.kind, view.section, view.gazette, NAMES.get(view.status), days)
    chosen = "、".join(filter(None, (*traits, view.on and f"按 {view.on}")))
    return el(
        "details",
        el("summary", f"筛选：{chosen}" if chosen else "筛选"),
        el("div", *(select for select in selects if select is not None), cls="filters"),
        el("div", el("button", "应用筛选", type="submit", cls="button quiet"), clear, cls="row"),
        el("input", type="hidden", name="sort", value=view.sort) if view.sort != "score" else None,
        cls="filter-box",
    )


def _select(
    name: str, label: str, options: Sequence[Option], chosen: str, form: str = "{}", names: dict[str, str] | None = None
) -> Html | None:
    """One native list; left out where there is nothing to choose between."""
    if len(options) < 2 and not chosen:
        return None
    values = [el("option", "全部", value="")]
    for value, count in options:
        text = form.format((names or {}).get(value, value))
        values.append(el("option", f"{text}（{count}）", value=value, selected=value == chosen))
    return el("label", el("span", label), el("select", *values, name=name), cls="filter")


def _day(name: str, label: str, typed: str) -> Html:
    """A day, in the browser's own calendar; one that has none takes it as text. A date that is none stays as typed."""
    iso = typed_date(typed, last=name == "to")
    field = el("input", type="date" if iso or not typed else "text", name=name, value=iso or typed, cls="day")
    return el("label", el("span", label), field, cls="filter")


def footer(state: Html, site: Site) -> Html:
    return el("footer", el("div", state, el("p", site.footer, cls="small"), cls="wide"), cls="foot")
