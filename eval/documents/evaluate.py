"""Parsing every labelled file and judging it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from corpus.errors import GongbaoError, InputError
from corpus.guard import Reader
from corpus.limits import Limits
from corpus.validity import resolve
from eval.documents.files import located
from eval.documents.model import LabelledFile
from eval.documents.plain import plain_letters
from eval.documents.score import FileScore, score_file


def evaluate(
    labels: Sequence[LabelledFile],
    documents: Path | None,
    limits: Limits,
    *,
    closed: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[FileScore]:
    """The scores of all files, in order. A file that can't be read is a score, too, whatever the reason."""
    scores = []
    with located(labels, documents, closed=closed) as paths, Reader(limits) as reader:
        for number, label in enumerate(labels, 1):
            scores.append(_score(label, paths[label.file], reader))
            progress(number, len(labels))
    return scores


def _score(label: LabelledFile, path: Path, reader: Reader) -> FileScore:
    letters = plain_letters(path)
    try:
        parsed = reader.parse(path).parsed
        # The day decides the status only, which no label names; days of validity are found on the way.
        parsed = replace(parsed, notices=tuple(resolve(parsed.notices, dt.date.today())))
    except GongbaoError as err:  # without the path in front; all but InputError is a fault of ours or the machine's
        return score_file(label, None, err.what, letters, fault=not isinstance(err, InputError))
    return score_file(label, parsed, None, letters)
