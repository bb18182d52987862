"""The reader on ONNX Runtime, made from its file; and the order of hits that a reader or a CrossEncoder gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import GAZETTE
from numpy.typing import NDArray

from index.build import build
from index.model.errors import ModelError
from index.model.folder import TOKENIZER_FILE, default_folder, is_made_model, read_card
from index.model.onnx_reader import LONGEST, OnnxReader, best_span
from index.model.pair import PairCoder
from index.model.reader_file import read_reader, write_reader
from index.model.reader_make import encoder_weights, make_reader
from retriever.__main__ import main
from retriever.ask import Asker
from retriever.reading.onnx_reader import PassageReader
from retriever.reading.ranking import load_ranker

needs_model = pytest.mark.skipif(not is_made_model(default_folder()), reason="the default model has not been made")
CLAUSES = [
    ("某区补贴办法｜二、标准", "每头补贴30元，由区财政局拨付。"),
    ("某区补贴办法｜三、办理", "由农业农村局受理，五个工作日内办结；" * 40),
    ("", "停用印章。"),
]


@pytest.fixture(scope="module")
def model() -> Any:
    """A reader of two layers with random heads: as good as any other to compare two programs by."""
    import torch

    from index.training.reader_model import make_reader as in_torch

    torch.manual_seed(1)
    reader = in_torch(default_folder(), 2, 0.0).eval()
    with torch.no_grad():
        for name, one in reader.named_parameters():
            one.add_(torch.randn_like(one) * (0.01 if "encoder" in name and one.requires_grad else 0.0))
        for head in (reader.span, reader.verdict, reader.relevance):
            head.weight.mul_(20)
    return reader


@pytest.fixture(scope="module")
def folder(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is made from the file of that reader, in a cache of its own with the default model linked."""
    cache = tmp_path_factory.mktemp("cache")
    (cache / default_folder().name).symlink_to(default_folder())
    learnt = {name: one.detach().numpy() for name, one in model.named_parameters() if one.requires_grad}
    base = read_card(default_folder()).sha256
    write_reader(cache / "reader.safetensors", learnt, encoder_weights(default_folder()), 2, base)
    assert (cache / "reader.safetensors").stat().st_size < 5e6  # a quarter of the weights' own size
    return make_reader(cache / "reader.safetensors", cache)


@needs_model
def test_it_says_what_torch_says(model: Any, folder: Path) -> None:
    import torch

    from index.training.reader_model import collate

    coder = PairCoder(folder / TOKENIZER_FILE)
    asked = coder.question("补贴多少钱？")
    told = OnnxReader(folder, int8=False).read("补贴多少钱？", CLAUSES)
    for verdict, (above, text) in zip(told, CLAUSES, strict=True):
        rows = coder.rows(asked, coder.passage(above, text))
        with torch.inference_mode():
            wanted = model(*collate(rows, coder.pad))
        scores = torch.logsumexp(wanted.verdict[:, :3], 1) - wanted.verdict[:, 3]
        best = int(scores.argmax())
        assert verdict.score == pytest.approx(float(scores[best]), abs=0.05)  # the file is int8
        assert verdict.relevance == pytest.approx(float(wanted.relevance[best]), abs=0.05)
        assert 0 <= verdict.start < verdict.end <= len(text) and verdict.end - verdict.start <= LONGEST


@needs_model
def test_int8_products_say_nearly_the_same(folder: Path) -> None:
    exact, whole = (OnnxReader(folder, int8=int8).read("补贴多少钱？", CLAUSES) for int8 in (False, True))
    assert [one.score for one in whole] == pytest.approx([one.score for one in exact], abs=0.3)


@needs_model
def test_a_clause_is_read_alike_alone_and_among_others(folder: Path) -> None:
    reader = OnnxReader(folder, int8=False)
    together = reader.read("谁受理？", CLAUSES)
    for clause, verdict in zip(CLAUSES, together, strict=True):
        (alone,) = reader.read("谁受理？", [clause])
        assert alone.score == pytest.approx(verdict.score, abs=1e-3)
        assert (alone.start, alone.end) == (verdict.start, verdict.end)
    assert reader.read("谁受理？", []) == []


