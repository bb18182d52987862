"""What each part of the search brings: the same questions with one part taken out or exchanged.

A part that brings nothing on questions it was not chosen on is only something to maintain. Variants
are our own composition with one of its inputs or steps replaced; nothing in it knows of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from corpus.model import CorpusNotice
from eval import words
from eval.baselines import RrfChunks, chunks
from eval.compare import compare
from eval.evaluate import ask_all, evaluate
from eval.model import Question, System
from eval.results import Run, Setting
from eval.systems import DAY, Bench, Ours, embed
from index.engine import (
    Engine,
    IndexedClause,
    ModelInfo,
    NoticeSet,
    Provenance,
    Ranked,
    TermCounts,
    Vector,
)
from index.model.embedder import Embedder
from index.opening import new_writer, open_index
from index.passages import passage
from index.paths import cache_folder
from retriever.ask import Asker
from retriever.fusion import DENSE_WEIGHT, fuse, min_max, reciprocal_rank
from retriever.neighbours import Neighbours
from retriever.query import Preparer, Query
from retriever.resolve import Located
from retriever.search import Retriever

Fuse = Callable[[dict[int, float], dict[int, float], float], dict[int, float]]

WEIGHTS = (0.3, 0.4, 0.6, 0.7, 0.9)  # of the dense score, where the fusion is varied
CHUNK_SIZES = (250, 500, 1000)
_MEASURES = ("success_at_1", "success_at_5", "ndcg_at_10", "recall_at_10")


@dataclass(frozen=True, slots=True)
class Variant:
    """A name in Chinese, and how to make the system."""

    name: str
    make: Callable[[Bench], System]


class _NoNumbers(Preparer):
    """Document numbers are not looked up: 离政办发〔2023〕9号 is a word like any other."""

    def prepare(self, question: str, mode: str, cited: Located | None = None) -> Query:
        return replace(super().prepare(question, mode), number=None, place=())


class _NoOfficialWords(Preparer):
    """Everyday words bring no official ones along: 老板跑路 is not searched as 拖欠工资 too."""

    def prepare(self, question: str, mode: str, cited: Located | None = None) -> Query:
        query = super().prepare(question, mode, cited)
        return replace(query, expansion=replace(query.expansion, terms=()))


class _Fused(Retriever):
    """Another fusion of the two sides' candidates."""

    def __init__(self, engine: Engine, fusion: Fuse) -> None:
        super().__init__(engine, Neighbours(engine))
        self._fusion = fusion

    def fused(self, mode: str, dense: dict[int, float], bm25: dict[int, float], top: float) -> dict[int, float]:
        return self._fusion(dense, bm25, top)


