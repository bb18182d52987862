"""The notices of an index, read from lines of JSON: of a few all at once, of many each when it is asked for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import overload

from corpus.model import Bulletin, CorpusNotice, Notice
from corpus.validity import as_of

FEW = 2000  # notices that are read when the index is opened: a tenth of a second


class Notices(Sequence[CorpusNotice]):
    """All notices in corpus order, as they stand on a day. Safe under threads: one may be read twice, alike.

    A notice that states its own end is expired from the day after, and a repeal or an amendment counts from its
    day, also if the index was built before.
    """

    def __init__(self, text: bytes, day: dt.date) -> None:
        """Raises ValueError, KeyError or TypeError if there are few and one is no notice."""
        self._lines = text.splitlines()
        self._day = day
        self._read: list[CorpusNotice | None] = [None] * len(self._lines)
        if len(self) <= FEW:
            list(self)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, ordinal: int) -> CorpusNotice: ...
    @overload
    def __getitem__(self, ordinal: slice) -> list[CorpusNotice]: ...
    def __getitem__(self, ordinal: int | slice) -> CorpusNotice | list[CorpusNotice]:
        if isinstance(ordinal, slice):
            return [self[one] for one in range(*ordinal.indices(len(self)))]
        known = self._read[ordinal]
        if known is None:
            known = self._read[ordinal] = self._parse(self._lines[ordinal])
        return known

    def __iter__(self) -> Iterator[CorpusNotice]:
        return (self[ordinal] for ordinal in range(len(self)))

    def _parse(self, line: bytes) -> CorpusNotice:
        data = json.loads(line)
        notice = as_of(Notice.from_json(data["notice"]), self._day)
        issue = None if data["bulletin"] is None else Bulletin.from_json(data["bulletin"])
        return CorpusNotice(notice, tuple(data["files"]), issue)
