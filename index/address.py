"""Where an index is kept, as a user names it: a folder, or a collection of Milvus.

`milvus+http://HOST:19530/COLLECTION` (`milvus+https://` with TLS) is a server, `milvus:FILE.db` a file that
milvus-lite keeps. Who may enter never stands in a name: it would show in every message.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from corpus.errors import UsageError
from index.paths import cache_folder

PORT = 19530
FILE_COLLECTION = "gongbao"  # the collection of a file
INDEX_HELP = "索引文件夹（默认 .index），或 milvus+http://主机:19530/集合名"
_COLLECTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_TODO = "请写成 milvus+http://主机:19530/集合名，或 milvus:文件.db"


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """A collection of a Milvus server (`uri` is its address) or of a milvus-lite file (`uri` is its path)."""

    uri: str
    collection: str

    @property
    def is_file(self) -> bool:
        return not self.uri.startswith(("http://", "https://"))

    @property
    def work(self) -> Path:
        """The folder of what a build can make again (parsed files, vectors) and of its lock."""
        if self.is_file:
            return Path(f"{self.uri}.work")
        digest = hashlib.sha256(str(self).encode()).hexdigest()[:12]
        return cache_folder() / "milvus" / f"{self.collection}-{digest}"

    def __str__(self) -> str:
        return f"milvus:{self.uri}" if self.is_file else f"milvus+{self.uri}/{self.collection}"


Where = Path | MilvusAddress


def parse_where(text: str) -> Where:
    """The place that a user names. Raises UsageError for an address of Milvus that is none."""
    if text.startswith("milvus:"):
        return _file(text)
    if text.startswith("milvus+"):
        return _server(text)
    return Path(text)


def _file(text: str) -> MilvusAddress:
    path = text.removeprefix("milvus:")
    if not path.endswith(".db") or Path(path).name == ".db":
        raise UsageError("Milvus 的文件名要以 .db 结尾", text, _TODO)
    return MilvusAddress(str(Path(path).absolute()), FILE_COLLECTION)


def _server(text: str) -> MilvusAddress:
    try:
        parts = urlsplit(text.removeprefix("milvus+"))
        host, port = parts.hostname, parts.port or PORT
    except ValueError as err:
        raise UsageError("Milvus 的地址写得不对", text, _TODO) from err
    if "@" in parts.netloc:
        where = text.replace(parts.netloc, f"…@{parts.netloc.rpartition('@')[2]}")
        raise UsageError("地址里不能写用户和密码", where, "请用环境变量 GONGBAO_MILVUS_TOKEN")
    collection = parts.path.removeprefix("/")
    wrong = parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment
    if wrong:
        raise UsageError("Milvus 的地址写得不对", text, _TODO)
    if not _COLLECTION.fullmatch(collection):
        raise UsageError("集合名只能用英文字母、数字和下划线，不能以数字开头", text, _TODO)
    shown = f"[{host}]" if ":" in str(host) else host
    return MilvusAddress(f"{parts.scheme}://{shown}:{port}", collection)
