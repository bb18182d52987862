"""What Milvus refuses or can't do, each as one line that says what to do."""

from __future__ import annotations

from typing import Any

from corpus.errors import GongbaoError, UsageError, printable
from index.address import MilvusAddress

TOKEN, USER, PASSWORD, AUTHORITY = (f"GONGBAO_MILVUS_{name}" for name in ("TOKEN", "USER", "PASSWORD", "CA"))
_CONNECT, _NO_COLLECTION = 2, 100  # codes of pymilvus and of the server
_STATUSES = ("UNAUTHENTICATED", "PERMISSION_DENIED", "UNAVAILABLE", "DEADLINE_EXCEEDED")
_LONGEST = 200  # characters of a server's own words that are shown


class MilvusMissing(UsageError):  # noqa: N818 (as IndexMissing and its like)
    """The packages of the extra `scale` are not installed."""


class MilvusUnreachable(GongbaoError):  # noqa: N818
    """There is no server at the address, or it does not answer in time."""


class MilvusRefused(GongbaoError):  # noqa: N818
    """The server does not take the token or user, or it allows them too little."""


class MilvusForeign(GongbaoError):  # noqa: N818
    """What stands under the name is no index of ours."""


class MilvusReplaced(GongbaoError):  # noqa: N818
    """The index that was opened has been replaced since, and is gone."""


class MilvusFailed(GongbaoError):  # noqa: N818
    """The server could not do what it was asked."""


def missing(err: ImportError) -> MilvusMissing:
    return MilvusMissing(
        f"没有安装 Milvus 需要的软件包（{err.name}）", "--index milvus", "请运行：pip install -e '.[scale]'"
    )


def explained(err: Exception, address: MilvusAddress) -> GongbaoError:
    """An error of pymilvus or of gRPC in our words."""
    status, words, where = _status(err), _words(err), str(address)
    if status == "UNAUTHENTICATED" or "auth check failure" in words:
        return MilvusRefused(
            "Milvus 不接受现在的令牌或用户", where, f"请检查环境变量 {TOKEN}（或 {USER} 和 {PASSWORD}）"
        )
    if status == "PERMISSION_DENIED" or "permission deny" in words:
        return MilvusRefused("Milvus 的这个用户没有需要的权限", where, "请让管理员给它读写这个集合的权限")
    if getattr(err, "code", None) == _NO_COLLECTION or "collection not found" in words:
        return MilvusReplaced("打开的索引已经换成了新的", where, "请再试一次")
    if address.is_file and type(err).__name__ == "ConnectionConfigException":
        return MilvusUnreachable("打不开 Milvus 的文件", where, "请检查文件夹和权限，以及是否有别的程序正在用它")
    if getattr(err, "code", None) == _CONNECT or status in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
        certificate = f"，以及证书（{AUTHORITY}）" if address.uri.startswith("https") else ""
        what = "Milvus 没有按时回答" if status == "DEADLINE_EXCEEDED" else "连不上 Milvus"
        return MilvusUnreachable(what, where, f"请检查地址和端口、服务是否已启动{certificate}")
    return MilvusFailed(f"Milvus 没有完成（{words[:_LONGEST]}）", where, "请查看 Milvus 的日志")


def _status(err: BaseException | None) -> str:
    """The status of gRPC that an error has, or one it came from, if we know it; else empty."""
    seen: list[BaseException] = []
    while err is not None and err not in seen:  # pymilvus raises errors from themselves
        seen.append(err)
        code: Any = getattr(err, "code", None)
        found = getattr(code() if callable(code) else code, "name", "")
        if found in _STATUSES:
            return str(found)
        err = err.__cause__
    return ""


def _words(err: Exception) -> str:
    return printable(" ".join(str(getattr(err, "message", None) or err).split()))
