"""The lock files hold what pyproject.toml asks for, each package once, with the hashes of its files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / ".requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    "run": PROJECT["dependencies"],
    "documents": PROJECT["dependencies"] + EXTRAS["documents"],
    "test": PROJECT["dependencies"] + [wanted for extra in EXTRAS.values() for wanted in extra],
}


def entries(name: str) -> dict[str, list[tuple[str, int]]]:
    """Package → (version, number of hashes) of each of its entries: a package may have one a Python version."""
    found: dict[str, list[tuple[str, int]]] = {}
    for entry in re.split(r"\n(?=[a-zA-Z])", (LOCKS / f"{name}.txt").read_text("utf-8")):
        if match := re.match(r"([\w.-]+)==([^\s;]+)", entry):
            hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}(?= |\n|$)", entry))
            found.setdefault(canonicalize_name(match[1]), []).append((match[2], hashes))
    return found


@pytest.mark.parametrize("name", WANTED)
def test_lock_holds_every_wanted_package_in_its_range(name: str) -> None:
    locked = entries(name)
    for text in WANTED[name]:
        wanted = Requirement(text)
        assert canonicalize_name(wanted.name) in locked, text
        for version, _ in locked[canonicalize_name(wanted.name)]:
            assert wanted.specifier.contains(version), text


@pytest.mark.parametrize("name", [*WANTED, "cuda", "torch", "build"])
def test_every_entry_has_hashes(name: str) -> None:
    locked = entries(name)
    assert locked
    assert [package for package, found in locked.items() for _, hashes in found if not hashes] == []


@pytest.mark.parametrize("name", [*WANTED, "cuda", "torch", "build"])
def test_making_the_locks_again_adds_no_hash_twice(name: str) -> None:
    for entry in re.split(r"\n(?=[a-zA-Z])", (LOCKS / f"{name}.txt").read_text("utf-8")):
        hashes = re.findall(r"--hash=(\S+)", entry)
        assert len(hashes) == len(set(hashes)), entry.split(" ")[0]


def test_smaller_sets_have_the_versions_of_the_largest() -> None:
    largest = entries("test")
    for name in ("run", "documents", "torch", "build"):
        for package, found in entries(name).items():
            assert found == largest[package], (name, package)
