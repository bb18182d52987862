"""Doubt is data: each kind where it is due and where it isn't, and on every surface that cites."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from page_support import await_text, every, new_page, opened, serving

import build_index
from corpus.doubt_words import caution, kind_of, quoted
from corpus.model import Doubt, Notice, Span
from corpus.parse import parse_file, parse_source
from corpus.reading import source_from_text
from index import __main__ as index_command
from index.build import build
from retriever.ask import Asker
from retriever.console import show
from retriever.page.export import export
from retriever.page.render import Renderer
from retriever.page.view import Place, View
from tests.conftest import GAZETTE, ROOT

LETTER = (
    "云政发〔2020〕3号\n云岭市人民政府关于加强停车场管理的通知\n\n各区人民政府：\n"
    "请各区清理占用停车场的杂物，停车场应当公布收费标准。\n特此通知。\n{end}"
)
SIGNED = "\n云岭市人民政府\n2020年3月2日\n"
PRINTED = "云岭市人民政府办公室　2020年3月2日印发\n"
POINTS = "云岭市校车年检工作要点\n校车每年检查两次，检查结果应当公布。\n一、检查时间\n每年三月和九月。\n"
RULES = "云岭市校车安全管理办法\n第一条 为了校车安全，制定本办法。\n第二条 校车每年检查两次。\n"
HANDED_ON = (
    "文件名称:[云岭]云岭市关于印发云岭市户口迁移登记实施办法的通知\n文件编号:云府办发〔2016〕135号\n发布时间:\n实施时间:\n"
    "云府办发〔2016〕135号\n云岭市人民政府办公厅\n关于印发云岭市户口迁移登记\n实施办法的通知\n"
    "各区县（自治县）人民政府，市政府各部门，有关单位：\n《云岭市户口迁移登记实施办法》已经市政府同意，现印发给你们。\n"
    "云岭市人民政府办公厅\n2016年7月20日\n"
)


def parsed(text: str, name: str = "x.txt") -> Sequence[Notice]:
    return parse_source(source_from_text(name, text)).notices


def doubts(text: str, name: str = "x.txt") -> list[tuple[str, int, int]]:
    """The doubts of all notices of a text."""
    return [
        (doubt.reason, doubt.lines.start, doubt.lines.end)
        for notice in parsed(text, name)
        for doubt in notice.uncertain
    ]


# -- the second-best reading -------------------------------------------------------------------------------


def test_a_text_that_may_be_a_document_of_its_own() -> None:
    """It stands under another one's number; the doubt names its lines."""
    (notice,) = parsed(LETTER.format(end=RULES))
    assert notice.doc_number == "云政发〔2020〕3号"
    assert doubts(LETTER.format(end=RULES)) == [("从“云岭市校车安全管理办法”起可能是另一篇公文", 7, 9)]
    # Only what is cited from there on is concerned.
    assert not notice.doubts_on(Span(4, 5)) and notice.doubts_on(Span(8, 8)) == notice.uncertain


def test_a_regulation_that_may_be_what_the_document_above_issues() -> None:
    text = LETTER.format(end=SIGNED + RULES)
    assert len(parsed(text)) == 2
    assert doubts(text) == [("这一篇可能是上一篇公文的附件或一部分", 10, 10)]


@pytest.mark.parametrize(
    "text",
    [
        LETTER.format(end=PRINTED + RULES),  # the printing line ends a document
        LETTER.format(end=SIGNED + "\n\n\n" + RULES),  # wide gap
        LETTER.format(end=SIGNED + "\n\n\n云政发〔2020〕4号\n" + POINTS),  # a number of its own
        LETTER.replace("加强停车场管理", "印发校车安全管理办法").format(end=SIGNED + RULES),  # issued
        LETTER.format(end=SIGNED + "附件\n" + RULES),
    ],
    ids=["printed", "gap", "number", "issued", "attachment"],
)
def test_where_documents_are_told_apart_there_is_no_doubt(text: str) -> None:
    assert doubts(text) == []


