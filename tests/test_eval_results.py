"""Runs: averages, JSON and back, comparison, report, README table, committed numbers."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from eval_cases import asked, hit, misses, none_question, question, response

from corpus.errors import UsageError
from eval import charts, committed, table, words
from eval.compare import compare, read_one_run
from eval.labels import Passages
from eval.model import Asked, Kind
from eval.output import write_output
from eval.report import html_report
from eval.results import QuestionFile, Run, Setting, read_runs, summarise, times, to_text
from eval.scoring import score
from eval.show import comparison_text, misses_text, questions_text, runs_text

EVIL = '<script>alert("x")</script>&'


def setting(system: str = "ours", mode: str = "hybrid") -> Setting:
    return Setting(system, mode, "all", 10, (QuestionFile("题目/<a>.jsonl", "ab" * 32, 5),), "模型", 3)


def batch(*, better: bool = False) -> list[Asked]:
    return [
        asked(question("a"), response([hit()], text="由区财政局负责", confidence=0.9), 10),
        asked(
            question("b", kind=Kind.LAY, text=EVIL),
            response([hit()] if better else [*misses(3), hit()], text=EVIL, confidence=0.7),
            20,
        ),
        asked(question("c", kind=Kind.LAY, answers=()), response(misses(2), text="无", confidence=0.6), 30),
        asked(none_question("n1"), response(misses(2), answered=False, confidence=0.1), 40),
        asked(none_question("n2"), response(misses(2), text="有", confidence=0.8), 500),
    ]


def run(name: Setting | None = None, *, better: bool = False, calibrated: bool = True) -> Run:
    return summarise(name or setting(), score(batch(better=better), Passages([hit()])), calibrated=calibrated)


def test_averages_by_kind_and_over_all_answerable_questions() -> None:
    got = run()
    assert list(got.measures) == ["all", "office", "lay"]
    assert got.mean("success_at_1") == 1 / 3
    assert got.mean("success_at_5") == 2 / 3
    assert got.mean("success_at_1", "lay") == 0
    assert got.mean("read_within_1500") == 2 / 3
    assert got.measures["all"]["answer_right"].n == 2  # question c has no accepted string
    assert got.mean("answer_right") == 1 / 2


def test_refusals_times_and_misses() -> None:
    got = run()
    assert (got.refusals.precision, got.refusals.recall, got.refusals.wrongly_refused) == (1, 1 / 2, 0)
    assert got.refusals.auroc == 4 / 6  # .9>.8, .9>.1, .7>.1, .6>.1 of 6 pairs
    assert (got.ms.median, got.ms.p95) == (30, 500)
    assert {name: count for name, count in got.misses.items() if count} == {
        "ranked_low": 1, "not_retrieved": 1, "not_refused": 1,
    }  # fmt: skip


def test_p95_is_a_time_that_was_measured() -> None:
    assert times(list(range(1, 101))).p95 == 96
    assert times([7.0]).p95 == 7


def test_confidences_that_are_no_probabilities_have_no_reliability() -> None:
    got = run(calibrated=False)
    assert got.refusals.calibration_error is None
    assert got.refusals.reliability == ()
    assert got.refusals.auroc is not None


def test_no_questions_is_an_error() -> None:
    with pytest.raises(UsageError):
        summarise(setting(), [], calibrated=True)


@pytest.mark.parametrize("calibrated", [True, False])
def test_json_and_back(tmp_path: Path, calibrated: bool) -> None:
    runs = [run(calibrated=calibrated), run(setting("grep", ""), calibrated=calibrated)]
    (tmp_path / "results.json").write_text(to_text(runs), encoding="utf-8")
    assert read_runs(tmp_path) == runs


@pytest.mark.parametrize("text", [None, "", "{}", '{"runs": [{}]}', "[]"])
def test_results_that_cannot_be_read_are_one_line(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "results.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"results\.json"):
        read_runs(tmp_path)


def test_compare_names_gains_and_losses() -> None:
    before, after = run(), run(better=True)
    forth, back = compare(before, after), compare(after, before)
    assert [change.id for change in forth.gains] == ["b"]
    assert forth.losses == ()
    assert [change.id for change in back.losses] == ["b"]
    assert (forth.gains[0].a.first_rank, forth.gains[0].b.first_rank) == (4, 1)
    difference = forth.differences["all"]["success_at_1"]
    assert (difference.n, difference.a, difference.b) == (3, 1 / 3, 2 / 3)
    assert 0.5 < difference.p <= 1  # one question of three proves nothing
    assert forth.differences["all"]["right"].n == 5
    assert list(forth.differences["none"]) == ["right"]
    assert "B 更好的题（1 道）" in comparison_text(forth)
    json.dumps(forth.to_json())


def test_compare_counts_only_the_same_questions() -> None:
    fewer = summarise(setting(), run().scores[:2], calibrated=True)
    comparison = compare(run(), fewer)
    assert comparison.only_a == ("c", "n1", "n2")
    assert comparison.differences["all"]["success_at_1"].n == 2
    others = [asked(question(text="别的问题"), response())]
    with pytest.raises(UsageError, match="没有共同的题目"):
        compare(fewer, summarise(setting(), score(others, Passages([])), calibrated=True))


def test_output_of_one_run_can_be_compared_and_of_several_must_be_chosen(tmp_path: Path) -> None:
    asked_all = batch()
    questions = [one.question for one in asked_all]
    write_output(tmp_path / "one", questions, [(run(), asked_all)])
    assert {path.name for path in (tmp_path / "one").iterdir()} == {
        "results.json", "run.txt", "qrels.txt", "report.html",
    }  # fmt: skip
    assert read_one_run(tmp_path / "one") == run()
    write_output(tmp_path / "two", questions, [(run(), asked_all), (run(setting("grep", "")), asked_all)])
    assert read_one_run(tmp_path / "two" / "grep").setting.system == "grep"
    with pytest.raises(UsageError, match="ours-hybrid"):
        read_one_run(tmp_path / "two")


class Page(HTMLParser):
    """Collects what could load something or run, and checks that tags are closed in order."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.bad: list[str] = []
        self.svgs = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "link", "img", "iframe", "a"} or any(
            name in {"src", "href"} or name.startswith("on") for name, _ in attrs
        ):
            self.bad.append(tag)
        self.svgs += tag == "svg"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("several", [False, True])
