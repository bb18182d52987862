"""The README's table and picture of growth are those of the measurements that are kept, and can be made again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.table import put_between_markers
from index.paths import ROOT
from tests.bench.growth_plot import PANELS, main, plot, table

MEASURED = ROOT / "tests" / "data" / "growth" / "growth.json"
README = ROOT / "README.md"


@pytest.fixture
def measured() -> dict:
    return json.loads(MEASURED.read_text("utf-8"))


def test_the_table_of_the_readme_is_what_was_measured(measured):
    text = README.read_text("utf-8")
    assert put_between_markers(text, "growth", table(measured["rows"], measured["processor"]), str(README)) == text
    sizes = [(row["engine"], row["clauses"]) for row in measured["rows"]]
    assert sizes == [("local", 10**4), ("local", 10**5), ("local", 10**6), ("local", 10**7), ("milvus", 10**5)]


def test_the_picture_of_the_readme_is_what_was_measured(measured):
    picture = MEASURED.with_suffix(".svg")
    assert picture.read_text("utf-8") == plot(measured["rows"])
    assert picture.stat().st_size < 200_000
    assert str(picture.relative_to(ROOT)) in README.read_text("utf-8")


def test_a_panel_shows_every_value_of_every_size_inside_it(measured):
    root = ElementTree.fromstring(plot(measured["rows"]))
    name = "{http://www.w3.org/2000/svg}"
    width, height = (float(size) for size in root.attrib["viewBox"].split()[2:])
    lines = root.findall(f".//{name}polyline")
    assert len(lines) == sum(len(panel.values) + 1 for panel in PANELS)
    local = [row for row in measured["rows"] if row["engine"] == "local"]
    beside = [sum(len(panel.values) + 1 for panel in PANELS[: at + 1]) - 1 for at in range(len(PANELS))]
    for number, line in enumerate(lines):
        points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        assert len(points) == (len(measured["rows"]) - len(local) if number in beside else len(local))
        assert all(0 < x < width and 0 < y < height for x, y in points)
        assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_more_is_drawn_higher(measured):
    """Ten times as much memory stands higher, and by as much whatever it is ten times of."""
    few, many, most = (json.loads(json.dumps(measured["rows"][0])) for _ in range(3))
    for at, row in enumerate((few, many, most)):
        row["clauses"] = 10 ** (4 + at)
        row["memory"] = {"own": 10 ** (1 + at), "mapped": 0}
        row["megabytes"] = 10
    lines = re.findall(r'points="([^"]+)"', plot([few, many, most]))
    heights = [float(point.split(",")[1]) for point in lines[sum(len(panel.values) for panel in PANELS[:2])].split()]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2)
    assert heights[0] > heights[1]


def test_the_command_writes_both(tmp_path: Path, measured):
    copied = tmp_path / "growth.json"
    copied.write_text(json.dumps(measured), "utf-8")
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- growth:begin -->\n<!-- growth:end -->\nb\n", "utf-8")
    assert main([str(copied), "--readme", str(readme)]) == 0
    assert (tmp_path / "growth.svg").read_text("utf-8") == plot(measured["rows"])
    assert " 1,000,000 |" in readme.read_text("utf-8")
