"""The page as of a day, the texts of one title with what changed between them, and the documents it has to do with."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from index.build import build
from index.opening import open_index
from retriever.ask import Asker
from retriever.model import ParameterError
from retriever.page.catalogue import catalogue
from retriever.page.changes import words_changed
from retriever.page.collection import Collection
from retriever.page.family import family_view
from retriever.page.filters import Options
from retriever.page.get_api import CALLS, read_values
from retriever.page.live import LiveIndex, Now
from retriever.page.notice import notice_view
from retriever.page.programs import Programs
from retriever.page.render import Renderer
from retriever.page.status import NAMES
from retriever.page.view import Place, View, read_view
from tests.test_in_time import NEW, OLD, TEXTS, TODAY

RULES = """云岭市河道管理条例

{day}云岭市人民代表大会常务委员会通过

第一条　为了加强河道管理，制定本条例。
第二条　河道采砂每吨缴费{fee}元，由市水务部门收取。
{middle}
第{last}条　本条例自公布之日起施行。
"""
FIRST = RULES.format(day="2008年1月1日", fee="三", middle="第三条　禁止在河道内洗车。", last="四")
SECOND = RULES.format(
    day="2018年1月1日",
    fee="九",
    middle="第三条　禁止夜间采砂作业，违者没收船只。\n第四条　禁止在河道内洗车。",
    last="五",
)
CARRIES_OUT = f"""云岭市交通局关于落实停车收费规定的通知
云交发〔2020〕3号

各停车场：
一、根据《云岭市人民政府关于调整停车收费标准的通知》（{NEW}），各停车场应公示收费标准。

云岭市交通局
2020年4月1日
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("family")
    texts = {**TEXTS, "first": FIRST, "second": SECOND, "carries": CARRIES_OUT}
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    build([folder / f"{name}.txt" for name in texts], folder / "ix", dense=False)
    return folder / "ix"


@pytest.fixture(scope="module")
def collection(index: Path) -> Collection:
    return Collection.of(Asker.over(open_index(index, today=TODAY), dense=False), ())


@pytest.fixture(scope="module")
def live(index: Path, collection: Collection) -> LiveIndex:
    live = LiveIndex(index)
    live._now = Now(collection)
    return live


def newest(collection: Collection, title: str) -> str:
    found = [one.notice for one in collection.asker.engine.notices if one.notice.title == title]
    return max(found, key=lambda notice: notice.version or "").notice_id


def test_the_status_line_leads_to_the_texts_of_the_title(collection: Collection) -> None:
    notice = newest(collection, "云岭市河道管理条例")
    page = notice_view(collection, View(place=Place.NOTICE, notice=notice))
    links = re.findall(r'href="([^"]+)"[^>]*>各个文本和改动', page)
    assert len(links) == 1
    view = read_view(links[0].replace("&amp;", "&"))
    assert view.place is Place.FAMILY and view.notice == notice
    assert "各个文本和改动" not in notice_view(collection, View(place=Place.NOTICE, notice=NEW))


def test_what_changed_is_shown_word_by_word(collection: Collection) -> None:
    page = family_view(collection, View(place=Place.FAMILY, notice=newest(collection, "云岭市河道管理条例")))
    assert "收录了 2 个文本" in page and page.index("2018年1月1日的文本") < page.index("2008年1月1日的文本")
    assert "从2008年1月1日到2018年1月1日的文本改了什么" in page
    assert re.search(r"<del><span[^>]*>（删去：</span>[^<]*三[^<]*<span", page)
    assert re.search(r"<ins><span[^>]*>（新增：</span>[^<]*九[^<]*<span", page)
    assert re.search(r"<b>新增</b>.{0,300}禁止夜间采砂作业", page, re.S)
    assert "改动 1 条，新增 1 条，删去 0 条" in page  # 第四条 only got another number


def test_the_timeline_has_each_event_with_its_words(collection: Collection) -> None:
    page = family_view(collection, View(place=Place.FAMILY, notice=OLD))
    assert "2020年3月1日　废止" in page and "同时废止" in page and "收录了 1 个文本" in page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("每小时五元", "每小时八元", [("=", "每小时"), ("-", "五元"), ("+", "八元")]),
        ("一律禁止", "一律禁止", [("=", "一律禁止")]),
        ("", "新增内容", [("+", "新增内容")]),
    ],
)
def test_words_are_compared_as_they_are_cut(old: str, new: str, said: list[tuple[str, str]]) -> None:
    pieces = words_changed(old, new)
    assert "".join(one.text for one in pieces if one.op != "+") == old
    assert "".join(one.text for one in pieces if one.op != "-") == new
    assert [(one.op, one.text) for one in pieces] == said


