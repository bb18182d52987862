"""The tokenizer of a model's folder. Embedder and reader have the same one, each in a file of its own: it is loaded
once for both, for loading it takes longer than loading a net."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tokenizers import Tokenizer

_MOST = 4  # tokenizers that are remembered: those of a process that changes models all the time are not
_loaded: dict[bytes, Tokenizer] = {}


def load_tokenizer(path: Path) -> Tokenizer:
    """What is in a file, shared by all files of its content and not to be changed. Safe to use from several threads.
    Raises OSError, and what the library raises."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).digest()
    known = _loaded.get(digest)
    if known is None:
        known = Tokenizer.from_buffer(content)
        if len(_loaded) >= _MOST:
            _loaded.clear()
        _loaded[digest] = known
    return known
