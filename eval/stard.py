"""STARD: 1,234 questions of lay people, and the articles of law that answer them (Su et al. 2024, MIT).

Measures the parts of our search (keywords, embeddings, their fusion) on a public data set whose questions
we did not write, over articles we did not cut. A question has 1.8 articles on average, and the scores
others publish as R@k are the share of them found in the first k, not whether any is found: that is
`recall_at_k` here (BM25 finds .27 of the articles at 1, but at least one for .36 of the questions).

Our default embedding model was trained on these very questions, so whatever uses it is measured only on
those that its training held out.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import RR, R
from tqdm import tqdm

from corpus.errors import UsageError
from index.model.held_out import is_held_out
from retriever.fusion import order

DEPTH = 100
MEASURES = {
    "recall_at_1": R @ 1,
    "recall_at_5": R @ 5,
    "recall_at_10": R @ 10,
    "recall_at_100": R @ 100,
    "rr_at_10": RR @ 10,
}

Search = Callable[[str], Mapping[int, float]]
"""Question -> position of an article -> score, for the articles with a score."""


@dataclass(frozen=True, slots=True)
class Article:
    id: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class LegalQuestion:
    """`held_out`: no part of our search was learnt from it."""

    id: int
    question: str
    relevant: tuple[int, ...]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Stard:
    """The questions, and the articles over which scores are stated, in the order of their ids."""

    articles: tuple[Article, ...]
    questions: tuple[LegalQuestion, ...]


def read_stard(folder: Path) -> Stard:
    """Read `train.jsonl`, `eval_ids.txt` and `articles.jsonl.xz`.

    Raises UsageError if a file is missing or unreadable, or a question's article is not among those
    over which scores are stated.
    """
    todo = "请用 --data 给出 STARD 数据的文件夹（train.jsonl、eval_ids.txt、articles.jsonl.xz）"
    try:
        wanted = {int(line) for line in (folder / "eval_ids.txt").read_text(encoding="utf-8").split()}
        with lzma.open(folder / "articles.jsonl.xz", "rt", encoding="utf-8") as lines:
            rows = [row for line in lines if (row := json.loads(line))["id"] in wanted]
        articles = [Article(row["id"], row["name"], row["text"]) for row in rows]
        with (folder / "train.jsonl").open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        questions = [
            LegalQuestion(row["id"], row["question"], tuple(row["relevant"]), is_held_out(row["id"])) for row in rows
        ]
    except (OSError, lzma.LZMAError, EOFError) as err:
        raise UsageError(f"读不了 STARD 数据（{err}）", str(folder), todo) from err
    except (ValueError, KeyError, TypeError) as err:
        raise UsageError(f"STARD 数据的格式不对（{err!r}）", str(folder), todo) from err
    known = {article.id for article in articles}
    lost = [question.id for question in questions if not known.issuperset(question.relevant)]
    if lost or not articles or not questions:
        raise UsageError(f"STARD 数据不完整（缺少 {len(lost)} 道题的法条）", str(folder), todo)
    return Stard(tuple(sorted(articles, key=lambda one: one.id)), tuple(questions))


@dataclass(frozen=True, slots=True)
class Searches:
    """By name: what may be measured on every question, and what was learnt from those not held out."""

    plain: Mapping[str, Search]
    learnt: Mapping[str, Search]


def measure_all(data: Stard, searches: Searches) -> dict[str, dict[str, Any]]:
    """`all` and, if anything was learnt, `held_out` -> number of questions, and their measures by search."""
    groups = {"all": (data.questions, searches.plain)}
    if searches.learnt:
        held_out = tuple(question for question in data.questions if question.held_out)
        groups["held_out"] = (held_out, {**searches.plain, **searches.learnt})
    return {
        name: {"questions": len(questions), "searches": measure(data.articles, questions, chosen)}
        for name, (questions, chosen) in groups.items()
    }


def measure(
    articles: Sequence[Article], questions: Sequence[LegalQuestion], searches: Mapping[str, Search]
) -> dict[str, dict[str, float]]:
    """Search's name -> measure -> mean over the questions; one without a hit counts as 0."""
    qrels = [
        ir_measures.Qrel(str(question.id), str(article), 1) for question in questions for article in question.relevant
    ]
    results = {}
    for name, search in searches.items():
        scored = []
        for question in tqdm(questions, desc=name, unit="题", disable=None):
            ids = [articles[at].id for at, _ in order(search(question.question))[:DEPTH]]
            # Strictly falling scores: the order is decided here and not by a tool's rule for ties.
            scored += [
                ir_measures.ScoredDoc(str(question.id), str(article), float(DEPTH - rank))
                for rank, article in enumerate(ids)
            ]
        values = ir_measures.calc_aggregate(MEASURES.values(), qrels, scored)
        results[name] = {label: float(values[wanted]) for label, wanted in MEASURES.items()}
    return results
