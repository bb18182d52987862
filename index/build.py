"""Building an index: read, parse, index words, embed, and put all of it in place in one step.

Everything is written into a new data folder beside the old one; the manifest that names it comes
last. Whatever stops a build, the old index goes on answering, and finished embeddings are reused.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.collection import collect
from corpus.errors import GongbaoError, InputError, UsageError
from corpus.model import ParsedFile
from corpus.parse import parse_source
from corpus.reading import TEXT_SUFFIXES, read_text
from index.bm25 import Fields, build_bm25
from index.embedding import Embedder, ModelError, load_embedder
from index.lock import build_lock
from index.manifest import (
    DENSE,
    FORMAT,
    OWNERS,
    VERSION,
    IndexCorrupt,
    IndexMissing,
    IndexOutdated,
    Manifest,
    read_manifest,
    sha256_file,
    write_file,
    write_manifest,
)
from index.passages import passage
from index.paths import DEFAULT_INDEX, DEFAULT_INPUT
from index.store import IndexedNotice, write_clauses
from index.tokens import fingerprint
from index.vectors import VectorCache, flat_index

Progress = Callable[[str, int, int], None]  # stage, done, of how many


@dataclass(slots=True)
class FileReport:
    """What became of one input file: parsed (with counts) or failed (with the reason)."""

    file: str
    notices: int = 0
    clauses: int = 0
    coverage: float = 0.0
    encoding: str = ""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    reused: bool = False


@dataclass(slots=True)
class BuildReport:
    """The summary of a build. `dense` says whether the index has vectors; `note` why not."""

    index: str
    files: list[FileReport]
    notices: int = 0
    clauses: int = 0
    vectors: int = 0
    embedded: int = 0
    model: str | None = None
    dense: bool = False
    note: str | None = None
    unchanged: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> list[FileReport]:
        return [entry for entry in self.files if entry.error is not None]


def find_inputs(inputs: Sequence[Path]) -> list[Path]:
    """The files to read: those named, and those of folders (sorted, hidden files left out).

    Raises UsageError if a path does not exist or nothing is found.
    """
    found: list[Path] = []
    for path in inputs:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
            found += [p for p in inside if p.suffix.lower() in TEXT_SUFFIXES or p.suffix]
        elif path.exists():
            found.append(path)
        else:
            raise UsageError("找不到文件或文件夹", str(path), "请检查路径")
    unique = list(dict.fromkeys(p.resolve() for p in found))
    if not unique:
        where = "、".join(map(str, inputs))
        raise UsageError("没有可以读取的文件", where, "请把公报文件放进文件夹后再试")
    return unique


def build(
    inputs: Sequence[Path] = (DEFAULT_INPUT,),
    index: Path = DEFAULT_INDEX,
    *,
    model: str | None = None,
    dense: bool = True,
    rebuild: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build or bring up to date the index in folder `index`.

    `strict` makes any file that can't be read fail the build (nothing is changed then). Raises
    UsageError, InputError (no file could be read), BuildBusy, or OSError from the disk.
    """
    started = time.monotonic()
    paths = find_inputs(inputs)
    report = BuildReport(str(index), [])
    index.mkdir(parents=True, exist_ok=True)
    with build_lock(index):
        hashes = {path: sha256_file(path) for path in paths if _readable(path, report)}
        old = None if rebuild else _old_manifest(index)
        if old is not None and _is_current(old, hashes, model, dense):
            return _unchanged(report, old, hashes, started)
        parsed = _parse_all(hashes, index, rebuild, report, progress)
        report.seconds["parse"] = round(time.monotonic() - started, 2)
        if not parsed or (strict and report.failed):
            errors = "；".join(entry.error or "" for entry in report.failed)
            raise InputError(errors or "没有可以读取的文件", "", "")
        _publish(index, parsed, hashes, [str(path) for path in inputs], old, report, model, dense, progress)
    report.seconds["total"] = round(time.monotonic() - started, 2)
    return report


def _readable(path: Path, report: BuildReport) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError as err:
        report.files.append(FileReport(path.name, error=f"{path}：打不开文件（{err.strerror}）。请检查读取权限"))
        return False


def _old_manifest(index: Path) -> Manifest | None:
    try:
        return read_manifest(index)
    except (IndexMissing, IndexOutdated, IndexCorrupt):
        return None


def _is_current(old: Manifest, hashes: dict[Path, str], model: str | None, dense: bool) -> bool:
    """Whether the index already holds exactly these files, made with the same words and model."""
    same_files = {entry["file"]: entry["sha256"] for entry in old.sources} == {
        path.name: digest for path, digest in hashes.items()
    }
    if not same_files or old.tokens != fingerprint() or old.gongbao != VERSION:
        return False
    if not dense:
        return old.model is None
    if old.model is None:
        return False
    try:
        embedder = load_embedder(model)
    except ModelError:
        return False
    return bool(old.model["sha256"] == embedder.sha256)


def _unchanged(report: BuildReport, old: Manifest, hashes: dict[Path, str], started: float) -> BuildReport:
    report.files += [FileReport(path.name, reused=True) for path in hashes]
    report.notices, report.clauses, report.vectors = old.notices, old.clauses, old.vectors
    report.dense, report.unchanged = old.model is not None, True
    report.model = old.model["name"] if old.model else None
    report.seconds["total"] = round(time.monotonic() - started, 2)
    return report


