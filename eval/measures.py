"""The contract's relevance rule, and retrieval measures on it, computed by ir_measures.

What is judged is a *reading list*: the places at which a reader of the hits learns something. A
label (`doc_number` and quote) is one unit of information, named `quote-1`, `quote-2`… A hit that
holds labels no earlier hit held takes one place for each of them; any other hit takes one place of
its own, which is worth nothing. So

- the qrels depend on the questions alone. Systems that cut the text differently (our clauses, a
  baseline's chunks) are judged by one and the same file;
- `success_at_k` and `rr_at_k` are exactly those of the list of hits, because up to the first
  relevant hit each hit takes one place;
- `recall_at_k` is the share of a question's labels that its first k places hold. A quote that stands
  in several clauses (or in two overlapping chunks) counts once, and finding it again brings nothing;
- `ndcg_at_k` gives a repeated find no gain either, and its ideal order is all labels first.

A system with longer passages holds a quote more easily; `characters_read` is what makes that
comparable. Ties: a system returns hits in a decided order, and the run's scores fall strictly with
it, so no tool's rule for equal scores can change a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ir_measures
from ir_measures import RR, R, Success, nDCG

from corpus.text import squash
from eval.model import Asked, Hit, Label, Question, trec_id

SUCCESS_CUTOFFS = (1, 5, 10)
READING_BUDGET = 1500  # characters: about a page, some four minutes aloud and one in silence


def is_relevant(hit: Hit, label: Label) -> bool:
    """The contract's rule: equal `doc_number`, and the text contains the quote.

    Both are compared under NFKC with everything but letters and digits removed. A label without
    `doc_number` is met only by a passage of a notice without one.
    """
    return same_number(hit.doc_number, label.doc_number) and squash(label.quote) in squash(hit.text)


def same_number(one: str | None, other: str | None) -> bool:
    """Whether two 发文字号 are equal; a missing one equals only a missing one."""
    if one is None or other is None:
        return one is other
    return one == other or squash(one) == squash(other)


def labels_held(question: Question, hit: Hit) -> list[int]:
    """Positions (from 0) of the question's labels that the hit meets."""
    return [at for at, label in enumerate(question.relevant) if is_relevant(hit, label)]


def first_rank(question: Question, hits: Sequence[Hit]) -> int | None:
    """Rank (from 1) of the first relevant hit, None if there is none."""
    return next((rank for rank, hit in enumerate(hits, 1) if labels_held(question, hit)), None)


def characters_read(question: Question, hits: Sequence[Hit]) -> int | None:
    """Characters of text shown up to and including the first relevant hit, None if there is none: hits of 100,
    250 and 80 characters, the second relevant → 350."""
    rank = first_rank(question, hits)
    return None if rank is None else sum(len(hit.text) for hit in hits[:rank])


def label_name(position: int) -> str:
    """The name of a label in qrels and runs: position 0 → `quote-1`."""
    return f"quote-{position + 1}"


def reading_list(question: Question, hits: Sequence[Hit]) -> list[str]:
    """The places of the module's docstring, best first; all their names differ.

    A hit that meets only labels already met is named by its clause, like one that meets none. Hits that hold
    (nothing, labels 1 and 2, label 1 again) → `clause-a`, `quote-1`, `quote-2`, `clause-c`.
    """
    places: dict[str, None] = {}
    for rank, hit in enumerate(hits, 1):
        new = [name for at in labels_held(question, hit) if (name := label_name(at)) not in places]
        if not new:
            name = trec_id(hit.clause_id)
            new = [name if name not in places else f"{name}~{rank}"]
        places.update(dict.fromkeys(new))
    return list(places)


def qrels(questions: Iterable[Question]) -> list[ir_measures.Qrel]:
    """One judgement of relevance 1 for each label. `none` questions have none and do not occur."""
    return [
        ir_measures.Qrel(trec_id(question.id), label_name(at), 1)
        for question in questions
        for at in range(len(question.relevant))
    ]


def run(asked: Iterable[Asked]) -> list[ir_measures.ScoredDoc]:
    """The reading lists of the answerable questions, with scores n, n-1 … 1 that only give the order."""
    scored = []
    for one in asked:
        if one.question.answerable:
            places = reading_list(one.question, one.response.hits)
            scored += [
                ir_measures.ScoredDoc(trec_id(one.question.id), place, float(len(places) - at))
                for at, place in enumerate(places)
            ]
    return scored


def measure_names(k: int) -> list[str]:
    """The names of the retrieval measures for a cutoff of `k`, in the order they are shown in."""
    return [str(name) for name in _measures(k)]


def _measures(k: int) -> dict[str, ir_measures.Measure]:
    """Success and recall: van Rijsbergen 1979; RR: Voorhees 1999; nDCG: Järvelin and Kekäläinen 2002."""
    cutoffs = sorted({*SUCCESS_CUTOFFS, k})
    return {
        **{f"success_at_{cutoff}": Success @ cutoff for cutoff in cutoffs},
        f"rr_at_{k}": RR @ k,
        f"ndcg_at_{k}": nDCG @ k,
        f"recall_at_{k}": R @ k,
    }


def per_question(asked: Sequence[Asked], k: int = 10) -> dict[str, dict[str, float]]:
    """Question id -> measure name -> value in 0..1, for every answerable question.

    A question without hits has 0 everywhere; it is never left out of an average.
    """
    wanted = _measures(k)
    judged = [one.question for one in asked if one.question.answerable]
    values = {question.id: dict.fromkeys(wanted, 0.0) for question in judged}
    scored = run(asked)
    if scored:  # trec_eval's library refuses an empty run
        ids = {trec_id(question.id): question.id for question in judged}
        names = {measure: name for name, measure in wanted.items()}
        for metric in ir_measures.iter_calc(wanted.values(), qrels(judged), scored):
            values[ids[metric.query_id]][names[metric.measure]] = float(metric.value)
    return values
