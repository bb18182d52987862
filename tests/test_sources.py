"""Kinds of files, folders and archives: what is read, what is refused by name, what is skipped."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.sources import expand_inputs, read_source

TEXT = "关于做好防汛工作的通知\n某政发〔2023〕5号\n各单位：\n"


def write(path: Path, data: bytes | str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("name", ["a.txt", "b.md", "没有后缀", "有 空格&符号.txt", "换\n行.txt"])
def test_text_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    source = read_source(write(tmp_path / name))
    assert source.file == name
    assert [line.text for line in source.lines][1] == "某政发〔2023〕5号"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 Office 文件已损坏.*另存为 .docx"),
        ("稿.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版 Office 文件已损坏.*另存为 .docx"),
        ("版.ofd", b"PK\x03\x04", "不能读取OFD.*为 PDF"),
        ("表.xlsx", b"PK\x03\x04", "Excel 表格已损坏"),
        ("演示.ppt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "不能读取演示文稿.*为 PDF"),
        ("图.png", b"\x89PNG\r\n", "不能读取图片.*PDF"),
        ("假.txt", b"%PDF-1.7\nsome", r"内容却不是纯文本，而是PDF.*扩展名改为 \.pdf"),
        ("假.pdf", b"<html><body>404 not found</body></html>", "内容却不是PDF，而是网页"),
        ("空.pdf", b"", "文件是空的"),
        ("空.txt", b"", "文件是空的"),
        ("锁.docx", b"\xd0\xcf\x11\xe0" + bytes(60) + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        ("乱.txt", bytes(range(256)) * 4, "读不出文字"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"{name}：.*{message}"):
        read_source(write(tmp_path / name, data))


def test_an_ofd_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "公文.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("OFD.xml", "<ofd/>")
    with pytest.raises(InputError, match="OFD"):
        read_source(path)


def test_a_fifo_is_refused_and_does_not_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(InputError, match="不是普通文件"):
        read_source(tmp_path / "pipe.txt")


def test_a_folder_is_read_in_the_order_of_names_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "子 目录/c.md", ".hidden.txt", "~$lock.docx"):
        write(tmp_path / name)
    found = expand_inputs([tmp_path])
    assert [path.relative_to(tmp_path).as_posix() for path in found.files] == ["a.txt", "b.txt", "子 目录/c.md"]
    assert found.warnings == ()


def test_links_loops_and_devices_are_skipped_with_a_warning(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(inside / "a.txt")
    write(outside / "b.txt")
    (inside / "again.txt").symlink_to(inside / "a.txt")
    (inside / "loop").symlink_to(inside)
    (inside / "self").symlink_to(inside / "self")
    (inside / "away.txt").symlink_to(outside / "b.txt")
    os.mkfifo(inside / "pipe.txt")
    found = expand_inputs([inside])
    assert found.files == (inside / "a.txt",)
    assert len(found.warnings) == 3
    assert all("已跳过" in warning for warning in found.warnings)


def test_a_file_is_listed_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt")
    assert expand_inputs([path, tmp_path, path]).files == (path,)


def test_unknown_kinds_are_skipped_and_known_ones_that_cannot_be_read_are_kept(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4")
    write(tmp_path / "b.doc")  # fails later, by name
    found = expand_inputs([tmp_path])
    assert [path.name for path in found.files] == ["b.doc"]
    assert len(found.warnings) == 1


def test_a_missing_input_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有这个文件或文件夹"):
        expand_inputs([tmp_path / "nowhere"])


def test_members_of_an_archive_are_files(tmp_path: Path) -> None:
    path = tmp_path / "公报 合集.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("二期/通知.txt", TEXT)
        archive.writestr("一期/说明.md", TEXT)
        archive.writestr("__MACOSX/._通知.txt", "x")
        archive.writestr("封面.bmp", b"BM")
    found = expand_inputs([tmp_path])
    assert [item.relative_to(path).as_posix() for item in found.files] == ["一期/说明.md", "二期/通知.txt"]
    assert len(found.warnings) == 1
    source = read_source(found.files[1])
    assert source.file == "通知.txt"
    assert source.lines[1].text == "某政发〔2023〕5号"


def test_names_of_a_chinese_windows_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("XXXX.txt", TEXT)
    path.write_bytes(path.read_bytes().replace(b"XXXX", "通知".encode("gb18030")))
    (file,) = expand_inputs([path]).files
    assert file.name == "通知.txt"
    assert read_source(file).lines


def test_a_broken_archive_is_skipped_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "a.zip", b"PK\x03\x04 cut off")
    found = expand_inputs([tmp_path])
    assert found.files == ()
    assert "压缩包已损坏" in found.warnings[0]


def test_reading_text_loads_no_optional_package() -> None:
    import subprocess
    import sys

    code = (
        "import sys, corpus.sources; from pathlib import Path;"
        "corpus.sources.read_source(Path('corpus/bulletins/lishi-2023-02.txt'));"
        "print([m for m in ('pypdfium2', 'rapidocr', 'lxml', 'cv2', 'PIL', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
