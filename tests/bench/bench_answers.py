"""What people see of the answers: whole headlines, and whom to call.

    python tests/bench/bench_answers.py QUESTIONS.jsonl [MORE.jsonl ...] [--index .index] [--mode hybrid] [--show]

All questions of the files are asked of one index. Of the answers it counts: spans, and headlines made of them, that end
in a mark after which a sentence goes on, or begin with the number of an item; answers with a telephone on their card,
those where it is the last line 这份文件的咨询电话, those that aren't sure (they show none), and sure ones without any
although their notice prints a number for asking, or any number (a fax, a hotline, another office's). `--show` lists
these by question.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from corpus.phones import phone_spans
from eval.questions import read_questions
from index.paths import DEFAULT_INDEX
from retriever.ask import Asker
from retriever.headline import headline
from retriever.model import MODES, SearchResult

OPEN_END = re.compile(r"[，；：、,;:]\s*$")
ITEM = re.compile(
    r"\s*(?:第[一二三四五六七八九十]+条|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d{1,3}[.．、])(?!\d)"
)


def is_broken(said: str) -> bool:
    """Whether a headline ends openly or begins with the number of an item."""
    return bool(OPEN_END.search(said) or ITEM.match(said))


def kinds(result: SearchResult) -> list[str]:
    """What is counted of one answered question, by name."""
    answer = result.answer
    assert answer is not None and answer.entry is not None
    said = headline(answer, sure=result.sure)
    found = ["answers"]
    found += ["span_broken"] * is_broken(answer.text) + ["headline_broken"] * is_broken(said)
    if not result.sure:
        return [*found, "not_sure"]
    phoned = [office for office in answer.offices if office.phone]
    if phoned or phone_spans(said):
        contact = bool(phoned) and all(office.role == "contact" for office in phoned)
        return [*found, "telephone", *["telephone_of_the_document"] * contact]
    notice = answer.entry.notice
    asking = ["none_though_for_asking"] * bool(notice.phone)
    return [*found, "no_telephone", *asking, *["none_though_printed"] * bool(notice.phones)]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--index", type=Path, default=DEFAULT_INDEX)
    parser.add_argument("--mode", choices=MODES, default="hybrid")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args(argv)
    asker = Asker.open(args.index, dense=args.mode != "bm25")
    counts: Counter[str] = Counter()
    for question in read_questions(args.questions):
        result = asker.ask(question.question, k=1, mode=args.mode)
        counts["questions"] += 1
        if result.answer is None:
            continue
        told = kinds(result)
        counts.update(told)
        odd = {"headline_broken", "none_though_for_asking", "none_though_printed"} & set(told)
        if args.show and odd and result.answer.entry is not None:
            printed = [(one.unit, one.phone) for one in result.answer.entry.notice.phones]
            said = headline(result.answer, sure=result.sure)
            print(question.question, sorted(odd), result.answer.clause_id, said[:80], printed, sep="｜")
    print(json.dumps(counts, indent=None if args.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
