"""What was found whole is not read again until it is touched; a record that is spoilt costs time and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from index import files
from index.files import Checked, FileDamaged, read_sealed, seal

CONTENT = b"gongbao" * 100


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, Any]]:
    """A file that is mapped, and its size and hash."""
    monkeypatch.setattr(files, "SMALL", 100)
    path = tmp_path / "data" / "a.bin"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return path, seal(path.parent)["a.bin"]


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what was hashed."""
    found: list[int] = []
    sha256 = files.hashlib.sha256
    monkeypatch.setattr(files.hashlib, "sha256", lambda data: found.append(len(data)) or sha256(data))
    return found


def opened(path: Path, info: dict[str, Any], record: Path, **more: bool) -> bytes:
    checked = Checked(record)
    content = bytes(read_sealed(path, info, checked=checked, **more))
    checked.save()
    return content


def test_a_file_is_hashed_once_and_again_when_it_was_touched(
    sealed: tuple[Path, dict[str, Any]], tmp_path: Path, hashed: list[int]
) -> None:
    record = tmp_path / "record.json"
    for _ in range(3):
        assert opened(*sealed, record) == CONTENT
    assert hashed == [len(CONTENT)]
    sealed[0].write_bytes(CONTENT)
    assert opened(*sealed, record) == CONTENT
    assert opened(*sealed, record, thorough=True) == CONTENT
    assert len(hashed) == 3


def test_a_change_of_one_letter_is_seen_though_size_and_time_are_the_same(
    sealed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    path, info = sealed
    record = tmp_path / "record.json"
    opened(path, info, record)
    before = path.stat()
    path.write_bytes(b"G" + CONTENT[1:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    for _ in range(2):  # what is damaged isn't remembered as whole
        with pytest.raises(FileDamaged, match="内容变了"):
            opened(path, info, record)
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(FileDamaged, match="大小"):
        opened(path, info, record)


def test_another_file_in_its_place_is_hashed(
    sealed: tuple[Path, dict[str, Any]], tmp_path: Path, hashed: list[int]
) -> None:
    path, info = sealed
    opened(path, info, tmp_path / "record.json")
    other = path.with_name("b.bin")
    other.write_bytes(CONTENT)
    other.replace(path)
    opened(path, info, tmp_path / "record.json")
    assert len(hashed) == 2


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b'{"x": 1}', b"\xff\xfe", b"[" * 100_000])
def test_a_spoilt_record(sealed: tuple[Path, dict[str, Any]], tmp_path: Path, record: bytes) -> None:
    (tmp_path / "record.json").write_bytes(record)
    assert opened(*sealed, tmp_path / "record.json") == CONTENT


def test_a_record_that_can_not_be_written(sealed: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert opened(*sealed, tmp_path / "file" / "record.json") == CONTENT


def test_a_small_file_is_read_whole_and_hashed_each_time(
    sealed: tuple[Path, dict[str, Any]], tmp_path: Path, hashed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SMALL", len(CONTENT))
    for _ in range(2):
        content = read_sealed(*sealed, checked=Checked(tmp_path / "record.json"))
        assert isinstance(content.obj, bytes)
    assert len(hashed) == 2


def test_what_is_gone_is_forgotten(sealed: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    path, info = sealed
    record = tmp_path / "record.json"
    opened(path, info, record)
    other = path.with_name("b.bin")
    path.rename(other)
    opened(other, info, record)
    assert "a.bin" not in record.read_text("utf-8") and "b.bin" in record.read_text("utf-8")
