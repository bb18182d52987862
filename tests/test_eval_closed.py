"""Of closed questions nothing but totals leaves the program: no question, id, answer or quote in any output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eval_cases import row, write_rows

from eval.__main__ import main
from eval.closed import any_closed, is_closed
from eval.questions import QuestionFileError, read_questions
from index.build import build

TEXT = """\
离石区人民政府办公室关于做好普查工作的通知

离政办发〔2023〕50号

各乡镇人民政府：

现将有关事项通知如下：

一、普查经费由区财政局负责和协调，各单位配合。

二、普查宣传由区委宣传部负责，时间为2023年6月1日起。

离石区人民政府办公室

2023年5月1日
"""
NUMBER, QUOTE = "离政办发〔2023〕50号", "普查经费由区财政局负责和协调"
LABEL = {"doc_number": NUMBER, "quote": QUOTE}
QUESTIONS = [
    row(id="SECRET-1", question="普查要花的钱是哪个局来管？", relevant=[LABEL], answer=["区财政局"]),
    row(id="SECRET-2", question="普查宣传是哪家的事？", relevant=[{**LABEL, "quote": "普查宣传由区委宣传部负责"}]),
    row(id="SECRET-3", kind="none", question="火星上能办身份证吗？", relevant=[], answer=[]),
    row(id="SECRET-4", kind="none", question="离政办发〔2023〕99号讲了什么？", relevant=[], answer=[]),
]
SECRETS = ["SECRET", *(one["question"] for one in QUESTIONS), "普查经费由", "普查宣传由", "99号"]


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    (folder / "in").mkdir()
    (folder / "in" / "小公报.txt").write_text(TEXT, encoding="utf-8")
    build([folder / "in"], folder / "index", dense=False)
    return folder / "index"


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    (tmp_path / "closed").mkdir()
    return write_rows(tmp_path / "closed" / "q.jsonl", *QUESTIONS)


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def told(text: str) -> list[str]:
    """The secrets that a text holds."""
    return [secret for secret in SECRETS if secret in text]


def written(folder: Path) -> str:
    """All that stands in the files of a folder, and their names."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return "\n".join(f"{path.relative_to(folder)}\n{path.read_text('utf-8')}" for path in files)


def test_the_rule(tmp_path: Path, closed: Path) -> None:
    assert is_closed(closed)
    assert is_closed("closed/q.jsonl") and is_closed("closed/2027/q.jsonl")
    assert not is_closed("eval/questions/q.jsonl") and not is_closed("open/closed.jsonl")
    (tmp_path / "open.jsonl").symlink_to(closed)
    assert any_closed([tmp_path / "open.jsonl"])  # another name makes it no less closed


