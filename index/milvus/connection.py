"""A connection to Milvus: the only place that loads pymilvus. Nothing is sent anywhere but to the address.

Who we are comes from the environment, so that it stands in no command line and no message: GONGBAO_MILVUS_TOKEN, or
GONGBAO_MILVUS_USER and GONGBAO_MILVUS_PASSWORD. GONGBAO_MILVUS_CA is a file with the certificate (PEM) of who signed
the server's, for `milvus+https://`; without it those that the system trusts count.
"""

from __future__ import annotations

import functools
import logging
import os
from dataclasses import dataclass
from typing import Any

from corpus.errors import UsageError
from index.address import MilvusAddress
from index.milvus.errors import AUTHORITY, PASSWORD, TOKEN, USER, explained, missing

READING = 30.0  # seconds that a question waits for the server
WRITING = 120.0  # seconds for a request of a build
WAITING = 7200.0  # seconds for what a build waits for: a graph over 10⁷ vectors takes its time
_LONG = ("flush", "create_index", "load_collection")


@dataclass(frozen=True)
class Connection:
    """Calls of a MilvusClient, each with a time limit, its errors in our words. Safe under threads."""

    address: MilvusAddress
    client: Any

    def read(self, call: str, *args: Any, **options: Any) -> Any:
        """A call that a question waits for. Raises a GongbaoError."""
        return self._do(call, READING, args, options)

    def write(self, call: str, *args: Any, **options: Any) -> Any:
        """A call of a build. Raises a GongbaoError."""
        return self._do(call, WAITING if call in _LONG else WRITING, args, options)

    def _do(self, call: str, seconds: float, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        import grpc
        from pymilvus import MilvusException

        try:
            return getattr(self.client, call)(*args, timeout=seconds, **options)
        except (MilvusException, grpc.RpcError) as err:
            raise explained(err, self.address) from err


@functools.lru_cache(maxsize=8)
def connect(address: MilvusAddress) -> Connection:
    """The connection to an address; a later call gets the same. A server that restarts is found again.

    Raises MilvusMissing, MilvusUnreachable, MilvusRefused, or UsageError for a certificate that can't be read.
    """
    # pymilvus would read a `.env` of the folder it is started in, and it prints the trace of every error.
    os.environ.setdefault("PYTHON_DOTENV_DISABLED", "1")
    try:
        import grpc
        from pymilvus import MilvusClient, MilvusException

        if address.is_file:
            import milvus_lite  # noqa: F401
    except ImportError as err:
        raise missing(err) from err
    for name in ("pymilvus", "milvus_lite", "grpc"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        # Its own connection: a shared one would be that of the first certificate.
        client = MilvusClient(address.uri, timeout=READING, dedicated=True, **_options(address))
        return Connection(address, client)
    except (MilvusException, grpc.RpcError) as err:
        raise explained(err, address) from err


def _options(address: MilvusAddress) -> dict[str, Any]:
    # Without this gRPC goes through the proxy that the environment names.
    # Its default of a ping every 10 seconds is refused by servers that allow one in five minutes, milvus-lite's too.
    options: dict[str, Any] = {"grpc_options": {"grpc.enable_http_proxy": 0, "grpc.keepalive_time_ms": 360_000}}
    if address.is_file:
        return options
    token, user, password = (os.environ.get(name, "") for name in (TOKEN, USER, PASSWORD))
    options["token"] = token or (f"{user}:{password}" if user else "")
    authority = os.environ.get(AUTHORITY, "")
    if address.uri.startswith("https://"):
        options["secure"] = True
        if authority:
            if not os.access(authority, os.R_OK):
                raise UsageError("读不了证书文件", authority, f"请检查环境变量 {AUTHORITY}")
            options["server_pem_path"] = authority
    return options
