"""Which characters of a text to mark: the words of the question, and the span that answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from index.tokens import tokenize
from retriever.page.markup import Html, el, esc, join

_WORD, _ANSWER = 1, 2


def question_words(question: str) -> tuple[str, ...]:
    """The words of a question that are worth marking, longest first. Single characters are not."""
    words = {word for word in tokenize(question) if len(word) > 1}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _fold(text: str) -> str:
    """NFKC and lower case, one character for one, so that positions stay."""
    out = []
    for char in text:
        folded = unicodedata.normalize("NFKC", char).lower()
        out.append(folded if len(folded) == 1 else char)
    return "".join(out)


def mark(text: str, words: Sequence[str], answer: str | None = None) -> Html:
    """The text as markup: matched words in `<mark>`, the answering span in `<mark class="answer">`."""
    levels = [0] * len(text)
    folded = _fold(text)
    for word in words:
        for match in re.finditer(re.escape(word), folded):
            levels[match.start() : match.end()] = [_WORD] * (match.end() - match.start())
    if answer:
        start = folded.find(_fold(answer))
        if start >= 0:
            end = start + len(answer)
            levels[start:end] = [level | _ANSWER for level in levels[start:end]]
    return join([_run(text[begin:end], level) for begin, end, level in _runs(levels)])


def _runs(levels: Sequence[int]) -> list[tuple[int, int, int]]:
    runs: list[tuple[int, int, int]] = []
    for at, level in enumerate(levels):
        if runs and runs[-1][2] == level:
            runs[-1] = (runs[-1][0], at + 1, level)
        else:
            runs.append((at, at + 1, level))
    return runs


def _run(text: str, level: int) -> Html:
    if level & _ANSWER:
        inner = el("b", text) if level & _WORD else esc(text)
        return el("mark", inner, cls="answer")
    return el("mark", text) if level else esc(text)
