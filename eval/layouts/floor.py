"""The least that a parse of generated files must give back: `floor.toml`, which a test holds the parser to.

It only rises. Where the generator itself was changed its files are others, and the floor is measured anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.errors import GongbaoError, UsageError
from eval.documents.score import FileScore
from eval.layouts.back import judged
from eval.layouts.case import layouts
from eval.layouts.plain import text_of

FLOOR_FILE = Path(__file__).parent / "floor.toml"
SEEDS = {"txt": range(60), "html": range(100, 140), "docx": range(200, 225), "pdf": range(300, 315)}

_HEAD = """\
# What a parse of generated layouts must give back at least. Written by `python -m eval layouts --update-floor`,
# which never lowers it while the generated files are the same (`digest`); tests/test_layouts.py holds the parser to it.
"""


class FloorError(GongbaoError):
    """The parser gives back less than it did."""


@dataclass(frozen=True, slots=True)
class Level:
    """Of one form: the files given back whole; the documents of which words were found, and of these the ones with
    words under another one's number."""

    files: int
    whole: int
    documents: int
    misplaced: int

    def keeps(self, floor: Level) -> bool:
        """Whether it is no worse. A share is compared, so that reading a file at all is no step back."""
        return self.whole >= floor.whole and self.misplaced * floor.documents <= floor.misplaced * self.documents


@dataclass(frozen=True, slots=True)
class Floor:
    """The levels by form, and of which files."""

    digest: str
    levels: dict[str, Level]


def digest() -> str:
    """What tells whether the generated files are still the same."""
    found = hashlib.sha256()
    for seeds in SEEDS.values():
        for seed in seeds:
            found.update(text_of(layouts(seed).lines).encode())
    return found.hexdigest()


def level(form: str) -> Level:
    """Where the parser stands with the files of a form."""
    return level_of([judged(layouts(seed), form) for seed in SEEDS[form]])


def level_of(scores: Sequence[FileScore]) -> Level:
    own = [score.tallies["own_number"] for score in scores if "own_number" in score.tallies]
    return Level(
        files=len(scores),
        whole=sum(score.perfect for score in scores),
        documents=sum(tally.wanted for tally in own),
        misplaced=sum(tally.wanted - tally.right for tally in own),
    )


def read_floor(path: Path = FLOOR_FILE) -> Floor:
    """The floor on file. UsageError where it can't be read."""
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        return Floor(data["digest"], {form: Level(**row) for form, row in data["level"].items()})
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise UsageError("读不了版式测评的底线", str(path), "请用 --update-floor 重新写") from err


def raised(old: Floor | None, new: Floor) -> Floor:
    """The new floor. FloorError where the same files came back worse than the old one says."""
    if old is not None and old.digest == new.digest:
        worse = [form for form, one in new.levels.items() if form in old.levels and not one.keeps(old.levels[form])]
        if worse:
            raise FloorError("解析比底线差", "、".join(worse), "底线没有改；请先用 --show 看差在哪里")
    return new


def update_floor(path: Path = FLOOR_FILE) -> Floor:
    """Measure, and write the floor; nothing is written where it would sink (FloorError)."""
    old = None
    with contextlib.suppress(UsageError):  # none yet, or one that an older version wrote
        old = read_floor(path)
    new = raised(old, Floor(digest(), {form: level(form) for form in SEEDS}))
    rows = [f'{_HEAD}digest = "{new.digest}"\n']
    for form, one in new.levels.items():
        rows += [f"\n[level.{form}]\n", *(f"{name} = {value}\n" for name, value in asdict(one).items())]
    path.write_text("".join(rows), "utf-8")
    return new
