"""Fixtures shared by the tests: the real gazette, parsed once."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from corpus.model import ParsedFile
from corpus.parse import parse_file
from corpus.validity import resolve
from index.build import build
from index.model.folder import default_folder, is_made_model

# No test asserts on seconds, and a busy machine is not a bug.
settings.register_profile("gongbao", deadline=None)
settings.load_profile("gongbao")

ROOT = Path(__file__).resolve().parent.parent
GAZETTE = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
SHARED = ROOT.parent / "shared"
# Status depends on the day: tests look at the gazette as of this one, just after it came out.
TODAY = dt.date(2023, 7, 1)


@pytest.fixture(scope="session")
def gazette() -> ParsedFile:
    """The first gazette, its validity as of TODAY."""
    parsed = parse_file(GAZETTE)
    return replace(parsed, notices=tuple(resolve(parsed.notices, TODAY)))


@pytest.fixture(scope="session")
def others() -> dict[str, ParsedFile]:
    """The three files of other documents, by name; skipped where they are not at hand."""
    folder = SHARED / "gazettes"
    if not folder.is_dir():
        pytest.skip("the other documents are not here")
    return {path.stem: parse_file(path) for path in sorted(folder.glob("*.txt"))}


@pytest.fixture(scope="session")
def dense_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gazette with vectors. Those made before are kept beside the tests' other caches, so that only a
    checkout's first run embeds; the user's own index is never touched."""
    if not is_made_model(default_folder()):
        pytest.skip("the default model has not been made")
    kept = ROOT / ".cache" / "tests"
    kept.mkdir(parents=True, exist_ok=True)
    folder = tmp_path_factory.mktemp("dense")
    (folder / "cache").mkdir()
    for path in kept.glob("vectors-*.bin"):
        shutil.copy(path, folder / "cache")
    assert build([GAZETTE], folder).dense
    for path in (folder / "cache").glob("vectors-*.bin"):
        shutil.copy(path, kept)
    return folder
