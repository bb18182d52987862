"""Scores of parsed documents, as fractions that a reader can check on small invented ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from document_cases import LETTER, LETTER_LABEL, NOTICE, NOTICE_LABEL, SCRAPS_LABEL, changed, read
from hypothesis import given
from hypothesis import strategies as st

from corpus.model import ParsedFile
from corpus.parse import parse_source
from corpus.reading import source_from_text
from corpus.sources import read_source
from corpus.validity import resolve
from eval.documents.body import heading_is
from eval.documents.fields import judge_phones, same_unit
from eval.documents.measures import MEASURES
from eval.documents.plain import kept, plain_letters
from eval.documents.results import ALL, summarise
from eval.documents.score import FileScore, score_file
from eval.documents.tally import Tally

TABLE = """\
<html><head><title>青松县便民电话</title></head><body><h1>青松县人民政府办公室关于公布便民电话的通知</h1>
<p>青政办发〔2021〕9号</p><p>各乡镇人民政府：</p><p>现将便民电话公布如下：</p>
<table><tr><th>单位</th><th>地址</th><th>电话</th></tr>
<tr><td>县水务局</td><td>河东路一号</td><td>0358-8222401</td></tr>
<tr><td>县林业局</td><td>河西路二号</td><td>0358-8222402</td></tr></table>
<p>青松县人民政府办公室</p><p>2021年6月1日</p></body></html>
"""


def parse(text: str) -> ParsedFile:
    parsed = parse_source(source_from_text("公园.txt", text, "utf-8"))
    return replace(parsed, notices=tuple(resolve(parsed.notices, dt.date(2021, 7, 1))))


def score(folder: Path, label: dict[str, Any], text: str = NOTICE) -> FileScore:
    return score_file(read(folder, label), parse(text))


@pytest.mark.parametrize(("label", "text"), [(NOTICE_LABEL, NOTICE), (LETTER_LABEL, LETTER)], ids=["公园", "防汛"])
def test_a_perfect_parse_gives_one_everywhere(tmp_path: Path, label: dict[str, Any], text: str) -> None:
    found = score(tmp_path / "labels", label, text)
    assert found.misses == () and found.perfect
    group = summarise([found], totals_only=False).groups[ALL]
    assert {name for name, tally in group.tallies.items() if tally.figure != 1.0} == set()
    assert {"title", "begins", "ends", "own_number", "quotes", "quote_paths"} <= group.tallies.keys()


def test_a_refused_file_counts_as_all_missed(tmp_path: Path) -> None:
    label = read(tmp_path / "labels", NOTICE_LABEL)
    found = score_file(label, None, "不能读取", "公园" * 10)
    assert found.refused == "不能读取" and not found.perfect
    expected = {"read": (0, 1), "documents": (0, 1), "title": (0, 1), "quotes": (0, 2), "quote_paths": (0, 1)}
    expected |= {"articles": (0, 3), "chapters": (0, 2), "begins": (0, 1), "ends": (0, 1), "letters": (0, 20)}
    for name, (right, wanted) in expected.items():
        assert (found.tallies[name].right, found.tallies[name].wanted) == (right, wanted), name
    # Nothing came out, so nothing of it can be said to be clean or under its own number.
    assert "furniture" not in found.tallies and "own_number" not in found.tallies


def test_totals_add_up_before_they_are_divided(tmp_path: Path) -> None:
    label = read(tmp_path / "a", NOTICE_LABEL)
    scores = [score(tmp_path / "b", NOTICE_LABEL), score_file(label, None, "不能读取")]
    wrong = score(tmp_path / "c", changed(NOTICE_LABEL, title="别的标题", title_also=...))
    group = summarise([*scores, wrong], totals_only=True).groups[ALL]
    title = group.tallies["title"]
    assert (title.right, title.wanted, title.given) == (1, 3, 2)
    assert (title.precision, title.recall, title.f1) == (1 / 2, 1 / 3, 2 / 5)
    assert (group.files, group.refused, group.perfect) == (3, 1, 1)


@pytest.mark.parametrize(
    ("values", "measure", "tally"),
    [
        ({"title": "青松县人民政府 关于印发《青松县公园管理办法》的通知！"}, "title", Tally(1, 1, 1)),
        ({"title": "别的标题", "title_also": ...}, "title", Tally(0, 1, 1)),
        ({"date": "2021-03-06"}, "date", Tally(0, 1, 1)),
        ({"date": "2021-03-06", "date_also": ["2021-03-05"]}, "date", Tally(1, 1, 1)),
        ({"date": None}, "date", Tally(0, 0, 1)),
        ({"valid_until": "2026-03-31"}, "valid_until", Tally(0, 1, 0)),
        ({"clauses": {"articles": 4}}, "articles", Tally(3, 4, 3)),
        ({"clauses": {"articles": 4}}, "articles_equal", Tally(0, 1)),
        ({"clauses": {"chapters": 1}}, "chapters", Tally(1, 1, 2)),
        ({"first_text": "请认真组织实施"}, "begins", Tally(0, 1)),
        ({"first_text": "请认真组织实施", "first_text_also": ["现将青松县公园"]}, "begins", Tally(1, 1)),
        ({"last_text": "所需经费由县财政承担"}, "ends", Tally(0, 1)),
        ({"doc_number": None, "title": "别的标题", "title_also": ...}, "begins", Tally(0, 1)),
        ({"doc_number": "青政发〔2021〕8号"}, "own_number", Tally(0, 1)),
        ({"must": [{"quote": "县园林中心负责", "path": ["第二章", "第二条"]}]}, "quote_paths", Tally(0, 1)),
        ({"must": [{"quote": "县园林中心负责", "path": ["第二章", "第二条"]}]}, "quotes", Tally(1, 1)),
        ({"must": [{"quote": "由县财政承担。第二章附则", "path": []}]}, "quotes", Tally(0, 1)),
        ({"absent": ["第二条 县园林", "第二条，县园林"]}, "furniture", Tally(1, 2)),
        ({"apart": [{"text": "由县财政承担", "headings": ["第一条", "第二章"]}]}, "apart", Tally(1, 1)),
        ({"apart": [{"text": "由县财政承担", "headings": ["第二章", "第一章 总则"]}]}, "apart", Tally(0, 1)),
        ({"joined": ["保护公园环境，根据有关规定", "制定本办法。第二条"]}, "joined", Tally(1, 2)),
    ],
)  # fmt: skip
def test_each_measure_as_a_fraction(tmp_path: Path, values: dict[str, Any], measure: str, tally: Tally) -> None:
    found = score(tmp_path / "labels", changed(NOTICE_LABEL, **values))
    assert found.tallies[measure] == tally
    assert any(miss.measure == measure for miss in found.misses) is not tally.perfect


def test_a_value_that_is_as_good_need_not_be_found_and_is_never_wrong(tmp_path: Path) -> None:
    found = score(tmp_path / "labels", changed(NOTICE_LABEL, date=None, date_also=["2021-03-05"]))
    assert "date" not in found.tallies and found.perfect


def test_a_key_that_is_left_out_is_not_judged(tmp_path: Path) -> None:
    found = score(tmp_path / "labels", changed(NOTICE_LABEL, date=..., clauses={"articles": 3}))
    assert "date" not in found.tallies and "chapters" not in found.tallies and found.tallies["articles"].perfect


def test_documents_of_one_file_are_told_apart_and_used_once(tmp_path: Path) -> None:
    both = {"file": "合刊.txt", "documents": LETTER_LABEL["documents"] + NOTICE_LABEL["documents"]}
    found = score(tmp_path / "a", both, f"{NOTICE}\n\n{LETTER}")
    assert found.tallies["documents"] == Tally(2, 2, 2) and found.perfect
    twice = {"file": "合刊.txt", "documents": NOTICE_LABEL["documents"] * 2}
    assert score(tmp_path / "b", twice).tallies["documents"] == Tally(1, 2, 1)


def test_a_notice_that_is_no_labelled_document_makes_its_fields_wrong(tmp_path: Path) -> None:
    found = score(tmp_path / "labels", NOTICE_LABEL, f"{NOTICE}\n\n{LETTER}")
    assert found.tallies["documents"] == Tally(1, 1, 2)
    assert found.tallies["doc_number"] == Tally(1, 1, 2)
    assert "青水发〔2021〕12号" in [miss.given for miss in found.misses if miss.measure == "doc_number"]


def test_a_regulation_parted_from_its_notice_is_no_other_document(tmp_path: Path) -> None:
    notice, _, regulation = NOTICE.partition("青松县公园管理办法\n\n第一章")
    parts = [parse(notice), parse(f"青松县公园管理办法\n\n第一章{regulation}")]
    parted = replace(parts[0], notices=parts[0].notices + parts[1].notices)
    assert len(parted.notices) == 2
    found = score_file(read(tmp_path / "labels", NOTICE_LABEL), parted)
    assert {name: found.tallies[name] for name in ("begins", "ends", "articles", "documents")} == {
        "begins": Tally(1, 1),
        "ends": Tally(1, 1),
        "articles": Tally(3, 3, 3),
        "documents": Tally(1, 1, 1),
    }


def test_a_second_notice_under_the_same_title_is_no_part(tmp_path: Path) -> None:
    parsed = parse(NOTICE)
    found = score_file(read(tmp_path / "labels", NOTICE_LABEL), replace(parsed, notices=parsed.notices * 2))
    assert found.tallies["documents"] == Tally(1, 1, 2)


def test_what_must_not_be_read(tmp_path: Path) -> None:
    refuse = read(tmp_path / "a", SCRAPS_LABEL)
    assert score_file(refuse, None, "没有公文").perfect
    assert score_file(refuse, None, "解析时程序出错", fault=True).tallies == {"refusals": Tally(0, 1)}
    taken = score_file(refuse, parse(LETTER))
    assert taken.tallies["refusals"] == Tally(0, 1) and taken.tallies["title"] == Tally(0, 0, 1)
    any_ = read(tmp_path / "b", LETTER_LABEL | {"expected": "any"})
    assert score_file(any_, None, "没有公文").tallies == {}
    assert score_file(any_, parse(LETTER)).perfect
    title_only = changed(LETTER_LABEL, first_text=None, last_text=None, must=[], clauses={}) | {"expected": "no_body"}
    no_body = read(tmp_path / "c", title_only)
    assert score_file(no_body, None, "没有公文").tallies == {"refusals": Tally(1, 1)}
    assert score_file(no_body, parse(LETTER)).tallies["refusals"] == Tally(0, 1)


def test_a_table_by_rows_heads_and_cells(tmp_path: Path) -> None:
    pytest.importorskip("lxml")
    path = tmp_path / "电话.html"
    path.write_text(TABLE, encoding="utf-8")
    parsed = parse_source(read_source(path))
    row = {"header": ["单位", "地址", "电话"], "one_row": ["县林业局", "河西路二号", "0358-8222402"]}

    def tallies(name: str, **values: Any) -> tuple[Tally, Tally]:
        document = {"title": "青松县人民政府办公室关于公布便民电话的通知", "tables": [row | {"rows": 2} | values]}
        found = score_file(read(tmp_path / name, {"file": "电话.html", "documents": [document]}), parsed)
        return found.tallies["table_rows"], found.tallies["table_cells"]

    assert tallies("a") == (Tally(2, 2, 2), Tally(1, 1))
    assert tallies("b", rows=3) == (Tally(2, 3, 2), Tally(1, 1))
    # The right cells under the wrong heads are no row of this table.
    assert tallies("c", header=["电话", "地址", "单位"])[1] == Tally(0, 1)
    assert tallies("d", header=[], one_row=["县林业局", "0358-8222402"]) == (Tally(2, 2, 2), Tally(1, 1))
    assert plain_letters(path) is not None and "县水务局河东路一号" in (plain_letters(path) or "")


def test_letters_of_markdown_are_those_a_reader_sees(tmp_path: Path) -> None:
    """Addresses of links and pictures, their titles and tags are no text: in 40 saved pages of this form they made
    the share of letters in clauses .64, where it is .92."""
    path = tmp_path / "页面.md"
    path.write_text(
        '[首页](http://www.qs.gov.cn/index.html "青松县人民政府") \\> [通知](../tz/)\n\n![](/images/logo.png)\n\n'
        '**一、总则**\n\n<table>\n<tr><td align="left">县林业局</td></tr>\n</table>\n',
        encoding="utf-8",
    )
    assert plain_letters(path) == "首页通知一总则县林业局"


def test_phones_by_number_and_with_their_unit() -> None:
    wanted = [("青松县水务局", "0358-8222401"), ("县林业局", "8222402"), ("县医院", "0358-8222401")]
    given = [("县水务局", "(0358)8222401"), ("", "8222402"), ("县林业局", "8222409")]
    numbers, units = judge_phones(wanted, given)
    assert numbers == Tally(2, 2, 3)
    assert units == Tally(1, 3, 2)


def test_a_telephone_without_a_unit_is_a_number_and_no_pair() -> None:
    assert judge_phones([("", "8222401")], [("", "8222401")]) == (Tally(1, 1, 1), Tally(0, 0, 0))


@pytest.mark.parametrize(
    ("label", "parsed", "same"),
    [
        ("第五条", "第五条 本办法自发布之日起施行", True),
        ("第五条", "第五十条 附件", False),
        ("三、", "三、加强领导", True),
        ("三、", "三十、加强领导", False),
        ("第一章 总 则", "第一章 总则", True),
        ("第一章 总则", "总则", False),
        ("所需资料", "所需资料：", True),
        ("所需资料", "一、所需资料", True),
        ("一、所需资料", "二、所需资料", False),
    ],
)  # fmt: skip
def test_headings_of_a_path(label: str, parsed: str, same: bool) -> None:
    assert heading_is(label, parsed) is same


def test_units_of_one_office() -> None:
    assert same_unit("区人社局", "离石区人社局") and same_unit("区人社局", "区人社局长") is not False
    assert not same_unit("", "离石区人社局") and not same_unit("林业局", "水务局")


@given(st.text("公园管理办法第一条", max_size=40), st.text("公园管理办法第一条", max_size=40))
def test_letters_kept_are_never_more_than_there_are(whole: str, text: str) -> None:
    assert 0 <= kept(whole, text) <= len(whole)
    assert kept(whole, f"{text}{whole}{text}") == (len(whole) if len(whole) >= 6 else 0)


@given(st.tuples(*[st.integers(0, 20)] * 3))
def test_figures_are_shares(numbers: tuple[int, int, int]) -> None:
    right = min(numbers)
    tally = Tally(right, max(numbers[0], right), max(numbers[1], right))
    for figure in (tally.precision, tally.recall, tally.f1):
        assert figure is None or 0 <= figure <= 1
    assert tally.perfect is (tally.wanted == tally.given == right)


def test_every_tally_has_a_name_for_people(tmp_path: Path) -> None:
    found = score(tmp_path / "labels", NOTICE_LABEL)
    assert found.tallies.keys() <= MEASURES.keys()
    assert len({one.name for one in MEASURES.values()}) == len(MEASURES)


@pytest.mark.parametrize(
    ("behind", "ends"),
    [
        ("（此件公开发布）", True),
        ("抄送：县委办公室，县人大常委会办公室。\n\n青松县水务局办公室 2021年5月8日印发", True),
        ("三、严明纪律。对擅离职守的人员要严肃处理。", False),
        ("各乡镇要按照职责分工做好各项工作，确保安全度汛。" * 5, False),
    ],
)
def test_a_few_words_may_follow_the_signature(tmp_path: Path, behind: str, ends: bool) -> None:
    found = score(tmp_path / "labels", LETTER_LABEL, f"{LETTER}\n{behind}\n")
    assert found.tallies["ends"] == Tally(int(ends), 1)
