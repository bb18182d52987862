"""From an address to the page's markup: the one place where views are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from retriever.model import ParameterError
from retriever.page.about import about
from retriever.page.aids import recent_box
from retriever.page.card import busy_card, lost_card, trouble_card
from retriever.page.catalogue import catalogue
from retriever.page.check_view import check_view
from retriever.page.collection import Collection
from retriever.page.family import family_view
from retriever.page.faults import FAULT, report
from retriever.page.frame import ask_form, footer, header, list_form, trouble_of
from retriever.page.large_type import carried
from retriever.page.live import LiveIndex, Now
from retriever.page.markup import Html, el
from retriever.page.notice import notice_view
from retriever.page.office_view import office_view
from retriever.page.offices import offices_view
from retriever.page.on_view import NAME, dated, day_line
from retriever.page.results import results
from retriever.page.site import Site, default_site
from retriever.page.state_line import notice_line, state_line
from retriever.page.view import Place, View, read_view


class Renderer:
    """Renders any address of the page. Safe to use from several threads."""

    def __init__(
        self,
        live: LiveIndex,
        feedback: bool = False,
        site: Site | None = None,
        keep_refused: Callable[[str, str], None] | None = None,
    ) -> None:
        """`keep_refused` keeps questions without an answer (see `results`)."""
        self.live = live
        self.feedback = feedback
        self.keep_refused = keep_refused
        self.site = site or default_site()

    def page(self, query: str) -> Html:
        """The whole page for a query string. A fault of ours is a clear line too, never a trace."""
        view = read_view(query)
        try:
            return self._page(view, self.live.now)
        except Exception as err:  # the last stop before the user
            report(err)
            return self._frame(view, self.live.now, [trouble_card(FAULT)])

    def refused(self, query: str, why: str) -> Html:
        """The page for a query string that there is no time for now: quickly made, without a search."""
        view, now = read_view(query), self.live.now
        form = ask_form(view, None, first=False) if view.place is Place.ASK else None
        return self._frame(view, now, [form, busy_card(why, view)])

    def _page(self, view: View, now: Now) -> Html:
        main: list[Html | None] = [notice_line(now)]
        if view.place is Place.ABOUT:
            main.append(about(now, self.feedback, self.keep_refused is not None))
        elif now.collection is None:
            main.append(ask_form(view, None, first=not view.q))
        else:
            main += self._views(now.collection, view)
        return self._frame(view, now, main)

    def title(self, view: View) -> str:
        """The title of the browser's tab."""
        names = {
            Place.NOTICES: "公文目录",
            Place.OFFICES: "单位电话",
            Place.OFFICE: view.office.partition("@")[0],
            Place.CHECK: "核对引用",
            Place.ABOUT: "使用说明",
            Place.NOTICE: view.notice,
            Place.FAMILY: f"各个文本：{view.notice}",
        }
        head = view.q if view.place is Place.ASK and view.q else names.get(view.place, "")
        return f"{head[:40]} - {self.site.name}" if head else self.site.name

    def _frame(self, view: View, now: Now, main: Sequence[Html | None]) -> Html:
        collected = now.collection.place if now.collection is not None else ""
        page = el(
            "div",
            header(view, self.site, self.site.place or collected),
            el("main", el("div", *main, cls="wide"), id="main", tabindex=-1),
            footer(state_line(now), self.site),
            el("template", lost_card(self.site.hotline), id="lost"),
            el("p", id="said", cls="unseen", role="status", aria_live="polite"),
            cls="gongbao",
            data_title=self.title(view),
        )
        return carried(view, page)

    def _views(self, collection: Collection, view: View) -> Sequence[Html | None]:
        try:
            collection = dated(collection, view.on)
        except ParameterError as err:
            said = str(err.named({err.parameter: NAME}))
            return [ask_form(view, collection.options, first=False), trouble_card(said)]
        return [day_line(view), *self._view(collection, view)]

    def _view(self, collection: Collection, view: View) -> Sequence[Html | None]:
        options = collection.options
        if view.place is Place.NOTICE:
            return [notice_view(collection, view)]
        if view.place is Place.FAMILY:
            return [family_view(collection, view)]
        if view.place is Place.NOTICES:
            return [list_form(view, options), catalogue(collection, view)]
        if view.place is Place.OFFICES:
            return [offices_view(collection, view)]
        if view.place is Place.OFFICE:
            return [office_view(collection, view)]
        if view.place is Place.CHECK:
            return [check_view(collection, view)]
        if not view.q or trouble_of(view) is not None:
            return [
                _welcome(),
                ask_form(view, options, first=True),
                _examples(self.site.examples or collection.examples),
                recent_box(),
            ]
        return [
            el("h1", f"“{view.q[:60]}”的查询结果", cls="unseen"),
            ask_form(view, options, first=False),
            results(collection, view, self.feedback, self.site, self.keep_refused),
        ]


def _welcome() -> Html:
    text = "政府公报里写的政策、负责单位和电话，用一句话就能查到。答案附原文和出处。"
    return el("div", el("h1", "问一问政府公报"), el("p", text), cls="welcome")


def _examples(questions: Sequence[str]) -> Html | None:
    if not questions:
        return None
    links = [el("li", el("a", question, href=View(q=question).href)) for question in questions]
    return el(
        "section",
        el("h2", "可以这样问", id="examples-head"),
        el("ul", *links, cls="examples"),
        aria_labelledby="examples-head",
    )
