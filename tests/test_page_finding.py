"""Ways to find something on the page, without a server: period, facets, boxes, pages, suggestions, sharing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_support import opened

from corpus.text import squash
from index.build import build
from retriever.model import Hit, ParameterError
from retriever.page.collection import Collection
from retriever.page.dates import typed_date
from retriever.page.facets import chosen_box, facet_box, facets
from retriever.page.filters import filters_of
from retriever.page.found import by_notice, merge, relevant
from retriever.page.lookup import holds, words_of
from retriever.page.notice_find import Finds
from retriever.page.notice_pages import LETTERS, pages_of, split
from retriever.page.render import Renderer
from retriever.page.share import MOST, address, printed_code, qr_svg
from retriever.page.suggest import MOST as SUGGESTIONS
from retriever.page.traits import TRAITS
from retriever.page.view import ALL, Place, View, read_view

pytest_plugins = ["page_fixtures"]
LONG = "离政发〔2023〕4号"
SUBJECT = "农民工工资"


@pytest.fixture(scope="module")
def renderer(words_index: Path) -> Renderer:
    return Renderer(opened(words_index))


# --- addresses, days ----------------------------------------------------------------------------------


@given(
    st.builds(
        View,
        q=st.text("工资a ?&#=%", max_size=8).map(str.strip),
        since=st.sampled_from(["", "2023-05-09", "5月"]),
        until=st.sampled_from(["", "2023"]),
        gazette=st.sampled_from(["", "《某公报》2023年第2期"]),
        find=st.sampled_from(["", "工资 办法"]),
        page=st.sampled_from(["", "2", ALL]),
        tools=st.booleans(),
        big=st.booleans(),
    )
)
def test_an_address_holds_what_is_looked_for(view: View) -> None:
    assert read_view(view.href.removeprefix("./")) == view


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2023-05-09", "2023-05-09", "2023-05-09"),
        ("2023年5月9日", "2023-05-09", "2023-05-09"),
        ("２０２３．５．９", "2023-05-09", "2023-05-09"),
        ("20230509", "2023-05-09", "2023-05-09"),
        ("2024-2", "2024-02-01", "2024-02-29"),
        ("2023年", "2023-01-01", "2023-12-31"),
        ("2023-02-30", None, None),
        ("2023-13", None, None),
        ("5月9日", None, None),
        ("昨天", None, None),
        ("", None, None),
    ],
)
def test_days_as_people_write_them(typed: str, first: str | None, last: str | None) -> None:
    assert (typed_date(typed), typed_date(typed, last=True)) == (first, last)


@given(st.text(st.sampled_from("0123456789年月日./- "), max_size=20))
def test_no_text_for_a_day_makes_a_fault(typed: str) -> None:
    assert typed_date(typed) is None or re.fullmatch(r"\d{4}-\d\d-\d\d", typed_date(typed) or "")


def test_a_period_keeps_the_days_within_it(collection: Collection) -> None:
    notices = [source.notice for source in collection.asker.engine.notices]
    kept = [one for one in notices if filters_of(View(since="2023年5月", until="2023-5-31")).keeps(one)]
    assert 0 < len(kept) < len(notices)
    assert {one.date[:7] for one in kept if one.date} == {"2023-05"} and all(one.date for one in kept)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (View(since="昨天"), "起始日期：日期“昨天”读不懂"),
        (View(since="2023-06-01", until="2023-05-01"), "起始日期"),
        (View(since="2024", year="2023"), "去掉年份"),
    ],
)
def test_a_period_that_cannot_be_says_so(view: View, said: str, renderer: Renderer) -> None:
    with pytest.raises(ParameterError, match=said):
        filters_of(view)
    for place in (view.but(q=SUBJECT), view.but(place=Place.NOTICES)):
        page = renderer.page(place.href)
        assert said in page and "程序出了问题" not in page


# --- facets -------------------------------------------------------------------------------------------


def test_facets_count_the_notices_found_for_this_question(collection: Collection) -> None:
    hits = collection.asker.ask("安全生产", k=400).hits
    found = facets([hit.entry.source for hit in hits], View(q="安全生产"))
    assert {trait.field for trait, _ in found} >= {"kind", "issuer", "section"}
    for trait, values in found:
        for value, count in values:
            having = {hit.entry.ordinal for hit in hits if trait.value(hit.entry.source) == value}
            assert len(having) == count
            # Followed, it brings at least these, and nothing else.
            view = View(q="安全生产").but(**{trait.field: value})
            narrowed = collection.asker.ask(view.q, k=400, filters=filters_of(view, collection.options)).hits
            assert having <= {hit.entry.ordinal for hit in narrowed}
            assert {trait.value(hit.entry.source) for hit in narrowed} == {value}


def test_what_is_chosen_can_be_taken_away(collection: Collection) -> None:
    view = View(q=SUBJECT, kind="通知", year="2023", since="2023-05")
    shown = chosen_box(view) or ""
    hrefs = [read_view(one.replace("&amp;", "&")) for one in re.findall(r'href="([^"]*)"', shown)]
    assert hrefs == [view.but(kind=""), view.but(year=""), view.but(since="")]
    assert "2023年5月1日起" in shown
    box = facet_box(list(collection.asker.engine.notices), view) or ""
    assert "文种" not in box and "发文机关" in box  # what is chosen isn't offered again
    assert chosen_box(View(q=SUBJECT)) is None and facet_box([], View(q=SUBJECT)) is None


def test_every_issue_of_a_gazette_can_be_chosen(collection: Collection) -> None:
    ((issue, count),) = collection.options.gazettes
    assert issue == "《吕梁市离石区人民政府公报》2023年第2期" and count == 32
    kept = filters_of(View(gazette=issue), collection.options)
    assert all(kept.keeps(source.notice) for source in collection.asker.engine.notices)
    other = filters_of(View(gazette="《别的公报》"), collection.options)
    assert not any(other.keeps(source.notice) for source in collection.asker.engine.notices)


def test_traits_have_fields_of_an_address() -> None:
    assert {trait.field for trait in TRAITS} <= set(View.__slots__)


# --- lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "find", ["农民工工资", "農民工 工资", "工资农民工", "离政办发2023年9号", "离政办发〔2023〕９号"]
)
def test_a_notice_is_found_by_words_of_its_title_and_by_number(find: str, renderer: Renderer) -> None:
    page = renderer.page(View(place=Place.NOTICES, find=find).href)
    listed = re.findall(r'<li><a href="\?view=notice[^>]*>(.*?)</a>', page)
    assert 1 <= len(listed) < 6
    assert any("农民工工资" in re.sub(r"<[^>]*>", "", one) for one in listed)


def test_what_no_title_holds_leads_to_a_question(renderer: Renderer) -> None:
    page = renderer.page(View(place=Place.NOTICES, find="火星移民").href)
    assert "没有标题或文号里有“火星移民”的公文" in page and f"?q={quote('火星移民')}" in page


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_name_holds_itself_and_what_it_is_made_of(one: str, other: str) -> None:
    assert holds([one + other], words_of(one))
    assert holds([one, other], words_of(f"{other} {one}"))


@pytest.mark.parametrize("find", ["人社局", "人力资源和社会保障局", "離石區人社局", "8222401", "0358-8222401"])
def test_an_office_is_found_by_its_names_and_its_number(find: str, renderer: Renderer) -> None:
    page = renderer.page(View(place=Place.OFFICES, find=find).href)
    assert "区人力资源和社会保障局</a>" in page and "单位电话（" not in page
    assert page.count("<li><h2>") < 8


def test_an_office_that_is_not_there_leads_to_a_question(renderer: Renderer) -> None:
    assert "没有名称里有“火星局”的单位" in renderer.page(View(place=Place.OFFICES, find="火星局").href)
    assert "没有名称里有“火星局”的单位" in renderer.page(View(place=Place.OFFICE, office="火星局").href)


def test_an_office_has_all_its_duties_and_phones(collection: Collection, renderer: Renderer) -> None:
    """By notice; every clause that names it once, every phone with the day of each notice that states it."""
    notices = collection.asker.engine.notices
    for office in collection.offices[:12]:
        rows = {entry.row for ids in office.roles.values() for one in ids if (entry := collection.clause(one))}
        pages = [renderer.page(View(place=Place.OFFICE, office=office.key).href)]
        pages += (
            [renderer.page(View(place=Place.OFFICE, office=office.key, page="2").href)] if "下一页" in pages[0] else []
        )
        text = "".join(pages)
        assert text.count("看原文：") == len(rows)
        ordinals = {entry.ordinal for ids in office.roles.values() for one in ids if (entry := collection.clause(one))}
        assert text.count('<article class="hit">') == len(ordinals)
        for phone, ordinal in office.phones:
            assert f"电话 </span>{phone}</a>" in text or f"有效） </span>{phone}</a>" in text
            date = notices[ordinal].notice.date
            if date:
                assert f"{int(date[5:7])}月{int(date[8:10])}日" in text


# --- a long notice ------------------------------------------------------------------------------------


def test_pages_hold_every_clause_once_in_order(collection: Collection) -> None:
    for source in collection.asker.engine.notices:
        clauses = collection.clauses_of(source.notice.notice_id)
        pages = split(clauses)
        assert [entry.row for page in pages for entry in page] == [entry.row for entry in clauses]
        for page in pages:
            assert len(page) == 1 or sum(len(entry.text) for entry in page) <= LETTERS


def test_a_notice_opens_on_the_page_of_its_clause(collection: Collection) -> None:
    clauses = collection.clauses_of(LONG)
    for wanted in clauses[:: len(clauses) // 9]:
        pages = pages_of(clauses, View(place=Place.NOTICE, notice=LONG, clause=wanted.clause_id))
        assert wanted in pages.shown and len(pages.pages) > 2
        assert pages.of(wanted) == ("" if pages.number == 1 else str(pages.number))
    assert len(pages_of(clauses, View(page=ALL)).shown) == len(clauses)


def test_contents_lead_to_elements_that_are_there(renderer: Renderer) -> None:
    page = renderer.page(View(place=Place.NOTICE, notice=LONG).href)
    outline = page[page.index('class="outline"') : page.index("find-here")]
    ways = {one.replace("&amp;", "&") for one in re.findall(r'href="([^"]*)"', outline)}
    assert len(ways) > 10
    for way in ways:
        assert f'id="{urlsplit(way).fragment}"' in renderer.page(urlsplit(way).query), way


def test_words_are_found_in_a_notice_and_each_leads_to_the_next(collection: Collection, renderer: Renderer) -> None:
    clauses = collection.clauses_of(LONG)
    holding = [entry for entry in clauses if "食品" in entry.text]
    finds = Finds.of("食品", clauses)
    assert [entry.row for entry in finds.entries] == [entry.row for entry in holding] and len(holding) > 3
    assert Finds.of("食 品", clauses).entries  # two words, each of which the clause holds
    way, seen = View(place=Place.NOTICE, notice=LONG, find="食品").href, 0
    for at in range(1, len(holding) + 1):
        page = renderer.page(urlsplit(way).query)
        step = re.search(
            rf'<span[^>]*class="step">(?:(?!</span><a|class="step").)*第 {at} 处，共 {len(holding)} 处.*?下一处', page
        )
        assert f"第 {at} 处，共 {len(holding)} 处" in page
        seen += 1
        if at < len(holding):
            assert step is not None
            after = page[page.index(f"第 {at} 处，共") :]
            found = re.search(r'href="([^"]*)">下一处', after)
            assert found is not None
            way = found[1].replace("&amp;", "&")
    assert seen == len(holding)


def test_what_a_notice_does_not_hold_is_said(renderer: Renderer) -> None:
    page = renderer.page(View(place=Place.NOTICE, notice=LONG, find="火星").href)
    assert "这篇公文里没有“火星”" in page and 'id="found"' in page


def many(count: int) -> str:
    """A notice of `count` articles, of some 100 letters each."""
    articles = "\n".join(
        f"第{at}条　各有关单位应当按照职责分工，做好第{at}类事项的登记、检查、报告和归档工作，由市档案局负责督促，"
        + "并于每年十二月底以前把执行情况书面报告市人民政府办公室，不得迟报、漏报和瞒报，违者依照有关规定处理。"
        for at in range(1, count + 1)
    )
    head = "某某市人民政府关于印发某某市事项登记办法的通知\n某政发〔2024〕7号\n\n各有关单位：\n\n"
    return f"{head}{articles}\n\n某某市人民政府\n2024年1月2日\n"


class Stops(HTMLParser):
    """Counts what the Tab key stops at: nothing within a closed fold but its head."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self._folds: list[bool] = []  # of each element `details` around: whether it is closed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = self._folds[:-1] if tag == "summary" else self._folds
        if tag in ("a", "button", "input", "select", "summary", "textarea") and not any(hidden):
            self.count += given.get("tabindex") != "-1" and given.get("type") != "hidden" and "hidden" not in given
        if tag == "details":
            self._folds.append("open" not in given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._folds.pop()


def stops_of(page: str) -> int:
    stops = Stops()
    stops.feed(page)
    return stops.count


def test_the_tab_key_has_few_stops_however_long_a_notice_is(tmp_path: Path) -> None:
    stops = []
    for count in (100, 1400):
        file = tmp_path / f"{count}.txt"
        file.write_text(many(count), "utf-8")
        build([file], tmp_path / f"index{count}", dense=False)
        page = Renderer(opened(tmp_path / f"index{count}")).page(f"notice={quote('某政发〔2024〕7号')}")
        body = page[page.index('id="text"') : page.index('id="export"')]
        assert "引用这一条" in body  # for the pointer
        stops.append(stops_of(page))
        assert len(squash(re.sub("<[^>]*>", "", body))) <= 1.2 * LETTERS
    assert stops[1] <= stops[0] + 12  # the pages' own links
    assert stops[1] < 40
    unfolded = page.replace('<details class="outline">', '<details open class="outline">')
    assert stops[1] + 20 < stops_of(unfolded) < 80  # 1,400 headings, in folds of their own


def test_with_tools_every_clause_has_its_buttons(collection: Collection, renderer: Renderer) -> None:
    plain = renderer.page(View(place=Place.NOTICE, notice=LONG, page=ALL).href)
    tools = renderer.page(View(place=Place.NOTICE, notice=LONG, page=ALL, tools=True).href)
    assert plain.count('name="id"') == 0 and tools.count('name="id"') > 200
    clause = collection.clauses_of(LONG)[40]
    one = renderer.page(View(place=Place.NOTICE, notice=LONG, clause=clause.clause_id).href)
    assert one.count('name="id"') == 1 and "复制引用" in one


# --- results by notice ----------------------------------------------------------------------------------


def test_every_notice_stands_once_with_its_best_clause_first(collection: Collection) -> None:
    hits = collection.asker.ask(SUBJECT, k=400).hits
    listed = by_notice(merge(hits), relevant(hits))
    ordinals = [found.shown[0].first.ordinal for found in listed]
    assert len(ordinals) == len(set(ordinals)) > 5
    best = {hit.entry.ordinal: hit.rank for hit in reversed(hits)}
    assert ordinals == sorted(ordinals, key=best.__getitem__)
    opened_ = {group.hits[0].rank for found in listed for group in found.shown}
    assert {1, 2, 3} <= opened_  # the best stand open wherever they are
    assert any(found.folded for found in listed)


def test_more_of_a_list_leaves_what_was_there_as_it_was(renderer: Renderer) -> None:
    def articles(count: int) -> list[str]:
        page = renderer.page(View(q=SUBJECT, n=count).href)
        return re.findall(r'<li id="n\d+".*?</article></li>', page, re.S)

    few, more = articles(5), articles(10)
    assert len(few) == 5 < len(more)

    def without_address(item: str) -> str:
        return re.sub(r"&amp;n=10", "", item)

    assert [without_address(item) for item in more[:5]] == few
    page = renderer.page(View(q=SUBJECT).href)
    assert "n=10#n6" in page and 'id="n6"' in renderer.page(View(q=SUBJECT, n=10).href)


def test_links_of_hits_beyond_those_wanted_are_not_looked_up(collection: Collection) -> None:
    question = "按照本办法第五条办理，见附件"
    some = collection.asker.ask(question, k=200, linked=3).hits
    every = collection.asker.ask(question, k=200).hits
    assert [hit.clause_id for hit in some] == [hit.clause_id for hit in every]
    assert some[:3] == every[:3] and not any(hit.links for hit in some[3:]) and any(hit.links for hit in every[3:])


def test_a_group_needs_no_relevant_hits() -> None:
    assert by_notice(merge(()), ()) == [] and relevant(()) == list[Hit]()


# --- suggestions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("农民工", "根治拖欠农民工工资"),
        ("人社局", "的电话是多少？"),
        ("我想问一下人社局", "的电话是多少？"),
        ("離政辦發〔2023〕9", "农民工工资"),
        ("我想打零", "我想打零工"),
        ("不发工", "不发工资"),
    ],
)
def test_suggestions_come_from_the_index(typed: str, wanted: str, collection: Collection) -> None:
    found = collection.suggester.suggest(typed)
    assert any(wanted in one.text for one in found), found
    assert len(found) <= SUGGESTIONS and len({one.text for one in found}) == len(found)


