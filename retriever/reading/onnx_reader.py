"""The reader that comes with the program, over passages of an index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index.model.pair import place
from index.model.reader_place import own_reader_path, reader_folder
from retriever.reading.passages import Passage
from retriever.reading.reader import AnswerKind, Reading


class PassageReader:
    """A Reader (`retriever/reading/reader.py`) and a Ranker (`ranking.py`) on ONNX Runtime."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Raises ModelMissing or ModelError."""
        from index.model.onnx_reader import OnnxReader  # brings ONNX Runtime, which keywords don't wait for

        self._reader = OnnxReader(folder, threads=threads)
        self.sha256 = self._reader.sha256

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        clauses = [
            (place(entry.notice.title, entry.path, entry.text), entry.text) for entry in (one.entry for one in passages)
        ]
        return [
            Reading(passage, AnswerKind(one.kind), one.start, one.end, one.score, one.relevance)
            for passage, one in zip(passages, self._reader.read(question, clauses), strict=True)
        ]

    def rank(self, question: str, passages: Sequence[Passage]) -> list[float]:
        return [one.relevance for one in self.read(question, passages)]


def own_reader() -> PassageReader:
    """The reader that comes with the program. Raises ModelMissing where `make-model` has not made it, ModelError."""
    return PassageReader(reader_folder(own_reader_path()))
