"""Where things are kept: the default index and the cache. Nothing is written anywhere else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_INDEX = ROOT / ".index"
DEFAULT_INPUT = ROOT / "corpus" / "bulletins"


def cache_folder() -> Path:
    """The user's cache folder for models and word segmentation.

    Without a usable home it is a folder of this user's own below the system's temporary folder.
    """
    folder = platformdirs.user_cache_path("gongbao", appauthor=False)
    if not folder.is_absolute() or str(folder).startswith("~"):
        owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
        folder = Path(tempfile.gettempdir()) / f"gongbao-{owner}"
    return folder
