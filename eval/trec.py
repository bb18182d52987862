"""Runs and qrels as files that trec_eval and every tool of the field reads.

The document ids are those of `eval.measures`: `quote-1` for the first label of a question, and the
clause's id for a hit that brings nothing new. One qrels file serves every system.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.measures import qrels, run
from eval.model import Asked, Question, trec_id


def qrels_text(questions: Sequence[Question]) -> str:
    """Lines of `query iteration document relevance`."""
    return "".join(f"{row.query_id} 0 {row.doc_id} {row.relevance}\n" for row in qrels(questions))


def run_text(asked: Sequence[Asked], name: str) -> str:
    """Lines of `query Q0 document rank score run`. Ranks start from 1; scores only give the order."""
    lines, rank, query = [], 0, None
    for row in run(asked):
        rank = rank + 1 if row.query_id == query else 1
        query = row.query_id
        lines.append(f"{query} Q0 {row.doc_id} {rank} {row.score:g} {trec_id(name)}\n")
    return "".join(lines)
