"""Whether the articles of 3,475 laws run from 第一条 to the last, each once: a check of parsing that needs no labels.

    python tests/bench/laws_articles.py                 # all; 5 to 15 minutes on one core
    python tests/bench/laws_articles.py --every 10      # each tenth
    python tests/bench/laws_articles.py --show 20       # and the first laws that don't, with reasons
    python tests/bench/laws_articles.py --every 2 --skip 1   # half of them: two processes read all

The laws stand beside the repository (`../shared/data/laws`); without them it says so and ends. What a law's own
text leaves out (an excerpt, an amendment that quotes articles) is told apart from what the parser loses: a line that
begins with 第…条 and is no article of any clause.

Last read in full: 3,468 of 3,475 run (99.80 %), and two more since then. Looked at one by one, what doesn't run is

    5  court cases (案例/消费购物) that quote one article of a judgement: no articles of theirs, and their text stands
       in a clause
    2  laws with an article that begins with 与本…: taken for a citation; mended (`corpus.numbering`)
   18  as their texts have them, and read so: nine lack a number (山东省中医药条例 has no 第十三条), six begin later
       (four amendments of the constitution, 浙江省测绘地理信息条例 at 第三条), three are books of the civil code, which
       count on from the one before
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import GongbaoError
from corpus.model import Notice, ParsedFile
from corpus.numbering import Style, chinese_number
from corpus.parse import parse_source
from corpus.place import Step, StepKind
from corpus.reading import source_from_text

ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "data" / "laws" / "laws.tar.xz"
WANTED = 0.99
AS_WRITTEN = "as the text has them"  # an excerpt, a number left out: found as written
# An article as these files write it: at a line's start, with white space behind.
_LINE = re.compile(r"^[#*\s]*第([一二三四五六七八九十百零]+)条(?:之[一二三四五六七八九十]+)?[\s*　]")


def laws(archive: Path, every: int, skip: int = 0) -> Iterator[tuple[str, str]]:
    """Names and texts of each so manieth law by name, in the archive's order: going back in it means unpacking anew."""
    with tarfile.open(archive) as tar:
        names = sorted(one.name for one in tar if one.isfile() and one.name.endswith(".md"))
    wanted = set(names[skip::every])
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name in wanted:
                stream = tar.extractfile(member)
                assert stream is not None
                yield member.name, stream.read().decode("utf-8")


def articles_of(notice: Notice) -> dict[int, list[Step]]:
    """The articles of each part of a notice, in order, each once."""
    parts: dict[int, list[Step]] = {}
    seen: set[tuple[int, tuple[Step, ...], int]] = set()
    for clause in notice.clauses:
        steps = clause.place.steps
        at = next((i for i, step in enumerate(steps) if step.style is Style.ARTICLE), None)
        if at is None or steps[at].kind is not StepKind.NUMBERED:
            continue
        key = (clause.place.attachment, steps[: at + 1], clause.place.again if len(steps) == at + 1 else 1)
        if key not in seen:
            seen.add(key)
            parts.setdefault(clause.place.attachment, []).append(steps[at])
    return parts


def reason_of(text: str, parsed: ParsedFile) -> str | None:
    """Why a law's articles don't run; None where they do."""
    written = [number for line in text.splitlines() if (match := _LINE.match(line)) and (number := _number(match[1]))]
    if not written:
        return None
    found = [parts for notice in parsed.notices for parts in articles_of(notice).values()]
    if [step.number for run in found for step in run] == written:
        return None if written[0] == 1 and not _breaks(written) else AS_WRITTEN
    total = sum(map(len, found))
    if total < len(written):
        return f"{len(written)} lines begin with 第…条, {total} are articles"
    for run in found:
        if run[0].number != 1:
            return f"begins at {run[0].label}"
        for before, step in itertools.pairwise(run):
            gap = step.number - before.number
            if gap != 1 and not (gap == 0 and "之" in step.label):
                return f"{step.label} follows {before.label}"
    return None


def _breaks(numbers: list[int]) -> bool:
    """Whether numbers jump or go back, a second regulation's 第一条 and 第十条之一 aside."""
    return any(other - one not in (0, 1) and other != 1 for one, other in itertools.pairwise(numbers))


def _number(numeral: str) -> int | None:
    return chinese_number(numeral)


def main() -> int:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    args.add_argument("--every", type=int, default=1)
    args.add_argument("--skip", type=int, default=0, help="of the laws chosen, where to begin")
    args.add_argument("--show", type=int, default=40)
    chosen = args.parse_args()
    if not ARCHIVE.exists():
        print(f"no laws at {ARCHIVE}: nothing is measured")
        return 0
    done, failed, as_written, letters, started = 0, 0, 0, 0, time.perf_counter()
    for name, text in laws(ARCHIVE, chosen.every, chosen.skip):
        try:
            reason = reason_of(text, parse_source(source_from_text(Path(name).name, text)))
        except GongbaoError as err:
            reason = f"refused: {err}"
        done += 1
        letters += len(text)
        if reason == AS_WRITTEN:
            as_written += 1
            print(f"{reason}\t{name}", flush=True)
        elif reason:
            failed += 1
            if failed <= chosen.show:
                print(f"{reason}\t{name}", flush=True)
    seconds = time.perf_counter() - started
    share = 1 - failed / max(1, done)
    print(f"{as_written} laws do not run in the text itself, and are as written")
    print(f"{done} laws, {share:.2%} run ({WANTED:.0%} wanted), {letters / seconds:,.0f} letters a second")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
