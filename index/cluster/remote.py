"""What runs on the machines of a cluster: a file's bytes in, its parse out; passages in, their vectors out.

Ray sends the name of `answer` and not its text, so each machine has the program installed; that it is the same one is
looked at with every job, for what another version makes would stand in the index under this one's name. What is wrong
with a file is no exception here but an answer: Ray would put its own around it.
"""

from __future__ import annotations

import functools
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import GongbaoError
from corpus.guard import Parsed, Reader
from corpus.limits import Limits
from corpus.sources import shown
from index.cluster.errors import ClusterError
from index.inputs import program_sha256
from index.model.embedder import Embedder, Vectors
from index.model.errors import ModelError
from index.model.load import load_embedder

_PREFIX = "gongbao-ray-"
_STALE_SECONDS = 86_400.0  # no file takes so long


@dataclass(frozen=True, slots=True)
class FromAfar:
    """A file parsed on another machine, and what was recognised of its pages, by the names of files in the cache."""

    parsed: Parsed
    pages: dict[str, bytes]


def program() -> str:
    """Identifies the program by its text."""
    return f"{program_sha256('corpus')} {program_sha256('index')}"


def answer(expected: str, job: str, *given: Any) -> Any:
    """Do a job for a program that is `expected`: its result, or the error to be shown."""
    if program() != expected:
        here = socket.gethostname()
        return ClusterError("集群里这台机器上的程序是另一个版本", here, "请在集群的每台机器上装好同一版本的程序")
    try:
        return _JOBS[job](*given)
    except GongbaoError as err:
        return err


def _parse(limits: Limits, name: str, where: str, data: bytes, site: Sequence[int]) -> FromAfar:
    """Read and parse a file called `name`; `where` is what the user's machine calls it in messages."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        path, cache = Path(folder, "file", name), Path(folder, "cache")
        for made in (path.parent, cache):
            made.mkdir()
        path.write_bytes(data)
        try:
            parsed = _reader(limits).parse(path, cache, site=site)
        except GongbaoError as err:
            parts = (text.replace(shown(path), where) for text in (err.what, err.where, err.todo))
            raise type(err)(*parts) from err
        files = (one for one in cache.rglob("*") if one.is_file())
        return FromAfar(parsed, {one.relative_to(cache).as_posix(): one.read_bytes() for one in files})


def _embed(model: str, sha256: str, texts: Sequence[str]) -> Vectors:
    """Vectors [len(texts), dim] by the model of that name, which must be the same one here."""
    here = socket.gethostname()
    try:
        embedder = _embedder(model)
    except ModelError as err:
        raise ClusterError(f"集群里这台机器用不了嵌入模型（{err.what}）", here, err.todo) from err
    if embedder.sha256 != sha256:
        todo = "请在集群的每台机器上运行 make setup，或把同一个模型文件夹放在同一个位置"
        raise ClusterError(f"集群里这台机器上的嵌入模型（{model}）和本机的不一样", here, todo)
    return embedder.encode_passages(texts)


_JOBS: dict[str, Callable[..., Any]] = {"parse": _parse, "embed": _embed}


@functools.lru_cache(maxsize=1)
def _embedder(model: str) -> Embedder:
    """Kept from job to job; one core, for Ray starts a process for each."""
    return load_embedder(model, threads=1)


@functools.lru_cache(maxsize=1)
def _reader(limits: Limits) -> Reader:
    """Kept from job to job: a file that brings its reader down doesn't bring Ray's process down."""
    _remove_stale(Path(tempfile.gettempdir()))
    return Reader(limits)


def _remove_stale(parent: Path) -> None:
    """Remove the files that processes were killed over."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
