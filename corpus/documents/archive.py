"""Files inside a .zip, addressed as if the archive were a folder: `年报.zip/通知.docx`.

Nothing is unpacked to disk. Names of archives made on Chinese Windows are GB18030 without saying so.
What an archive says of itself is believed only within limits: a small one may claim any number of files
of any size, and `zipfile` unpacks no more than was claimed.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from corpus.errors import InputError

MAX_MEMBERS = 10_000
MAX_MEMBER = 1 << 30  # bytes of one unpacked file
MAX_TOTAL = 4 << 30  # bytes of all of them
_MAX_RATIO = 200  # unpacked to packed: text reaches 10, pages of one template 50
_SMALL = 16 << 20  # bytes below which the ratio does no harm
_MAX_DIRECTORY = 16 << 20  # bytes of the list of files: some 200,000 names
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for any amount of memory
_TAIL = 66_000  # bytes at an archive's end in which the place and size of its list stand
_FIRST_WIDE = 0x2000  # general punctuation: Chinese text has nothing between ASCII and it
_CHUNK = 1 << 20
ZIP_MAGIC = b"PK\x03\x04"


def split_path(path: Path) -> tuple[Path, PurePosixPath] | None:
    """The archive and the member that `path` names, or None if no part of it is an archive."""
    for parent in reversed(path.parents):
        if parent.suffix.lower() == ".zip" and is_file(parent):
            return parent, PurePosixPath(path.relative_to(parent).as_posix())
    return None


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that is too long is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def input_data(path: Path) -> bytes:
    """The bytes of a file or of a member of an archive. Raises InputError where they can't be read."""
    inside = split_path(path)
    if inside is not None:
        with closing(Archives()) as archives:
            return archives.read(*inside)
    try:
        return path.read_bytes()
    except OSError as err:
        raise InputError(
            f"打不开文件（{err.strerror or err}）", str(path), "请检查文件是否存在、是否有读取权限"
        ) from err


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in an archive: the files that can be read, sorted by name, and in Chinese why each other one
    is not. Files that systems add for themselves are in neither."""

    members: dict[PurePosixPath, zipfile.ZipInfo]
    left_out: tuple[tuple[str, str], ...]


def list_members(path: Path) -> Listing:
    """The list of an archive. Raises InputError where it is broken."""
    with _opened(path) as archive:
        return _listing(archive)


def inner_names(data: bytes | Path) -> frozenset[str]:
    """Names inside a zip-based document (.docx, .ofd); empty where it is broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data) as archive:
            return frozenset(archive.namelist())
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return frozenset()


class Archives:
    """Members of archives, read one after the other: an archive stays open until another one is asked for,
    or its file has changed."""

    def __init__(self) -> None:
        self._stamp: tuple[Path, int, int] | None = None
        self._archive: zipfile.ZipFile | None = None
        self._members: dict[PurePosixPath, zipfile.ZipInfo] = {}

    def read(self, path: Path, member: PurePosixPath) -> bytes:
        """The bytes of one file in an archive. Raises InputError where it is missing, locked or too large."""
        return b"".join(self._chunks(path, member))

    def sha256(self, path: Path, member: PurePosixPath) -> str:
        """The hash of the same bytes, which are not held in memory. Raises InputError in the same cases."""
        digest = hashlib.sha256()
        for chunk in self._chunks(path, member):
            digest.update(chunk)
        return digest.hexdigest()

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()
        self._archive = self._stamp = None

    def _chunks(self, path: Path, member: PurePosixPath) -> Iterator[bytes]:
        where = f"{path}/{member}"
        self._open(path)
        info = self._members.get(member)
        if info is None or self._archive is None:
            raise InputError("压缩包里没有这个文件，或不能读取", where, "请解压后把文件放进文件夹再试")
        if info.flag_bits & 1:
            raise InputError("压缩包有密码，打不开", where, "请解压后把文件放进文件夹再试")
        try:
            with self._archive.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error) as err:
            raise InputError("压缩包已损坏，这个文件解不开", where, "请重新下载，或解压后再试") from err

    def _open(self, path: Path) -> None:
        try:
            status = path.stat()
        except OSError as err:
            raise _broken(path) from err
        stamp = (path, status.st_size, status.st_mtime_ns)
        if stamp != self._stamp:
            self.close()
            self._archive = _open(path)
            self._stamp, self._members = stamp, _listing(self._archive).members


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with _open(path) as archive:
        yield archive


