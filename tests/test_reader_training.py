"""What the reader learns from, and that a stopped run goes on as if it had not been stopped."""

from __future__ import annotations

import json
import lzma
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UsageError
from index.build import build
from index.model.folder import TOKENIZER_FILE, default_folder, is_made_model
from index.model.pair import MAX_TOKENS, OVERLAP, PairCoder, place
from index.opening import open_index
from index.training.closed import Closed
from index.training.data import JUDGED_READING, NEWER_READING, OWN_READING
from index.training.reader import CHECKPOINT, LOG, WEIGHTS, ReaderTrainer, Settings
from index.training.reader_batches import Coded, Pair, Recipe, epoch
from index.training.reader_data import (
    JUDGED,
    JUDGED_DEV,
    Candidate,
    Group,
    Kind,
    ReaderData,
    Text,
    read_data,
    read_rows,
    write_rows,
)
from index.training.reader_leaning import told_by_wording, weights
from index.training.reader_pack import mean, pack
from index.training.reader_prepare import is_dev
from index.training.reader_scores import Told, auroc, refused, scores
from index.training.reader_sources import Texts, cmrc, digest, judged, written
from tests.index_cases import write_notices

SHARED = Path(__file__).parents[2] / "shared" / "data" / "reading"
needs_model = pytest.mark.skipif(not is_made_model(default_folder()), reason="the default model has not been made")


@pytest.fixture(scope="module")
def coder() -> PairCoder:
    return PairCoder(default_folder() / TOKENIZER_FILE)


def groups(count: int) -> ReaderData:
    """Questions for the amount in a clause, each with a clause that states it and one that doesn't."""
    choose = random.Random(0)
    texts, made = {}, []
    for at in range(count):
        amount = f"{choose.randrange(10, 900)}元"
        for name, text in ((f"a{at}", f"每头补贴{amount}，由区财政局拨付。"), (f"b{at}", "由区财政局拨付。" * 3)):
            texts[name] = Text("某区补贴办法｜二、标准", text, f"{at}.txt")
        told = Candidate(f"a{at}", Kind.SPAN, 4, 4 + len(amount))
        other = Candidate(f"b{at}", Kind.NONE, natural=True)
        made.append(Group(f"补贴多少钱？{at}", "written", (told, other)))
    return ReaderData(texts, tuple(made), (), str(count))


# ---- rows


def test_the_place_keeps_both_ends_of_a_title_and_the_nearest_headings() -> None:
    title = "某市某区人民政府办公室关于印发" + "很长的名称" * 12 + "供水实施方案的通知"
    above = place(title, ["附件", "一、总则", "第一条　为了供水"], "第一条 为了供水，制定本办法。")
    assert above.startswith("某市某区人民政府") and above.endswith("供水实施方案的通知｜附件｜一、总则")
    assert place("通知", [], "文") == "通知"


@needs_model
def test_a_long_clause_is_read_whole_in_rows_that_overlap(coder: PairCoder) -> None:
    pieces = coder.passage("某区办法", "".join(f"第{at}项由区财政局负责拨付；" for at in range(150)))
    rows = coder.rows(coder.question("谁负责拨付？"), pieces)
    assert len(rows) > 2 and all(len(row.ids) <= MAX_TOKENS for row in rows)
    covered = [set(range(row.first, row.first + row.until - row.at)) for row in rows]
    assert set.union(*covered) == set(range(len(pieces.text)))
    assert all(len(a & b) == OVERLAP for a, b in pairwise(covered))


@needs_model
def test_the_marked_pieces_are_the_answer_also_far_down_in_a_clause(coder: PairCoder) -> None:
    text = "".join(f"第{at}项由区财政局负责；" for at in range(120)) + "电话8222401，其余另行通知。"
    start = text.index("8222401")
    data = ReaderData({"x": Text("某区办法", text, "x.txt")}, (), (), "")
    coded = Coded(data, coder)
    pair = coded.pair(Group("电话？", "written", ()), Candidate("x", Kind.SPAN, start, start + 7), 0.5)
    spans = coded.text("x")[1]
    shift = pair.row.first - pair.row.at
    assert text[spans[pair.start + shift][0] : spans[pair.end + shift][1]].strip() == "8222401"
    assert pair.row.at <= pair.start <= pair.end < pair.row.until


# ---- what is learnt from


def test_documents_of_the_test_places_are_closed(tmp_path: Path) -> None:
    closed = Closed()
    for source in (
        "documents/cities/京蓉宁汉郑-5城/武汉/教育/备注.txt",
        "laws/DLC/上海地方法规/x.md",
        "documents/other/a.pdf",
    ):
        assert source in closed
    assert "documents/pages/北京/a.html" not in closed
    (tmp_path / "list.txt").write_text("central/html-govcn-01.html\tabc\n\n", "utf-8")
    listed = Closed([tmp_path / "list.txt"])
    assert "documents/central/html-govcn-01.html" in listed and "documents/other/a.pdf" not in listed


