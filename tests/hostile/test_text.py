"""Texts that no office would write, each with what must come of it: nothing lost without a word, no clause
too long, no id twice, no hang."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from corpus.collection import collect
from corpus.errors import InputError
from corpus.model import ClauseKind, Notice, ParsedFile, Status
from corpus.parse import parse_source
from corpus.reading import decode, source_from_text
from corpus.terms import own_term
from corpus.text import squash
from corpus.validity import resolve
from tests.fuzz.limits import bounded
from tests.hostile.shapes import HEAD, TAIL


def parse(text: str) -> ParsedFile:
    with bounded(600):
        return parse_source(source_from_text("x.txt", text))


def body(*lines: str) -> str:
    return HEAD + "\n".join(lines) + TAIL


def texts(parsed: ParsedFile) -> list[str]:
    return [clause.text for notice in parsed.notices for clause in notice.clauses]


def left_out(*texts: str) -> Callable[[ParsedFile], bool]:
    """These lines, and no others, are listed as left out."""
    return lambda parsed: [left.text for left in parsed.left_out] == list(texts)


def holds(words: str) -> Callable[[ParsedFile], bool]:
    """No clause is lost that holds these words (a long one is cut, so only where they are short)."""
    return lambda parsed: any(squash(words) in squash(text) for text in texts(parsed))


def numbers(*wanted: str | None) -> Callable[[ParsedFile], bool]:
    return lambda parsed: [notice.doc_number for notice in parsed.notices] == list(wanted)


def warned(words: str) -> Callable[[ParsedFile], bool]:
    return lambda parsed: any(words in warning.what for warning in parsed.warnings)


def date(wanted: str | None) -> Callable[[ParsedFile], bool]:
    return lambda parsed: parsed.notices[0].date == wanted


@dataclass(frozen=True)
class Case:
    text: str
    checks: tuple[Callable[[ParsedFile], bool], ...] = ()
    coverage: float = 1.0


OWN = "某政办发〔2023〕9号"
TINY = "某县关于某项工作的通知\n某政发〔2023〕{}号\n各乡镇：\n好。\n"

CASES = {
    "an item numbered 10^9": Case(
        body("一、好。", "1000000000. 加强领导。", "1000000000、办好。"), (holds("加强领导"),)
    ),
    "a numeral past all numbers": Case(body("第百百百百百百百百百百百百条 为了发展。", "百百百百百百百百百百、好。")),
    "an article of a hundred 之": Case(body("第一条之" + "一" * 5000 + " 为了发展。", "第二条 好。")),
    "the date 9999-99-99": Case(HEAD + "好。\n某县人民政府\n9999年99月99日\n", (date(None), holds("9999年99月99日"))),
    "the date 2023-02-30": Case(HEAD + "好。\n某县人民政府\n2023年2月30日\n", (date(None),)),
    "a number 〔99999〕": Case(
        "某县关于某项工作的通知\n某政发〔99999〕1号\n各乡镇：\n好。\n", (numbers(None), left_out("某政发〔99999〕1号"))
    ),
    "a serial of 5,000 digits": Case(body(f"按某政发〔2023〕{'1' * 5000}号办理。"), (numbers(OWN),)),
    "an order without an issuer": Case(
        "令\n第1号\n" + HEAD + "好。" + TAIL,
        (numbers(OWN), left_out("令", "第1号")),
        coverage=0.9,
    ),
    "an order of nobody": Case("关于某项工作的决定\n\n令第1号\n现予公布。\n", (numbers(None), holds("令第1号"))),
    "only headings": Case(body(*[f"{n}、加强领导" for n in "一二三四五六七八九十"] * 30), (holds("十、加强领导"),)),
    "only tables": Case(body(*["序号\t项目\t单位", "1\t道路\t区交通局"] * 300), (holds("道路"),)),
    "only table heads": Case(body("序号\t项目\t单位"), (holds("项目"),)),
    "2,000 equal rows": Case(
        body(*["序号\t项目\t单位"] * 2000), (lambda p: sum(t.endswith("序号｜项目｜单位") for t in texts(p)) == 2000,)
    ),
    "2,000 equal rows of data": Case(
        body("序号\t项目\t单位", *["1\t道路\t区交通局"] * 2000),
        (lambda p: sum(text.endswith("1｜道路｜区交通局") for text in texts(p)) == 2000,),
    ),
    "a running head in a table": Case(
        "某县公报\n目录\n【区政府文件】\n某县关于甲的通知(某政发〔2023〕1号)1\n某县关于乙的通知(某政发〔2023〕2号)2\n"
        "某县关于甲的通知\n某政发〔2023〕1号\n各乡镇：\n好。\n单位\t备注\n区政府文件\t区政府文件\n区政府\t文件\n区交通局\t无\n"
        "某县关于乙的通知\n某政发〔2023〕2号\n各乡镇：\n好。\n",
        (numbers("某政发〔2023〕1号", "某政发〔2023〕2号"), holds("区政府｜文件")),
    ),
    "circled cells in a turned table": Case(
        body("地点\t东\t西\t南", "单位\t甲\t乙\t丙", "项目\t子\t丑\t寅", "序号\t①\t②\t③")
    ),
    "a cell of 5,000 digits": Case(
        body("地点\t东\t西\t南", "单位\t甲\t乙\t丙", "项目\t子\t丑\t寅", f"序号\t1\t2\t{'3' * 5000}")
    ),
    "a row of 100,000 cells": Case(body("\t".join(["甲"] * 100_000), "乙\t丙"), (holds("乙｜丙"),)),
    "control characters": Case(body("一、好\x00的\x01\x02。", "二、\x1b[2J坏。"), (holds("坏"),)),
    "all line ends": Case(
        HEAD.replace("\n", "\r")
        + "一、甲。\r\n二、乙。\x85三、丙。\u2028四、丁。\u2029五、戊。\x0b六、己。\r七、庚。"
        + TAIL,
        (numbers(OWN), holds("七、庚"), holds("戊")),
    ),
    "a paragraph of 10 MB without a stop": Case(body("离石区人社局负责" * 420_000)),
    "one line of brackets": Case(body("（" * 1_000_000 + "好")),
    "one line of articles": Case(body("第一条" * 200_000)),
    "离 and a space 200,000 times": Case(body("离 " * 200_000)),
    "a title of 250,000 letters": Case(
        "# " + "关于开展工作" * 41_667 + "的通知\n正文内容在此。\n",
        (lambda p: len(p.notices[0].title) <= 200, holds("正文内容在此")),
    ),
    "a title of 250,000 signs": Case(
        "# 通知" + "！" * 250_000 + "\n正文。\n", (lambda p: len(p.notices[0].title) <= 200,)
    ),
    "a title that is the running head": Case(
        "某县公报\n目录\n【某县关于甲的通知】\n某县关于甲的通知(某政发〔2023〕1号)1\n某县关于乙的通知(某政发〔2023〕2号)2\n"
        "某县关于甲的通知\n某政发〔2023〕1号\n各乡镇：\n甲好。\n某县关于乙的通知\n某政发〔2023〕2号\n各乡镇：\n乙好。\n",
        (holds("乙好"), holds("甲好"), numbers("某政发〔2023〕1号", "某政发〔2023〕2号")),
    ),
    "1,000 notices of one number": Case(
        TINY.format(1) * 1000, (numbers(*["某政发〔2023〕1号"] * 1000), warned("不止一次"))
    ),
    "10,000 tiny notices": Case(
        "".join(TINY.format(n % 9999 + 1) for n in range(10_000)), (lambda p: len(p.notices) == 10_000,)
    ),
    "comments that never end": Case(body("<!--" * 50_000, "好。"), (holds("好"),)),
    "pictures that never end": Case(body("![" * 50_000 + "](", "好。"), (holds("好"),)),
    "a picture of 1 MB": Case(body(f"前![图](data:image/png;base64,{'QUJD' * 250_000})后。"), (holds("前后"),)),
    "names apart with a stranger": Case(body("成员：", "离 石 " * 20 + "x", *["离 " * 19 + "x"] * 50)),
    "letters of every script": Case(body("一、مرحبا ١٢٣ и 𠮷野 ｱｲｳ ①②③ ½ Ⅻ。", "١. ٢. ٣."), (holds("𠮷野"),)),
    "bidi and tags": Case(body("一、\u202e好\u2066的\U000e0041\U000e0042。"), (holds("好"),)),
}


@pytest.mark.parametrize("name", CASES)
def test_hostile(name: str) -> None:
    case = CASES[name]
    parsed = parse(case.text)
    ids = [clause.clause_id for notice in parsed.notices for clause in notice.clauses]
    assert len(ids) == len(set(ids))
    assert all(0 < len(text) <= 800 for text in texts(parsed))
    assert parsed.coverage >= case.coverage
    assert parsed.coverage >= 0.99 or any("归入了条款" in warning.what for warning in parsed.warnings)
    for check in case.checks:
        assert check(parsed)
    lines = len(source_from_text("x", case.text).lines)
    assert all(1 <= clause.lines.start <= clause.lines.end <= lines for n in parsed.notices for clause in n.clauses)


@pytest.mark.parametrize("text", ["\n" * 1_000_000, "\f" * 100_000 + "一", "、" * 100_000, "。\n" * 100_000])
def test_no_document_is_one_clear_line(text: str) -> None:
    with pytest.raises(InputError, match="没有找到公文") as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_what_is_no_document_is_read_with_a_doubt() -> None:
    (only,) = parse("2023年" * 100_000).notices
    assert only.uncertain


def test_nul_bytes_are_refused() -> None:
    with pytest.raises(InputError, match="读不出文字"):
        decode("\0".join(body("好。")).encode(), "x.txt")


def notice(number: int, *lines: str) -> str:
    return f"某县关于第{number}项工作的通知\n某政发〔2023〕{number}号\n各乡镇：\n" + "\n".join(lines) + TAIL


def resolved(text: str) -> list[Notice]:
    parsed = parse(text)
    with bounded(600):
        return resolve(parsed.notices, dt.date(2024, 1, 1))


def test_notices_that_repeal_each_other() -> None:
    """A circle ends: each is repealed by the other, and by nobody twice."""
    found = resolved(
        notice(1, "某政发〔2023〕2号同时废止。")
        + notice(2, "某政发〔2023〕3号同时废止。")
        + notice(3, "某政发〔2023〕1号废止。")
    )
    assert [entry.status for entry in found] == [Status.REPEALED] * 3
    assert [entry.repealed_by and entry.repealed_by.doc_number for entry in found] == [
        f"某政发〔2023〕{number}号" for number in (3, 1, 2)
    ]


def test_a_notice_that_repeals_itself_stays() -> None:
    assert [entry.status for entry in resolved(notice(1, "某政发〔2023〕1号废止。"))] == [Status.IN_FORCE]


def test_a_term_that_ends_behind_the_calendar() -> None:
    """九九九九年 and one year: there is no such day (it was looked for without end)."""
    text = notice(1, "本办法自九九九九年九月九日起施行，有效期5年。")
    with bounded(600):
        assert own_term(parse(text).notices[0]).end is None
    leap = parse(notice(1, "本办法自2024年2月29日起施行，有效期1年。")).notices[0]
    assert own_term(leap).end == "2025-02-27"


def test_lost_text_is_warned_of() -> None:
    """A head row of the next page with nothing under it is the only thing that may go, and it is said."""
    parsed = parse(body("序号\t项目", *["1\t甲"] * 3))
    assert parsed.coverage == 1.0 and not parsed.warnings
    rows = [clause for clause in parsed.notices[0].clauses if clause.kind is ClauseKind.TABLE_ROW]
    assert len(rows) == 3


def test_ids_stay_unique_where_a_file_has_counted_up_itself() -> None:
    """The second notice of a number in one file, and another one of that number in the next file."""
    one, two, three = (notice(1, letters * 40) for letters in ("甲乙丙丁。", "子丑寅卯。", "天地玄黄。"))
    first, other = parse(one + two), three
    with bounded(600):
        found = collect([first, parse(other)])
    ids = [clause.clause_id for entry in found.notices for clause in entry.notice.clauses]
    assert len(found.notices) == 3
    assert len(ids) == len(set(ids))
