"""What validity makes of a folder of laws: repeals found, titles with several texts, time.

    python tests/bench/bench_validity.py ../shared/data/laws/laws.tar.xz [--repeals] [--families] [--sample 100]

Each text of the folder or archive is parsed and all are collected, as a build does it. `--repeals` lists each repeal
of a text that is there, with the words that say so; `--families` the texts of each title that has several, the newest
first, with day and status; `--sample` so many statements of repeal, of these and of texts that aren't there, to be
read by a person. A title whose newest text isn't in force is named.
"""

from __future__ import annotations

import argparse
import random
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus.collection import Corpus, collect
from corpus.errors import InputError
from corpus.events import EventKind
from corpus.model import CorpusNotice, ParsedFile, Status
from corpus.parse import parse_source
from corpus.reading import source_from_text
from corpus.said import said

REPEALS = (EventKind.REPEALED, EventKind.PARTLY_REPEALED)


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of the .md and .txt files of a folder or archive, in order of their names."""
    if path.is_dir():
        for file in sorted([*path.rglob("*.md"), *path.rglob("*.txt")]):
            yield str(file.relative_to(path)), file.read_text("utf-8", "replace")
        return
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda one: one.name):
            content = archive.extractfile(member) if member.name.endswith((".md", ".txt")) else None
            if content is not None:
                yield member.name, content.read().decode("utf-8", "replace")


def parsed(path: Path) -> list[ParsedFile]:
    out = []
    for name, text in texts(path):
        try:
            out.append(parse_source(source_from_text(name, text)))
        except InputError as err:
            print(f"  {err}")
    return out


def families(corpus: Corpus) -> dict[str, list[CorpusNotice]]:
    """The texts of each title that has several, the newest first, those without a day last."""
    found: dict[str, list[CorpusNotice]] = {}
    for source in corpus.notices:
        if source.notice.family is not None:
            found.setdefault(source.notice.family, []).append(source)
    return {
        name: sorted(members, key=lambda source: source.notice.version or "", reverse=True)
        for name, members in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--repeals", action="store_true")
    parser.add_argument("--families", action="store_true")
    parser.add_argument("--sample", type=int, default=0)
    args = parser.parse_args()
    files = parsed(args.path)
    began = time.process_time()
    corpus = collect(files)
    seconds = time.process_time() - began
    print(f"{len(files)} files, {len(corpus.notices)} notices, collected in {seconds:.1f} s of one core")
    print("status:", dict(Counter(source.notice.status.value for source in corpus.notices)))
    known = families(corpus)
    dated = {name: members for name, members in known.items() if members[-1].notice.version is not None}
    wrong = [
        name
        for name, members in dated.items()
        if members[0].notice.status is Status.REPLACED or any(one.notice.status.holds for one in members[1:])
    ]
    print(f"{len(known)} titles with several texts, {len(known) - len(dated)} of them with one of unknown day")
    print(f"newest not the one in force: {len(wrong)} {wrong}")
    for name, members in known.items() if args.families else ():
        print(f"  {name}")
        for one in members:
            print(f"    {one.notice.version or '?':10} {one.notice.status.value:12} {one.files[0]}")
    by_id = {source.notice.notice_id: source for source in corpus.notices}
    found = [(source, event) for source in corpus.notices for event in source.notice.events if event.kind in REPEALS]
    print(f"{len(found)} repeals of texts that are here")
    for source, event in found if args.repeals else ():
        print(f"  {source.files[0]} <- {by_id[event.notice_id].files[0]} {event.date} {event.text}")
    if args.sample:
        spoken = [event for source in corpus.notices for event in said(source.notice) if event.kind in REPEALS]
        print(f"{len(spoken)} statements of repeal, of which {args.sample}:")
        for event in random.Random(1).sample(spoken, min(args.sample, len(spoken))):
            target = event.target
            print(f"  {event.date} 《{target.title if target else ''}》 {event.articles} | {event.text}")


if __name__ == "__main__":
    main()
