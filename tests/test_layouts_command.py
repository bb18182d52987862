"""`python -m eval layouts`: measuring, comparing, showing, and the floor that only rises."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.layouts.case import layouts
from eval.layouts.floor import Floor, FloorError, Level, raised
from eval.layouts.render import render


def run(*arguments: str | Path) -> int:
    return main(["layouts", *map(str, arguments)])


def test_json_has_scores_features_and_a_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--seed", "5", "--count", "4", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in data["files"]] == ["5", "6", "7", "8"]
    assert data["totals"]["all"]["files"] == 4 and data["totals"].keys() > {"all", "txt", "html"}
    for values in data["features"].values():
        assert sum(row["files"] for row in values.values()) <= 4
    counts = data["features"]["公文篇数"]
    assert sum(row["perfect"] for row in counts.values()) == data["totals"]["all"]["perfect"]
    assert run("--seed", "5", "--count", "4", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert again == data


def test_two_runs_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, count in (("a", "2"), ("b", "2"), ("c", "3")):
        assert run("--count", count, "--form", "txt", "--out", tmp_path / folder) == 0
    assert "全部还原的版式：" in capsys.readouterr().out
    assert run("--compare", tmp_path / "a", tmp_path / "b") == 0
    same = capsys.readouterr().out
    assert "各项合计都没有变化" in same and "不相同" not in same
    assert run("--compare", tmp_path / "a", tmp_path / "c") == 0
    assert "两次测的文件不相同" in capsys.readouterr().out
    assert run("--compare", tmp_path / "a", tmp_path / "c", "--json") == 0
    assert json.loads(capsys.readouterr().out)["same_files"] is False


@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_seed_is_written_and_what_differs_is_told(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--show", "2", "--form", form, "--out", tmp_path) == 0
    assert (tmp_path / f"2.{form}").read_bytes() == render(layouts(2), form, "2").data
    out = capsys.readouterr().out
    assert out.startswith("版式：") and f"{form:<5}2" in out


def test_wrong_use_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--compare", tmp_path / "none", tmp_path) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    (tmp_path / "file").write_text("x")
    assert run("--show", "1", "--form", "txt", "--out", tmp_path / "file") == 2
    assert "写不了文件" in capsys.readouterr().err
    for wrong in (["--count", "0"], ["--seed", "-1"], ["--show", "x"], ["--form", "doc"]):
        with pytest.raises(SystemExit) as leaving:
            run(*wrong)
        assert leaving.value.code == 2


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "reportlab.pdfbase", None)
    monkeypatch.setitem(sys.modules, "reportlab.pdfbase.pdfmetrics", None)
    assert run("--count", "1", "--form", "pdf") == 2
    assert "缺少 reportlab" in capsys.readouterr().err


def test_the_floor_rises_and_never_sinks_for_the_same_files() -> None:
    old = Floor("one", {"txt": Level(files=60, whole=10, documents=100, misplaced=5)})

    def with_level(**values: int) -> Floor:
        return replace(old, levels={"txt": replace(old.levels["txt"], **values)})

    for better in (with_level(whole=11), with_level(misplaced=4), with_level(documents=120, misplaced=6), old):
        assert raised(old, better) == better
    for worse in (with_level(whole=9), with_level(misplaced=6), with_level(documents=80)):
        with pytest.raises(FloorError, match="txt"):
            raised(old, worse)
        other_files = replace(worse, digest="two")
        assert raised(old, other_files) == other_files and raised(None, worse) == worse
