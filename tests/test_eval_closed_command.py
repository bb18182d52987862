"""`python -m eval closed`: documents gathered and checked, indexed once, and nothing but totals told."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from eval_cases import row, write_rows
from index_cases import write_notices

from corpus.errors import UsageError
from eval import closed, trust
from eval.__main__ import main
from eval.words import term

# An editor still opens it, our parser doesn't.
DAMAGED = "说明\n\n窗口咨询电话写在一楼大厅的公告栏里，请以公告栏为准。\n\0\n"
WORDS = ("村镇建设用地", "公告栏", "启用印章", "火星")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Three notices of the gazette and a file that our parser refuses, as a folder of documents."""
    folder = tmp_path / "documents"
    write_notices(folder / "places" / "甲", ["33号.txt", "12号.txt"])
    write_notices(folder / "places" / "乙", ["3号.txt"])
    (folder / "places" / "乙" / "说明.txt").write_text(DAMAGED, "utf-8")
    write_notices(folder / "other", ["8号.txt"])  # in no list
    return folder


@pytest.fixture
def questions(tmp_path: Path, documents: Path) -> Path:
    folder = tmp_path / "closed"
    folder.mkdir()
    first, notice, page = "places/甲/33号.txt", "places/甲/12号.txt", "places/乙/说明.txt"
    write_rows(
        folder / "places-a.jsonl",
        row(
            id="a1",
            question="第一批次村镇建设用地新增规划指标是多少公顷？",
            relevant=[{"doc_number": "离政函〔2023〕33号", "quote": "新增建设用地规划指标0.8183公顷"}],
            answer=["0.8183公顷"],
            documents=[first],
        ),
        row(
            id="a2",
            kind="notice",
            question="经济普查领导小组启用印章的文件是哪个？",
            relevant=[{"doc_number": "离政办发〔2023〕12号", "quote": "文件精神,从即日起启用"}],
            answer=[],
            documents=[notice],
        ),
        row(id="a3", kind="none", question="火星印章归哪个局管？", relevant=[], answer=[], documents=[first]),
    )
    write_rows(
        folder / "everyday.jsonl",
        row(
            id="e1",
            kind="lay",
            question="窗口咨询电话写在哪里？",
            relevant=[{"doc_number": None, "quote": "窗口咨询电话写在一楼大厅的公告栏里"}],
            answer=["公告栏"],
            documents=[page],
        ),
    )
    for name, files in {"a": [first, notice], "everyday": [page, "places/乙/3号.txt"]}.items():
        lines = [f"{file}\t{hashlib.sha256((documents / file).read_bytes()).hexdigest()}\n" for file in files]
        (folder / f"documents-{name}.txt").write_text("".join(lines), "utf-8")
    return folder


def run(questions: Path, documents: Path, *more: str | Path) -> int:
    arguments = ["closed", "--questions", questions, "--documents", documents, "--mode", "bm25"]
    systems = ["--system", "ours", "--system", "fixed500-bm25", "--system", "grep"]
    return main([str(one) for one in [*arguments, *systems, *more]])