def test_a_file_named_by_a_part_of_its_title() -> None:
    """A real file's shape: it is named by the title without its issuer, who stands on the line above."""
    name = "云岭市关于印发云岭市户口迁移登记实施办法的通知.txt"
    whole = "云岭市人民政府办公厅关于印发云岭市户口迁移登记实施办法的通知"
    assert doubts(HANDED_ON, name) == [] and parsed(HANDED_ON, name)[0].title == whole
    assert doubts(HANDED_ON) == [] and parsed(HANDED_ON)[0].title == whole


def test_halves_of_a_title_and_a_title_without_its_issuers_are_no_doubt() -> None:
    """Three bodies head one notice, as in a real one of Guangzhou; the second line alone would be a title, too."""
    text = (
        "云岭市停车办法\n点击查看政策解读：【音频解读】关于《云岭市停车办法》的解读\n云科工〔2023〕1号\n"
        "云岭市科技工业和信息化局 云岭市人力资源和社会保障局 中共云岭市委统战部\n关于印发云岭市停车办法的通知\n"
        "各区人民政府：\n现将《云岭市停车办法》印发给你们。\n云岭市科技工业和信息化局\n2023年1月5日\n"
    )
    (notice,) = parsed(text)
    assert notice.title.endswith("中共云岭市委统战部关于印发云岭市停车办法的通知")
    assert notice.uncertain == ()


def test_a_number_in_a_note_is_no_doubt() -> None:
    """Five of eight orders of a real file were marked: one reading passes over the note that names the order."""
    text = "# 云岭省停车办法\n\n2022年6月6日 云岭省人民政府令第2号公布\n\n第一条 为了停车。\n第二条 停车三元。\n"
    revised = text.replace("公布\n", "公布\n\n2024年3月1日 云岭省人民政府令第9号修订\n")
    for one in (text, revised):
        (notice,) = parsed(one)
        assert (notice.doc_number, notice.uncertain) == ("云岭省人民政府令第2号", ())


# -- title and body, articles, nothing but a heading ------------------------------------------------------


def test_a_text_behind_the_letter_of_which_it_does_not_speak() -> None:
    about = "从“云岭市校车年检工作要点”起可能是另一篇公文"
    assert doubts(LETTER.format(end=SIGNED + POINTS)) == [(about, 10, 13)]
    told = LETTER.replace("特此通知。", "《校车年检工作要点》一并印发。")
    assert doubts(told.format(end=SIGNED + POINTS)) == []
    labelled = LETTER.format(end=SIGNED + "主题词：农业　通知\n")
    assert doubts(labelled) == []


def test_a_title_whose_words_do_not_stand_in_its_body() -> None:
    head = "云岭市人民政府关于加强城镇供水管网漏损控制的通知\n云政发〔2019〕18号\n\n各区人民政府：\n"
    foreign = head + "一、做好秋粮收购。各地要组织粮食企业入市，满足农民售粮需要。\n" * 12 + SIGNED
    assert [reason[:5] for reason, *_ in doubts(foreign)] == ["标题中的词"]
    own = head + "一、控制漏损。供水企业要检查城镇管网，降低漏损率，满足居民用水需要。\n" * 12 + SIGNED
    assert doubts(own) == []


def test_a_title_that_breaks_off() -> None:
    text = "云岭市人民政府办公室关于停车的（通知\n各区：\n请清理停车场。\n"
    assert doubts(text) == [("标题里的括号或书名号不成对，标题可能不完整", 1, 1)]
    assert doubts(text.replace("（通知", "通知（试行）")) == []


def test_articles_that_do_not_run() -> None:
    text = "云岭条例\n\n第一条 甲。\n第二条 乙。\n第四条 丁。\n第五条 戊。\n"
    assert doubts(text) == [("“第二条”之后是“第四条”，中间可能有缺漏", 4, 5)]
    (notice,) = parsed(text)
    assert [len(notice.doubts_on(Span(line, line))) for line in (3, 4, 5, 6)] == [0, 1, 1, 0]
    assert doubts(text.replace("第四条", "第三条").replace("第五条", "第三条之一")) == []


