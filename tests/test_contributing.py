"""CONTRIBUTING.md's three changes, made in a copy of the program as a newcomer would make them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
NOTICE = """北京市交通委员会关于优化纳税服务的通告

北京市交通委员会通告2025年第12号

为优化纳税服务，现将有关事项通告如下：

一、办税服务厅每周六上午开放。

二、本通告自发布之日起施行。

北京市交通委员会

2025年5月6日
"""


def section(title: str) -> tuple[str, list[str]]:
    """The data block of a section, and its commands."""
    body = TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    data = re.search(r"```toml\n(.*?)```", body, re.S)
    assert data is not None
    return data[1], re.findall(r"^\$ python (.+)$", body, re.M)


class Copy:
    """A checkout in which something may be changed, with an index of one notice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("corpus", "index", "retriever", "tests"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "bulletins", "*.png")
            )
        for name in ("build_index.py", "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)
        (folder / "corpus" / "bulletins").mkdir()
        (folder / "corpus" / "bulletins" / "通告.txt").write_text(NOTICE, "utf-8")

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        command = [sys.executable, *words]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300)

    def append(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n{text}", "utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_an_everyday_word(copy: Copy) -> None:
    data, (check, expand) = section("An everyday word")
    copy.append("retriever/data/lay_words.toml", data)  # the last area goes on
    assert copy.python(*check.split()).returncode == 0
    shown = copy.python(*expand.split())
    assert "爸妈的退休金\t基本养老金、养老保险" in shown.stdout


def test_a_new_form_of_document_number(copy: Copy) -> None:
    data, (test, ask) = section("A new form of document number")
    assert copy.python("build_index.py", "--no-dense").returncode == 0
    asking = [*ask.split(), "--mode", "bm25"]
    before = copy.python(*asking)
    assert before.returncode == 0 and "（北京市交通委员会通告2025年第12号）" not in before.stdout
    copy.append("corpus/data/doc_numbers.toml", data)
    tested = copy.python(*test.split(), "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout
    refused = copy.python(*asking)
    assert refused.returncode == 1 and "build_index.py" in refused.stderr
    assert copy.python("build_index.py", "--no-dense").returncode == 0
    citation = "《北京市交通委员会关于优化纳税服务的通告》（北京市交通委员会通告2025年第12号）"
    assert citation in copy.python(*asking).stdout
    typed = ["-m", "retriever", "2025年第12号通告", "--mode", "bm25"]
    assert typed[2] in TEXT and citation in copy.python(*typed).stdout
    shown = copy.python("-m", "corpus", "corpus/bulletins/通告.txt")
    assert "北京市交通委员会通告2025年第12号　北京市交通委员会关于优化纳税服务的通告" in shown.stdout


def test_a_new_office_abbreviation(copy: Copy) -> None:
    data, (same, test) = section("A new office abbreviation")
    assert copy.python("build_index.py", "--no-dense").returncode == 0
    assert copy.python(*shlex.split(same)).stdout.strip() == "False"
    copy.append("corpus/data/offices.toml", data)
    assert copy.python(*shlex.split(same)).stdout.strip() == "True"
    refused = copy.python("-m", "retriever", "政数局的电话", "--mode", "bm25")
    assert refused.returncode == 1 and "build_index.py" in refused.stderr
    shutil.copy(ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt", copy.folder / "corpus" / "bulletins")
    tested = copy.python(*test.split(), "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout
