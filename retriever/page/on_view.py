"""The page as of a day: the field where it is chosen, the collection as it stood then, and the line that says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from retriever.model import Filters, ParameterError
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.filters import Options
from retriever.page.markup import Html, el
from retriever.page.view import View

_NAME = "按哪一天的情况"


def day_field(view: View) -> Html:
    """The day, in the browser's own calendar."""
    field = el("input", type="date", name="on", value=view.on)
    return el("label", el("span", _NAME), field, cls="filter")


def dated(collection: Collection, view: View) -> Collection:
    """The collection as of the day that an address chooses. Raises ParameterError for what is no day."""
    if not view.on:
        return collection
    try:
        Filters(on=view.on)
    except ParameterError as err:
        raise err.named({"on": _NAME}) from err
    asker = collection.asker.on(dt.date.fromisoformat(view.on))
    return replace(collection, asker=asker, options=Options.of(asker.engine.notices))


def day_line(view: View) -> Html | None:
    """That everything below is said as of a day, and the way back to today."""
    if not view.on:
        return None
    back = el("a", "改回今天", href=view.but(on="").href)
    return el(
        "p", f"下面按{chinese_date(view.on)}的情况显示：是否有效、条文怎么写，都以这一天为准。", back, cls="line info"
    )
