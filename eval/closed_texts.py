"""The words of closed documents: what shares a long stretch with one of them is not to be learnt from or tested on.

The hash of a file knows only the very same file (`eval.closed.hashes`); the same document also comes as a web page, in
a collection, or cut into passages. So texts are compared by runs of letters, whatever stands between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.text import squash
from eval.closed import CLOSED, documents
from eval.documents.files import located
from eval.plain_text import plain_texts

# Letters in a row that two documents hardly share by chance. What both quote of a law may be as long: given up then.
LONG = 60


class ClosedTexts:
    """The runs of LONG letters of some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs = {hash(run) for text in texts for run in runs(text)}

    @classmethod
    def of(cls, folder_or_tar: Path, lists: Path = CLOSED) -> ClosedTexts:
        """Those of the closed documents, which lie in a folder or a tar file.

        Raises UsageError where one is missing or has changed.
        """
        listed = documents(lists)
        with located(listed, folder_or_tar, closed=True) as paths:
            return cls(plain_texts(dict(paths)).values())

    def share(self, text: str) -> bool:
        """Whether a text shares LONG letters in a row with one of them."""
        return any(hash(run) in self._runs for run in runs(text))


def runs(text: str, length: int = LONG) -> Iterator[str]:
    """Every stretch of so many letters and digits."""
    letters = squash(text)
    return (letters[at : at + length] for at in range(len(letters) - length + 1))
