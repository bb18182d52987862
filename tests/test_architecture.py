"""README's picture of how the modules fit together is that of the imports."""

from __future__ import annotations

import graphlib
import re
from itertools import pairwise
from pathlib import Path

from test_layers import FILES, GRAPH

README = Path(__file__).resolve().parent.parent / "README.md"
MOST_NODES = 18  # more can't be read
Edges = dict[str, set[str]]
# Base modules that stand on a module shown: what tells of an engine or caches for a model.
UPWARDS: Edges = {
    "index.ranking": {"index.engine"},
    "index.term_counts": {"index.engine"},
    "index.vectors": {"index.model.embedder"},
}


def picture(text: str) -> tuple[dict[str, list[str]], set[tuple[str, str]]]:
    """The nodes of the flowchart in a text, each with the modules that its label names, and the arrows.

    `build["index.build, inputs<br><i>words</i>"] --> model` → ({"build": ["index.build", "index.inputs"]},
    {("build", "model")}).
    """
    block = re.search(r"```mermaid\nflowchart TD\n(.*?)```", text, re.S)
    assert block is not None
    nodes: dict[str, list[str]] = {}
    arrows: set[tuple[str, str]] = set()
    for line in block[1].splitlines():
        if line.strip() == "end" or line.strip().startswith("subgraph "):
            continue
        ends = line.split("-->")
        names = []
        for end in ends:
            match = re.fullmatch(r'\s*(\w+)(?:\["([^"<]+)(?:<br>[^"]*)?"\])?\s*', end)
            assert match is not None, f"not an end of an arrow: {end}"
            names.append(match[1])
            if match[2]:
                assert match[1] not in nodes, f"{match[1]} has two labels"
                nodes[match[1]] = modules(match[2])
        for arrow in pairwise(names):
            assert arrow not in arrows, arrow
            arrows.add(arrow)
    return nodes, arrows


def modules(label: str) -> list[str]:
    """`index.build, inputs` → index.build, index.inputs; a name with a dot, or before one with, is whole."""
    found: list[str] = []
    for name in label.split(", "):
        package = found[-1].rpartition(".")[0] if found else ""
        found.append(name if "." in name or not package else f"{package}.{name}")
    return found


def imports_between(nodes: dict[str, list[str]], graph: Edges) -> Edges:
    """Node → the nodes whose modules its modules import. A package stands for all that is in it."""
    owner = {
        module: node
        for node, named in nodes.items()
        for module in FILES
        if any(module == name or module.startswith(f"{name}.") for name in named)
    }
    edges: Edges = {node: set() for node in nodes}
    for module, found in graph.items():
        if module in owner:
            edges[owner[module]] |= {owner[one] for one in found if one in owner} - {owner[module]}
    return edges


def reduced(edges: Edges) -> set[tuple[str, str]]:
    """The arrows that no longer way replaces."""
    below: Edges = {}
    for node in graphlib.TopologicalSorter(edges).static_order():  # what is imported comes first; no circles
        below[node] = edges[node].union(*(below[one] for one in edges[node]))
    return {
        (node, to)
        for node, found in edges.items()
        for to in found
        if not any(to in below[other] for other in found - {to})
    }


NODES, ARROWS = picture(README.read_text("utf-8"))


def test_the_picture_can_be_read_and_names_modules_that_exist() -> None:
    assert 10 <= len(NODES) <= MOST_NODES
    named = [module for found in NODES.values() for module in found]
    assert set(named) <= FILES.keys() and len(named) == len(set(named))
    assert {end for arrow in ARROWS for end in arrow} == NODES.keys()


def test_the_arrows_are_the_imports() -> None:
    assert reduced(imports_between(NODES, GRAPH)) == ARROWS


def test_only_base_modules_are_left_out() -> None:
    """As the sentence above the picture says: what it doesn't show of `retriever` is plain text work, of `index` and
    `corpus` what the shown modules stand on, commands and what isn't in the wheel."""
    shown = [name for found in NODES.values() for name in found]
    left = {module for module in FILES if not any(module == name or module.startswith(f"{name}.") for name in shown)}
    assert {module for module in left if module.startswith("retriever.")} == {
        "retriever.question",
        "retriever.requests",
    }
    base = {module for module in left if module.partition(".")[0] in ("corpus", "index")}
    base -= {module for module in base if module.endswith("__main__") or module.startswith("index.training")}
    upwards = {module: GRAPH[module] - left for module in base}
    assert {module: found for module, found in upwards.items() if found} == UPWARDS


def test_an_arrow_too_many_and_one_too_few_are_seen() -> None:
    edges = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert reduced(edges) == {("a", "b"), ("b", "c")}
    lines = ('subgraph x ["y"]', 'a["ui"] --> b["index.build, inputs<br><i>z</i>"]', "end", "")
    text = "```mermaid\nflowchart TD\n" + "\n".join(lines) + "```"
    assert picture(text) == ({"a": ["ui"], "b": ["index.build", "index.inputs"]}, {("a", "b")})
