"""Where the labelled documents lie: a folder, or a tar archive that is unpacked into a temporary one."""

from __future__ import annotations

import contextlib
import hashlib
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from corpus.errors import UsageError

_ARCHIVES = (".tar", ".tar.xz", ".tar.gz", ".tgz", ".txz")
_LARGEST = 200 << 20  # bytes of one file in an archive
_TODO = "请用 --documents 给出存放这些文件的文件夹或 tar 文件"


class Wanted(Protocol):
    """A file that is looked for: its path below the folder of documents, the hash of its bytes where that is known,
    and the file that names it."""

    @property
    def file(self) -> str: ...
    @property
    def sha256(self) -> str | None: ...
    @property
    def source(self) -> Path: ...


@contextlib.contextmanager
def located(labels: Sequence[Wanted], documents: Path | None, *, closed: bool) -> Iterator[Mapping[str, Path]]:
    """The path of each labelled file, by its name. What was unpacked for it goes at the end.

    Without `documents` they are looked for below the labels' folder and those above it, or in a folder
    `documents` there. Raises UsageError where one is missing or is not the file that was labelled.
    """
    with contextlib.ExitStack() as stack:
        folders = [_opened(documents, labels, stack)] if documents is not None else []
        places = {one.file: _place(one, folders) for one in labels}
        missing = [name for name, path in places.items() if path is None]
        if missing:
            raise UsageError(f"有 {len(missing)} 个标注过的文件找不到", "" if closed else missing[0], _TODO)
        found = {name: path for name, path in places.items() if path is not None}
        changed = [
            one.file
            for one in labels
            if one.sha256 is not None and hashlib.sha256(found[one.file].read_bytes()).hexdigest() != one.sha256
        ]
        if changed:
            what = f"有 {len(changed)} 个文件的内容与标注时不同"
            raise UsageError(what, "" if closed else changed[0], "请用标注时的文件")
        yield found


def _opened(documents: Path, labels: Sequence[Wanted], stack: contextlib.ExitStack) -> Path:
    if documents.is_dir():
        return documents
    if not documents.is_file() or not documents.name.endswith(_ARCHIVES):
        raise UsageError("不是文件夹，也不是 tar 文件", str(documents), _TODO)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongbao-documents-")))
    wanted = {one.file for one in labels}
    try:
        with tarfile.open(documents) as archive:
            for member in archive:
                name = _name(member.name, wanted)
                if name is not None and member.isfile() and member.size <= _LARGEST:
                    archive.extract(member.replace(name=name, deep=False), folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as err:
        raise UsageError("读不了这个 tar 文件，可能不完整", str(documents), "请重新下载再试") from err
    return folder


def _name(member: str, wanted: set[str]) -> str | None:
    """The labelled name of a member, whatever folders of the archive stand in front of it."""
    parts = PurePosixPath(member).parts
    return next((name for at in range(len(parts)) if (name := "/".join(parts[at:])) in wanted), None)


def _place(label: Wanted, folders: Sequence[Path]) -> Path | None:
    tops = [top for folder in folders for top in (folder, folder / "documents")]
    if not folders:
        tops = [top for folder in label.source.resolve().parents for top in (folder, folder / "documents")]
    return next((path for top in tops if (path := top / label.file).is_file()), None)
