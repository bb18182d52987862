"""The default model's folder: its name, where it is, what it holds, and whether it is whole.

`gongbao-model.json` (the card) is written last and lists the other files with size and SHA-256.
A folder without a readable card is no model.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from index.files import Checked, sha256_file
from index.model.errors import ModelError, ModelMissing
from index.paths import cache_folder

MODEL_NAME = "multilingual-e5-small-zh-lay"
# What the default model was called before: an index made with it is to be made again.
FORMER_NAMES = ("multilingual-e5-small-zh",)
# The same model with int8 products, for the passages of large corpora: vectors of its own, so a name of its own.
INT8_NAME = "multilingual-e5-small-zh-lay-int8"
# Raised when a change of `index/model/make.py` (or `int8_make.py`, `smoothing.safetensors`) makes other files from the
# same source.
FORMAT, INT8_FORMAT = 1, 2
CARD_FILE = "gongbao-model.json"
GRAPH_FILE = "model.onnx"
INT8_GRAPH_FILE = "model-int8.onnx"
WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"
CHECKED_FILE = "models-checked.json"  # in our cache folder
MAKE_IT = "请运行 make setup 或 python -m index make-model"


@dataclass(frozen=True, slots=True)
class FileInfo:
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a made model is. `sha256` identifies it: a hash over the names and hashes of its files.

    `source_sha256` is that of the weights it was made from and `lora_sha256` that of the adapter added to
    them (None for none), so that a folder tells where it comes from.
    """

    name: str
    dim: int
    max_tokens: int
    source_sha256: str
    files: dict[str, FileInfo]
    lora_sha256: str | None = None
    format: int = FORMAT

    @property
    def sha256(self) -> str:
        lines = (f"{name} {info.sha256}\n" for name, info in sorted(self.files.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def own_lora_path() -> Path:
    """Where the adapter lies that comes with the program."""
    return Path(__file__).parent / "data" / "lora.safetensors"


def default_folder(cache: Path | None = None) -> Path:
    """Where the default model is, or will be made, under `cache` or the user's cache folder.

    The adapter's hash is in its name: programs with other adapters, side by side, each have their own model.
    """
    made_with = short_hash(own_lora_path())
    return (cache_folder() if cache is None else cache) / f"{MODEL_NAME}-{FORMAT}-{made_with}"


def int8_folder(cache: Path | None = None) -> Path:
    """Where the int8 net of that same model is, or will be made."""
    made_with = short_hash(own_lora_path())
    return (cache_folder() if cache is None else cache) / f"{INT8_NAME}-{INT8_FORMAT}-{made_with}"


def own_folder(name: str) -> Path | None:
    """The folder of a model that comes with the program, by the name that an index states; None for any other."""
    if name == INT8_NAME:
        return int8_folder()
    return default_folder() if name in (MODEL_NAME, *FORMER_NAMES) else None


@functools.cache
def short_hash(path: Path) -> str:
    """The beginning of a file's hash, read once; `none` where it can't be read (making the model says why)."""
    try:
        return sha256_file(path)[:12]
    except OSError:
        return "none"


def is_made_model(folder: Path) -> bool:
    return (folder / CARD_FILE).is_file()


def describe(folder: Path, names: list[str]) -> dict[str, FileInfo]:
    """Size and hash of files in a folder."""
    return {name: FileInfo((folder / name).stat().st_size, sha256_file(folder / name)) for name in names}


def read_card(folder: Path) -> ModelCard:
    """The card of a made model whose files are all there with the size it states.

    Raises ModelMissing where there is no card, ModelError where the folder is not whole.
    """
    path = folder / CARD_FILE
    if not path.is_file():
        raise ModelMissing("默认的向量模型还没有制作", str(folder), MAKE_IT)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["files"] = {name: FileInfo(**info) for name, info in data["files"].items()}
        card = ModelCard(**data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as err:
        raise broken(folder, f"{CARD_FILE} 读不懂") from err
    if card.format != FORMAT:
        raise broken(folder, f"模型格式是 {card.format}，应为 {FORMAT}")
    for name, info in card.files.items():
        file = folder / name
        if not file.is_file() or file.stat().st_size != info.bytes:
            raise broken(folder, f"{name} 缺失或不完整")
    return card


def verify(folder: Path) -> ModelCard:
    """`read_card`, and every file's bytes have the hash that the card states."""
    card = read_card(folder)
    for name, info in card.files.items():
        _check(folder, name, info)
    return card


def whole_card(folder: Path) -> ModelCard:
    """`verify` that reads a file only if it has changed since it was last found whole.

    What has been found whole is kept in our cache folder with each file's size, times and inode, so that the
    usual start only looks at those. Raises ModelMissing or ModelError.
    """
    card = read_card(folder)
    checked = Checked(cache_folder() / CHECKED_FILE)
    for name, info in card.files.items():
        status = (folder / name).stat()
        if not checked.is_whole(folder / name, status, info.sha256):
            _check(folder, name, info)
            checked.found_whole(folder / name, status, info.sha256)
    checked.save()
    return card


def _check(folder: Path, name: str, info: FileInfo) -> None:
    try:
        whole = sha256_file(folder / name) == info.sha256
    except OSError as err:
        raise broken(folder, f"{name} 读不出来") from err
    if not whole:
        raise broken(folder, f"{name} 的内容已改变")


def broken(folder: Path, what: str) -> ModelError:
    return ModelError(f"向量模型的文件夹已损坏：{what}", str(folder), f"{MAKE_IT} --force")
