"""What a user would take instead of gongbao: plain search over the raw text, cut every 500 characters.

Fixed chunks of 500 characters with 50 of overlap are what general stacks make of a text file; `grep`
is a person who looks for the question's words in an editor. Neither knows notices, so a passage is
counted with the notice that most of it stands in; the user would have to find that out alone. They
always answer, with the beginning of the best passage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.text import CJK, is_cjk, nfkc
from eval.model import Answer, Hit, Response
from retriever.fusion import order, reciprocal_rank

CHUNK, OVERLAP = 500, 50
ANSWER_LENGTH = 160
FUSED = 100  # passages of each kind that are fused

Tokenize = Callable[[str], list[str]]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class NoticeLines:
    """The lines of a source (from 1, both included) that belong to a notice."""

    doc_number: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RawSource:
    """A source before any parsing: its lines as they are, and where the notices stand in it."""

    file: str
    lines: tuple[str, ...]
    notices: tuple[NoticeLines, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def _owner(source: RawSource, sizes: Iterable[tuple[int, int]]) -> str | None:
    """The 发文字号 of the notice that most of a piece belongs to; of equals the earlier one.

    `sizes`: how many characters of the piece stand in each line. A piece with (9, 40) and (10, 460), cut where a
    notice ends with line 9, belongs to the one from line 10 on. None where no notice has a line of it.
    """
    counts: Counter[int] = Counter()
    for line, characters in sizes:
        for at, notice in enumerate(source.notices):
            if notice.start <= line <= notice.end:
                counts[at] += characters
                break
    if not counts:
        return None
    best = max(counts, key=lambda at: (counts[at], -at))
    return source.notices[best].doc_number


def chunks(sources: Sequence[RawSource], size: int = CHUNK, overlap: int = OVERLAP) -> list[Hit]:
    """Every `size` characters of each source, the last `overlap` of them again in the next chunk: with 4 and 1,
    「甲乙丙丁戊己」 → 甲乙丙丁, 丁戊己."""
    pieces = []
    for source in sources:
        text = source.text
        line_of = np.repeat(np.arange(1, len(source.lines) + 1), [len(line) + 1 for line in source.lines])
        for number, start in enumerate(range(0, max(len(text) - overlap, 1), size - overlap), 1):
            piece = text[start : start + size]
            if piece.strip():
                lines = zip(*np.unique(line_of[start : start + size], return_counts=True), strict=True)
                owner = _owner(source, ((int(line), int(count)) for line, count in lines))
                pieces.append(Hit(f"{source.file}#{number}", owner, piece))
    return pieces


def paragraphs(sources: Sequence[RawSource]) -> list[Hit]:
    """The blocks of lines between empty lines: 甲 / 乙 / (empty) / 丙 → 甲 + 乙, 丙."""
    pieces = []
    for source in sources:
        begin: int | None = None
        for number, line in enumerate([*source.lines, ""], 1):
            if line.strip():
                begin = number if begin is None else begin
            elif begin is not None:
                members = source.lines[begin - 1 : number - 1]
                owner = _owner(source, ((begin + at, len(one)) for at, one in enumerate(members)))
                pieces.append(Hit(f"{source.file}:{begin}", owner, "\n".join(members)))
                begin = None
    return pieces


class _Ranker:
    """A baseline: passages, and a score for those that fit a question."""

    calibrated = False

    def __init__(self, name: str, passages: Sequence[Hit]) -> None:
        self.name = name
        self.passages = passages

    def scores(self, question: str) -> Mapping[int, float]:
        """Position of a passage -> score, for every passage with a score."""
        raise NotImplementedError

    def ask(self, question: str, k: int) -> Response:
        ranked = order(self.scores(question))[:k]
        if not ranked:
            return Response((), answered=False, confidence=0.0)
        hits = tuple(self.passages[at] for at, _ in ranked)
        answer = Answer(hits[0].text[:ANSWER_LENGTH], hits[0].clause_id)
        return Response(hits, answered=True, confidence=ranked[0][1], answer=answer)


def _above_zero(scores: NDArray[np.floating[Any]]) -> dict[int, float]:
    """The scores above 0."""
    return {int(at): float(scores[at]) for at in np.flatnonzero(scores > 0)}


class Bm25Chunks(_Ranker):
    """BM25 with bm25s's own settings, as a general stack has them, and with our tokens."""

    def __init__(self, passages: Sequence[Hit], tokenize: Tokenize) -> None:
        import bm25s

        super().__init__("fixed500-bm25", passages)
        self._tokenize = tokenize
        self._index: Any = bm25s.BM25()
        self._index.index([tokenize(passage.text) for passage in passages], show_progress=False)

    def scores(self, question: str) -> Mapping[int, float]:
        known = [token for token in self._tokenize(question) if token in self._index.vocab_dict]
        return _above_zero(self._index.get_scores(known)) if known else {}


class DenseChunks(_Ranker):
    """Cosine of embeddings. `vectors` is float32 [passages, dim], rows of L2 norm 1."""

    def __init__(self, passages: Sequence[Hit], vectors: NDArray[np.float32], encode: Encode) -> None:
        super().__init__("fixed500-dense", passages)
        self._vectors, self._encode = vectors, encode

    def scores(self, question: str) -> Mapping[int, float]:
        return _above_zero(self._vectors @ self._encode([question])[0])


class RrfChunks(_Ranker):
    """Reciprocal rank fusion of two baselines' first FUSED passages, with the usual k of 60."""

    def __init__(self, one: _Ranker, other: _Ranker) -> None:
        super().__init__("fixed500-rrf", one.passages)
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

    def __init__(self, passages: Sequence[Hit]) -> None:
        super().__init__("grep", passages)
        self._texts = [nfkc(passage.text).lower() for passage in passages]

    def scores(self, question: str) -> Mapping[int, float]:
        words = search_words(question)
        counts = {at: float(sum(word in text for word in words)) for at, text in enumerate(self._texts)}
        return {at: count for at, count in counts.items() if count}
