"""What the page shows, rendered without a server: markup, addresses, filters, cards, notices."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_support import HOSTILE, SECRET, every, opened

from corpus.kinds import kind_of
from index.build import build
from index.local.lock import HOLDER
from retriever.model import Hit
from retriever.page.card import answer_card
from retriever.page.collection import Collection
from retriever.page.faults import FAULT, WithoutText, report
from retriever.page.filters import filters_of
from retriever.page.marks import mark, question_words
from retriever.page.markup import clean, el
from retriever.page.render import Renderer
from retriever.page.results import by_date, merge, results, show
from retriever.page.view import Place, View, read_view

pytest_plugins = ["page_fixtures"]
REPEALED = "离政函〔2023〕29号"


class Reader(HTMLParser):
    """Collects tags and text, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    return reader


@given(st.text(max_size=80))
def test_any_text_is_shown_as_text(text: str) -> None:
    reader = read(el("p", text, title=text))
    assert [tag for tag, _ in reader.tags] == ["p"]


@given(
    st.builds(
        View,
        q=st.text(max_size=40).map(str.strip),
        year=st.sampled_from(["", "2023"]),
        kind=st.sampled_from(["", "通知"]),
        status=st.sampled_from(["any", "repealed"]),
        sort=st.sampled_from(["score", "date"]),
        n=st.sampled_from([5, 20]),
    )
)
def test_an_address_holds_the_whole_view(view: View) -> None:
    if "\x00" not in view.q and not re.search(r"[\ud800-\udfff]", view.q):
        assert read_view(view.href if view.href != "./" else "") == view


@given(st.text(max_size=200))
def test_any_query_string_is_understood_or_ignored(query: str) -> None:
    assert isinstance(read_view(query), View)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("某区人民政府关于印发《某办法》的通知", "通知"),
        ("关于耕地进出平衡实施方案(试行)", "方案"),
        ("关于某事的复函", "函"),
        ("家用汽车产品修理更换退货责任规定", "规定"),
        ("没有文种的标题", "其他"),
    ],
)
def test_kind_of_document(title: str, kind: str) -> None:
    assert kind_of(title) == kind


def test_the_words_that_answer_are_marked_without_their_signs(collection: Collection) -> None:
    """The reader's span began with the colon, which was marked as well."""
    result = collection.asker.ask("根治拖欠农民工工资工作的咨询电话是多少", mode="bm25")
    assert result.answer is not None and result.answer.entry is not None
    answer = dataclasses.replace(result.answer, exact=":0358-8222401")
    shown = str(answer_card(dataclasses.replace(result, answer=answer), result.answer.entry, (), View(), ()))
    assert '咨询电话:<mark><span class="unbroken">0358-8222401</span></mark>' in shown


def test_words_and_answer_are_marked_where_they_stand() -> None:
    text = "工资由区人社局负责。"
    markup = mark(text, ("工资",), "由区人社局负责")
    assert markup == '<mark>工资</mark><mark class="answer">由区人社局负责</mark>。'
    assert read(markup).text == text


@given(st.text(max_size=60), st.lists(st.text(min_size=2, max_size=4), max_size=3), st.text(max_size=10))
def test_marking_never_changes_the_text(text: str, words: list[str], answer: str) -> None:
    shown = clean(text)
    assert read(mark(shown, words, answer)).text.replace("\r", "\n") == shown.replace("\r", "\n")


def test_equal_clauses_become_one_with_all_their_places(collection: Collection) -> None:
    same = [c for c in every(collection.asker) if c.text.endswith("完成区治欠领导小组办公室交办的其他事项。")]
    hits = [Hit(rank, 1.0 / rank, entry) for rank, entry in enumerate(same[:8], 1)]
    groups = merge(hits)
    assert len(groups) < len(hits)
    assert sum(len(group.entries) for group in groups) == len(hits)
    result = collection.asker.ask("其他事项", k=1)
    result = dataclasses.replace(result, hits=tuple(hits), answered=False, answer=None)
    shown = show(collection, result, View(q="其他事项"), feedback=False)
    assert "处文字相同" in shown


def test_newest_first_and_without_a_date_last(collection: Collection) -> None:
    hits = collection.asker.ask("农民工工资", k=20).hits
    dates = [hit.date or "" for hit in by_date(hits)]
    assert dates == sorted(dates, reverse=True)