def totals(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_ours_and_the_baselines_side_by_side(
    questions: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The refused file is our loss: the baselines find its answer, and no question is left out."""
    assert run(questions, documents, "--json") == 0
    found = totals(capsys)
    assert (found["questions"], found["documents"], found["refused"]) == (4, 4, 1)
    assert found["labels"]["lost"] == 1 and found["labels"]["nowhere"] == 0
    groups = found["groups"]
    assert set(groups) == {
        "all", "set:places-a", "set:everyday", "kind:office", "kind:notice", "kind:none", "kind:lay",
    }  # fmt: skip
    assert (groups["all"]["answerable"], groups["all"]["none"]) == (3, 1)
    assert groups["set:everyday"]["systems"]["ours-bm25"]["success_at_5"] == 0
    assert groups["set:everyday"]["systems"]["fixed500-bm25"]["success_at_5"] == 1
    assert groups["set:places-a"]["systems"]["ours-bm25"]["success_at_5"] == 1
    assert groups["kind:none"]["systems"]["grep"]["refusal_recall"] == 0
    assert groups["kind:none"]["systems"]["grep"]["success_at_1"] is None


def test_what_a_citizen_meets_stands_in_totals_and_tables(
    questions: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(questions, documents, "--json") == 0
    ours = totals(capsys)["groups"]["all"]["systems"]["ours-bm25"]
    assert set(ours["trust"]) == set(trust.NAMES)
    assert ours["trust"]["none_answered"]["n"] == 1
    assert ours["trust"]["shown_right"]["n"] >= ours["trust"]["none_answered"]["count"]
    assert 0 <= ours["aurc"] <= 1 and 0 <= ours["right_ece"] <= 1
    assert run(questions, documents) == 0
    out = capsys.readouterr().out
    assert [name for name in trust.NAMES if term(name).name not in out] == []
    assert term("aurc").name in out


def test_totals_are_kept_for_a_comparison(
    questions: Path, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, out = tmp_path / "index", tmp_path / "out"
    assert run(questions, documents, "--system", "ours", "--system", "grep", "--index", index, "--out", out) == 0
    kept = (out / "ours-bm25" / "results.json").read_text("utf-8")
    assert json.loads(kept)["runs"][0]["questions"] == []
    assert main(["--compare", str(out / "ours-bm25"), str(out / "grep"), "--out", str(tmp_path / "page")]) == 0
    written = [path for folder in (out, tmp_path / "page") for path in folder.rglob("*") if path.is_file()]
    told = "".join((*capsys.readouterr(), *(path.read_text("utf-8") for path in written)))
    assert [word for word in WORDS if word in told] == []


def test_nothing_of_a_question_or_a_file_is_told(
    questions: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for more in ([], ["--json"]):
        assert run(questions, documents, *more) == 0
        told = "".join(capsys.readouterr())
        assert [word for word in (*WORDS, "a1", "e1", "说明", "33号") if word in told] == []


def test_a_kept_index_is_used_again_and_a_tar_does_as_well(
    questions: Path, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    assert run(questions, documents, "--json", "--index", index) == 0
    first, built = totals(capsys), json.loads((index / "manifest.json").read_text("utf-8"))["built"]
    with tarfile.open(tmp_path / "documents.tar.xz", "w:xz") as archive:
        archive.add(documents, "documents")
    assert run(questions, tmp_path / "documents.tar.xz", "--json", "--index", index) == 0
    assert totals(capsys) == first
    manifest = json.loads((index / "manifest.json").read_text("utf-8"))
    assert manifest["built"] == built
    assert sorted(source["file"] for source in manifest["sources"]) == ["12号.txt", "33号.txt", "3号.txt", "说明.txt"]


def test_a_changed_document_stops_everything(
    questions: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (documents / "places" / "甲" / "33号.txt").open("a", encoding="utf-8") as file:
        file.write("改动\n")
    assert run(questions, documents) == 2
    out, err = capsys.readouterr()
    assert out == "" and "1 个文件的内容与标注时不同" in err and "33号" not in err


def test_a_document_in_no_list_is_told_by_the_line_of_its_question(
    questions: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (questions / "documents-everyday.txt").unlink()
    assert run(questions, documents) == 2
    assert "everyday.jsonl 第 1 行：1 道题的文件不在" in capsys.readouterr().err


def test_a_bad_line_tells_its_number_only(questions: Path, documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (questions / "places-a.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row(id="a9", question="火星归谁管？", relevant=[]), ensure_ascii=False) + "\n")
    assert run(questions, documents) == 2
    told = "".join(capsys.readouterr())
    assert "places-a.jsonl 第 4 行" in told and "火星" not in told


def test_no_closed_questions_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, tmp_path) == 2
    assert "没有不公开的题目" in capsys.readouterr().err


def test_lists_of_documents(tmp_path: Path) -> None:
    digest, other = "a" * 64, "b" * 64
    (tmp_path / "documents-a.txt").write_text(f"x/甲.txt\t{digest}\n\ny.pdf\t{other}\n", "utf-8")
    (tmp_path / "documents-b.txt").write_text(f"x/甲.txt\t{digest}\n", "utf-8")
    assert [(one.file, one.sha256) for one in closed.documents(tmp_path)] == [("x/甲.txt", digest), ("y.pdf", other)]
    assert closed.hashes(tmp_path) == {digest, other}
    (tmp_path / "documents-b.txt").write_text(f"x/甲.txt\t{other}\n", "utf-8")
    with pytest.raises(UsageError, match="两个 SHA-256"):
        closed.documents(tmp_path)
    (tmp_path / "documents-b.txt").write_text("x/甲.txt\n", "utf-8")
    with pytest.raises(UsageError, match="第 1 行"):
        closed.documents(tmp_path)
