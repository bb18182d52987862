"""Articles that an amendment adds are clauses of the text, under the numbers that the articles then have."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus.articles import labels
from corpus.model import Clause, Notice
from corpus.renumbering import moves_of
from corpus.said import said
from corpus.validity import as_of, link
from eval.events import notice_of
from index.build import build
from index.opening import open_index
from retriever.ask import Asker
from retriever.citation import citation
from retriever.console import show
from retriever.model import Filters
from retriever.page.collection import Collection
from retriever.page.notice import notice_view
from retriever.page.view import Place, View
from tests.test_consolidated import TEXT, TITLE, amended, read
from tests.validity_cases import corpus_of, notice, one

BEFORE = dt.date(2020, 2, 29)
ADDS = "一、增加一条，作为第三条：“残疾人停车每次一元。”"


def articles(found: Notice) -> list[str]:
    """The texts of the articles in order, without items."""
    return [clause.text for clause in found.clauses if clause.text.startswith("第") and "条" in clause.text[:8]]


def number(text: str) -> str:
    return text[: text.index("条") + 1]


def cited(found: Notice, words: str) -> str:
    (clause,) = [clause for clause in found.clauses if words in clause.text]
    return citation(found, clause)


FIRST = ["停车，制定", "每小时"]  # 第一条, 第二条
ONE_BY_ONE = "一、第四条改为第五条，第三条改为第四条，增加一条，作为第三条：“残疾人免费。”"
TWO = "一、增加二条，分别作为第三条、第四条：“第三条　残疾人停车免费。\n“第四条　校车停车免费。”"


@pytest.mark.parametrize(
    ("lines", "order"),
    [
        (["一、增加一条，作为第五条：“停车不满半小时的免费。”"], [*FIRST, "夜间", "下列", "不满"]),
        ([ADDS], [*FIRST, "残疾人", "夜间", "下列"]),
        (["一、在第二条后增加一条，作为第三条：“残疾人免费。”"], [*FIRST, "残疾人", "夜间", "下列"]),
        (["一、增加一条，作为第一条：“残疾人停车免费。”"], ["残疾人", *FIRST, "夜间", "下列"]),
        ([TWO], [*FIRST, "残疾人", "校车", "夜间", "下列"]),
        ([ADDS, "二、第三条改为第四条，修改为：“夜间两元。”"], [*FIRST, "残疾人", "夜间两元", "下列"]),
        ([ADDS, "二、删去第三条。", "三、条文顺序作相应调整。"], [*FIRST, "残疾人", "下列"]),
        ([ONE_BY_ONE], [*FIRST, "残疾人", "夜间", "下列"]),
    ],
)
def test_the_text_reads_in_order_under_its_new_numbers(lines: list[str], order: list[str]) -> None:
    found = amended(*lines)
    texts = [text for text in articles(found) if "已删去" not in text]
    assert [words for words, text in zip(order, texts, strict=True) if words not in text] == []
    assert [number(text) for text in texts] == [f"第{one}条" for one in "一二三四五六"[: len(texts)]]


def test_the_clause_says_which_wording_of_which_day_and_where_that_is_printed() -> None:
    found = amended(ADDS)
    (clause,) = [clause for clause in found.clauses if "残疾人" in clause.text]
    assert clause.clause_id == "云政发〔2018〕5号/第三条+云政发〔2020〕4号"
    name, day = f"《{TITLE}》（云政发〔2018〕5号）", "，2020年3月1日起）"
    assert cited(found, "残疾人") == f"{name}第三条（据云政发〔2020〕4号增加{day}"
    assert cited(found, "夜间指") == f"{name}第四条（据云政发〔2020〕4号调整序号{day}"
    assert cited(found, "消防车") == f"{name}第五条第（一）项（据云政发〔2020〕4号调整序号{day}"
    assert cited(found, "五元") == f"{name}第二条"
    assert (clause.file, clause.lines.start, clause.wordings[0].clause_id) == ("a.txt", 5, "云政发〔2020〕4号/一")


def test_ids_of_printed_clauses_stay_and_all_are_different() -> None:
    before = [clause.clause_id for clause in one(corpus_of({"b.txt": TEXT}), TITLE).clauses]
    after = [clause.clause_id for clause in amended(ADDS).clauses]
    assert [one for one in after if "+" not in one] == before and len(set(after)) == len(after) == len(before) + 1


def test_before_its_day_it_is_not_there_and_the_others_have_their_old_numbers() -> None:
    then = as_of(amended(ADDS), BEFORE)
    assert "第三条（2020年3月1日起增加）" in articles(then)
    assert read(then, "第四条").startswith("第四条下列车辆免费")
    assert cited(then, "夜间指") == f"《{TITLE}》（云政发〔2018〕5号）第三条（2020年3月1日修改前）"
    again = as_of(then, dt.date(2026, 1, 1))
    assert again.clauses == as_of(amended(ADDS), dt.date(2026, 1, 1)).clauses


@pytest.mark.parametrize(
    "line",
    [
        "一、增加一条，作为第九条：“停车不满半小时的免费。”",  # there is no 第八条
        "一、增加一条，作为第三条。",  # nobody says which words
        "一、增加二条，作为第三条、第四条：“第三条　残疾人停车免费。”",
    ],
)
def test_what_does_not_fit_adds_nothing(line: str) -> None:
    found = amended(line)
    assert [clause.text for clause in found.clauses] == [
        clause.text for clause in one(corpus_of({"b.txt": TEXT}), TITLE).clauses
    ]
    assert [event.amendment.fits for event in found.events if event.amendment] == [False]


def test_an_added_article_is_amended_deleted_and_repealed_like_any_other() -> None:
    title = f"云岭市人民政府关于修改《{TITLE}》的决定"
    first = notice(title, "云政发〔2020〕4号", "2020年1月1日", ADDS)
    second = notice(title, "云政发〔2021〕4号", "2021年1月1日", "一、将第三条中的“一元”修改为“两元”。")
    third = notice(title, "云政发〔2022〕4号", "2022年1月1日", "一、删去第三条。")
    files = {"a.txt": first, "b.txt": second, "c.txt": TEXT}
    assert read(one(corpus_of(files), TITLE), "第三条") == "第三条残疾人停车每次两元。"
    found = one(corpus_of({**files, "d.txt": third}), TITLE)
    assert read(found, "第三条") == "第三条（已删去）"
    assert read(as_of(found, dt.date(2020, 6, 1)), "第三条") == "第三条残疾人停车每次一元。"
    assert "调整" not in cited(found, "（已删去）") and "删去，2022年1月1日起" in cited(found, "（已删去）")


def test_a_copy_that_has_the_article_already_gets_it_once() -> None:
    line = "一、增加一条，作为第三条：“残疾人停车每次交纳停车费一元。”"
    current = TEXT.replace("第三条", "第三条 残疾人停车每次交纳停车费一元。\n第四条", 1).replace(
        "第四条 下列", "第五条 下列"
    )
    found = amended(line, text=current)
    assert sum("残疾人" in clause.text for clause in found.clauses) == 1
    assert list(map(number, articles(found))) == ["第一条", "第二条", "第三条", "第四条", "第五条"]


def test_a_long_article_is_cut_like_any_other() -> None:
    text = "".join(f"第{number}类车辆停车每次{number}元。" for number in range(1, 90))
    pieces = [clause for clause in amended(f"一、增加一条，作为第五条：“{text}”").clauses if "类车辆" in clause.text]
    assert "".join(clause.text for clause in pieces) == "第五条" + text and len(pieces) > 1
    assert max(len(clause.text) for clause in pieces) <= 800


def test_chapters_go_on() -> None:
    text = TEXT.replace("第一条", "第一章　总则\n第一条").replace("第三条", "第二章　收费\n第三条")
    (clause,) = [
        clause
        for clause in amended("一、增加一条，作为第五条：“甲车免费。”", text=text).clauses
        if "甲车" in clause.text
    ]
    assert (clause.path[0].replace(" ", ""), clause.path[-1]) == ("第二章收费", "第五条")


def test_linking_twice_changes_nothing() -> None:
    decision = notice(f"云岭市人民政府关于修改《{TITLE}》的决定", "云政发〔2020〕4号", "2020年1月1日", ADDS)
    once = [source.notice for source in corpus_of({"a.txt": decision, "b.txt": TEXT}).notices]
    assert [as_of(notice, dt.date(2026, 11, 28)) for notice in link(once, ["a.txt", "b.txt"])] == once
    assert all(Clause.from_json(clause.to_json(), clause.notice_id) == clause for one in once for clause in one.clauses)


# The sentences of 最高人民法院关于修改《关于上海金融法院案件管辖的规定》的决定 (2021-04-21), wordings shortened.
COURT = [
    "一、将第一条修改为：\n“上海金融法院管辖下列案件：”",
    "二、将第二条修改为第六条：\n“行政案件由上海金融法院管辖。”",
    "三、增加一条作为第二条：\n“下列纠纷案件，由上海金融法院管辖。”",
    "四、将第三条修改为第五条：\n“设施机构为被告的案件，由上海金融法院管辖。”",
    "五、增加一条作为第三条：\n“证券案件，由上海金融法院管辖。”",
    "六、增加一条作为第四条：\n“交易所案件，由上海金融法院管辖。”",
    "七、将第四条修改为第七条：\n“上诉案件，由上海金融法院审理。”",
    "八、增加一条作为第八条：\n“再审案件，由上海金融法院审理。”",
    "九、增加一条作为第九条：\n“执行案件，由上海金融法院执行。”",
    "十、将第五条修改为第十条。",
    "十一、将第六条修改为第十一条。",
    "十二、将第七条修改为第十二条。",
]


@pytest.mark.parametrize(
    ("lines", "moved"),
    [
        (["将第六条改为第七条，并将其中的“五元”修改为“八元”。"], {6: 7}),
        (["第七条至第九条改为第八条至第十条。"], {7: 8, 8: 9, 9: 10}),
        (["原第四条作为第五条。", "增加一条作为第四条：“甲。”"], {4: 5, 5: 6, 6: 7, 7: 8, 8: 9, 9: 10}),
        (["删去第二条、第八条。", "此外，对条文顺序作相应调整。"], {3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 9: 7}),
        (["删去第二条。"], {}),
        (["第三条第二款改为第三款。"], {}),
        (COURT, {2: 6, 3: 5, 4: 7, 5: 10, 6: 11, 7: 12}),
    ],
)
def test_the_numbers_that_a_decision_gives(lines: list[str], moved: dict[int, int]) -> None:
    said_here = notice_of({"text": lines[-1], "before": lines[:-1], "title": "关于修改《云岭市停车办法》的决定"})
    moves = moves_of(said(said_here), [(key, 0) for key in range(1, 8 if lines is COURT else 10)])
    known = {old[0]: new[0] for old, new in moves.numbers.items()}
    assert (moves.sure, {old: new for old, new in known.items() if old in moved or old < 6}) == (True, moved)


def test_paragraphs_named_behind_their_article_belong_to_it() -> None:
    assert labels("第三条第一款、第二款和第五条") == ("第三条第一款", "第三条第二款", "第五条")
    assert labels("第十条，第二款") == ("第十条第二款",)
    found = amended(
        "一、第三条改为第四条，第二款修改为：“夜间指二十时以后。”", "二、增加一条，作为第三条：“甲车免费。”"
    )
    assert read(found, "第四条") == "第四条夜间停车减半。\n夜间指二十时以后。"


def test_a_quote_goes_on_over_its_items() -> None:
    """As in the decision on 上海金融法院: the items of a new wording are clauses of the decision."""
    repealed = "（二）《云岭市公交条例》废止前的公交车。"
    adds = ["一、增加一条，作为第三条：", "“下列车辆半价：", "（一）校车；", f"{repealed}”"]
    whole = ["二、将第四条修改为第五条：", "“下列车辆免费：", "（一）警车；", "（二）救护车；", "（三）校车。”"]
    found = amended(*adds, *whole)
    assert read(found, "第三条") == f"第三条下列车辆半价：\n（一）校车；\n{repealed}"
    items = [clause.text for clause in found.clauses if clause.place.last.label in ("（一）", "（二）")]
    assert items == ["（一）警车；", "（二）救护车；\n（三）校车。"]
    assert read(found, "第五条").startswith("第五条下列车辆免费：")
    stray = amended("一、将第二条中的“五元改为八元。", "二、第三条修改为：“夜间免费。”")
    assert read(stray, "第三条") == "第三条夜间免费。"


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    folder: Path = tmp_path_factory.mktemp("added")
    title = f"云岭市人民政府关于修改《{TITLE}》的决定"
    lines = [ADDS, "二、将第二条中的“五元”修改为“八元”。", "三、删去第四条第二项。", "本决定自2020年3月1日起施行。"]
    (folder / "a.txt").write_text(notice(title, "云政发〔2020〕4号", "2020年1月1日", *lines), "utf-8")
    (folder / "b.txt").write_text(TEXT, "utf-8")
    build([folder / "a.txt", folder / "b.txt"], folder / "ix", dense=False)
    return Asker.over(open_index(folder / "ix", today=dt.date(2026, 1, 1)), dense=False)


def test_it_answers_and_is_cited_with_its_source(asker: Asker) -> None:
    result = asker.ask("残疾人停车多少元", mode="bm25").to_json()
    assert result["answer"]["text"].endswith("残疾人停车每次一元。")
    assert result["answer"]["citation"].endswith("第三条（据云政发〔2020〕4号增加，2020年3月1日起）")
    assert result["answer"]["source"]["file"].endswith("a.txt") and result["answer"]["source"]["line_start"] == 5
    assert result["answer"]["wording"] == {
        "since": "2020-03-01",
        "doc_number": "云政发〔2020〕4号",
        "notice_id": "云政发〔2020〕4号",
        "clause_id": "云政发〔2020〕4号/一",
    }
    assert result["hits"][0]["wording"] == result["answer"]["wording"]
    assert [hit["wording"] for hit in result["hits"] if hit["clause_id"].endswith("/第一条")] == [None]


def test_before_its_day_it_answers_nothing(asker: Asker) -> None:
    then = asker.ask("残疾人停车多少元", mode="bm25", filters=Filters(on="2019-06-01"))
    assert not then.answered and not any("增加" in hit.text for hit in then.hits)


def test_citations_find_their_clauses_back_on_their_day(asker: Asker) -> None:
    for day in (None, dt.date(2019, 6, 1)):
        on = asker if day is None else asker.on(day)
        found = {}
        for entry in on.engine.clauses(range(on.engine.info.clauses)):
            if entry.notice.title == TITLE and entry.clause.place.steps[0].kind.value == "numbered":
                filters = None if day is None else Filters(on=day.isoformat())
                found[entry.clause_id] = asker.ask(citation(entry.notice, entry.clause), mode="bm25", filters=filters)
        first = {clause_id: result.hits[0].clause_id for clause_id, result in found.items()}
        wrong = {one: other for one, other in first.items() if other != one}
        gone = {one for one in wrong if "+" in one and day is not None}  # 第三条 is the printed one then
        headings = {one for one in wrong if one.endswith("/第四条")}  # its items answer
        assert set(wrong) == gone | headings and len(found) == 7


def test_at_a_terminal_and_on_the_page(asker: Asker) -> None:
    text = show(asker.ask(f"《{TITLE}》第三条", mode="bm25"))
    assert text.startswith("答：残疾人停车每次一元。") and "不止一处" not in text
    shown = str(notice_view(Collection.of(asker, ()), View(place=Place.NOTICE, notice="云政发〔2018〕5号")))
    assert (
        "第三条残疾人停车每次一元。" in shown
        and "这一条由 " in shown
        and " 增加（2020年3月1日起），原件里没有。" in shown
    )
    assert shown.index("第二条停车收费") < shown.index("第三条残疾人") < shown.index("第四条夜间停车减半")
    assert "调整后的序号显示（2020年3月1日起）" in shown