def test_the_report_is_whole_self_contained_and_escaped(several: bool) -> None:
    runs = [run(), run(setting("grep", ""), calibrated=False)] if several else [run()]
    text = html_report(runs)
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.bad == []
    assert "http" not in text
    assert "url(" not in text
    assert page.svgs == (7 if several else 6)  # kinds, ranks, risk twice, reliability, time (and systems)
    assert "&lt;script&gt;" in text


def test_the_report_explains_every_number_it_shows() -> None:
    text = html_report([run()])
    for name in run().measures["all"]:
        assert words.term(name).meaning in text
    assert "nDCG" not in text


def test_the_report_of_none_questions_alone_does_not_break() -> None:
    only = [one for one in batch() if not one.question.answerable]
    text = html_report([summarise(setting(), score(only, Passages([])), calibrated=True)])
    assert text.endswith("</html>\n")


def test_charts_escape_and_take_no_data() -> None:
    assert "<script>" not in charts.bars(EVIL, [(EVIL, 1)], EVIL)
    assert charts.bars("空", [], "x").startswith("<svg")
    assert charts.lines("空", [charts.Series("x", ())], "x", "y").startswith("<svg")
    assert charts.dots("空", [("x", [None])], ["y"]).startswith("<svg")


def test_terminal_tables_are_aligned_and_name_every_question() -> None:
    rows = table.columns([["名", "ab"], ["x", "1"]]).splitlines()
    assert rows == ["名  ab", "x    1"]
    text = questions_text(run())
    assert len(text.splitlines()) == 1 + 5
    assert "排得太后" in misses_text(run())
    assert "前 1 条有答案" in runs_text([run()])
    assert "grep" not in runs_text([run()])
    assert "在编辑器里逐词查找" in runs_text([run(), run(setting("grep", ""))])


BEGIN, END = table.markers(table.QUALITY)


def test_readme_table_goes_between_its_markers_and_nowhere_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"前\n\n{BEGIN}\n旧\n{END}\n后 | x\n", encoding="utf-8")
    assert table.update_readme(readme, table.QUALITY, table.quality_text([run()], "make eval"))
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("前\n\n" + BEGIN)
    assert text.endswith(END + "\n后 | x\n")
    assert "旧" not in text
    tables = re.findall(r"(?:^\|.*\n)+", text, re.M)
    assert [{line.count("|") for line in rows.splitlines()} for rows in tables] == [{10}, {7}]
    assert not table.update_readme(readme, table.QUALITY, table.quality_text([run()], "make eval"))


@pytest.mark.parametrize("text", ["没有", BEGIN, f"{END}{BEGIN}", f"{BEGIN * 2}{END}"])
def test_a_readme_without_its_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="标记"):
        table.update_readme(readme, table.QUALITY, table.quality_text([run()], "make eval"))
    assert readme.read_text(encoding="utf-8") == text


def test_committed_numbers_written_and_read_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "baselines.toml"
    runs = [run(), run(setting(mode="bm25"))]
    committed.write_committed(runs, path)
    assert committed.read_committed(path) == [committed.committed_of(one) for one in runs]
    for one, kept in zip(runs, committed.read_committed(path), strict=True):
        assert committed.differences(one, kept) == []


def test_a_change_of_the_search_does_not_slip_by() -> None:
    kept = committed.committed_of(run(setting(mode="bm25")))
    assert kept.tolerance == 0
    changed = committed.differences(run(setting(mode="bm25"), better=True), kept)
    assert any("success_at_1" in line for line in changed)
    assert committed.committed_of(run()).tolerance > 0


@pytest.mark.parametrize("text", ["", "[[run]]\n", "run = 3"])
def test_committed_numbers_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baselines.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(committed.CommittedError):
        committed.read_committed(path)


@pytest.mark.parametrize(
    ("name", "shown"), [("success_at_5", "前 5 条有答案"), ("read_within_1500", "1500 字内读到"), ("right", "用户满意")]
)
def test_terms_fill_in_their_cutoff(name: str, shown: str) -> None:
    assert words.term(name).name == shown
    assert not re.search(r"[{}]", words.term(name).meaning)


def test_shares_and_scores_as_a_person_reads_them() -> None:
    assert words.shown("success_at_1", 0.8333) == "83.3%"
    assert words.shown("rr_at_10", 0.8333) == "0.833"
    assert words.shown("auroc", None) == "—"
    assert [words.p_value(p) for p in (0.0004, 0.0312, 1.0)] == ["<0.001", "0.031", "1.000"]
