"""A build does again only what changed, and what it leaves is what a build from nothing makes."""

from __future__ import annotations

import pytest

from corpus.guard import Reader
from index.build import build
from index.local.store import LocalEngine
from index.model.folder import default_folder, is_made_model
from index.model.load import load_embedder
from tests.index_cases import NOTICES, NUMBERS, content, holding, notice_text, numbers, quick_build, write_notices


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were parsed."""
    names: list[str] = []

    parse = Reader.parse

    def spy(reader, path, *rest):
        names.append(path.name)
        return parse(reader, path, *rest)

    monkeypatch.setattr(Reader, "parse", spy)
    return names


def test_each_slice_is_the_notice_it_is_named_after(tmp_path):
    build([write_notices(tmp_path / "in")], tmp_path / "ix", dense=False)
    index = LocalEngine.open(tmp_path / "ix")
    assert {entry.files[0]: entry.notice.doc_number for entry in index.notices} == NUMBERS


def test_nothing_is_done_where_nothing_changed(tmp_path, monkeypatch, parsed):
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    first, embedder = quick_build(monkeypatch, inputs, index)
    assert not first.unchanged
    assert sorted(parsed) == sorted(NOTICES)
    assert len(embedder.embedded) == first.embedded == first.vectors

    before = (index / "manifest.json").read_bytes()
    parsed.clear()
    again, embedder = quick_build(monkeypatch, inputs, index)
    assert again.unchanged
    assert (again.notices, again.clauses, again.vectors) == (first.notices, first.clauses, first.vectors)
    assert parsed == embedder.embedded == []
    assert (index / "manifest.json").read_bytes() == before


def test_only_the_changed_file_is_parsed_and_embedded(tmp_path, monkeypatch, parsed):
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    changed = notice_text("8号.txt").replace("马小兵", "欧阳淼")
    (inputs / "8号.txt").write_text(changed, "utf-8")

    parsed.clear()
    report, embedder = quick_build(monkeypatch, inputs, index)
    assert parsed == ["8号.txt"]
    assert [entry.file for entry in report.files if not entry.reused] == ["8号.txt"]
    assert 0 < len(embedder.embedded) < report.vectors
    assert all("欧阳淼" in text for text in embedder.embedded)

    opened = LocalEngine.open(index)
    texts = [entry.text for entry in opened.content]
    assert any("欧阳淼" in text for text in texts)
    assert not any("马小兵" in text for text in texts)
    assert holding(opened, "马小兵") == []
    assert holding(opened, "欧阳淼") != []


def test_a_removed_file_is_gone_everywhere(tmp_path, monkeypatch, parsed):
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    (inputs / "33号.txt").unlink()

    parsed.clear()
    _, embedder = quick_build(monkeypatch, inputs, index)
    assert parsed == embedder.embedded == []
    opened = LocalEngine.open(index)
    assert NUMBERS["33号.txt"] not in numbers(opened)
    assert opened.dense is not None
    assert opened.dense.faiss.ntotal == len(opened.content) == len(opened.dense.owners)


def test_a_new_file_is_found_at_once(tmp_path, monkeypatch, parsed):
    inputs, index = write_notices(tmp_path / "in", ["3号.txt", "8号.txt"]), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    write_notices(inputs, ["12号.txt"])

    parsed.clear()
    _, embedder = quick_build(monkeypatch, inputs, index)
    assert parsed == ["12号.txt"]
    opened = LocalEngine.open(index)
    assert NUMBERS["12号.txt"] in numbers(opened)
    assert holding(opened, "印章") != []
    assert len(embedder.embedded) == sum(entry.notice.doc_number == NUMBERS["12号.txt"] for entry in opened.content)


def test_validity_follows_the_notice_that_repeals(tmp_path):
    """29 is repealed while 33, which says so, is there."""
    inputs, index = write_notices(tmp_path / "in", ["29号.txt", "3号.txt"]), tmp_path / "ix"

    def state() -> tuple[str, str | None]:
        build([inputs], index, dense=False)
        by_number = {entry.notice.doc_number: entry.notice for entry in LocalEngine.open(index).notices}
        notice = by_number[NUMBERS["29号.txt"]]
        return notice.status.value, notice.repealed_by and notice.repealed_by.doc_number

    assert state() == ("in_force", None)
    write_notices(inputs, ["33号.txt"])
    assert state() == ("repealed", NUMBERS["33号.txt"])
    (inputs / "33号.txt").unlink()
    assert state() == ("in_force", None)


def test_the_result_is_that_of_a_build_from_nothing(tmp_path, monkeypatch):
    """Add, change, rename and remove files one by one; after each step compare with a fresh index."""
    inputs, index = write_notices(tmp_path / "in", ["3号.txt", "29号.txt"]), tmp_path / "ix"
    steps = [
        lambda: write_notices(inputs, ["33号.txt", "12号.txt"]),
        lambda: (inputs / "3号.txt").write_text(notice_text("3号.txt").replace("贺尔荣", "贺二荣"), "utf-8"),
        lambda: (inputs / "29号.txt").rename(inputs / "改名.txt"),
        lambda: (inputs / "12号.txt").unlink(),
    ]
    quick_build(monkeypatch, inputs, index)
    for number, step in enumerate(steps):
        step()
        quick_build(monkeypatch, inputs, index)
        fresh = tmp_path / f"fresh{number}"
        quick_build(monkeypatch, inputs, fresh)
        assert content(LocalEngine.open(index)) == content(LocalEngine.open(fresh))


def test_another_model_embeds_all_anew_and_keeps_the_first_ones_vectors(tmp_path, monkeypatch):
    from tests.index_cases import QuickEmbedder

    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    other = QuickEmbedder("other")
    monkeypatch.setattr("index.build.load_embedder", lambda name: other)
    report = build([inputs], index, model="other")
    assert report.embedded == report.vectors
    assert LocalEngine.open(index).manifest.model["name"] == "other"
    back, embedder = quick_build(monkeypatch, inputs, index)
    assert (back.model, embedder.embedded) == ("quick", [])


def test_a_change_of_the_program_builds_again(tmp_path, monkeypatch, parsed):
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    parsed.clear()
    monkeypatch.setattr("index.inputs.program_sha256", lambda package: "f" * 64)
    monkeypatch.setattr("index.build.program_sha256", lambda package: "f" * 64)
    report, embedder = quick_build(monkeypatch, inputs, index)
    assert not report.unchanged
    assert sorted(parsed) == sorted(NOTICES)
    assert embedder.embedded == []


def test_rebuild_parses_again_but_embeds_nothing_again(tmp_path, monkeypatch, parsed):
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    parsed.clear()
    _, embedder = quick_build(monkeypatch, inputs, index, rebuild=True)
    assert sorted(parsed) == sorted(NOTICES)
    assert embedder.embedded == []


def test_caches_hold_only_what_the_index_needs(tmp_path, monkeypatch):
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index)
    (vectors,) = (index / "cache").glob("vectors-*.bin")
    size = vectors.stat().st_size
    for name in ("33号.txt", "12号.txt", "29号.txt", "8号.txt"):
        (inputs / name).unlink()
    quick_build(monkeypatch, inputs, index)
    assert len(list((index / "cache" / "parsed").iterdir())) == 1
    assert vectors.stat().st_size < size / 2
    _, embedder = quick_build(monkeypatch, inputs, index, rebuild=True)
    assert embedder.embedded == []


@pytest.mark.parametrize("dense", [False, True])
def test_a_damaged_index_is_made_whole_by_the_plain_command(tmp_path, monkeypatch, dense):
    """Nothing changed among the inputs, but a byte of the index did: it is not up to date."""
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    quick_build(monkeypatch, inputs, index, dense=dense)
    data = next(index.glob("data-*"))
    (data / "clauses.jsonl").write_bytes((data / "clauses.jsonl").read_bytes()[:-9])
    report, embedder = quick_build(monkeypatch, inputs, index, dense=dense)
    assert not report.unchanged
    assert embedder.embedded == []
    LocalEngine.open(index)


def test_damaged_caches_are_not_believed(tmp_path, monkeypatch):
    inputs, index = write_notices(tmp_path / "in"), tmp_path / "ix"
    first, _ = quick_build(monkeypatch, inputs, index)
    whole = content(LocalEngine.open(index))
    (vectors,) = (index / "cache").glob("vectors-*.bin")
    raw = bytearray(vectors.read_bytes())
    raw[40] ^= 1  # in the first record's vector
    vectors.write_bytes(bytes(raw[:-5]))  # and the last record cut short
    for stored in (index / "cache" / "parsed").iterdir():
        stored.write_bytes(stored.read_bytes().replace("离石".encode(), "离右".encode()))
    (index / "manifest.json").unlink()
    again, embedder = quick_build(monkeypatch, inputs, index)
    assert len(embedder.embedded) == 2
    assert again.vectors == first.vectors
    assert content(LocalEngine.open(index)) == whole


@pytest.mark.skipif(not is_made_model(default_folder()), reason="the default model has not been made")
def test_with_the_real_model(tmp_path):
    inputs, index = write_notices(tmp_path / "in", ["3号.txt", "8号.txt"]), tmp_path / "ix"
    report = build([inputs], index)
    assert report.embedded == report.vectors > 0
    write_notices(inputs, ["12号.txt"])
    report = build([inputs], index)
    assert 0 < report.embedded < report.vectors
    opened = LocalEngine.open(index)
    assert opened.dense is not None
    vector = load_embedder().encode_questions(["哪些印章停止使用了？"])[0]
    row, cosine = opened.dense.search(vector, 3)[0]
    assert opened.content[row].notice.doc_number == NUMBERS["12号.txt"]
    assert 0 < cosine <= 1.0001
    assert build([inputs], index).unchanged
