"""The default model's adapter: its file, what it changes, and how it is learnt."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus.errors import UsageError
from index.model import lora as loras
from index.model.errors import ModelError
from index.model.folder import WEIGHTS_FILE, default_folder, own_lora_path, read_card
from index.model.lora import Lora, LowRank, read_lora, write_lora
from index.model.make import embedder_with, make_model
from index.model.onnx_embedder import OnnxEmbedder
from index.model.prompts import Prompts
from index.training import data as train_data
from index.training.data import Example, is_held_out, read_training_data
from index.training.lora_trainer import LoraTrainer, Settings
from index.training.train import near_misses, recall

STARD = Path(__file__).parents[2] / "shared" / "data" / "stard"
QUERY = "encoder.layer.3.attention.self.query"


def random(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# ---- the file


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    layers = {QUERY: LowRank(random(2, 6), random(5, 2, seed=1))}
    write_lora(tmp_path / "a.safetensors", layers)
    found = read_lora(tmp_path / "a.safetensors")
    np.testing.assert_allclose(found.layers[QUERY].change, layers[QUERY].change, atol=0.02)  # float16
    write_lora(tmp_path / "b.safetensors", layers)
    assert read_lora(tmp_path / "b.safetensors").sha256 == found.sha256


def test_a_bad_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bad.safetensors"
    with pytest.raises(ModelError, match="读不出来"):
        read_lora(path)
    path.write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="读不出来"):
        read_lora(path)
    write_lora(path, {QUERY: LowRank(random(2, 6), random(5, 2))})
    monkeypatch.setattr(loras, "SOURCE_SHA256", "other")
    with pytest.raises(ModelError, match="不配套"):
        read_lora(path)


def test_only_the_weights_it_names_are_changed() -> None:
    layer = LowRank(random(2, 6), random(5, 2, seed=1))
    lora, weight = Lora({QUERY: layer}, ""), random(5, 6, seed=2)
    np.testing.assert_allclose(lora.changed(f"{QUERY}.weight", weight), weight + layer.up @ layer.down, rtol=1e-6)
    assert lora.changed(f"{QUERY}.bias", weight) is weight
    assert lora.changed("embeddings.word_embeddings.weight", weight) is weight


def test_the_mean_of_adapters_is_that_of_their_factors() -> None:
    one, two = ({QUERY: LowRank(random(2, 6, seed=n), random(5, 2, seed=n + 1))} for n in (0, 2))
    found = loras.mean([Lora(one, ""), Lora(two, "")])[QUERY]
    np.testing.assert_allclose(found.down, (one[QUERY].down + two[QUERY].down) / 2, rtol=1e-6)
    np.testing.assert_allclose(found.up, (one[QUERY].up + two[QUERY].up) / 2, rtol=1e-6)
    assert loras.mean([Lora(one, "")] * 3)[QUERY].change == pytest.approx(one[QUERY].change)


def test_the_adapter_that_is_shipped_is_small_and_of_every_linear_layer() -> None:
    lora = read_lora(own_lora_path())
    assert own_lora_path().stat().st_size <= 4 * 2**20
    assert len(lora.layers) == 12 * 6


# ---- the model made with it


def test_programs_with_other_adapters_share_a_cache_but_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of an earlier program, of its own name, is left alone too."""
    former = tmp_path / "multilingual-e5-small-zh-lay-1"
    former.mkdir()
    folder = make_model(tmp_path)
    first = read_card(folder)
    assert first.lora_sha256 == read_lora(own_lora_path()).sha256
    other = tmp_path / "other.safetensors"
    write_lora(other, {QUERY: LowRank(random(2, 384), random(384, 2))})
    for module in ("folder", "make"):
        monkeypatch.setattr(f"index.model.{module}.own_lora_path", lambda: other)
    second = make_model(tmp_path)
    assert second == default_folder(tmp_path) != folder
    again = read_card(second)
    assert again.lora_sha256 == read_lora(other).sha256
    assert again.sha256 != first.sha256
    assert again.files[WEIGHTS_FILE].bytes == first.files[WEIGHTS_FILE].bytes
    assert read_card(folder) == first
    assert sorted(tmp_path.iterdir()) == sorted([former, folder, second, other])


