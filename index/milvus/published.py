"""Which build an index's name stands for, and its manifest."""

from __future__ import annotations

from typing import NamedTuple

from corpus.errors import GongbaoError
from index.address import MilvusAddress
from index.local.manifest import IndexCorrupt, IndexMissing, IndexOutdated, Manifest, build_command, parse_manifest
from index.milvus.connection import Connection, connect
from index.milvus.errors import MilvusForeign
from index.milvus.parts import MANIFESTS, last_manifest, read_parts
from index.milvus.schema import CLAUSE_FIELDS, FILES, SCHEMA, generation_of

_NO_ALIAS = 1600  # the server's code; milvus-lite only has the words


class Published(NamedTuple):
    """The collection of the clauses that the name stands for, and how many manifests its build has put in place."""

    clauses: str
    manifest: int

    @property
    def stamp(self) -> str:
        return f"{self.clauses}.{self.manifest}"


def find_published(connection: Connection) -> Published | None:
    """What is published under the address's name; None where nothing is.

    Raises MilvusForeign where the name belongs to something else.
    """
    address = connection.address
    clauses = alias_target(connection)
    if clauses is None:
        if connection.read("has_collection", address.collection):
            raise foreign(address)
        return None
    if generation_of(address.collection, clauses) is None or not connection.read("has_collection", clauses + FILES):
        raise foreign(address)
    connection.read("load_collection", clauses + FILES)
    found = last_manifest(connection, clauses + FILES)
    if not found:
        raise foreign(address)
    return Published(clauses, found)


def alias_target(connection: Connection) -> str | None:
    """The collection that the address's name is an alias of."""
    try:
        return str(connection.read("describe_alias", connection.address.collection)["collection_name"])
    except GongbaoError as err:
        cause = err.__cause__
        words = str(getattr(cause, "message", ""))
        gone = "alias" in words and ("not exist" in words or "not found" in words)
        if getattr(cause, "code", None) == _NO_ALIAS or gone:
            return None
        raise


def foreign(address: MilvusAddress) -> MilvusForeign:
    return MilvusForeign(
        f"集合“{address.collection}”不是本程序建的索引", str(address), "请换一个集合名，本程序不会改动别人的集合"
    )


def read_published(connection: Connection, found: Published | None) -> Manifest:
    """The manifest of what is published. Raises IndexMissing, IndexOutdated or IndexCorrupt."""
    address = connection.address
    todo = build_command(address)
    if found is None:
        raise IndexMissing("还没有索引", str(address), todo)
    try:
        raw = read_parts(connection, found.clauses + FILES, MANIFESTS + found.manifest)
    except ValueError as err:
        raise IndexCorrupt("索引清单损坏，读不出来", str(address), todo) from err
    manifest = parse_manifest(raw, str(address), address)
    if manifest.settings.get("milvus") != SCHEMA:
        what = f"索引在 Milvus 里的结构是 {manifest.settings.get('milvus')}，本程序需要 {SCHEMA}"
        raise IndexOutdated(what, str(address), build_command(address, manifest))
    _check_fields(connection, found.clauses, manifest)
    return manifest


def _check_fields(connection: Connection, clauses: str, manifest: Manifest) -> None:
    described = connection.read("describe_collection", clauses)
    fields = {field["name"] for field in described["fields"]}
    if not fields >= CLAUSE_FIELDS:
        lacking = "、".join(sorted(CLAUSE_FIELDS - fields))
        address = connection.address
        raise IndexOutdated(f"集合里缺少字段 {lacking}", str(address), build_command(address, manifest))


def seen_stamp(address: MilvusAddress) -> str | None:
    """A stamp of what is published, for who looks every second; None where nothing can be seen."""
    try:
        connection = connect(address)
        clauses = alias_target(connection)
        return None if clauses is None else Published(clauses, last_manifest(connection, clauses + FILES)).stamp
    except GongbaoError:
        return None
