"""Places at work that all page processes of this computer share, so that two of them don't crowd the same cores.

Each is a file that is locked while somebody works. The lock belongs to the system, which frees it when its process
ends, however it ends.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout


class Slots:
    """`count` places, and a line before them: who is first in it gets the next place, so that a process with many
    questions does not take every place again before others have seen it free. They are the same for all processes that
    name the same folder."""

    def __init__(self, folder: Path, count: int) -> None:
        """Makes the folder. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._line = folder / "line.lock"
        self._places = [folder / f"place-{number}.lock" for number in range(count)]

    def first_in_line(self) -> ExitStack | None:
        """The first rank in the line, until the stack is closed; None, at once, where another has it."""
        return _locked(self._line)

    def take(self) -> ExitStack | None:
        """A place, until the stack is closed; None, at once, where none is free."""
        return next((place for file in self._places if (place := _locked(file)) is not None), None)


def _locked(file: Path) -> ExitStack | None:
    held = ExitStack()
    try:
        held.enter_context(FileLock(file, blocking=False, thread_local=False))
    except Timeout:
        return None
    except OSError:
        pass  # the folder was taken away: better crowded than closed
    return held