@needs_model
def test_a_reader_of_another_encoder_or_a_damaged_file_is_one_line(folder: Path, tmp_path: Path) -> None:
    file = folder.parent / "reader.safetensors"
    told = read_reader(file)
    write_reader(tmp_path / "other.safetensors", told.tensors, {}, told.layers, "other")
    with pytest.raises(ModelError, match="不配套"):
        make_reader(tmp_path / "other.safetensors", folder.parent)
    (tmp_path / "cut.safetensors").write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelError, match="读不出来"):
        make_reader(tmp_path / "cut.safetensors", folder.parent)
    with pytest.raises(ModelError, match="不是阅读模型"):
        OnnxReader(default_folder())


def test_the_best_span_is_that_of_all_allowed_ones() -> None:
    draw = np.random.default_rng(0)
    for _ in range(20):
        start, end = draw.normal(size=(2, 40)).astype(np.float32)
        spans = [(at * 10, at * 10 + 10) for at in range(40)]
        first, last = best_span(start, end, spans)
        pairs = [(a, b) for a in range(40) for b in range(a, 40) if (b - a + 1) * 10 <= LONGEST]
        assert start[first] + end[last] == max(start[a] + end[b] for a, b in pairs)
        assert (first, last) in pairs


# ---- the order of hits


class ShortFirst:
    """Short clauses first: an order that nobody would get by chance."""

    sha256 = "0"

    def rank(self, question: str, passages: list[Any]) -> list[float]:
        return [-len(one.entry.text) / 50 for one in passages]


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    folder = tmp_path_factory.mktemp("index")
    build([GAZETTE], folder, dense=False)
    return Asker.open(folder, dense=False)


def test_hits_keep_ranks_and_falling_scores(asker: Asker) -> None:
    question = "农民工工资由哪个部门负责"
    before = asker.ask(question, k=15, mode="bm25")
    after = Asker(asker.engine, None, ranker=ShortFirst()).ask(question, k=15, mode="bm25")
    assert [hit.rank for hit in after.hits] == list(range(1, 16))
    scores = [hit.score for hit in after.hits]
    assert scores == sorted(scores, reverse=True)
    assert {hit.clause_id for hit in after.hits[:10]} == {hit.clause_id for hit in before.hits[:10]}
    assert [hit.clause_id for hit in after.hits] != [hit.clause_id for hit in before.hits]
    assert [hit.clause_id for hit in after.hits[10:]] == [hit.clause_id for hit in before.hits[10:]]


def test_a_document_named_by_its_number_keeps_its_order(asker: Asker) -> None:
    question = "离政办发〔2023〕9号第三部分"
    reordering = Asker(asker.engine, None, ranker=ShortFirst())
    before, after = (one.ask(question, mode="bm25").hits for one in (asker, reordering))
    assert [hit.clause_id for hit in before] == [hit.clause_id for hit in after]


@needs_model
def test_the_reader_ranks_from_the_command_line(asker: Asker, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(load_ranker(str(folder)), PassageReader)
    arguments = ["停用了哪些印章", "--mode", "bm25", "--json", "--index", asker.engine.info.where]
    assert main(arguments) == 0
    before = json.loads(capsys.readouterr().out)["hits"]
    assert main([*arguments, "--reader", str(folder)]) == 0
    after = json.loads(capsys.readouterr().out)["hits"]
    assert [hit["score"] for hit in before] != [hit["score"] for hit in after]
    assert main([*arguments, "--reader", "/没有/这个"]) != 0
    assert "阅读模型装不进来" in capsys.readouterr().err


@needs_model
def test_a_cross_encoder_ranks(tmp_path: Path) -> None:
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(default_folder() / TOKENIZER_FILE), pad_token="<pad>", sep_token="</s>", cls_token="<s>"
    )
    size: NDArray[np.int64] = np.array([len(tokenizer), 8, 1, 2, 16])
    names = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    config = BertConfig(**dict(zip(names, size.tolist(), strict=True)), num_labels=1)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    ranker = load_ranker(str(tmp_path))
    assert len(ranker.sha256) == 64
    assert ranker.rank("问", []) == []
