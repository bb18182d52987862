"""What every engine does alike (`index.engine.Engine`). A new engine is one more entry of ENGINES.

Each is made of the real gazette, of copies of one notice whose clauses tie, and of nothing at all; with random vectors
of norm 1, some clauses in several windows. One without vectors is made of a few notices.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from corpus.collection import collect
from corpus.model import CorpusNotice, ParsedFile, Role
from corpus.validity import as_of
from index.address import FILE_COLLECTION, MilvusAddress
from index.build import build
from index.engine import Engine, EngineWriter, ModelInfo, NoticeSet, Provenance, Ranked, SourceFile, Vector
from index.local import clauses as stored
from index.local.keywords import Fields, term_weights
from index.local.store import LocalEngine
from index.local.writer import LocalWriter
from index.milvus import connection
from index.office_list import gather
from index.opening import new_writer, open_index
from index.tokens import tokenize
from tests.conftest import GAZETTE, ROOT, TODAY
from tests.contract.dict_engine import DictEngine
from tests.validity_cases import corpus_of, notice

DIM = 16
MODEL = ModelInfo("random", DIM, "f" * 64)
Windows = Mapping[int, Sequence[Vector]]
SIGNED = ("云岭市人民政府", "2018年1月1日", "")
HOLDS = "本决定自2020年3月1日起施行。"
NEAR = {"rel": 1e-5, "abs": 1e-5}
THOROUGH = os.environ.get("THOROUGH") == "1"

MADE = Provenance((SourceFile("a.txt", "0" * 64),), ("a.txt",), "test")


def write(writer: EngineWriter, notices: Sequence[CorpusNotice], windows: Windows | None) -> None:
    writer.write_keywords(notices)
    if windows is not None:
        owners = [row for row, vectors in windows.items() for _ in vectors]
        vectors = np.array([vector for some in windows.values() for vector in some], np.float32).reshape(-1, DIM)
        writer.write_vectors(vectors, np.array(owners, np.int32), MODEL)
    writer.publish()


def local(notices: Sequence[CorpusNotice], windows: Windows | None, folder: Path, day: dt.date = TODAY) -> Engine:
    write(LocalWriter(folder, MADE), notices, windows)
    return LocalEngine.open(folder, today=day)


def milvus(notices: Sequence[CorpusNotice], windows: Windows | None, folder: Path, day: dt.date = TODAY) -> Engine:
    pytest.importorskip("milvus_lite", reason="needs the extra scale")
    connection.READING = 900.0  # it only ends a hang: a busy machine is not a bug
    address = MilvusAddress(str(folder / "index.db"), FILE_COLLECTION)
    write(new_writer(address, MADE), notices, windows)
    return open_index(address, today=day)


def in_memory(notices: Sequence[CorpusNotice], windows: Windows | None, folder: Path, day: dt.date = TODAY) -> Engine:
    return DictEngine(notices, windows, None if windows is None else MODEL, day)


ENGINES: dict[str, Callable[..., Engine]] = {
    "local": local,
    "milvus": milvus,
    "dict": in_memory,
}


@dataclass(frozen=True)
class Case:
    """An engine, and what it was made of."""

    engine: Engine
    notices: Sequence[CorpusNotice]
    windows: Windows

    @property
    def rows(self) -> list[int]:
        """The ordinal of each row's notice."""
        return [ordinal for ordinal, entry in enumerate(self.notices) for _ in entry.notice.clauses]

    def within(self, kept: NoticeSet | None) -> set[int]:
        return {row for row, ordinal in enumerate(self.rows) if kept is None or ordinal in kept.ordinals}


