"""A question made ready to be searched with: folded, widened by official words, its kinds, number and place read."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.doc_number import TypedNumber, find_typed
from corpus.simplified import simplified
from corpus.text import squash
from corpus.typed_place import TypedStep, typed_place
from index.engine import Engine, Vector
from index.model.embedder import Embedder
from retriever.cited import figures
from retriever.folding import Folder
from retriever.intent import Intent, intents
from retriever.resolve import Located
from retriever.words import Expansion, expand

_ONLY_NUMBER, _ALONE = 12, 6  # letters beside a number: 「…号第三部分的全文是什么」, 「…讲了什么」


@dataclass(frozen=True, slots=True)
class Query:
    """`text` is the question folded for matching; what is shown stays as it was typed. `vector` is float32
    [dim] of norm 1, None where only keywords are searched."""

    text: str
    expansion: Expansion
    asked: tuple[Intent, ...]
    number: TypedNumber | None
    place: tuple[TypedStep, ...]
    vector: Vector | None
    cited: Located | None = None  # the citation that the question holds, where its document is here

    @property
    def only_number(self) -> bool:
        """Whether the question holds little beside a document number."""
        return self.number is not None and self._beside_number <= _ONLY_NUMBER

    @property
    def number_alone(self) -> bool:
        """Whether it asks for nothing but the document of a number."""
        return self.number is not None and self._beside_number <= _ALONE

    @property
    def _beside_number(self) -> int:
        return len(squash(self.text)) - len(squash(self.number.text if self.number else ""))


class Preparer:
    """Makes questions ready for one index. Safe to use from several threads."""

    def __init__(self, engine: Engine, embedder: Embedder | None) -> None:
        self.folder = Folder(engine.terms.counts())
        self._embedder = embedder

    def prepare(self, question: str, mode: str, cited: Located | None = None) -> Query:
        """The question as it is searched with; in mode bm25 it gets no vector."""
        text = self.folder.fold(question).text
        vector = None
        if mode != "bm25" and self._embedder is not None:
            vector = self._embedder.encode_questions([text])[0]
        read = figures(simplified(question))
        return Query(text, expand(text), intents(text), find_typed(read), typed_place(read), vector, cited)