class _Mixed:
    """An engine whose keywords or vectors are another's, with the same clauses in the same rows."""

    def __init__(self, engine: Engine, *, keywords: Engine | None = None, vectors: Engine | None = None) -> None:
        self._keywords, self._vectors = keywords or engine, vectors or engine
        self.info, self.notices, self.offices = engine.info, engine.notices, engine.offices
        self.families = engine.families
        self.day = engine.day
        self.clauses, self.notice, self.find, self.outdated = (
            engine.clauses,
            engine.notice,
            engine.find,
            engine.outdated,
        )

    @property
    def terms(self) -> TermCounts:
        return self._keywords.terms

    def keywords(self, weights: Mapping[str, float], k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return self._keywords.keywords(weights, k, within)

    def nearest(self, vector: Vector, k: int, within: NoticeSet | None = None) -> list[Ranked]:
        return self._vectors.nearest(vector, k, within)


def variants() -> list[Variant]:
    """The full system first, then one part exchanged in each."""
    return [
        Variant("完整", _full("hybrid")),
        Variant("不用阅读模型", lambda bench: _system(bench, Asker(bench.engine, bench.embedder))),
        Variant("只按词找（BM25）", _full("bm25")),
        Variant("只按意思找（向量）", _full("dense")),
        Variant("合并：按名次（RRF，k=60）", _fused(_by_rank)),
        *(Variant(f"合并：向量占 {share:g}", _fused(partial(_weighted, weight=share))) for share in WEIGHTS),
        Variant("合并：关键词最高分总算满分", _fused(lambda dense, bm25, _: fuse(dense, bm25, 0.0, DENSE_WEIGHT))),
        Variant("向量里不加标题", lambda bench: _system(bench, _asker(bench, _bare_vectors(bench)))),
        Variant("关键词里不加标题", lambda bench: _system(bench, _asker(bench, _bare_keywords(bench)))),
        Variant("向量模型不微调", _untuned),
        Variant("不认发文字号", lambda bench: _prepared(bench, _NoNumbers)),
        Variant("不换百姓用语", lambda bench: _prepared(bench, _NoOfficialWords)),
        *(Variant(f"不按条款，每 {size} 字一段（RRF）", _chunked(size)) for size in CHUNK_SIZES),
    ]


def _system(bench: Bench, asker: Asker, mode: str = "hybrid") -> System:
    return Ours(asker, bench.passages, mode)


def _full(mode: str) -> Callable[[Bench], System]:
    return lambda bench: _system(bench, _asker(bench), mode)


def _asker(bench: Bench, engine: Engine | None = None, embedder: Embedder | None = None) -> Asker:
    """One with the reader, and another index or model where given."""
    return Asker(engine or bench.engine, embedder or bench.embedder, reader=bench.reader)


def _prepared(bench: Bench, kind: type[Preparer]) -> System:
    asker = _asker(bench)
    asker.preparer = kind(bench.engine, bench.embedder)
    return _system(bench, asker)


def _fused(fusion: Fuse) -> Callable[[Bench], System]:
    def make(bench: Bench) -> System:
        asker = _asker(bench)
        asker.retriever = _Fused(bench.engine, fusion)
        return _system(bench, asker)

    return make


def _by_rank(dense: dict[int, float], bm25: dict[int, float], _top: float) -> dict[int, float]:
    """Reciprocal ranks, stretched to 0…1: the priors of clauses (`retriever.priors`) were chosen for that scale."""
    return min_max(reciprocal_rank(dense, bm25), low=0.0)


def _weighted(dense: dict[int, float], bm25: dict[int, float], top: float, weight: float) -> dict[int, float]:
    return fuse(dense, bm25, top, weight)


def _bare_keywords(bench: Bench) -> Engine:
    """The index with a keyword index over the clauses' own text alone."""
    notices = [_without_heads(entry) for entry in _whole_notices(bench.engine)]
    with tempfile.TemporaryDirectory() as folder:
        writer = new_writer(Path(folder), _PROVENANCE)
        writer.write_keywords(notices)
        writer.publish()
        return _Mixed(bench.engine, keywords=open_index(Path(folder), today=DAY))


def _bare_vectors(bench: Bench) -> Engine:
    """The index with vectors of the clauses' own text alone."""
    return _Mixed(bench.engine, vectors=_embedded(bench, bench.embedder, lambda clause: ("", clause.text)))


def _untuned(bench: Bench) -> System:
    """The default model without its adapter. Raises ModelError or OSError if it can't be made."""
    from index.model.make import embedder_with  # brings ONNX Runtime, which --help must not wait for

    embedder = embedder_with(cache_folder() / "untuned", None)
    vectors = _embedded(bench, embedder, lambda one: passage(one.notice.title, one.path, one.text))
    return _system(bench, _asker(bench, _Mixed(bench.engine, vectors=vectors), embedder))


def _embedded(bench: Bench, embedder: Embedder, parts: Callable[[IndexedClause], tuple[str, str]]) -> Engine:
    """The same clauses with other vectors; `parts` gives the context and text of one."""
    windows: list[str] = []
    owners: list[int] = []
    for clause in bench.engine.clauses(range(bench.engine.info.clauses)):
        split = embedder.split_passage(*parts(clause))
        windows += split
        owners += [clause.row] * len(split)
    with tempfile.TemporaryDirectory() as folder:
        writer = new_writer(Path(folder), _PROVENANCE)
        writer.write_keywords(_whole_notices(bench.engine))
        model = ModelInfo(embedder.name, embedder.dim, embedder.sha256)
        writer.write_vectors(embed(windows, embedder), np.asarray(owners, np.int32), model)
        writer.publish()
        return open_index(Path(folder), today=DAY)


_PROVENANCE = Provenance((), (), "ablation")


def _whole_notices(engine: Engine) -> list[CorpusNotice]:
    """The notices of an index with their clauses."""
    return [
        replace(entry, notice=replace(entry.notice, clauses=tuple(one.clause for one in engine.notice(ordinal))))
        for ordinal, entry in enumerate(engine.notices)
    ]


def _without_heads(entry: CorpusNotice) -> CorpusNotice:
    bare = tuple(replace(clause, path=()) for clause in entry.notice.clauses)
    return replace(entry, notice=replace(entry.notice, title="", clauses=bare))


def _chunked(size: int) -> Callable[[Bench], System]:
    """Chunks instead of clauses. A tenth of the size overlaps, as in the baselines: 500 characters, 50 of them
    again in the next."""

    def make(bench: Bench) -> System:
        pieces = chunks(bench.files, size, size // 10)
        return RrfChunks(bench.keyword_chunks(pieces), bench.dense_chunks(pieces))

    return make


def ablate(bench: Bench, questions: Sequence[Question], setting: Setting) -> list[tuple[str, Run]]:
    """Every variant's name and run, the full system first."""
    runs = []
    for variant in variants():
        system = variant.make(bench)
        runs.append((variant.name, evaluate(system, ask_all(system, questions, setting.k), setting)))
    return runs


def table(runs: Sequence[tuple[str, Run]]) -> list[list[str]]:
    """A head, then one row for each variant: its name, the measures, success@5 of lay questions, and of the first
    measure the difference from the full system (in points) with its p-value."""
    full = runs[0][1]
    lay = "lay" if "lay" in full.measures else "all"
    heads = [words.term(name).name for name in _MEASURES]
    rows = [["做法", *heads, f"{words.KIND_NAMES[lay]}{heads[1]}", "与完整相比", "p 值"]]
    for name, run in runs:
        difference = compare(full, run).differences["all"][_MEASURES[0]]
        rows.append(
            [
                name,
                *(words.shown(measure, run.mean(measure)) for measure in _MEASURES),
                words.shown(_MEASURES[1], run.mean(_MEASURES[1], lay)),
                "" if run is full else f"{100 * difference.gain:+.1f}",
                "" if run is full else words.p_value(difference.p),
            ]
        )
    return rows
