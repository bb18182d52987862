"""The settings of a site, cries for help, and whom to call: on the real gazette and the page's own markup."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest
from conftest import GAZETTE, ROOT, TODAY

from corpus.duties import duties
from corpus.errors import UsageError
from eval.questions import read_questions
from index.build import build
from index.opening import open_index
from retriever.ask import Asker
from retriever.intent import Intent
from retriever.model import Office
from retriever.offices import each_once, offices_of
from retriever.page.card import offices
from retriever.page.collection import Collection
from retriever.page.dates import beijing_time, chinese_date
from retriever.page.frame import footer, header
from retriever.page.markup import Html
from retriever.page.results import results
from retriever.page.site import default_site, place_of, read_site
from retriever.page.view import View

SHIPPED = tomllib.loads(resources.files("retriever").joinpath("data/site.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    folder = tmp_path_factory.mktemp("site") / "ix"
    build([GAZETTE], folder, dense=False)
    return Collection.of(Asker.over(open_index(folder, today=TODAY), dense=False), ())


def shown(collection: Collection, question: str) -> Html:
    return results(collection, View(q=question), False, default_site())


def test_what_a_file_leaves_out_is_the_default(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('name = "青石县公报"\nplace = "云岭市青石县"\nexamples = ["低保去哪里申请"]\n', "utf-8")
    site = read_site(file)
    assert (site.name, site.place, site.examples) == ("青石县公报", "云岭市青石县", ("低保去哪里申请",))
    assert site.hotline == default_site().hotline and site.footer == default_site().footer
    head = header(View(), site, site.place)
    assert "青石县公报" in head and "云岭市青石县" in head
    assert "请以原件为准" in footer(Html(""), site)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name = ", "读不懂"),
        ('nam = "x"', "nam"),
        ('examples = "x"', "examples"),
        ("name = 3", "name"),
        ('[hotline]\nnumber = "12345"', "name"),
        (f"examples = {['问'] * 7}", "6"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=named) as caught:
        read_site(file)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="打不开"):
        read_site(tmp_path / "none.toml")


@pytest.mark.parametrize("row", SHIPPED["emergency"], ids=lambda row: row["number"])
def test_cries_for_help_and_what_looks_like_one(row: dict[str, list[str]]) -> None:
    site = default_site()
    assert len(row["words"]) >= 3 and row["not_words"]
    for word in row["words"]:
        urgent = site.emergency(f"我家{word}怎么办")
        assert urgent is not None and urgent.number == row["number"]
    assert [text for text in row["not_words"] if site.emergency(text)] == []


def test_a_cry_for_help_comes_first_on_the_page(collection: Collection) -> None:
    page = shown(collection, "我家着火了怎么办")
    assert page.index("tel:119") < page.index("answer-head")


def test_whose_gazette_it_is() -> None:
    issuers = ["吕梁市离石区人民政府办公室", "吕梁市离石区人民政府", "山西省人民政府", None, "国务院办公厅"]
    assert place_of(issuers) == "吕梁市离石区"
    assert place_of(["国务院", None]) == ""


def test_a_refusal_says_what_is_here_and_whom_to_ask(collection: Collection) -> None:
    page = shown(collection, "出国留学签证在哪里办")
    assert "公报里没有找到答案" in page
    assert "离石区32 篇公文" in page and "2023年" in page and "tel:12345" in page


def test_a_notice_that_prints_a_number_is_called_last(collection: Collection) -> None:
    """Where no office shown has a phone of its own, the notice's contact unit closes the list with its own."""
    answers = 0
    for question in read_questions([ROOT / "eval" / "questions" / "lishi-2023-02.jsonl"])[::8]:
        result = collection.asker.ask(question.question, mode="bm25")
        if not result.sure or result.answer is None:
            continue
        entry = collection.clause(result.answer.clause_id)
        assert entry is not None
        offices = result.answer.offices
        if entry.notice.phone and entry.notice.unit:
            answers += 1
            assert any(office.phone for office in offices)
    assert answers > 5


def test_what_is_told_of_a_document_s_time_has_its_number_too(collection: Collection) -> None:
    """Before, these answers had no office, though the notice prints whom to ask."""
    result = collection.asker.ask("离石区耕地进出平衡实施方案试行几年？", mode="bm25")
    assert result.sure and result.answer is not None
    assert [(one.role, one.phone) for one in result.answer.offices] == [("contact", "0358-8224002")]


def test_the_page_says_whose_number_the_notice_gives() -> None:
    """Before, 咨询单位 stood in front of the number, as if that office were in charge."""
    contact = Office("区人社局", "0358-8222401", "离政办发〔2023〕9号", "contact")
    assert "这份文件的咨询电话" in str(offices([Office("区市场监督管理局"), contact], sure=True))
    for other, sure in ((contact, False), (Office("区人社局", role="contact"), True)):
        said = str(offices([other], sure=sure))
        assert "咨询单位" in said and "咨询电话" not in said


def test_only_whom_a_clause_makes_responsible_is_called_so(collection: Collection) -> None:
    """Of every clause of the gazette: a name that only stands there is `named`, and outside the answer's words it
    has no phone."""
    asker = collection.asker
    named = 0
    for entry in asker.engine.clauses(range(0, asker.engine.info.clauses, 7)):
        offices = offices_of(asker.engine, asker.directory, entry, (), "")
        responsible = {mention.name for mention in duties(entry.clause)}
        for office in offices:
            if office.role == "named":
                named += 1
                assert office.phone is None and not responsible
            elif office.role != "contact":
                assert office.name in responsible
    assert named > 10


def test_another_matter_s_office_is_no_answer_to_who_does_it(collection: Collection) -> None:
    """One clause names an office for each of eight matters. Asked for one whose office the directory doesn't know, the
    answer showed those of the first three matters."""
    asker = collection.asker
    entry = collection.clause("离政发〔2023〕5号/四.文3")
    assert entry is not None and "区委政法委" in entry.text

    def beside(*asked: Intent) -> list[str]:
        return [one.role for one in offices_of(asker.engine, asker.directory, entry, asked, "区委政法委")]

    assert beside(Intent.OFFICE) == ["contact"]
    assert beside(Intent.AMOUNT) == ["named", "named", "named", "contact"]


def test_numbers_of_texts_in_force_come_first_and_are_dated(collection: Collection) -> None:
    directory, notices = collection.asker.directory, collection.asker.engine.notices
    several = [office for office in directory.offices if len(office.phones) > 1]
    assert several
    for office in several:
        phones = directory.phones(office)
        assert sorted(phones) == sorted(office.phones)
        ages = [
            (notices[one.notice].notice.status == "in_force", notices[one.notice].notice.date or "") for one in phones
        ]
        assert ages == sorted(ages, reverse=True)


def test_dates_as_chinese_readers_write_them() -> None:
    assert chinese_date("2023-05-09") == "2023年5月9日"
    assert chinese_date(None) == ""
    assert beijing_time("2023-06-30T22:05:00+00:00") == "2023年7月1日 06:05（北京时间）"


def test_an_office_named_twice_keeps_its_first_place() -> None:
    """Its second mention put it behind the others: who leads came after who assists."""
    lead, assist, again = Office("区教育局"), Office("区公安局", role="assist"), Office("区 教育局", role="contact")
    assert each_once([lead, assist, again]) == (lead, assist)
