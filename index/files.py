"""Files that survive a power cut and a full disk, and whose content is known by its hash.

A file is either whole or not there: it is written beside its place, flushed to the disk and then
renamed. Python raises an error for a disk that is full; the libraries that could write these files
themselves do not always.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import mmap
import os
import shutil
from pathlib import Path
from typing import Any

TEMPORARY = ".tmp"
# Up to this size a file is read into memory and hashed whenever an index is opened: a gazette's files have a few
# megabytes. A larger one is mapped, and hashed unless it was found whole before and hasn't been touched since.
SMALL = 4 * 2**20
# From this size on only `thorough` hashes it: 128 MiB take 0.1 s (with SHA instructions) to 0.4 s.
LARGE = 128 * 2**20


_REASONS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件超过了允许的大小",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.EEXIST: "同名的文件挡住了",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENAMETOOLONG: "名字太长",
}


State = list[int | str]


class FileDamaged(Exception):  # noqa: N818 (becomes IndexCorrupt where the index is known)
    """A file is missing, has another size, or other content. The text says which, in Chinese."""


def write_file(path: Path, data: bytes, *, flush: bool = True) -> None:
    """Put `data` in place in one rename, its bytes on the disk before.

    Without `flush` a power cut may leave the file empty or cut: for what holds its own hash and can be made
    again. Thousands of small files are written several times as fast so.

    Raises OSError (a full disk, no permission); what stood at `path` is then untouched.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            if flush:
                os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if flush:
        sync(path.parent)


def sync(path: Path) -> None:
    """Put a file's bytes on the disk; of a folder, the names that were made, renamed or removed in it."""
    if os.name == "nt" and path.is_dir():  # Windows can't open a folder, and needs no flush of it
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)  # Windows flushes only what may be written
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def seal(folder: Path, known: dict[str, dict[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    """Flush every file of a folder to the disk and describe it: name → `bytes`, `sha256`.

    Files in `known` were sealed before and are not read again. Raises OSError.
    """
    out = dict(known or {})
    for path in sorted(folder.iterdir()):
        if path.name in out:
            continue
        sync(path)
        out[path.name] = {"bytes": path.stat().st_size, "sha256": sha256_file(path)}
    sync(folder)
    return out


def read_sealed(
    path: Path, expected: dict[str, Any], *, thorough: bool = False, checked: Checked | None = None
) -> memoryview:
    """The bytes of a sealed file, checked. Raises FileDamaged.

    A file of at most SMALL bytes is read and its hash compared: the bytes returned are those that
    were checked, whatever happens to the file afterwards. A larger one is mapped, so that opening
    takes no memory and no time. Its size is compared; its hash if `checked` doesn't know the file as whole and it has
    at most LARGE bytes, or if `thorough`.
    """
    try:
        with path.open("rb") as data:
            status = os.fstat(data.fileno())
            if status.st_size != expected["bytes"]:
                raise FileDamaged(f"大小应为 {expected['bytes']} 字节，现为 {status.st_size} 字节")
            mapped = status.st_size > min(SMALL, LARGE)
            content = memoryview(mmap.mmap(data.fileno(), 0, access=mmap.ACCESS_READ) if mapped else data.read())
    except OSError as err:
        raise FileDamaged("文件缺失或读不出来") from err
    if mapped and not thorough:
        known = checked is not None and checked.is_whole(path, status, expected["sha256"])
        if known or status.st_size > LARGE:
            return content
    if hashlib.sha256(content).hexdigest() != expected["sha256"]:
        raise FileDamaged("内容变了，和清单不一致")
    if checked is not None and mapped:
        checked.found_whole(path, status, expected["sha256"])
    return content


def reason(err: OSError) -> str:
    """Why the disk refused, in Chinese where a user can do something about it."""
    return _REASONS.get(err.errno or 0) or err.strerror or str(err)


def remove_folder(folder: Path) -> None:
    """Remove a folder and its content. What another program still holds open stays."""
    shutil.rmtree(folder, ignore_errors=True)


class Checked:
    """A record of files that were found whole, so that the usual start only looks at their sizes and times.

    Of each file it has the size, times and inode, and the hash that its bytes then had. A record that can't be read
    knows of none.
    """

    def __init__(self, record: Path) -> None:
        self._record = record
        self._known = _read(record)
        self._now: dict[str, State] = {}

    def is_whole(self, path: Path, status: os.stat_result, sha256: str) -> bool:
        """Whether a file that now has this status was found to have that hash, and has not been touched since."""
        return self._known.get(str(path.resolve())) == _state(status, sha256)

    def found_whole(self, path: Path, status: os.stat_result, sha256: str) -> None:
        """Remember it, from the next `save` on. `status` must be from before its bytes were read."""
        self._now[str(path.resolve())] = _state(status, sha256)

    def save(self) -> None:
        """Write what was remembered; what is known of files that are gone is forgotten. A folder that can't be
        written to costs reading again next time, and nothing else."""
        if self._now:
            kept = {key: state for key, state in self._known.items() if Path(key).is_file()}
            with contextlib.suppress(OSError):
                write_file(self._record, json.dumps({**kept, **self._now}, indent=1).encode("utf-8"))


def _state(status: os.stat_result, sha256: str) -> State:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, sha256]


def _read(record: Path) -> dict[str, object]:
    try:
        known = json.loads(record.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}