def test_no_closed_document_and_no_measured_question_is_learnt_from() -> None:
    if not SHARED.is_dir():
        pytest.skip("the reading examples are not here")
    texts = Texts()
    measured = frozenset({"怎么办理居住证"})
    made = list(written([SHARED], [NEWER_READING], Closed(), texts, measured))
    assert len(made) > 10_000
    assert not any(text.source in Closed() for text in texts.known.values())
    assert not any("".join(filter(str.isalnum, group.question)) in measured for group in made)
    for group in made[::50]:
        for one in group.candidates:
            assert (one.kind in (Kind.NONE, Kind.SOME)) == (one.end == 0)


def test_a_cut_text_has_its_answer_in_one_piece(tmp_path: Path) -> None:
    context = "甲市位于北方。" * 40 + "人口三百万人。" + "乙市位于南方。" * 30
    paragraph = {
        "context": context,
        "qas": [{"question": "人口多少？", "answers": [{"text": "三百万人", "answer_start": 282}]}],
    }
    with lzma.open(tmp_path / "cmrc.json.xz", "wt", encoding="utf-8") as out:
        json.dump({"data": [{"paragraphs": [paragraph]}]}, out)
    texts = Texts()
    (group,) = cmrc(tmp_path / "cmrc.json.xz", texts)
    own = group.candidates[0]
    assert texts.known[own.passage].text[own.start : own.end] == "三百万人"
    assert all("三百万人" not in texts.known[one.passage].text for one in group.candidates[1:])


@needs_model
def test_an_epoch_is_the_same_each_time_and_takes_every_group_once(coder: PairCoder) -> None:
    data = groups(60)
    coded = Coded(data, coder)
    recipe = replace(Recipe(), batch_tokens=300)
    first, again, second = (epoch(data.train, coded, recipe, 0, number, {}) for number in (0, 0, 1))
    assert first == again != second
    assert sum(len(batch) for batch in first) == 60
    assert all(sum(len(pair.row.ids) for group in batch for pair in group) <= 300 for batch in first)


@needs_model
def test_a_run_that_goes_on_takes_all_that_is_newer_and_some_of_the_rest(coder: PairCoder) -> None:
    older = groups(200)
    data = replace(older, train=(*(replace(one, origin=JUDGED) for one in older.train[:50]), *older.train[50:]))
    coded = Coded(data, coder)

    def taken(repeated: float) -> int:
        return sum(len(batch) for batch in epoch(data.train, coded, Recipe(repeated=repeated), 0, 0, {}))

    assert taken(1.0) == 200 and taken(0.0) == 50
    assert 50 + 150 * 0.2 < taken(0.4) < 50 + 150 * 0.6


def test_a_damaged_folder_is_one_line(tmp_path: Path) -> None:
    for name in ("passages.jsonl.xz", "train.jsonl.xz", "dev.jsonl.xz"):
        write_rows(tmp_path / name, [])
    assert read_data(tmp_path).train == ()
    (tmp_path / "train.jsonl.xz").write_bytes(b"x")
    with pytest.raises(UsageError, match="reader_prepare"):
        read_data(tmp_path)


def test_judged_clauses_are_looked_up_in_an_index(tmp_path: Path) -> None:
    build([write_notices(tmp_path / "in", ["3号.txt", "8号.txt"])], tmp_path / "ix", dense=False)
    engine = open_index(tmp_path / "ix")
    clauses = [entry for at in range(2) for entry in engine.notice(at) if len(entry.text) > 30][:3]
    known = [[f"documents/某市/{entry.files[0]}", digest(entry.text)] for entry in clauses]
    span = clauses[0].text[5:12]
    rows = [
        {
            "question": "这事归谁管",
            "clauses": known,
            "answers": [{"hit": 1, "kind": "span", "span": span}],
            "unsure": [3],
            "dev": False,
        },
        {
            "question": "能领多少钱",
            "clauses": [["documents/武汉/8号.txt", known[1][1]]],
            "answers": [],
            "unsure": [],
            "dev": True,
        },
        {
            "question": "找谁",
            "clauses": [["documents/某市/没有.txt", "0" * 12], known[1]],
            "answers": [],
            "unsure": [],
            "dev": True,
        },
        {"question": "几号截止", "clauses": [known[0]], "answers": [], "unsure": [], "dev": False},
    ]
    write_rows(tmp_path / "judged.jsonl.xz", rows)
    texts = Texts()
    groups, missing = judged(tmp_path / "judged.jsonl.xz", engine, Closed(), texts, frozenset({"几号截止"}))
    assert missing == 1 and [(one.question, one.origin) for one in groups] == [
        ("这事归谁管", JUDGED),
        ("找谁", JUDGED_DEV),
    ]
    first, second = groups[0].candidates  # the third is unsure; the closed document's clause is left out
    text = texts.known[first.passage]
    assert (first.kind, text.text[first.start : first.end]) == (Kind.SPAN, span)
    assert text.source == known[0][0] and text.above.startswith(clauses[0].notice.title[:10])
    assert (second.kind, second.natural) == (Kind.NONE, False)
    assert [one.kind for one in groups[1].candidates] == [Kind.NONE]
    write_rows(tmp_path / "judged.jsonl.xz", [{**rows[0], "clauses": [["a.txt", "1" * 12]] * 3}])
    with pytest.raises(UsageError, match="0 条"):
        judged(tmp_path / "judged.jsonl.xz", engine, Closed(), Texts(), frozenset())


