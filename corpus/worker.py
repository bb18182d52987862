"""The process that reads and draws files, one after the other, for `corpus.guard`: requests in, replies out.

Both are lines of JSON. Readers of documents are libraries in C that a broken file may crash, and a small
file may ask for any amount of memory; here that ends this process and not the work of the others.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import hashlib
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.documents.archive import Archives, split_path
from corpus.documents.pages import PageProgress
from corpus.documents.sheet import draw_sheet
from corpus.documents.view import Passage
from corpus.errors import GongbaoError, InputError
from corpus.model import Source, Span
from corpus.parse import parse_source
from corpus.site import page_lines, without
from corpus.sources import read_source, shown

_STACK = 16 << 20  # bytes that count for each core's threads before they do anything
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# How libraries say in an error of theirs that there is no more memory.
_NO_MEMORY = re.compile(r"bad_alloc|out of memory|insufficient memory|allocat|内存", re.IGNORECASE)

Reply = Callable[[dict[str, Any]], None]


def main() -> None:
    """Serve requests until there are no more. The one argument is the limit of memory in MB."""
    memory = int(sys.argv[1]) << 20
    # Only replies go to the pipe; whatever a library prints goes nowhere.
    with os.fdopen(os.dup(1), "w", encoding="ascii") as pipe, Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        # Ctrl-C reaches every process of a terminal: who asked for the file decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _end_with_parent()
        _limit_memory(memory)

        def reply(message: dict[str, Any]) -> None:
            pipe.write(json.dumps(message) + "\n")
            pipe.flush()

        archives = Archives()
        reply({"ready": True})
        for line in sys.stdin:
            request = json.loads(line)
            answer = _answer(request, archives, reply)
            reply({**answer, "grown": _memory_used() > memory // 2})


def _answer(request: dict[str, Any], archives: Archives, reply: Reply) -> dict[str, Any]:
    """The last reply to a request: what its job gives, or why that failed."""
    try:
        return _JOBS[request["job"]](request, archives, reply)
    except GongbaoError as err:
        cause = err.__cause__
        if cause is not None and _NO_MEMORY.search(f"{type(cause).__name__} {cause}"):
            return {"out_of_memory": True}
        return {"error": [err.what, err.where, err.todo], "unusable": isinstance(err, InputError)}
    except MemoryError:
        return {"out_of_memory": True}
    except RecursionError:
        where = shown(Path(request["path"]))
        return {"error": ["内容一层套一层，套得太深", where, "请另存一份简单的再试"], "unusable": True}
    except Exception as err:  # a fault of ours must not lose the other files
        if _NO_MEMORY.search(str(err)):
            return {"out_of_memory": True}
        return {"fault": " ".join(f"{type(err).__name__}：{err}".split())}


def _parse(request: dict[str, Any], archives: Archives, reply: Reply) -> dict[str, Any]:
    """What was parsed, and the hash of the bytes."""
    path = Path(request["path"])
    source, data = _read(request, archives, reply)
    parsed = replace(parse_source(without(source, request["site"])), page_lines=page_lines(source)).to_json()
    with path.open("rb") if data is None else io.BytesIO(data) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"parsed": parsed, "sha256": digest}


def _lines(request: dict[str, Any], archives: Archives, reply: Reply) -> dict[str, Any]:
    source, _ = _read(request, archives, reply)
    return {"lines": [line.text for line in source.lines]}


def _draw(request: dict[str, Any], _archives: Archives, _reply: Reply) -> dict[str, Any]:
    passage = request["passage"]
    pages = Span(passage["pages"]["start"], passage["pages"]["end"])
    wanted = Passage(passage["text"], pages, passage["before"], passage["after"])
    sheet = draw_sheet(Path(request["path"]), request["page"], wanted, _cache(request))
    data = base64.b64encode(sheet.data).decode("ascii")
    return {"sheet": {"data": data, "width": sheet.width, "height": sheet.height, "begins": sheet.begins}}


_JOBS = {"parse": _parse, "lines": _lines, "draw": _draw}


def _read(request: dict[str, Any], archives: Archives, reply: Reply) -> tuple[Source, bytes | None]:
    """The file's lines, and its bytes where it is a member of an archive."""
    path = Path(request["path"])

    def page_done(page: PageProgress) -> None:
        reply({"page": [page.file, page.done, page.total, page.recognised, page.seconds_left]})

    inside = split_path(path)
    data = None if inside is None else archives.read(*inside)
    source = read_source(path, _cache(request), page_done, data=data)
    reply({"letters": sum(len(line.text) for line in source.lines)})
    return source, data


def _cache(request: dict[str, Any]) -> Path | None:
    return None if request["cache"] is None else Path(request["cache"])


def _end_with_parent() -> None:
    """Linux ends this process with the one that started it, whatever it is doing. Elsewhere it ends when
    it has read its file."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit_memory(limit: int) -> None:
    """Let the system refuse more private memory than `limit` bytes, which only Linux can."""
    if sys.platform == "linux":
        import resource

        limit += (os.cpu_count() or 1) * _STACK
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no file of its memory behind


def _memory_used() -> int:
    """Bytes of private memory of this process; 0 where the system doesn't say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


if __name__ == "__main__":
    main()
