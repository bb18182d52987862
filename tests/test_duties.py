"""The one vocabulary of duties: every example of its data file, and the shapes that the parser asks for."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest

from corpus.duties import (
    INLINE_NOTE,
    NOTE_LINE,
    NOTE_TAIL,
    Part,
    duties,
    head_office,
    is_role_label,
    split_names,
    words,
)
from corpus.model import Clause, Role, Span
from corpus.place import Place, Step, StepKind

DATA = tomllib.loads(resources.files("corpus").joinpath("data/duties.toml").read_text("utf-8"))
WORDS = [(word, part) for part in Part for word in DATA["parts"][part]]


def clause(text: str, *headings: str) -> Clause:
    return Clause("某发〔2024〕1号", Place((Step(StepKind.PARAGRAPH, 1),)), headings, Role.TEXT, text, Span(1, 1))


def named(text: str, *headings: str) -> tuple[list[str], list[str]]:
    found = duties(clause(text, *headings))
    assert {mention.role for mention in found} <= {"lead", "assist"}
    lead, assist = ([one.name for one in found if one.role == role] for role in ("lead", "assist"))
    assert [one.name for one in found] == lead + assist  # the lead first
    return lead, assist


@pytest.mark.parametrize("example", DATA["example"], ids=lambda example: example["text"][:12])
def test_every_example(example: dict[str, Any]) -> None:
    assert set(example) <= {"headings", "text", "lead", "assist"}
    assert named(example["text"], *example.get("headings", ())) == (example["lead"], example["assist"])


@pytest.mark.parametrize(("word", "part"), WORDS)
def test_every_word_gives_its_part(word: str, part: Part) -> None:
    expected = {
        Part.LEAD: (["县水利局"], []),
        Part.RESPONSIBLE: (["县水利局"], []),
        Part.ASSIST: ([], ["县水利局"]),
        Part.MEMBER: ([], []),
    }[part]
    for note in (f"{word}单位：县水利局", f"修渠。（{word}部门:县水利局）"):
        assert named(note) == expected
    assert is_role_label(f"{word}单位") and is_role_label(f"{word}部门")


def test_a_word_has_one_part_only_and_none_hides_another() -> None:
    assert len(dict(WORDS)) == len(WORDS)
    assert not [(one, other) for one, _ in WORDS for other, _ in WORDS if one != other and one in other]
    assert words(Part.ASSIST) == f"(?:{'|'.join(DATA['parts']['assist'])})"


def test_labels_of_contacts_give_no_duty() -> None:
    assert [label for label in DATA["other_labels"] if not is_role_label(label)] == []
    assert not any(map(is_role_label, ("咨询单位", "联系单位", "责任人", "配合", "单位", "各牵头单位")))


@pytest.mark.parametrize(
    ("heading", "office"),
    [
        ("（二十四）区自然资源局牵头负责的工作", "区自然资源局"),
        ("四、青山县教育局", "青山县教育局"),
        ("1.云岭市住建局主要职责", "云岭市住建局"),
        ("（三）项目建设组", "项目建设组"),
        ("区文联", "区文联"),
        ("加强组织领导", None),
        ("（一）加强组织领导小组", None),
        ("二、成立工作专班", None),
        ("（五）规范农村市场秩序", None),
        ("三、关于区教育局的若干规定", None),
    ],
)
def test_the_office_of_a_heading(heading: str, office: str | None) -> None:
    assert head_office(heading) == office


def test_lists_of_names() -> None:
    assert split_names("区发改局、区交通局，各乡镇人民政府。") == ["区发改局", "区交通局", "各乡镇人民政府"]
    assert split_names("市教育局和市财政局") == ["市教育局", "市财政局"]
    assert split_names("市广播电视和网络安全局") == ["市广播电视和网络安全局"]  # 和 inside a name
    assert split_names("") == []


def test_shapes_of_notes() -> None:
    assert NOTE_LINE.match("责任领导：王某某") and NOTE_LINE.match("配合部门 :县水利局")
    assert not NOTE_LINE.match("责任单位要按月上报") and not NOTE_LINE.match("咨询单位：县水利局")
    assert INLINE_NOTE.split("清理河道。 责任单位：县水利局") == ["清理河道。", "责任单位：县水利局"]
    assert INLINE_NOTE.split("清理河道 责任单位不明") == ["清理河道 责任单位不明"]
    for text in ("整治。（牵头单位：县住建局（人防办）、县城管局）", "（县水利局负责）"):
        assert NOTE_TAIL.search(text)
    for text in ("整治。（含道路）", "（牵头单位：县住建局）后续"):
        assert not NOTE_TAIL.search(text)
