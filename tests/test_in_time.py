"""Which text answers on which day: repealed, expired, replaced and coming ones, by default and as of a day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import build
from index.opening import open_index
from retriever.__main__ import main
from retriever.ask import Asker
from retriever.check import check
from retriever.console import show
from retriever.model import Filters, SearchResult
from retriever.notes import NoteKind
from tests.test_page_validity import AMENDED, PARTLY, opened

TODAY = dt.date(2026, 11, 28)
OLD, NEW = "云政发〔2018〕5号", "云政发〔2020〕2号"
TEXTS = {
    "old": f"""云岭市人民政府关于停车收费的通知
{OLD}

各县（区）人民政府：
一、停车收费每小时五元，由市发展改革部门制定。
二、学校门前不设停车位。

云岭市人民政府
2018年1月1日
""",
    "new": f"""云岭市人民政府关于调整停车收费标准的通知
{NEW}

各县（区）人民政府：
一、停车收费每小时八元，由市发展改革部门制定。
二、夜间停车每次两元。
三、本通知自2020年3月1日起施行。《云岭市人民政府关于停车收费的通知》（{OLD}）同时废止。

云岭市人民政府
2020年2月1日
""",
    "term": """云岭市人民政府关于印发屠宰补贴办法的通知
云政发〔2016〕9号

各县（区）人民政府：
一、屠宰生猪每头补贴三十元，由市农业农村部门核定。
二、本办法自2016年1月1日起施行，有效期至2017年12月31日。

云岭市人民政府
2015年12月20日
""",
    "rules2010": """云岭市养犬管理条例

2010年1月1日云岭市人民代表大会常务委员会通过

第一条　为了规范养犬，制定本条例。
第二条　养犬登记每只每年收费五十元。
第三条　本条例自2010年3月1日起施行。
""",
    "rules2024": """云岭市养犬管理条例

2024年1月1日云岭市人民代表大会常务委员会通过

第一条　为了规范养犬，制定本条例。
第二条　养犬登记每只每年收费一百元。
第三条　本条例自2024年3月1日起施行。
""",
    "coming": """云岭市人民政府关于路灯节能的通知
云政发〔2026〕7号

各县（区）人民政府：
一、路灯每晚十一点后减半照明，由市城市管理部门负责。
二、本通知自2027年1月1日起施行。

云岭市人民政府
2026年11月1日
""",
}

Opened = Callable[..., Asker]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("in_time")
    for name, text in TEXTS.items():
        (made / f"{name}.txt").write_text(text, "utf-8")
    build([made / f"{name}.txt" for name in TEXTS], made / "ix", dense=False)
    return made


@pytest.fixture(scope="module")
def asker(folder: Path) -> Asker:
    return Asker.over(open_index(folder / "ix", today=TODAY), dense=False)


def kinds(result: SearchResult) -> list[NoteKind]:
    return [note.kind for note in result.notes]


def said(result: SearchResult) -> str:
    assert result.answer is not None, result.notes
    return result.answer.text


def test_of_a_repealed_and_a_new_text_the_new_one_answers(asker: Asker) -> None:
    result = asker.ask("停车收费每小时多少元", mode="bm25")
    assert "八元" in said(result) and result.hits[0].doc_number == NEW
    assert [hit.status for hit in result.hits if "五元" in hit.text] == ["repealed"]
    assert [hit.rank for hit in result.hits] == list(range(1, len(result.hits) + 1))
    assert [hit.score for hit in result.hits] == sorted((hit.score for hit in result.hits), reverse=True)


def test_what_only_a_repealed_text_says_is_not_the_answer(asker: Asker) -> None:
    result = asker.ask("学校门前可以停车吗", mode="bm25")
    assert result.answer is None or "学校" not in result.answer.text


def test_a_text_that_ended_by_its_own_term_answers_with_its_warning_where_nothing_else_does(asker: Asker) -> None:
    result = asker.ask("屠宰生猪每头补贴多少元", mode="bm25")
    assert "三十元" in said(result) and kinds(result)[0] is NoteKind.NOT_IN_FORCE
    assert "有效到2017年12月31日" in str(result.note)
    assert "有效到2017年12月31日" in show(result).split("\n")[0]


def test_what_only_a_repealed_text_says_can_be_asked_as_of_the_day_before_its_repeal(asker: Asker) -> None:
    question = "学校门前可以停车吗"
    result = asker.ask(question, mode="bm25")
    (ended,) = (note for note in result.notes if note.kind is NoteKind.ONLY_ENDED)
    assert not result.answered and "已废止，2020年3月1日起" in ended.text
    assert result.to_json()["notes"][0]["day"] == ended.day == "2020-02-29"
    assert "--on 2020-02-29" in show(result)
    then = asker.ask(question, mode="bm25", filters=Filters(on=ended.day))
    assert "学校门前" in said(then) and kinds(then) == [NoteKind.ON_DAY]


def test_of_two_questions_each_says_first_that_its_text_is_not_in_force(asker: Asker) -> None:
    """The second one's answer came without a word on it."""
    result = asker.ask("停车收费每小时多少元？屠宰生猪每头补贴多少元？", mode="bm25")
    (second,) = result.parts
    assert kinds(second) == [NoteKind.NOT_IN_FORCE] and "三十元" in said(second)
    shown = show(result)
    assert shown.index("又问") < shown.index("有效到2017年12月31日") < shown.index("答：屠宰生猪")


