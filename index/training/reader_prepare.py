"""`python -m index.training.reader_prepare --reading DIR… --stard DIR --judged INDEX --out DIR`: training data.

What was written for the reader on notices of places that don't exist comes with the program (`questions/reading/`),
and so do questions written later on the clauses of `--reading` (`newer.jsonl.xz` there: the clauses by their ids)
and everyday questions with the clauses that a search brought, each judged by reading (`judged.jsonl.xz`). Those
clauses are looked up in `--judged`, an index by keywords of `documents/` and `laws/` (CONTRIBUTING.md).

Left out: documents of the closed test places (or those on the `--closed` lists), STARD's held-out questions, and
questions that are measured (the closed ones, and `--measured`, one a line). A tenth of the documents, by a hash of
their name, is kept for the learning curve. Every question also gets clauses that a search finds for it and that don't
answer it: those are what it will meet.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from corpus import console
from corpus.arguments import Parser
from corpus.text import squash
from index.engine import Engine
from index.files import write_file
from index.opening import open_index
from index.tokens import tokenize
from index.training import reader_sources
from index.training.closed import Closed, closed_questions
from index.training.data import JUDGED_READING, NEWER_READING, OWN_READING
from index.training.reader_data import (
    DEV,
    FACTS,
    JUDGED,
    JUDGED_DEV,
    NEWER,
    PASSAGES,
    TRAIN,
    WRITTEN,
    Candidate,
    Group,
    Kind,
    Text,
    write_rows,
)
from index.training.reader_leaning import told_by_wording

_DEV_SHARE = 10
SAME = 6  # candidates kept of the same document
NEAR = 6  # candidates found by searching
_SKIPPED = 1  # of a search elsewhere the first clause is left out: it answers more often than the others
_OUTSIDE = 4  # clauses of gazettes found for a question on something else
_SEED = 0


def is_dev(source: str) -> bool:
    return hashlib.sha256(source.encode()).digest()[0] * _DEV_SHARE < 256


class Nearest:
    """The clauses that share most words with a question (BM25)."""

    def __init__(self, names: Sequence[str], texts: dict[str, Text]) -> None:
        import bm25s

        self._names = list(names)
        self._index = bm25s.BM25()
        self._index.index([tokenize(f"{texts[name].above} {texts[name].text}") for name in names], show_progress=False)

    def of(self, question: str, count: int) -> list[str]:
        tokens = [token for token in tokenize(question) if token in self._index.vocab_dict]
        if not tokens:
            return []
        found, scores = self._index.retrieve([tokens], k=min(count, len(self._names)), show_progress=False)
        return [self._names[at] for at, score in zip(found[0], scores[0], strict=True) if score > 0]


def prepare(
    reading: Sequence[Path], stard: Path, closed: Closed, measured: frozenset[str], judged_index: Engine | None = None
) -> tuple[dict[str, Text], list[Group]]:
    """All clauses and groups, each group with what was found for it. CMRC lies in the first folder of `reading`."""
    texts = reader_sources.Texts()
    groups = list(reader_sources.written([*reading, OWN_READING], [NEWER_READING], closed, texts, measured))
    if judged_index is not None:
        made, missing = reader_sources.judged(JUDGED_READING, judged_index, closed, texts, measured)
        groups += made
        if missing:
            print(f"判断过的条款有 {missing} 条不在索引里，已略过", file=sys.stderr)
    groups += reader_sources.cmrc(reading[0] / "cmrc_dev.json.xz", texts)
    groups += reader_sources.statutes(stard, texts)
    groups += reader_sources.notices(texts)
    known, choose = texts.known, random.Random(_SEED)
    documents = texts.of("w:")
    gazettes = [name for name in documents if known[name].source.startswith("documents/")]
    # A clause kept for measuring is no candidate of a question learnt from.
    own_documents = (_nearest(documents, known, False), _nearest(documents, known, None))
    searched = {
        "written": own_documents,
        NEWER: own_documents,
        "cmrc": (_nearest(texts.of("c:"), known, False), _nearest(texts.of("c:"), known, None)),
        "stard": (_nearest(texts.of("a:"), known, None),) * 2,
        "notices": (_nearest(texts.of("n:"), known, False), _nearest(texts.of("n:"), known, None)),
        "outside": (_nearest(gazettes, known, False), _nearest(gazettes, known, None)),
    }
    out = []
    for group in groups:
        dev = of_dev(group, known)
        own = _own(group, known, dev, choose)
        if group.origin in (JUDGED, JUDGED_DEV):  # all that a search brought is there already, and judged
            out.append(own)
            continue
        near = searched["stard" if group.origin == "articles" else group.origin][dev]
        skipped = _SKIPPED if group.origin in WRITTEN else 0
        found = near.of(group.question, NEAR + SAME + skipped)[skipped:]
        out.append(_with(own, found, NEAR, {known[one.passage].source for one in own.candidates}, known))
        if group.origin not in WRITTEN:
            elsewhere = searched["outside"][dev].of(group.question, _OUTSIDE)
            names = tuple(Candidate(name, Kind.NONE, natural=True) for name in elsewhere)
            out += [Group(group.question, f"outside-{group.origin}", names)] if names else []
    return known, out


def of_dev(group: Group, texts: dict[str, Text]) -> bool:
    """A question belongs to the documents it was written on: to dev if any of those does."""
    if group.origin in ("stard", "articles", JUDGED, JUDGED_DEV):
        return group.origin == JUDGED_DEV
    return any(is_dev(texts[one.passage].source) for one in group.candidates if not one.natural)


def _nearest(names: Sequence[str], texts: dict[str, Text], dev: bool | None) -> Nearest:
    return Nearest([name for name in names if dev is None or is_dev(texts[name].source) == dev], texts)


def _own(group: Group, texts: dict[str, Text], dev: bool, choose: random.Random) -> Group:
    """The group with some clauses of the same document only, and for training none of a document kept for dev."""
    told = [one for one in group.candidates if not one.natural]
    same = [one for one in group.candidates if one.natural and (dev or not is_dev(texts[one.passage].source))]
    return replace(group, candidates=(*told, *choose.sample(same, min(SAME, len(same)))))


def _with(group: Group, found: Sequence[str], count: int, sources: set[str], texts: dict[str, Text]) -> Group:
    """The group with clauses of other documents that were found; of statutes other articles of the same law too."""
    have = {one.passage for one in group.candidates}
    answers = {squash(texts[one.passage].text) for one in group.candidates if one.kind is not Kind.NONE}
    near = [
        name
        for name in found
        if name not in have
        and squash(texts[name].text) not in answers
        and (group.origin in ("stard", "articles") or texts[name].source not in sources)
    ]
    more = (Candidate(name, Kind.NONE, natural=True) for name in near[:count])
    return replace(group, candidates=(*group.candidates, *more))


def _rows(groups: Iterable[Group]) -> Iterator[dict[str, object]]:
    return (group.to_json() for group in groups)


def main(argv: Sequence[str] | None = None) -> int:
    parser = Parser(prog="python -m index.training.reader_prepare", description="制作阅读模型的训练数据。")
    parser.add_argument(
        "--reading",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="written.jsonl.xz 等所在的文件夹，可以有几个（自带的那些总是用上）",
    )
    parser.add_argument("--stard", type=Path, required=True, metavar="DIR", help="STARD 数据的文件夹")
    parser.add_argument(
        "--closed", type=Path, nargs="*", default=[], metavar="FILE", help="不得学习的文件名单，每行一个"
    )
    parser.add_argument("--measured", type=Path, nargs="*", default=[], metavar="FILE", help="不得学习的问题，每行一个")
    parser.add_argument("--judged", type=Path, metavar="INDEX", help="有判断过的条款的索引；不给就不用那些问题")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="写到哪里")
    args = parser.parse_args(argv)
    named = frozenset(squash(line) for path in args.measured for line in path.read_text("utf-8").splitlines())
    measured = named | closed_questions()
    judged_index = None if args.judged is None else open_index(args.judged)
    texts, groups = prepare(args.reading, args.stard, Closed(args.closed), measured, judged_index)
    dev = [group for group in groups if of_dev(group, texts)]
    kept_for_dev = {group.question for group in dev}
    train = [group for group in groups if group.question not in kept_for_dev]
    dev_outside = [one for one in groups if one.question in kept_for_dev and one.origin.startswith("outside")]
    args.out.mkdir(parents=True, exist_ok=True)
    used = {one.passage for group in groups for one in group.candidates}
    rows = (
        {"id": name, "above": text.above, "text": text.text, "source": text.source}
        for name, text in texts.items()
        if name in used
    )
    write_rows(args.out / PASSAGES, rows)
    write_rows(args.out / TRAIN, _rows(train))
    write_rows(args.out / DEV, _rows([*dev, *dev_outside]))
    facts = {
        "train": _count(train),
        "dev": _count([*dev, *dev_outside]),
        "answered, told by the wording alone (AUROC)": round(told_by_wording(train), 3),
    }
    write_file(args.out / FACTS, json.dumps(facts, ensure_ascii=False, indent=1).encode())
    print(json.dumps(facts, ensure_ascii=False, indent=1))
    return 0


def _count(groups: Sequence[Group]) -> dict[str, object]:
    kinds = Counter(
        f"{group.origin} {one.kind}{' (found)' if one.natural else ''}" for group in groups for one in group.candidates
    )
    return {"questions": dict(Counter(group.origin for group in groups)), "candidates": dict(sorted(kinds.items()))}


if __name__ == "__main__":
    sys.exit(console.run(main))