def test_the_same_questions_are_told_where_they_are_open(
    small_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the other tests look for is really there to be found."""
    path = write_rows(tmp_path / "q.jsonl", *QUESTIONS)
    out = tmp_path / "out"
    assert run(path, "--index", small_index, "--mode", "bm25", "--per-question", "--misses", "--out", out) == 0
    captured = capsys.readouterr()
    assert {"SECRET", QUESTIONS[0]["question"]} <= set(told(captured.out))
    assert {"SECRET", QUESTIONS[0]["question"]} <= set(told(written(out)))


@pytest.mark.parametrize("by_option", [False, True])
def test_nothing_of_a_closed_question_is_printed_or_written(
    small_index: Path, tmp_path: Path, closed: Path, capsys: pytest.CaptureFixture[str], by_option: bool
) -> None:
    path = write_rows(tmp_path / "q.jsonl", *QUESTIONS) if by_option else closed
    option = ["--totals-only"] if by_option else []
    readme = tmp_path / "README.md"
    readme.write_text("<!-- quality:begin -->\n<!-- quality:end -->\n", encoding="utf-8")
    ask = [path, "--index", small_index, *option]
    one, other, several = (tmp_path / name for name in ("one", "other", "several"))
    assert run(*ask, "--mode", "bm25", "--per-question", "--misses", "--out", one, "--readme", readme) == 0
    assert "百姓会遇到的" in (one / "report.html").read_text("utf-8")
    assert run(*ask, "--mode", "bm25", "--json", "--per-question", "--misses") == 0
    assert run(*ask, "--mode", "hybrid", "--out", other) == 0  # another mode is used: the reason is not told either
    assert run(*ask, "--mode", "bm25", "--system", "ours", "--system", "grep", "--out", several, "--misses") == 0
    assert run("--compare", one, other, "--out", tmp_path / "compare") == 0
    assert run("--compare", one, several / "grep", "--json") == 0
    out, err = capsys.readouterr()
    assert told(out) == told(err) == []
    for folder in (one, other, several, tmp_path / "compare"):
        assert told(written(folder)) == []
        assert not list(folder.rglob("run.txt")) and not list(folder.rglob("qrels.txt"))
    assert told(readme.read_text("utf-8")) == []
    (kept,) = json.loads((one / "results.json").read_text("utf-8"))["runs"]
    assert kept["questions"] == [] and kept["totals_only"] and kept["counts"]["questions"] == 4
    assert kept["measures"]["all"]["success_at_1"]["n"] == 2


def test_one_closed_file_closes_the_run(
    small_index: Path, tmp_path: Path, closed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "q.jsonl", row(id="open-1", relevant=[LABEL]))
    assert run(path, closed, "--index", small_index, "--mode", "bm25", "--json", "--per-question") == 0
    out, err = capsys.readouterr()
    assert told(out) == told(err) == [] and "open-1" not in out


def test_open_runs_are_compared_as_totals_on_request(
    small_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "q.jsonl", *QUESTIONS)
    for system in ("ours", "grep"):
        assert run(path, "--index", small_index, "--mode", "bm25", "--system", system, "--out", tmp_path / system) == 0
    capsys.readouterr()
    assert run("--compare", tmp_path / "ours", tmp_path / "grep", "--totals-only", "--out", tmp_path / "compare") == 0
    out, err = capsys.readouterr()
    assert told(out) == told(err) == told(written(tmp_path / "compare")) == []
    assert "电话或部门错" in out
    # Closed ones are only compared with runs of the same files.
    other = write_rows(tmp_path / "other.jsonl", *QUESTIONS[:2])
    assert run(other, "--index", small_index, "--mode", "bm25", "--totals-only", "--out", tmp_path / "fewer") == 0
    assert run("--compare", tmp_path / "ours", tmp_path / "fewer") == 2
    assert "题目不同" in capsys.readouterr().err


def test_results_with_closed_questions_of_an_older_version_are_read_as_totals(
    small_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "q.jsonl", *QUESTIONS)
    for system in ("ours", "grep"):
        assert run(path, "--index", small_index, "--mode", "bm25", "--system", system, "--out", tmp_path / system) == 0
        results = tmp_path / system / "results.json"
        results.write_text(results.read_text("utf-8").replace("/q.jsonl", "/closed/q.jsonl"), "utf-8")
    capsys.readouterr()
    assert run("--compare", tmp_path / "ours", tmp_path / "grep", "--out", tmp_path / "compare") == 0
    out, err = capsys.readouterr()
    assert told(out) == told(err) == told(written(tmp_path / "compare")) == []


BAD = {
    "another id": [QUESTIONS[0], {**QUESTIONS[1], "id": "SECRET-1"}],
    "a kind": [{**QUESTIONS[0], "kind": "SECRET"}],
    "a short quote": [{**QUESTIONS[0], "relevant": [{**LABEL, "quote": "普查经费由"}]}],
    "a quote of another notice": [{**QUESTIONS[0], "relevant": [{**LABEL, "doc_number": "SECRET〔2023〕1号"}]}],
    "a quote of nowhere": [{**QUESTIONS[0], "relevant": [{**LABEL, "quote": "普查经费由SECRET负责和协调"}]}],
}


@pytest.mark.parametrize("by_option", [False, True])
@pytest.mark.parametrize("rows", BAD.values(), ids=BAD)
def test_a_bad_line_is_told_by_its_number(
    small_index: Path, closed: Path, capsys: pytest.CaptureFixture[str], rows: list[object], by_option: bool
) -> None:
    path = write_rows(closed.parent.parent / "q.jsonl", *rows) if by_option else write_rows(closed, *rows)
    assert run(path, "--index", small_index, "--mode", "bm25", *(["--totals-only"] if by_option else [])) == 2
    out, err = capsys.readouterr()
    assert told(out) == told(err) == []
    assert f"第 {len(rows)} 行：不公开的题目，内容不显示" in err


def test_what_the_parser_lost_of_a_closed_question_is_told_by_its_line(
    small_index: Path, closed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    across = {**LABEL, "quote": "各单位配合。二、普查宣传由区委宣传部负责"}
    write_rows(closed, {**QUESTIONS[0], "relevant": [across], "answer": []})
    assert run(closed, "--index", small_index, "--mode", "bm25", "--misses") == 1
    out, err = capsys.readouterr()
    assert told(out) == told(err) == []
    assert "第 1 行：不公开的题目" in err and "没有解析出来 1" in out


def test_other_commands_tell_no_bad_line_and_fit_nothing(closed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("calibrate", f"{closed}@.index") == 2
    assert "不能用来拟合" in capsys.readouterr().err
    write_rows(closed, *BAD["another id"])
    assert run("calibrate", f"{closed}@.index") == 2
    assert told(capsys.readouterr().err) == []
    with pytest.raises(QuestionFileError, match="内容不显示"):
        read_questions([closed])
