"""The citizen's measures in every table, the run's origin, and the pages; older runs are still read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eval_cases import asked, hit, misses, none_question, question, response
from test_eval_results import EVIL, Page, run, setting

from eval import table, trust, words
from eval.compare import compare
from eval.compare_page import comparison_page
from eval.labels import Passages
from eval.model import Asked, Kind, Office
from eval.origin import origin
from eval.output import COMPARE_FILE, write_comparison, write_output
from eval.report import html_report
from eval.results import Run, Setting, read_runs, summarise, to_text, totals_of
from eval.scoring import score
from eval.show import comparison_text, misses_text, runs_text
from index.engine import IndexInfo, ModelInfo, SourceFile

pytest_plugins = ["page_fixtures"]
PHONE = "0358-8226688"  # stands in no passage
INFO = IndexInfo(
    where="/索引",
    version="data-0123456789ab",
    built="2026-11-28T07:10:32+00:00",
    notices=3,
    clauses=5,
    vectors=5,
    model=ModelInfo("模型", 384, "cd" * 32),
    sources=tuple(SourceFile(f"公报{at}.txt", f"{at}" * 64) for at in range(9)),
    inputs=(),
    cache=Path("/索引/cache"),
)


def batch(*, better: bool = False) -> list[Asked]:
    """Five unanswerable questions, three of them answered, one with a telephone, one with the caution; three
    answerable ones, all answered, one rightly, one with a wrong telephone. `better` gives no wrong telephone."""
    wrong = [] if better else [Office("区统计局", PHONE)]
    return [
        asked(question("a"), response([hit()], text="由区财政局负责", confidence=0.9)),
        asked(question("b", text=EVIL), response([hit()], text="由区财政局负责", confidence=0.8, offices=wrong)),
        asked(question("c", kind=Kind.LAY, answers=()), response(misses(2), text=EVIL, confidence=0.7)),
        asked(none_question("n1"), response(misses(1), text="有", confidence=0.8, offices=wrong)),
        asked(none_question("n2"), response(misses(1), text="有", confidence=0.6)),
        asked(none_question("n3"), response(misses(1), text="有", confidence=0.3, cautioned=True)),
        asked(none_question("n4"), response(misses(1), answered=False, confidence=0.1)),
        asked(none_question("n5"), response(misses(1), answered=False, confidence=0.1)),
    ]


def made(*, better: bool = False, with_origin: bool = True) -> Run:
    plain = setting()
    kept = Setting(
        plain.system, plain.mode, plain.split, plain.k, plain.files, plain.model, plain.clauses,
        origin(INFO, "python -m eval 题目.jsonl", "0.1.0", dt.date(2026, 11, 28)) if with_origin else None,
    )  # fmt: skip
    return summarise(kept, score(batch(better=better), Passages([hit()])), calibrated=True)


def older(kept: Run) -> str:
    """The results file as version 0.1 wrote it."""
    document = json.loads(to_text([kept]))
    for row in document["runs"]:
        for name in ("origin", "counts", "trust", "selective", "calibration", "totals_only"):
            del row[name]
        for one in row["questions"]:
            for name in ("expected", "offices", "cautioned", "phones", "wrong_phone", "wrong_office"):
                del one[name]
    return json.dumps(document, ensure_ascii=False)


def test_the_five_shares() -> None:
    shares = {name: (one.count, one.n) for name, one in made().trust.items()}
    assert shares == {
        "none_answered": (3, 5),
        "none_phone": (1, 5),
        "none_unwarned": (2, 5),
        "shown_right": (2, 6),
        "wrong_contact": (2, 6),
    }


def test_the_counts_of_a_run_are_those_of_its_questions() -> None:
    counts = made().counts
    assert (counts.questions, counts.none, counts.missed) == (8, 5, 5)  # b, c, n1, n2, n3
    assert dict(counts.ranks)["1"] == 2
    assert dict(counts.ranks)["没找到"] == 1
    assert sum(count for _, count in counts.times) == 8


def test_selective_and_calibration_of_a_run() -> None:
    got = made()
    assert got.selective.threshold is not None and got.selective.caution is not None
    assert (got.selective.threshold.coverage, got.selective.threshold.risk) == (6 / 8, 4 / 6)
    assert (got.selective.caution.coverage, got.selective.caution.risk) == (5 / 8, 3 / 5)
    assert got.selective.curve[-1].coverage == 6 / 8
    assert got.calibration["answerable"].n == 8
    assert got.calibration["right"].n == 6
    # Of the 6 shown: (.9 - 1)² + (.8 - 1)² + .7² + .8² + .6² + .3²
    assert got.calibration["right"].brier == pytest.approx((0.01 + 0.04 + 0.49 + 0.64 + 0.36 + 0.09) / 6)


def test_every_table_has_the_citizens_measures() -> None:
    one, several = runs_text([made()]), runs_text([made(), run(setting("grep", ""))])
    readme = table.quality_text([made()], "make eval")
    page, comparison = html_report([made()]), compare(made(), made(better=True))
    for name in trust.NAMES:
        term = words.term(name)
        assert all(term.name in text for text in (one, several, readme, page, comparison_text(comparison)))
        assert term.meaning in readme and term.meaning in page
    assert "33.3%（2/6）" in several and "33.3%（2/6）" in readme and "33.3%（2/6）" in page
    assert "2/6" in one
    assert comparison.trust["wrong_contact"].b.count == 0


def test_json_only_has_more_keys(tmp_path: Path) -> None:
    kept = made()
    (only,) = json.loads(to_text([kept]))["runs"]
    assert {"system", "mode", "files", "measures", "refusals", "ms", "misses", "questions"} <= only.keys()
    assert only["trust"]["none_phone"] | {"low": 0, "high": 0} == {"count": 1, "n": 5, "mean": 0.2, "low": 0, "high": 0}
    assert only["selective"]["every"]["aurc"] > 0
    assert only["origin"]["index"]["sources"][0] == ["公报0.txt", "0" * 64]
    (tmp_path / "results.json").write_text(to_text([kept]), encoding="utf-8")
    assert read_runs(tmp_path) == [kept]


def test_a_run_of_version_0_1_is_read_and_compared(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(older(made()), encoding="utf-8")
    (old,) = read_runs(tmp_path)
    assert list(old.trust) == ["none_answered", "shown_right"]
    assert old.selective.caution is None
    comparison = compare(old, made())
    assert (comparison.gains, comparison.losses) == ((), ())  # what A does not tell is no change
    assert list(comparison.trust) == ["none_answered", "shown_right"]
    assert "没有记下" in html_report([old]) and "没有记下" in comparison_page(comparison)


def test_a_telephone_put_right_is_a_gain() -> None:
    """Before: neither rank nor rightness had changed, so nobody was told."""
    forth, back = compare(made(), made(better=True)), compare(made(better=True), made())
    assert [change.id for change in forth.gains] == ["b", "n1"]
    assert forth.losses == ()
    assert [change.id for change in back.losses] == ["b", "n1"]
    (row,) = [one for one in back.to_json()["losses"] if one["id"] == "b"]
    assert (row["wrong_contact_a"], row["wrong_contact_b"], row["right_b"]) == (False, True, True)
    assert row["given_b"] == f"由区财政局负责（区统计局 {PHONE}）"
    assert "电话或部门改错了" in comparison_text(back)
    gain = forth.trust["wrong_contact"].difference
    assert gain.gain == pytest.approx(-2 / 6)
    assert gain.low is not None and gain.high is not None and gain.low < gain.gain < gain.high <= 0


def test_misses_show_what_was_expected_beside_what_was_given() -> None:
    text = misses_text(made())
    assert text.index("电话或部门错") < text.index("没有检索到")
    assert f"应为：区财政局\n      给出：〔电话错〕〔部门错〕由区财政局负责（区统计局 {PHONE}）" in text
    assert "应为：（资料里没有，应当拒答）\n      给出：有【提醒过不一定准】" in text
    assert "应为：离政发〔2023〕5号“普查经费由区财政局负责和协调”" in text  # no accepted string: the quote
    page = html_report([made()])
    assert "〔2023〕5号“普查经费" in page and f"区统计局 {PHONE}" in page


def test_the_report_says_when_how_and_on_what() -> None:
    page = html_report([made()])
    facts = (
        "python -m eval 题目.jsonl",
        "gongbao 0.1.0",
        "/索引（data-0123456789ab",
        "cd" * 6,
        "公报0.txt",
        "另有 1 个",
    )
    assert [fact for fact in facts if fact not in page] == []
    assert made().setting.origin is not None
    assert made().setting.origin.asked[:10] in page


def test_the_page_of_a_comparison_is_whole_self_contained_and_escaped(tmp_path: Path) -> None:
    comparison = compare(made(), made(better=True), names=(EVIL, "后"))
    write_comparison(tmp_path, comparison)
    text = (tmp_path / COMPARE_FILE).read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.bad == []
    assert page.svgs == 2
    assert "http" not in text and "url(" not in text and "<script>" not in text
    assert "&lt;script&gt;" in text
    assert f"区统计局 {PHONE}" in text and "〔对，电话错，部门错" in text
    assert "B 更好的题（2 道）" in text


def test_totals_are_read_as_they_were_written(tmp_path: Path) -> None:
    kept = totals_of(made(with_origin=False))
    (tmp_path / "results.json").write_text(to_text([kept]), encoding="utf-8")
    assert read_runs(tmp_path) == [kept]
    comparison = compare(kept, totals_of(made(better=True, with_origin=False)))
    assert comparison.totals_only
    assert comparison.differences["all"]["success_at_1"].p is None
    assert comparison.trust["wrong_contact"].difference.gain == pytest.approx(-2 / 6)


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    """A report of several systems, one of closed questions, and a comparison."""
    questions = [one.question for one in batch()]
    write_output(tmp_path / "several", questions, [(made(), batch()), (run(setting("grep", "")), batch())])
    write_output(tmp_path / "closed", [], [(totals_of(made()), [])])
    write_comparison(tmp_path / "compare", compare(made(), made(better=True)))
    return [tmp_path / name for name in ("several/report.html", "closed/report.html", "compare/compare.html")]


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_of_the_pages_is_wider_than_the_screen(opened: Any, pages: list[Path], width: int) -> None:
    faults: list[str] = []
    opened.on("console", lambda said: faults.append(said.text))
    opened.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith("file:") else None)
    opened.set_viewport_size({"width": width, "height": 800})
    for page in pages:
        opened.goto(page.as_uri())
        opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.locator("h2").count() >= 3
    assert faults == []
