"""Dates as Chinese readers write them."""

from __future__ import annotations

import datetime as dt

_BEIJING = dt.timezone(dt.timedelta(hours=8))


def chinese_date(iso: str | None) -> str:
    """`2023-05-09` → `2023年5月9日`; nothing for no date."""
    if not iso:
        return ""
    year, month, day = iso[:10].split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def beijing_time(iso: str) -> str:
    """A moment of the index, in universal time, by the clocks of its readers:
    `2023-06-30T22:05:00Z` → `2023年7月1日 06:05（北京时间）`."""
    moment = dt.datetime.fromisoformat(iso)
    here = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(_BEIJING)
    return f"{chinese_date(here.date().isoformat())} {here:%H:%M}（北京时间）"


def today() -> dt.date:
    """The day that it is in Beijing."""
    return dt.datetime.now(_BEIJING).date()
