"""Files inside a .zip, addressed as if the archive were a folder: `年报.zip/通知.docx`.

Nothing is unpacked to disk. Names of archives made on Chinese Windows are GB18030 without saying so.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from corpus.errors import InputError

MAX_MEMBER = 1 << 30  # bytes of one unpacked file: an archive that claims more is broken or hostile
_FIRST_WIDE = 0x2000  # general punctuation: Chinese text has nothing between ASCII and it
ZIP_MAGIC = b"PK\x03\x04"


def split_path(path: Path) -> tuple[Path, PurePosixPath] | None:
    """The archive and the member that `path` names, or None if no part of it is an archive."""
    for parent in reversed(path.parents):
        if parent.suffix.lower() == ".zip" and parent.is_file():
            return parent, PurePosixPath(path.relative_to(parent).as_posix())
    return None


def input_data(path: Path) -> bytes:
    """The bytes of a file or of a member of an archive. Raises InputError where they can't be read."""
    inside = split_path(path)
    if inside is not None:
        return read_member(*inside)
    try:
        return path.read_bytes()
    except OSError as err:
        raise InputError(
            f"打不开文件（{err.strerror or err}）", str(path), "请检查文件是否存在、是否有读取权限"
        ) from err


def members(path: Path) -> list[PurePosixPath]:
    """Names of the files in an archive, sorted, without those that systems add for themselves."""
    with _opened(path) as archive:
        names = [PurePosixPath(_name(info)) for info in archive.infolist() if not info.is_dir()]
    return sorted(
        name for name in names if not any(part.startswith((".", "~$")) or part == "__MACOSX" for part in name.parts)
    )


def inner_names(data: bytes | Path) -> frozenset[str]:
    """Names inside a zip-based document (.docx, .ofd); empty where it is broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data) as archive:
            return frozenset(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return frozenset()


def read_member(path: Path, member: PurePosixPath) -> bytes:
    """The bytes of one file in an archive. Raises InputError where it is missing, locked or too large."""
    where = f"{path}/{member}"
    with _opened(path) as archive:
        info = next((item for item in archive.infolist() if PurePosixPath(_name(item)) == member), None)
        if info is None:
            raise InputError("压缩包里没有这个文件", where, "请检查文件名")
        if info.flag_bits & 1:
            raise InputError("压缩包有密码，打不开", where, "请解压后把文件放进文件夹再试")
        try:
            with archive.open(info) as stream:
                data = stream.read(MAX_MEMBER + 1)
        except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error) as err:
            raise InputError("压缩包已损坏，这个文件解不开", where, "请重新下载，或解压后再试") from err
        if len(data) > MAX_MEMBER:
            raise InputError("解压后太大（超过 1 GB）", where, "请解压后把需要的文件放进文件夹再试")
        return data


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as err:
        raise InputError("压缩包已损坏，打不开", str(path), "请重新下载后再试") from err
    with archive:
        yield archive


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
