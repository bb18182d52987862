"""What Milvus refuses, and what is not there: each is one line that says what to do, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import build_index
from corpus.errors import GongbaoError, UsageError
from index.address import MilvusAddress
from index.local.manifest import IndexMissing, IndexOutdated
from index.milvus import keeper, schema
from index.milvus.errors import MilvusForeign, MilvusMissing, MilvusRefused, MilvusUnreachable
from index.opening import open_index, published
from retriever.__main__ import main as ask
from retriever.page.live import LiveIndex
from tests.index_cases import quick_build, write_notices
from tests.milvus_server import empty_server, make_certificate, milvus_server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MilvusAddress]:
    with empty_server(tmp_path, monkeypatch) as address:
        yield address


def refused(kind: type[GongbaoError], address: Any) -> str:
    """The one line that opening it gives."""
    with pytest.raises(kind) as err:
        open_index(address)
    line = str(err.value)
    assert "\n" not in line and re.search(r"请", line) and re.search(r"[一-鿿]{4}", line)
    return line


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
    inputs = write_notices(tmp_path / "in", ["3号.txt", "12号.txt"])
    with empty_server(tmp_path, monkeypatch) as address:
        quick_build(monkeypatch, inputs, address, dense=False)
        live = LiveIndex(address)
        live.look()
        assert live.now.collection is not None and len(live.now.collection.asker.engine.notices) == 2
        (inputs / "3号.txt").unlink()
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
