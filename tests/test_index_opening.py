"""Opening checks everything first, and each refusal names the file and a command that mends it."""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import shutil
from pathlib import Path

import pytest

import build_index
from corpus.errors import GongbaoError
from index.build import build
from index.local.manifest import IndexCorrupt, IndexMissing, IndexOutdated, read_manifest, write_manifest
from index.local.store import LocalEngine
from index.opening import open_index, published
from tests.index_cases import content, file_of, holding, quick_build, write_notices

FILES = (
    "clauses.jsonl",
    "clauses.npy",
    "clause-ids.npy",
    "notices.jsonl",
    "bm25-scores.npy",
    "bm25-rows.npy",
    "bm25-starts.npy",
    "bm25-vocabulary.json",
    "dense.faiss",
    "owners.npy",
    "offices.jsonl",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """An index with vectors, made once; tests damage copies of it."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        quick_build(patch, write_notices(folder / "in"), folder / "ix")
    return folder / "ix"


@pytest.fixture
def index(built, tmp_path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "ix"))


def refusal(index: Path, error: type[GongbaoError]) -> str:
    with pytest.raises(error) as caught:
        LocalEngine.open(index)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_the_manifest_lists_every_file(index):
    assert sorted(read_manifest(index).files) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["flipped", "truncated", "longer", "empty", "missing", "folder"])
def test_a_damaged_file_is_refused_by_name(index, name, damage):
    path = file_of(index, name)
    raw = bytearray(path.read_bytes())
    if damage == "flipped":
        raw[len(raw) // 2] ^= 1
        path.write_bytes(bytes(raw))
    elif damage in ("missing", "folder"):
        path.unlink()
        if damage == "folder":
            path.mkdir()
    else:
        path.write_bytes({"truncated": bytes(raw[:-1]), "longer": bytes(raw) + b"\n", "empty": b""}[damage])
    line = refusal(index, IndexCorrupt)
    assert str(path) in line
    assert "build_index.py" in line


def test_any_byte_of_the_manifest_counts(index):
    path = index / "manifest.json"
    raw = path.read_bytes()
    for place in range(0, len(raw), 7):
        for bit in (1, 32):
            changed = bytearray(raw)
            changed[place] ^= bit
            path.write_bytes(bytes(changed))
            with pytest.raises((IndexCorrupt, IndexOutdated)):
                LocalEngine.open(index)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"format": 6}', b"[" * 50_000])
def test_a_manifest_that_is_none(index, raw):
    (index / "manifest.json").write_bytes(raw)
    assert "manifest.json" in refusal(index, IndexCorrupt)


def test_files_of_two_builds_mixed(built, index, tmp_path, monkeypatch):
    """Somebody copied half of another index over this one."""
    other = tmp_path / "other"
    quick_build(monkeypatch, write_notices(tmp_path / "in2", ["3号.txt", "12号.txt"]), other)
    shutil.copy(file_of(other, "bm25-rows.npy"), file_of(index, "bm25-rows.npy"))
    assert "bm25-rows.npy" in refusal(index, IndexCorrupt)
    shutil.copy(other / "manifest.json", index / "manifest.json")
    refusal(index, IndexCorrupt)


def test_counts_are_compared(index):
    from dataclasses import replace

    manifest = read_manifest(index)
    for wrong in ({"clauses": manifest.clauses + 1}, {"notices": 0}, {"vectors": manifest.vectors - 1}):
        write_manifest(index, replace(manifest, **wrong))
        refusal(index, IndexCorrupt)


def test_another_format_word_list_or_folder_name(index):
    from dataclasses import replace

    manifest = read_manifest(index)
    write_manifest(index, replace(manifest, format=99))
    assert "99" in refusal(index, IndexOutdated)
    for part in ("jieba", "program_sha256"):
        write_manifest(index, replace(manifest, tokens={**manifest.tokens, part: "0.1"}))
        assert "分词" in refusal(index, IndexOutdated)
    write_manifest(index, replace(manifest, data="../elsewhere"))
    refusal(index, IndexCorrupt)


def test_the_command_names_the_model_that_was_chosen(index, tmp_path):
    file_of(index, "owners.npy").unlink()
    assert "--model quick" in refusal(index, IndexCorrupt)
    build([write_notices(tmp_path / "in", ["3号.txt"])], tmp_path / "plain", dense=False)
    file_of(tmp_path / "plain", "clauses.npy").unlink()
    assert "--model" not in refusal(tmp_path / "plain", IndexCorrupt)


def test_no_index(tmp_path):
    assert "--index" in refusal(tmp_path, IndexMissing)
    refusal(tmp_path / "none", IndexMissing)
    (tmp_path / "file").write_text("x")
    refusal(tmp_path / "file", IndexMissing)


@pytest.mark.parametrize("name", ["clauses.jsonl", "bm25-scores.npy", "manifest.json"])
def test_the_command_of_a_refusal_mends(tmp_path, monkeypatch, name):
    """Run what the message says, from another folder, and the index opens."""
    folder = tmp_path / "公报 与 索引"
    index = folder / "索引"
    build([write_notices(folder / "输入 一")], index, dense=False)
    whole = content(LocalEngine.open(index))
    path = index / name if name == "manifest.json" else file_of(index, name)
    path.write_bytes(path.read_bytes()[:-3])
    line = refusal(index, IndexCorrupt)
    words = shlex.split(line[line.index("python build_index.py") :])[2:]
    if name == "manifest.json":  # which files it was built from stood in it
        words = [str(folder / "输入 一"), *words]
    monkeypatch.chdir("/")
    assert build_index.main([*words, "--no-dense"]) == 0
    assert content(LocalEngine.open(index)) == whole


def test_a_read_only_folder_is_enough(index):
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*")}
    for path in index.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    index.chmod(0o555)
    try:
        opened = LocalEngine.open(index, thorough=True)
        assert holding(opened, "离石区") != []
        assert {path: path.stat().st_mtime_ns for path in index.rglob("*")} == before
    finally:
        for path in [index, *index.rglob("*")]:
            path.chmod(0o755)


def test_a_copied_index_answers_the_same(built, tmp_path):
    copied = shutil.copytree(built, tmp_path / "另一台电脑 &" / "索引")
    assert content(LocalEngine.open(Path(copied))) == content(LocalEngine.open(built))


def test_a_notice_expires_without_a_build(tmp_path, monkeypatch):
    """It was in force when the index was built, and its own last day has passed since."""
    text = (write_notices(tmp_path / "in", ["8号.txt"]) / "8号.txt").read_text("utf-8")
    today = dt.date.today()
    end = f"{today.year}年{today.month}月{today.day}日"
    text = text.replace("特此通知", f"本通知自2023年6月8日起施行,有效期至{end}。\n\n特此通知")
    (tmp_path / "in" / "8号.txt").write_text(text, "utf-8")
    build([tmp_path / "in"], tmp_path / "ix", dense=False)
    opened = LocalEngine.open(tmp_path / "ix")
    assert [entry.notice.status.value for entry in opened.notices] == ["in_force"]
    assert not opened.outdated()

    class Tomorrow(dt.date):
        @classmethod
        def today(cls) -> dt.date:
            return today + dt.timedelta(days=1)

    monkeypatch.setattr("index.local.store.dt.date", Tomorrow)
    assert opened.outdated()
    again = LocalEngine.open(tmp_path / "ix")
    assert [entry.notice.status.value for entry in again.notices] == ["expired"]
    assert [entry.notice.status.value for entry in again.content] == ["expired"] * len(again.content)
    assert not again.outdated()


def test_what_is_published_can_be_told_without_opening_it(tmp_path):
    index, inputs = tmp_path / "ix", write_notices(tmp_path / "in", ["3号.txt"])
    seen = [published(index)]
    for name in ("3号.txt", "3号.txt", "8号.txt"):  # the second time nothing has changed
        build([write_notices(inputs, [name])], index, dense=False)
        seen.append(published(index))
    assert seen[0] is None and seen[1] == seen[2] is not None and seen[3] not in seen[:3]
    assert open_index(index, thorough=True).info.notices == 2


def test_a_page_sees_that_there_is_a_new_index(tmp_path):
    inputs = write_notices(tmp_path / "in", ["3号.txt"])
    build([inputs], tmp_path / "ix", dense=False)
    opened = LocalEngine.open(tmp_path / "ix")
    assert not opened.outdated()
    build([inputs], tmp_path / "ix", dense=False)
    assert not opened.outdated()  # nothing had changed
    write_notices(inputs, ["8号.txt"])
    build([inputs], tmp_path / "ix", dense=False)
    assert opened.outdated()
    assert not LocalEngine.open(tmp_path / "ix").outdated()
    shutil.rmtree(tmp_path / "ix")
    assert not opened.outdated()  # nothing better to open
    assert opened.content[0].text  # and what was opened stays whole


def test_large_files_are_mapped_and_verify_hashes_them(index, monkeypatch):
    """Above a size, opening compares sizes only; a flipped byte is then found by verify."""
    whole = content(LocalEngine.open(index))
    monkeypatch.setattr("index.files.LARGE", 100)
    assert content(LocalEngine.open(index)) == whole
    path = file_of(index, "clauses.jsonl")
    raw = path.read_bytes()
    path.write_bytes(raw.replace("离石区".encode(), "离右区".encode(), 1))
    LocalEngine.open(index)
    with pytest.raises(IndexCorrupt):
        LocalEngine.open(index, thorough=True)
    path.write_bytes(raw[:-1])
    with pytest.raises(IndexCorrupt):
        LocalEngine.open(index)


def test_a_manifest_leads_nowhere_else(index, tmp_path):
    """`data` names a folder of the index: a manifest from elsewhere can't send the reader away."""
    from dataclasses import replace

    manifest = read_manifest(index)
    shutil.copytree(index / manifest.data, tmp_path / "away")
    for name in (os.path.relpath(tmp_path / "away", index), str(tmp_path / "away")):
        write_manifest(index, replace(manifest, data=name))
        refusal(index, IndexCorrupt)


def test_info_and_verify(index, capsys):
    from index.__main__ import main

    assert main(["info", "--index", str(index), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["clauses"] == read_manifest(index).clauses
    assert data["sources"][0]["file"] == "12号.txt"
    assert main(["verify", "--index", str(index)]) == 0
    assert "检查通过" in capsys.readouterr().out
    file_of(index, "owners.npy").unlink()
    assert main(["info", "--index", str(index)]) == 0
    capsys.readouterr()
    assert main(["verify", "--index", str(index)]) == 1
    assert "owners.npy" in capsys.readouterr().err
