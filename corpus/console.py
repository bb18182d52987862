"""What commands write to stdout and stderr, and how they end. Every `main` of ours runs under `run`.

A name, a question or a message may hold anything. Characters that would steer a terminal, turn the order of
its text or can't be seen are written out (`\\u202e`), and so is what the console's encoding lacks. In JSON
that form means the same character.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from corpus.errors import GongbaoError
from corpus.text import UNSEEN

# Besides those, what clears or ends a line of a terminal; line feeds and tabs are what they are.
_UNSAFE = re.compile(f"[{UNSEEN}\\x1c-\\x1f\\x85\\u2028\\u2029\\ufeff\\u200b\\r]")


def written_out(text: str) -> str:
    """A text that is safe on a terminal and in a log: control characters and their like as escapes."""
    return _UNSAFE.sub(lambda match: _escape(match.group()), text)


def _escape(char: str) -> str:
    """The escape that JSON knows, `\\uXXXX`; two of them beyond the basic plane."""
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


class Safe:
    """A text stream that writes nothing but what a console can show. All else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        self.stream.write(self._encodable(written_out(text)))
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.write(line)

    def _encodable(self, text: str) -> str:
        encoding = self.stream.encoding or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            return "".join(char if _fits(char, encoding) else _escape(char) for char in text)
        return text

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _fits(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def plain(stream: Any) -> Any:
    """The stream behind a safe one: for progress bars, which move the cursor."""
    return stream.stream if isinstance(stream, Safe) else stream


def run(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; an error of ours is one line on stderr.

    When the reader of stdout has gone (`| head`), what is left to write is of no use to anybody: the
    command ends quietly.
    """
    with _safe_streams():
        try:
            code = command()
            sys.stdout.flush()
        except GongbaoError as err:
            print(err, file=sys.stderr)
            return err.exit_code
        except BrokenPipeError:
            _discard_rest()
            return 0
        except KeyboardInterrupt:
            print("已停止", file=sys.stderr)
            return 1
        except SystemExit:
            with contextlib.suppress(BrokenPipeError):
                sys.stdout.flush()
                raise
            _discard_rest()
            return 0
        return code


@contextlib.contextmanager
def _safe_streams() -> Iterator[None]:
    """stdout and stderr made safe for as long as a command runs."""
    before = sys.stdout, sys.stderr
    if isinstance(sys.stdout, Safe):  # a command that runs another
        yield
        return
    for stream in before:
        _use_utf8(stream)
    sys.stdout, sys.stderr = Safe(sys.stdout), Safe(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _use_utf8(stream: Any) -> None:
    """Files and pipes get UTF-8 whatever the locale; a terminal, and who asks for it, the encoding that is set."""
    if stream is None or os.environ.get("PYTHONIOENCODING") or not hasattr(stream, "reconfigure"):
        return
    with contextlib.suppress(OSError, ValueError):
        if not stream.isatty():
            stream.reconfigure(encoding="utf-8")


def _discard_rest() -> None:
    """What is still buffered goes nowhere, or Python would complain about it when it ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
