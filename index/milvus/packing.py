"""A clause's JSON as a field of Milvus, which holds 65,535 bytes: a longer one is compressed."""

from __future__ import annotations

import base64
import zlib

from corpus.errors import UsageError
from index.milvus.schema import TEXT_BYTES

_PACKED = "z"  # how a compressed one begins; JSON begins with {


def pack(text: str, where: str) -> str:
    """The field's value. Raises UsageError for a clause that is too long even so."""
    if len(text.encode("utf-8")) <= TEXT_BYTES:
        return text
    packed = _PACKED + base64.b85encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")
    if len(packed) > TEXT_BYTES:
        raise UsageError(f"有一条太长，Milvus 放不下（{text[:80]}…）", where, "请把这个文件改用本机索引")
    return packed


def unpack(value: str) -> str:
    """The JSON. Raises ValueError for what `pack` did not make."""
    if not value.startswith(_PACKED):
        return value
    try:
        return zlib.decompress(base64.b85decode(value[1:])).decode("utf-8")
    except zlib.error as err:
        raise ValueError("not a packed clause") from err
