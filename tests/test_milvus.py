"""An index in Milvus, beside what every engine does (`tests/contract`): building, publishing, deleting, refusing.

milvus-lite serves it; `tests/milvus_server.py` puts a token and TLS in front.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import build_index
from corpus.errors import GongbaoError, UsageError
from corpus.model import ParsedFile
from index import __main__ as index_command
from index.address import MilvusAddress, parse_where
from index.engine import Engine, ModelInfo, NoticeSet, Provenance
from index.local.manifest import IndexMissing, IndexOutdated
from index.milvus import keeper, packing, schema, store
from index.milvus.errors import MilvusForeign, MilvusMissing, MilvusRefused, MilvusUnreachable
from index.milvus.filters import expression
from index.opening import keeper as keeper_of
from index.opening import new_writer, open_index, published
from index.tokens import tokenize
from retriever.__main__ import main as ask
from retriever.page.live import LiveIndex
from tests.conftest import ROOT, TODAY
from tests.index_cases import QuickEmbedder, quick_build, write_notices
from tests.milvus_server import make_certificate, milvus_server

MADE = Provenance((), ("a.txt",), "test")
GONE = "离政函〔2023〕29号"
OWN = ("lishi-2023-02.jsonl", "everyday-lishi.jsonl")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MilvusAddress]:
    """An address on an empty server; our cache is a folder of the test's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(keeper, "GRACE", 0.0)
    with milvus_server(tmp_path / "data") as address:
        yield address


def numbers(engine: Engine) -> set[str | None]:
    return {source.notice.doc_number for source in engine.notices}


def collections(address: MilvusAddress) -> dict[str, list[dict[str, Any]]]:
    """All that the server holds: collection → its rows."""
    from pymilvus import MilvusClient

    client = MilvusClient(address.uri)
    return {
        name: client.query(name, filter="", limit=10_000, output_fields=["*"]) for name in client.list_collections()
    }


def refused(kind: type[GongbaoError], address: Any) -> str:
    """The one line that opening it gives."""
    with pytest.raises(kind) as err:
        open_index(address)
    line = str(err.value)
    assert "\n" not in line and re.search(r"请", line) and re.search(r"[一-鿿]{4}", line)
    return line


# ---- names


def test_addresses_are_read_and_written(tmp_path: Path) -> None:
    for text in ("milvus+http://gb.example:19530/gazettes", "milvus+https://[::1]:443/_x9"):
        address = parse_where(text)
        assert isinstance(address, MilvusAddress) and str(address) == text and not address.is_file
    assert str(parse_where("milvus+http://host/gb")) == "milvus+http://host:19530/gb"
    file = parse_where(f"milvus:{tmp_path}/a.db")
    assert isinstance(file, MilvusAddress) and file.is_file and str(file) == f"milvus:{tmp_path}/a.db"
    assert parse_where("milvus") == Path("milvus")
    assert parse_where("公报/索引") == Path("公报/索引")


@pytest.mark.parametrize(
    "text",
    [
        *("milvus:", "milvus:a.txt", "milvus:.db", "milvus+http://", "milvus+http://h", "milvus+http://h/"),
        *("milvus+http://h/公报", "milvus+http://h:x/a", "milvus+http://h/a/b", "milvus+ftp://h/a"),
        *("milvus+http://h/a?b", "milvus+http://h/1a"),
    ],
)
def test_addresses_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="milvus"):
        parse_where(text)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as err:
        parse_where("milvus+http://root:Geheim9@h/a")
    assert "Geheim9" not in str(err.value) and "GONGBAO_MILVUS_TOKEN" in str(err.value)


# ---- filters and fields


@given(st.sets(st.integers(0, 199), min_size=1, max_size=199), st.integers(1, 60))
def test_an_expression_lets_exactly_its_notices_through(kept: set[int], places: int) -> None:
    """Read as Python, which has the same words."""
    where = [f"第{ordinal % places}区" for ordinal in range(200)]
    text = expression(sorted(kept), where)
    found = {ordinal for ordinal in range(200) if eval(text, {"notice": ordinal, "place": where[ordinal]})}
    assert found == kept


def test_an_expression_of_most_notices_is_short() -> None:
    kept = [ordinal for ordinal in range(100_000) if ordinal % 1000]
    assert len(expression(kept, ["-"] * 100_000)) < 1000


def test_long_clauses_fit_into_a_field() -> None:
    for text in ("{}", '{"text": "' + "公报" * 40_000 + '"}'):
        packed = packing.pack(text, "x")
        assert len(packed.encode()) <= schema.TEXT_BYTES and packing.unpack(packed) == text
    noise = "".join(map(chr, np.random.default_rng(1).integers(0x4E00, 0x9FFF, 60_000)))
    with pytest.raises(UsageError, match="太长"):
        packing.pack(noise, "x")


