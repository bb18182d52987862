"""How a question and a clause become one row of pieces for the reader: `<s> question </s></s> place </s> clause </s>`.

The place is the title and the headings above the clause. Only the clause is ever cut: into windows that overlap, so
that every word of it is read. Training and answering both go through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.text import squash
from index.model.errors import ModelError

MAX_TOKENS = 320  # of a row: 98 of 100 clauses with question and place; attention grows with its square
MAX_QUESTION_TOKENS = 64
_TITLE = 60  # characters of a title; its beginning holds the place, its end the matter
_TITLE_START = 20
_HEADINGS = 60  # characters of headings; those next to the clause tell most
_OWN = 10  # letters by which a clause's own heading is known
OVERLAP = 64  # pieces that two windows of a long clause share


def place(title: str, path: Sequence[str], text: str) -> str:
    """Title and headings above a clause, shortened: 「离石区…供水方案的通知｜二、重点任务」."""
    own = path[-1] if path else ""
    heads = list(path)
    if own and squash(own)[:_OWN] in squash(text):
        heads.pop()  # it stands in the clause
    if len(title) > _TITLE:
        title = f"{title[:_TITLE_START]}…{title[_TITLE_START - _TITLE :]}"
    above = "｜".join(one for one in dict.fromkeys(heads) if one and one != title)[-_HEADINGS:]
    return f"{title}｜{above}" if above else title


@dataclass(frozen=True, slots=True)
class Pieces:
    """A clause and its place in pieces; `spans` are the characters of the clause that each piece stands for."""

    place: tuple[int, ...]
    text: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What the reader reads: `ids`, in which the clause's pieces `first`… stand at `at`…`until`."""

    ids: tuple[int, ...]
    at: int
    until: int
    first: int


class PairCoder:
    """Makes rows with one tokenizer. Safe to use from several threads."""

    def __init__(self, tokenizer: Path, max_tokens: int = MAX_TOKENS) -> None:
        from index.model.tokenizer import load_tokenizer  # `place` is wanted without its library

        self._tokenizer = load_tokenizer(tokenizer)
        self.max_tokens = max_tokens
        self._start, self.pad, self._end = map(self._id, ("<s>", "<pad>", "</s>"))

    def _id(self, piece: str) -> int:
        number = self._tokenizer.token_to_id(piece)
        if number is None:
            raise ModelError(f"分词表里没有 {piece}", "", "请重新制作模型")
        return int(number)

    def question(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS])

    def passage(self, above: str, text: str) -> Pieces:
        """`above` is the clause's `place`."""
        coded = self._tokenizer.encode(text, add_special_tokens=False)
        heads = self._tokenizer.encode(above, add_special_tokens=False).ids
        return Pieces(tuple(heads), tuple(coded.ids), tuple(coded.offsets))

    def row(self, question: Sequence[int], pieces: Pieces, first: int = 0) -> Row:
        """The row whose clause begins at the piece `first` and goes as far as there is room."""
        before = (self._start, *question, self._end, self._end, *pieces.place, self._end)
        text = pieces.text[first : first + self.max_tokens - len(before) - 1]
        return Row((*before, *text, self._end), len(before), len(before) + len(text), first)

    def rows(self, question: Sequence[int], pieces: Pieces) -> list[Row]:
        """The whole clause, in one row or in several that overlap."""
        rows = [self.row(question, pieces)]
        while rows[-1].first + rows[-1].until - rows[-1].at < len(pieces.text):
            last = rows[-1]
            rows.append(self.row(question, pieces, last.first + max(1, last.until - last.at - OVERLAP)))
        return rows
