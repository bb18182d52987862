"""看原页 of PDFs that read well and can't be drawn: the real page, which says so in one line and goes on."""

from __future__ import annotations

import os
import signal
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

pytest.importorskip("pypdfium2", reason="needs the extra documents")
pytest.importorskip("PIL", reason="needs the extra documents")

from page_support import Server, await_text, serving

from corpus.guard import Reader
from corpus.limits import Limits
from corpus.sources import read_source
from index.build import build
from retriever.ask import Asker
from retriever.page.collection import Collection
from retriever.page.originals import NotDrawn, Originals
from tests.hostile import make_documents as make
from tests.hostile.processes import children, said

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs limits of memory and /proc")

FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
    b"/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
    b"/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/Ascent 880/Descent -120/StemV 93"
    b"/ItalicAngle 0/FontBBox[-25 -254 1000 880]>>>>]>>"
)
SIDE = 30_000  # of a mask that takes 900 MB


def notice(number: int, drawing: bytes = b"", *objects: bytes, page: bytes = b"") -> bytes:
    """A PDF of one page with a good text layer, and what else is drawn on it. Object 5 is named X."""
    lines = (
        "关于做好防汛工作的通知",
        f"某政发〔2023〕{number}号",
        "各乡镇人民政府：",
        "为了做好防汛工作，现将有关事项通知如下：",
    )
    items = [f"{numeral}、做好第{numeral}项工作，由区水利局负责督促检查。" for numeral in "一二三四五六七八九"]
    text = b"".join(
        b"BT /F 12 Tf 1 0 0 1 60 %d Tm <%s> Tj ET\n" % (780 - 24 * at, line.encode("utf-16-be").hex().encode())
        for at, line in enumerate((*lines, *items))
    )
    resources = b"<</Font<</F %s>>/XObject<</X 5 0 R>>>>" % FONT
    return make.pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources%s%s>>" % (resources, page),
        make.stream(text + drawing),
        *(objects or (make.form(b"", None),)),
    )


def masked() -> bytes:
    """A small picture with a huge mask: drawing it needs all of the mask at once."""
    packer = zlib.compressobj(9)
    first = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)  # the same each time
    zeros = first + again * ((SIDE * SIDE >> 20) - 1) + packer.compress(bytes(1 << 20)) + packer.flush()
    head = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8/Width %d/Height %d"
    mask = make.stream(zlib.compress(zeros, 9), head % (SIDE, SIDE) + b"/Filter[/FlateDecode/FlateDecode]")
    return notice(2, b"q 500 0 0 500 40 40 cm /X Do Q", make.stream(b"\0", head % (1, 1) + b"/SMask 6 0 R"), mask)


def stamped(number: int) -> bytes:
    """A stamp that draws itself twice. Stamps are no text, so reading does not meet it."""
    stamp = b"/Annots[<</Type/Annot/Subtype/Stamp/Rect[0 0 500 500]/F 4/AP<</N 5 0 R>>>>]"
    return notice(number, b"", make.form(b"/X Do /X Do", 5), page=stamp)


def clause(number: int, item: str = "一") -> str:
    return f"某政发〔2023〕{number}号/{item}"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "in").mkdir()
    for name, data in {
        "好.pdf": notice(1),
        "遮罩.pdf": masked(),
        "印章.pdf": stamped(3),
        "又一枚.pdf": stamped(4),
    }.items():
        (folder / "in" / name).write_bytes(data)
    build([folder / "in"], folder / "index", dense=False)
    return folder / "index"


@pytest.fixture
def shelf(index: Path) -> Collection:
    return Collection.of(Asker.open(index, dense=False), ready=())


@pytest.fixture(scope="module")
def running(index: Path) -> Iterator[Server]:
    with serving(index) as server:
        await_text(server.url, "已收录")
        yield server


def picture(server: Server, name: str) -> httpx.Response:
    return httpx.get(f"{server.url}/original/picture", params={"clause": name, "page": "1"}, timeout=120)


