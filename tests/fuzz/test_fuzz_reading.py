"""Anything a file may hold: no exception but our own, and each of those is one line.

By default each test tries a few hundred cases. The long run:

    GONGBAO_FUZZ=50000 python -m pytest tests/fuzz

Each case has a bound on time and memory (`limits.py`), and `structure.py` spoils more than letters.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from corpus.collection import collect
from corpus.documents.doc import read_doc
from corpus.documents.html import read_html
from corpus.documents.lines import Lines
from corpus.documents.rtf import read_rtf
from corpus.documents.word import read_docx
from corpus.errors import GongbaoError
from corpus.guard import Reader, ReaderFaultError
from corpus.limits import Limits
from corpus.model import ParsedFile, Source, SourceLine
from corpus.parse import parse_source
from corpus.reading import decode, source_from_text
from tests.fuzz.cases import FEW, LONG, cut_gazette, gazette, one_line
from tests.fuzz.limits import bounded
from tests.fuzz.structure import as_docx, as_html, as_text, spoilt, spoilt_bytes


@LONG
@given(st.one_of(st.binary(max_size=400), gazette.map(lambda text: text.encode("utf-8", "replace"))), st.data())
def test_decode(raw: bytes, data: st.DataObject) -> None:
    """Bytes of any kind; texts in other encodings, cut in mid-character."""
    if raw and data.draw(st.booleans()):
        encoding = data.draw(st.sampled_from(["gb18030", "utf-16", "utf-8-sig", "big5", "latin-1"]))
        raw = raw.decode("utf-8", "replace").encode(encoding, "replace")[: data.draw(st.integers(1, 400))]
    try:
        text, encoding = decode(raw, "x.txt")
    except GongbaoError as err:
        one_line(err)
    else:
        assert "\0" not in text
        assert text.encode(encoding).decode(encoding) == text


@LONG
@example("(此件公开发布)\u200b")  # behind the note stood a clause without text
@given(st.one_of(gazette, cut_gazette))
def test_parse(text: str) -> None:
    """Lines of the gazette and others in any order, spoilt; the result survives its JSON."""
    with bounded():
        check_parse(source_from_text("x.txt", text))


SEEDS = st.integers(0, 2**48)


@LONG
@given(SEEDS)
def test_structure(seed: int) -> None:
    """Real documents with blocks moved, doubled, dropped and joined, other numbers, heads and tables."""
    with bounded():
        check_parse(source_from_text("x.txt", as_text(seed)))


@LONG
@given(SEEDS)
def test_html(seed: int) -> None:
    with bounded():
        check_lines(read_html, as_html(seed))


@LONG
@given(SEEDS)
def test_docx(seed: int) -> None:
    with bounded():
        check_lines(read_docx, as_docx(seed))


@LONG
@given(st.sampled_from(["old-word.doc", "old-word.rtf"]), SEEDS)
def test_old_forms(name: str, seed: int) -> None:
    """Sound files with bytes changed, moved and cut off."""
    with bounded():
        check_lines(read_doc if name.endswith(".doc") else read_rtf, spoilt_bytes(name, seed))


@FEW
@given(st.sampled_from(["phones.xls", "phones.xlsx"]), SEEDS)
def test_workbooks(name: str, seed: int) -> None:
    """The same. A broken one may ask for any amount of memory, which ends the process that reads it."""
    with tempfile.TemporaryDirectory() as folder, Reader(Limits(memory=400, seconds=60)) as reader:
        path = Path(folder) / name
        path.write_bytes(spoilt_bytes(name, seed))
        try:
            reader.parse(path)
        except ReaderFaultError:
            raise
        except GongbaoError as err:
            one_line(err)


@LONG
@given(st.lists(SEEDS, min_size=1, max_size=3), st.lists(st.integers(0, 2), min_size=1, max_size=8))
def test_collect(seeds: list[int], order: list[int]) -> None:
    """Several files, some of them more than once: ids stay unique, and no notice gets lost."""
    with bounded():
        parsed = []
        for name, at in enumerate(order):
            with contextlib.suppress(GongbaoError):
                text = "\n".join(spoilt(seeds[at % len(seeds)])[: 30 + 60 * (name % 2)])
                parsed.append(parse_source(source_from_text(f"{name}.txt", text)))
        found = collect(parsed)
    ids = [clause.clause_id for entry in found.notices for clause in entry.notice.clauses]
    assert len(ids) == len(set(ids))
    assert sum(len(entry.files) for entry in found.notices) == sum(len(file.notices) for file in parsed)


def check_lines(read: Callable[[bytes, str], Lines], data: bytes) -> None:
    """A document through its reader and the parser."""
    try:
        found = read(data, "x")
    except GongbaoError as err:
        one_line(err)
        return
    lines = tuple(SourceLine(number, line) for number, line in enumerate(found.lines, 1))
    check_parse(Source("x", "x", lines, tuple(found.warnings), tuple(found.left_out), letters=found.letters))


def check_parse(source: Source) -> None:
    """What holds for every file: its JSON, its ids, its clauses' length and place, a warning for lost text."""
    try:
        parsed = parse_source(source)
    except GongbaoError as err:
        one_line(err)
        return
    assert ParsedFile.from_json(parsed.to_json()) == parsed
    assert 0 <= parsed.coverage <= 1
    ids = [clause.clause_id for notice in parsed.notices for clause in notice.clauses]
    assert len(ids) == len(set(ids))
    if parsed.coverage < 0.99:
        assert any("归入了条款" in warning.what for warning in parsed.warnings)
    count = len(source.lines)
    for notice in parsed.notices:
        for clause in notice.clauses:
            assert 0 < len(clause.text) <= 800
            assert 1 <= clause.lines.start <= clause.lines.end <= count
