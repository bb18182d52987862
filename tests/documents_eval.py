"""The scanned and the text-layer edition of a gazette, measured against its text edition.

    python tests/documents_eval.py GAZETTE.txt [--pages N] [--work DIR] [--json FILE]

Renders both editions (tests/make_scan.py), reads them, and prints: the character error rate (Levenshtein
distance by characters of the truth, NFKC, white space removed); of the text edition's notices how many
have the same number, date and phone; how many clauses stand on the page that they were set on; our own
questions asked of an index of each edition and of the text itself (hybrid): success@5, and how many of
the five first hits name the page that they stand on; seconds a page, ours and bare rapidocr's in turn on
the same pages. With --pages only the first N pages are made, and neither notices nor answers are compared.
What was recognised is kept in DIR, so a run can be interrupted. Exit code 1: a figure is out of bounds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import make_scan  # noqa: E402

from corpus.documents.ocr import Recogniser  # noqa: E402
from corpus.documents.pdf import open_pdf, read_one  # noqa: E402
from corpus.model import Clause, ClauseKind, ParsedFile, Source  # noqa: E402
from corpus.parse import parse_file, parse_source  # noqa: E402
from corpus.sources import read_source  # noqa: E402
from corpus.text import nfkc, squash  # noqa: E402

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions" / "lishi-2023-02.jsonl"
FIRST = 5  # hits
TIMED = 8  # pages, spread over the gazette
GRAM = 6  # letters that show where a text stands
# What the figures must keep.
SCAN_ERRORS, TEXT_ERRORS = 0.01, 0.001
SUCCESS_LOST = 0.03


def distance(a: str, b: str) -> int:
    """Levenshtein distance, one numpy row at a time."""
    import numpy as np

    codes = np.array([ord(char) for char in b], dtype=np.int64)
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for index, char in enumerate(a, 1):
        following = np.empty_like(row)
        following[0] = index
        following[1:] = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(char)))
        row = np.minimum.accumulate(following - steps) + steps
    return int(row[-1])


def plain(text: str) -> str:
    return "".join(nfkc(text).split())


def error_rate(truth: str, text: str) -> float:
    """Character error rate of `text`: distance by the number of characters of the truth."""
    wanted = plain(truth)
    return distance(wanted, plain(text)) / max(1, len(wanted))


def page_text(source: Source, page: int) -> str:
    return "\n".join(line.text for line in source.lines if line.page == page)


def rates(source: Source, truth: list[str]) -> dict[str, float]:
    """Error rates of all pages together: of all characters, and of letters and digits only."""
    wrong = wrong_letters = count = count_letters = 0
    for number, text in enumerate(truth, 1):
        got = page_text(source, number)
        wrong += distance(plain(text), plain(got))
        wrong_letters += distance(squash(text), squash(got))
        count += len(plain(text))
        count_letters += len(squash(text))
    return {"characters": count, "cer": wrong / count, "letter_error_rate": wrong_letters / count_letters}


def same_fields(base: ParsedFile, got: ParsedFile) -> dict[str, int]:
    """Of the text edition's notices: how many were found with the same number, date, phone and title."""
    by_number = {notice.doc_number: notice for notice in got.notices}
    pairs = [(notice, by_number.get(notice.doc_number)) for notice in base.notices]
    found = [(a, b) for a, b in pairs if b is not None]
    return {
        "notices": len(base.notices),
        "number": len(found),
        "date": sum(a.date == b.date for a, b in found),
        "phone": sum(a.phone == b.phone for a, b in found),
        "title": sum(squash(a.title) == squash(b.title) for a, b in found),
    }


def right_pages(parsed: ParsedFile, truth: list[str]) -> tuple[int, int]:
    """Clauses whose first letters stand on the page they are said to begin on, and all that could be checked:
    a row of a table begins with its table's caption, so it is looked for by its end."""
    pages = [squash(text) for text in truth]
    right = total = 0
    for notice in parsed.notices:
        for clause in notice.clauses:
            whole = squash(clause.text)
            letters = whole[-12:] if clause.kind is ClauseKind.TABLE_ROW else whole[:12]
            if clause.pages is None or len(letters) < 12 or not any(letters in page for page in pages):
                continue
            total += 1
            near = range(clause.pages.start - 1, clause.pages.end)
            right += any(letters in pages[at] for at in near)
    return right, total


def stands_on(clause: Clause, pages: Sequence[str]) -> bool:
    """Whether a clause stands on the pages that it names, given every page's letters.

    It does where it stands there word for word, from the first page named to the last. A row of a table
    (only its own cells count: caption and column heads may stand pages before) and a clause with misread
    characters do where no other page holds more of their letters, in runs of six.
    """
    if clause.pages is None:
        return False
    is_row = clause.kind is ClauseKind.TABLE_ROW
    letters = squash("".join(cell for _, cell in clause.cells) if is_row else clause.text)
    named = pages[clause.pages.start - 1 : clause.pages.end]
    whole = "".join(named)
    places = [at for at in range(len(whole)) if whole.startswith(letters, at)]
    if places and not is_row:
        first, last = len(named[0]), len(whole) - len(named[-1])
        return any(at < first and at + len(letters) > last for at in places)
    runs = {letters[at : at + GRAM] for at in range(max(1, len(letters) - GRAM + 1))}
    held, *others = (sum(run in text for run in runs) for text in (whole, *pages))
    return held > 0 and held >= max(others)


