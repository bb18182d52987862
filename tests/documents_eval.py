"""The scanned and the text-layer edition of a gazette, measured against its text edition.

    python tests/documents_eval.py GAZETTE.txt [--pages N] [--work DIR] [--json FILE]

Renders both editions (tests/make_scan.py), reads them, and prints: the character error rate (Levenshtein
distance by characters of the truth, NFKC, white space removed); of the text edition's notices how many
have the same number, date and phone; how many clauses stand on the page that they were set on; seconds a
page, against bare rapidocr on the same pages in the same run. With --pages only the first N pages are
made, and notices are not compared. What was recognised is kept in DIR, so a run can be interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import make_scan  # noqa: E402

from corpus.model import ClauseKind, ParsedFile, Source  # noqa: E402
from corpus.parse import parse_file, parse_source  # noqa: E402
from corpus.sources import read_source  # noqa: E402
from corpus.text import nfkc, squash  # noqa: E402


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


def bare_seconds(path: Path, numbers: list[int]) -> float:
    """Seconds a page of rapidocr alone, as it comes, on these pages at 150 dpi."""
    import pypdfium2
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "critical"})
    document = pypdfium2.PdfDocument(path)
    pictures = [document[number - 1].render(scale=150 / 72).to_numpy() for number in numbers]
    engine(pictures[0])  # loads the models
    started = time.perf_counter()
    for picture in pictures:
        engine(picture)
    return (time.perf_counter() - started) / len(pictures)


def measure(path: Path, truth: list[str], cache: Path | None, base: ParsedFile | None) -> dict[str, Any]:
    started = time.perf_counter()
    source = read_source(path, cache, lambda progress: print(progress, file=sys.stderr))
    seconds = time.perf_counter() - started
    out: dict[str, Any] = {"pages": len(truth), "seconds_a_page": seconds / len(truth), **rates(source, truth)}
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
        figures = {
            "text_layer": measure(work / "text.pdf", truth, None, base),
            "scan": measure(work / "scan.pdf", truth, work / "cache", base),
            "bare_rapidocr_seconds_a_page": bare_seconds(work / "scan.pdf", [1, len(pages)]),
        }
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    good = figures["scan"]["cer"] <= 0.01 and figures["text_layer"]["cer"] <= 0.001
    if not good:
        print("error rates above 1 % (scan) or 0.1 % (text layer)", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
