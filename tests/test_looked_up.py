"""An office's telephone or a document's number and nothing else: the data file's examples, and the gazette's names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import GAZETTE, TODAY

from corpus.phones import find_phones
from index.build import build
from index.opening import open_index
from retriever.ask import Asker
from retriever.looked_up import call, kinds, office_asked

EXAMPLES = [row for kind in kinds() for row in kind["examples"]]
COUNTER = [row for kind in kinds() for row in kind["counter"]]


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    index = tmp_path_factory.mktemp("calling") / "ix"
    build([GAZETTE], index, dense=False)
    return Asker.over(open_index(index, today=TODAY), dense=False)


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row["text"])
def test_every_example(row: dict[str, Any]) -> None:
    assert office_asked(row["text"]) == row["office"]
    assert office_asked(f"{row['text']}？") == row["office"]


@pytest.mark.parametrize("row", COUNTER, ids=lambda row: row["text"])
def test_every_counter_example(row: dict[str, Any], asker: Asker) -> None:
    assert call(asker.engine, asker.directory, row["text"]) is None


@pytest.mark.parametrize("form", ["{}电话", "请问{}的联系电话是多少？", "怎么联系{}"])
def test_each_office_with_a_number_is_found_by_all_its_names(form: str, asker: Asker) -> None:
    """Before, 人社局电话 was refused: the contact lines of three notices fit equally well, so that none was sure."""
    listed = [office for office in asker.directory.offices if office.phones]
    assert len(listed) > 10
    for office in listed:
        for name in office.names:
            result = asker.ask(form.format(name), mode="bm25")
            assert result.sure and result.answer is not None, name
            (shown,) = result.answer.offices
            newest = asker.directory.phones(office)[0]
            assert shown.phone == newest.phone and shown.phone in find_phones(result.answer.text)
            assert result.hits[0].entry.clause_id == result.answer.clause_id
            assert result.hits[0].entry.ordinal == newest.notice


def test_a_name_that_several_offices_bear_is_not_answered(tmp_path: Path) -> None:
    """教育局 of the county or of the city? The one named oftener was taken, and its number given as sure."""
    for name, phone in (("云山县", "0999-1234567"), ("云岭市", "0999-7654321")):
        text = (
            f"{name}教育局关于做好小学招生工作的通知\n{name[:2]}教〔2019〕3号\n各学校：\n一、按时报名。\n"
            f"{name}教育局\n2019年3月1日\n咨询单位：{name}教育局\n咨询电话：{phone}\n"
        )
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    build(sorted(tmp_path.glob("*.txt")), tmp_path / "ix", dense=False)
    both = Asker.over(open_index(tmp_path / "ix", today=TODAY), dense=False)
    for name in ("教育局", "市教育局"):  # which city's, where documents are of several places?
        assert call(both.engine, both.directory, f"{name}电话") is None
    for name, phone in (("云山县教育局", "0999-1234567"), ("云岭市教育局", "0999-7654321")):
        told = call(both.engine, both.directory, f"{name}电话")
        assert told is not None and told.answer is not None and told.answer.offices[0].phone == phone


def test_of_a_long_list_the_part_with_the_number_is_said(tmp_path: Path) -> None:
    """It began with the list's first office, and was cut before the one that was asked for. With another place's
    document beside, nobody knows whose 教育局 is meant."""
    schools = "，".join(f"第{number}小学：0999-55500{number:02d}（李老师）" for number in range(10, 30))
    text = (
        "云岭市教育局关于小学招生的通告\n云教〔2016〕2号\n各学校：\n一、按时报名。\n"
        f"二、招生咨询电话：{schools}，市教育局：0999-7654321（王老师），市特殊学校：0999-7654322。\n"
        "云岭市教育局\n2016年6月20日\n"
    )
    (tmp_path / "云岭.txt").write_text(text, "utf-8")
    build([tmp_path / "云岭.txt"], tmp_path / "ix", dense=False)
    alone = Asker.over(open_index(tmp_path / "ix", today=TODAY), dense=False)
    told = call(alone.engine, alone.directory, "教育局电话")
    assert told is not None and told.answer is not None
    assert told.answer.text == "市教育局：0999-7654321（王老师）" and told.answer.offices[0].phone == "0999-7654321"
    other = "云山县林业局关于防火的通知\n云林〔2019〕3号\n各乡镇：\n一、备足物资。\n云山县林业局\n2019年3月1日\n"
    (tmp_path / "云山.txt").write_text(other, "utf-8")
    build(sorted(tmp_path.glob("*.txt")), tmp_path / "ix", dense=False)
    beside = Asker.over(open_index(tmp_path / "ix", today=TODAY), dense=False)
    assert call(beside.engine, beside.directory, "教育局电话") is None


@pytest.mark.parametrize("name", ["柳林县人社局", "东城区人社局", "吕梁市妇联", "民政局", "医保局"])
def test_another_place_s_office_and_one_without_a_number_are_not_answered(name: str, asker: Asker) -> None:
    result = asker.ask(f"{name}电话", mode="bm25")
    assert result.answer is None or not any(office.phone for office in result.answer.offices)


def test_a_text_no_longer_in_force_gives_no_number(tmp_path: Path) -> None:
    """Its number may have been given to somebody else since."""
    text = (
        "云山县人民政府办公室关于做好春季防火工作的通知\n云政办发〔2019〕3号\n各乡镇人民政府：\n"
        "一、做好准备。各乡镇要备足物资。\n二、本通知自印发之日起施行，有效期至2021年3月1日。\n云山县人民政府办公室\n2019年3月1日\n"
        "咨询单位：云山县林业局\n咨询电话：0999-1234567\n"
    )
    (tmp_path / "云山.txt").write_text(text, "utf-8")
    build([tmp_path / "云山.txt"], tmp_path / "ix", dense=False)
    for day, answered in (("2020-01-01", True), ("2024-01-01", False)):
        asker = Asker.over(open_index(tmp_path / "ix", today=TODAY.fromisoformat(day)), dense=False)
        assert (call(asker.engine, asker.directory, "林业局电话") is not None) is answered


@pytest.mark.parametrize("typed", ["离政办发〔2023〕9号", "离政办发2023年9号", "離政辦發〔二〇二三〕第九號"])
def test_a_document_s_number_alone_means_its_title(typed: str, asker: Asker) -> None:
    """Before, the answer was any sentence of it: its preamble, or who signed it."""
    result = asker.ask(typed, mode="bm25")
    assert result.sure and result.answer is not None and result.answer.more == 0
    assert result.answer.text.startswith("吕梁市离石区人民政府办公室关于进一步做好根治拖欠农民工工资工作的通知")
    assert result.hits[0].entry.clause_id == result.answer.clause_id == "离政办发〔2023〕9号/题"


def test_a_number_that_several_have_lists_their_titles(asker: Asker) -> None:
    result = asker.ask("9号文", mode="bm25")
    assert result.sure and result.answer is not None and result.answer.more == 1
    assert {hit.entry.notice.doc_number for hit in result.hits[:2]} == {"离政办发〔2023〕9号", "离政办函〔2023〕9号"}


def test_a_number_no_longer_in_force_is_said_first(asker: Asker) -> None:
    result = asker.ask("离政函〔2023〕29号", mode="bm25")
    assert result.answer is not None and result.answer.text.startswith("吕梁市离石区人民政府关于")
    assert any("不是现行" in one.text for one in result.notes)


def test_what_is_asked_of_a_document_is_read(asker: Asker) -> None:
    for typed in ("离政办发〔2023〕9号第三部分", "离政办发〔2023〕9号谁负责督办"):
        result = asker.ask(typed, mode="bm25")
        assert result.answer is None or not result.answer.clause_id.endswith("/题")
