"""What notices are chosen by on the page, and the value that a notice has of each: its kind, issuer, year, …"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from corpus.kinds import kind_of
from corpus.model import CorpusNotice
from retriever.citation import issue_of
from retriever.page.status import NAMES


@dataclass(frozen=True, slots=True)
class Trait:
    """One of them. `field` is its name in an address; `form` and `names` say how a value is shown."""

    field: str
    label: str
    value: Callable[[CorpusNotice], str | None]
    form: str = "{}"
    names: dict[str, str] | None = None

    def shown(self, value: str) -> str:
        return self.form.format((self.names or {}).get(value, value))


def _year(source: CorpusNotice) -> str | None:
    return source.notice.date[:4] if source.notice.date else None


KIND = Trait("kind", "文种", lambda source: kind_of(source.notice.title))
ISSUER = Trait("issuer", "发文机关", lambda source: source.notice.issuer)
YEAR = Trait("year", "年份", _year, "{} 年")
STATUS = Trait("status", "状态", lambda source: source.notice.status.value, names=NAMES)
SECTION = Trait("section", "栏目", lambda source: source.notice.section)
GAZETTE = Trait("gazette", "公报", issue_of)
TRAITS = (KIND, ISSUER, YEAR, STATUS, SECTION, GAZETTE)
