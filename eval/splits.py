"""`dev` to choose constants on, `test` to report on: split by notice, never by question.

Questions about one notice resemble each other, and so do the clauses around their answers: a weight
chosen on some of them would be flattered by the rest. So a notice is wholly on one side. The sides
of the committed questions stand in `splits.toml`; a notice that is not listed (your own gazettes) goes
to the side that the hash of its name gives, the same in every run.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from corpus.errors import GongbaoError
from corpus.text import squash
from eval.model import Question
from eval.questions import SPLITS

SPLITS_FILE = Path(__file__).with_name("splits.toml")


class SplitsError(GongbaoError):
    """`splits.toml` can't be used."""


def notice_name(question: Question) -> str:
    """What a question is split by: the notice of its first label.

    Notices without 发文字号 can't be told apart by a label, so all of a question file go together,
    under the file's name. A `none` question belongs to no notice and is split by its own id.
    """
    if not question.answerable:
        return f"none:{question.id}"
    return question.relevant[0].doc_number or Path(question.file).stem


def split_of(question: Question, listed: Mapping[str, str]) -> str:
    """`dev` or `test`: the question's own key, else its notice's listed side, else by hash."""
    if question.split is not None:
        return question.split
    name = squash(notice_name(question))
    return listed.get(name) or SPLITS[hashlib.sha256(name.encode()).digest()[0] % 2]


def select(questions: Iterable[Question], split: str) -> list[Question]:
    """The questions of one side, or all of them for `all`, in order."""
    if split == "all":
        return list(questions)
    listed = read_splits()
    return [question for question in questions if split_of(question, listed) == split]


def read_splits(path: Path = SPLITS_FILE) -> dict[str, str]:
    """Squashed notice name -> side. SplitsError names a notice on both sides, or an unknown side."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as err:
        raise SplitsError(f"读不懂划分表（{err}）", str(path), "请改正，或从版本库恢复") from err
    sides: dict[str, str] = {}
    for side, names in table.items():
        if side not in SPLITS or not isinstance(names, list):
            raise SplitsError(f"不认识 {side}", str(path), f"应为 {'、'.join(SPLITS)} 两个列表")
        for name in names:
            if sides.setdefault(squash(name), side) != side:
                raise SplitsError(f"{name} 同时在两边", str(path), "请只留一处")
    return sides


def propose(questions: Sequence[Question]) -> dict[str, list[str]]:
    """Notices for each side, so that both have about half of every kind's questions.

    Greedy: the notices with most questions first (then by name), each to the side where it leaves
    the smaller sum over kinds of the squared difference between the sides; `dev` if it is equal.
    `none` questions are not listed: the hash splits them.
    """
    kinds: dict[str, Counter[str]] = {}
    for question in questions:
        if question.answerable:
            kinds.setdefault(notice_name(question), Counter())[question.kind.value] += 1
    ahead: Counter[str] = Counter()  # dev minus test, by kind
    sides: dict[str, list[str]] = {side: [] for side in SPLITS}
    for name in sorted(kinds, key=lambda one: (-kinds[one].total(), one)):
        # (d+c)² − (d−c)² = 4dc: positive where dev is ahead in this notice's kinds.
        lean = sum(ahead[kind] * count for kind, count in kinds[name].items())
        side, sign = ("dev", 1) if lean <= 0 else ("test", -1)
        sides[side].append(name)
        for kind, count in kinds[name].items():
            ahead[kind] += sign * count
    return {side: sorted(names) for side, names in sides.items()}


def to_toml(sides: Mapping[str, Sequence[str]]) -> str:
    """The text of `splits.toml`."""
    head = (
        "# Which notices' questions are for choosing constants (dev) and which for reporting (test).\n"
        "# Written by `python -m eval split FILES`; the rule is in eval/splits.py. Never moved by hand\n"
        "# after a constant has been chosen.\n"
    )
    lists = "".join(
        f"{side} = [\n" + "".join(f'    "{name}",\n' for name in names) + "]\n" for side, names in sides.items()
    )
    return head + lists
