"""The index's manifest: what it was built from, with what, and the size and hash of every file.

The manifest is written last, in one rename: it names a data folder that is complete. Opening checks
it before the first search; anything off is one line with the command that mends it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from corpus.errors import GongbaoError
from index.address import Where
from index.engine import IndexInfo, ModelInfo, Provenance, SourceFile
from index.files import Checked, FileDamaged, read_sealed, reason, write_file
from index.paths import DEFAULT_INDEX, DEFAULT_INPUT, cache_folder
from index.tokens import fingerprint

# 2: clauses have a table of places, BM25 has plain arrays, files have sizes, the manifest its own hash.
# 3: the offices that the corpus names are kept.
# 4: clauses have a role, a place and a table of ids; offices name the notice of a phone.
# 5: notices have their phones with office and clause, and say where they are uncertain.
# 6: notices have events, version, family and references, clauses the wordings that amendments make; the gazette's
#    issue stands with its notices, and steps of places may be what is issued.
FORMAT = 6
VERSION = "0.1.0"
MANIFEST = "manifest.json"
CLAUSES, CLAUSE_TABLE, CLAUSE_IDS, NOTICES = "clauses.jsonl", "clauses.npy", "clause-ids.npy", "notices.jsonl"
SCORES, ROWS, STARTS, VOCABULARY = "bm25-scores.npy", "bm25-rows.npy", "bm25-starts.npy", "bm25-vocabulary.json"
DENSE, OWNERS = "dense.faiss", "owners.npy"
OFFICES = "offices.jsonl"
CHECKED_FILE = "indexes-checked.json"  # in our cache folder

_DATA, _FILE = re.compile(r"data-[0-9a-f]{12}"), re.compile(r"[a-z0-9][a-z0-9.-]*")


class IndexMissing(GongbaoError):  # noqa: N818 (the names are part of the interface)
    """There is no index in the folder."""


class IndexOutdated(GongbaoError):  # noqa: N818
    """The index was made by another version, with other word lists or for another model."""


class IndexCorrupt(GongbaoError):  # noqa: N818
    """A file of the index is missing, cut short or changed."""


def _described(source: SourceFile) -> dict[str, Any]:
    """A source as the manifest has it: without `error` where there was none."""
    return {name: value for name, value in asdict(source).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` holds.

    `data` is the name of the data folder, `files` maps each file of it to its `bytes` and `sha256`.
    `sources` are the files it was built from: `file`, `sha256` and, where one couldn't be used,
    `error`. `model` (`name`, `dim`, `sha256`) is None for an index without vectors. `settings` says
    with which program the index was made, of which kind the FAISS index is, the model if a user chose one, what
    notices are uncertain, and on which days a status changes.
    """

    data: str
    sources: list[dict[str, Any]]
    tokens: dict[str, str]
    model: dict[str, Any] | None
    notices: int
    clauses: int
    vectors: int
    built: str
    inputs: list[str]
    files: dict[str, dict[str, Any]]
    format: int = FORMAT
    gongbao: str = VERSION
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, made: Provenance, model: ModelInfo | None, **held: Any) -> Manifest:
        """That of an index that has just been made; `held` are the fields that say what it holds."""
        return cls(
            sources=[_described(source) for source in made.sources],
            tokens=fingerprint(),
            model=None if model is None else asdict(model),
            built=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            inputs=list(made.inputs),
            **held,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def render(self) -> bytes:
        """The file's bytes: the fields and, last, the hash of those before it."""
        data = self.to_json()
        digest = hashlib.sha256(_encoded(json.dumps(data, ensure_ascii=False))).hexdigest()
        return _encoded(json.dumps({**data, "sha256": digest}, ensure_ascii=False, indent=1))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # paths on Linux may be no Unicode


def build_command(where: Where, manifest: Manifest | None = None) -> str:
    """The advice of every error here: the command that builds this index again, from the same files."""
    words = ["python", "build_index.py"]
    if manifest is not None and manifest.inputs != [str(DEFAULT_INPUT)]:
        words += manifest.inputs
    if not isinstance(where, Path) or where.resolve() != DEFAULT_INDEX:
        words += ["--index", str(where)]
    if manifest is not None and manifest.settings.get("model") is not None:
        words += ["--model", str(manifest.settings["model"])]
    return f"请运行：{shlex.join(words)}"


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest and check that every byte is as it was written.

    Raises IndexMissing without one, IndexOutdated for another format, IndexCorrupt if it is damaged.
    """
    path = folder / MANIFEST
    todo = build_command(folder)
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as err:
        raise IndexMissing("还没有索引", str(folder), todo) from err
    except OSError as err:
        raise IndexCorrupt(f"索引清单读不出来（{reason(err)}）", str(path), "请检查读取权限") from err
    manifest = parse_manifest(raw, str(path), folder)
    try:
        # The names must lead into this folder: a manifest may come from elsewhere.
        inside = _DATA.fullmatch(manifest.data) and all(_FILE.fullmatch(name) for name in manifest.files)
    except TypeError:
        inside = False
    if not inside:
        raise IndexCorrupt("索引清单损坏，内容变了", str(path), todo)
    return manifest


def parse_manifest(raw: bytes, name: str, where: Where) -> Manifest:
    """The manifest in some bytes, which stand under `name` in the index `where`. Raises as `read_manifest`."""
    todo = build_command(where)
    try:
        data = json.loads(raw)
        form = data["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as err:
        raise IndexCorrupt("索引清单损坏，读不出来", name, todo) from err
    if form != FORMAT:
        raise IndexOutdated(f"索引的格式是 {form}，本程序需要 {FORMAT}", str(where), todo)
    known = {one.name for one in fields(Manifest)}
    try:
        manifest = Manifest(**{name: value for name, value in data.items() if name in known})
        whole = manifest.render() == raw
    except (TypeError, ValueError, AttributeError):
        whole = False
    if not whole:
        raise IndexCorrupt("索引清单损坏，内容变了", name, todo)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest in place in one rename, its bytes on the disk before."""
    write_file(folder / MANIFEST, manifest.render())


def info_of(where: Where, manifest: Manifest, work: Path) -> IndexInfo:
    """What the manifest says, as every engine says it. `work` is the folder that holds the caches."""
    model = None if manifest.model is None else ModelInfo(**manifest.model)
    return IndexInfo(
        where=str(where),
        version=manifest.data,
        built=manifest.built,
        notices=manifest.notices,
        clauses=manifest.clauses,
        vectors=manifest.vectors,
        model=model,
        sources=tuple(SourceFile(**source) for source in manifest.sources),
        inputs=tuple(manifest.inputs),
        cache=work / "cache",
    )


def stamp(folder: Path) -> tuple[int, int, int] | None:
    """Time, inode and size of the manifest file, which a new build changes; None where there is no manifest."""
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def open_files(
    folder: Path, manifest: Manifest, names: Sequence[str] | None = None, *, thorough: bool = False
) -> dict[str, memoryview]:
    """The checked content of the index's files (`files.read_sealed`): all, or those named.

    Raises IndexCorrupt naming the first file that is missing or differs.
    """
    out: dict[str, memoryview] = {}
    checked = Checked(cache_folder() / CHECKED_FILE)
    for name in manifest.files if names is None else names:
        path = folder / manifest.data / name
        try:
            if name not in manifest.files:
                raise FileDamaged("清单里没有这个文件")
            out[name] = read_sealed(path, manifest.files[name], thorough=thorough, checked=checked)
        except FileDamaged as err:
            raise IndexCorrupt(f"索引文件损坏（{err}）", str(path), build_command(folder, manifest)) from err
    checked.save()
    return out


def check_tokens(where: Where, manifest: Manifest, current: dict[str, str]) -> None:
    """Raises IndexOutdated if word segmentation differs from the one the index was built with."""
    if manifest.tokens != current:
        what = "分词（程序、词表或 jieba 的版本）变了，索引需要重建"
        raise IndexOutdated(what, str(where), build_command(where, manifest))