# ---- building


def test_a_notice_that_is_deleted_is_nowhere_any_more(
    server: MilvusAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = write_notices(tmp_path / "in")
    report, embedder = quick_build(monkeypatch, inputs, server)
    assert report.dense and len(embedder.embedded) == report.vectors
    before = open_index(server, today=TODAY)
    assert GONE in numbers(before) and len(before.keywords({"印章": 1.0}, 50)) > 0
    assert sum(GONE in str(rows) for rows in collections(server).values()) >= 1
    again, embedder = quick_build(monkeypatch, inputs, server)
    assert again.unchanged and not embedder.embedded and not before.outdated()

    (inputs / "29号.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(keeper.MilvusKeeper, "sweep", lambda self: None)  # the time in which readers change over
        report, embedder = quick_build(patch, inputs, server)
        assert not embedder.embedded and before.outdated()
        rows = range(before.info.clauses)
        gone = {entry.text for entry in before.clauses(rows) if entry.notice.doc_number == GONE}
        assert before.find(before.clauses([3])[0].clause_id) is not None
        after = open_index(server, today=TODAY)
        assert numbers(after) == numbers(before) - {GONE} and after.info.version != before.info.version

    keeper_of(server).sweep()
    left = collections(server)
    assert len(left) == 3 and {schema.generation_of("gb", name).name for name in left} == {after.clauses_in}
    kept = [entry.text for entry in after.clauses(range(after.info.clauses))]
    gone = {text for text in gone if not any(text in other for other in kept)}
    assert gone and not any(text in str(rows) for rows in left.values() for text in gone)
    assert after.find(f"{GONE}/题") is None
    with pytest.raises(GongbaoError, match="请再试一次"):
        before.keywords({"印章": 1.0}, 5)


def test_a_build_that_was_stopped_leaves_the_old_index_and_is_cleared_away(
    server: MilvusAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = write_notices(tmp_path / "in", ["3号.txt", "33号.txt"])
    quick_build(monkeypatch, inputs, server, dense=False)
    version = open_index(server).info.version
    (inputs / "33号.txt").unlink()
    with monkeypatch.context() as patch:
        embedder = QuickEmbedder()
        patch.setattr(embedder, "encode_passages", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        patch.setattr("index.build.load_embedder", lambda name: embedder)
        patch.setattr("index.milvus.writer.MilvusWriter.publish", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            build_index.build([inputs], server, model="quick")
    assert open_index(server).info.version == version and len(collections(server)) == 2
    # One that another machine is writing stays, as long as it isn't older than what is published.
    other = schema.new_generation("gb").name
    other = other[:12] + ("000000" if other[12:18] != "000000" else "111111") + other[18:]
    from pymilvus import MilvusClient

    MilvusClient(server.uri).create_collection(other, dimension=2)
    keeper_of(server).sweep()
    assert len(collections(server)) == 3 and open_index(server).info.version == version


def test_commands_build_ask_show_and_verify(server: MilvusAddress, tmp_path: Path, capsys: Any) -> None:
    inputs = write_notices(tmp_path / "in")
    where = str(server)
    assert build_index.main([str(inputs), "--index", where, "--no-dense"]) == 0
    assert ask(["停用了哪些印章", "--index", where, "--mode", "bm25", "-k", "2"]) == 0
    assert "印章" in capsys.readouterr().out
    assert index_command.main(["info", "--index", where]) == 0
    assert index_command.main(["verify", "--index", where]) == 0
    out = capsys.readouterr().out
    assert out.count(f"索引：{where}") == 2 and "检查通过" in out
    # A clause that is not as it was written is found.
    from pymilvus import MilvusClient

    client, name = MilvusClient(server.uri), store.MilvusEngine.open(server).clauses_in
    row = client.query(name, filter="row == 3", output_fields=["*"])[0]
    client.upsert(name, [{**row, "clause": row["clause"].replace("0", "1", 1)}])
    assert index_command.main(["verify", "--index", where]) == 1
    assert "build_index.py" in capsys.readouterr().err


# ---- searching


def filled(address: MilvusAddress, gazette: ParsedFile, vectors: np.ndarray[Any, Any]) -> Engine:
    """Three notices, whose clauses share `vectors` among them."""
    from corpus.collection import collect

    notices = collect([gazette], day=TODAY).notices[:3]
    clauses = sum(len(source.notice.clauses) for source in notices)
    writer = new_writer(address, MADE)
    writer.write_keywords(notices)
    owners = np.sort(np.arange(len(vectors)) % clauses).astype(np.int32)
    writer.write_vectors(vectors, owners, ModelInfo("random", vectors.shape[1], "f" * 64))
    writer.publish()
    return open_index(address, today=TODAY)


def unit(count: int, dim: int) -> np.ndarray[Any, Any]:
    vectors = np.random.default_rng(count).standard_normal((count, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_more_than_a_server_gives_at_once_comes_in_portions(
    server: MilvusAddress, gazette: ParsedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = filled(server, gazette, unit(300, 8))
    size, within = engine.info.clauses, NoticeSet((0, 2))
    asked = dict.fromkeys(tokenize("离石区人民政府办公室关于印发的通知"), 1.0)

    def everything() -> list[Any]:
        query = unit(1, 8)[0]
        return [
            [(one.row, pytest.approx(one.score, rel=1e-5)) for one in found]
            for chosen in (None, within)
            for found in (engine.keywords(asked, size, chosen), engine.nearest(query, size, chosen))
        ]

    whole = everything()
    assert size > 40 and all(whole)
    monkeypatch.setattr(store, "MOST", 16)
    assert everything() == whole


def test_many_vectors_are_found_by_a_graph(
    server: MilvusAddress, gazette: ParsedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HNSW is no longer exact: of the ten nearest windows of 20 questions it finds 95 of 100 and more."""
    vectors = unit(3000, 32)
    for module in (schema, store):
        monkeypatch.setattr(module, "MANY", 1000)
    engine = filled(server, gazette, vectors)
    from pymilvus import MilvusClient

    name = engine.clauses_in + schema.WINDOWS
    assert MilvusClient(server.uri).describe_index(name, "vector")["index_type"] == "HNSW"
    owners = np.sort(np.arange(len(vectors)) % engine.info.clauses)
    right = found = 0
    for query in unit(20, 32):
        scores = vectors @ query
        best = np.full(engine.info.clauses, -1.0)
        np.maximum.at(best, owners, scores)
        exact = set(np.argsort(-best)[:10].tolist())
        right += len(exact)
        found += len(exact & {one.row for one in engine.nearest(query, 10)})
    assert found >= 0.95 * right


def test_the_same_hits_as_the_local_engine(dense_index: Path, tmp_path: Path) -> None:
    """The best ten clauses of own questions, by words and by meaning: the same ones in the same order, their scores
    equal to 1e-4. Every tenth question; all with THOROUGH=1."""
    from eval.questions import read_questions
    from index.build import build
    from retriever.ask import Asker
    from retriever.model import Filters

    address = MilvusAddress(str(tmp_path / "gb.db"), "gongbao")
    (address.work / "cache").mkdir(parents=True)
    for path in (dense_index / "cache").glob("vectors-*"):
        shutil.copy(path, address.work / "cache")
    assert build([ROOT / "corpus" / "bulletins"], address).embedded == 0
    here = Asker.over(open_index(dense_index, today=TODAY))
    there = Asker.over(open_index(address, today=TODAY))
    asked = read_questions([ROOT / "eval" / "questions" / name for name in OWN])
    step = 1 if os.environ.get("THOROUGH") == "1" else 10
    assert len(asked[::step]) > 40
    for question in asked[::step]:
        for mode in ("hybrid", "bm25"):
            query = here.preparer.prepare(question.question, mode)
            first, second = (one.retriever.retrieve(query, mode, Filters(), 10).hits for one in (here, there))
            assert [hit.entry.clause_id for hit in second] == [hit.entry.clause_id for hit in first], question
            assert [hit.score for hit in second] == pytest.approx([hit.score for hit in first], abs=1e-4), question


# ---- refusals


def test_token_and_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """A server that wants both: with them it builds and answers; a wrong token, none, and no certificate are said."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(keeper, "GRACE", 0.0)
    key, certificate = make_certificate(tmp_path)
    inputs = write_notices(tmp_path / "in", ["3号.txt"])
    with milvus_server(tmp_path / "data", token="root:Geheim9", certificate=(key, certificate)) as address:
        monkeypatch.setenv("GONGBAO_MILVUS_CA", str(certificate))
        monkeypatch.setenv("GONGBAO_MILVUS_TOKEN", "root:falsch")
        assert "GONGBAO_MILVUS_TOKEN" in refused(MilvusRefused, address)
        assert "falsch" not in refused(MilvusRefused, address)
        monkeypatch.delenv("GONGBAO_MILVUS_TOKEN")
        assert "GONGBAO_MILVUS_USER" in refused(MilvusRefused, address)
        monkeypatch.setenv("GONGBAO_MILVUS_USER", "root")
        monkeypatch.setenv("GONGBAO_MILVUS_PASSWORD", "Geheim9")
        assert build_index.main([str(inputs), "--index", str(address), "--no-dense"]) == 0
        shown = capsys.readouterr()
        assert "Geheim9" not in shown.out + shown.err
        assert len(open_index(address).notices) == 1
        keeper.connect.cache_clear()
        monkeypatch.setenv("GONGBAO_MILVUS_CA", str(tmp_path / "none.pem"))
        assert "GONGBAO_MILVUS_CA" in refused(UsageError, address)
        monkeypatch.setattr("index.milvus.connection.READING", 5.0)
        monkeypatch.delenv("GONGBAO_MILVUS_CA")
        assert "证书" in refused(MilvusUnreachable, address)


def test_what_is_not_there_is_said_in_one_line(
    server: MilvusAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    assert "build_index.py" in refused(IndexMissing, server) and published(server) is None
    nobody = MilvusAddress("http://127.0.0.1:9", "gb")
    monkeypatch.setattr("index.milvus.connection.READING", 5.0)
    assert "http://127.0.0.1:9/gb" in refused(MilvusUnreachable, nobody) and published(nobody) is None
    assert ask(["印章", "--index", str(nobody), "--mode", "bm25"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "连不上 Milvus" in err
    assert "打不开 Milvus 的文件" in refused(MilvusUnreachable, MilvusAddress(str(tmp_path / "no" / "a.db"), "gb"))


def test_a_page_whose_server_goes_away_says_so_and_takes_the_next_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(keeper, "GRACE", 0.0)
    inputs = write_notices(tmp_path / "in", ["3号.txt", "33号.txt"])
    with milvus_server(tmp_path / "data") as address:
        quick_build(monkeypatch, inputs, address, dense=False)
        live = LiveIndex(address)
        live.look()
        assert live.now.collection is not None and len(live.now.collection.asker.engine.notices) == 2
        (inputs / "33号.txt").unlink()
        quick_build(monkeypatch, inputs, address, dense=False)
        live.look()
        asker = live.now.collection.asker
        assert len(asker.engine.notices) == 1 and asker.ask("停用了哪些印章", mode="bm25").hits
    monkeypatch.setattr("index.milvus.connection.READING", 3.0)
    live.look()
    assert live.now.collection is not None
    with pytest.raises(MilvusUnreachable):
        asker.ask("印章停用以后怎么办", mode="bm25")


def test_a_collection_of_somebody_else_is_left_alone(server: MilvusAddress, tmp_path: Path, capsys: Any) -> None:
    from pymilvus import MilvusClient

    client = MilvusClient(server.uri)
    client.create_collection("gb", dimension=2)
    client.insert("gb", [{"id": 1, "vector": [0.0, 1.0]}])
    assert "集合“gb”不是本程序建的索引" in refused(MilvusForeign, server)
    inputs = write_notices(tmp_path / "in", ["3号.txt"])
    assert build_index.main([str(inputs), "--index", str(server), "--no-dense"]) == 1
    assert "请换一个集合名" in capsys.readouterr().err
    client.create_collection("theirs", dimension=2)
    client.create_alias("theirs", "named")
    assert "named" in refused(MilvusForeign, replace(server, collection="named"))
    assert set(client.list_collections()) == {"gb", "theirs"} and client.query("gb", filter="id == 1")


def test_an_index_of_another_structure_is_outdated(
    server: MilvusAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = write_notices(tmp_path / "in", ["3号.txt"])
    monkeypatch.setattr("index.milvus.writer.SCHEMA", schema.SCHEMA - 1)
    quick_build(monkeypatch, inputs, server, dense=False)
    assert f"需要 {schema.SCHEMA}" in refused(IndexOutdated, server)
    monkeypatch.setattr("index.milvus.writer.SCHEMA", schema.SCHEMA)
    assert not quick_build(monkeypatch, inputs, server, dense=False)[0].unchanged
    assert len(open_index(server).notices) == 1
    monkeypatch.setattr("index.milvus.published.CLAUSE_FIELDS", schema.CLAUSE_FIELDS | {"mood"})
    assert "mood" in refused(IndexOutdated, server)


def test_without_the_extra_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.connect.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pymilvus", None)
    assert ".[scale]" in refused(MilvusMissing, MilvusAddress(str(tmp_path / "a.db"), "gongbao"))
