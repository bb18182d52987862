"""`python -m index train --data DIR`: learn the question adapter from STARD's lay questions.

A question is drawn towards the articles that answer it and away from all others: the softmax over all
articles (contrastive loss, Oord, Li & Vinyals 2018) has every hard negative in it. Only question
vectors change, so that articles are embedded once, and the training proper takes seconds.

Every fifth question (by a hash of its id) is held out; the scores printed are on those. The vectors are
kept in a cache: a run that is stopped goes on where it was. The same data give the same adapter.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from corpus.errors import GongbaoError, UsageError
from index.adapter import FILE, QuestionAdapter, write_adapter
from index.embedding import Vectors, load_embedder
from index.paths import ROOT, cache_folder
from index.vectors import VectorCache

_HELD_OUT_SHARE = 5
_CHUNK = 64
CUTOFFS = (1, 10, 100)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. Ranks 4 to 64, 3 to 12 epochs and anchors of 10 to 40 all came within .04 (STARD R@10)."""

    rank: int = 16
    runs: int = 4  # adapters from different seeds, averaged: halves what chance decides
    epochs: int = 8
    batch: int = 128
    rate: float = 1e-3
    temperature: float = 0.02
    anchor: float = 10.0  # weight of 1 − cos(new, old): keeps other kinds of questions where they were
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Questions, the texts of articles, and for each question the places of those that answer it."""

    questions: tuple[str, ...]
    articles: tuple[str, ...]
    answers: tuple[tuple[int, ...], ...]
    held_out: NDArray[np.bool_]  # [questions]


def read_pairs(folder: Path) -> Pairs:
    """Read STARD's `train.jsonl` and, of `articles.jsonl.xz`, the articles that answer a question.

    Raises UsageError if a file is missing, unreadable or lacks an article.
    """
    try:
        with (folder / "train.jsonl").open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        wanted = {article for row in rows for article in row["relevant"]}
        with lzma.open(folder / "articles.jsonl.xz", "rt", encoding="utf-8") as lines:
            texts = {
                row["id"]: f"{row['name']}\n{row['text']}"
                for line in lines
                if (row := json.loads(line))["id"] in wanted
            }
        places = {article: place for place, article in enumerate(sorted(texts))}
        return Pairs(
            tuple(row["question"] for row in rows),
            tuple(texts[article] for article in sorted(texts)),
            tuple(tuple(places[article] for article in row["relevant"]) for row in rows),
            np.array([is_held_out(row["id"]) for row in rows], bool),
        )
    except (OSError, EOFError, lzma.LZMAError, ValueError, KeyError, TypeError) as err:
        todo = "请用 --data 给出 STARD 数据的文件夹（train.jsonl、articles.jsonl.xz）"
        raise UsageError(f"读不了 STARD 数据（{type(err).__name__}）", str(folder), todo) from err


def is_held_out(question: int) -> bool:
    return hashlib.sha256(str(question).encode()).digest()[0] % _HELD_OUT_SHARE == 0


def embed(texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors], cache: VectorCache, label: str) -> Vectors:
    """Vectors [len(texts), dim], those not in the cache made in chunks that are kept at once."""
    todo = sorted(cache.missing(texts), key=len)
    with tqdm(total=len(todo), desc=label, unit="条", disable=None) as bar:
        for start in range(0, len(todo), _CHUNK):
            chunk = todo[start : start + _CHUNK]
            cache.add(chunk, encode(chunk))
            bar.update(len(chunk))
    return cache.get(texts)


def learn(
    questions: Vectors, articles: Vectors, answers: Sequence[Sequence[int]], settings: Settings
) -> tuple[Vectors, Vectors]:
    """(down, up) of the mean of `settings.runs` adapters: their factors side by side, up divided by runs.

    `questions` [n, dim] and `articles` [m, dim] have rows of norm 1.
    """
    factors = [_learn_once(questions, articles, answers, settings, settings.seed + run) for run in range(settings.runs)]
    down = np.concatenate([down for down, _ in factors], axis=1)
    up = np.concatenate([up for _, up in factors], axis=0) / settings.runs
    return down, np.asarray(up, np.float32)


def _learn_once(
    questions: Vectors, articles: Vectors, answers: Sequence[Sequence[int]], settings: Settings, seed: int
) -> tuple[Vectors, Vectors]:
    import torch
    from torch.nn.functional import normalize

    torch.set_num_threads(1)  # sums in one order: the same adapter on every machine of a kind
    random = torch.Generator().manual_seed(seed)
    given, passages = torch.from_numpy(questions), torch.from_numpy(articles)
    wrong = torch.ones(len(given), len(passages), dtype=torch.bool)
    for row, places in enumerate(answers):
        wrong[row, list(places)] = False
    dim = given.shape[1]
    down = (torch.randn(dim, settings.rank, generator=random) / dim**0.5).requires_grad_()
    up = torch.zeros(settings.rank, dim).requires_grad_()  # at first nothing changes
    optimiser = torch.optim.AdamW([down, up], lr=settings.rate)
    for _ in range(settings.epochs):
        for batch in torch.randperm(len(given), generator=random).split(settings.batch):
            new = normalize(given[batch] + (given[batch] @ down) @ up, dim=1)
            scores = new @ passages.T / settings.temperature
            right = scores.masked_fill(wrong[batch], float("-inf"))
            loss = (scores.logsumexp(1) - right.logsumexp(1)).mean()
            loss = loss + settings.anchor * (1 - (new * given[batch]).sum(1)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return down.detach().numpy(), up.detach().numpy()


def recall(questions: Vectors, articles: Vectors, answers: Sequence[Sequence[int]]) -> dict[int, float]:
    """Mean share of a question's articles among the first k, for each of CUTOFFS."""
    ranked = np.argsort(-(questions @ articles.T), axis=1, kind="stable")
    return {
        k: float(
            np.mean(
                [len(set(places) & set(row[:k])) / len(places) for places, row in zip(answers, ranked, strict=True)]
            )
        )
        for k in CUTOFFS
    }


