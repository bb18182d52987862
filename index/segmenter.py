"""jieba's dictionary, loaded a first character at a time from a file of our own.

jieba reads its 350,000 words, or a file `jieba.cache` that anybody may have left in the temporary
folder, whole at each start (0.3 to 0.8 s). But cutting a text takes only the words that begin with
one of its characters, some hundreds for a question. So the words are kept by first character in a file that is
checked by its hash, and go into jieba's dictionary when a text needs them.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from index.files import write_file

_FORMAT = 1


class Segmenter:
    """A jieba tokenizer with the same methods. Safe to use from several threads at once."""

    def __init__(self, folder: Path, names: Iterable[str] = ()) -> None:
        """Use the dictionary file in `folder`, or make it there if that can be done. `names` are words
        to add to the dictionary."""
        import jieba

        self._jieba = jieba.Tokenizer()
        self._jieba.total, self._lines = _load(folder, jieba)
        self._jieba.initialized = True  # or it would read all of its dictionary
        self._lock = threading.Lock()
        for name in names:
            self._provide(name)
            self._jieba.add_word(name)

    def cut(self, text: str, HMM: bool = True) -> Iterator[str]:  # noqa: N803 (jieba's own name)
        """The words of a text; `HMM` finds words that are not in the dictionary, too."""
        self._provide(text)
        return iter(self._jieba.cut(text, HMM=HMM))

    def cut_for_search(self, text: str) -> Iterator[str]:
        """The words of a text, in front of each long one the words inside it."""
        self._provide(text)
        return iter(self._jieba.cut_for_search(text))

    def frequency(self, word: str) -> int:
        """How often the dictionary has counted a word; 0 for one it doesn't know."""
        self._provide(word[:1])
        return int(self._jieba.FREQ.get(word) or 0)

    def _provide(self, text: str) -> None:
        """Put the words that begin with a character of `text` into the dictionary, once."""
        needed = self._lines.keys() & set(text)
        if not needed:
            return
        with self._lock:
            for first in needed & self._lines.keys():
                for item in self._lines[first].split("\t"):
                    rest, _, frequency = item.rpartition(" ")
                    self._jieba.FREQ[first + rest] = int(frequency)
            for first in needed:  # only now: others may cut such a text at the same time
                self._lines.pop(first, None)


def _load(folder: Path, jieba: Any) -> tuple[int, dict[str, str]]:
    """The sum of all frequencies, and for each first character its words and their beginnings."""
    path = folder / f"words-{jieba.__version__}-{_FORMAT}.txt"
    with contextlib.suppress(OSError, ValueError):
        return _unpack(path.read_bytes())
    packed = _pack(jieba)
    with contextlib.suppress(OSError):  # a folder that can't be written to: read anew each time
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, packed)
    return _unpack(packed)


def _pack(jieba: Any) -> bytes:
    """Lines: the hash of the rest; the sum; then a first character, a tab, and `rest frequency` of
    every word that begins with it, and of every beginning of one (frequency 0), between tabs."""
    source = jieba.Tokenizer()
    words, total = source.gen_pfdict(source.get_dict_file())
    groups: dict[str, list[str]] = {}
    for word, frequency in words.items():
        groups.setdefault(word[0], []).append(f"{word[1:]} {frequency}")
    body = "\n".join([str(total), *("\t".join([first, *items]) for first, items in groups.items())]).encode("utf-8")
    return hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


def _unpack(packed: bytes) -> tuple[int, dict[str, str]]:
    """Raises ValueError if the bytes are not as they were packed."""
    head, _, body = packed.partition(b"\n")
    if head.decode("ascii") != hashlib.sha256(body).hexdigest():
        raise ValueError("the word file is damaged")
    total, *lines = body.decode("utf-8").split("\n")
    return int(total), {line[0]: line[2:] for line in lines}
