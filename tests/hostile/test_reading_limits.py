"""Limits of memory and time of the process that reads files, and work that grows with what is read."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("lxml", reason="needs the extra documents")
pytest.importorskip("pypdfium2", reason="needs the extra documents")

import build_index
from corpus.errors import InputError
from corpus.guard import Reader, ReadingStoppedError
from corpus.limits import Limits
from corpus.sources import expand_inputs, read_source
from index.local.store import LocalEngine
from tests.hostile import make_documents as make
from tests.hostile.processes import children, memory

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "hostile" / "make_hostile.py"


def test_the_others_are_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(make.PDF["forms-loop"]())
    (folder / "b.txt").write_text(make.NOTICE, "utf-8")
    (folder / "c.docx").write_bytes(make.WORD["bomb-paragraphs"]())
    (folder / "d.docx").write_bytes(make.word("").replace(b"w", b"w"))
    command = [str(folder), "--index", str(tmp_path / "ix"), "--no-dense", "--memory-limit", "400"]
    assert build_index.main(command) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [next(name for name in ("a.pdf", "c.docx") if name in line) for line in lines] == ["a.pdf", "c.docx"]
    assert all("400 MB" in line and "--memory-limit" in line for line in lines)
    (notice,) = LocalEngine.open(tmp_path / "ix").notices
    assert notice.files == ("b.txt", "d.docx")


def test_one_file_is_parsed_within_the_same_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make.PDF["forms-loop"]())
    command = [sys.executable, "-m", "corpus", str(path), "--memory-limit", "400"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert "400 MB" in done.stderr and done.stderr.count("\n") == 1


def test_a_page_that_never_ends_is_stopped(tmp_path: Path) -> None:
    """Memory for all that it draws, so that time must end it."""
    path = tmp_path / "a.pdf"
    path.write_bytes(make.forms_doubling(26))
    with (
        Reader(Limits(memory=8000, seconds=1)) as reader,
        pytest.raises(ReadingStoppedError, match=r"a\.pdf：1 秒没有进展"),
    ):
        reader.parse(path)


def is_over(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_reading_process_ends_with_the_one_that_started_it(tmp_path: Path, how: signal.Signals) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make.forms_doubling(26))
    command = [sys.executable, "-m", "corpus", str(path), "--memory-limit", "8000"]

    def heeds() -> None:  # what a shell starts in the background ignores an interrupt, and so would what it starts
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=heeds)
    while not (found := children(process.pid)) or memory(found[0]) < 500_000_000:  # it is in the middle of the page
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == ((1, "已停止\n") if how == signal.SIGINT else (-how, ""))
    for _ in range(600):  # the system ends it in a moment of its own
        if is_over(found[0]):
            break
        time.sleep(0.1)
    else:
        pytest.fail("the reading process goes on")


def test_each_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make.catalogue(b"", b"/Kids[3 0 R 3 0 R 3 0 R]/Count 3"))
    told: list[tuple[int, int]] = []
    with Reader() as reader, contextlib.suppress(InputError):  # there is hardly a text in it
        reader.parse(path, progress=lambda page: told.append((page.done, page.total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_one_process_reads_many_files(tmp_path: Path) -> None:
    """Starting one takes longer than reading a notice."""
    path = tmp_path / "a.txt"
    path.write_text(make.NOTICE, "utf-8")
    others = set(children(os.getpid()))  # what other tests have started, a browser, say
    with Reader() as reader:
        reader.parse(path)
        own = set(children(os.getpid())) - others
        reader.parse(path)
        assert own and set(children(os.getpid())) - others == own
    assert not own & set(children(os.getpid()))


@pytest.mark.parametrize("option", ["--memory-limit=0", "--memory-limit=x", "--time-limit=nan", "--time-limit=0"])
def test_limits_that_mean_nothing_are_wrong_usage(option: str) -> None:
    with pytest.raises(SystemExit) as left:
        build_index.main([option])
    assert left.value.code == 2


# Growth


def work(job: Callable[[], object]) -> int:
    """How many lines of Python a job executes."""
    count = 0

    def trace(_frame: object, event: str, _arg: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    former = sys.gettrace()  # coverage's
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        job()
    finally:
        sys.settrace(former)
    return count


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".html", lambda size: make.page("<a href=x>导航</a>" * size)),
        (".html", lambda size: make.page("<ol>" + "<li>事项</li>" * size + "</ol>")),
        (".html", lambda size: make.page("<table>" + "<tr><td rowspan=9>甲<td>乙</tr>" * size + "</table>")),
        (".pdf", lambda size: make.one_page(make.rules(size // 4))),
        (".pdf", lambda size: make.one_page(b"BT /F 1 Tf 1 TL 9 800 Td " + b"(aaaa) Tj T* " * size + b"ET")),
        (".docx", lambda size: make.word(make.table(*[make.cell("甲", "3") * 3] * size))),
    ],
    ids=["links", "items", "rows", "rules", "lines", "word-rows"],
)
def test_twice_as_much_takes_twice_the_work(tmp_path: Path, suffix: str, kind: Callable[[int], bytes]) -> None:
    """The work may be in proportion; where each is compared with each, it is four times as much."""
    counts = []
    for size in (400, 800):
        path = tmp_path / f"{size}{suffix}"
        path.write_bytes(kind(size))
        counts.append(work(lambda path=path: read_source(path)))  # type: ignore[misc]
    assert counts[1] < 2.6 * counts[0]


# The other maker's


# Those of which `make_documents` has one like it, and which take a few seconds each.
ALIKE = {
    *("p_bomb.pdf", "p_formexp.pdf", "p_formloop.pdf", "p_huge_page.pdf", "p_huge_page2.pdf", "p_imgbomb.pdf"),
    *("p_nan_page.pdf", "p_neg_page.pdf", "p_manyglyph.pdf", "w_hugetable.docx", "h_10klinks.html"),
}


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_documents_of_another_maker(tmp_path: Path) -> None:
    """Some 60 more (its texts are the business of the parser): each ends in a parse or in one line."""
    made = subprocess.run([sys.executable, str(SHARED), str(tmp_path)], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    read: list[str] = []
    failed: dict[str, str] = {}
    kinds = [path for path in sorted(tmp_path.iterdir()) if path.name[:2] in ("p_", "w_", "h_", "go")]
    kinds = [path for path in kinds if path.name not in ALIKE]
    with Reader(Limits(memory=800, seconds=20)) as reader:
        for path in kinds:
            try:
                reader.parse(path)
                read.append(path.name)
            except InputError as err:
                failed[path.name] = str(err)
    assert {"good.pdf", "p_badxref.pdf", "p_encowner.pdf", "w_gridspan.docx", "h_gbkmeta.html"} <= set(read)
    assert len(read) + len(failed) == len(kinds) > 55
    assert [name for name, line in failed.items() if "\n" in line or name not in line] == []
    for path in tmp_path.glob("z_*.zip"):
        assert all(path in file.parents for file in expand_inputs([path]).files)
