"""Whose notice's a piece of plain text counts as, for systems that know of no notices.

A piece answers a question if it holds a label's quote and is of the label's file: one of the question's `documents`,
or, where the question names none, a file that holds the quote (of several, those that hold the label's 发文字号, too).
It then counts under that label's number. A piece that holds quotes of two notices counts under the first one's: a hit
has one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.text import squash, strip_markup
from eval.baselines import Piece, PlainFile
from eval.model import Hit, Label, Question

ELSEWHERE = "（不在标注的文件里）"  # no notice's number


@dataclass(frozen=True, slots=True)
class _Place:
    """A label as plain text can meet it: words, and the files that count."""

    quote: str
    files: frozenset[str]
    number: str | None

    def held_by(self, piece: Piece) -> bool:
        return piece.file in self.files and self.quote in _letters(piece.text)


class LabelOwners:
    """The owners of pieces, from the labels of questions (`eval.baselines.Owners`)."""

    def __init__(self, questions: Sequence[Question], files: Sequence[PlainFile]) -> None:
        self._files = [(file, _letters(file.text)) for file in files]
        self._places: dict[str, list[_Place]] = {}
        for question in questions:
            places = [self._place(question, label) for label in question.relevant]
            self._places.setdefault(question.question, []).extend(places)

    def number(self, question: str, piece: Piece) -> str | None:
        held = (place for place in self._places.get(question, ()) if place.held_by(piece))
        return next((place.number for place in held), ELSEWHERE)

    def passages(self, pieces: Sequence[Piece]) -> list[Hit]:
        by_file: dict[str, list[Piece]] = {}
        for piece in pieces:
            by_file.setdefault(piece.file, []).append(piece)
        return [
            Hit(piece.id, place.number, piece.text)
            for places in self._places.values()
            for place in places
            for file in sorted(place.files)
            for piece in by_file.get(file, ())
            if place.held_by(piece)
        ]

    def _place(self, question: Question, label: Label) -> _Place:
        quote = squash(label.quote)
        if question.documents:
            files = [file.name for file, _ in self._files if any(is_document(file, one) for one in question.documents)]
        else:
            number = squash(label.doc_number or "")
            holding = [(file.name, text) for file, text in self._files if quote in text]
            files = [name for name, text in holding if number in text] or [name for name, _ in holding]
        return _Place(quote, frozenset(files), label.doc_number)


def is_document(file: PlainFile, relative: str) -> bool:
    """Whether a file is the one of that path, relative to whatever folder the documents lie in."""
    return f"/{file.path.as_posix()}".endswith(f"/{relative}")


def _letters(text: str) -> str:
    """The form in which quotes are compared; marks of converters (`<u>`) are no letters."""
    return squash(strip_markup(text))
