"""Hostile documents: each gives a sound parse or one clear line, within its limits of memory and time.

All are read by one `Reader`, which starts a new process where a document brought one down. What is checked
is how each ends and what is read of it, never how long it took: the limits end what would hang.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("lxml", reason="needs the extra documents")
pytest.importorskip("pypdfium2", reason="needs the extra documents")

import build_index
from corpus.errors import GongbaoError, InputError
from corpus.guard import Reader, ReadingStoppedError
from corpus.limits import Limits
from corpus.model import ParsedFile
from corpus.sources import expand_inputs, read_source
from index.store import Index
from tests.hostile import make_documents as make

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "hostile" / "make_hostile.py"
SOUND = "由区水利局负责督促检查"  # stands in the clause that every good document has


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(Limits(memory=400, seconds=30)) as found:
        yield found


@pytest.fixture(scope="module")
def drawing_reader() -> Iterator[Reader]:
    with Reader(Limits(memory=1500, seconds=60)) as found:
        yield found


def text_of(parsed: ParsedFile) -> str:
    return "\n".join(clause.text for notice in parsed.notices for clause in notice.clauses)


def read(reader: Reader, path: Path, data: bytes) -> ParsedFile:
    path.write_bytes(data)
    return reader.parse(path).parsed


def failure(reader: Reader, path: Path, data: bytes) -> str:
    """The one line with which a document fails; it names the file."""
    path.write_bytes(data)
    with pytest.raises(GongbaoError) as caught:
        reader.parse(path)
    line = str(caught.value)
    assert path.name in line and "\n" not in line
    assert caught.value.todo
    return line


WORD_READ = {
    "span-billions": "甲格",
    "span-words": "丁格",
    "span-many": "甲格",
    "rows-uneven": "乙格",
    "count-billion-letters": "编号的一段文字",
    "count-negative": "编号的一段文字",
    "count-words": "编号的一段文字",
    "count-long-pattern": "编号的一段文字",
    "styles-loop": "样式的一段文字",
    "styles-chain": "样式的一段文字",
    "deep-boxes": "最里面的文字",
    "chunk": SOUND,
    "twice": "第二份正文",  # as Word reads it: the last one counts
    "own-relation": SOUND,
}
WORD_FAILED = {
    "entity-laughs": "已损坏",
    "entity-blowup": "已损坏",
    "deep-paragraphs": "已损坏",
    "deep-tables": "已损坏",
    "bomb-spaces": "正文太大（解压后超过 64 MB）",
    "bomb-paragraphs": "超过 400 MB",
    "no-body-part": "已损坏",
    "no-body": "没有文字",
    "no-xml": "已损坏",
    "cut-xml": "已损坏",
    "locked": "已损坏",
    "unknown-method": "已损坏",
}


def test_every_document_has_an_expectation() -> None:
    assert make.WORD.keys() == WORD_READ.keys() | WORD_FAILED.keys()
    assert make.HTML.keys() == HTML_READ.keys() | HTML_FAILED.keys()
    assert make.PDF.keys() == PDF_FAILED.keys()


@pytest.mark.parametrize("name", WORD_READ)
def test_a_hostile_word_document_is_read(reader: Reader, tmp_path: Path, name: str) -> None:
    text = text_of(read(reader, tmp_path / f"{name}.docx", make.WORD[name]()))
    assert WORD_READ[name] in text


@pytest.mark.parametrize("name", WORD_FAILED)
def test_a_hostile_word_document_fails(reader: Reader, tmp_path: Path, name: str) -> None:
    assert WORD_FAILED[name] in failure(reader, tmp_path / f"{name}.docx", make.WORD[name]())


def test_a_text_box_in_a_text_box_is_read_once(reader: Reader, tmp_path: Path) -> None:
    """It was read twice for each box around it: fifty boxes never ended."""
    parsed = read(reader, tmp_path / "boxes.docx", make.WORD["deep-boxes"]())
    assert text_of(parsed).count("最里面的文字") == 1


def test_an_embedded_document_is_warned_of(reader: Reader, tmp_path: Path) -> None:
    parsed = read(reader, tmp_path / "chunk.docx", make.WORD["chunk"]())
    assert any("嵌有另一份文档" in warning.what for warning in parsed.warnings)


def test_a_file_named_by_an_entity_is_not_read(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("TOPSECRET", "utf-8")
    entity = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    parsed = read(reader, tmp_path / "a.docx", make.word(make.p("甲&x;乙"), entity))
    assert SOUND in text_of(parsed) and "TOPSECRET" not in text_of(parsed)


HTML_READ = {
    "links": SOUND,
    "spaces": SOUND,
    "hidden-many": "露露",
    "deep-divs": SOUND,
    "deep-bold": SOUND,
    "deep-tables": SOUND,
    "spans": SOUND,
    "table-wide": SOUND,
    "items": "3000. 事项一项",
    "title-dashes": SOUND,
    "charset-lies": SOUND,
    "charset-gbk": SOUND,
    "frames": SOUND,
    "entity": SOUND,
    "data-url": SOUND,
    "class-long": SOUND,
}
HTML_FAILED = {"nul": "读不出文字"}


@pytest.mark.parametrize("name", HTML_READ)
def test_a_hostile_page_is_read(reader: Reader, tmp_path: Path, name: str) -> None:
    text = text_of(read(reader, tmp_path / f"{name}.html", make.HTML[name]()))
    assert HTML_READ[name] in text
    assert "框里" not in text and "root:" not in text


@pytest.mark.parametrize("name", HTML_FAILED)
def test_a_hostile_page_fails(reader: Reader, tmp_path: Path, name: str) -> None:
    assert HTML_FAILED[name] in failure(reader, tmp_path / f"{name}.html", make.HTML[name]())


def test_text_behind_many_elements_inside_one_another(tmp_path: Path) -> None:
    """The parser stopped at 256 of them, and what stood behind was lost without a word."""
    path = tmp_path / "a.html"
    path.write_bytes(make.page("<div>" * 1000 + "<p>深处的一段文字</p>" + "</div>" * 1000 + "<p>后面的一段文字</p>"))
    assert {"深处的一段文字", "后面的一段文字"} <= {line.text for line in read_source(path).lines}
    path.write_bytes(make.page("<div>" * 5000 + "<p>深处的一段文字</p>" + "</div>" * 5000 + "<p>后面的一段文字</p>"))
    assert any("套得太深" in warning.what for warning in read_source(path).warnings)


STOPPED = "超过 400 MB"
NO_NOTICE = "没有找到公文"
NO_TEXT = "没有读出文字"
PDF_FAILED = {
    "forms-loop": STOPPED,
    "forms-doubling": STOPPED,
    "packed-twice": STOPPED,
    "rules": NO_NOTICE,
    "glyphs": NO_NOTICE,
    "nowhere": NO_NOTICE,
    "script": NO_NOTICE,
    "attachment": NO_NOTICE,
    "count-lies": NO_NOTICE,
    "count-negative": NO_NOTICE,
    "pages-loop": NO_TEXT,
    "no-pages": "已损坏",
    "nested": NO_NOTICE,
    "head-only": "已损坏",
    "cut": "已损坏",
}


@pytest.mark.parametrize("name", PDF_FAILED)
def test_a_hostile_pdf(reader: Reader, tmp_path: Path, name: str) -> None:
    """The text of these is English, in which there is no notice: that it is read at all shows in the line."""
    assert PDF_FAILED[name] in failure(reader, tmp_path / f"{name}.pdf", make.PDF[name]())


@pytest.mark.parametrize("name", make.DRAWN)
def test_a_hostile_picture(drawing_reader: Reader, tmp_path: Path, name: str) -> None:
    assert NO_TEXT in failure(drawing_reader, tmp_path / f"{name}.pdf", make.DRAWN[name]())


# Archives


def listed(path: Path) -> tuple[list[str], str]:
    found = expand_inputs([path])
    return [file.relative_to(path).as_posix() for file in found.files], "\n".join(found.warnings)


def archive(path: Path, *parts: tuple[str, bytes | str]) -> Path:
    path.write_bytes(make.zipped(parts))
    return path


def test_a_name_that_leads_out_of_the_archive_is_left_out(tmp_path: Path) -> None:
    """`/…/secret.txt` in an archive was read from the disk, as if the archive held it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密", "utf-8")
    names = [str(secret), "../secret.txt", "..\\..\\secret.txt", "C:/secret.txt", "子/../../secret.txt"]
    path = archive(tmp_path / "a.zip", *((name, make.NOTICE) for name in names), ("ok.txt", make.NOTICE))
    files, warnings = listed(path)
    assert files == ["ok.txt"]
    assert warnings.count("文件名指向压缩包以外") == len(names)