def test_what_was_judged_is_consistent() -> None:
    rows = list(read_rows(JUDGED_READING))
    assert len(rows) > 4000 and len({row["question"] for row in rows}) == len(rows)
    for row in rows:
        hits = {one["hit"] for one in row["answers"]}
        assert len(hits) == len(row["answers"]) and not hits & set(row["unsure"])
        assert all(1 <= hit <= len(row["clauses"]) for hit in (*hits, *row["unsure"]))
        assert all(one["kind"] in ("span", "yes", "no") and one["span"] for one in row["answers"])
    kinds = Counter(one["kind"] for row in rows for one in row["answers"])
    assert 0.9 < kinds["yes"] / kinds["no"] < 1.1
    share = sum(not row["answers"] for row in rows) / len(rows)
    assert 0.2 < share < 0.4
    assert {row["dev"] for row in rows} == {True, False}
    assert not any(is_dev(file) for row in rows for file, _ in row["clauses"])


# ---- what wording betrays


def test_a_wording_that_betrays_the_verdict_counts_less() -> None:
    """Of 900 with 多少 all but 90 are near misses, with 谁 all but 90 answered; 要不要 is mostly yes, 能不能 no."""
    choose = random.Random(1)
    matters = [
        a + b for a in ("杀猪", "养犬", "搬家", "修路", "上学", "看病") for b in ("的事", "那回", "以后", "之前")
    ]

    def asked(form: str, kinds: dict[Kind, int]) -> list[Group]:
        made = []
        for kind, count in kinds.items():
            for at in range(count):
                told = Candidate("a", kind, 0, 0 if kind is Kind.NONE else 2)
                made.append(Group(f"{choose.choice(matters)}{form}{at}", "written", (told,)))
        return made

    groups = [
        *asked("多少钱", {Kind.SPAN: 90, Kind.NONE: 810}),
        *asked("谁来管", {Kind.SPAN: 810, Kind.NONE: 90}),
        *asked("要不要办", {Kind.YES: 350, Kind.NO: 50}),
        *asked("能不能办", {Kind.YES: 50, Kind.NO: 350}),
    ]
    choose.shuffle(groups)
    assert told_by_wording(groups) > 0.8
    even = weights(groups)

    def mean(form: str, kind: Kind) -> float:
        return float(
            np.mean([weight for (question, told), weight in even.items() if form in question and told is kind])
        )

    assert mean("多少", Kind.SPAN) > 2 > 1 > mean("多少", Kind.NONE)
    assert mean("谁", Kind.NONE) > 2 > 1 > mean("谁", Kind.SPAN)
    assert mean("要不要", Kind.NO) > 1.5 > 1 > mean("要不要", Kind.YES)
    # Together, each wording is now answered about as often as not.
    for form, count in (("多少", (90, 810)), ("谁", (810, 90))):
        answered, missed = count[0] * mean(form, Kind.SPAN), count[1] * mean(form, Kind.NONE)
        assert 0.4 < answered / (answered + missed) < 0.8
    assert set(weights(groups[:100]).values()) == {1.0}  # too few to tell
    assert weights([]) == {}


# ---- measures


def test_measures_of_the_curve() -> None:
    assert auroc([0.9, 0.5], [0.7]) == 0.5
    assert auroc([0.5], [0.5, 0.1]) == 0.75
    right = [float(at) for at in range(1, 101)]
    assert refused(right, [0.0, 5.0, 50.0, 200.0]) == 0.5


