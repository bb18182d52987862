"""The base of every error a user may see: what was wrong, where, what to do, and the exit code."""

from __future__ import annotations


def printable(text: str) -> str:
    """A text for messages: line breaks and other characters without a shape are written out."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class GongbaoError(Exception):
    """One clear line for the user. Commands print it to stderr and leave with `exit_code`.

    `what` says what was wrong, `where` names the file, line or page (or is empty), `todo` says
    what the user can do about it. All three are Chinese, because users read them.
    """

    exit_code = 1

    def __init__(self, what: str, where: str = "", todo: str = "") -> None:
        where = printable(where)
        self.what, self.where, self.todo = what, where, todo
        head = f"{where}：{what}" if where else what
        super().__init__(f"{head}。{todo}" if todo else head)


class UsageError(GongbaoError):
    """Wrong usage or unusable input (exit code 2)."""

    exit_code = 2


class InputError(UsageError):
    """A file that can't be read as a gazette: empty, binary, of an unknown kind, without a notice."""
