"""The page as of a day: the field where it is chosen, the collection as it stood then, and the line that says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from retriever.model import Filters
from retriever.page.collection import Collection
from retriever.page.dates import chinese_date
from retriever.page.filters import Options
from retriever.page.markup import Html, el
from retriever.page.view import View

NAME = "按哪一天的情况"


def day_field(view: View) -> Html:
    """The day, in the browser's own calendar."""
    field = el("input", type="date", name="on", value=view.on)
    return el("label", el("span", NAME), field, cls="filter")


def dated(collection: Collection, day: str) -> Collection:
    """The collection as of a day (ISO; none is today). Raises ParameterError for what is no day."""
    if not day:
        return collection
    Filters(on=day)
    asker = collection.asker.on(dt.date.fromisoformat(day))
    return replace(collection, asker=asker, options=Options.of(asker.engine.notices))


def day_line(view: View) -> Html | None:
    """That everything below is said as of a day, and the way back to today."""
    if not view.on:
        return None
    back = el("a", "改回今天", href=view.but(on="").href)
    said = f"下面按{chinese_date(view.on)}的情况显示：是否有效、条文怎么写，都以这一天为准。"
    return el("p", said, back, cls="line info")
