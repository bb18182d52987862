"""Anything a file or a question may hold: no exception but our own, and each of those is one line.

By default each test tries a few hundred cases. The long run:

    GONGBAO_FUZZ=50000 python -m pytest tests/fuzz

Each case has a bound on time and memory (`limits.py`), and `structure.py` spoils more than letters.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retriever.lookup import find_number, find_section

from corpus.collection import collect
from corpus.documents.html import read_html
from corpus.documents.word import read_docx
from corpus.errors import GongbaoError
from corpus.model import ParsedFile, Source, SourceLine
from corpus.parse import parse_source
from corpus.reading import decode, source_from_text
from index.build import build
from retriever.model import Filters
from retriever.search import Retriever
from tests.fuzz.limits import bounded
from tests.fuzz.structure import LINES, as_docx, as_html, as_text, spoilt
from tests.index_cases import write_notices

CASES = int(os.environ.get("GONGBAO_FUZZ", "200"))
LONG = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)

PIECES = [piece for line in LINES[::7] for piece in re.findall(r"\W+|\w{1,12}", line)]
MARKS = [
    "一、", "（二）", "(三)", "1.", "1．", "（4）", "①", "第五条", "第十二章", "附件:", "附件：1.", "- ", "> ", "# ",
    "|", "||", "\x0c", "离政办发〔2023〕9号", "〔2023〕", "[2023]", "（2023）", "号", "国务院令第706号", "２０２３",
    "联系电话:", "0358-8222401", "咨询单位:", "2023年5月15日", "二0二三年六月八日", "2023年2月30日", "0000年0月0日",
    "99999999999999999999", "《", "》", "废止", "自印发之日起施行", "有效期5年", "(此件公开发布)", "目录", "……1", "。",
    "，", "\t", "\u3000", " ", "\u200b", "\ufeff", "\x00", "\x85", "\u2028", "𠮷", "㛃", "☎", "<script>",
    "%s", "\\", "{}", "(?:", "[", "*", "+", "?",
]  # fmt: skip

odd = st.one_of(st.sampled_from(MARKS), st.text(max_size=8))
phrase = st.lists(st.one_of(st.sampled_from(PIECES), odd), min_size=1, max_size=12).map("".join)
line = st.one_of(st.sampled_from(LINES), phrase)
gazette = st.lists(st.one_of(line, st.just("")), max_size=40).map("\n".join)
cut_gazette = st.tuples(st.integers(0, len(LINES)), st.integers(1, 60), st.integers(0, 30), odd).map(
    lambda part: _spoilt("\n".join(LINES[part[0] : part[0] + part[1]]), part[2], part[3])
)


def _spoilt(text: str, place: int, mark: str) -> str:
    """Real lines with something put into them."""
    at = len(text) * place // 30
    return text[:at] + mark + text[at:]


def one_line(err: GongbaoError) -> None:
    assert "\n" not in str(err).strip()
    assert str(err).strip()


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


def check_lines(read: Callable[[bytes, str], list[str]], data: bytes) -> None:
    """A document through its reader and the parser."""
    try:
        lines = read(data, "x")
    except GongbaoError as err:
        one_line(err)
        return
    check_parse(Source("x", "x", tuple(SourceLine(number, line) for number, line in enumerate(lines, 1))))


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


question = st.one_of(st.text(max_size=60), phrase, st.lists(phrase, max_size=6).map("".join))


@LONG
@given(question)
def test_find_number(text: str) -> None:
    found = find_number(text)
    assert found is None or found.serial.isdigit()
    find_section(text)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    build([write_notices(folder / "in")], folder / "ix", dense=False)
    return Retriever.open(folder / "ix", dense=False)


filters = st.builds(
    Filters,
    issuer=st.none() | st.sampled_from(["离石区人民政府", "区政府", "吕梁"]) | st.text(max_size=6),
    doc_number=st.none() | st.just("离政发〔2023〕3号") | st.text(max_size=6),
    since=st.none() | st.dates().map(str),
    until=st.none() | st.dates().map(str),
    status=st.sampled_from(["any", "any", "in_force", "repealed", "expired"]),
)


@LONG
@given(text=question, k=st.integers(1, 50), chosen=st.just(Filters()) | filters)
def test_search(retriever: Retriever, text: str, k: int, chosen: Filters) -> None:
    try:
        result = retriever.search(text, k=k, mode="bm25", filters=chosen)
    except GongbaoError as err:
        one_line(err)
        return
    assert len(result.hits) <= k
    assert all(chosen.keeps(hit.entry.notice) for hit in result.hits)
    assert len({hit.clause_id for hit in result.hits}) == len(result.hits)
    assert 0 <= result.confidence <= 1
    if result.answer is not None:
        assert result.answered
        assert len(result.answer.text) <= 160
    result.to_json("q")