@pytest.mark.parametrize("typed", ["", " ", "的", "火星移民局局长", "问" * 61])
def test_nothing_is_suggested_where_nothing_fits(typed: str, collection: Collection) -> None:
    assert collection.suggester.suggest(typed) == []


@given(st.text(max_size=70))
def test_any_text_may_be_typed(collection: Collection, typed: str) -> None:
    assert len(collection.suggester.suggest(typed)) <= SUGGESTIONS


# --- large type, sharing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "view", ["", f"?q={SUBJECT}", "?view=notices", "?view=offices", f"?notice={LONG}", "?view=about"]
)
def test_large_type_goes_along_with_every_way(view: str, renderer: Renderer) -> None:
    page = renderer.page(view + ("&" if view else "?") + "big=1")
    ways = [one.replace("&amp;", "&") for one in re.findall(r' href="([^"]*)"', page)]
    own = [one for one in ways if one.startswith(("?", "./"))]
    assert len(own) > 4
    plain = [one for one in own if parse_qs(urlsplit(one).query).get("big") != ["1"]]
    assert len(plain) == 1  # the one that makes it small again
    forms = re.findall(r'<form[^>]*method="get"[^>]*>(.*?)</form>', page, re.S)
    assert all('name="big" value="1"' in form for form in forms)
    assert "big=1&amp;big=1" not in page


def test_texts_cannot_make_ways_of_large_type(hostile_index: Path) -> None:
    question = '<a href="?x"><form method="get">'
    page = Renderer(opened(hostile_index)).page(f"q={quote(question)}&big=1")
    assert "&lt;a href=&quot;?x&quot;&gt;&lt;form method=&quot;get&quot;&gt;" in page


@pytest.mark.parametrize(
    ("root", "wanted"),
    [
        ("", "http://a.cn:80/?q=%E5%B7%A5"),
        ("/gb", "http://a.cn:80/gb/?q=%E5%B7%A5"),
        ("https://gb.cn/x/", "https://gb.cn/x/?q=%E5%B7%A5"),
    ],
)
def test_a_whole_address(root: str, wanted: str) -> None:
    assert address(root, "http", "a.cn:80", View(q="工", big=True)) == wanted


def test_a_code_is_made_only_of_what_can_be_read_again() -> None:
    assert printed_code(View(q="问" * 200)) is None
    assert "qr?q=" in (printed_code(View(q="问")) or "")
    svg = qr_svg("x" * (MOST + 60))
    assert svg.startswith(b"<svg")
    assert int(re.findall(rb'width="(\d+)"', svg)[0]) <= 125  # squares, with the edge
