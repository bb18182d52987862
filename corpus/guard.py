"""Reading, parsing and drawing files in a process of their own, with limits of memory and time.

Whatever a file does to that process (a crash of a library, no end, no more memory) makes this file fail
with one line; the next one is read by a new process. It is started when the first file is read.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.documents.pages import OnPage, PageProgress
from corpus.documents.sheet import Sheet
from corpus.documents.view import Passage
from corpus.errors import GongbaoError, InputError
from corpus.limits import Limits
from corpus.model import ParsedFile
from corpus.sources import shown

_START_SECONDS = 60.0  # a process may take to start, on a machine that is busy
_ROOT = Path(__file__).parents[1]
_START = "import sys; sys.path.insert(0, sys.argv.pop()); from corpus.worker import main; main()"


class ReadingStoppedError(InputError):
    """A file took more memory or time than it may, or brought its reader down."""


class ReaderKilledError(ReadingStoppedError):
    """The system, or somebody, ended the reader of a file: short of memory, as a rule, and not the file's fault."""


class ReaderFaultError(GongbaoError):
    """A fault of ours or of the machine while a file was read."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file parsed, and the hash of the bytes that were read."""

    parsed: ParsedFile
    sha256: str


class Reader:
    """Reads files in a process of its own. Use it in a `with`, which ends that process, or `close` it.

    Safe to use from several threads: one file is read at a time.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: _Child | None = None
        self._lock = threading.Lock()
        self._interrupted = False

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. The next file starts another one."""
        with self._lock:
            self._stop()

    def interrupt(self) -> None:
        """End the process from another thread, in the middle of a file: that one fails, and no other is read."""
        self._interrupted = True
        child = self._child
        if child is not None:
            child.kill()

    def parse(
        self, path: Path, cache: Path | None = None, progress: OnPage | None = None, site: Sequence[int] = ()
    ) -> Parsed:
        """Read and parse one file. `cache` is a folder for recognised pages, `progress` is called after
        each page of a PDF, `site` are the lines of a page that are its site's (`corpus.site`).

        Raises InputError where the file can't be read or holds no notice, ReadingStoppedError where a limit
        was passed or the reader crashed, ReaderFaultError for a fault of ours. So do the other two.
        """
        message = self._ask("parse", path, cache, progress=progress, site=list(site))
        return Parsed(ParsedFile.from_json(message["parsed"]), message["sha256"])

    def lines(self, path: Path, cache: Path | None = None) -> tuple[str, ...]:
        """Read one file without parsing it: the texts of its lines."""
        return tuple(self._ask("lines", path, cache)["lines"])

    def draw(self, path: Path, page: int, passage: Passage, cache: Path | None = None) -> Sheet:
        """The picture of a PDF's page (from 1) with the passage marked."""
        sheet = self._ask("draw", path, cache, page=page, passage=asdict(passage))["sheet"]
        begins = sheet["begins"]
        return Sheet(
            page,
            base64.b64decode(sheet["data"]),
            sheet["width"],
            sheet["height"],
            None if begins is None else (begins[0], begins[1]),
        )

    def _ask(
        self, job: str, path: Path, cache: Path | None, *, progress: OnPage | None = None, **more: Any
    ) -> dict[str, Any]:
        """The process's last reply to a request, where it is no error."""
        request = {"job": job, "path": str(path), "cache": None if cache is None else str(cache), **more}
        with self._lock:
            return self._answer(request, shown(path), progress)

    def _answer(self, request: dict[str, Any], where: str, progress: OnPage | None) -> dict[str, Any]:
        if self._interrupted:
            raise ReadingStoppedError("已停止读取", where, "请再运行一次")
        silence = self.limits.silence()
        if self._child is not None and self._child.is_over:  # between two files, which is no fault of this one
            self._stop()
        if self._child is None:
            self._child = _Child(self.limits.memory)
            silence = max(silence, _START_SECONDS)
        child = self._child
        child.ask(request)
        end = time.monotonic() + self.limits.total
        try:
            while True:
                message = child.answer(min(silence, end - time.monotonic()))
                if message is None:
                    raise self._crashed(child, where)
                silence = self.limits.silence(message.get("letters", 0))
                if "page" in message and progress is not None:
                    progress(PageProgress(*message["page"]))
                if "grown" in message:
                    break
        except TimeoutError as err:
            self._stop()
            raise self._too_slow(where, silence, end - time.monotonic() <= 0) from err
        except BaseException:  # Ctrl-C, too: nothing goes on behind a build that was stopped
            self._stop()
            raise
        if message["grown"] or "out_of_memory" in message:
            self._stop()
        return self._checked(message, where)

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def _crashed(self, child: _Child, where: str) -> ReadingStoppedError:
        end = child.end()
        return (ReaderKilledError if end == "SIGKILL" else ReadingStoppedError)(
            f"读取它的程序意外退出（{end}）：文件可能已损坏，或者需要的内存超过 {self.limits.memory} MB",
            where,
            "请重新下载或另存一份再试，也可以用 --memory-limit 放宽内存",
        )

    def _too_slow(self, where: str, silence: float, in_all: bool) -> ReadingStoppedError:
        what = f"读了 {self.limits.total:g} 秒还没读完" if in_all else f"{silence:.0f} 秒没有进展"
        return ReadingStoppedError(
            f"{what}，已停止读取", where, "请检查文件是否完整，或拆成几个文件；确实需要更久的，请用 --time-limit 放宽"
        )

    def _checked(self, message: dict[str, Any], where: str) -> dict[str, Any]:
        if "out_of_memory" in message:
            raise ReadingStoppedError(
                f"读取需要的内存超过 {self.limits.memory} MB，已停止",
                where,
                "请检查文件是否完整，或拆成几个文件；确实需要的，请用 --memory-limit 放宽",
            )
        if "fault" in message:
            raise ReaderFaultError(
                f"解析时程序出错（{message['fault']}）", where, "请把这个文件发给维护人员，或先把它移走"
            )
        if "error" in message:
            raise (InputError if message["unusable"] else GongbaoError)(*message["error"])
        return message


