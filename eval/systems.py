"""The systems that can be measured, made from an index: where `python -m eval` meets our own search.

(The experiments `ablation` and `calibrate` look inside it; nothing else of `eval` knows how it works.)
The other packages are imported on first use, so that `--help` and a bad question file answer at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from corpus.errors import UsageError
from eval import baselines
from eval.model import Answer, Hit, Office, Question, Response, System
from eval.origin import Origin, origin
from eval.owners import LabelOwners
from eval.plain_files import SourceMissingError, indexed_files, named_files, plain_files, recognised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from eval.stard import Search, Searches, Stard
    from index.address import Where
    from index.engine import Engine, IndexedClause
    from index.model.embedder import Embedder
    from retriever.ask import Asker
    from retriever.model import SearchResult
    from retriever.reading.reader import Reader

OURS = "ours"
SYSTEMS = (OURS, "fixed500-dense", "fixed500-bm25", "fixed500-rrf", "grep")
MODES = ("hybrid", "dense", "bm25")
EMBEDDING_MODES = ("hybrid", "dense", "fixed500-dense", "fixed500-rrf")  # modes and systems with vectors
# The day as of which everything is measured: no number may change by itself when a notice expires.
DAY = dt.date(2026, 11, 28)
EMBED_BATCH = 64  # texts between two writes to the cache: a minute of work at most is lost


class Ours:
    """Our own answers in one of the modes."""

    name = OURS
    calibrated = True

    def __init__(self, asker: Asker, passages: Sequence[Hit], mode: str) -> None:
        self.passages = passages
        self._asker, self._mode = asker, mode

    def ask(self, question: str, k: int) -> Response:
        try:
            return response(self._asker.ask(question, k=k, mode=self._mode))
        except UsageError as err:  # a question that our commands refuse is answered by nothing
            return Response((), answered=False, confidence=0.0, mode_used=self._mode, note=str(err))


def response(result: SearchResult) -> Response:
    """What a person sees of our result: the caution is the page's."""
    from retriever.confidence import UNSURE

    answer = result.answer
    return Response(
        hits=tuple(Hit(hit.clause_id, hit.doc_number, hit.text) for hit in result.hits),
        answered=result.answered,
        confidence=result.confidence,
        answer=None
        if answer is None
        else Answer(
            answer.text,
            answer.clause_id,
            tuple(Office(office.name, office.phone) for office in answer.offices),
        ),
        mode_used=result.mode_used,
        note=result.note,
        cautioned=result.answered and result.confidence < UNSURE,
    )


class Bench:
    """An opened index, and what is measured with it."""

    def __init__(
        self,
        folder: Where | None,
        day: dt.date = DAY,
        *,
        questions: Sequence[Question] = (),
        files: Sequence[Path] | None = None,
    ) -> None:
        """Open the index in `folder`, or the default one, as of `day`. Raises what opening an index raises.

        Baselines search `files`, or those that were indexed; by the labels of `questions` their hits are judged.
        """
        from index.opening import open_index
        from index.paths import DEFAULT_INDEX

        self._day = day
        self._questions = tuple(questions)
        self._named = files
        self.engine: Engine = open_index(DEFAULT_INDEX if folder is None else folder, today=day)

    @property
    def entries(self) -> list[IndexedClause]:
        """Every clause of the index."""
        return self.engine.clauses(range(self.engine.info.clauses))

    @cached_property
    def passages(self) -> list[Hit]:
        """Every clause as something that can be returned."""
        return [Hit(one.clause_id, one.notice.doc_number, one.text) for one in self.entries]

    @cached_property
    def files(self) -> list[baselines.PlainFile]:
        """The plain text of the files, also of those that our parser refuses. SourceMissingError if one that was
        indexed has gone or changed."""
        return plain_files(indexed_files(self.engine) if self._named is None else named_files(self._named))

    def raw_texts(self) -> dict[str, str] | None:
        """File name -> its text, None if a file is not where it was."""
        try:
            return recognised(self.files, self.engine)
        except SourceMissingError:
            return None

    @cached_property
    def owners(self) -> LabelOwners:
        """Whose notice's a piece of these files counts as."""
        return LabelOwners(self._questions, self.files)

    @property
    def model(self) -> str | None:
        """The name of the index's embedding model, None for an index without embeddings."""
        model = self.engine.info.model
        return None if model is None else model.name

    def origin(self, command: str) -> Origin:
        """What a run that begins now is made with."""
        from index.local.manifest import VERSION

        return origin(self.engine.info, command, VERSION, self._day)

    @cached_property
    def embedder(self) -> Embedder:
        """The index's own model; the default one for an index without embeddings."""
        from index.model.load import load_embedder

        return load_embedder(self.model)

    @cached_property
    def reader(self) -> Reader:
        """The reader that comes with the program. Raises ModelError."""
        from retriever.reading.onnx_reader import own_reader

        return own_reader()

    def system(self, name: str, mode: str) -> System:
        """The system of that name; `mode` is for ours alone."""
        if name == OURS:
            from retriever.ask import Asker

            return Ours(Asker.over(self.engine, dense=mode in EMBEDDING_MODES), self.passages, mode)
        if name == "grep":
            return baselines.Grep(baselines.paragraphs(self.files), self.owners)
        if name == "fixed500-bm25":
            return self._bm25
        if name == "fixed500-dense":
            return self._dense
        return baselines.RrfChunks(self._bm25, self._dense)

    @cached_property
    def _chunks(self) -> list[baselines.Piece]:
        return baselines.chunks(self.files)

    @cached_property
    def _bm25(self) -> baselines.Bm25Chunks:
        return self.keyword_chunks(self._chunks)

    @cached_property
    def _dense(self) -> baselines.DenseChunks:
        return self.dense_chunks(self._chunks)

    def keyword_chunks(self, chunks: Sequence[baselines.Piece]) -> baselines.Bm25Chunks:
        """BM25 over chunks with our tokens."""
        from index.tokens import tokenize

        return baselines.Bm25Chunks(chunks, tokenize, self.owners)

    def dense_chunks(self, chunks: Sequence[baselines.Piece]) -> baselines.DenseChunks:
        """Embeddings of chunks by the index's own model, so that only the chunks differ from ours."""
        vectors = embed([chunk.text for chunk in chunks], self.embedder)
        return baselines.DenseChunks(chunks, vectors, self.embedder.encode_questions, self.owners)


