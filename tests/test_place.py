"""Places of clauses: what is rendered from them, and what they are as JSON."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.model import Clause, ParsedFile
from corpus.numbering import Style, read_marker
from corpus.place import Place, Step, StepKind, bare_label, key_of, words_of

ATTACHMENT, TABLE, ROW, NUMBERED = StepKind.ATTACHMENT, StepKind.TABLE, StepKind.ROW, StepKind.NUMBERED


def numbered(*labels: str) -> tuple[Step, ...]:
    """Steps of markers, their style and number as the parser reads them."""
    found = [read_marker(f"{label}某事") for label in labels]
    assert all(found)
    return tuple(Step(NUMBERED, one.number, label, one.style) for label, one in zip(labels, found, strict=True) if one)


@pytest.mark.parametrize(
    ("place", "key", "words"),
    [
        (Place((Step(ATTACHMENT, 3), Step(TABLE, 2), Step(ROW, 5))), "附3.表2.5", "附件3表2第5行"),
        (
            Place((Step(ATTACHMENT, 3, "附件2"), Step(TABLE, 1), Step(ROW, 146, "159"))),
            "附3.表1.146",
            "附件2表1序号159",
        ),
        (Place((Step(StepKind.ISSUED, 1, "某办法"), *numbered("第四条"))), "附1.第四条", "《某办法》第四条"),
        (Place((Step(NUMBERED, 4, "第四条　", Style.ARTICLE),)), "第四条", "第四条"),
        (
            Place((Step(ATTACHMENT, 1), *numbered("二、", "（三）", "1."))),
            "附1.二.（三）.1",
            "附件1第二部分第（三）项第1点",
        ),
        (Place(numbered("第五条")), "第五条", "第五条"),
        (Place(numbered("第一章", "第二条", "（一）")), "第一章.第二条.（一）", "第一章第二条第（一）项"),
        (Place(numbered("（4）")), "（4）", "第（4）目"),
        (Place((Step(NUMBERED, 1, "1.2.1", Style.DECIMAL),)), "1.2.1", "“1.2.1”"),
        (Place((Step(NUMBERED, 1, "1", Style.DECIMAL),)), "1", "第1点"),
        (Place((Step(StepKind.NAMED, 0, "主要目标"), *numbered("2."))), "主要目标.2", "“主要目标”第2点"),
        (Place((Step(StepKind.NAMED, 0, "“十二五”规划"),)), "“十二五”规划", "“‘十二五’规划”"),
        (Place((Step(StepKind.NAMED, 0, '做好"三农"工作'),)), '做好"三农"工作', "“做好‘三农’工作”"),
        (Place((Step(StepKind.LOST, 1),)), "缺1", "第1点（原件缺编号）"),
        (Place((Step(StepKind.TITLE),)), "题", "标题"),
        (Place((Step(StepKind.INFO),)), "信息", "题注"),
        (Place((Step(StepKind.PARAGRAPH, 2),)), "文2", "第2段"),
        (Place((Step(TABLE, 1), Step(StepKind.TABLE_HEAD))), "表1.头", "表1表头"),
        (Place((Step(StepKind.PEOPLE, 1),)), "名单1", "名单1"),
        (Place((Step(StepKind.ATTACHMENTS, 1),)), "附件1", "附件说明1"),
        (Place((Step(StepKind.CONTENTS, 1),)), "目录1", "目录1"),
        (Place((Step(StepKind.SIGNATURE, 1),)), "署1", "落款1"),
        (Place((Step(StepKind.CONTACT, 1),)), "联系1", "联系方式1"),
        (Place((Step(StepKind.SHREDS, 1),)), "碎表1", "表1（原件错乱）"),
        (Place(numbered("一、"), piece=2), "一-2", "第一部分（续二）"),
        (Place(numbered("一、"), again=2), "一~2", "第一部分（其二）"),
        (Place(numbered("一、"), piece=3, again=2), "一-3~2", "第一部分（其二，续三）"),
    ],
)
def test_renderings(place: Place, key: str, words: str) -> None:
    assert (key_of(place), words_of(place)) == (key, words)


def test_every_kind_and_every_style_is_rendered() -> None:
    for kind in StepKind:
        place = Place((Step(kind, 7, "（七）", Style.PAREN),))
        assert key_of(place) and words_of(place)
    for style in Style:
        assert "七" in words_of(Place((Step(NUMBERED, 7, "七", style),)))


@pytest.mark.parametrize(
    ("label", "bare"), [("一、", "一"), ("2.", "2"), ("（三）", "（三）"), ("第 五 条", "第五条"), ("1.2.", "1.2")]
)
def test_markers_lose_what_stands_behind_them(label: str, bare: str) -> None:
    assert bare_label(label) == bare


STEPS = st.builds(
    Step, st.sampled_from(StepKind), st.integers(0, 500), st.text(max_size=8), st.none() | st.sampled_from(Style)
)
PLACES = st.builds(Place, st.lists(STEPS, min_size=1, max_size=5).map(tuple), st.integers(1, 30), st.integers(1, 30))


@given(PLACES)
def test_json_loses_nothing(place: Place) -> None:
    data = json.loads(json.dumps(place.to_json()))
    again = Place.from_json(data)
    assert again == place and again.to_json() == data
    assert (key_of(again), words_of(again)) == (key_of(place), words_of(place))


@given(PLACES)
def test_what_a_place_knows_of_itself(place: Place) -> None:
    assert place.last is place.steps[-1] and (*place.table, place.last) == place.steps
    first = place.steps[0]
    assert place.attachment == (first.number if first.kind in (ATTACHMENT, StepKind.ISSUED) else 0)
    assert place.issued == (first.label if first.kind is StepKind.ISSUED else None)


@given(PLACES, st.integers(2, 30))
def test_pieces_and_equal_places_are_told_apart(place: Place, other: int) -> None:
    steps = place.steps
    rendered = [Place(steps), Place(steps, piece=other), Place(steps, again=other), Place(steps, other, other)]
    assert len(set(map(key_of, rendered))) == len(set(map(words_of, rendered))) == 4


def clauses(parsed: ParsedFile) -> list[Clause]:
    return [clause for notice in parsed.notices for clause in notice.clauses]


def unique(parsed: ParsedFile) -> None:
    found = clauses(parsed)
    assert [key for key, often in Counter(clause.clause_id for clause in found).items() if often > 1] == []
    places = Counter((clause.notice_id, clause.place) for clause in found)
    assert [place for place, often in places.items() if often > 1] == []
    for clause in found:
        assert clause.clause_id == f"{clause.notice_id}/{key_of(clause.place)}"
        assert Place.from_json(clause.place.to_json()) == clause.place


def test_ids_and_places_of_the_gazette_are_unique(gazette: ParsedFile) -> None:
    assert len(clauses(gazette)) > 1400
    unique(gazette)


def test_ids_and_places_of_other_documents_are_unique(others: dict[str, ParsedFile]) -> None:
    for parsed in others.values():
        unique(parsed)
