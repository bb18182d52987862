"""Files read side by side: the same index for any number of readers, and what becomes of one that is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import build_index
from corpus.guard import Reader, ReaderKilledError
from corpus.limits import Limits
from index import readers as module
from index import side_by_side
from index.build import build
from index.local.store import LocalEngine
from index.readers import Readers, usual_jobs
from index.report import PAGES, READING
from tests.index_cases import NOTICES, content, write_notices

NEEDS_SIGNALS = pytest.mark.skipif(os.name != "posix", reason="needs signals")


def test_any_number_of_readers_builds_the_same(tmp_path: Path) -> None:
    inputs = write_notices(tmp_path / "in")
    (inputs / "empty.txt").write_text("")
    indexes = {}
    for jobs in (1, 3):
        report = build([inputs], tmp_path / f"ix{jobs}", dense=False, jobs=jobs)
        assert [file.file for file in report.files] == sorted([*NOTICES, "empty.txt"])
        assert [file.file for file in report.failed] == ["empty.txt"]
        indexes[jobs] = content(LocalEngine.open(tmp_path / f"ix{jobs}"))
    assert indexes[1] == indexes[3]


def test_results_come_in_order_and_no_more_are_read_ahead_than_allowed() -> None:
    """The first takes longest; meanwhile the others go on, but only so far."""
    begun: list[int] = []
    first = threading.Event()

    def work(_: Reader, item: int) -> int:
        begun.append(item)
        if item == 0:
            assert first.wait(60)
        return item

    with Readers(jobs=2) as readers:
        results = readers.map(work, range(100))
        threading.Timer(1.0, first.set).start()
        assert next(results) == 0
        assert len(begun) <= 2 * side_by_side.AHEAD + 2
        assert list(results) == list(range(1, 100))


def test_each_file_has_a_reader_of_its_own() -> None:
    busy: set[int] = set()

    def work(reader: Reader, item: int) -> int:
        assert id(reader) not in busy
        busy.add(id(reader))
        time.sleep(0.001)
        busy.remove(id(reader))
        return item

    with Readers(jobs=3) as readers:
        assert len(list(readers.map(work, range(60)))) == 60


def test_an_error_of_ours_ends_the_work_of_all() -> None:
    def work(_: Reader, item: int) -> int:
        if item == 3:
            raise OSError(28, "No space left on device")
        return item

    with Readers(jobs=2) as readers, pytest.raises(OSError, match="No space"):
        list(readers.map(work, range(1000)))


class Killer:
    """Kills the process of a reader in the middle of the first so many files of a name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
        self.left, self.killed = times, 0
        ask = module.Reader._answer

        def answer(reader: Reader, request: dict[str, Any], where: str, progress: Any) -> dict[str, Any]:
            if where.endswith(name) and self.left:
                self.left -= 1
                self.killed += 1
                threading.Thread(target=self._kill, args=(reader,)).start()
            return ask(reader, request, where, progress)

        monkeypatch.setattr(module.Reader, "_answer", answer)

    @staticmethod
    def _kill(reader: Reader) -> None:
        for _ in range(2000):
            if reader._child is not None:
                os.kill(reader._child._process.pid, signal.SIGKILL)
                return
            time.sleep(0.001)


@NEEDS_SIGNALS
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_reader_that_is_killed_gets_the_file_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    inputs = write_notices(tmp_path / "in")
    killer = Killer(monkeypatch, "33号.txt", 1)
    report = build([inputs], tmp_path / "ix", dense=False, jobs=jobs)
    assert killer.killed == 1 and report.failed == []
    assert report.notices == len(NOTICES)


@NEEDS_SIGNALS
def test_a_file_whose_reader_is_killed_twice_fails_and_the_others_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = write_notices(tmp_path / "in")
    killer = Killer(monkeypatch, "33号.txt", 2)
    report = build([inputs], tmp_path / "ix", dense=False, jobs=2)
    assert killer.killed == 2
    (failed,) = report.failed
    assert failed.file == "33号.txt" and "SIGKILL" in str(failed.error)
    again = build([inputs], tmp_path / "ix", dense=False, jobs=2)
    assert again.notices == len(NOTICES) or again.unchanged  # an index with a failed file is tried again with --strict
    strict = build([inputs], tmp_path / "ix", dense=False, jobs=2, strict=True)
    assert strict.failed == [] and [file.file for file in strict.files if not file.reused] == ["33号.txt"]


@NEEDS_SIGNALS
def test_a_reader_that_is_interrupted_reads_no_more(tmp_path: Path) -> None:
    inputs = write_notices(tmp_path / "in")
    with Reader() as reader:
        reader.parse(inputs / "3号.txt")
        reader.interrupt()
        with pytest.raises(Exception, match="已停止读取"):
            reader.parse(inputs / "3号.txt")
    assert issubclass(ReaderKilledError, Exception)


def test_a_second_run_reads_only_what_the_first_did_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is stopped after three files, as by Ctrl-C."""
    inputs = write_notices(tmp_path / "in")
    done: list[str] = []

    def stop(stage: str, count: int, _: int) -> None:
        if stage == READING and count == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([inputs], tmp_path / "ix", dense=False, jobs=2, progress=stop)
    parse = Reader.parse
    monkeypatch.setattr(Reader, "parse", lambda self, path, *more: done.append(path.name) or parse(self, path, *more))
    report = build([inputs], tmp_path / "ix", dense=False, jobs=2)
    assert report.notices == len(NOTICES)
    assert sorted(done) == sorted(file.file for file in report.files if not file.reused)
    assert len(done) <= 2


def test_readers_share_the_memory_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "usable_cores", lambda: 16)
    for free, jobs in ((None, 16), (64_000, 16), (8192, 4), (3000, 1), (100, 1)):
        monkeypatch.setattr(module, "free_memory", lambda free=free: free)
        assert usual_jobs(Limits(memory=2048)) == jobs


def test_free_memory_is_the_least_of_what_the_system_and_the_group_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "most").write_text(str(3 << 30))
    (tmp_path / "used").write_text(str(1 << 30))
    assert module._left(tmp_path, "most", "used") == 2048
    (tmp_path / "most").write_text("max\n")
    assert module._left(tmp_path, "most", "used") is None
    assert module._left(tmp_path, "none", "used") is None


@pytest.mark.parametrize("jobs", ["0", "-1", "两", "1.5", "257"])
def test_jobs_that_make_no_sense(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        build_index.main(["--jobs", jobs])
    assert left.value.code == 2 and "--jobs" in capsys.readouterr().err


def test_pages_stand_behind_the_one_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    show = build_index.progress_bars()
    show(READING, 0, 2)
    show(f"{PAGES}甲.pdf", 3, 10)
    show(f"{PAGES}乙.pdf", 1, 4)
    show(f"{PAGES}甲.pdf", 10, 10)
    show(READING, 2, 2)
    shown = capsys.readouterr().err
    assert "甲.pdf 3/10 页，乙.pdf 1/4 页" in shown
    assert shown.rstrip().count("\n") == 0