def test_by_date_lists_all_that_is_relevant_and_nothing_else(collection: Collection) -> None:
    """However many more relevant clauses there are; and the page says so."""
    hits = collection.asker.ask("农民工工资", k=400).hits
    listed = by_date(hits)
    assert {hit.rank for hit in listed} == {hit.rank for hit in hits if hit.score >= hits[0].score / 2}
    assert 5 < len(listed) < len(hits)
    assert len(by_date([dataclasses.replace(hit, score=0.0) for hit in hits])) == len(hits)
    view = View(q="农民工工资", mode="bm25", sort="date")
    assert "至少有最相关那一条的一半" in results(collection, view, feedback=False)
    assert "至少有最相关那一条的一半" not in results(collection, view.but(sort="score"), feedback=False)


def test_every_option_keeps_as_many_notices_as_it_says(collection: Collection) -> None:
    notices = [entry.notice for entry in collection.asker.engine.notices]
    for name in ("issuer", "year", "kind", "section", "status"):
        plural = {"status": "statuses"}.get(name, f"{name}s")
        for value, count in getattr(collection.options, plural):
            filters = filters_of(View(**{name: value}))
            assert sum(map(filters.keeps, notices)) == count, (name, value)
            assert not filters.empty


def test_card_has_answer_office_clause_citation_source_and_status(collection: Collection) -> None:
    result = collection.asker.ask("根治拖欠农民工工资工作的咨询电话是多少", k=5)
    assert result.answer is not None
    card = show(collection, result, View(q=result.question), feedback=False)
    reader = read(card)
    assert result.answer.text in reader.text
    assert any(attrs.get("href") == "tel:0358-8222401" for _, attrs in reader.tags)
    entry = collection.clause(result.answer.clause_id)
    assert entry is not None
    assert any(attrs.get("data-copy") == result.hits[0].citation for _, attrs in reader.tags)
    assert f"第 {entry.clause.lines.start}" in reader.text
    assert "现行" in reader.text


def test_a_repealed_notice_names_its_successor(words_index: Path) -> None:
    page = Renderer(opened(words_index)).page(f"?notice={quote(REPEALED)}")
    assert "已废止" in page
    assert "离政函〔2023〕33号</a>废止" in page