def test_a_program_without_its_adapter_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("folder", "make"):
        monkeypatch.setattr(f"index.model.{module}.own_lora_path", lambda: tmp_path / "gone.safetensors")
    assert default_folder(tmp_path).parent == tmp_path
    with pytest.raises(ModelError, match="微调文件读不出来"):
        make_model(tmp_path)


def test_a_folder_holds_the_model_of_its_adapter_alone(tmp_path: Path) -> None:
    """Whatever came to stand under the name: another adapter's model is made anew."""
    folder = default_folder(tmp_path)
    embedder_with(folder, None)
    assert read_card(folder).lora_sha256 is None
    assert make_model(tmp_path) == folder
    assert read_card(folder).lora_sha256 == read_lora(own_lora_path()).sha256


# ---- learning


QUESTIONS = ["老板跑路不给钱找谁", "老人看病能报多少", "孩子上学去哪报名", "房子漏水物业不管"]
PASSAGES = [
    "用人单位拖欠劳动报酬的，由人力资源和社会保障行政部门责令支付。",
    "参加城乡居民基本医疗保险的老年人住院费用按百分之七十报销。",
    "适龄儿童由监护人到户籍所在地学校办理入学登记。",
    "物业服务企业应当对房屋共用部位进行维修。",
]
EXAMPLES = [Example(question, (at,)) for at, question in enumerate(QUESTIONS)]
NEAR = [[place for place in range(4) if place != at] for at in range(4)]
SETTINGS = Settings(rank=2, epochs=4, batch=2, rate=3e-3, checkpoint_every=2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, OnnxEmbedder]:
    folder = tmp_path_factory.mktemp("base")
    return folder, embedder_with(folder, None)


def trainer(base: tuple[Path, OnnxEmbedder], *, half: bool = False, start: Lora | None = None) -> LoraTrainer:
    """In a precision of our choice: which is faster differs between processors, and from run to run."""
    folder, embedder = base
    vectors = embedder.encode_passages(PASSAGES)
    made = LoraTrainer(folder, Prompts("query: ", "passage: "), PASSAGES, EXAMPLES, NEAR, vectors, SETTINGS, start)
    made.half = half
    return made