@pytest.mark.parametrize(
    "question", [f"{OLD}规定停车收费每小时多少元", "《云岭市人民政府关于停车收费的通知》里停车收费每小时多少元",
                 "云岭市人民政府关于停车收费的通知里停车收费每小时多少元"],
)  # fmt: skip
def test_asked_for_by_number_or_name_it_answers_and_says_so_first(asker: Asker, question: str) -> None:
    result = asker.ask(question, mode="bm25")
    assert "五元" in said(result) and kinds(result)[0] is NoteKind.NOT_IN_FORCE
    assert "已废止，2020年3月1日起，见云政发〔2020〕2号" in str(result.note)
    lines = show(result).split("\n")
    assert "已废止" in lines[0] and lines[1].startswith("答：")
    data = json.dumps(result.to_json(), ensure_ascii=False)
    assert data.index("已废止") < data.index("每小时五元")


def test_a_text_of_another_version_answers_only_by_day(asker: Asker) -> None:
    question = "养犬登记每只每年收费多少元"
    assert "一百元" in said(asker.ask(question, mode="bm25"))
    assert "五十元" in said(asker.ask(question, mode="bm25", filters=Filters(on="2012-05-01")))
    assert "一百元" in said(asker.ask(question, mode="bm25", filters=Filters(on="2024-03-01")))


def test_an_article_cited_by_title_is_that_of_the_newest_text_whichever_file_comes_first(asker: Asker) -> None:
    """The citation of each text, pasted, finds that text; in --check a title is its text in force."""
    result = asker.ask("《云岭市养犬管理条例》第二条", mode="bm25")
    assert "一百元" in said(result) and NoteKind.NOT_IN_FORCE not in kinds(result)
    for day, fee, warned in (("2024年1月1日", "一百元", False), ("2010年1月1日", "五十元", True)):
        words = f"《云岭市养犬管理条例》第二条（{day}文本）"
        found = asker.ask(words, mode="bm25")
        assert fee in said(found) and found.hits[0].citation == words
        assert (NoteKind.NOT_IN_FORCE in kinds(found)) is warned
    (checked,) = check("见《云岭市养犬管理条例》第二条。", asker.engine, asker.resolver)
    assert checked.right


def test_as_of_a_day_status_and_answer_are_those_of_the_day(asker: Asker) -> None:
    result = asker.ask("停车收费每小时多少元", mode="bm25", filters=Filters(on="2019-06-01"))
    assert "五元" in said(result) and result.hits[0].status == "in_force"
    assert kinds(result) == [NoteKind.ON_DAY] and "2019年6月1日" in str(result.note)
    assert all("八元" not in hit.text for hit in result.hits)  # it wasn't there
    between = asker.ask("停车收费每小时多少元", mode="bm25", filters=Filters(on="2020-02-15"))
    assert "五元" in said(between)
    assert [hit.status for hit in between.hits if "八元" in hit.text] == ["upcoming"]


def test_a_day_leaves_the_asker_as_it_was(asker: Asker) -> None:
    before = asker.ask("停车收费每小时多少元", mode="bm25").to_json()
    asker.ask("停车收费每小时多少元", mode="bm25", filters=Filters(on="2019-06-01"))
    after = asker.ask("停车收费每小时多少元", mode="bm25").to_json()
    assert {**before, "ms": None} == {**after, "ms": None}
    assert asker.on(dt.date(2019, 6, 1)) is asker.on(dt.date(2019, 6, 1))


def test_a_text_from_a_day_to_come_is_no_answer_yet(asker: Asker) -> None:
    result = asker.ask("路灯每晚十一点后减半照明由哪个部门负责", mode="bm25")
    assert not result.answered and "尚未施行，2027年1月1日起施行" in str(result.note)
    later = asker.ask("路灯每晚十一点后减半照明由哪个部门负责", mode="bm25", filters=Filters(on="2027-01-01"))
    assert "城市管理部门" in said(later) and later.hits[0].status == "in_force"


