"""Sixteen threads ask what one would, and get what one would."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.build import build
from index.local.store import LocalEngine
from retriever.ask import Asker
from retriever.model import Filters, SearchResult
from tests.index_cases import NUMBERS, QuickEmbedder, holding, quick_build, write_notices

QUESTIONS = 5000
WORDS = [
    "印章",
    "任职",
    "免职",
    "马小兵",
    "贺尔荣",
    "国土空间总体规划",
    "建设用地",
    "承诺",
    "咨询电话",
    "区人社局",
    "离石区",
    "启用",
]
FORMS = ["{}的文件是哪一份", "{}由谁负责？", "{}什么时候", "{}", "关于{}的电话", "请问{}怎么办"]


def asked() -> list[tuple[str, str, int, Filters]]:
    draw = random.Random(4)
    subjects = [*WORDS, *NUMBERS.values(), "9号文", "火星移民", "abc"]
    out = []
    for _ in range(QUESTIONS):
        text = draw.choice(FORMS).format(draw.choice(subjects) + draw.choice(["", draw.choice(WORDS)]))
        filters = draw.choice(
            [
                Filters(),
                Filters(status=draw.choice(["in_force", "repealed", "expired"])),
                Filters(issuer=draw.choice(["离石区人民政府", "离石区人民政府办公室"])),
                Filters(doc_number=draw.choice(list(NUMBERS.values()))),
                Filters(since="2023-06-01", until=draw.choice([None, "2023-06-30"])),
            ]
        )
        out.append((text, draw.choice(["hybrid", "dense", "bm25"]), draw.choice([1, 5, 20]), filters))
    return out


def answer(result: SearchResult) -> dict[str, object]:
    return {key: value for key, value in result.to_json().items() if key != "ms"}


@pytest.fixture(scope="module", params=["exact", "mapped"])
def folder(request, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("threads")
    with pytest.MonkeyPatch.context() as patch:
        quick_build(patch, write_notices(place / "in"), place / "ix")
    return place / "ix"


@pytest.mark.slow
def test_five_thousand_mixed_questions(folder, request):
    with pytest.MonkeyPatch.context() as patch:
        if "mapped" in request.node.callspec.id:
            patch.setattr("index.files.LARGE", 100)
        alone = Asker(LocalEngine.open(folder), QuickEmbedder())
        together = Asker(LocalEngine.open(folder), QuickEmbedder())
    cases = asked()

    def ask(asker: Asker, case: tuple[str, str, int, Filters]) -> dict[str, object]:
        text, mode, k, filters = case
        return answer(asker.ask(text, k=k, mode=mode, filters=filters))

    expected = [ask(alone, case) for case in cases]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda case: ask(together, case), cases))
    differing = [case for case, one, other in zip(cases, expected, found, strict=True) if one != other]
    assert differing == []
    assert any(one["hits"] for one in expected)
    assert any(not one["hits"] for one in expected)


def test_a_build_in_the_middle_of_questions(tmp_path):
    """What is opened goes on with what it has; what is opened anew has the new."""
    inputs = write_notices(tmp_path / "in", ["3号.txt"])
    build([inputs], tmp_path / "ix", dense=False)
    asker = Asker.open(tmp_path / "ix", dense=False)
    before = answer(asker.ask("贺尔荣", mode="bm25"))
    write_notices(inputs)
    (inputs / "3号.txt").unlink()
    build([inputs], tmp_path / "ix", dense=False)
    assert asker.engine.outdated()
    assert answer(asker.ask("贺尔荣", mode="bm25")) == before
    assert holding(Asker.open(tmp_path / "ix", dense=False).engine, "贺尔荣") == []
