"""`python -m retriever` for a person: what it shows, how wide, and what it says of wrong usage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus.arguments import in_chinese
from eval.__main__ import main as measure
from index.build import build
from retriever.__main__ import main, parser
from retriever.ask import Asker
from retriever.console import columns, show
from tests.conftest import GAZETTE, ROOT

WAGES = "根治拖欠农民工工资工作的咨询电话是多少"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("command-line")
    build([GAZETTE], folder, dense=False)
    return str(folder)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["--mode", "bm25", *arguments]) == 0
    return capsys.readouterr().out


def test_status_date_issuer_and_source_are_shown(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before: number, path and text alone; 离政函〔2023〕29号 looked like any text in force."""
    text = shown(capsys, "离政函〔2023〕29号第2段", "-k", "1", "--index", index)
    assert "已废止（被离政函〔2023〕33号废止）　2023-05-23　吕梁市离石区人民政府" in text
    assert "原件：lishi-2023-02.txt 第 1460–1462 行" in text


def test_the_clause_of_the_answer_is_marked_or_shown(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "离政办发〔2023〕9号第三部分第（二）项", "-k", "2", "--index", index)
    assert "\n1. ＊ 《" in text and "\n2. 《" in text and text.endswith("（＊ 答案出自这一条）\n")
    text = shown(capsys, WAGES, "-k", "1", "--index", index)
    assert ("＊ 《" in text) and ("（＊ 答案出自这一条）" in text or "答案所在的条款：" in text)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_wider_than_the_terminal(index: str, width: int) -> None:
    result = Asker.open(Path(index), dense=False).ask(WAGES, mode="bm25")
    whole, text = show(result), show(result, width)
    assert max(map(columns, text.splitlines())) <= width < max(map(columns, whole.splitlines()))
    assert "".join(text.split()) == "".join(whole.split())  # nothing is lost
    assert not any(line.strip()[:1] in ("，", "。", "》", "）") for line in text.splitlines())


def test_lines_are_cut_at_a_terminal_and_whole_in_a_pipe(index: str) -> None:
    command = [sys.executable, "-m", "retriever", WAGES, "--mode", "bm25", "-k", "1", "--index", index]
    settings: dict[str, Any] = {
        "cwd": ROOT,
        "env": {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "50"},
        "timeout": 120,
    }
    piped = subprocess.run(command, capture_output=True, text=True, **settings)
    assert max(map(columns, piped.stdout.splitlines())) > 100
    pty = pytest.importorskip("pty", reason="no terminals here")
    ours, theirs = pty.openpty()
    subprocess.run(command, stdout=theirs, check=True, **settings)
    os.close(theirs)
    told = os.read(ours, 65536).decode("utf-8", "replace")
    os.close(ours)
    assert told.startswith("答：") and max(map(columns, told.splitlines())) <= 50


def test_filters_that_leave_nothing_say_so(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "工资", "--issuer", "北京市人民政府", "--index", index)
    assert text == "在选定的范围（发文机关、文号、日期、状态）里没有找到，请放宽条件再查\n"


def test_a_period_that_ends_before_it_begins(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["工资", "--from", "2024-01-01", "--to", "2023-01-01", "--index", index]) == 2
    assert capsys.readouterr().err == "--from：起始日期 2024-01-01 晚于截止日期 2023-01-01。请把两个日期换过来\n"


def test_the_number_is_taken_in_any_characters(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "工资", "--doc-number", "離政辦發二〇二三年第九號", "-k", "1", "--index", index)
    assert "（离政办发〔2023〕9号）" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--foo"], "不认识的参数：--foo"),
        (
            ["工资", "--status", "foo"],
            "--status：没有“foo”，可用：in_force、repealed、expired、amended、partly_repealed、replaced、upcoming、any",
        ),
        (["工资", "-k", "三"], "-k：“三”不是整数"),
        (["工资", "--index"], "--index 后面要给一个值"),
        ([], "请给出一个问题，或用 --batch 给出问题文件，或用 --check 给出要核对的文件"),
        (["工资", "--check", "x.txt"], "请给出一个问题，或用 --batch"),
    ],
)
def test_wrong_usage_is_said_in_chinese(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert words in told and told.startswith("用法：python -m retriever") and "error" not in told


def test_the_help_is_chinese_and_says_the_exit_codes() -> None:
    text = parser().format_help()
    assert "没有找到答案也是0" in "".join(text.split())
    assert not {"usage", "positional", "options:", "show this help"} & set(text.replace(":", ": ").split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--compare", "a"], "--compare 后面要给 2 个值"),
        (["x.jsonl", "-k", "0"], "-k：'0' 不是正整数"),
    ],
)
def test_other_commands_say_it_in_chinese_too(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before: “argument --compare: expected 2 arguments”."""
    with pytest.raises(SystemExit):
        measure(arguments)
    told = capsys.readouterr().err
    assert told.splitlines()[-1] == f"python -m eval：{words}"


def test_an_answer_of_a_text_that_does_not_hold_says_so_first(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before, only the lines of the clause said it, some screens below for a long answer."""
    lines = shown(capsys, "离政函〔2023〕29号第2段", "-k", "1", "--index", index).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("1. "))
    assert "不是现行的公文" in lines[0] and "已废止" in lines[0] and "33号" in "".join(lines[:at])
    assert "不是现行的公文" not in shown(capsys, WAGES, "-k", "1", "--index", index)


def test_what_is_not_argparse_s_own_stays() -> None:
    assert in_chinese("请给出一个问题") == "请给出一个问题"


def test_a_file_to_check_that_is_no_text(index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "图.png").write_bytes(bytes(range(128, 256)) * 3 + b"\xff\xff")
    assert main(["--check", str(tmp_path / "图.png"), "--index", index]) == 2
    assert "请把文件存成 UTF-8 编码的纯文本" in capsys.readouterr().err