def embed(texts: Sequence[str], embedder: Embedder) -> NDArray[np.float32]:
    """float32 [len(texts), dim], rows of L2 norm 1, in input order, with a progress bar.

    Kept in the cache folder by text and model: a run that was stopped goes on where it was.
    """
    from index.paths import cache_folder
    from index.vectors import VectorCache

    cache = VectorCache(cache_folder() / "eval-vectors", embedder)
    missing = cache.missing(texts)
    with tqdm(total=len(missing), desc="计算向量", unit="条", disable=None) as bar:
        for start in range(0, len(missing), EMBED_BATCH):
            batch = missing[start : start + EMBED_BATCH]
            cache.add(batch, embedder.encode_passages(batch))
            bar.update(len(batch))
    return cache.get(texts)


_STARD_READ = 20  # articles: more than of a gazette's clauses, as several answer a question


def stard_searches(data: Stard, modes: Sequence[str]) -> Searches:
    """Our own parts over the articles of STARD: keywords, embeddings, and the two fused as our search does.

    The article's name takes the place of our headings, in the keyword index and in the embedding.
    """
    from eval.stard import Searches
    from index.local.keywords import Fields, build_bm25
    from index.model.folder import MODEL_NAME
    from index.model.load import load_embedder
    from index.model.onnx_reader import OnnxReader
    from index.model.reader_place import own_reader_path, reader_folder
    from index.term_counts import ceiling
    from index.tokens import tokenize
    from retriever.fusion import fuse, order
    from retriever.reading.ranking import MOST, combined
    from retriever.reading.use import USUAL
    from retriever.search import DEPTH

    keywords = build_bm25(Fields(one.text, "", one.name) for one in data.articles)

    def bm25(question: str) -> Mapping[int, float]:
        return _positive(keywords.scores_of(dict.fromkeys(tokenize(question), 1.0)))

    if set(modes) <= {"bm25"}:
        return Searches({"bm25": bm25}, {})
    embedder = load_embedder()
    vectors = embed([f"{one.name}\n{one.text}" for one in data.articles], embedder)

    @cache  # several searches ask the same questions
    def dense(question: str) -> Mapping[int, float]:
        return _positive(vectors @ embedder.encode_questions([question])[0])

    def hybrid(question: str) -> Mapping[int, float]:
        nearest, worded = (dict(order(side(question))[:DEPTH]) for side in (dense, bm25))
        return fuse(nearest, worded, ceiling(keywords, tokenize(question)))

    def read(question: str) -> Mapping[int, float]:
        """The first of `hybrid` in the order that the reader gives them, above the others."""
        scores = dict(hybrid(question))
        first = [at for at, _ in order(scores)[:_STARD_READ]]
        told = reader.read(question, [(data.articles[at].name, data.articles[at].text) for at in first])
        above = 2 * USUAL.ranking * MOST + 1  # more than any score
        return scores | {at: above + combined(scores[at], one.relevance) for at, one in zip(first, told, strict=True)}

    with_model: dict[str, Search] = {"hybrid": hybrid, "dense": dense}
    chosen: dict[str, Search] = {mode: search for mode, search in with_model.items() if mode in modes}
    if "hybrid" in chosen and embedder.name == MODEL_NAME:  # the reader held out what the model did
        reader = OnnxReader(reader_folder(own_reader_path()))
        chosen[f"hybrid, {_STARD_READ} read"] = read
    plain: dict[str, Search] = {"bm25": bm25} if "bm25" in modes else {}
    # Our own model has learnt from the questions that its training did not hold out.
    return Searches(plain, chosen) if embedder.name == MODEL_NAME else Searches({**chosen, **plain}, {})


def _positive(scores: NDArray[np.float32]) -> dict[int, float]:
    return {at: float(score) for at, score in enumerate(scores) if score > 0}