def _parse_all(
    hashes: dict[Path, str], index: Path, rebuild: bool, report: BuildReport, progress: Progress | None
) -> list[ParsedFile]:
    """Parse every file, or take its parse from the cache if its bytes and the program are the same."""
    cache = index / "cache" / "parsed"
    cache.mkdir(parents=True, exist_ok=True)
    out: list[ParsedFile] = []
    for done, (path, digest) in enumerate(hashes.items()):
        if progress:
            progress("解析", done, len(hashes))
        stored = cache / f"{digest}-{VERSION}-{FORMAT}.json"
        parsed = None if rebuild else _stored_parse(stored)
        reused = parsed is not None
        if parsed is None:
            try:
                parsed = parse_source(read_text(path))
            except GongbaoError as err:
                report.files.append(FileReport(path.name, error=str(err)))
                continue
            write_file(stored, json.dumps(parsed.to_json(), ensure_ascii=False).encode("utf-8"))
        parsed = replace(parsed, file=path.name)
        out.append(parsed)
        report.files.append(
            FileReport(
                path.name,
                len(parsed.notices),
                sum(len(notice.clauses) for notice in parsed.notices),
                parsed.coverage,
                parsed.encoding,
                [warning.to_json() for warning in parsed.warnings],
                reused=reused,
            )
        )
    if progress:
        progress("解析", len(hashes), len(hashes))
    return out


def _stored_parse(path: Path) -> ParsedFile | None:
    try:
        return ParsedFile.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _publish(
    index: Path,
    parsed: list[ParsedFile],
    hashes: dict[Path, str],
    inputs: list[str],
    old: Manifest | None,
    report: BuildReport,
    model: str | None,
    dense: bool,
    progress: Progress | None,
) -> None:
    """Write the keyword index, publish it if nothing better is there, then add the vectors."""
    began = time.monotonic()
    corpus = collect(parsed)
    by_file = {entry.file: entry for entry in report.files}
    for name, warning in corpus.warnings:
        by_file[name].warnings.append(warning.to_json())
    notices = [IndexedNotice(entry.notice, entry.files) for entry in corpus.notices]
    data = index / f"data-{secrets.token_hex(6)}"
    data.mkdir()
    try:
        write_clauses(data, notices)
        pairs = [(entry.notice, clause) for entry in notices for clause in entry.notice.clauses]
        fields = [Fields(clause.text, " ".join(clause.path), notice.title) for notice, clause in pairs]
        build_bm25(fields).save(data)
        report.notices, report.clauses = len(notices), len(pairs)
        report.seconds["bm25"] = round(time.monotonic() - began, 2)
        manifest = Manifest(
            data=data.name,
            sources=[{"file": path.name, "sha256": digest} for path, digest in hashes.items()],
            tokens=fingerprint(),
            model=None,
            notices=len(notices),
            clauses=len(pairs),
            vectors=0,
            built=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            inputs=inputs,
            files=_hash_files(data),
        )
        if dense and (old is None or old.model is None):
            write_manifest(index, manifest)  # keywords answer while the embeddings are made
        if dense:
            manifest = _add_vectors(index, data, manifest, [passage(n, c) for n, c in pairs], report, model, progress)
        write_manifest(index, manifest)
    except BaseException:
        current = _old_manifest(index)
        if current is None or current.data != data.name:
            shutil.rmtree(data, ignore_errors=True)
        raise
    _sweep(index, data.name)


def _add_vectors(
    index: Path,
    data: Path,
    manifest: Manifest,
    passages: list[tuple[str, str]],
    report: BuildReport,
    model: str | None,
    progress: Progress | None,
) -> Manifest:
    """Embed what is new, write the FAISS index; without a usable model the index stays as it is."""
    began = time.monotonic()
    try:
        embedder = load_embedder(model)
    except ModelError as err:
        if model is not None:
            raise
        report.note = f"没有向量，只能按关键词检索：{err}"
        return manifest
    texts: list[str] = []
    owners: list[int] = []
    for row, (head, text) in enumerate(passages):
        windows = embedder.split_passage(head, text)
        texts += windows
        owners += [row] * len(windows)
    vectors = embed_cached(index, embedder, texts, report, progress)
    import faiss

    (data / DENSE).write_bytes(faiss.serialize_index(flat_index(vectors)).tobytes())
    np.save(data / OWNERS, np.asarray(owners, np.int32))
    report.vectors, report.model, report.dense = len(texts), embedder.name, True
    report.seconds["embed"] = round(time.monotonic() - began, 2)
    described = {"name": embedder.name, "dim": embedder.dim, "sha256": embedder.sha256}
    return replace(manifest, model=described, vectors=len(texts), files=_hash_files(data))


def embed_cached(
    index: Path, embedder: Embedder, texts: list[str], report: BuildReport, progress: Progress | None
) -> NDArray[np.float32]:
    """Vectors of `texts` [len(texts), dim]; those made before come from the cache beside the index."""
    cache = VectorCache(index / "cache", embedder)
    missing = cache.missing(texts)
    step = 64
    for begin in range(0, len(missing), step):
        if progress:
            progress("嵌入", begin, len(missing))
        batch = missing[begin : begin + step]
        cache.add(batch, embedder.encode_passages(batch))
    if progress:
        progress("嵌入", len(missing), len(missing))
    report.embedded = len(missing)
    return cache.get(texts)


def _hash_files(data: Path) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in sorted(data.iterdir())}


def _sweep(index: Path, keep: str) -> None:
    """Remove data folders of earlier builds. One still in use elsewhere stays until the next build."""
    for folder in index.glob("data-*"):
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)
