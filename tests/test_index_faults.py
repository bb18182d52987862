"""What happens to clerks' computers, happens to builds here: nothing may be lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

import build_index
from corpus.guard import Reader
from index.build import build
from index.local.lock import HOLDER, BuildBusy, build_lock
from index.local.manifest import read_manifest
from index.local.store import LocalEngine
from tests.index_cases import GAZETTE, content, holding, notice_text, numbers, quick_build, write_notices

ROOT = Path(__file__).parent.parent
# Each takes a minute and more: with `THOROUGH=1` all four.
FAULTS = [("kill", "an index"), ("full", "nothing")]
if os.environ.get("THOROUGH") == "1":
    FAULTS += [("kill", "nothing"), ("full", "an index")]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(("kind", "before"), FAULTS)
def test_a_build_stopped_at_every_step(kind, before):
    """kill -9, and a full disk, at each of some sixty steps: see index_faults.py for what must hold."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # ten thousand flushes take long on a disk
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        result = _stopped_builds(kind, folder, before)
    assert result["wrong"] == []
    assert result["steps"] > 40


def _stopped_builds(kind: str, folder: str, before: str) -> dict[str, Any]:
    words = [sys.executable, str(ROOT / "tests" / "index_faults.py"), kind, folder]
    done = subprocess.run(
        [*words, *(["--from-nothing"] if before == "nothing" else [])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_kill_in_the_middle_of_embedding(tmp_path, monkeypatch):
    """The progress callback ends the process: keywords answer, and what was embedded is kept."""
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
import index.build as building
from tests.index_cases import QuickEmbedder
building._BATCH = 4
building.load_embedder = lambda name: QuickEmbedder()
def progress(stage, done, total):
    if stage == "嵌入" and done >= 12:  # of the third batch, before it is kept
        os.kill(os.getpid(), signal.SIGKILL)
from pathlib import Path
building.build([Path({str(inputs)!r})], Path({str(index)!r}), model="quick", progress=progress)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -signal.SIGKILL
    opened = LocalEngine.open(index)
    assert opened.dense is None
    assert holding(opened, "印章") != []
    report, embedder = quick_build(monkeypatch, inputs, index)
    assert report.embedded == len(embedder.embedded) == report.vectors - 8
    assert LocalEngine.open(index).dense is not None


def _limited(words: list[str], limit: int) -> subprocess.CompletedProcess[str]:
    """Run a command whose files may not grow beyond `limit` bytes: as a full disk, it fails in mid-file."""

    def lower() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, preexec_fn=lower)


@pytest.mark.parametrize("limit", [0, 100, 2_000, 6_000])
def test_a_file_that_does_not_fit(tmp_path, limit):
    """The first bytes of a file are written, the rest is refused."""
    inputs, index = write_notices(tmp_path / "in", ["3号.txt"]), tmp_path / "ix"
    build([inputs], index, dense=False)
    whole = content(LocalEngine.open(index))
    write_notices(inputs)
    words = [sys.executable, "build_index.py", str(inputs), "--index", str(index), "--no-dense"]
    done = _limited(words, limit)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(index) in done.stderr
    assert "Traceback" not in done.stderr
    assert content(LocalEngine.open(index)) == whole
    assert len(list(index.glob("data-*"))) == 1
    assert build_index.main(words[2:]) == 0
    assert len(LocalEngine.open(index).notices) == 5


def _mount(folder: Path, options: str) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs tmpfs")
def test_a_full_disk(tmp_path, capsys):
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _mount(disk, "size=512k"):
        pytest.skip("may not mount a small disk here")
    try:
        inputs, index = write_notices(tmp_path / "in", ["3号.txt"]), disk / "ix"
        build([inputs], index, dense=False)
        whole = content(LocalEngine.open(index))
        shutil.copy(GAZETTE, inputs)
        assert build_index.main([str(inputs), "--index", str(index), "--no-dense"]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err == f"{index}：写索引失败（磁盘已满）。原有索引没有改动，请检查磁盘空间和权限\n"
        assert content(LocalEngine.open(index)) == whole
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs tmpfs")
def test_a_disk_that_is_read_only(tmp_path, capsys):
    """Root may write to any folder, but not to such a disk: searching works, building says why not."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _mount(disk, "size=8m"):
        pytest.skip("may not mount a disk here")
    try:
        inputs, index = write_notices(tmp_path / "in", ["3号.txt"]), disk / "ix"
        build([inputs], index, dense=False)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        write_notices(inputs)
        assert build_index.main([str(inputs), "--index", str(index), "--no-dense"]) == 1
        assert "只读" in capsys.readouterr().err
        assert len(LocalEngine.open(index).notices) == 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_second_of_two_builds_is_refused(tmp_path, capsys):
    inputs, index = write_notices(tmp_path / "in", ["3号.txt"]), tmp_path / "ix"
    script = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from index.build import build
def progress(stage, done, total):
    print("in the middle", flush=True)
    sys.stdin.readline()
build([Path({str(inputs)!r})], Path({str(index)!r}), dense=False, progress=progress)
"""
    words = [sys.executable, "-c", script]
    first = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert first.stdin is not None
    assert first.stdout is not None
    try:
        first.stdout.readline()
        started = json.loads((index / HOLDER).read_text("utf-8"))["started"]
        assert build_index.main([str(inputs), "--index", str(index), "--no-dense"]) == 1
        line = capsys.readouterr().err
        assert str(first.pid) in line
        assert started in line
        assert line.count("\n") == 1
    finally:
        first.communicate("\n" * 99)
    assert first.returncode == 0
    assert not (index / HOLDER).exists()
    assert build([inputs], index, dense=False).unchanged


def test_a_lock_whose_holder_was_killed_is_free(tmp_path):
    """Its name and time still stand there, and mislead nobody."""
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from index.local.lock import build_lock
with build_lock(Path({str(tmp_path)!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / HOLDER).exists()
    with build_lock(tmp_path):
        assert json.loads((tmp_path / HOLDER).read_text("utf-8"))["pid"] == os.getpid()
        with pytest.raises(BuildBusy, match=str(os.getpid())), build_lock(tmp_path):
            pass
    with build_lock(tmp_path):
        pass


def test_searches_during_builds_see_one_whole_index(tmp_path, monkeypatch):
    """An index is built over and over, by turns of two kinds of content, while 200 readers open it."""
    index = tmp_path / "ix"
    inputs = [write_notices(tmp_path / "a", ["3号.txt", "8号.txt"]), write_notices(tmp_path / "b", ["12号.txt"])]
    allowed = []
    for folder in inputs:
        quick_build(monkeypatch, folder, index)
        allowed.append(content(LocalEngine.open(index)))
    stop = threading.Event()
    failures: list[BaseException] = []

    def keep_building() -> None:
        turn = 0
        try:
            while not stop.is_set():
                build([inputs[turn % 2]], index, model="quick")
                turn += 1
        except BaseException as err:
            failures.append(err)

    builder = threading.Thread(target=keep_building)
    builder.start()
    seen: set[int] = set()
    openings = 0
    try:
        # A build parses in a process of its own, so some hundreds of openings may fall between two.
        while (openings < 200 or len(seen) < 2) and not failures:
            openings += 1
            opened = LocalEngine.open(index)
            found = content(opened)
            assert found in allowed
            seen.add(allowed.index(found))
            word = "印章" if found == allowed[1] else "任职"
            best = opened.content[holding(opened, word)[0]]
            assert word in best.text + best.notice.title
    finally:
        stop.set()
        builder.join()
    assert failures == []
    assert seen == {0, 1}


def test_an_opened_index_stays_as_it_was(tmp_path, monkeypatch):
    """Also where its files are mapped and not in memory, and the folder they were in is gone."""
    monkeypatch.setattr("index.files.LARGE", 100)
    inputs, index = write_notices(tmp_path / "in", ["3号.txt"]), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    opened = LocalEngine.open(index)
    data = index / read_manifest(index).data
    (inputs / "3号.txt").write_text(notice_text("12号.txt"), "utf-8")
    quick_build(monkeypatch, inputs, index)
    assert not data.exists()
    whole = content(opened)
    assert "贺尔荣" in json.dumps(whole, ensure_ascii=False)
    assert holding(opened, "贺尔荣") != []
    assert numbers(LocalEngine.open(index)) != numbers(opened)


def test_a_file_that_changes_while_it_is_read(tmp_path, monkeypatch):
    """It is being copied: neither half of it is taken, the others are built."""
    inputs, index = write_notices(tmp_path / "in", ["3号.txt", "8号.txt"]), tmp_path / "ix"
    read = Reader.parse

    def growing(reader, path, *rest):
        if path.name == "8号.txt":  # between hashing and reading it
            path.write_text(path.read_text("utf-8") + "还有", "utf-8")
        return read(reader, path, *rest)

    monkeypatch.setattr(Reader, "parse", growing)
    report = build([inputs], index, dense=False)
    assert [entry.file for entry in report.failed] == ["8号.txt"]
    assert numbers(LocalEngine.open(index)) == ["离政发〔2023〕3号"]
    monkeypatch.undo()
    report = build([inputs], index, dense=False)
    assert not report.unchanged
    assert report.failed == []
    assert len(LocalEngine.open(index).notices) == 2


FAULTY = """
import os, sys
sys.path.insert(0, sys.argv.pop())
from corpus import worker
parse = worker.parse_source
def faulty(source):
    if source.file == "8号.txt":
        {fault}
    return parse(source)
worker.parse_source = faulty
worker.main()
"""


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("raise ZeroDivisionError('line one\\nline two')", "ZeroDivisionError"),
        ("os.abort()", "意外退出（SIGABRT）"),
        ("os.kill(os.getpid(), 11)", "意外退出（SIGSEGV）"),
        ("bytearray(1 << 40)", "需要的内存超过 2048 MB"),
        ("while True: pass", "1 秒没有进展"),
    ],
)
def test_a_fault_of_the_parser_loses_one_file_only(tmp_path, monkeypatch, capsys, fault, says):
    inputs, index = write_notices(tmp_path / "in", ["12号.txt", "3号.txt", "8号.txt"]), tmp_path / "ix"
    monkeypatch.setattr("corpus.guard._START", FAULTY.format(fault=fault))
    limit = ["--time-limit", "1"] if says.startswith("1 秒") else []
    assert build_index.main([str(inputs), "--index", str(index), "--no-dense", *limit]) == 1
    line = capsys.readouterr().err
    assert "8号.txt" in line
    assert says in line
    assert line.count("\n") == 1
    assert numbers(LocalEngine.open(index)) == ["离政办发〔2023〕12号", "离政发〔2023〕3号"]