def test_a_heading_and_nothing_else() -> None:
    text = "云岭市大病医疗保险暂行办法\n"
    assert doubts(text) == [("只有标题，没有正文", 1, 1)]
    assert doubts(text + "一、参保人员每年缴费一次。\n") == []


def test_a_text_without_a_title() -> None:
    text = "第一条 为合理控制人口规模，制定本办法。\n第二条 年满二十岁的居民可以申请。\n"
    assert doubts(text, "云岭市积分入户管理办法.txt") == [("没有找到标题，用文件名代替", 1, 1)]
    told = parse_source(source_from_text("云岭市积分入户管理办法.txt", text)).warnings
    assert [(one.line, one.what) for one in told] == [(1, "没有找到标题，用文件名代替")]
    assert doubts("云岭市积分入户管理办法\n" + text) == []


def test_no_notice_of_the_gazette_is_doubted() -> None:
    found = parse_file(GAZETTE).notices
    assert len(found) == 32 and not [notice.title for notice in found if notice.uncertain]


@pytest.mark.parametrize("name", ["bumen-guizhang", "guowuyuan-wenjian", "tianhe-tonggao"])
def test_no_notice_of_other_gazettes_is_doubted(name: str) -> None:
    """Each was read by a person: no start, title or number is wrong."""
    path = ROOT.parent / "shared" / "gazettes" / f"{name}.txt"
    if not path.exists():
        pytest.skip("needs ../shared/gazettes")
    found = parse_file(path).notices
    assert len(found) >= 8 and not [notice.title for notice in found if notice.uncertain]


# -- words ------------------------------------------------------------------------------------------------


def test_words_of_caution() -> None:
    one, two, three = (Doubt(f"标题也可能是{quoted(name)}", Span(at, at + 2)) for at, name in enumerate("甲乙丙", 1))
    assert caution(()) is None
    assert caution([one]) == "机器没有把握：标题也可能是“甲”。引用前请核对原文第 1–3 行。"
    assert caution([one, two, three]) == (
        "机器没有把握：标题也可能是“甲”（第 1–3 行）；标题也可能是“乙”（第 2–4 行），等 3 处。引用前请核对原文。"
    )
    assert kind_of(one) == kind_of(two) == "标题也可能是“…”"
    assert quoted("“甲”") == "“‘甲’”" and len(quoted("长" * 900)) == 64


# -- everywhere that a clause is cited --------------------------------------------------------------------

