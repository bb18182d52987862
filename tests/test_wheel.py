"""What is installed: all programs and their data, but neither tests nor what the model was trained on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("corpus", "index", "retriever", "eval")
# In a checkout only: training with its 1.5 MB of questions, and the gazette that is built by default.
LEFT_OUT = ("index/training/", "corpus/bulletins/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, for setuptools writes into the folder it builds from."""
    folder = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in (*PACKAGES, "tests"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "ui.py", "build_index.py"):
        shutil.copy(ROOT / name, folder / "source")
    words = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    done = subprocess.run(words, cwd=folder / "source", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment of its own that holds the wheel, and sees this one's libraries."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = Path(run(python, folder, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))  # as a folder: its own .pth are not followed
    return python


def run(python: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([str(python), *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_the_wheel_holds_every_program_and_its_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    there = {path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.*")}
    expected = {name for name in there if "__pycache__" not in name and not name.startswith(LEFT_OUT)}
    assert names == expected | {"ui.py", "build_index.py"}
    assert {"index/model/data/lora.safetensors", "corpus/data/duties.toml", "index/data/stop_words.toml"} <= names
    assert any(name.startswith(LEFT_OUT[0]) and name.endswith(".jsonl") for name in there)


def test_an_install_reads_its_own_data(installed: Path, tmp_path: Path) -> None:
    """It parses and cuts words with the lists it came with, and knows its adapter."""
    code = """
from corpus.duties import head_office
from index.model.folder import own_lora_path
from index.tokens import fingerprint, tokenize
print(own_lora_path().is_file(), own_lora_path())
print(sorted(fingerprint()), tokenize("拖欠工资找人社局"))
print(head_office("（一）区教育局负责的工作"))
"""
    done = run(installed, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    adapter, tokens, office = done.stdout.splitlines()
    assert adapter.startswith(f"True {installed.parent.parent}")
    assert tokens.startswith("['jieba', 'program_sha256']") and "人社局" in tokens
    assert office == "区教育局"


def test_an_index_of_a_checkout_is_up_to_date_for_an_install(installed: Path, tmp_path: Path) -> None:
    code = "from index.inputs import program_sha256 as of; print(of('corpus'), of('index'))"
    there, here = run(installed, tmp_path, "-c", code), run(Path(sys.executable), ROOT, "-c", code)
    assert there.stdout == here.stdout != ""


@pytest.mark.parametrize("words", [[], ["--data", "stard"], ["--help"]])
def test_training_is_refused_in_one_line(installed: Path, tmp_path: Path, words: list[str]) -> None:
    done = run(installed, tmp_path, "-m", "index", "train", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "源代码" in done.stderr and "python -m index train" in done.stderr


def test_training_is_there_in_a_checkout(tmp_path: Path) -> None:
    done = run(Path(sys.executable), ROOT, "-m", "index", "train", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "STARD" in done.stderr and done.stderr.count("\n") == 1