def ask_questions(edition: Path, index: Path, truth: list[str] | None) -> dict[str, Any]:
    """Our own questions on an index of one edition: success@5, and the pages of the first five hits."""
    from eval.measures import per_question
    from eval.model import Asked
    from eval.questions import read_questions
    from eval.systems import Bench
    from index.build import build

    build([edition], index)
    bench = Bench(index)
    system = bench.system("ours", "hybrid")
    clauses = {entry.clause_id: entry.clause for entry in bench.engine.clauses(range(bench.engine.info.clauses))}
    asked = [Asked(one, system.ask(one.question, FIRST), 0.0) for one in read_questions([QUESTIONS])]
    modes = {one.response.mode_used for one in asked}
    if modes != {"hybrid"}:
        raise SystemExit(f"no hybrid search: {modes}; python -m index make-model")
    success = [values[f"success_at_{FIRST}"] for values in per_question(asked).values()]
    out: dict[str, Any] = {"questions": len(success), "success_at_5": fmean(success)}
    if truth is not None:
        pages = [squash(text) for text in truth]
        hits = [clauses[hit.clause_id] for one in asked for hit in one.response.hits]
        wrong = sorted({clause.clause_id for clause in hits if not stands_on(clause, pages)})
        out["hits"] = len(hits)
        out["hits_on_their_page"] = sum(clause.clause_id not in wrong for clause in hits)
        out["hits_elsewhere"] = wrong
    return out


def compare_seconds(path: Path, numbers: Sequence[int]) -> dict[str, Any]:
    """Seconds a page of ours and of rapidocr alone, as it comes, at 150 dpi: page by page in turn, so that
    what else the machine does slows both. Ours includes rendering the page, rapidocr's does not."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "critical"})
    recogniser = Recogniser(None)
    ours, bare = [], []
    with open_pdf(path, str(path)) as document:
        pictures = [document[number - 1].render(scale=150 / 72).to_numpy() for number in numbers]
        engine(pictures[0])  # loads the models
        read_one(document, numbers[0] - 1, recogniser)
        for number, picture in zip(numbers, pictures, strict=True):
            started = time.perf_counter()
            engine(picture)
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            read_one(document, number - 1, recogniser)
            ours.append(time.perf_counter() - started)
    return {
        "pages": list(numbers),
        "ours": fmean(ours),
        "bare_rapidocr": fmean(bare),
        "ratio": median(mine / other for mine, other in zip(ours, bare, strict=True)),
    }


def measure(path: Path, truth: list[str], cache: Path | None, base: ParsedFile | None) -> dict[str, Any]:
    """Error rates, notices and pages of one edition, read through `cache`."""
    source = read_source(path, cache, lambda progress: print(progress, file=sys.stderr))
    out: dict[str, Any] = {"pages": len(truth), **rates(source, truth)}
    if base is not None:
        parsed = parse_source(source)
        out |= same_fields(base, parsed)
        out["coverage"] = parsed.coverage
        out["clauses_on_their_page"], out["clauses_with_a_page"] = right_pages(parsed, truth)
    out["warnings"] = len(source.warnings)
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("gazette", type=Path)
    parser.add_argument("--pages", type=int, default=None, help="only the first N pages")
    parser.add_argument("--work", type=Path, default=None, help="folder for the editions and the cache")
    parser.add_argument("--json", type=Path, default=None, help="file for the figures")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        pages = make_scan.typeset(make_scan.read_items(args.gazette))[: args.pages]
        truth = ["\n".join(page.truth) for page in pages]
        base = parse_file(args.gazette) if args.pages is None else None
        if not (work / "scan.pdf").exists():
            make_scan.write_text_pdf(pages, work / "text.pdf")
            make_scan.write_scan(pages, work / "unfinished.pdf")
            (work / "unfinished.pdf").replace(work / "scan.pdf")
        index = work / "index"
        scan, text = work / "scan.pdf", work / "text.pdf"
        # The index's own folder of recognised pages: building it reads no page again.
        figures = {
            "text_layer": measure(text, truth, None, base),
            "scan": measure(scan, truth, index / "cache", base),
            "seconds_a_page": compare_seconds(scan, spread(len(pages), TIMED)),
        }
        if base is not None:
            figures["text"] = ask_questions(args.gazette, index, None)
            figures["text_layer"] |= ask_questions(text, index, truth)
            figures["scan"] |= ask_questions(scan, index, truth)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    problems = list(out_of_bounds(figures))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def spread(count: int, wanted: int) -> list[int]:
    """Up to `wanted` numbers from 1 to `count`, the first and the last among them, evenly apart."""
    wanted = min(count, wanted)
    return sorted({1 + round(at * (count - 1) / max(1, wanted - 1)) for at in range(wanted)})


def out_of_bounds(figures: dict[str, Any]) -> Iterator[str]:
    """A line for every figure that is not as it must be."""
    for edition, most in (("text_layer", TEXT_ERRORS), ("scan", SCAN_ERRORS)):
        found = figures[edition]
        if found["cer"] > most:
            yield f"{edition}: character error rate {found['cer']:.3%} above {most:.1%}"
        if "text" not in figures:
            continue
        for name in ("number", "date", "phone"):
            if found[name] < found["notices"]:
                yield f"{edition}: {name} right in {found[name]} of {found['notices']} notices"
        lost = figures["text"]["success_at_5"] - found["success_at_5"]
        if lost > SUCCESS_LOST:
            yield f"{edition}: success@5 lower than the text's by {lost:.3f}"
        if found["hits_on_their_page"] < found["hits"]:
            yield f"{edition}: {found['hits'] - found['hits_on_their_page']} of {found['hits']} hits name a wrong page"


if __name__ == "__main__":
    raise SystemExit(main())
