"""Labels of documents: what is accepted, what is named as wrong, and the project's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from document_cases import LETTER_LABEL, NOTICE_LABEL, SCRAPS_LABEL, changed, read, write_labels

from corpus.errors import UsageError
from corpus.text import squash
from eval.documents.form import LONGEST_QUOTE
from eval.documents.labels import LabelError, read_labels
from eval.documents.model import Expected

OWN = Path(__file__).parents[1] / "eval" / "document_labels"


def test_a_label_is_read_as_it_is_written(tmp_path: Path) -> None:
    label = read(tmp_path, NOTICE_LABEL)
    (document,) = label.documents
    assert (label.name, label.file, label.form, label.expected) == ("a", "县/公园.txt", "txt", Expected.DOCUMENTS)
    assert document.accepted("title") == (NOTICE_LABEL["documents"][0]["title"], "青松县公园管理办法")
    assert document.accepted("valid_until") == ()
    assert document.must[0].path == ("第一章 总则", "第二条")
    assert document.counts == {"articles": 3, "level1": 0, "chapters": 2}


def test_keys_may_be_left_out_and_remarks_added(tmp_path: Path) -> None:
    folder = write_labels(tmp_path / "labels", {"file": "b.pdf", "documents": [{"title": None, "seen_by": "two"}]})
    labels = read_labels([folder])
    (document,) = labels.files[0].documents
    assert document.fields == {"title": None} and document.phones is None
    assert labels.files[0].form == "pdf"
    assert labels.notes == ("标注里有不认识的键 seen_by，没有用到",)


def test_json_lines_lists_and_bare_lists(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(f"{json.dumps(NOTICE_LABEL)}\n\n{json.dumps(SCRAPS_LABEL)}\n", encoding="utf-8")
    several = tmp_path / "several.json"
    several.write_text(json.dumps([LETTER_LABEL]), encoding="utf-8")
    bare = tmp_path / "函.docx.json"
    bare.write_text(json.dumps([{"title": "函"}]), encoding="utf-8")
    found = read_labels([lines, several, bare]).files
    assert [one.file for one in found] == ["县/公园.txt", "县/天气.txt", "县/防汛.txt", "函.docx"]
    assert found[1].expected is Expected.REFUSE


WRONG: list[tuple[dict[str, Any], str]] = [
    (changed(NOTICE_LABEL, date="2021-3-5"), "documents 第 1 项的 date"),
    (changed(NOTICE_LABEL, date="2021-02-30"), "documents 第 1 项的 date"),
    (changed(NOTICE_LABEL, title=""), "documents 第 1 项的 title"),
    (changed(NOTICE_LABEL, doc_nubmer="青政发〔2021〕7号"), "documents 第 1 项的 doc_nubmer"),
    (changed(NOTICE_LABEL, title_also="青松县公园管理办法"), "documents 第 1 项的 title_also"),
    (changed(NOTICE_LABEL, phones=["0358-8222401"]), "documents 第 1 项的 phones 第 1 项"),
    (changed(NOTICE_LABEL, clauses={"articles": -1}), "documents 第 1 项的 clauses.articles"),
    (changed(NOTICE_LABEL, clauses={"article": 3}), "documents 第 1 项的 clauses.article"),
    (changed(NOTICE_LABEL, first_text="长" * 21), "documents 第 1 项的 first_text"),
    (changed(NOTICE_LABEL, must=[{"quote": "字" * 61}]), "documents 第 1 项的 must 第 1 项"),
    (changed(NOTICE_LABEL, apart=[{"text": "公园", "headings": []}]), "documents 第 1 项的 apart 第 1 项"),
    (changed(NOTICE_LABEL, apart=[{"text": "公园"}]), "documents 第 1 项的 apart 第 1 项"),
    (
        changed(NOTICE_LABEL, tables=[{"header": ["单位", "电话"], "rows": 1, "one_row": ["水务局"]}]),
        "documents 第 1 项的 tables 第 1 项",
    ),
    (NOTICE_LABEL | {"file": "../公园.txt"}, "file"),
    (NOTICE_LABEL | {"file": "/公园.txt"}, "file"),
    (NOTICE_LABEL | {"documents": []}, "documents"),
    (NOTICE_LABEL | {"documents": None}, "documents"),
    (NOTICE_LABEL | {"expected": "refuse"}, "expected"),
    (NOTICE_LABEL | {"expected": "nothing"}, "expected"),
    ({key: value for key, value in NOTICE_LABEL.items() if key != "file"}, "file"),
]


@pytest.mark.parametrize(("label", "key"), WRONG, ids=[f"{at}-{key}" for at, (_, key) in enumerate(WRONG)])
def test_what_is_wrong_is_one_line_with_file_and_key(tmp_path: Path, label: dict[str, Any], key: str) -> None:
    folder = write_labels(tmp_path / "labels", LETTER_LABEL, label)
    with pytest.raises(LabelError) as caught:
        read_labels([folder])
    (problem,) = caught.value.problems
    assert problem.startswith(f"{folder / 'b.json'}：{key} ")
    assert caught.value.exit_code == 2
    with pytest.raises(LabelError) as closed:
        read_labels([folder], closed=True)
    assert closed.value.problems[0].startswith(f"第 2 个标注：{key} ")


def test_every_problem_of_every_label_is_reported_at_once(tmp_path: Path) -> None:
    folder = write_labels(
        tmp_path / "labels", changed(LETTER_LABEL, date="x", issuer=3), changed(NOTICE_LABEL, must={})
    )
    with pytest.raises(LabelError) as caught:
        read_labels([folder])
    assert len(caught.value.problems) == 3


def test_one_file_is_labelled_once(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"b\.json：file 与 .*a\.json 的重复"):
        read_labels([write_labels(tmp_path / "labels", NOTICE_LABEL, NOTICE_LABEL)])


@pytest.mark.parametrize(("name", "data", "what"), [
    ("a.json", b"{", "不是 JSON"),
    ("a.jsonl", b"{}\n{", "第 2 行：不是 JSON"),
    ("a.json", "{\"file\": \"公园\"}".encode("gb18030"), "不是 UTF-8 编码"),
])  # fmt: skip
def test_files_that_are_no_labels(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UsageError, match=what):
        read_labels([path])


def test_an_empty_folder_holds_no_labels(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有找到标注"):
        read_labels([tmp_path])


def test_the_projects_own_labels_are_of_the_form() -> None:
    labels = read_labels([OWN / "dev"])
    assert labels.notes == ()
    assert len(labels.files) == 48 and sum(len(one.documents) for one in labels.files) == 47
    assert len({one.name for one in labels.files}) == 48
    assert all(one.sha256 is not None and one.place for one in labels.files)
    for label in labels.files:
        for document in label.documents:
            for text in (*(quote.quote for quote in document.must), *document.joined):
                assert 0 < len(squash(text)) <= LONGEST_QUOTE


@pytest.mark.parametrize("path", sorted((OWN / "dev").glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_file_of_labels_holds_one_form_in_order(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert {row["form"] for row in rows} == {path.stem}
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)


def test_the_closed_set_is_of_other_files() -> None:
    """What is measured has not been read by who writes rules: no file, title or number is in both."""
    dev, test = (read_labels([OWN / name]).files for name in ("dev", "test"))
    assert len(test) == 41
    assert not {one.sha256 for one in dev} & {one.sha256 for one in test}
