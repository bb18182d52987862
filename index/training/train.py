"""`python -m index train --data DIR`: learn the adapter of the default model again.

Hard negatives come from the model as it is before. The scores printed are those of STARD's held-out questions,
before and after. The vectors and a checkpoint every few steps are kept in the cache folder: a run that is
stopped goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus import console
from corpus.arguments import Parser
from index.model.embedder import Embedder, Vectors
from index.model.folder import MODEL_NAME, own_lora_path
from index.model.lora import mean, read_lora, write_lora
from index.model.make import embedder_with
from index.model.onnx_embedder import OnnxEmbedder
from index.model.prompts import Prompts, prompts_for
from index.paths import cache_folder
from index.training.data import Example, TrainingData, read_training_data
from index.training.lora_trainer import LoraTrainer, Settings
from index.vectors import VectorCache

_CHUNK = 64
_NEAR = 40  # how many of the nearest passages hard negatives are drawn from
CUTOFFS = (1, 10, 100)


def embed(texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors], cache: VectorCache, label: str) -> Vectors:
    """Vectors [len(texts), dim], those not in the cache made in chunks that are kept at once."""
    todo = sorted(cache.missing(texts), key=len)
    with tqdm(total=len(todo), desc=label, unit="条", disable=None) as bar:
        for start in range(0, len(todo), _CHUNK):
            chunk = todo[start : start + _CHUNK]
            cache.add(chunk, encode(chunk))
            bar.update(len(chunk))
    return cache.get(texts)


def near_misses(examples: Sequence[Example], questions: Vectors, passages: Vectors) -> list[list[int]]:
    """For each example the nearest passages that do not answer it, at most _NEAR."""
    misses = []
    for example, question in zip(examples, questions, strict=True):
        nearest = np.argsort(-(passages @ question), kind="stable")[: _NEAR + len(example.answers)]
        misses.append([int(place) for place in nearest if place not in example.answers][:_NEAR])
    return misses


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
    parser = Parser(
        prog="python -m index train",
        description="用百姓的提问微调自带的向量模型（双核一到三小时，看处理器；中断后再运行会接着做）。",
        epilog="例：python -m index train --data stard",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="STARD 数据的文件夹")
    parser.add_argument("--out", type=Path, default=own_lora_path(), metavar="FILE", help="写到哪里")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="随机种子（默认 0）")
    args = parser.parse_args(argv)
    before, after = train(args.data, args.out, replace(Settings(), seed=args.seed))
    for k in CUTOFFS:
        print(f"留出的提问 R@{k}：{before[k]:.3f} → {after[k]:.3f}")
    print(args.out)
    if args.out == own_lora_path():
        print("请运行 python -m index make-model 更新模型，再运行 python build_index.py 重建索引")
    return 0


def train(data: Path, out: Path, settings: Settings) -> tuple[dict[int, float], dict[int, float]]:
    """Learn and write the adapter. Returns the held-out questions' recall before and after.

    First all questions on statutes are learnt. From there one branch goes on with those that people really asked, and
    one with those on notices too: the one forgets notices, the other statutes, and the mean of the three does neither.
    """
    work = cache_folder() / "train"
    known = read_training_data(data)
    statutes, real = known.passages[: known.statutes], known.real
    base = embedder_with(work / "base", None)
    first = _learn(work / "first", base, statutes, real + known.on_articles, settings)
    begun, gentler = embedder_with(work / "begun", first), replace(settings, rate=settings.rate / 2)
    asked = _learn(work / "asked", begun, statutes, real, gentler, first)
    notices = _learn(
        work / "notices", begun, known.passages, real + known.on_notices, replace(gentler, epochs=2), first
    )
    write_lora(out, mean([read_lora(path) for path in (first, asked, notices)]))
    return _held_out(work, base, known), _held_out(work, embedder_with(work / "new", out), known)


def _learn(
    to: Path,
    embedder: OnnxEmbedder,
    passages: Sequence[str],
    taught: Sequence[Example],
    settings: Settings,
    start: Path | None = None,
) -> Path:
    """Train on `taught` over `passages` and write the adapter beside its checkpoint, both named as `to`; `embedder` is
    the model before, with the adapter `start`."""
    questions, vectors = _vectors(to.parent, embedder, [one.question for one in taught], passages)
    near = near_misses(taught, questions, vectors)
    begun = None if start is None else read_lora(start)
    trainer = LoraTrainer(to.parent / "base", _prompts(), passages, taught, near, vectors, settings, begun)
    print(f"{len(taught)} 个提问，{trainer.steps} 步，{'bfloat16' if trainer.half else 'float32'}", file=sys.stderr)
    adapter = to.with_suffix(".safetensors")
    write_lora(adapter, trainer.run(to.with_suffix(".pt")))
    return adapter


def _held_out(work: Path, embedder: Embedder, known: TrainingData) -> dict[int, float]:
    articles = known.passages[: known.scored]
    asked, passages = _vectors(work, embedder, [one.question for one in known.held_out], articles)
    return recall(asked, passages, [one.answers for one in known.held_out])


def _vectors(
    work: Path, embedder: Embedder, questions: Sequence[str], passages: Sequence[str]
) -> tuple[Vectors, Vectors]:
    asked = embed(questions, embedder.encode_questions, VectorCache(work / "questions", embedder), "提问")
    return asked, embed(passages, embedder.encode_passages, VectorCache(work / "passages", embedder), "条文")


def _prompts() -> Prompts:
    prompts = prompts_for(MODEL_NAME)
    assert prompts is not None  # the default model's are in index/model/data/models.toml
    return prompts


if __name__ == "__main__":
    sys.exit(console.run(main_train))
