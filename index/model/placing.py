"""Putting a made folder under its name: whole or not at all, also when several processes make it at once."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from index.files import sync
from index.model.errors import ModelError

_STALE_SECONDS = 3600


def make_folder(
    folder: Path, write: Callable[[Path], None], is_whole: Callable[[Path], bool], *, force: bool = False
) -> Path:
    """`folder`, made by `write` if it is not whole or if `force`.

    It appears under its name only when it is complete; of two processes that make it at once, the first to finish
    wins. Raises ModelError if it can't be written, and what `write` raises.
    """
    if not force and is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(folder)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as err:
        raise _unwritable(folder, err) from err
    try:
        write(new)
        if force or not is_whole(folder):  # another process may have been faster
            _put_in_place(new, folder, is_whole)
    except OSError as err:
        raise _unwritable(folder, err) from err
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


def link_file(file: Path, to: Path) -> None:
    """The same file under another name, or a copy where the disk has no links."""
    try:
        to.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, to)


def _put_in_place(new: Path, folder: Path, is_whole: Callable[[Path], bool]) -> None:
    """Flush the new folder to the disk, move an old one aside, and give the new one its name."""
    new.chmod(0o755)
    for path in new.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        sync(path)
    sync(new)
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        if folder.exists():
            folder.rename(old / folder.name)
        new.rename(folder)
    except OSError:
        # Another process was faster after all. Its folder is as good as ours if it is whole.
        if not is_whole(folder):
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
    sync(folder.parent)


def _remove_stale(folder: Path) -> None:
    """Remove what killed runs left beside the folder more than an hour ago."""
    for path in folder.parent.glob(f".{folder.name}.*"):
        with suppress(FileNotFoundError):  # its owner may be done with it just now
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _unwritable(folder: Path, err: OSError) -> ModelError:
    return ModelError(
        f"写不了向量模型（{err.strerror or err}）", str(folder), "请检查磁盘空间和权限，或用 --cache 换一个文件夹"
    )
