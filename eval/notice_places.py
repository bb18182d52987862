"""Which place a notice is of: what its issuer, else its title, else its file's name says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpus.model import Notice
from corpus.text import CJK
from retriever.reading.places import named_places

# A city at the beginning of a name or behind 于 and 在, also where words run on: 杭州市区公共租赁住房租金管理办法.
_CITY = re.compile(rf"(?:^|[于在年省])([{CJK}]{{2}}市)(?!场|民|政|区长)")


def places_of(notices: Sequence[Notice], files: Sequence[Sequence[str]]) -> list[str | None]:
    """The place of each notice, by one name for all notices that are of it; None where nothing names one.

    Names that stand together are one place (吕梁市离石区), but a province is none where a smaller place is named.
    """
    named = [_names(notice, of) for notice, of in zip(notices, files, strict=True)]
    top: dict[str, str] = {}

    def find(name: str) -> str:
        while top.setdefault(name, name) != name:
            name = top[name]
        return name

    for names in named:
        for name in names[1:]:
            top[find(name)] = find(names[0])
    return [find(names[0]) if names else None for names in named]


def _names(notice: Notice, files: Iterable[str]) -> list[str]:
    for text in (notice.issuer or "", notice.title, *files):
        names = list(dict.fromkeys([*_CITY.findall(text), *named_places(text)]))
        if names:
            return [name for name in names if not name.endswith("省")] or names
    return []
