"""An index in Milvus, beside what every engine does (`tests/contract`): building, publishing, deleting, refusing.

milvus-lite serves it; `tests/milvus_server.py` puts a token and TLS in front.
"""

from __future__ import annotations

import os
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
from corpus.collection import collect
from corpus.errors import GongbaoError, UsageError
from corpus.model import ParsedFile
from index import __main__ as index_command
from index.address import MilvusAddress, parse_where
from index.engine import Engine, ModelInfo, NoticeSet, Provenance
from index.milvus import keeper, packing, schema, store
from index.milvus.filters import expression
from index.opening import keeper as keeper_of
from index.opening import new_writer, open_index
from index.tokens import tokenize
from retriever.__main__ import main as ask
from tests.conftest import GAZETTE, ROOT, TODAY
from tests.contract.dict_engine import DictEngine
from tests.index_cases import QuickEmbedder, quick_build, write_notices
from tests.milvus_server import empty_server, held

MADE = Provenance((), ("a.txt",), "test")
GONE = "离政函〔2023〕29号"
OWN = ("lishi-2023-02.jsonl", "everyday-lishi.jsonl")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MilvusAddress]:
    with empty_server(tmp_path, monkeypatch) as address:
        yield address


def numbers(engine: Engine) -> set[str | None]:
    return {source.notice.doc_number for source in engine.notices}


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
    assert sum(GONE in str(rows) for rows in held(server).values()) >= 1
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
    left = held(server)
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
    assert open_index(server).info.version == version and len(held(server)) == 2
    # One that another machine is writing stays, as long as it isn't older than what is published.
    other = schema.new_generation("gb").name
    other = other[:12] + ("000000" if other[12:18] != "000000" else "111111") + other[18:]
    from pymilvus import MilvusClient

    MilvusClient(server.uri).create_collection(other, dimension=2)
    keeper_of(server).sweep()
    assert len(held(server)) == 3 and open_index(server).info.version == version


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
    notices = collect([gazette], day=TODAY).notices[:3]
    clauses = sum(len(source.notice.clauses) for source in notices)
    writer = new_writer(address, MADE)
    writer.write_keywords(notices)
    owners = np.sort(np.arange(len(vectors)) % clauses).astype(np.int32)
    writer.write_vectors(vectors, owners, ModelInfo("random", vectors.shape[1], "f" * 64))
    writer.publish()
    return open_index(address, today=TODAY)


def test_many_gazettes_share_a_collection_and_are_apart_by_place(
    server: MilvusAddress, gazette: ParsedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same notices issued by four places: what a filter finds is what the formula says, and it looks into the
    partitions of its places alone."""
    places = ("离石区", "天河区", "罗湖区", "-")
    first = [source for source in collect([gazette], day=TODAY).notices if 0 < len(source.notice.clauses) < 30][:5]
    notices = []
    for place in places:
        for source in first:
            issuer = None if place == "-" else f"{place}人民政府"
            name = f"{source.notice.notice_id}@{place}"
            clauses = tuple(replace(clause, notice_id=name) for clause in source.notice.clauses)
            own = replace(source.notice, notice_id=name, issuer=issuer, unit=None, clauses=clauses)
            notices.append(replace(source, notice=own))
    writer = new_writer(server, MADE)
    writer.write_keywords(notices)
    writer.publish()
    engine, formula = open_index(server, today=TODAY), DictEngine(notices)
    assert {row["place"] for row in held(server)[engine.clauses_in]} == set(places)
    asked: list[str] = []
    ask_server = store.MilvusEngine._ask

    def noted(self: Any, kind: str, name: str, query: object, wanted: str, limit: int) -> Any:
        asked.append(wanted)
        return ask_server(self, kind, name, query, wanted, limit)

    monkeypatch.setattr(store.MilvusEngine, "_ask", noted)
    weights = dict.fromkeys(tokenize("离石区人民政府通知"), 1.0)  # words of every title, so that each place has hits
    for kept in ((5, 6, 7, 8, 9), (0, 11, 12), (16, 18), (0, 5, 10, 15), tuple(range(1, 20))):
        within = NoticeSet(kept)
        found, right = engine.keywords(weights, 30, within), formula.keywords(weights, 30, within)
        assert found and [one.row for one in found] == [one.row for one in right]
        assert [one.score for one in found] == pytest.approx([one.score for one in right], rel=1e-4)
    assert asked[0].startswith('place in ["天河区"] and') and "place" not in asked[-1]


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
    equal to 1e-4. Every thirtieth question; all with THOROUGH=1."""
    from eval.questions import read_questions
    from index.build import build
    from retriever.ask import Asker
    from retriever.model import Filters

    address = MilvusAddress(str(tmp_path / "gb.db"), "gongbao")
    shutil.copytree(dense_index / "cache", address.work / "cache")
    report = build([GAZETTE], address)
    assert report.embedded == 0 and all(file.reused for file in report.files)
    here = Asker.over(open_index(dense_index, today=TODAY))
    there = Asker(open_index(address, today=TODAY), here.embedder)
    asked = read_questions([ROOT / "eval" / "questions" / name for name in OWN])
    step = 1 if os.environ.get("THOROUGH") == "1" else 30
    assert len(asked[::step]) >= 20
    for question in asked[::step]:
        for mode in ("hybrid", "bm25"):
            query = here.preparer.prepare(question.question, mode)
            first, second = (one.retriever.retrieve(query, mode, Filters(), 10).hits for one in (here, there))
            assert [hit.entry.clause_id for hit in second] == [hit.entry.clause_id for hit in first], question
            assert [hit.score for hit in second] == pytest.approx([hit.score for hit in first], abs=1e-4), question
