"""What a process loads, reads and writes: started anew for each test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from index.build import build
from index.model.folder import default_folder, is_made_model
from index.paths import _temporary_folder, cache_folder
from tests.index_cases import write_notices

ROOT = Path(__file__).parent.parent
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")
MODEL = pytest.mark.skipif(not is_made_model(default_folder()), reason="the default model has not been made")
HEAVY = ("torch", "transformers", "sentence_transformers", "bm25s", "gradio", "scipy", "ir_measures", "tqdm")


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("process")
    build([write_notices(folder / "in")], folder / "ix", dense=is_made_model(default_folder()))
    return folder / "ix"


def python(*words: str, env: dict[str, str] | None = None, before: tuple[str, ...] = ()):
    """Run Python with only the environment given (and what finds this interpreter's libraries)."""
    return subprocess.run(
        [*before, sys.executable, *words], capture_output=True, text=True, check=False, cwd=ROOT, env=env
    )


def loaded(statement: str) -> list[str]:
    """Which of the heavy packages a statement has loaded."""
    code = f"import sys\n{statement}\nprint([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stderr.strip().splitlines()[-1].replace("'", '"'))
    return found


@pytest.mark.parametrize("mode", ["bm25", pytest.param("hybrid", marks=MODEL)])
def test_a_question_loads_neither_torch_nor_its_kind(index, mode):
    words = ["停用了哪些印章", "--index", str(index), "--mode", mode]
    assert loaded(f"from retriever.__main__ import main\nassert main({words!r}) == 0") == []


def test_keywords_load_no_vector_library(index):
    code = f"""
import sys
from pathlib import Path
from retriever.ask import Asker
Asker.open(Path({str(index)!r}), dense=False)
print("onnxruntime" in sys.modules, "tokenizers" in sys.modules)
"""
    done = python("-c", code)
    assert done.stdout.split() == ["False", "False"], done.stderr


@pytest.mark.parametrize("module", ["corpus", "index", "retriever", "build_index"])
def test_help_loads_little(module):
    run = "runpy.run_module" if module != "build_index" else "runpy.run_path"
    name = module if module != "build_index" else "build_index.py"
    code = f"""
import runpy, sys
sys.argv = ["x", "--help"]
try:
    {run}({name!r}, run_name="__main__")
except SystemExit:
    pass"""
    assert loaded(code) == []


@pytest.mark.parametrize("what", ["from index.build import build", "from index.local.store import LocalEngine"])
def test_building_and_opening_load_no_torch(what):
    assert not {"torch", "transformers", "sentence_transformers"} & set(loaded(what))


@LINUX
@MODEL
def test_without_network(index):
    """A network of its own with nothing in it: only the loopback, and even that is down."""
    ask = ("-m", "retriever", "停用了哪些印章", "--index", str(index), "--json")
    done = python(*ask, before=("unshare", "-rn"))
    if "unshare" in done.stderr and done.returncode != 0:
        pytest.skip("may not make a network of its own here")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["mode_used"] == "hybrid"


@LINUX
def test_without_a_home_that_can_be_written_to(index, tmp_path):
    """A service account's: not even root can make a folder there. The temporary folder does instead."""
    env = {"TMPDIR": str(tmp_path), "HOME": "/proc/none", "PATH": os.environ["PATH"]}
    words = ["停用了哪些印章", "--index", str(index), "--mode", "bm25"]
    code = f"""
from index.paths import cache_folder
from retriever.__main__ import main
print(cache_folder())
raise SystemExit(main({words!r}))
"""
    done = python("-c", code, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == str(tmp_path / f"gongbao-{os.getuid()}")
    assert "12号" in done.stdout


def test_without_any_home(tmp_path, monkeypatch):
    """Neither HOME nor an entry in the password file: `~` stays in the path as it is."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *args, **options: Path("~/.cache/gongbao"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert cache_folder().parent == tmp_path
    assert not (tmp_path / "~").exists()


def test_a_temporary_folder_of_somebody_else_is_not_used(tmp_path):
    """Anybody may have made /tmp/gongbao-<uid>: only one that is ours alone is."""
    if os.name == "nt":
        pytest.skip("the temporary folder is the user's own")
    for number, prepare in enumerate(
        (
            lambda path: (path.mkdir(), path.chmod(0o777)),
            lambda path: path.symlink_to(tmp_path),
            lambda path: path.write_text("a file"),
        )
    ):
        parent = tmp_path / str(number)
        parent.mkdir()
        expected = parent / f"gongbao-{os.getuid()}"
        prepare(expected)
        found = _temporary_folder(parent)
        assert found != expected
        assert found.parent == parent
        assert found.stat().st_mode & 0o077 == 0
    parent = tmp_path / "ours"
    parent.mkdir()
    assert _temporary_folder(parent) == parent / f"gongbao-{os.getuid()}"


def test_a_foreign_jieba_cache_is_not_read(index, tmp_path):
    """jieba itself believes any file of that name in the temporary folder."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "jieba.cache").write_bytes(b"\x00 not a dictionary")
    env = {"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    code = "from index.tokens import tokenize; print(tokenize('拖欠农民工工资'))"
    cold = python("-c", code, env=env)
    warm = python("-c", code, env=env)
    here = python("-c", code)
    assert cold.stdout == warm.stdout == here.stdout != ""
    assert (tmp_path / "tmp" / "jieba.cache").read_bytes() == b"\x00 not a dictionary"


def test_nothing_is_written_outside_index_and_cache(tmp_path, index):
    """Run the commands with every write noted: each is below the index or the cache."""
    home, folder = tmp_path / "home", tmp_path / "ix"
    home.mkdir()
    inputs = write_notices(tmp_path / "in")
    code = f"""
import os, sys
written = []
def hook(event, args):
    flags = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    if event == "open" and isinstance(args[2], int) and args[2] & flags and isinstance(args[0], str):
        written.append(args[0])
    elif event in ("os.mkdir", "os.rename"):
        written.append(str(args[0]))
sys.addaudithook(hook)
sys.dont_write_bytecode = True
import build_index
from retriever.__main__ import main
assert build_index.main([{str(inputs)!r}, "--index", {str(folder)!r}, "--no-dense"]) == 0
assert main(["停用了哪些印章", "--index", {str(folder)!r}]) == 0
print("\\n".join(["WRITTEN", *written]))
"""
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    done = python("-c", code, env=env)
    assert done.returncode == 0, done.stderr
    written = done.stdout[done.stdout.index("WRITTEN") :].splitlines()[1:]
    allowed = (str(folder), str(home / ".cache" / "gongbao"), str(home / ".cache"), "/dev/null")
    assert written
    assert [path for path in written if not path.startswith(allowed)] == []
    assert list((tmp_path / "tmp").iterdir()) == []


@LINUX
def test_a_checkout_that_is_read_only(index, tmp_path):
    """The program's own folder is never written to (byte code apart, which Python leaves out quietly)."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("corpus", "index", "retriever"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(["mount", "--bind", str(copy), str(copy)], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("may not mount here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(copy)], check=True)
        words = [sys.executable, "-m", "retriever", "停用了哪些印章", "--index", str(index), "--mode", "bm25"]
        asked = subprocess.run(words, capture_output=True, text=True, check=False, cwd=copy)
        assert asked.returncode == 0, asked.stderr
    finally:
        subprocess.run(["umount", str(copy)], check=True)


def test_the_cache_folder_is_there_and_ours():
    folder = cache_folder()
    assert folder.is_dir()
    with tempfile.NamedTemporaryFile(dir=folder):
        pass
