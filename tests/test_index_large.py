"""What an index of many notices reads when it is opened, and when it is asked: no more than is needed."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.model import Notice
from index.build import build
from index.local import notices as module
from index.local.manifest import IndexCorrupt, read_manifest, write_manifest
from index.local.store import LocalEngine
from retriever.ask import Asker
from retriever.families import Families
from tests.index_cases import NOTICES, content, write_notices


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("large")
    build([write_notices(place / "in")], place / "ix", dense=False)
    return place / "ix"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The notices that are parsed from now on; an index of any size counts as a large one."""
    monkeypatch.setattr(module, "FEW", 0)
    found: list[str] = []
    read = Notice.from_json

    def reading(data: dict[str, object]) -> Notice:
        notice = read(data)
        found.append(notice.notice_id)
        return notice

    monkeypatch.setattr(module.Notice, "from_json", reading)
    return found


def test_opening_parses_no_notice_and_a_question_those_it_finds(index: Path, parsed: list[str]) -> None:
    asker = Asker(LocalEngine.open(index), None)
    assert parsed == []
    asker.ask("印章", k=1)
    assert 0 < len(parsed) == len(set(parsed)) < len(NOTICES)
    asker.ask("《关于停止使用印章的通知》")  # a title is looked for among all
    assert sorted(parsed) == sorted({source.notice.notice_id for source in asker.engine.notices})


def test_only_texts_of_a_title_that_is_asked_for_are_read(index: Path, parsed: list[str]) -> None:
    """An index of 3,476 laws read all of them to say which of them have several texts."""
    engine = LocalEngine.open(index)
    families = Families(engine)
    assert families.of(0) == (0,) and len(parsed) == 1
    assert list(engine.families) == [None] * len(NOTICES) and len(parsed) == 1
    assert engine.families == [source.notice.family for source in engine.notices]


def test_a_family_is_found_in_a_notice_s_line(index: Path) -> None:
    """Not in a title that looks like one, and in every writing that JSON has."""
    notice = replace(LocalEngine.open(index).notices[0].notice, title='说明"family": null')
    names = [None, "云岭市供水条例", '带"引号"和\\反斜线\\']
    lines = [
        {"notice": replace(notice, family=name).to_json(), "files": [], "bulletin": None}
        for at, name in enumerate(names)
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=at == 1) for at, line in enumerate(lines))
    assert list(module.Notices(text.encode(), dt.date(2024, 1, 1)).families) == names


def test_what_is_read_late_is_what_is_read_at_once(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = LocalEngine.open(index)
    monkeypatch.setattr(module, "FEW", 0)
    late = LocalEngine.open(index)
    assert late.notices[-1] == at_once.notices[-1] and late.notices[1:3] == at_once.notices[1:3]
    assert content(late) == content(at_once)
    with pytest.raises(IndexError):
        late.notices[len(NOTICES)]
    with ThreadPoolExecutor(8) as pool:
        again = LocalEngine.open(index)
        for read in pool.map(lambda _: list(again.notices), range(32)):
            assert read == list(at_once.notices)


def test_a_bad_notice_of_a_small_index_is_found_when_it_is_opened(index: Path, tmp_path: Path) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        module.Notices(b'{"notice": {}}\n', dt.date(2026, 11, 28))
    assert issubclass(IndexCorrupt, Exception)


def test_the_days_of_change_stand_in_the_manifest(tmp_path: Path) -> None:
    """An index of an earlier program has them not: then they are read from its notices."""
    folder = tmp_path / "in"
    folder.mkdir()
    text = (Path(__file__).parent / "data" / "reduced" / "B8.txt").read_text("utf-8")
    (folder / "a.txt").write_text(text, "utf-8")
    build([folder], tmp_path / "ix", dense=False)
    manifest = read_manifest(tmp_path / "ix")
    assert manifest.settings["changes"][-1] == "2099-01-01"
    first = LocalEngine.open(tmp_path / "ix")
    write_manifest(tmp_path / "ix", replace(manifest, settings={**manifest.settings, "changes": None}))
    assert first.expires == LocalEngine.open(tmp_path / "ix").expires == "2099-01-01"
