"""缩小范围: what the notices found for a question are, each with how many, as links that choose it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.model import CorpusNotice
from retriever.page.dates import chinese_date, typed_date
from retriever.page.filters import Option, counted
from retriever.page.markup import Html, el
from retriever.page.traits import TRAITS, Trait
from retriever.page.view import View

_MOST = 8  # values of one trait; the lists in 筛选 have all of them


def facets(notices: Iterable[CorpusNotice], view: View) -> list[tuple[Trait, tuple[Option, ...]]]:
    """The traits in which these notices differ, with the values that at least one of them has."""
    each = list({id(source): source for source in notices}.values())
    found = []
    for trait in TRAITS:
        values = counted(trait, each)
        if len(values) > 1 and not _chosen(trait, view):
            found.append((trait, values))
    return found


def facet_box(notices: Sequence[CorpusNotice], view: View) -> Html | None:
    """Links that narrow the question to a part of what was found, folded."""
    found = facets(notices, view)
    if not found:
        return None
    names = "、".join(trait.label for trait, _ in found)
    return el(
        "details",
        el("summary", f"缩小范围：{names}"),
        el("p", "数字是这个问题找到的公文篇数。", cls="small"),
        *(_trait(trait, values, view) for trait, values in found),
        cls="facets",
    )


def _trait(trait: Trait, values: Sequence[Option], view: View) -> Html:
    links = [
        el(
            "li",
            el(
                "a",
                el("span", trait.shown(value)),
                el("span", f" {count} 篇", cls="count"),
                href=view.but(**{trait.field: value}, n=View().n).href,
            ),
        )
        for value, count in values[:_MOST]
    ]
    return el("div", el("p", trait.label, cls="facet-name"), el("ul", *links, aria_label=trait.label), cls="facet")


def chosen_box(view: View) -> Html | None:
    """What is chosen, each with a link that takes it away."""
    parts = [(trait.shown(getattr(view, trait.field)), {trait.field: _plain(trait)}) for trait in _all(view)]
    if view.since or view.until:
        parts.append((period(view), {"since": "", "until": ""}))
    if not parts:
        return None
    links = [
        el(
            "li",
            el(
                "a",
                text,
                el("span", " ×", aria_hidden="true"),
                href=view.but(**gone).href,
                aria_label=f"去掉筛选：{text}",
            ),
        )
        for text, gone in parts
    ]
    return el(
        "div", el("p", "已选", cls="facet-name"), el("ul", *links, aria_label="已选的筛选条件"), cls="facet chosen"
    )


def period(view: View) -> str:
    """The period that is chosen, as it is said: 2023年1月1日起, 至2023年6月30日."""
    first, last = typed_date(view.since), typed_date(view.until, last=True)
    since, until = chinese_date(first) or view.since, chinese_date(last) or view.until
    if since and until:
        return f"{since}至{until}"
    return f"{since}起" if since else f"{until}以前"


def _all(view: View) -> list[Trait]:
    return [trait for trait in TRAITS if _chosen(trait, view)]


def _chosen(trait: Trait, view: View) -> bool:
    return str(getattr(view, trait.field)) != _plain(trait)


def _plain(trait: Trait) -> str:
    return str(getattr(View(), trait.field))
