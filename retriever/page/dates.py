"""Dates as Chinese readers write them."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from corpus.dates import chinese_date as chinese_date
from corpus.text import nfkc

_BEIJING = dt.timezone(dt.timedelta(hours=8))


def beijing_time(iso: str) -> str:
    """A moment of the index, in universal time, by the clocks of its readers:
    `2023-06-30T22:05:00Z` → `2023年7月1日 06:05（北京时间）`."""
    moment = dt.datetime.fromisoformat(iso)
    here = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(_BEIJING)
    return f"{chinese_date(here.date().isoformat())} {here:%H:%M}（北京时间）"


_TYPED = re.compile(r"[\d\s年月日./-]{4,16}", re.ASCII)


def typed_date(text: str, *, last: bool = False) -> str | None:
    """A day as people write it, in ISO form: `2023年5月9日`, `2023.5.9`, `20230509`; of a month or a year the first
    day, or the last one. None for what is no date."""
    folded = nfkc(text).strip()
    if not _TYPED.fullmatch(folded):
        return None
    numbers = re.findall(r"\d+", folded)
    if len(numbers) == 1 and len(numbers[0]) == 8:
        numbers = [folded[:4], folded[4:6], folded[6:]]
    if len(numbers) > 3 or not numbers or len(numbers[0]) != 4:
        return None
    year, month = numbers[0], numbers[1] if len(numbers) > 1 else ("12" if last else "1")
    try:
        end = calendar.monthrange(int(year), int(month))[1] if last else 1
        return dt.date(int(year), int(month), int(numbers[2]) if len(numbers) > 2 else end).isoformat()
    except ValueError:  # also of a month that there is not
        return None


def today() -> dt.date:
    """The day that it is in Beijing."""
    return dt.datetime.now(_BEIJING).date()
