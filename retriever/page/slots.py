"""Places at work that all page processes of this computer share, so that two of them don't crowd the same cores.

Each is a file that is locked while somebody works. The lock belongs to the system, which frees it when its process
ends, however it ends.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout


class Slots:
    """`count` places. They are the same for all processes that name the same folder."""

    def __init__(self, folder: Path, count: int) -> None:
        """Makes the folder. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._files = [folder / f"place-{number}.lock" for number in range(count)]

    def take(self) -> ExitStack | None:
        """A place, until the stack is closed; None, at once, where none is free."""
        for file in self._files:
            place = ExitStack()
            try:
                place.enter_context(FileLock(file, blocking=False, thread_local=False))
            except Timeout:
                continue
            except OSError:
                pass  # the folder was taken away: better crowded than closed
            return place
        return None