def unit(count: int, seed: int) -> Vector:
    vectors = np.random.default_rng(seed).standard_normal((count, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def windows_for(notices: Sequence[CorpusNotice]) -> Windows:
    """Random vectors: every third clause has three windows, every tenth none; those of one text are equal."""
    texts = [clause.text for entry in notices for clause in entry.notice.clauses]
    of_text = {text: unit(3 if place % 3 == 0 else 1, place) for place, text in enumerate(dict.fromkeys(texts))}
    return {row: list(of_text[text]) for row, text in enumerate(texts) if row % 10 != 9}


@pytest.fixture(scope="module")
def real(gazette: ParsedFile) -> tuple[CorpusNotice, ...]:
    return collect([gazette], day=TODAY).notices


@pytest.fixture(scope="module")
def twins(real: tuple[CorpusNotice, ...]) -> tuple[CorpusNotice, ...]:
    """Forty notices of the same words: every clause ties with 39 others."""
    (notice,) = [entry.notice for entry in real if entry.notice.doc_number == "离政发〔2023〕8号"]

    def named(name: str) -> CorpusNotice:
        clauses = tuple(replace(clause, notice_id=name) for clause in notice.clauses)
        return CorpusNotice(replace(notice, notice_id=name, clauses=clauses), (f"{name}.txt",))

    return tuple(named(f"{notice.notice_id}~{number}") for number in range(1, 41))


@pytest.fixture(scope="module", params=list(ENGINES))
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Case]:
    def made(notices: Sequence[CorpusNotice], *, vectors: bool = True, day: dt.date = TODAY) -> Case:
        windows = windows_for(notices) if vectors else None
        folder = tmp_path_factory.mktemp(request.param)
        return Case(ENGINES[request.param](notices, windows, folder, day), notices, windows or {})

    return made


@pytest.fixture(scope="module")
def case(make: Callable[..., Case], real: Sequence[CorpusNotice]) -> Case:
    return make(real)


@pytest.fixture(scope="module")
def tied(make: Callable[..., Case], twins: Sequence[CorpusNotice]) -> Case:
    return make(twins)


@pytest.fixture(scope="module")
def empty(make: Callable[..., Case]) -> Case:
    return make(())


@functools.cache
def questions() -> list[str]:
    """Some of the gazette's questions: 20, a hundred with THOROUGH=1."""
    lines = (ROOT / "eval" / "questions" / "lishi-2023-02.jsonl").read_text("utf-8").splitlines()
    count = 100 if THOROUGH else 20
    found = [json.loads(line)["question"] for line in lines[:: 200 // count]][:count]
    assert len(found) == count
    return found


def asked(text: str) -> dict[str, float]:
    return dict.fromkeys(tokenize(text), 1.0)


def in_order(found: Iterable[Ranked]) -> bool:
    """Best first, equal ones in corpus order, each once."""
    keys = [(-one.score, one.row) for one in found]
    return keys == sorted(keys) and len({row for _, row in keys}) == len(keys)


SETS = (None, NoticeSet((0, 3, 21)), NoticeSet((7,)), NoticeSet.where(place % 2 == 0 for place in range(32)))


# ---- keywords


def test_a_score_is_the_weighted_sum_of_its_tokens_scores(case: Case) -> None:
    weights = {"工资": 1.0, "农民工": 0.25, "拖欠": 2.0}
    size = case.engine.info.clauses
    alone = {token: dict(case.engine.keywords({token: 1.0}, size)) for token in weights}
    assert all(alone.values())
    together = dict(case.engine.keywords(weights, size))
    assert set(together) == {row for scores in alone.values() for row in scores}
    for row, score in together.items():
        expected = sum(weights[token] * scores.get(row, 0.0) for token, scores in alone.items())
        assert score == pytest.approx(expected, **NEAR)


def test_keywords_find_the_best_in_order(case: Case) -> None:
    size = case.engine.info.clauses
    everywhere = {text: case.engine.keywords(asked(text), size) for text in questions()[:20]}
    for number, (text, found) in enumerate(everywhere.items()):
        assert in_order(found)
        assert all(one.score > 0 for one in found)
        for within in SETS if THOROUGH else [SETS[number % len(SETS)]]:
            kept = case.within(within)
            expected = [one for one in found if one.row in kept]
            for k in (0, 1, 7, 10 * size):
                assert case.engine.keywords(asked(text), k, within) == expected[:k]
    assert any(everywhere.values())


def test_a_clause_without_a_token_is_not_found(case: Case) -> None:
    holding = {row for row, one in enumerate(frequencies(case)) if "工资" in one}
    assert {one.row for one in case.engine.keywords(asked("工资"), case.engine.info.clauses)} == holding
    for weights in ({}, asked("，。！"), {"没有这样的词": 1.0}, {"工资": 0.0}):
        assert case.engine.keywords(weights, 10) == []
    assert case.engine.keywords({"没有这样的词": 5.0, "工资": 1.0}, 10) == case.engine.keywords({"工资": 1.0}, 10)


@pytest.mark.parametrize("k", [1, 2, 39, 40, 41, 1000])
def test_ties_come_in_corpus_order_whatever_k_is(tied: Case, k: int) -> None:
    rows = [row for row, one in enumerate(frequencies(tied)) if "任职" in one]
    found = tied.engine.keywords({"任职": 1.0}, k)
    assert in_order(found) and len(found) == min(k, len(rows))
    every = tied.engine.keywords({"任职": 1.0}, 10_000)
    assert found == every[:k] and {one.row for one in every} == set(rows)
    best = [one.row for one in every if one.score == every[0].score]
    assert len(best) >= 40 and best == sorted(best)


# ---- vectors


def cosines(case: Case, vector: Vector, within: NoticeSet | None) -> dict[int, float]:
    """By comparing with every window."""
    kept = case.within(within)
    return {
        row: max(float(one.astype(float) @ vector) for one in some) for row, some in case.windows.items() if row in kept
    }


@pytest.mark.parametrize("within", SETS)
def test_nearest_finds_each_clause_once_by_its_best_window(case: Case, within: NoticeSet | None) -> None:
    for vector in unit(10, 77):
        right = cosines(case, vector, within)
        for k in (0, 1, 10, 10 * case.engine.info.clauses):
            found = case.engine.nearest(vector, k, within)
            assert in_order(found) and len(found) == min(k, len(right))
            assert [one.score for one in found] == pytest.approx(sorted(right.values(), reverse=True)[:k], **NEAR)
            assert {one.row: one.score for one in found} == pytest.approx(
                {one.row: right[one.row] for one in found}, **NEAR
            )


@pytest.mark.parametrize("k", [1, 5, 39, 40, 1000])
def test_equally_near_clauses_come_in_corpus_order_whatever_k_is(tied: Case, k: int) -> None:
    for vector in unit(5, 78):
        every = tied.engine.nearest(vector, 10_000)
        assert in_order(every) and len(every) == len(tied.windows)
        assert tied.engine.nearest(vector, k) == every[:k]


# ---- clauses and notices


def test_rows_are_in_corpus_order(case: Case) -> None:
    everything = case.engine.clauses(range(case.engine.info.clauses))
    assert [entry.clause for entry in everything] == [
        clause for entry in case.notices for clause in entry.notice.clauses
    ]
    assert [(entry.row, entry.ordinal) for entry in everything] == list(enumerate(case.rows))
    for entry in everything:
        assert entry.source == case.engine.notices[entry.ordinal] and entry.notice.notice_id == entry.clause.notice_id


def test_clauses_come_as_they_are_asked_for(case: Case) -> None:
    last = case.engine.info.clauses - 1
    assert [entry.row for entry in case.engine.clauses([7, 3, last, 7, 0])] == [7, 3, last, 7, 0]
    assert case.engine.clauses([]) == []
    for wrong in ([last + 1], [-1], [0, 10**6], [3, -last]):
        with pytest.raises(IndexError):
            case.engine.clauses(wrong)


def test_the_clauses_of_a_notice(case: Case) -> None:
    assert len(case.engine.notices) == len(case.notices)
    for ordinal, entry in enumerate(case.notices):
        found = case.engine.notice(ordinal)
        assert [one.clause for one in found] == list(entry.notice.clauses)
        assert len(found) == len(entry.notice.clauses) == len(found.roles)
        assert found[-1] == found[len(found) - 1] and found[1:3] == [found[1], *([found[2]] if len(found) > 2 else [])]
        assert list(found.roles) == [clause.role for clause in entry.notice.clauses]
        for roles in ((Role.CONTACT,), (Role.TITLE, Role.SIGNATURE), ()):
            expected = [clause for clause in entry.notice.clauses if clause.role in roles]
            assert [one.clause for one in found.of_role(*roles)] == expected
        with pytest.raises(IndexError):
            found[len(found)]
    for wrong in (len(case.notices), -1):
        with pytest.raises(IndexError):
            case.engine.notice(wrong)


def test_notices_and_their_files(case: Case) -> None:
    bare = [(replace(entry.notice, clauses=()), entry.files) for entry in case.notices]
    assert [(replace(entry.notice, clauses=()), entry.files) for entry in case.engine.notices] == bare
    assert list(case.engine.families) == [entry.notice.family for entry in case.notices]


def test_every_id_is_found(case: Case) -> None:
    """Every seventh; all with THOROUGH=1."""
    clauses = [clause for entry in case.notices for clause in entry.notice.clauses]
    for row in range(0, len(clauses), 1 if THOROUGH else 7):
        found = case.engine.find(clauses[row].clause_id)
        assert found is not None and (found.row, found.clause) == (row, clauses[row])
    for wrong in ("", "/", "离政发〔2023〕3号", "离政发〔2023〕3号/没有", "离政发〔2023〕3号/题 ", "\ud800"):
        assert case.engine.find(wrong) is None


def test_ids_of_one_hash_are_told_apart(
    make: Callable[..., Case], real: Sequence[CorpusNotice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "id_hash", lambda clause_id: len(clause_id) % 2)
    engine = make(real[2:4]).engine
    for entry in engine.clauses(range(engine.info.clauses)):
        assert engine.find(entry.clause_id) == entry
    assert engine.find("离政发〔2023〕3号/没有") is engine.find("离政发〔2023〕3号/没有啊") is None


# ---- terms, offices, info


def frequencies(case: Case) -> list[dict[str, int]]:
    fields = (
        Fields(clause.text, " ".join(clause.path), entry.notice.title)
        for entry in case.notices
        for clause in entry.notice.clauses
    )
    return [_weights(one) for one in fields]


_weights = functools.cache(term_weights)


def test_counts_are_those_of_a_recount(case: Case) -> None:
    recounted = Counter(token for one in frequencies(case) for token in one)
    assert dict(case.engine.terms.counts()) == dict(recounted)
    assert case.engine.terms.size == len(case.rows)
    for token in ("工资", "离石区", "离政办发〔2023〕9号", "没有这样的词", ""):
        assert case.engine.terms.count(token) == recounted[token]


def test_offices_are_those_of_the_notices(case: Case) -> None:
    assert list(case.engine.offices) == gather(entry.notice for entry in case.notices)


def test_info_says_what_is_there(case: Case) -> None:
    info = case.engine.info
    assert (info.notices, info.clauses) == (len(case.notices), len(case.rows))
    assert (info.vectors, info.model) == (sum(map(len, case.windows.values())), MODEL)
    assert info.version and info.where and info.built.startswith("20")
    assert not case.engine.outdated()


def test_without_vectors(make: Callable[..., Case], real: Sequence[CorpusNotice]) -> None:
    engine, other = make(real[2:6], vectors=False).engine, make(real[2:6]).engine
    assert (engine.info.vectors, engine.info.model) == (0, None) and other.info.vectors > 0
    assert engine.nearest(unit(1, 1)[0], 10) == [] != other.nearest(unit(1, 1)[0], 10)
    found = [one.keywords(asked("离石区人民政府"), 10) for one in (engine, other)]
    assert found[0] == found[1] != []


def test_nothing_at_all(empty: Case) -> None:
    engine = empty.engine
    assert (engine.info.notices, engine.info.clauses, engine.terms.size) == (0, 0, 0)
    assert engine.keywords({"工资": 1.0}, 10) == engine.nearest(unit(1, 1)[0], 10) == engine.clauses([]) == []
    assert engine.keywords({"工资": 1.0}, 10, NoticeSet(())) == list(engine.notices) == list(engine.offices) == []
    assert engine.find("离政发〔2023〕3号/题") is None and dict(engine.terms.counts()) == {}
    with pytest.raises(IndexError):
        engine.notice(0)


def test_no_notice_allowed_finds_nothing(case: Case) -> None:
    nothing = NoticeSet.where([False] * len(case.notices))
    assert nothing == NoticeSet(())
    assert case.engine.keywords({"工资": 1.0}, 10, nothing) == case.engine.nearest(unit(1, 1)[0], 10, nothing) == []


def test_many_threads_get_what_one_gets(case: Case) -> None:
    jobs = list(zip(questions()[:20], unit(20, 5), [*SETS] * 5, strict=True))

    def ask(job: tuple[str, Vector, NoticeSet | None]) -> object:
        text, vector, within = job
        found = case.engine.keywords(asked(text), 5, within), case.engine.nearest(vector, 5, within)
        rows = [one.row for some in found for one in some]
        ids = [entry.clause_id for entry in case.engine.clauses(rows)]
        return (
            found,
            ids,
            [case.engine.find(one) for one in ids],
            [one.text for one in case.engine.notice(len(text) % 5)],
        )

    expected = [ask(job) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, jobs)) == expected


# ---- engines against each other


STORED = [name for name in ENGINES if name != "dict"]


@pytest.fixture(scope="module")
def formula(real: Sequence[CorpusNotice]) -> DictEngine:
    return DictEngine(real, windows_for(real))


@pytest.mark.parametrize("name", STORED)
def test_scores_are_those_of_the_formula(
    name: str, real: Sequence[CorpusNotice], formula: DictEngine, tmp_path: Path
) -> None:
    """On questions and as many vectors: the same clauses with the same scores."""
    windows = windows_for(real)
    engine = ENGINES[name](real, windows, tmp_path)
    size = engine.info.clauses
    for text, vector in zip(questions(), unit(len(questions()), 6), strict=True):
        for found, right in (
            (engine.keywords(asked(text), size), formula.keywords(asked(text), size)),
            (engine.nearest(vector, size), formula.nearest(vector, size)),
        ):
            assert dict(found) == pytest.approx(dict(right), **NEAR)


def test_a_build_of_the_gazette_is_the_engine_of_its_notices(formula: DictEngine, tmp_path: Path) -> None:
    """From the file, through `index.build`."""
    build([GAZETTE], tmp_path, dense=False)
    engine = LocalEngine.open(tmp_path, today=TODAY)
    rows = range(formula.info.clauses)
    assert [one.clause for one in engine.clauses(rows)] == [one.clause for one in formula.clauses(rows)]
    for text in questions()[:20]:
        assert dict(engine.keywords(asked(text), len(rows))) == pytest.approx(
            dict(formula.keywords(asked(text), len(rows))), **NEAR
        )


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("day", [dt.date(2020, 2, 29), dt.date(2020, 3, 1)])
def test_amended_and_added_articles_read_as_on_the_day_of_opening(name: str, day: dt.date, tmp_path: Path) -> None:
    """A clause that an amendment adds is there with its id before its day too, without its words; the others have the
    numbers and words of the day, whichever day the index was written on."""
    title = "云岭市停车办法"
    text = [title, "云政发〔2018〕5号", "", "第一条 停车收费每小时五元。", "第二条 夜间停车减半。", "", *SIGNED]
    adds = ["一、将第一条中的“五元”修改为“八元”。", "二、增加一条，作为第二条：“残疾人停车免费。”"]
    decision = notice(f"云岭市人民政府关于修改《{title}》的决定", "云政发〔2020〕4号", "2020年1月1日", *adds, HOLDS)
    corpus = corpus_of({"a.txt": decision, "b.txt": "\n".join(text)})
    engine = ENGINES[name](corpus.notices, windows_for(corpus.notices), tmp_path, day)
    right = [clause for source in corpus.notices for clause in as_of(source.notice, day).clauses]
    assert [entry.clause for entry in engine.clauses(range(len(right)))] == right
    shown = [clause for ordinal in range(len(engine.notices)) for clause in engine.notice(ordinal)]
    assert [entry.clause for entry in shown] == right
    added = engine.find("云政发〔2018〕5号/第二条+云政发〔2020〕4号")
    later = engine.find("云政发〔2018〕5号/第二条")
    assert added is not None and later is not None
    held = day >= dt.date(2020, 3, 1)
    assert ("残疾人" in added.text, later.text[:3]) == (held, "第三条" if held else "第二条")
    assert any("八元" in clause.text for clause in right if clause.notice_id == later.notice.notice_id) == held
    assert [source.notice.status for source in engine.notices] == [
        as_of(source.notice, day).status for source in corpus.notices
    ]
