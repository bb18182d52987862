"""Hostile archives, names and places: what is left out is said, and nothing outside is read."""

from __future__ import annotations

import os
import socket
import subprocess
import zipfile
from pathlib import Path

import pytest

import build_index
from corpus.errors import InputError
from corpus.sources import expand_inputs, read_source
from tests.hostile import make_documents as make


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
def test_what_cannot_be_unpacked_fails_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    name = listed(path)[0][-1]
    with pytest.raises(InputError, match=f"{name}：压缩包(有密码|已损坏)"):
        read_source(path / name)


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
        for _ in range(1100):
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