def main_train(argv: Sequence[str] | None = None) -> int:
    """`python -m index train --data DIR [--out FILE]`: writes the adapter, prints held-out scores."""
    parser = argparse.ArgumentParser(
        prog="python -m index train",
        description="用 STARD 的百姓提问训练问题向量的修正（双核约 5 分钟；中断后再运行会接着做）。",
        epilog="例：python -m index train --data ../shared/data/stard",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="STARD 数据的文件夹")
    parser.add_argument("--out", type=Path, default=ROOT / "index" / "data" / FILE, metavar="FILE", help="写到哪里")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="随机种子（默认 0）")
    args = parser.parse_args(argv)
    try:
        before, after = train(args.data, args.out, Settings(seed=args.seed))
    except GongbaoError as err:
        print(err, file=sys.stderr)
        return err.exit_code
    for k in CUTOFFS:
        print(f"留出的提问 R@{k}：{before[k]:.3f} → {after[k]:.3f}")
    print(args.out)
    return 0


def train(data: Path, out: Path, settings: Settings) -> tuple[dict[int, float], dict[int, float]]:
    """Learn and write the adapter; returns the held-out questions' recall before and after."""
    pairs = read_pairs(data)
    embedder = load_embedder()
    folder = cache_folder() / "train-vectors"
    questions = embed(pairs.questions, embedder.encode_questions, VectorCache(folder / "questions", embedder), "提问")
    articles = embed(pairs.articles, embedder.encode_passages, VectorCache(folder / "articles", embedder), "法条")
    taught, held = np.flatnonzero(~pairs.held_out), np.flatnonzero(pairs.held_out)
    down, up = learn(questions[taught], articles, [pairs.answers[row] for row in taught], settings)
    write_adapter(out, down, up)
    answers = [pairs.answers[row] for row in held]
    changed = QuestionAdapter(down, up, "").apply(questions[held])
    return recall(questions[held], articles, answers), recall(changed, articles, answers)


if __name__ == "__main__":
    sys.exit(main_train())