@pytest.mark.slow
def test_training_draws_questions_to_their_passages_and_is_what_the_made_model_does(
    base: tuple[Path, OnnxEmbedder], tmp_path: Path
) -> None:
    _, before = base
    write_lora(tmp_path / "lora.safetensors", trainer(base).run(tmp_path / "checkpoint.pt"))
    after = embedder_with(tmp_path / "new", tmp_path / "lora.safetensors")

    def margin(model: OnnxEmbedder) -> float:
        scores = model.encode_questions(QUESTIONS) @ model.encode_passages(PASSAGES).T
        return float((np.diag(scores) - (scores - np.eye(4, dtype=np.float32)).max(axis=1)).mean())

    assert margin(after) > margin(before) + 0.02
    again = trainer(base, start=read_lora(tmp_path / "lora.safetensors"))
    tokens = [again._ids(f"query: {question}", SETTINGS.question_tokens) for question in QUESTIONS]
    went_on_from = again._encode(tokens).detach().numpy()
    np.testing.assert_allclose(went_on_from, after.encode_questions(QUESTIONS), atol=2e-3)
    assert again._of != trainer(base)._of  # another's checkpoint is not taken


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(
    base: tuple[Path, OnnxEmbedder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trainer(base).run(tmp_path / "whole.pt")
    real = LoraTrainer._step

    def killed(self: LoraTrainer, step: int) -> float:
        if step == 5:
            raise KeyboardInterrupt
        return real(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(LoraTrainer, "_step", killed)
        with pytest.raises(KeyboardInterrupt):
            trainer(base).run(tmp_path / "cut.pt")
    asked: list[int] = []

    def told(self: LoraTrainer, step: int) -> float:
        asked.append(step)
        return real(self, step)

    monkeypatch.setattr(LoraTrainer, "_step", told)
    again = trainer(base, half=True)
    resumed = again.run(tmp_path / "cut.pt")
    assert not again.half  # it goes on in the precision it began with
    assert asked == [4, 5, 6, 7]
    for name, layer in whole.items():
        np.testing.assert_allclose(resumed[name].change, layer.change, atol=2e-3)


@pytest.mark.slow
def test_questions_are_drawn_away_from_passages_outside_their_batch(base: tuple[Path, OnnxEmbedder]) -> None:
    made = trainer(base)
    batch = made._batch(0)
    questions = made._encode(batch.questions)
    loss = float(made._pool_loss(questions, batch).detach())
    scores = (questions.detach() @ made._pool.T / SETTINGS.temperature).numpy()
    expected = np.log(np.exp(scores).sum(1)) - scores[np.arange(len(scores)), batch.right]
    assert loss == pytest.approx(float(expected.mean()), rel=1e-4)
    made._pool[batch.right] = questions.detach()  # vectors that answer as well as can be
    assert float(made._pool_loss(questions, batch).detach()) < loss


def test_near_misses_are_the_nearest_that_do_not_answer() -> None:
    passages = np.eye(4, dtype=np.float32)
    questions = np.array([[0.9, 0.4, 0.1, 0.0], [0, 0, 0, 1]], np.float32)
    found = near_misses([Example("甲", (0,)), Example("乙", (3, 2))], questions, passages)
    assert found == [[1, 2, 3], [0, 1]]


def test_recall_is_the_share_of_a_questions_articles() -> None:
    articles = np.eye(4, dtype=np.float32)
    assert recall(articles[:1], articles, [(0, 3)]) == {1: 1 / 2, 10: 1.0, 100: 1.0}


# ---- the data


def stard(folder: Path) -> Path:
    """Thirty questions; articles 3 and 7 are scored, 8 has the words of 7, 9 is asked about by us alone."""
    rows = [{"id": n, "question": f"问题{n}", "relevant": [7]} for n in range(30)]
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (folder / "eval_ids.txt").write_text("7\n3\n8\n", "utf-8")
    with lzma.open(folder / "articles.jsonl.xz", "wt", encoding="utf-8") as out:
        for article, text in ((3, "甲"), (7, "乙"), (8, "乙"), (9, "丙")):
            out.write(json.dumps({"id": article, "name": f"第{article}条", "text": text}) + "\n")
    return folder


def test_training_data_is_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clauses = [
        {"headings": ["一、补助"], "text": "（一）每部20万元。", "questions": ["电梯给多少？"]},
        {"headings": [], "text": "请认真执行。", "questions": []},
    ]
    written = {
        train_data.ARTICLE_QUESTIONS_FILE: [
            {"article": 9, "questions": ["丙？", "丁？"]},
            {"article": 7, "questions": ["乙？"]},
        ],
        train_data.NOTICE_QUESTIONS_FILE: [{"title": "甲县关于加装电梯的通知", "clauses": clauses}],
    }
    monkeypatch.setattr(train_data, "own_questions", lambda file: iter(written[file]))
    data = read_training_data(stard(tmp_path))
    assert data.passages[: data.scored] == ("第3条\n甲", "第7条\n乙", "第8条\n乙")
    assert data.passages[data.scored : data.statutes] == ("第9条\n丙",)
    # As they are embedded for an index, those without a question too.
    assert data.passages[data.statutes :] == ("加装电梯｜一、补助\n（一）每部20万元。", "加装电梯\n请认真执行。")
    assert len(data.held_out) == sum(is_held_out(n) for n in range(30)) == 30 - len(data.real) > 0
    # The same words answer under either number.
    assert data.on_articles == (Example("丙？", (3,)), Example("丁？", (3,)), Example("乙？", (1, 2)))
    assert data.on_notices == (Example("电梯给多少？", (4,)),)


def test_missing_data_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--data"):
        read_training_data(tmp_path)


@pytest.mark.skipif(not STARD.is_dir(), reason="STARD is not here")
def test_our_own_questions_are_on_articles_that_are_there_and_answer_no_held_out_question() -> None:
    data = read_training_data(STARD)
    kept = {place for example in data.held_out for place in example.answers}
    assert not kept & {place for example in data.on_articles for place in example.answers}
    assert {place for example in data.on_notices for place in example.answers} <= set(
        range(data.statutes, len(data.passages))
    )
    assert all(example.question.strip() for example in data.real + data.on_articles + data.on_notices)


def test_a_folder_is_made_again_over_an_old_one(base: tuple[Path, OnnxEmbedder]) -> None:
    folder, before = base
    again = embedder_with(folder, None)
    assert again.sha256 == before.sha256