pytest_plugins = ["page_fixtures"]
SAID = "机器没有把握：从“云岭市校车安全管理办法”起可能是另一篇公文。引用前请核对原文第 7–9 行。"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files, one of them doubtful, and their index."""
    place = tmp_path_factory.mktemp("doubt")
    (place / "校车.txt").write_text(LETTER.format(end=RULES), "utf-8")
    (place / "停水.txt").write_text("云岭市水务局关于停水的通知\n\n各区：\n六月一日停水一天。\n", "utf-8")
    build([place / "校车.txt", place / "停水.txt"], place / "index", dense=False)
    return place


@pytest.fixture(scope="module")
def asker(folder: Path) -> Asker:
    return Asker.open(folder / "index", dense=False)


def test_hits_and_answer_carry_it(asker: Asker) -> None:
    data = asker.ask("校车每年检查几次", mode="bm25").to_json()
    doubt = {"reason": "从“云岭市校车安全管理办法”起可能是另一篇公文", "line_start": 7, "line_end": 9}
    assert data["hits"][0]["uncertain"] == [doubt] and data["answer"]["uncertain"] == [doubt]
    sure = asker.ask("停水一天是哪天", mode="bm25").to_json()
    assert sure["hits"][0]["uncertain"] == [] == sure["answer"]["uncertain"]
    letter = asker.ask("停车场应当公布什么", mode="bm25").to_json()["hits"][0]
    assert letter["source"]["line_end"] < 7 and letter["uncertain"] == []


def test_the_command_line_says_it(asker: Asker) -> None:
    text = show(asker.ask("校车每年检查几次", mode="bm25"))
    hits = text[text.index("\n1. ") :]
    assert f"（{SAID}）" in text[: text.index("\n1. ")] and f"（{SAID}）" in hits
    assert "机器没有把握" not in show(asker.ask("停水一天是哪天", mode="bm25", k=1))


def test_the_page_says_it_beside_every_citation(folder: Path) -> None:
    renderer = Renderer(opened(folder / "index"))
    answer = renderer.page(View(q="校车每年检查几次", mode="bm25").href)
    card, _, hits = answer.partition('aria-labelledby="hits-head"')
    assert card.count(SAID) == 1 and card.index(SAID) < card.index("引用：《")
    assert hits.count(SAID) == 2
    notice = renderer.page(View(place=Place.NOTICE, notice="云政发〔2020〕3号", tools=True).href)
    assert "从“云岭市校车安全管理办法”起可能是另一篇公文（第 7–9 行）" in notice[: notice.index("facts")]
    # Above the place where it begins, and with the citations of the three clauses from there on.
    assert notice.count(SAID) == 4 and notice.index("特此通知") < notice.index(SAID) < notice.index("为了校车安全")
    listed = renderer.page(View(place=Place.NOTICES).href)
    assert listed.count("机器没有把握") == 1 and SAID in listed


@pytest.mark.parametrize("width", [360, 1366])
def test_it_is_seen_on_the_screen_and_on_paper(browser: Any, folder: Path, width: int) -> None:
    with serving(folder / "index") as running:
        await_text(running.url, "可以这样问")
        page = new_page(browser, viewport={"width": width, "height": 800})
        for view in (View(q="校车每年检查几次"), View(place=Place.NOTICES), View(notice="云政发〔2020〕3号")):
            page.emulate_media(media="screen")
            page.goto(f"{running.url}/{view.href}")
            assert page.locator(".doubt").first.is_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.emulate_media(media="print")
            assert page.locator(".doubt").first.is_visible() and not page.locator(".top nav").is_visible()
        page.context.close()


def test_exports_say_it(asker: Asker) -> None:
    entries = [
        entry for entry in every(asker) if any(word in entry.text for word in ("每年检查", "清理占用", "停水一天"))
    ]
    assert len(entries) == 3
    rows = list(csv.DictReader(io.StringIO(export(entries, "csv").data.decode("utf-8-sig"))))
    assert sorted(row["存疑"] for row in rows) == ["", "", SAID]
    assert export(entries, "md").data.decode().count("机器没有把握") == 1
    paragraphs = [one.text for one in Document(io.BytesIO(export(entries, "docx").data)).paragraphs]
    assert paragraphs.count(SAID) == 1


def test_the_build_sums_it_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [str(folder / "校车.txt"), str(folder / "停水.txt"), "--index", str(folder / "sums"), "--no-dense"]
    wanted = (
        "有 1 篇公文机器没有把握，引用前请核对原文：\n  1 篇：从“…”起可能是另一篇公文\n"
        "  校车.txt，1 篇：从“云岭市校车安全管理办法”起可能是另一篇公文（第 7–9 行）"
    )
    for _ in range(2):  # also where the index is up to date
        assert build_index.main(command) == 0
        assert capsys.readouterr().out.rstrip().endswith(wanted)
    assert build_index.main([*command, "--json"]) == 0
    sums = json.loads(capsys.readouterr().out)["uncertain"]
    assert sums["notices"] == 1 and sums["reasons"] == {"从“…”起可能是另一篇公文": 1}
    assert index_command.main(["info", "--index", str(folder / "sums")]) == 0
    assert wanted in capsys.readouterr().out
    assert build_index.main([str(folder / "停水.txt"), "--index", str(folder / "none"), "--no-dense"]) == 0
    assert "没有把握" not in capsys.readouterr().out


def test_the_parser_says_it(folder: Path) -> None:
    command = [sys.executable, "-m", "corpus", str(folder / "校车.txt")]
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "存疑：从“云岭市校车安全管理办法”起可能是另一篇公文（第 7–9 行）" in out and "有 1 篇公文存疑" in out
    out = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert [one["line_start"] for one in json.loads(out)["notices"][0]["uncertain"]] == [7]
