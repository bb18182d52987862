"""The notices of an index, read from lines of JSON: of a few all at once, of many each when it is asked for."""

from __future__ import annotations

import datetime as dt
import json

from corpus.model import Bulletin, CorpusNotice, Notice
from corpus.validity import as_of
from index.lazy import Lazy

FEW = 2000  # notices that are read when the index is opened: a tenth of a second


class Notices(Lazy[CorpusNotice]):
    """All notices in corpus order, as they stand on a day.

    A notice that states its own end is expired from the day after, and a repeal or an amendment counts from its
    day, also if the index was built before.
    """

    def __init__(self, text: bytes, day: dt.date) -> None:
        """Raises ValueError, KeyError or TypeError if there are few and one is no notice."""
        lines = text.splitlines()
        super().__init__(len(lines), lambda ordinal: _notice(lines[ordinal], day))
        if len(self) <= FEW:
            list(self)


def _notice(line: bytes, day: dt.date) -> CorpusNotice:
    data = json.loads(line)
    issue = None if data["bulletin"] is None else Bulletin.from_json(data["bulletin"])
    return CorpusNotice(as_of(Notice.from_json(data["notice"]), day), tuple(data["files"]), issue)
