"""Anything a file may hold: no exception but our own, and each of those is one line.

By default each test tries a few hundred cases. The long run:

    GONGBAO_FUZZ=20000 python -m pytest tests/fuzz
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import GongbaoError
from corpus.model import ParsedFile
from corpus.parse import parse_source
from corpus.reading import decode, source_from_text
from tests.fuzz.cases import LONG, cut_gazette, gazette, one_line


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
@given(st.one_of(gazette, cut_gazette))
def test_parse(text: str) -> None:
    """Lines of the gazette and others in any order, spoilt; the result survives its JSON."""
    try:
        parsed = parse_source(source_from_text("x.txt", text))
    except GongbaoError as err:
        one_line(err)
        return
    assert ParsedFile.from_json(parsed.to_json()) == parsed
    assert 0 <= parsed.coverage <= 1
    ids = [clause.clause_id for notice in parsed.notices for clause in notice.clauses]
    assert len(ids) == len(set(ids))
    count = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").count("\n") + 1
    for notice in parsed.notices:
        for clause in notice.clauses:
            assert 0 < len(clause.text) <= 800
            assert 1 <= clause.lines.start <= clause.lines.end <= count
