"""Imports go in one direction: corpus ← index ← retriever ← eval, ui.py, build_index.py; and inside the packages too.

Every import counts: at the top of a module, inside a function, and for type checkers only.
"""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

from index.tokens import DEPENDS_ON

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("corpus", "index", "retriever", "eval")
TOPS = ("ui", "build_index")
ALLOWED = {"corpus": {"corpus"}, "index": {"corpus", "index"}, "retriever": {"corpus", "index", "retriever"}}
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for layer in LAYERS
    for path in (ROOT / layer).rglob("*.py")
} | {top: ROOT / f"{top}.py" for top in TOPS}

# What each part of `index` and `corpus` may import of its own package, beside itself. Modules that are part of
# nothing named here (`index.build`, `index.opening`, `corpus.sources` …) put the parts together.
BASE = {
    f"index.{name}"
    for name in (
        *(
            "engine",
            "files",
            "paths",
            "tokens",
            "segmenter",
            "office_list",
            "term_counts",
            "passages",
            "doubts",
            "lazy",
        ),
        *("side_by_side", "address", "ranking"),
    )
}
PARTS = {
    **dict.fromkeys(BASE, BASE),
    "index.local": BASE,
    "index.milvus": BASE | {"index.local"},  # it keeps what that computes: manifest, BM25 columns, lines of clauses
    "index.cluster": BASE | {"index.inputs", "index.readers", "index.model"},
    "index.model": BASE,
    "index.training": BASE | {"index.model", "index.vectors", "index.opening"},  # judged clauses lie in an index
    "corpus.documents": {
        f"corpus.{name}"
        for name in (
            *("errors", "model", "text", "numbering", "doc_number", "reading"),
            *("coverage", "dates", "kinds", "offices"),
        )
    },
}
# Who may import a part at all (beside itself).
IMPORTED_BY = {
    "index.training": {"index.__main__"},
    "index.local": {"index.__main__", "index.build", "index.opening"}
    | {f"index.milvus.{name}" for name in ("clauses", "keeper", "opened", "parts", "published", "store", "writer")},
    "index.milvus": {"index.opening"},
    "index.cluster": {"index.build", "index.inputs"},  # the latter its errors
    "corpus.documents": {"corpus.sources", "corpus.guard", "corpus.worker"},
}


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & FILES.keys()) or {node.module}
    return found & FILES.keys()


GRAPH = {name: imports(path) - {name} for name, path in FILES.items()}


def part_of(name: str, parts: dict[str, set[str]]) -> str | None:
    return next((part for part in parts if name == part or name.startswith(f"{part}.")), None)


def test_the_graph_is_that_of_the_packages() -> None:
    """What the other tests look at is there: a known import of each kind."""
    assert GRAPH["index.local.store"] >= {"index.engine", "index.local.clauses"}
    assert "index.training.train" in GRAPH["index.__main__"]  # inside a function
    assert "corpus.documents.pdf" in GRAPH["corpus.sources"]
    named = {*PARTS, *(name for allowed in PARTS.values() for name in allowed), *IMPORTED_BY}
    assert named <= FILES.keys()


def test_imports_go_down_only() -> None:
    for name, found in GRAPH.items():
        allowed = ALLOWED.get(name.partition(".")[0])
        wrong = {one for one in found if allowed is not None and one.partition(".")[0] not in allowed}
        assert not wrong, (name, wrong)


@pytest.mark.parametrize("layer", LAYERS)
def test_no_package_has_a_circle(layer: str) -> None:
    inside = {name: {one for one in found if one.startswith(layer)} for name, found in GRAPH.items()}
    graphlib.TopologicalSorter({name: found for name, found in inside.items() if name.startswith(layer)}).prepare()


def test_parts_of_a_package_import_what_is_below_them_only() -> None:
    for name, found in GRAPH.items():
        part = part_of(name, PARTS)
        package = name.partition(".")[0]
        if part is not None:
            own = {one for one in found if one.startswith(f"{package}.") and part_of(one, PARTS) != part}
            wrong = {one for one in own if part_of(one, PARTS) not in PARTS[part] and one not in PARTS[part]}
            assert not wrong, (name, wrong)


@pytest.mark.parametrize("part", IMPORTED_BY)
def test_a_part_is_imported_by_few(part: str) -> None:
    package = part.partition(".")[0]
    users = {name for name, found in GRAPH.items() for one in found if part_of(one, {part: set()})}
    users = {name for name in users if name.startswith(f"{package}.") and part_of(name, {part: set()}) is None}
    assert users == IMPORTED_BY[part]


def test_tokens_depend_on_what_their_fingerprint_covers() -> None:
    """All that `index.tokens` imports of ours, directly or not, and the data files these read; where files are kept
    and how they are written changes no token."""
    reached, waiting = set(), ["index.tokens"]
    while waiting:
        name = waiting.pop()
        if name not in reached and name not in ("index.paths", "index.files"):
            reached.add(name)
            waiting += GRAPH[name]
    expected = set()
    for name in reached:
        package, _, rest = name.partition(".")
        expected.add((package, f"{rest.replace('.', '/')}.py"))
        nodes = ast.walk(ast.parse(FILES[name].read_text("utf-8")))
        words = {node.value for node in nodes if isinstance(node, ast.Constant)}
        data = {path.relative_to(ROOT / package).as_posix() for path in (ROOT / package / "data").iterdir()}
        expected |= {(package, file) for file in words & data}
    assert set(DEPENDS_ON) == expected and len(DEPENDS_ON) == len(expected)
