"""What a user would take instead of gongbao: plain search over the text of the same files, cut every 500 characters.

Fixed chunks of 500 characters with 50 of overlap are what general stacks make of a file's text; `grep` is a person
who looks for the question's words in an editor. They work on what other programs take out of a file
(`eval.plain_text`), so that what our parser loses or refuses counts against us. Neither knows notices: a piece answers
if it holds the words and is of the right file (`eval.owners`); whose notice it is the user would have to find out
alone. They always answer, with the beginning of the best piece.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.text import CJK, is_cjk, nfkc
from eval.model import Answer, Hit, Response
from retriever.fusion import order, reciprocal_rank

CHUNK, OVERLAP = 500, 50
ANSWER_LENGTH = 160
FUSED = 100  # pieces of each kind that are fused

Tokenize = Callable[[str], list[str]]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A file before any parsing: its name, where it lies, and its text (empty where none can be taken out)."""

    name: str
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file's text, with an id of its own."""

    id: str
    file: str
    text: str


class Owners(Protocol):
    """Says whose notice's a piece counts as: plain text doesn't."""

    def number(self, question: str, piece: Piece) -> str | None:
        """The 发文字号 that a piece found for a question counts under."""
        ...

    def passages(self, pieces: Sequence[Piece]) -> list[Hit]:
        """The pieces under every 发文字号 that they may count under for some question."""
        ...


def chunks(files: Sequence[PlainFile], size: int = CHUNK, overlap: int = OVERLAP) -> list[Piece]:
    """Every `size` characters of each file, the last `overlap` of them again in the next chunk: with 4 and 1,
    「甲乙丙丁戊己」 → 甲乙丙丁, 丁戊己."""
    pieces = []
    for file in files:
        starts = range(0, max(len(file.text) - overlap, 1), size - overlap)
        for number, start in enumerate(starts, 1):
            piece = file.text[start : start + size]
            if piece.strip():
                pieces.append(Piece(f"{file.name}#{number}", file.name, piece))
    return pieces


def paragraphs(files: Sequence[PlainFile]) -> list[Piece]:
    """The blocks of lines between empty lines: 甲 / 乙 / (empty) / 丙 → 甲 + 乙, 丙."""
    pieces = []
    for file in files:
        begin, lines = 0, file.text.split("\n")
        for number, line in enumerate([*lines, ""], 1):
            if line.strip():
                begin = begin or number
            elif begin:
                pieces.append(Piece(f"{file.name}:{begin}", file.name, "\n".join(lines[begin - 1 : number - 1])))
                begin = 0
    return pieces


class _Ranker:
    """A baseline: pieces, and a score for those that fit a question."""

    calibrated = False

    def __init__(self, name: str, pieces: Sequence[Piece], owners: Owners | None = None) -> None:
        self.name = name
        self.pieces = pieces
        self._owners = owners

    @property
    def passages(self) -> Sequence[Hit]:
        """Every piece; without owners as no notice's."""
        if self._owners is None:
            return [Hit(piece.id, None, piece.text) for piece in self.pieces]
        return self._owners.passages(self.pieces)

    def _hit(self, question: str, piece: Piece) -> Hit:
        number = None if self._owners is None else self._owners.number(question, piece)
        return Hit(piece.id, number, piece.text)

    def scores(self, question: str) -> Mapping[int, float]:
        """Position of a piece -> score, for every piece with a score."""
        raise NotImplementedError

    def ask(self, question: str, k: int) -> Response:
        ranked = order(self.scores(question))[:k]
        if not ranked:
            return Response((), answered=False, confidence=0.0)
        hits = tuple(self._hit(question, self.pieces[at]) for at, _ in ranked)
        answer = Answer(hits[0].text[:ANSWER_LENGTH], hits[0].clause_id)
        return Response(hits, answered=True, confidence=ranked[0][1], answer=answer)


def _above_zero(scores: NDArray[np.floating[Any]]) -> dict[int, float]:
    """The scores above 0."""
    return {int(at): float(scores[at]) for at in np.flatnonzero(scores > 0)}


class Bm25Chunks(_Ranker):
    """BM25 with bm25s's own settings, as a general stack has them, and with our tokens."""

    def __init__(self, pieces: Sequence[Piece], tokenize: Tokenize, owners: Owners | None = None) -> None:
        import bm25s

        super().__init__("fixed500-bm25", pieces, owners)
        self._tokenize = tokenize
        self._index: Any = bm25s.BM25()
        if pieces:  # bm25s raises without any
            self._index.index([tokenize(piece.text) for piece in pieces], show_progress=False)

    def scores(self, question: str) -> Mapping[int, float]:
        known = [token for token in self._tokenize(question) if self.pieces and token in self._index.vocab_dict]
        return _above_zero(self._index.get_scores(known)) if known else {}


class DenseChunks(_Ranker):
    """Cosine of embeddings. `vectors` is float32 [pieces, dim], rows of L2 norm 1."""

    def __init__(
        self, pieces: Sequence[Piece], vectors: NDArray[np.float32], encode: Encode, owners: Owners | None = None
    ) -> None:
        super().__init__("fixed500-dense", pieces, owners)
        self._vectors, self._encode = vectors, encode

    def scores(self, question: str) -> Mapping[int, float]:
        return _above_zero(self._vectors @ self._encode([question])[0])


class RrfChunks(_Ranker):
    """Reciprocal rank fusion of two baselines' first FUSED pieces, with the usual k of 60."""

    def __init__(self, one: _Ranker, other: _Ranker) -> None:
        super().__init__("fixed500-rrf", one.pieces, one._owners)
        self._parts = (one, other)

    def scores(self, question: str) -> Mapping[int, float]:
        return reciprocal_rank(*(dict(order(part.scores(question))[:FUSED]) for part in self._parts))


_WORDS = re.compile(rf"[a-z0-9.]+|[{CJK}]+")


def search_words(question: str) -> list[str]:
    """What a person would look for: every two neighbouring Chinese characters, and whole Latin words
    and numbers, each once: 「PM2.5超标谁管」 → pm2.5, 超标, 标谁, 谁管."""
    words: dict[str, None] = {}
    for word in _WORDS.findall(nfkc(question).lower()):
        pairs = [word[at : at + 2] for at in range(len(word) - 1)] if is_cjk(word[0]) else []
        words.update(dict.fromkeys(pairs or [word]))
    return list(words)


class Grep(_Ranker):
    """How many of the question's words a paragraph holds, letter by letter."""

    def __init__(self, pieces: Sequence[Piece], owners: Owners | None = None) -> None:
        super().__init__("grep", pieces, owners)
        self._texts = [nfkc(piece.text).lower() for piece in pieces]

    def scores(self, question: str) -> Mapping[int, float]:
        words = search_words(question)
        counts = {at: float(sum(word in text for word in words)) for at, text in enumerate(self._texts)}
        return {at: count for at, count in counts.items() if count}
