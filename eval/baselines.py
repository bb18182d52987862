"""What a user would take instead of gongbao: plain search over the raw text, cut every 500 characters.

Fixed chunks of 500 characters with 50 of overlap are what general stacks make of a text file; `grep`
is a person who looks for the question's words in an editor. Neither knows notices, so a passage is
counted with the notice that most of it stands in; the user would have to find that out alone. They
always answer, with the beginning of the best passage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.text import nfkc
from eval.model import Answer, Hit, Response

CHUNK, OVERLAP = 500, 50
ANSWER_LENGTH = 160
RRF_K = 60
_DEPTH = 100  # candidates of each kind that are fused

Tokenize = Callable[[str], list[str]]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Scores = NDArray[np.float64]


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
    """The notice with most of the characters given as (line, characters); of equals the earlier one."""
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
    """Every `size` characters of each source, the last `overlap` of them again in the next chunk."""
    found = []
    for source in sources:
        text = source.text
        line_of = np.repeat(np.arange(1, len(source.lines) + 1), [len(line) + 1 for line in source.lines])
        for number, start in enumerate(range(0, max(len(text) - overlap, 1), size - overlap), 1):
            piece = text[start : start + size]
            if piece.strip():
                lines = zip(*np.unique(line_of[start : start + size], return_counts=True), strict=True)
                owner = _owner(source, ((int(line), int(count)) for line, count in lines))
                found.append(Hit(f"{source.file}#{number}", owner, piece))
    return found


def paragraphs(sources: Sequence[RawSource]) -> list[Hit]:
    """Lines without an empty line between them, as an editor shows them."""
    found = []
    for source in sources:
        begin: int | None = None
        for number, line in enumerate([*source.lines, ""], 1):
            if line.strip():
                begin = number if begin is None else begin
            elif begin is not None:
                members = source.lines[begin - 1 : number - 1]
                owner = _owner(source, ((begin + at, len(one)) for at, one in enumerate(members)))
                found.append(Hit(f"{source.file}:{begin}", owner, "\n".join(members)))
                begin = None
    return found


def ranked(scores: Scores, k: int) -> list[int]:
    """Positions of the k best scores above 0, best first, equal ones in the order of the text."""
    order = np.argsort(-scores, kind="stable")[:k]
    return [int(at) for at in order if scores[at] > 0]


class _Ranker:
    """A baseline: passages and a score for each. A score of 0 or less is no hit."""

    calibrated = False

    def __init__(self, name: str, passages: Sequence[Hit]) -> None:
        self.name = name
        self.passages = passages

    def scores(self, question: str) -> Scores:
        """One score a passage, in the passages' order."""
        raise NotImplementedError

    def ask(self, question: str, k: int) -> Response:
        scores = self.scores(question)
        hits = tuple(self.passages[at] for at in ranked(scores, k))
        best = float(scores.max()) if hits else 0.0
        answer = Answer(hits[0].text[:ANSWER_LENGTH], hits[0].clause_id) if hits else None
        return Response(hits, answered=bool(hits), confidence=best, answer=answer)


class Bm25Chunks(_Ranker):
    """BM25 with the settings and the tokens of ours, over chunks."""

    def __init__(self, passages: Sequence[Hit], tokenize: Tokenize) -> None:
        import bm25s

        super().__init__("fixed500-bm25", passages)
        self._tokenize = tokenize
        self._index: Any = bm25s.BM25()
        self._index.index([tokenize(passage.text) for passage in passages], show_progress=False)

    def scores(self, question: str) -> Scores:
        known = [token for token in self._tokenize(question) if token in self._index.vocab_dict]
        if not known:
            return np.zeros(len(self.passages))
        return np.asarray(self._index.get_scores(known), dtype=np.float64)


class DenseChunks(_Ranker):
    """Cosine of embeddings. `vectors` is float32 [passages, dim], rows of L2 norm 1."""

    def __init__(self, passages: Sequence[Hit], vectors: NDArray[np.float32], encode: Encode) -> None:
        super().__init__("fixed500-dense", passages)
        self._vectors, self._encode = vectors, encode

    def scores(self, question: str) -> Scores:
        return np.asarray(self._vectors @ self._encode([question])[0], dtype=np.float64)


class RrfChunks(_Ranker):
    """Reciprocal rank fusion of two baselines (Cormack, Clarke and Büttcher 2009, k = 60)."""

    def __init__(self, one: _Ranker, other: _Ranker) -> None:
        super().__init__("fixed500-rrf", one.passages)
        self._parts = (one, other)

    def scores(self, question: str) -> Scores:
        fused = np.zeros(len(self.passages))
        for part in self._parts:
            for rank, at in enumerate(ranked(part.scores(question), _DEPTH), 1):
                fused[at] += 1 / (RRF_K + rank)
        return fused


_WORDS = re.compile(r"[a-z0-9.]+|[\u3400-\u9fff]+")


def search_words(question: str) -> list[str]:
    """What a person would look for: every two neighbouring Chinese characters, and whole Latin words
    and numbers, each once."""
    found: dict[str, None] = {}
    for word in _WORDS.findall(nfkc(question).lower()):
        chinese = word[0] > "\u3000" and len(word) > 1
        found.update(dict.fromkeys([word[at : at + 2] for at in range(len(word) - 1)] if chinese else [word]))
    return list(found)


class Grep(_Ranker):
    """How many of the question's words a paragraph holds, letter by letter."""

    def __init__(self, passages: Sequence[Hit]) -> None:
        super().__init__("grep", passages)
        self._texts = [nfkc(passage.text).lower() for passage in passages]

    def scores(self, question: str) -> Scores:
        words = search_words(question)
        return np.asarray([sum(word in text for word in words) for text in self._texts], dtype=np.float64)
