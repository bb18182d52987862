"""The offices of a corpus, gathered when the index is built: names, duties, and phones with their notices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.model import CorpusNotice, Notice
from corpus.parse import parse_source
from corpus.reading import read_text
from index.build import build
from index.engine import Engine
from index.local.manifest import OFFICES
from index.local.store import LocalEngine
from index.local.writer import write_offices
from index.office_list import OfficeEntry, OfficePhone, gather, place_of
from tests.index_cases import GAZETTE

TOWN = """某某县人民政府关于校车安全的通知
某政发〔2024〕{number}号

各乡镇人民政府，县直各有关单位：

为做好校车安全工作，现将有关事项通知如下：

一、安全检查。检查校车，责任单位：{lead}；配合单位：县公安局。

联系单位：{lead}
联系电话：0358-{phone}

某某县人民政府
2024年1月2日
"""


def town(folder: Path, number: int, lead: str, phone: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{number}.txt"
    path.write_text(TOWN.format(number=number, lead=lead, phone=phone), "utf-8")
    return path


@pytest.fixture(scope="module")
def notices() -> tuple[Notice, ...]:
    return parse_source(read_text(GAZETTE)).notices


@pytest.fixture(scope="module")
def entries(notices) -> list[OfficeEntry]:
    return gather(notices)


def written(folder: Path, notices: tuple[Notice, ...]) -> list[OfficeEntry]:
    write_offices(folder, [CorpusNotice(notice, ("a.txt",)) for notice in notices])
    return [OfficeEntry.from_json(json.loads(line)) for line in (folder / OFFICES).read_text("utf-8").splitlines()]


def test_what_is_written_is_what_was_gathered(notices, entries, tmp_path):
    assert written(tmp_path, notices) == entries


def test_a_corpus_without_offices(tmp_path):
    assert written(tmp_path, ()) == []


def test_every_clause_named_is_there(notices, entries):
    known = {clause.clause_id for notice in notices for clause in notice.clauses}
    named = [clause_id for entry in entries for ids in entry.roles.values() for clause_id in ids]
    assert len(named) > 100 and set(named) <= known
    for entry in entries:
        for ids in entry.roles.values():
            assert len(ids) == len(set(ids))


def test_every_phone_is_stated_by_its_notice(notices, entries):
    phones = [(entry, *phone) for entry in entries for phone in entry.phones]
    assert len(phones) > 15
    for entry, phone, ordinal in phones:
        stated = [one.unit or notices[ordinal].unit for one in notices[ordinal].phones if one.phone == phone]
        assert any(unit in entry.names for unit in stated)


def test_names_of_one_office_are_one_entry(notices, entries):
    (found,) = [entry for entry in entries if entry.key == place_of("区人社局")]
    assert place_of("吕梁市离石区人力资源和社会保障局") == found.key
    first = found.phones[0]
    assert (first.phone, notices[first.notice].doc_number) == ("0358-8222401", "离政发〔2023〕3号")
    assert place_of("市人社局") not in {entry.key for entry in entries}  # another level's office is another office


def test_a_build_keeps_the_offices_of_today(tmp_path):
    """New, changed and removed files: the offices are those of the files that are there."""
    inputs, index = tmp_path / "in", tmp_path / "ix"

    def offices() -> tuple[Engine, dict[str, OfficeEntry]]:
        build([inputs], index, dense=False)
        engine = LocalEngine.open(index)
        return engine, {entry.key: entry for entry in engine.offices}

    def stated(engine: Engine, entry: OfficeEntry) -> tuple[str, str | None]:
        phone = entry.phones[0]
        return phone.phone, engine.notices[phone.notice].notice.doc_number

    town(inputs, 1, "县教育局", "1111111")
    gone = town(inputs, 2, "县交通局", "2222222")
    engine, found = offices()
    assert stated(engine, found[place_of("县教育局")]) == ("0358-1111111", "某政发〔2024〕1号")
    assert stated(engine, found[place_of("县交通局")]) == ("0358-2222222", "某政发〔2024〕2号")
    assert len(found[place_of("县公安局")].roles["assist"]) == 2

    gone.unlink()
    town(inputs, 1, "县教育局", "3333333")
    engine, found = offices()
    assert found[place_of("县教育局")].phones == [OfficePhone("0358-3333333", 0)]
    assert place_of("县交通局") not in found
    assert len(found[place_of("县公安局")].roles["assist"]) == 1