def test_related_documents_in_both_directions(collection: Collection, live: LiveIndex) -> None:
    page = notice_view(collection, View(place=Place.NOTICE, notice=NEW))
    assert "相关公文（2）" in page
    assert re.search(r"<dt>废止</dt>.{0,200}停车收费的通知》", page, re.S)
    assert re.search(r"<dt>以它为依据的</dt>.{0,200}落实停车收费规定的通知", page, re.S)
    back = notice_view(collection, View(place=Place.NOTICE, notice="云交发〔2020〕3号"))
    assert re.search(r"<dt>依据</dt>.{0,200}调整停车收费标准的通知", back, re.S)
    data = Programs(live).notice(NEW)
    assert [one["relation"] for one in data["references"]] == ["repeals"]
    assert [(one["relation"], one["doc_number"]) for one in data["referred_by"]] == [("basis", "云交发〔2020〕3号")]


def test_programs_ask_as_of_a_day(live: LiveIndex) -> None:
    programs = Programs(live)
    question = "停车收费每小时多少元"
    assert "八元" in programs.search(question, mode="bm25")["answer"]["text"]
    then = programs.search(question, mode="bm25", on="2019-06-01")
    assert "五元" in then["answer"]["text"] and then["answer"]["status"] == "in_force"
    assert programs.notice(OLD)["status"] == "repealed"
    assert programs.notice(OLD, on="2019-06-01")["status"] == "in_force"
    versions = programs.notice(newest(live.now.collection, "云岭市养犬管理条例"))["versions"]  # type: ignore[arg-type]
    assert [(one["version"], one["status"]) for one in versions] == [
        ("2024-01-01", "in_force"),
        ("2010-01-01", "replaced"),
    ]
    with pytest.raises(ParameterError, match="日期“昨天”不对"):
        programs.search(question, on="昨天")
    search = next(call for call in CALLS if call.path == "search")
    assert read_values(search, "q=x&on=2019-06-01")["on"] == "2019-06-01"


def test_the_page_as_of_a_day(live: LiveIndex) -> None:
    renderer = Renderer(live)
    page = renderer.page("q=停车收费每小时多少元&mode=bm25&on=2019-06-01")
    assert 'name="on" value="2019-06-01"' in page and "下面按2019年6月1日的情况显示" in page
    card = page[page.index("answer-head") :]
    assert "五元" in card and "已废止" not in card
    notice = renderer.page(f"notice={OLD}&on=2019-06-01")
    assert "已废止" not in notice and "已废止" in renderer.page(f"notice={OLD}")
    listed = renderer.page("view=notices&on=2019-06-01")
    assert "停车收费的通知" in listed and "调整停车收费标准" not in listed


@pytest.mark.parametrize("view", ["q=停车收费", "view=notices", f"notice={OLD}"])
def test_a_bad_day_is_a_line_on_the_page(live: LiveIndex, view: str) -> None:
    page = Renderer(live).page(f"{view}&on=2019-13-01")
    assert "按哪一天的情况：日期“2019-13-01”不对" in page and "程序出错" not in page


def test_an_answer_no_longer_in_force_says_so_before_its_sentence(live: LiveIndex) -> None:
    page = Renderer(live).page(f"q={OLD}规定停车收费每小时多少元&mode=bm25")
    card = page[page.index("answer-head") :]
    assert card.index("已废止") < card.index("answer-text")


def test_the_list_can_be_filtered_by_every_status(collection: Collection) -> None:
    present = dict(Options.of(collection.asker.engine.notices).statuses)
    assert (
        present.keys() >= {"in_force", "repealed", "expired", "replaced", "upcoming"} and present.keys() <= NAMES.keys()
    )
    for status, count in present.items():
        page = catalogue(collection, View(place=Place.NOTICES, status=status))
        assert f"公文目录（{count} 篇）" in page and page.count(f'class="badge {status}"') == count
        assert read_view(f"view=notices&status={status}").status == status
    then = collection.asker.on(dt.date(2019, 6, 1)).engine.notices
    assert dict(Options.of(then).statuses)["upcoming"] >= 2