@needs_model
def test_everyday_questions_are_measured_apart(coder: PairCoder) -> None:
    data = groups(20)
    nothing = [replace(one, question=f"{one.question}？", candidates=one.candidates[1:]) for one in data.train[:8]]
    everyday = [
        replace(one, question=f"咱{one.question}", origin=JUDGED_DEV) for one in (*data.train[8:14], *nothing[:4])
    ]
    asked = [*data.train[:8], *nothing, *everyday]
    coded = Coded(ReaderData(data.passages, (), tuple(asked), ""), coder)

    def read(pairs: Sequence[Pair]) -> list[Told]:
        """Right on what is written, and never sure on everyday questions."""
        own = coder.question("咱")[-1]
        told = []
        for pair in pairs:
            none = 0.0 if own in pair.row.ids[:4] else (5.0 if pair.kind is Kind.NONE else -5.0)
            told.append((np.array([0, -9, -9, none], np.float32), -none, (max(pair.start, 0), max(pair.end, 0))))
        return told

    found = scores(asked, coded, read)
    assert found["auroc_near"] == found["refused_near"] == found["success@1"] == found["span_f1"] == 1.0
    assert found["auroc_everyday"] == 0.5 and found["success@1_everyday"] == 1.0
    assert "auroc_outside" not in found
    assert "auroc_everyday" not in scores([*data.train[:3], *everyday[6:]], coded, read)


def test_of_two_runs_the_mean_of_their_weights_is_packed(tmp_path: Path) -> None:
    one, other = ({"a": np.full((2, 3), value, np.float32), "b": np.array([value], np.float32)} for value in (1, 2))
    assert {name: part.tolist() for name, part in mean([one, other]).items()} == {"a": [[1.5] * 3] * 2, "b": [1.5]}
    assert mean([one])["a"].dtype == np.float32
    with pytest.raises(UsageError, match="同一种模型"):
        mean([one, {"a": one["a"]}])
    with pytest.raises(UsageError, match="没有训练出的权重"):
        pack([tmp_path], tmp_path / "reader.safetensors")


# ---- training


@needs_model
def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    """And it learns: the loss of the verdict falls."""
    settings = replace(Settings(), layers=1, epochs=2, recipe=replace(Recipe(), batch_tokens=600))
    data = groups(24)
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    whole = ReaderTrainer(default_folder(), data, settings, tmp_path / "whole")
    whole.run(save_every=1e9, score_every=1e9, dev_size=0)

    class KilledError(Exception):
        pass

    first = ReaderTrainer(default_folder(), data, settings, tmp_path / "stopped")
    step, taken = first._step, []

    def step_until_killed(batch: object, done: float) -> dict[str, float]:
        if len(taken) == 3:
            raise KilledError
        taken.append(step(batch, done))  # type: ignore[arg-type]
        return taken[-1]

    first._step = step_until_killed  # type: ignore[method-assign,assignment]
    with pytest.raises(KilledError):
        first.run(save_every=0, score_every=1e9, dev_size=0)
    second = ReaderTrainer(default_folder(), data, settings, tmp_path / "stopped")
    assert second.resume()
    second.run(save_every=1e9, score_every=1e9, dev_size=0)

    import torch

    ended = [torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("whole", "stopped")]
    assert ended[0]["seen"] == ended[1]["seen"] == 96
    for name, one in ended[0]["weights"].items():
        np.testing.assert_allclose(one, ended[1]["weights"][name], atol=2e-3)
    points = [json.loads(line) for line in (tmp_path / "whole" / LOG).read_text("utf-8").splitlines()]
    assert points[-1]["loss"]["verdict"] < points[0]["loss"]["verdict"]
    assert (tmp_path / "whole" / WEIGHTS).is_file()
    with pytest.raises(UsageError, match="别的数据或设置"):
        ReaderTrainer(default_folder(), groups(41), settings, tmp_path / "whole").resume()


def test_what_comes_with_the_program_can_be_learnt_from() -> None:
    """Every example stands on a clause, its span is an exact piece of it, and half of the pairs answer nothing."""
    texts = Texts()
    groups = list(written([OWN_READING], [], Closed(), texts, frozenset()))
    told = [one for group in groups for one in group.candidates if not one.natural]
    assert len(texts.known) > 1000 and len(told) > 7500
    assert all(text.source.startswith("invented/") for text in texts.known.values())
    kinds = Counter(one.kind for one in told)
    assert kinds[Kind.SOME] == 0  # a span that its clause doesn't hold
    assert kinds[Kind.NONE] > len(told) / 2
    assert 0.8 < kinds[Kind.YES] / kinds[Kind.NO] < 1.25
    spans = [(texts.known[one.passage].text, one) for one in told if one.kind is Kind.SPAN]
    assert all(0 <= one.start < one.end <= len(text) for text, one in spans)