def test_every_notice_opens_at_every_kind_of_clause(words_index: Path, collection: Collection) -> None:
    renderer = Renderer(opened(words_index))
    for entry in collection.asker.engine.notices:
        clauses = collection.clauses_of(entry.notice.notice_id)
        wanted = clauses[len(clauses) // 2]
        page = renderer.page(View(place=Place.NOTICE, notice=entry.notice.notice_id, clause=wanted.clause_id).href)
        assert "程序出了问题" not in page
        if wanted.clause.kind != "heading":
            assert page.count(" target") == 1 or 'class="target"' in page


@pytest.mark.parametrize(
    "query", ["", "?view=notices", "?view=offices", "?view=about", "?q=a", "?notice=没有", "?view=x&n=0"]
)
def test_every_view_renders_with_and_without_an_index(query: str, words_index: Path, tmp_path: Path) -> None:
    for folder in (words_index, tmp_path):
        page = Renderer(opened(folder)).page(query)
        reader = read(page)
        assert "程序出了问题" not in page
        assert [tag for tag, _ in reader.tags].count("main") == 1
        assert [tag for tag, _ in reader.tags].count("h1") <= 1


def test_without_an_index_the_page_says_what_to_do(tmp_path: Path) -> None:
    page = Renderer(opened(tmp_path)).page("")
    assert "还没有可以查的公报索引" in page
    assert "python build_index.py" in page


def test_while_embeddings_are_made_the_page_says_so(words_index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(words_index, folder)
    (folder / HOLDER).write_text(json.dumps({"pid": os.getpid(), "started": "now"}), "utf-8")
    live = opened(folder)
    assert "正在给公报做语义索引" in Renderer(live).page("")
    (folder / HOLDER).unlink()
    live.look()
    assert "现在只按字词查找" in Renderer(live).page("")


def test_a_killed_build_is_not_a_build_at_work(words_index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(words_index, folder)
    (folder / HOLDER).write_text(json.dumps({"pid": 2**22 + 1, "started": "long ago"}), "utf-8")
    assert not opened(folder).now.building


def test_a_fault_of_ours_is_a_line_not_a_trace(
    words_index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer = Renderer(opened(words_index))
    monkeypatch.setattr("retriever.page.render.results", lambda *_: 1 / 0)
    assert "程序出了问题" in renderer.page("?q=工资")
    assert "Traceback" not in capsys.readouterr().err


def test_hostile_text_is_text_everywhere(hostile_index: Path, hostile: Collection) -> None:
    renderer = Renderer(opened(hostile_index))
    notice = hostile.asker.engine.notices[0].notice.notice_id
    for query in (
        "?q=脚本清理工作由谁负责",
        "?q=<script>alert(1)</script>图片审核",
        f"?notice={quote(notice)}&q=<b>表格",
        "?view=notices",
    ):
        reader = read(renderer.page(query))
        names = {tag for tag, _ in reader.tags}
        assert not names & {"script", "iframe"}
        # The one picture is the code of the page's own address.
        assert all((attrs["src"] or "").startswith("qr?") for tag, attrs in reader.tags if tag == "img")
        for _, attrs in reader.tags:
            assert not any(name.startswith("on") for name in attrs)
            assert not (attrs.get("href") or "").lower().startswith(("javascript:", "http"))


def test_orders_in_a_clause_change_no_answer(hostile: Collection) -> None:
    result = hostile.asker.ask("图片审核工作由哪个单位负责", k=3)
    assert result.answer is None or "不还钱" not in result.answer.text


def test_question_words_are_worth_marking() -> None:
    assert "农民工" in question_words("拖欠农民工工资归谁管？")
    assert all(len(word) > 1 for word in question_words("我的 a 工资"))


HIDDEN_IN = "一、管理\u202e理管\u202c工作\u2066由\u2069市\u200f网信办\U000e0041\U000e0042负责。"


def test_hidden_characters_are_shown_and_texts_without_end_cut(tmp_path: Path) -> None:
    """Built from a file that holds them; nothing of them reaches a browser."""
    file = tmp_path / "暗.txt"
    file.write_text(HOSTILE.replace("四、", f"{HIDDEN_IN}\n\n四、"), "utf-8")
    build([file], tmp_path / "index", dense=False)
    renderer = Renderer(opened(tmp_path / "index"), feedback=True)
    for query in (
        "",
        "q=" + quote("网信办工作\x1b[31m\x9b" + HIDDEN_IN),
        "view=notices",
        "view=offices",
        "notice=" + quote("某政发〔2024〕1号"),
    ):
        page = renderer.page(query)
        assert not re.search(
            r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\x00-\x08\x1b\x7f-\x9f]", page
        )
    assert "〔隐藏字符〕" in clean(HIDDEN_IN)


def test_a_title_without_end_leaves_the_page_small(collection: Collection) -> None:
    result = collection.asker.ask("根治拖欠农民工工资工作的咨询电话是多少", k=5)
    assert result.answer is not None
    usual = len(show(collection, result, View(q=result.question), feedback=True))

    def buried(hit: Hit) -> Hit:
        notice = dataclasses.replace(hit.entry.notice, title="关于" + "加强管理" * 62_500 + "的通知")
        source = dataclasses.replace(hit.entry.source, notice=notice)
        return dataclasses.replace(hit, entry=dataclasses.replace(hit.entry, source=source))

    long = dataclasses.replace(result, hits=tuple(buried(hit) for hit in result.hits))
    page = show(collection, long, View(q=result.question), feedback=True)
    assert len(page) < usual + 300_000  # 250,000 letters in some forty places were ten millions
    assert "的通知" in page and "略去" in page


def test_a_fault_is_written_down_without_the_question(
    words_index: Path, collection: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    """An index broken after it was opened, so that the search fails with the question in its message."""
    live = opened(words_index)
    live._now = dataclasses.replace(live.now, collection=dataclasses.replace(collection, options=SECRET))
    page = Renderer(live).page("q=" + quote(SECRET))
    assert FAULT in page
    with pytest.raises(AttributeError) as fault:
        collection.options.__getattribute__(SECRET)
    report(fault.value)
    record = logging.LogRecord("mcp", logging.ERROR, "lowlevel.py", 7, "bad: %s", (SECRET,), fault._excinfo)
    written = WithoutText().format(record) + capsys.readouterr().err
    assert "程序出错（AttributeError" in written and "程序出错（mcp AttributeError，lowlevel.py 第 7 行）" in written
    assert SECRET not in written