def test_archives_in_archives_bombs_and_twins_are_left_out_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    bomb = make.zipped([("bomb.txt", bytes(64 << 20))])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("里.zip", bomb)
        made.writestr("好.txt", make.NOTICE)
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("好.txt", "另一份")
        made.writestr("零.txt", bytes(64 << 20))
        made.writestr("旧.txt", make.NOTICE, compress_type=zipfile.ZIP_LZMA)
    files, warnings = listed(path)
    assert files == ["好.txt"]
    assert "里.zip：是压缩包里的压缩包" in warnings
    assert "好.txt：压缩包里有几个同名文件" in warnings
    assert "零.txt：解压后是原来的 200 倍以上" in warnings
    assert "旧.txt：压缩方法不能读取" in warnings
    assert make.NOTICE.split("\n")[0] in "".join(line.text for line in read_source(path / "好.txt").lines)


def test_an_archive_is_read_up_to_a_number_of_files(tmp_path: Path) -> None:
    files, warnings = listed(archive(tmp_path / "a.zip", *((f"{at}.txt", "") for at in range(12_000))))
    assert len(files) == 10_000
    assert warnings == f"{tmp_path / 'a.zip'}：压缩包里的文件太多，只读前 10000 个，另外 2000 个没有读"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (make.directory_lies(), "已损坏"),
        (make.zipped([("a.txt", make.NOTICE)])[:90], "已损坏"),
        (make.zipped((f"{'x' * 30_000}{at}.txt", "") for at in range(600)), "文件太多"),
    ],
    ids=["directory-lies", "cut", "names-long"],
)
def test_an_archive_that_cannot_be_read(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    files, warnings = listed(tmp_path / "a.zip")
    assert files == [] and says in warnings


@pytest.mark.parametrize(
    "data", [make.flagged(make.zipped([("a.txt", make.NOTICE)]), encrypted=True), make.overlapping()]
)
def test_what_cannot_be_unpacked_fails_by_name(reader: Reader, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    name = listed(path)[0][-1]
    with pytest.raises(InputError, match=f"{name}：压缩包(有密码|已损坏)"):
        reader.parse(path / name)


def test_each_member_is_unpacked_once_for_its_hash_and_once_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an archive with a thousand members the list was read four thousand times."""
    opened: list[str] = []
    real = zipfile.ZipFile.__init__

    def counting(self: zipfile.ZipFile, *args: object, **options: object) -> None:
        opened.extend(str(arg) for arg in args if arg == path)
        real(self, *args, **options)  # type: ignore[arg-type]

    path = archive(tmp_path / "a.zip", *((f"{at}.txt", make.NOTICE) for at in range(50)))
    monkeypatch.setattr(zipfile.ZipFile, "__init__", counting)
    assert build_index.main([str(path), "--index", str(tmp_path / "ix"), "--no-dense"]) == 0
    assert opened == [str(path)] * 2  # once for the list, once for all hashes


# Names and places


def test_names_loops_devices_and_deep_folders(tmp_path: Path) -> None:
    root = tmp_path / "in"
    deep = root / "/".join(["深"] * 300)
    deep.mkdir(parents=True)
    (deep / "底.txt").write_text(make.NOTICE, "utf-8")
    (root / "换\n行\u202e.txt").write_text(make.NOTICE, "utf-8")
    (root / f"{'长' * 80}.txt").write_text(make.NOTICE, "utf-8")
    (root / "up").symlink_to("..")
    (root / "one.txt").symlink_to("two.txt")
    (root / "two.txt").symlink_to("one.txt")
    (root / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(root)  # the path of a socket may not be long
        try:
            bound.bind("socket.txt")
        finally:
            os.chdir(here)
    found = expand_inputs([root])
    assert {file.name for file in found.files} == {"底.txt", "换\n行\u202e.txt", f"{'长' * 80}.txt"}
    assert len(found.warnings) == 6 and all("已跳过" in warning for warning in found.warnings)
    assert all(warning.isprintable() for warning in found.warnings)


def test_a_folder_deeper_than_python_can_recurse(tmp_path: Path) -> None:
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
        os.chdir(tmp_path)
        assert expand_inputs([Path()]).files == ()
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # Python's own way recurses
        os.chdir(here)


@pytest.mark.parametrize("name", ["x" * 5000, "/dev/zero", "../" * 2000])
def test_a_path_that_is_no_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    assert build_index.main([name + ".txt" * (name[0] == "x"), "--index", str(tmp_path / "ix"), "--no-dense"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_of_a_terabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(InputError, match="文件太大"):
        read_source(path)


# Limits


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
    (notice,) = Index.open(tmp_path / "ix").notices
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

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        job()
    finally:
        sys.settrace(None)
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


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_documents_of_another_maker(tmp_path: Path) -> None:
    """Some 150 more; what is checked is that each ends in a parse or in one line, and none says more than
    that a limit was passed."""
    made = subprocess.run([sys.executable, str(SHARED), str(tmp_path)], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    read: list[str] = []
    failed: dict[str, str] = {}
    with Reader(Limits(memory=1000, seconds=8)) as reader:
        for path in sorted(tmp_path.iterdir()):
            if path.stat().st_size > 8_000_000 or path.suffix == ".zip":
                continue
            try:
                reader.parse(path)
                read.append(path.name)
            except InputError as err:
                failed[path.name] = str(err)
    assert "good.pdf" in read and "w_gridspan.docx" in read
    assert len(read) + len(failed) > 120
    assert [name for name, line in failed.items() if "\n" in line or name not in line] == []
    for name in ("z_trav.zip", "z_nested.zip", "z_bomb900.zip", "z_overlap.zip", "z_ctrl.zip"):
        files = expand_inputs([tmp_path / name]).files
        assert all(tmp_path / name in file.parents for file in files)
