"""The numbers in `eval/baselines.toml`, measured again on the committed bulletin and questions."""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path

import pytest

from eval.committed import EXACT_MODE, MODES, Committed, differences, numbers_of, read_committed
from eval.evaluate import ask_all, describe_files, evaluate
from eval.model import Question
from eval.questions import read_questions
from eval.results import Run, Setting
from eval.splits import select
from eval.systems import Bench
from index.build import build
from index.paths import DEFAULT_INPUT

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions"
RUNS = read_committed()
THOROUGH = os.environ.get("THOROUGH") == "1"


def measured_again(committed: Committed, bench: Bench) -> list[str]:
    return differences(measured(committed, bench, 1)[0], committed)


def measured(committed: Committed, bench: Bench, step: int) -> tuple[Run, list[Question]]:
    """A run over every so many of the questions, and these."""
    paths = [QUESTIONS / name for name in committed.questions]
    questions = list(select(read_questions(paths), committed.split))[::step]
    system = bench.system(committed.system, committed.mode)
    setting = Setting(
        committed.system,
        committed.mode,
        committed.split,
        committed.k,
        describe_files(paths, questions),
        committed.model,
        len(bench.passages),
    )
    return evaluate(system, ask_all(system, questions, committed.k), setting), questions


@pytest.fixture(scope="module")
def keyword_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("keywords")
    build([DEFAULT_INPUT], folder, dense=False)
    return Bench(folder)


@pytest.fixture(scope="module")
def dense_bench(dense_index: Path) -> Bench:
    return Bench(dense_index)


def test_both_modes_that_users_get_are_committed() -> None:
    assert sorted(run.mode for run in RUNS if run.system == "ours") == sorted(MODES)


@pytest.mark.parametrize("committed", RUNS, ids=lambda run: run.mode)
def test_the_question_files_are_those_that_were_measured(committed: Committed) -> None:
    """A changed question needs new numbers: python -m eval FILES --update-baselines."""
    for name, sha256 in committed.questions.items():
        assert hashlib.sha256((QUESTIONS / name).read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize("committed", [run for run in RUNS if run.mode == EXACT_MODE], ids=lambda run: run.mode)
def test_keyword_numbers_are_exactly_the_committed_ones(committed: Committed, keyword_bench: Bench) -> None:
    assert measured_again(committed, keyword_bench) == []


@pytest.mark.slow
@pytest.mark.parametrize("committed", [run for run in RUNS if run.mode != EXACT_MODE], ids=lambda run: run.mode)
def test_numbers_with_embeddings_are_within_the_stated_tolerance(committed: Committed, dense_bench: Bench) -> None:
    """Of every third question, and within three standard errors besides; with `THOROUGH=1` of all."""
    if THOROUGH:
        assert measured_again(committed, dense_bench) == []
        return
    run, asked = measured(committed, dense_bench, 3)
    without = sum(not one.answerable for one in asked)
    for name, number in committed.numbers.items():
        count = without if name.startswith(("refusal", "auroc")) else len(asked) - without
        error = 3 * math.sqrt(max(number * (1 - number), 0.02) / count)
        now = numbers_of(run)[name]
        assert now is not None and abs(now - number) <= committed.tolerance + error, (name, number, now)
