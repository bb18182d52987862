"""Imports go in one direction: corpus ← index ← retriever ← eval, ui.py, build_index.py."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("corpus", "index", "retriever", "eval")
ALLOWED = {"corpus": {"corpus"}, "index": {"corpus", "index"}, "retriever": {"corpus", "index", "retriever"}}


def imports(path: Path) -> set[str]:
    """Top packages of ours that a file imports, at any level of it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found & {*LAYERS, "ui", "build_index"}


def test_imports_go_down_only() -> None:
    for layer, allowed in ALLOWED.items():
        for path in (ROOT / layer).rglob("*.py"):
            assert imports(path) <= allowed, path
