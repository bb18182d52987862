"""Where things are kept: the default index and the cache. Nothing is written anywhere else."""

from __future__ import annotations

import functools
import os
import stat
import tempfile
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_INDEX = ROOT / ".index"
DEFAULT_INPUT = ROOT / "corpus" / "bulletins"


def cache_folder() -> Path:
    """The user's cache folder for models and word segmentation, made if it isn't there yet.

    Without a home that can be written to (a service account, a container) it is a folder of this
    user's own below the system's temporary folder.
    """
    folder = platformdirs.user_cache_path("gongbao", appauthor=False)
    # Without HOME and without an entry in the password file, `~` stays as it is.
    if folder.is_absolute() and _usable(folder):
        return folder
    return _temporary_folder(Path(tempfile.gettempdir()))


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


@functools.cache
def _temporary_folder(parent: Path) -> Path:
    """A folder in `parent` that only this user can write to.

    Everybody may make folders there, so one that is somebody else's, a link, or open to others is not
    ours whatever its name: what is read from a cache decides how questions are understood.
    """
    owner = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    folder = parent / f"gongbao-{owner}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if _is_private(folder):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="gongbao-", dir=parent))


def _is_private(folder: Path) -> bool:
    if not hasattr(os, "getuid"):  # Windows: the temporary folder is the user's own
        return folder.is_dir()
    status = folder.lstat()
    others = stat.S_IWGRP | stat.S_IWOTH
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & others
