"""Many files into one corpus: the same as comparing each notice with each, without doing so."""

from __future__ import annotations

import difflib
import random
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import collection
from corpus.alike import common_letters
from corpus.collection import collect
from corpus.model import ParsedFile
from corpus.parse import parse_source
from corpus.reading import source_from_text
from corpus.text import squash
from corpus.versions import version_of
from tests.index_cases import NOTICES, notice_text

BODIES = [
    "\n".join(line for line in notice_text(name).split("\n")[3:] if len(line) > 12 and "〔" not in line)
    for name in NOTICES
]


def spoilt(text: str, share: float, seed: int) -> str:
    """The text as a second OCR might read it: this share of its letters is another one, or gone."""
    chance = random.Random(seed)
    swap = {letter: chance.choice(["囗", "", letter * 2]) for letter in sorted(set(text))}
    return "".join(swap[letter] if letter.isalnum() and chance.random() < share else letter for letter in text)


def parsed_file(name: str, title: str, body: str) -> ParsedFile:
    parsed = parse_source(source_from_text(name, f"{title}\n某政发〔2023〕9号\n各乡镇人民政府：\n{body}"))
    return replace(parsed, notices=tuple(replace(notice, doc_number=None) for notice in parsed.notices))


def brute_force(files: list[ParsedFile]) -> list[tuple[str, tuple[str, ...]]]:
    """Each notice with each kept one of its number or title, in order, by difflib; of two that are the same the first
    is kept, unless only the other says its day and has its id. Returns text and files of each notice that is kept."""
    kept: list[tuple[str, str, list[str], bool, str]] = []
    taken: set[str] = set()
    for file in files:
        for notice in file.notices:
            name = squash(notice.doc_number or notice.title)
            text = "".join(squash(clause.text) for clause in notice.clauses)
            dated = version_of(notice, file.file).day is not None
            for at, (known, other, sources, other_dated, key) in enumerate(kept):
                if known != name or not same(other, text):
                    continue
                if dated and not other_dated and key == notice.notice_id:
                    kept[at] = (name, text, [file.file, *sources], True, key)
                else:
                    sources.append(file.file)
                break
            else:
                own = "another" if notice.notice_id in taken else notice.notice_id  # it is renamed
                taken.add(notice.notice_id)
                kept.append((name, text, [file.file], dated, own))
    return [(text, tuple(sources)) for _, text, sources, _, _ in kept]


def same(one: str, other: str) -> bool:
    if one == other:
        return True
    if not one or not other or not 0.5 < len(one) / len(other) < 2:
        return False
    if len(one) > 4000:
        left, right = ({text[i : i + 8] for i in range(0, len(text) - 7)} for text in (one, other))
        return len(left & right) >= 0.6 * min(len(left), len(right))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.8


def found(files: list[ParsedFile]) -> list[tuple[str, tuple[str, ...]]]:
    entries = collect(files).notices
    return [("".join(squash(c.text) for c in entry.notice.clauses), entry.files) for entry in entries]


# A reading with few errors, one with many, and another document: what is in between is anybody's guess.
TITLES = ("某县人民政府关于开展工作的通知", "某县人民政府关于公布名单的通知")
COPY = st.tuples(
    st.sampled_from(TITLES),
    st.integers(0, len(BODIES) - 1),
    st.sampled_from([0, 0, 0.02, 0.08, 0.6]),
    st.integers(0, 9),
)


@settings(max_examples=40)
@given(st.lists(COPY, min_size=1, max_size=9))
def test_the_same_as_comparing_each_with_each(copies: list[tuple[str, int, float, int]]) -> None:
    files = [
        parsed_file(f"{at}.txt", title, spoilt(BODIES[body], share, seed))
        for at, (title, body, share, seed) in enumerate(copies)
    ]
    assert found(files) == brute_force(files)


def test_many_of_one_title_are_still_told_apart_and_joined() -> None:
    """More than are compared with each other: 60 documents of one title, each in a good and a bad reading."""
    chance = random.Random(1)
    words = [line for body in BODIES for line in body.split("\n") if len(line) > 12]
    bodies = ["\n".join(line[:60] for line in chance.sample(words, 4)) for _ in range(60)]
    good = [parsed_file(f"{at}.txt", TITLES[0], body) for at, body in enumerate(bodies)]
    bad = [parsed_file(f"{at}b.txt", TITLES[0], spoilt(body, 0.03, at)) for at, body in enumerate(bodies)]
    files = [entry[1] for entry in found(good + bad)]
    assert files == [entry[1] for entry in brute_force(good + bad)]
    assert len(files) > 36 and sum(len(names) > 1 for names in files) > 30


@given(st.text("天地玄黄宇宙", max_size=40), st.text("天地玄黄宇宙", max_size=40))
def test_common_letters(one: str, other: str) -> None:
    """The longest common subsequence, as the textbook counts it; difflib never finds more."""
    row = [0] * (len(other) + 1)
    for a in one:
        before = row[:]
        for at, b in enumerate(other, 1):
            row[at] = before[at - 1] + 1 if a == b else max(row[at - 1], before[at])
    assert common_letters(one, other) == row[-1]
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in blocks) <= row[-1]


def test_comparisons_do_not_grow_with_the_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted: each new file of a title is compared with a bounded number of others."""
    asked = []
    monkeypatch.setattr(collection, "same", lambda a, b: bool(asked.append(1)))
    files = [parsed_file(f"{at}.txt", TITLES[0], f"{BODIES[at % 5]}\n第{at}项。") for at in range(200)]
    collect(files)
    assert 0 < len(asked) <= 200 * 32
    asked.clear()
    collect([files[0]] * 200)  # equal files are not compared at all
    assert not asked


def test_progress_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    files = [parsed_file(f"{at}.txt", TITLES[0], BODIES[0]) for at in range(3)]
    told: list[tuple[int, int]] = []
    collect(files, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    collect(files)
    assert capsys.readouterr().err == ""  # a quick one says nothing
    clock = iter(range(0, 1000, 60))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    collect(files)
    assert "3/3 个文件" in capsys.readouterr().err


def test_phones_of_a_renamed_notice_stand_in_its_own_clauses() -> None:
    """Two documents under one number: the phones of the second named clauses of the first."""
    bodies = ["请各乡镇做好防汛工作。", "请各乡镇上报秋粮面积和产量，并于六月底前完成核查。"]
    files = [
        parse_source(
            source_from_text(
                f"{at}.txt",
                f"某县人民政府关于{name}的通知\n某政发〔2023〕9号\n各乡镇人民政府：\n{body}\n联系电话：0358-822240{at}\n",
            )
        )
        for at, (name, body) in enumerate(zip(("防汛", "秋粮"), bodies, strict=True))
    ]
    first, second = collect(files).notices
    assert first.notice.notice_id != second.notice.notice_id
    for entry in (first, second):
        ids = {clause.clause_id for clause in entry.notice.clauses}
        assert [phone.clause_id in ids for phone in entry.notice.phones] == [True]
