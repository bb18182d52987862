"""Odd and unreadable inputs: each fails by name with what to do, the others are built."""

from __future__ import annotations

import json
import os
import socket
import sys
import zipfile
from pathlib import Path

import pytest

import build_index
from corpus.errors import UsageError
from index.build import build
from index.inputs import find_with_warnings
from index.local.store import LocalEngine
from tests.index_cases import NUMBERS, notice_text, numbers, write_notices

GOOD = "3号.txt"


@pytest.fixture
def inputs(tmp_path) -> Path:
    return write_notices(tmp_path / "in", [GOOD])


def run(inputs: Path, index: Path, capsys, *more: str) -> tuple[int, str, str]:
    code = build_index.main([str(inputs), "--index", str(index), "--no-dense", *more])
    said = capsys.readouterr()
    return code, said.out, said.err


BAD = {
    "empty.txt": b"",
    "spaces.txt": b" \n\n\t",
    "binary.txt": bytes(range(256)) * 40,
    "report.txt": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "notice.wps": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "nothing.txt": "——\n。\n".encode(),
    "broken.pdf": b"%PDF-1.7\nnothing more",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_fails_by_name_and_the_others_are_built(inputs, tmp_path, capsys, name):
    (inputs / name).write_bytes(BAD[name])
    code, out, err = run(inputs, tmp_path / "ix", capsys)
    assert code == 1
    assert name in err
    assert err.count("\n") == 1
    assert "索引建好" in out
    assert numbers(LocalEngine.open(tmp_path / "ix")) == [NUMBERS[GOOD]]

    # Nothing has changed: the same file fails again, and says so again.
    code, out, again = run(inputs, tmp_path / "ix", capsys)
    assert (code, again) == (1, err)
    assert "已是最新" in out

    (inputs / name).unlink()
    code, out, err = run(inputs, tmp_path / "ix", capsys)
    assert (code, err) == (0, "")


@pytest.mark.parametrize("name", ["empty.txt", "old.doc"])
def test_strict_builds_nothing(inputs, tmp_path, capsys, name):
    index = tmp_path / "ix"
    build([inputs], index, dense=False)
    manifest = (index / "manifest.json").read_bytes()
    (inputs / name).write_bytes(BAD[name])
    code, out, err = run(inputs, index, capsys, "--strict")
    assert (code, out) == (2, "")
    assert name in err
    assert (index / "manifest.json").read_bytes() == manifest


def test_strict_also_minds_a_file_that_failed_before(inputs, tmp_path, capsys):
    (inputs / "empty.txt").write_bytes(b"")
    assert run(inputs, tmp_path / "ix", capsys)[0] == 1
    assert run(inputs, tmp_path / "ix", capsys, "--strict")[0] == 2


def test_only_bad_files(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    for name, data in BAD.items():
        (tmp_path / "in" / name).write_bytes(data)
    code, _, err = run(tmp_path / "in", tmp_path / "ix", capsys)
    assert code == 2
    assert all(name in err for name in BAD)
    assert not (tmp_path / "ix" / "manifest.json").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_give_the_same_index(tmp_path, encoding):
    text = notice_text(GOOD).replace("贺尔荣", "喆镕㛃")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(text.encode(encoding))
    build([tmp_path / "in"], tmp_path / "ix", dense=False)
    (entry,) = LocalEngine.open(tmp_path / "ix").notices
    assert entry.notice.doc_number == NUMBERS[GOOD]
    assert any("喆镕㛃" in clause.text for clause in LocalEngine.open(tmp_path / "ix").content)


@pytest.mark.parametrize(
    "name", ["空 格.txt", "a&b;$(x).txt", "两\n行.txt", "-k.txt", "'引号\".txt", "𠮷.txt", "x" * 200 + ".txt"]
)
def test_odd_file_names(tmp_path, capsys, name):
    folder = write_notices(tmp_path / "in", [])
    (folder / name).write_text(notice_text(GOOD), "utf-8")
    code, _, err = run(folder, tmp_path / "ix", capsys)
    assert (code, err) == (0, "")
    (entry,) = LocalEngine.open(tmp_path / "ix").notices
    assert "\n" not in entry.files[0]
    if "\n" not in name:
        assert entry.files == (name,)
    assert run(folder, tmp_path / "ix", capsys)[1].startswith("索引已是最新")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="such names need Linux")
def test_a_file_name_in_gb18030(tmp_path, capsys):
    """As an archive made on Chinese Windows leaves it on Linux: bytes that are no UTF-8."""
    folder = write_notices(tmp_path / "in", [])
    name = os.fsdecode("公报".encode("gb18030") + b".txt")
    (folder / name).write_text(notice_text(GOOD), "utf-8")
    code, _, err = run(folder, tmp_path / "ix", capsys, "--json")
    assert (code, err) == (0, "")
    assert len(LocalEngine.open(tmp_path / "ix").notices) == 1
    assert json.loads((tmp_path / "ix" / "manifest.json").read_text("utf-8"))["sources"][0]["file"].isprintable()


def test_links_fifos_and_sockets_in_a_folder(inputs, tmp_path, capsys, monkeypatch):
    outside = tmp_path / "outside.txt"
    outside.write_text(notice_text("8号.txt"), "utf-8")
    (inputs / "inside.txt").symlink_to(inputs / GOOD)
    (inputs / "outside.txt").symlink_to(outside)
    (inputs / "dangling.txt").symlink_to(tmp_path / "gone.txt")
    (inputs / "itself.txt").symlink_to(inputs / "itself.txt")
    (inputs / "loop").symlink_to(inputs, target_is_directory=True)
    os.mkfifo(inputs / "fifo.txt")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(inputs)
        server.bind("socket.txt")
        code, _, err = run(inputs, tmp_path / "ix", capsys)
    assert code == 0
    assert numbers(LocalEngine.open(tmp_path / "ix")) == [NUMBERS[GOOD]]
    for name in ("outside.txt", "dangling.txt", "fifo.txt", "socket.txt"):
        assert name in err


def test_a_fifo_named_by_the_user_does_not_wait_for_ever(inputs, tmp_path, capsys):
    os.mkfifo(tmp_path / "fifo.txt")
    code = build_index.main([str(tmp_path / "fifo.txt"), str(inputs), "--index", str(tmp_path / "ix"), "--no-dense"])
    assert code == 1
    assert "fifo.txt" in capsys.readouterr().err


def test_no_permission_to_read(inputs, tmp_path):
    """In a process of another user, for root may read anything."""
    if os.getuid() != 0:
        pytest.skip("needs another user")
    (inputs / "secret.txt").write_text(notice_text("8号.txt"), "utf-8")
    (inputs / "secret.txt").chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        folder.chmod(folder.stat().st_mode | 0o555) if folder.owner() == "root" and folder != Path("/tmp") else None
    pid = os.fork()
    if pid == 0:
        code = 9
        try:
            os.setuid(65534)
            found, warnings = find_with_warnings([inputs])
            code = 0 if any("secret.txt" in line for line in warnings) and found == [inputs / GOOD] else 1
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_files_of_one_name_in_two_folders(tmp_path):
    for folder, name in (("2022", "3号.txt"), ("2023", "8号.txt"), ("2024/下", "12号.txt")):
        place = tmp_path / "in" / folder
        place.mkdir(parents=True)
        (place / "公报.txt").write_text(notice_text(name), "utf-8")
    report = build([tmp_path / "in"], tmp_path / "ix", dense=False)
    assert [entry.file for entry in report.files] == ["2022/公报.txt", "2023/公报.txt", "下/公报.txt"]
    opened = LocalEngine.open(tmp_path / "ix")
    assert [entry.files for entry in opened.notices] == [(entry.file,) for entry in report.files]
    assert build([tmp_path / "in"], tmp_path / "ix", dense=False).unchanged


def test_a_reprint_is_one_notice_with_two_sources(tmp_path):
    folder = write_notices(tmp_path / "in", [GOOD])
    (folder / "重印.txt").write_text(notice_text(GOOD).replace("免去", "免 去", 1), "utf-8")
    report = build([folder], tmp_path / "ix", dense=False)
    (entry,) = LocalEngine.open(tmp_path / "ix").notices
    assert entry.files == (GOOD, "重印.txt")
    assert report.notices == 1


def test_members_of_an_archive(inputs, tmp_path):
    with zipfile.ZipFile(inputs / "年报.zip", "w") as archive:
        archive.writestr("12号.txt", notice_text("12号.txt"))
        archive.writestr("空.txt", "")
    report = build([inputs], tmp_path / "ix", dense=False)
    assert sorted(filter(None, numbers(LocalEngine.open(tmp_path / "ix")))) == sorted(
        [NUMBERS[GOOD], NUMBERS["12号.txt"]]
    )
    assert [entry.file for entry in report.failed] == ["空.txt"]
    assert build([inputs], tmp_path / "ix", dense=False).unchanged


@pytest.mark.slow
def test_forty_megabytes_in_one_file(tmp_path):
    """Forty megabytes without a text take no more than seconds to refuse."""
    line = "　　　　　　—— — ——　　　　　　\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "big.txt").write_text(line * (40 * 2**20 // len(line.encode())), "utf-8")
    with pytest.raises(UsageError, match=r"big\.txt"):
        build([tmp_path / "in"], tmp_path / "ix", dense=False)


@pytest.mark.parametrize("paths", [["gone"], ["empty"], []])
def test_nothing_to_read(tmp_path, capsys, paths):
    (tmp_path / "empty").mkdir()
    words = [str(tmp_path / path) for path in paths] or [str(tmp_path / "empty")]
    assert build_index.main([*words, "--index", str(tmp_path / "ix"), "--no-dense"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "ix").exists()


def test_an_index_folder_that_is_a_file(inputs, tmp_path, capsys):
    (tmp_path / "ix").write_text("not a folder")
    code, _, err = run(inputs, tmp_path / "ix", capsys)
    assert code == 1
    assert err.count("\n") == 1


def test_the_report_as_json(inputs, tmp_path, capsys):
    code, out, _ = run(inputs, tmp_path / "ix", capsys, "--json")
    data = json.loads(out)
    assert code == 0
    assert (data["notices"], data["clauses"], data["unchanged"], data["dense"]) == (1, 4, False, False)
    (entry,) = data["files"]
    assert (entry["file"], entry["encoding"], entry["error"], entry["coverage"]) == (GOOD, "utf-8", None, 1.0)
    assert json.loads(run(inputs, tmp_path / "ix", capsys, "--json")[1])["unchanged"]
