"""Indexes, servers and browsers for the tests of the page, each made once a session.

Used as a plugin (`pytest_plugins = ["page_fixtures"]`). What a machine lacks (Chromium, axe-core, nginx)
makes its tests skip with one line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_support import CHROMIUM, FLAGS, HOSTILE, SECRET, Server, await_text, serving

from index.build import build
from index.paths import DEFAULT_INDEX, DEFAULT_INPUT
from retriever.ask import Asker
from retriever.page.collection import Collection


@pytest.fixture(scope="session")
def words_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gazette of the repository, keywords only."""
    folder = tmp_path_factory.mktemp("索引") / "gazette"
    build([DEFAULT_INPUT], folder, dense=False)
    return folder


@pytest.fixture(scope="session")
def hostile_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notice full of markup, formulas and orders."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "恶意.txt").write_text(HOSTILE, "utf-8")
    build([folder / "恶意.txt"], folder / "index", dense=False)
    return folder / "index"


@pytest.fixture(scope="session")
def full_index(words_index: Path) -> Path:
    """The index with vectors where `make run` has built it, else the one without."""
    return DEFAULT_INDEX if (DEFAULT_INDEX / "manifest.json").exists() else words_index


@pytest.fixture(scope="session")
def collection(words_index: Path) -> Collection:
    return Collection.of(Asker.open(words_index, dense=False), ready=("示例",))


@pytest.fixture(scope="session")
def hostile(hostile_index: Path) -> Collection:
    return Collection.of(Asker.open(hostile_index, dense=False), ready=())


@pytest.fixture(scope="session")
def server(words_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page on the gazette, with feedback on."""
    feedback = tmp_path_factory.mktemp("feedback") / "feedback.jsonl"
    with serving(words_index, "--feedback", str(feedback)) as running:
        await_text(running.url, "可以这样问")
        yield running


@pytest.fixture(scope="module")
def target(words_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page with all that it can be started with, for requests that mean no good: at the end it still
    answers, and what it wrote holds no fault and no question."""
    feedback = tmp_path_factory.mktemp("feedback") / "feedback.jsonl"
    with serving(words_index, "--feedback", str(feedback), "--mcp", "--allow-host", "GB.example.cn.") as running:
        await_text(running.url, "可以这样问")
        yield running
        await_text(running.url, "可以这样问")
        assert not [line for line in running.lines if "Traceback" in line or "程序出错" in line or SECRET in line]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
    if CHROMIUM is None:
        pytest.skip("no chromium")
    with playwright.sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's source, from npm: where AXE_CORE says, or below node_modules."""
    places = [os.environ.get("AXE_CORE", ""), "node_modules/axe-core/axe.min.js"]
    found = next((Path(place) for place in places if place and Path(place).exists()), None)
    if found is None:
        pytest.skip("no axe-core")
    return found.read_text("utf-8")
