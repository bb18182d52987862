"""`python -m eval` on the real bulletin: the command line, label checks, files, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from eval_cases import row, write_rows

from eval.__main__ import main
from index.build import build

ROOT = Path(__file__).parents[1]
BULLETIN = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
SMALL = """\
离石区人民政府办公室关于做好普查工作的通知

离政办发〔2023〕50号

各乡镇人民政府：

现将有关事项通知如下：

一、普查经费由区财政局负责和协调，各单位配合。

二、普查宣传由区委宣传部负责，时间为2023年6月1日起。

离石区人民政府办公室

2023年5月1日
"""
CENSUS = {"doc_number": "离政发〔2023〕5号", "quote": "涉及普查经费方面的事项,由区财政局负责和协调"}
SUMMER = {"doc_number": "离政办发〔2023〕50号", "quote": "普查经费由区财政局负责和协调"}


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real bulletin, by keywords only: built in seconds."""
    folder = tmp_path_factory.mktemp("eval-index")
    build([BULLETIN], folder, dense=False)
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write_rows(
        tmp_path / "q.jsonl",
        row(id="a", question="经济普查要花的钱由哪个部门负责协调？", relevant=[CENSUS], answer=["区财政局"]),
        row(id="n", kind="none", question="火星上能办身份证吗？", relevant=[], answer=[]),
    )


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def test_a_run_by_keywords(index: Path, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(questions, "--index", index, "--mode", "bm25", "--per-question", "--misses") == 0
    out, err = capsys.readouterr()
    assert "前 1 条有答案" in out
    assert "100.0%" in out
    assert "经济普查要花的钱" in out
    assert "注意" not in err


def test_json_is_one_document(index: Path, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(questions, "--index", index, "--mode", "bm25", "--json", "-k", "20") == 0
    (only,) = json.loads(capsys.readouterr().out)["runs"]
    assert only["measures"]["all"]["recall_at_20"]["mean"] == 1
    assert only["files"][0]["questions"] == 2
    assert only["model"] is None
    assert [one["id"] for one in only["questions"]] == ["a", "n"]


def test_systems_that_need_no_model_in_one_run(
    index: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["--system", "ours", "--system", "grep", "--system", "fixed500-bm25", "--out", out]
    assert run(questions, "--index", index, "--mode", "bm25", *arguments) == 0
    assert "每 500 字一段" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {
        "ours-bm25", "grep", "fixed500-bm25", "results.json", "report.html", "qrels.txt",
    }  # fmt: skip
    assert run("--compare", out / "grep", out / "ours-bm25") == 0
    assert "B 更好的题" in capsys.readouterr().out
    assert run("--compare", out, out / "grep") == 2


def test_a_mode_that_could_not_be_used_is_said(
    index: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(questions, "--index", index, "--mode", "hybrid") == 0
    assert "没有用 hybrid，用的是 bm25" in capsys.readouterr().err


def test_numbers_of_another_mode_are_never_committed(
    index: Path, questions: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("eval.committed.COMMITTED_FILE", tmp_path / "baselines.toml")
    assert run(questions, "--index", index, "--update-baselines") == 2
    assert "成绩没有记录" in capsys.readouterr().err
    assert not (tmp_path / "baselines.toml").exists()


def test_a_question_that_the_search_refuses_is_a_miss_not_a_crash(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "q.jsonl", row(question="，。！", relevant=[CENSUS]))
    assert run(path, "--index", index, "--mode", "bm25", "--json") == 0
    (only,) = json.loads(capsys.readouterr().out)["runs"]
    assert only["misses"]["not_retrieved"] == 1


def test_wrong_labels_stop_everything_and_are_listed_together(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(
        tmp_path / "q.jsonl",
        row(id="a", relevant=[{**CENSUS, "doc_number": "离政发〔2023〕4号"}]),
        row(id="b", relevant=[{**CENSUS, "quote": "这句话在公报里根本没有出现过"}]),
        row(id="c", relevant=[CENSUS]),
    )
    assert run(path, "--index", index) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "第 1 行：a：引文在索引里属于 离政发〔2023〕5号" in err
    assert "第 2 行：b：索引和原文里都没有" in err
    assert "：c：" not in err


def test_an_accepted_answer_that_no_clause_states_fails_in_the_end(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(
        tmp_path / "q.jsonl",
        row(id="a", relevant=[CENSUS], answer=["区财政局", "财政局"]),
        row(id="b", relevant=[CENSUS], answer=["区财政局", "三千元"]),
    )
    assert run(path, "--index", index, "--mode", "bm25", "--json") == 1
    out, err = capsys.readouterr()
    assert len(json.loads(out)["runs"][0]["questions"]) == 2
    assert "第 2 行：b：可接受的答案“三千元”不在标注的条款里" in err and "：a：" not in err


def test_text_the_parser_lost_is_measured_as_a_miss_and_fails_in_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quote across two clauses stands in the source, but in no clause."""
    source = tmp_path / "in" / "小公报.txt"
    source.parent.mkdir()
    source.write_text(SMALL, encoding="utf-8")
    build([source], tmp_path / "index", dense=False)
    across = {**SUMMER, "quote": "各单位配合。二、普查宣传由区委宣传部负责"}
    path = write_rows(tmp_path / "q.jsonl", row(id="a", relevant=[SUMMER]), row(id="b", relevant=[across], answer=[]))
    assert run(path, "--index", tmp_path / "index", "--mode", "bm25", "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["runs"][0]["misses"]["not_parsed"] == 1
    assert "b：原文 小公报.txt 里有这句引文" in err
    source.write_text(SMALL + "\n改动\n", encoding="utf-8")
    assert run(path, "--index", tmp_path / "index", "--mode", "bm25") == 2
    assert "无法判断原因" in capsys.readouterr().err


def test_a_split_without_questions_is_an_error(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_rows(tmp_path / "q.jsonl", row(split="dev", relevant=[CENSUS]))
    assert run(path, "--index", index, "--split", "test") == 2
    assert "没有属于 test 的题目" in capsys.readouterr().err


def test_no_index_is_one_line_with_the_command_that_mends_it(
    questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(questions, "--index", tmp_path / "none") == 1
    err = capsys.readouterr().err
    assert "build_index.py" in err
    assert len(err.splitlines()) == 1


def test_an_output_folder_that_cannot_be_written_is_one_line(
    index: Path, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(questions, "--index", index, "--mode", "bm25", "--out", tmp_path / "file" / "x") == 1
    assert "写不进去" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [[], ["--compare", "a"], ["q.jsonl", "--compare", "a", "b"], ["q.jsonl", "-k", "0"], ["q.jsonl", "--system", "x"]],
)
def test_wrong_usage_leaves_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_the_quality_table_of_the_readme_is_rewritten(index: Path, questions: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- quality:begin -->\n<!-- quality:end -->\n", encoding="utf-8")
    assert run(questions, "--index", index, "--mode", "bm25", "--readme", readme) == 0
    assert "| gongbao（bm25） |" in readme.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [[], ["stard"], ["cjrc"], ["ablation"], ["reader-steps"], ["closed"]])
def test_help_has_an_example_and_loads_nothing_heavy(command: list[str]) -> None:
    code = (
        "import sys\nfrom eval.__main__ import main\n"
        f"try:\n    main({[*command, '--help']!r})\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('torch', 'jieba', 'faiss', 'onnxruntime', 'bm25s') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "例：" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