def _open(path: Path) -> zipfile.ZipFile:
    try:
        with path.open("rb") as stream:
            if _directory_size(stream) > _MAX_DIRECTORY:
                raise InputError("压缩包里的文件太多", str(path), "请解压后把需要的文件放进文件夹再试")
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as err:
        raise _broken(path) from err


def _broken(path: Path) -> InputError:
    return InputError("压缩包已损坏，打不开", str(path), "请重新下载后再试")


def _directory_size(stream: IO[bytes]) -> int:
    """Bytes that the archive says its list of files takes (APPNOTE 4.3.16, 4.3.14), so that a list of
    millions of names is not even loaded."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read(_TAIL)
    sizes = [0]
    for magic, form, at in ((b"PK\x05\x06", "<I", 12), (b"PK\x06\x06", "<Q", 40)):
        place = tail.rfind(magic)
        if 0 <= place <= len(tail) - at - struct.calcsize(form):
            (told,) = struct.unpack_from(form, tail, place + at)
            sizes += [told] if told <= size else []  # what can't be is for zipfile to refuse
    return max(sizes)


def _listing(archive: zipfile.ZipFile) -> Listing:
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    left_out: list[tuple[str, str]] = []
    total = 0
    beyond = 0
    for info in archive.infolist():
        text = _name(info)
        name = PurePosixPath(text)
        if info.is_dir() or any(part.startswith("~$") or part == "__MACOSX" or _hidden(part) for part in name.parts):
            continue
        why = _why_not(info, name, text)
        if why is None and name in members:
            why = "压缩包里有几个同名文件，只读第一个"
        if why is None and total + info.file_size > MAX_TOTAL:
            why = f"压缩包解压后超过 {MAX_TOTAL >> 30} GB"
        if why is not None:
            left_out.append((text, why))
        elif len(members) >= MAX_MEMBERS:
            beyond += 1
        else:
            members[name] = info
            total += info.file_size
    if beyond:
        left_out.append(("", f"压缩包里的文件太多，只读前 {MAX_MEMBERS} 个，另外 {beyond} 个没有读"))
    return Listing(dict(sorted(members.items())), tuple(left_out))


def _hidden(part: str) -> bool:
    return part.startswith(".") and part not in (".", "..")


def _why_not(info: zipfile.ZipInfo, name: PurePosixPath, text: str) -> str | None:
    """Why a member is not read, or None."""
    if not name.parts or name.is_absolute() or ".." in name.parts or text[1:2] == ":":
        return "文件名指向压缩包以外"
    if name.suffix.lower() == ".zip":
        return "是压缩包里的压缩包，请解压后再试"
    if info.compress_type not in _METHODS:
        return "压缩方法不能读取，请解压后再试"
    if info.file_size > MAX_MEMBER:
        return f"解压后超过 {MAX_MEMBER >> 30} GB"
    if info.file_size > _SMALL and info.file_size > _MAX_RATIO * max(1, info.compress_size):
        return f"解压后是原来的 {_MAX_RATIO} 倍以上，像是恶意文件"
    return None


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name. Without the UTF-8 flag, zipfile has read its bytes as code page 437.

    Short Chinese names in GB18030 may be UTF-8 by chance (「通知」 is), but then of other scripts.
    """
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                decoded = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if all(char.isascii() or ord(char) >= _FIRST_WIDE for char in decoded):
                name = decoded
                break
    return name.replace("\\", "/")