@pytest.mark.parametrize(
    ("question", "words", "note"),
    [
        (f"{OLD}现在还有效吗", "同时废止", "已废止，2020年3月1日起"),
        (f"{NEW}现在还有效吗", "自2020年3月1日起施行", "现行"),
        ("《云岭市人民政府关于停车收费的通知》是什么时候废止的", "同时废止", "已废止，2020年3月1日起"),
        ("屠宰补贴办法什么时候到期", "有效期至2017年12月31日", "已过期"),
        ("云政发〔2016〕9号有效期到什么时候", "有效期至2017年12月31日", "已过期"),
        (f"{OLD}后来被哪个文件代替", "调整停车收费标准", "见云政发〔2020〕2号"),
        (f"{NEW}从什么时候开始施行", "自2020年3月1日起施行", "现行"),
        ("2010年的养犬管理条例什么时候开始施行", "自2010年3月1日起施行", "已有新文本"),
        ("云岭市养犬管理条例什么时候开始施行", "自2024年3月1日起施行", "现行"),
        (f"{NEW}废止了哪些文件", "同时废止", "停车收费的通知"),
        ("哪些文件已经废止", "同时废止", f"收录了 1 篇：《云岭市人民政府关于停车收费的通知》（{OLD}）"),
        ("哪些文件已经过期", "有效期至2017年12月31日", "云政发〔2016〕9号"),
        ("云岭市政府废止了哪些文件", "同时废止", "收录了 1 篇"),
        ("失效的云岭市文件有哪些", "同时废止", "收录了 2 篇"),
        ("养犬管理条例2010版被哪个文件代替了", "2024年1月1日", "已有新文本"),
    ],
)  # fmt: skip
def test_a_time_is_told_by_the_clause_that_says_so(asker: Asker, question: str, words: str, note: str) -> None:
    result = asker.ask(question, mode="bm25")
    assert words in said(result) and note in str(result.note)
    answer = result.answer
    assert answer is not None and answer.entry is not None and answer.text in answer.entry.text
    assert len(answer.text) <= 160 and answer.entry.role.value != "signature"
    assert (
        any(hit.clause_id == answer.clause_id or words in hit.text for hit in result.hits[:2]) or words in answer.text
    )


def test_what_is_not_repealed_is_said_and_nothing_is_guessed(asker: Asker) -> None:
    result = asker.ask(f"{NEW}是什么时候废止的", mode="bm25")
    assert not result.answered and "现行；收录的公文里没有废止或代替它的文件" in str(result.note)
    assert result.hits[0].doc_number == NEW


def test_as_of_a_day_before_its_repeal_a_text_holds(asker: Asker) -> None:
    result = asker.ask(f"{OLD}现在还有效吗", mode="bm25", filters=Filters(on="2019-06-01"))
    assert result.answered and "现行" in str(result.note) and "已废止" not in str(result.note)


def test_a_year_chooses_the_text_in_force_then(asker: Asker) -> None:
    result = asker.ask("2012年的养犬登记收费标准是多少", mode="bm25")
    assert "五十元" in said(result) and kinds(result)[0] is NoteKind.NOT_IN_FORCE
    assert "一百元" in said(asker.ask("2025年的养犬登记标准是每只每年收费多少元", mode="bm25"))


def test_a_year_without_a_text_is_said_to_be_missing(asker: Asker) -> None:
    result = asker.ask("2005年的养犬登记收费标准是多少", mode="bm25")
    assert not result.answered and NoteKind.NOT_OF_YEAR in kinds(result)
    assert "没有收录2005年时有效、写明这一点的文本，收录的《云岭市养犬管理条例》是20" in str(result.note)


@pytest.mark.parametrize("day", ["2019-13-01", "昨天", "2019/06/01", "2019-W01-1"])
def test_a_bad_day_is_one_clear_line(folder: Path, capsys: pytest.CaptureFixture[str], day: str) -> None:
    assert main(["停车收费", "--index", str(folder / "ix"), "--mode", "bm25", "--on", day]) == 2
    err = capsys.readouterr().err.strip()
    assert err.startswith("--on：") and day in err and "请写成 2023-05-15 的样子" in err and "\n" not in err


def test_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["停车收费每小时多少元", "--index", str(folder / "ix"), "--mode", "bm25", "--on", "2019-06-01"]
    assert main(asked) == 0
    lines = capsys.readouterr().out.split("\n")
    assert lines[0] == "按2019年6月1日的情况回答" and "五元" in lines[1]


