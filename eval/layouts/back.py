"""Whether one generated file's parse gives its structure back, in this process: for tests and for shrinking."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

from corpus.errors import InputError
from corpus.model import Source
from corpus.parse import parse_source
from corpus.sources import read_source
from corpus.validity import resolve
from eval.documents.score import FileScore, score_file
from eval.layouts.case import Case
from eval.layouts.render import Rendered, render


def judged(case: Case, form: str, name: str = "layout") -> FileScore:
    """Parse a case in a form and judge it. A file that is refused is a score, too."""
    rendered = render(case, form, name)
    try:
        parsed = parse_source(_source(rendered))
    except InputError as err:
        return score_file(rendered.label, None, err.what)
    notices = tuple(resolve(parsed.notices, dt.date.today()))
    return score_file(rendered.label, replace(parsed, notices=notices))


def _source(rendered: Rendered) -> Source:
    with tempfile.TemporaryDirectory(prefix="gongbao-layout-") as folder:
        path = Path(folder) / Path(rendered.label.file).name
        path.write_bytes(rendered.data)
        return read_source(path)


def whole(case: Case, form: str) -> bool:
    """Whether everything came back."""
    return judged(case, form).perfect
