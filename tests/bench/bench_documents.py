"""Pages a second of our readers against the bare libraries under them, on the same pages in one run.

Measured on the first gazette, set as tests/make_scan.py sets it (A4, two columns, about 1,100 characters
a page): the text layer against pypdfium2's own text extraction, and recognition against rapidocr as it
comes. Ours adds places, order, tables, seals and turned text; the ratio is what that costs.

    python tests/bench/bench_documents.py [--pages 40] [--scans 4]
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import make_scan  # noqa: E402
from documents_eval import compare_seconds  # noqa: E402

from corpus.sources import read_source  # noqa: E402

GAZETTE = TESTS.parent / "corpus" / "bulletins" / "lishi-2023-02.txt"


def bare_text_seconds(path: Path) -> float:
    """Seconds of pypdfium2's text extraction: characters only, in the order of the file."""
    import pypdfium2

    started = time.perf_counter()
    document = pypdfium2.PdfDocument(path)
    for page in document:
        textpage = page.get_textpage()
        textpage.get_text_range()
        textpage.close()
        page.close()
    document.close()
    return time.perf_counter() - started


def ours(path: Path) -> float:
    started = time.perf_counter()
    read_source(path)
    return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=40, help="pages with a text layer (40)")
    parser.add_argument("--scans", type=int, default=4, help="scanned pages (4)")
    args = parser.parse_args()
    pages = make_scan.typeset(make_scan.read_items(GAZETTE))[3:]
    with tempfile.TemporaryDirectory() as folder:
        text, scan = Path(folder) / "text.pdf", Path(folder) / "scan.pdf"
        make_scan.write_text_pdf(pages[: args.pages], text)
        bare, full = bare_text_seconds(text), ours(text)
        count = min(args.pages, len(pages))
        print(f"text layer: {full / count * 1000:.1f} ms a page, {full / bare:.1f} times pypdfium2's own extraction")
        if args.scans:
            make_scan.write_scan(pages[: args.scans], scan)
            took = compare_seconds(scan, list(range(1, args.scans + 1)))
            print(f"scan: {took['ours']:.2f} s a page, {took['ratio']:.2f} times bare rapidocr on the same pages")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this run: {peak:.0f} MiB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