def test_of_two_texts_of_a_title_one_without_a_day_the_dated_one_answers(tmp_path: Path) -> None:
    """Nobody knows whether the other one is newer: it stands below, with its doubt."""
    dated = TEXTS["rules2010"].replace("养犬", "养猫")
    undated = """云岭市养猫管理条例

第一条　市城市管理部门负责登记，乡镇人民政府和街道办事处协助，居民委员会可以制定公约。
第二条　养猫登记每只每年收费九十元，免费接种疫苗，老年人减半收费，登记满三年的不再收费。
"""
    (tmp_path / "a.txt").write_text(undated, "utf-8")
    (tmp_path / "b.txt").write_text(dated, "utf-8")
    build([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "ix", dense=False)
    found = Asker.over(open_index(tmp_path / "ix", today=TODAY), dense=False)
    result = found.ask("养猫登记每只每年收费多少元", mode="bm25")
    assert "五十元" in said(result) and NoteKind.NOT_IN_FORCE not in kinds(result)
    below = next(hit for hit in result.hits if "九十元" in hit.text)
    assert below.rank > 1 and any("不能确定新旧" in doubt.reason for doubt in below.uncertain)


def test_a_batch_is_answered_as_of_a_day(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line as the single question is; `--on` without a text of that day, and a question that can't be asked, are
    lines like any other."""
    questions = ["停车收费每小时多少元", "养犬登记每只每年收费多少元", "", "《云岭市养犬管理条例》现在还有效吗"]
    lines = [json.dumps({"id": str(at), "question": one}, ensure_ascii=False) for at, one in enumerate(questions)]
    (folder / "batch.jsonl").write_text("\n".join(lines), "utf-8")
    to_index = ["--index", str(folder / "ix"), "--mode", "bm25", "--on", "2019-06-01"]
    assert main(["--batch", str(folder / "batch.jsonl"), *to_index]) == 0
    out = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["id"] for one in out] == ["0", "1", "2", "3"]
    assert [one["answered"] for one in out] == [True, True, False, True]
    assert (
        "五元" in out[0]["answer"]["text"] and "五十元" in out[1]["answer"]["text"] and "问题是空的" in out[2]["note"]
    )
    told = [note["kind"] for one in out for note in one["notes"]]
    assert told.count("on_day") == 3 and "not_in_force" not in told
    statuses = {hit["doc_number"]: hit["status"] for hit in out[0]["hits"]}
    assert statuses[OLD] == "in_force" and NEW not in statuses
    for at in (0, 1, 3):
        assert main([questions[at], "--json", *to_index]) == 0
        alone = json.loads(capsys.readouterr().out)
        assert (alone["answer"], alone["hits"], alone["note"]) == (out[at]["answer"], out[at]["hits"], out[at]["note"])


def test_days_cost_no_more_than_the_notices_that_change(asker: Asker) -> None:
    """What days don't change is shared: clauses are read once for all days."""
    rows = range(asker.engine.info.clauses)
    today, then = asker.engine.clauses(rows), asker.on(dt.date(2019, 6, 1)).engine.clauses(rows)
    same = [one is other for one, other in zip(today, then, strict=True)]
    changed = {one.notice.notice_id for one, kept in zip(today, same, strict=True) if not kept}
    assert OLD in changed and "云政发〔2016〕9号" not in changed


def test_an_amended_clause_reads_as_on_the_day_or_in_the_year(tmp_path: Path) -> None:
    amended = opened(tmp_path, AMENDED).asker
    question = "停车收费每小时多少元"
    assert "八元" in amended.ask(question, mode="bm25").hits[0].text
    then = amended.ask(question, mode="bm25", filters=Filters(on="2019-06-01")).hits[0]
    assert "五元" in then.text and then.status == "in_force"
    of_year = amended.ask("2019年当时停车收费每小时多少元", mode="bm25")
    assert "五元" in said(of_year) and kinds(of_year)[0] is NoteKind.EARLIER_WORDING  # no word of it before
    told = amended.ask("云政发〔2018〕5号什么时候修改的", mode="bm25")
    assert "修改为“每小时八元”" in said(told) and "现行（有修改），2020年1月1日起" in str(told.note)


def test_what_was_deleted_since_answers_for_its_year(tmp_path: Path) -> None:
    """It was never among the hits: they were searched for as of today."""
    result = opened(tmp_path, PARTLY).asker.ask("2019年当时学校门前可以停车吗", mode="bm25")
    assert "三、学校门前不设停车位。" in [hit.text for hit in result.hits]
