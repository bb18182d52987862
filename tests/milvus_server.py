"""A Milvus server for tests: milvus-lite behind gRPC, with a token and a certificate where a test wants them."""

from __future__ import annotations

import base64
import contextlib
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from index.address import MilvusAddress
from index.milvus import connection, keeper
from index.milvus.connection import connect

grpc = pytest.importorskip("grpc", reason="needs the extra scale")
pytest.importorskip("milvus_lite", reason="needs the extra scale")
connection.READING = connection.WRITING = 900.0  # it only ends a hang: a busy machine is not a bug


class _Token(grpc.ServerInterceptor):  # type: ignore[misc]
    """Refuses calls without the token, as Milvus does."""

    def __init__(self, token: str) -> None:
        self._wanted = base64.b64encode(token.encode()).decode()
        self._refuse = grpc.unary_unary_rpc_method_handler(self._refused)

    @staticmethod
    def _refused(request: Any, context: Any) -> None:
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check username and password")

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        given = dict(details.invocation_metadata).get("authorization")
        return continuation(details) if given == self._wanted else self._refuse


@contextlib.contextmanager
def milvus_server(
    folder: Path,
    *,
    token: str = "",
    certificate: tuple[Path, Path] | None = None,
    collection: str = "gb",
    port: int = 0,
) -> Iterator[MilvusAddress]:
    """A server over the files in `folder`; `certificate` is a key and a certificate for 127.0.0.1."""
    from milvus_lite.adapter.grpc.servicer import MilvusServicer
    from milvus_lite.db import MilvusLite
    from pymilvus.grpc_gen import milvus_pb2_grpc

    database = MilvusLite(str(folder))
    server = grpc.server(ThreadPoolExecutor(4), interceptors=[_Token(token)] if token else [])
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(MilvusServicer(database), server)
    if certificate is None:
        bound = server.add_insecure_port(f"127.0.0.1:{port}")
    else:
        pair = tuple(path.read_bytes() for path in certificate)
        bound = server.add_secure_port(f"127.0.0.1:{port}", grpc.ssl_server_credentials([pair]))
    server.start()
    try:
        yield MilvusAddress(f"http{'s' if certificate else ''}://127.0.0.1:{bound}", collection)
    finally:
        server.stop(grace=0).wait()
        database.close()
        connect.cache_clear()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate that it signed itself."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*words, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return key, certificate


@contextlib.contextmanager
def empty_server(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[MilvusAddress]:
    """An address on a server that holds nothing; our cache is in `folder`, and nothing waits for readers."""
    patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    patch.setattr(keeper, "GRACE", 0.0)
    with milvus_server(folder / "data") as address:
        yield address


def held(address: MilvusAddress) -> dict[str, list[dict[str, Any]]]:
    """All that the server holds: collection → its rows."""
    from pymilvus import MilvusClient

    client = MilvusClient(address.uri)
    return {
        name: client.query(name, filter="", limit=10_000, output_fields=["*"]) for name in client.list_collections()
    }