def most_memory(pid: int) -> int:
    """MB of memory that a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


def readers(pid: int) -> list[int]:
    """The processes for reading that any thread of this one started."""
    return [one for one in children(pid) if b"corpus.worker" in said(Path(f"/proc/{one}/cmdline"))]


def test_a_page_that_cannot_be_drawn_is_one_line(running: Server) -> None:
    good = picture(running, clause(1))
    assert good.status_code == 200 and good.headers["content-type"] == "image/jpeg"
    before = most_memory(running.process.pid)
    bad = picture(running, clause(3))
    assert bad.status_code == 409 and "\n" not in bad.text
    assert "“印章.pdf”第 1 页的图片画不出来" in bad.text and "2048 MB" in bad.text
    assert "limit" not in bad.text  # an option that who reads the page does not have
    shown = httpx.get(f"{running.url}/original", params={"clause": clause(3)}, timeout=120)
    assert shown.status_code == 200 and "画不出来" in shown.text and "<img" not in shown.text
    assert most_memory(running.process.pid) - before < 100
    assert picture(running, clause(1)).content == good.content


def test_a_picture_takes_none_of_the_page_s_memory(running: Server) -> None:
    picture(running, clause(1))
    before = most_memory(running.process.pid)
    assert picture(running, clause(2)).status_code == 200  # 900 MB may be had, but not here
    assert most_memory(running.process.pid) - before < 100


def test_others_are_served_while_it_is_drawn(running: Server) -> None:
    """Whoever asks a question does not wait, and of pictures only so many."""
    with ThreadPoolExecutor(40) as pool:
        bad = [pool.submit(picture, running, clause(4, item)) for item in "二三四五六七八九" * 4]
        answers = 0
        while not all(one.done() for one in bad):
            assert "防汛" in httpx.get(running.url, params={"q": "防汛工作"}, timeout=60).text
            answers += not all(one.done() for one in bad)
        codes = [one.result().status_code for one in bad]
    assert answers > 0
    assert set(codes) == {409, 503}
    assert codes.count(409) >= 13  # one that is drawn, and those of one client that may wait
    assert picture(running, clause(1)).status_code == 200
    assert not [line for line in running.lines if "Traceback" in line]


def test_one_process_draws_many_pictures(running: Server) -> None:
    assert picture(running, clause(1, "二")).status_code == 200
    first = readers(running.process.pid)
    for item in "三四五":
        assert picture(running, clause(1, item)).status_code == 200
    assert len(first) == 1 and readers(running.process.pid) == first


def test_it_is_not_tried_again_and_again(shelf: Collection) -> None:
    originals = Originals(limits=Limits(memory=400, seconds=60))
    said = []
    for _ in range(2):
        with pytest.raises(NotDrawn, match="400 MB") as failed:
            originals.sheet(shelf, clause(3), 1)
        said.append(str(failed.value))
        assert readers(os.getpid()) == []  # it ended, and for the second try none was started
    assert said[0] == said[1]
    assert originals.sheet(shelf, clause(1), 1).begins is not None
    assert len(readers(os.getpid())) == 1
    del originals, failed  # whose traceback holds it
    assert readers(os.getpid()) == []


def test_a_picture_that_never_ends_is_stopped(shelf: Collection) -> None:
    with pytest.raises(NotDrawn, match="秒没有进展"):
        Originals(limits=Limits(memory=8000, seconds=1)).sheet(shelf, clause(3), 1)


def test_the_process_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    """Linux ends a process with the thread that started it, where the process wants to end with its parent."""
    path = tmp_path / "a.txt"
    path.write_text(make.NOTICE, "utf-8")
    with Reader() as reader:
        thread = threading.Thread(target=reader.parse, args=(path,))
        thread.start()
        thread.join()
        first = readers(os.getpid())
        assert reader.lines(path) == tuple(line.text for line in read_source(path).lines)
        assert len(first) == 1 and readers(os.getpid()) == first


def test_a_process_ended_between_two_files_is_no_fault_of_the_second(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(make.NOTICE, "utf-8")
    with Reader() as reader:
        before = reader.parse(path)
        (child,) = readers(os.getpid())
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert reader.parse(path) == before
