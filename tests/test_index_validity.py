"""What an index keeps of validity: status, wording and texts of a title as of the day it is opened."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from corpus.model import Status
from corpus.place import bare_label
from index.build import build
from index.opening import open_index
from tests.test_consolidated import TEXT, TITLE
from tests.validity_cases import notice


def test_an_index_reads_as_of_the_day_it_is_opened(tmp_path: Path) -> None:
    """Built once: before its day an amendment isn't made, from its day on it is, in text and status."""
    folder = tmp_path / "in"
    folder.mkdir()
    decision = notice(
        f"云岭市人民政府关于修改《{TITLE}》的决定", "云政发〔2020〕4号", "2020年1月1日",
        "一、将第二条中的“五元”修改为“八元”。", "二、删去第三条。", "本决定自2020年3月1日起施行。",
    )  # fmt: skip
    (folder / "a.txt").write_text(decision, "utf-8")
    (folder / "b.txt").write_text(TEXT, "utf-8")
    build([folder], tmp_path / "ix", dense=False)

    def read(day: dt.date) -> tuple[Status, list[str], list[str | None]]:
        engine = open_index(tmp_path / "ix", today=day)
        (ordinal,) = [at for at, source in enumerate(engine.notices) if source.notice.title == TITLE]
        clauses = [entry.clause for entry in engine.notice(ordinal)]
        found = [clause for clause in clauses if bare_label(clause.place.last.label) in ("第二条", "第三条")]
        return engine.notices[ordinal].notice.status, [one.text for one in found], [one.printed for one in found]

    before, after = read(dt.date(2020, 2, 29)), read(dt.date(2020, 3, 1))
    assert before[0] is Status.IN_FORCE and after[0] is Status.AMENDED
    assert before[1] == ["第二条停车收费每小时五元，最高每日二十元。", "第三条夜间停车减半。\n夜间指二十二时以后。"]
    assert after[1] == ["第二条停车收费每小时八元，最高每日二十元。", "第三条（已删去）"]
    assert before[2] == after[2] == before[1]  # what is printed stays