class _Child:
    """The process, and a thread that takes its replies, since no system waits for a pipe with a limit of
    time in the same way. The thread starts it, too: Linux ends the process with the thread that did, and
    one of the page's threads ends when there is little to do."""

    def __init__(self, memory: int) -> None:
        self._replies: queue.SimpleQueue[str] = queue.SimpleQueue()
        started: Future[subprocess.Popen[str]] = Future()
        self._thread = threading.Thread(target=self._take, args=(memory, started), daemon=True)
        self._thread.start()
        try:
            self._process = started.result()
        except OSError as err:
            todo = "请关掉一些程序，再试一次"
            raise ReaderFaultError(f"启动不了读取文件的程序（{err.strerror}）", sys.executable, todo) from err

    def _take(self, memory: int, started: Future[subprocess.Popen[str]]) -> None:
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(memory), str(_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="ascii",
            )
        except OSError as err:
            started.set_exception(err)
            return
        started.set_result(process)
        assert process.stdout is not None
        for line in process.stdout:
            self._replies.put(line)
        self._replies.put("")

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def ask(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: the thread says so
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()

    def answer(self, seconds: float) -> dict[str, Any] | None:
        """The next reply; None where the process has ended. Raises TimeoutError where it says nothing for so
        many seconds."""
        try:
            line = self._replies.get(timeout=max(0.0, seconds))
        except queue.Empty as err:
            raise TimeoutError from err
        # A last line without its end was cut off by the crash.
        return dict(json.loads(line)) if line.endswith("\n") else None

    def end(self) -> str:
        """How the process ended, by the name of the signal."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "没有应答"
        try:
            return signal.Signals(-code).name if os.name == "posix" and code < 0 else f"代码 {code}"
        except ValueError:
            return f"信号 {-code}"

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.kill()
        self._process.wait()
        self._thread.join()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdout.close()
        with contextlib.suppress(OSError):  # what was not written is lost with it
            self._process.stdin.close()
