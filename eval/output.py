"""The folder of `--out`: everything that is needed to look again, or to compare later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.errors import GongbaoError
from eval import trec
from eval.compare import Comparison
from eval.compare_page import comparison_page
from eval.model import Asked, Question
from eval.report import html_report
from eval.results import RESULTS_FILE, Run, to_text

RUN_FILE, QRELS_FILE, REPORT_FILE, COMPARE_FILE = "run.txt", "qrels.txt", "report.html", "compare.html"


class OutputError(GongbaoError):
    """The output folder can't be written."""


def write_output(folder: Path, questions: Sequence[Question], runs: Sequence[tuple[Run, Sequence[Asked]]]) -> None:
    """Write results, TREC files and report. Several runs get a folder each, and one report of all above.

    Files already there are replaced, others are left alone. Runs of closed questions have no TREC files, which are
    nothing but questions.
    """
    try:
        if len(runs) == 1:
            _write_run(folder, questions, *runs[0])
            return
        for run, asked in runs:
            _write_run(folder / run.setting.name, questions, run, asked)
        _write(folder / RESULTS_FILE, to_text([run for run, _ in runs]))
        _write(folder / REPORT_FILE, html_report([run for run, _ in runs]))
        if questions:
            _write(folder / QRELS_FILE, trec.qrels_text(questions))
    except OSError as err:
        raise OutputError(f"写不进去（{err.strerror or err}）", str(folder), "请换一个能写的文件夹") from err


def _write_run(folder: Path, questions: Sequence[Question], run: Run, asked: Sequence[Asked]) -> None:
    _write(folder / RESULTS_FILE, to_text([run]))
    _write(folder / REPORT_FILE, html_report([run]))
    if not run.totals_only:
        _write(folder / RUN_FILE, trec.run_text(asked, run.setting.name))
        _write(folder / QRELS_FILE, trec.qrels_text(questions))


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write the page of a comparison. OutputError if the folder can't be written."""
    try:
        _write(folder / COMPARE_FILE, comparison_page(comparison))
    except OSError as err:
        raise OutputError(f"写不进去（{err.strerror or err}）", str(folder), "请换一个能写的文件夹") from err


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
