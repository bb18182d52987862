"""What each part of the search brings: the same questions with one part taken out or exchanged.

A part that brings nothing on questions it was not chosen on is only something to maintain. Variants
are our own retriever with one of its inputs or steps replaced; nothing in it knows of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from eval import words
from eval.baselines import RrfChunks, chunks
from eval.compare import compare
from eval.evaluate import ask_all, evaluate
from eval.model import Question, System
from eval.results import Run, Setting
from eval.systems import Bench, Ours, embed
from index.local.dense import Dense, build_dense
from index.local.keywords import Fields, build_bm25
from index.local.store import Index, IndexedClause
from index.model.embedder import Embedder
from index.passages import passage
from index.paths import cache_folder
from retriever.fusion import fuse, min_max, reciprocal_rank
from retriever.model import Filters
from retriever.search import Query, Retriever, Scored

Fuse = Callable[[Scored], dict[int, float]]

WEIGHTS = (0.3, 0.4, 0.6, 0.7, 0.9)  # of the dense score, where the fusion is varied
CHUNK_SIZES = (250, 500, 1000)
_MEASURES = ("success_at_1", "success_at_5", "ndcg_at_10", "recall_at_10")


@dataclass(frozen=True, slots=True)
class Variant:
    """A name in Chinese, and how to make the system."""

    name: str
    make: Callable[[Bench], System]


class _NoNumbers(Retriever):
    """A document number in the question is a word like any other."""

    def prepare(self, question: str, mode: str) -> Query:
        return replace(super().prepare(question, mode), number=None, section=())


class _NoOfficialWords(Retriever):
    """Everyday words are searched as they stand."""

    def prepare(self, question: str, mode: str) -> Query:
        query = super().prepare(question, mode)
        return replace(query, expansion=replace(query.expansion, terms=()))


class _Fused(Retriever):
    """Another fusion of the two sides' candidates."""

    def __init__(self, bench: Bench, fusion: Fuse) -> None:
        super().__init__(bench.index, bench.embedder)
        self._fusion = fusion

    def score(self, query: Query, mode: str, filters: Filters, without: Collection[int] = ()) -> Scored:
        scored = super().score(query, mode, filters, without)
        return replace(scored, scores=self._fusion(scored))


def variants() -> list[Variant]:
    """The full system first, then one part exchanged in each."""
    return [
        Variant("完整", lambda bench: _ours(bench, Retriever)),
        Variant("只按词找（BM25）", lambda bench: _ours(bench, Retriever, mode="bm25")),
        Variant("只按意思找（向量）", lambda bench: _ours(bench, Retriever, mode="dense")),
        Variant("合并：按名次（RRF，k=60）", _fused(_by_rank)),
        *(Variant(f"合并：向量占 {share:g}", _fused(partial(_weighted, weight=share))) for share in WEIGHTS),
        Variant("合并：关键词最高分总算满分", _fused(lambda scored: fuse(scored.dense, scored.bm25, 0.0, 0.65))),
        Variant(
            "向量里不加标题", lambda bench: _ours(bench, Retriever, replace(bench.index, dense=_bare_dense(bench)))
        ),
        Variant("关键词里不加标题", lambda bench: _ours(bench, Retriever, _bare_keywords(bench.index))),
        Variant("向量模型不微调", _untuned),
        Variant("不认发文字号", lambda bench: _ours(bench, _NoNumbers)),
        Variant("不换百姓用语", lambda bench: _ours(bench, _NoOfficialWords)),
        *(Variant(f"不按条款，每 {size} 字一段（RRF）", _chunked(size)) for size in CHUNK_SIZES),
    ]


def _ours(bench: Bench, kind: type[Retriever], index: Index | None = None, mode: str = "hybrid") -> System:
    retriever = kind(bench.index if index is None else index, bench.embedder if mode != "bm25" else None)
    return Ours(retriever, bench.passages, mode)


def _fused(fusion: Fuse) -> Callable[[Bench], System]:
    return lambda bench: Ours(_Fused(bench, fusion), bench.passages, "hybrid")


def _by_rank(scored: Scored) -> dict[int, float]:
    """Reciprocal ranks on the scale that what a clause's kind adds was chosen for."""
    return min_max(reciprocal_rank(scored.dense, scored.bm25), low=0.0)


def _weighted(scored: Scored, weight: float) -> dict[int, float]:
    return fuse(scored.dense, scored.bm25, scored.ceiling, weight)


def _bare_keywords(index: Index) -> Index:
    """The index with a keyword index over the clauses' own text alone."""
    return replace(index, bm25=build_bm25(Fields(clause.text, "", "") for clause in index.clauses))


def _bare_dense(bench: Bench) -> Dense:
    """The vectors of the clauses' own text alone."""
    return _dense(bench.index, bench.embedder, lambda clause: ("", clause.text))


def _untuned(bench: Bench) -> System:
    """The default model without its adapter. Raises ModelError or OSError if it can't be made."""
    from index.model.make import embedder_with  # brings ONNX Runtime, which --help must not wait for

    embedder = embedder_with(cache_folder() / "untuned", None)
    dense = _dense(bench.index, embedder, lambda clause: passage(clause.notice.title, clause.path, clause.text))
    return Ours(Retriever(replace(bench.index, dense=dense), embedder), bench.passages, "hybrid")


def _dense(index: Index, embedder: Embedder, parts: Callable[[IndexedClause], tuple[str, str]]) -> Dense:
    """The vectors of all clauses; `parts` gives the context and text of one."""
    windows: list[str] = []
    owners: list[int] = []
    for clause in index.clauses:
        split = embedder.split_passage(*parts(clause))
        windows += split
        owners += [clause.row] * len(split)
    return Dense(build_dense(embed(windows, embedder)), np.asarray(owners, np.int32))


def _chunked(size: int) -> Callable[[Bench], System]:
    """A tenth of the size overlaps, as in the baselines."""

    def make(bench: Bench) -> System:
        pieces = chunks(bench.sources, size, size // 10)
        return RrfChunks(bench.keyword_chunks(pieces), bench.dense_chunks(pieces))

    return make


def ablate(bench: Bench, questions: Sequence[Question], setting: Setting) -> list[tuple[str, Run]]:
    """Every variant's name and run, the full system first."""
    found = []
    for variant in variants():
        system = variant.make(bench)
        found.append((variant.name, evaluate(system, ask_all(system, questions, setting.k), setting)))
    return found


def table(found: Sequence[tuple[str, Run]]) -> list[list[str]]:
    """One row for each variant: measures, those of lay questions, and the chance that the difference
    from the full system in the first of them is one."""
    full = found[0][1]
    lay = "lay" if "lay" in full.measures else "all"
    heads = [words.term(name).name for name in _MEASURES]
    rows = [["做法", *heads, f"{words.KIND_NAMES[lay]}{heads[1]}", "与完整相比", "p 值"]]
    for name, run in found:
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
