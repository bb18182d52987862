"""Builds that are killed, or whose disk fails, at every single step: run by test_index_faults.py.

    python tests/index_faults.py kill|full FOLDER [--from-nothing]

A step is anything the build does to the disk below its index folder: opening a file for writing, a
flush, a rename, a removal, a new folder. The build is repeated in forked children, each stopped one
step later than the last, until one gets through. After each: whatever index there was before, or
the new one, opens and is whole; the build that follows succeeds and embeds nothing twice.
Prints one JSON object: the number of steps, and everything that went wrong.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import faiss  # noqa: F401 (loaded once, before the forks)

import index.build as building
from corpus.errors import GongbaoError
from index.local.manifest import IndexMissing
from index.local.store import LocalEngine
from index.tokens import tokenize
from tests.index_cases import DIM, QuickEmbedder, content, notice_text, write_notices

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = {"os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.truncate"}
Fault = Callable[[], None]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def disk_full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def in_child(work: Callable[[], Any]) -> tuple[int, Any]:
    """Run `work` in a forked child: its wait status and, if it got so far, what it returned."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            result = work()
            with os.fdopen(writer, "w") as out:
                json.dump(result, out)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)  # never goes on as a second parent
    os.close(writer)
    with os.fdopen(reader) as data:
        text = data.read()
    return os.waitpid(pid, 0)[1], json.loads(text) if text else None


def build(inputs: Path, folder: Path) -> dict[str, Any]:
    """One build, with the quick embedder: what was embedded, or the error it ended with."""
    embedder = QuickEmbedder()
    building.load_embedder = lambda name: embedder
    building._BATCH = 2  # several writes to the cache, to be stopped between
    try:
        report = building.build([inputs], folder, model="quick")
    except (OSError, GongbaoError) as err:
        return {"error": f"{type(err).__name__}: {err}"}
    return {"embedded": embedder.embedded, "clauses": report.clauses}


def fail_at(step: int, folder: Path, fault: Fault) -> Callable[[], int]:
    """From now on, let step number `step` below `folder` end in `fault`. Gives the steps so far."""
    steps = 0
    root = os.fspath(folder)
    flush = os.fsync

    def count() -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            fault()

    def hook(event: str, args: tuple[Any, ...]) -> None:
        opened = event == "open" and isinstance(args[2], int) and args[2] & _WRITING
        if (opened or event in _CHANGES) and str(args[0]).startswith(root):
            count()

    def fsync(handle: int) -> None:
        count()
        flush(handle)

    sys.addaudithook(hook)
    os.fsync = fsync
    return lambda: steps


def opened(folder: Path) -> Any:
    try:
        return content(LocalEngine.open(folder, thorough=True))
    except IndexMissing:
        return None


def cached_vectors(folder: Path) -> int:
    """Whole records in the index's cache of vectors."""
    record = 16 + 4 + 4 * DIM
    return sum(path.stat().st_size // record for path in (folder / "cache").glob("vectors-*.bin"))


def run(kind: str, root: Path, from_nothing: bool) -> dict[str, Any]:
    fault = {"kill": die, "full": disk_full}[kind]
    write_notices(root / "before", ["3号.txt", "29号.txt"])
    after = write_notices(root / "after", ["3号.txt", "29号.txt", "12号.txt"])
    (after / "29号.txt").write_text(notice_text("29号.txt").replace("村镇建设", "村镇改建"), "utf-8")
    for name in ("before", "after"):
        in_child(lambda name=name: build(root / name, root / f"ix-{name}"))
    old = None if from_nothing else in_child(lambda: opened(root / "ix-before"))[1]
    new = in_child(lambda: opened(root / "ix-after"))[1]
    keywords = {**new, "vectors": None, "owners": None}
    cached = 0 if from_nothing else cached_vectors(root / "ix-before")
    unstopped = root / "ix-unstopped"
    if not from_nothing:
        shutil.copytree(root / "ix-before", unstopped)
    to_embed = len(in_child(lambda: build(after, unstopped))[1]["embedded"])
    wrong: list[str] = []
    for step in itertools.count(1):
        folder = root / "ix"
        shutil.rmtree(folder, ignore_errors=True)
        if not from_nothing:
            shutil.copytree(root / "ix-before", folder)

        def faulty(step: int = step, folder: Path = folder) -> Any:
            steps = fail_at(step, folder, fault)
            return {**build(after, folder), "steps": steps()}

        _, result = in_child(faulty)
        if result is not None and result["steps"] < step:
            return {"steps": step - 1, "wrong": wrong}
        _, found = in_child(lambda folder=folder: opened(folder))
        finished = cached_vectors(folder) - cached
        _, again = in_child(lambda folder=folder: build(after, folder))
        _, last = in_child(lambda folder=folder: opened(folder))
        # Where there was no index with vectors, the keyword index may be there before them.
        if found not in ([old, new, keywords] if from_nothing else [old, new]):
            wrong.append(f"step {step}: the index that is left is neither the old nor the new one")
        if again is None or "error" in again or last != new:
            wrong.append(f"step {step}: the next build did not succeed: {again}")
        elif len(again["embedded"]) != to_embed - finished:
            wrong.append(f"step {step}: {finished} of {to_embed} were embedded, then {len(again['embedded'])}")
        left = [path.name for path in folder.rglob("*") if path.name.endswith(".tmp")]
        left += [path.name for path in folder.glob("data-*")][1:]
        if left:
            wrong.append(f"step {step}: left behind: {left}")
    raise AssertionError("unreachable")


if __name__ == "__main__":
    tokenize("离石区")  # the dictionary is loaded once, before the forks
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]).resolve(), "--from-nothing" in sys.argv)))
