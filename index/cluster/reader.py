"""Reads files by a cluster: their bytes go out, clauses come back."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from corpus.documents.archive import input_data, split_path
from corpus.documents.pages import OnPage
from corpus.guard import Parsed, Reader, ReadingStoppedError
from corpus.limits import Limits
from corpus.sources import MAX_FILE, shown
from index.cluster.errors import WorkerDied
from index.files import write_file


class Jobs(Protocol):
    """What a cluster is here (`index.cluster.connection.Cluster`)."""

    limits: Limits

    def call(self, stop: threading.Event, job: str, *given: Any) -> Any:
        """Have a job done."""

    def interrupt(self, stop: threading.Event) -> None:
        """End the jobs begun with that event."""


class ClusterReader:
    """What `corpus.guard.Reader` is for this machine (`index.readers.FileReader`)."""

    def __init__(self, cluster: Jobs) -> None:
        self._cluster = cluster
        self._stop = threading.Event()

    def parse(
        self, path: Path, cache: Path | None = None, progress: OnPage | None = None, site: Sequence[int] = ()
    ) -> Parsed:
        """Read and parse one file; raises as `Reader.parse` does. Pages are not counted while they are read."""
        limits = self._cluster.limits
        if not _can_be_sent(path):  # a reader here says why
            with Reader(limits) as reader:
                return reader.parse(path, cache, progress, site)
        data = input_data(path)
        try:
            found = self._cluster.call(self._stop, "parse", limits, path.name, shown(path), data, tuple(site))
        except WorkerDied as err:
            raise ReadingStoppedError(
                f"集群里读取它的程序中途退出了{err}次：文件可能已损坏，或者需要的内存太多",
                shown(path),
                "请检查文件是否完整，也可以不用 --ray 单独读它",
            ) from err
        if cache is not None:
            for name, content in found.pages.items():
                (cache / name).parent.mkdir(parents=True, exist_ok=True)
                write_file(cache / name, content, flush=False)
        parsed: Parsed = found.parsed
        return parsed

    def interrupt(self) -> None:
        self._cluster.interrupt(self._stop)

    def close(self) -> None:
        """Nothing of its own is open."""


def _can_be_sent(path: Path) -> bool:
    """Whether it is a member of an archive, or a file within what is read at all that may be opened."""
    try:
        return split_path(path) is not None or (
            path.is_file() and path.stat().st_size <= MAX_FILE and os.access(path, os.R_OK)
        )
    except OSError:
        return False
