"""The tokenizer of a model's folder. Embedder and reader have the same file, by a link: it is loaded once for both, for
loading takes longer than a net does."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

_MOST = 4  # files that are remembered: those of a process that changes models all the time are not
_loaded: dict[tuple[int, int, int, int], Tokenizer] = {}


def load_tokenizer(path: Path) -> Tokenizer:
    """What is in a file, shared and not to be changed. Safe to use from several threads. Raises OSError, and what the
    library raises."""
    found = path.stat()
    file = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    known = _loaded.get(file)
    if known is None:
        known = Tokenizer.from_file(str(path))
        if len(_loaded) >= _MOST:
            _loaded.clear()
        if found.st_ino:  # a file system without numbers of files can't tell two apart
            _loaded[file] = known
    return known
