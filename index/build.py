"""Building an index: read, parse, index words, embed, and put all of it in place in one step.

Everything is written into a new data folder beside the old one; the manifest that names it comes
last. Whatever stops a build, the old index goes on answering, and finished embeddings are reused.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.collection import Corpus, collect
from corpus.errors import InputError
from corpus.limits import Limits
from corpus.model import CorpusNotice, ParsedFile
from corpus.site import find_edges
from corpus.sources import shown
from index.address import Where
from index.choice import Choice, choose_model, net_for
from index.cluster.connection import Cluster
from index.doubts import sum_doubts
from index.engine import EngineWriter, ModelInfo, Provenance
from index.inputs import (
    InputFile,
    ParseCache,
    find_with_warnings,
    hash_inputs,
    parse_digest,
    parse_input,
    program_sha256,
)
from index.local.manifest import VERSION, IndexCorrupt, IndexMissing, IndexOutdated, Manifest
from index.model.embedder import Embedder, Encode, encode_here
from index.model.load import load_embedder
from index.opening import Keeper, keeper
from index.passages import passage
from index.paths import DEFAULT_INDEX, DEFAULT_INPUT
from index.readers import FileReader, Readers, usual_jobs
from index.report import READING, BuildProgress, BuildReport, FileReport
from index.tokens import fingerprint
from index.vectors import VectorCache

_NAMED = 10  # files that are named where none could be read
_BATCH = 512  # passages embedded between two writes to the cache: some seconds of work


def build(
    inputs: Sequence[Path] = (DEFAULT_INPUT,),
    index: Where = DEFAULT_INDEX,
    *,
    model: str | None = None,
    dense: bool = True,
    rebuild: bool = False,
    strict: bool = False,
    progress: BuildProgress | None = None,
    limits: Limits | None = None,
    jobs: int | None = None,
    ray: str | None = None,
) -> BuildReport:
    """Build or bring up to date the index in a folder or a collection of Milvus.

    `limits` are those of reading one file: one that passes them fails, and the others are read. `jobs` files are
    read at once (None: as many as suit the machine); what is built is the same for any number. `ray` is the address
    of a cluster that reads and embeds instead of this machine (`index.cluster.address`); where its processors are of
    the same kind, the same is built again.
    `strict` makes any file that can't be read fail the build (nothing is changed then). Raises
    UsageError, InputError (no file could be read), ModelError (the model named can't be used),
    BuildBusy, ClusterMissing or ClusterError, or OSError from the disk.
    """
    paths, warnings = find_with_warnings(inputs)
    place = keeper(index)
    task = _Build(place, shown(str(index)), [str(path.absolute()) for path in inputs], progress or _silent)
    task.report.warnings = warnings
    place.work.mkdir(parents=True, exist_ok=True)
    with place.lock():
        place.sweep()
        files = hash_inputs(paths)
        choice = choose_model(model, load_embedder) if dense else Choice()
        old = _whole(place)
        failed_before = old is not None and any("error" in file for file in old.sources)
        retry = rebuild or (strict and failed_before)
        if old is not None and not retry and _is_current(old, files, choice):
            return task.unchanged(old, files, choice)
        limits = limits or Limits()
        with contextlib.nullcontext() if ray is None else Cluster(ray, limits, jobs) as cluster:
            if cluster is not None:
                task.encode = cluster.encode
            with Readers(limits, jobs) if cluster is None else Readers(limits, cluster.jobs, cluster.reader) as readers:
                parsed = task.parse(files, readers, rebuild)
            if not parsed or (strict and task.report.failed):
                raise InputError(_errors(task.report.failed) or "没有可以读取的文件")
            task.publish(parsed, files, old, choice, usual_jobs(limits) if jobs is None else jobs)
    return task.report


def _errors(failed: Sequence[FileReport]) -> str:
    """Why files failed, as one line: the first ones, and how many more there are."""
    named = [file.error or "" for file in failed[:_NAMED]]
    more = [f"另外还有 {len(failed) - _NAMED} 个文件读不了"] if len(failed) > _NAMED else []
    return "；".join([*named, *more])


def _whole(place: Keeper) -> Manifest | None:
    """The manifest of the index that is there, if all of it is as it was written."""
    try:
        return place.manifest(thorough=True)
    except (IndexMissing, IndexOutdated, IndexCorrupt):
        return None


def _is_current(old: Manifest, files: Sequence[InputFile], choice: Choice) -> bool:
    """Whether the index already holds exactly these files, made by this program with this model."""
    before = [(file["file"], file["sha256"]) for file in old.sources]
    if before != [(file.name, file.sha256) for file in files]:
        return False
    if old.gongbao != VERSION or old.tokens != fingerprint() or old.settings.get("program") != _program():
        return False
    return choice.fits((old.model or {}).get("sha256"))


def _program() -> str:
    return program_sha256("corpus")[:16] + program_sha256("index")[:16]


def _silent(stage: str, done: int, total: int) -> None:
    pass


def _one_at_a_time(progress: BuildProgress) -> BuildProgress:
    """The same, for several threads: pages are counted by those that wait for files."""
    lock = threading.Lock()

    def told(stage: str, done: int, total: int) -> None:
        with lock:
            progress(stage, done, total)

    return told


class _Build:
    """One build under its lock: what it reports, and its steps in order."""

    def __init__(self, place: Keeper, name: str, inputs: list[str], progress: BuildProgress) -> None:
        self.place = place
        self.cache = place.work / "cache"
        self.inputs = inputs
        self.progress = _one_at_a_time(progress)
        self.report = BuildReport(name, [])
        self.encode: Encode = encode_here
        self.kept: list[str] = []  # parses of pages without their site's lines
        self.started = self.lap = time.monotonic()

    def unchanged(self, old: Manifest, files: Sequence[InputFile], choice: Choice) -> BuildReport:
        """The report of an index that is up to date; files that failed before have failed again."""
        errors = {file["file"]: file.get("error") for file in old.sources}
        report = self.report
        report.files += [FileReport(file.name, error=errors[file.name], reused=True) for file in files]
        report.notices, report.clauses, report.vectors = old.notices, old.clauses, old.vectors
        report.model = old.model["name"] if old.model else None
        report.dense, report.unchanged, report.note = old.model is not None, True, choice.note
        report.uncertain = old.settings.get("uncertain")
        self._lap("total", since=self.started)
        return report

    def parse(self, files: Sequence[InputFile], readers: Readers, rebuild: bool) -> list[ParsedFile]:
        """Parse every file, or take its parse from the cache if its bytes and the program are the same."""
        cache = ParseCache(self.cache / "parsed")
        found: dict[str, ParsedFile] = {}
        sites: dict[str, tuple[int, ...]] = {}

        def one(reader: FileReader, file: InputFile) -> tuple[ParsedFile | None, FileReport]:
            site = sites.get(file.name, ())
            return parse_input(file, reader, cache, self.cache, rebuild=rebuild, progress=self.progress, site=site)

        self.progress(READING, 0, len(files))
        for file, (parsed, report) in zip(files, readers.map(one, files), strict=True):
            self.progress(READING, len(self.report.files), len(files))
            self.report.files.append(report)
            if parsed is not None:
                found[file.name] = parsed
        # What several pages of a site have at their edges shows only when all have been read once.
        edges = find_edges({name: parsed.page_lines for name, parsed in found.items() if parsed.page_lines})
        sites = {name: lines for name, lines in edges.items() if lines}
        again = [(at, file) for at, file in enumerate(files) if file.name in sites]
        for (at, file), (parsed, report) in zip(again, readers.map(one, [file for _, file in again]), strict=True):
            self.kept.append(parse_digest(file, sites[file.name]))
            if parsed is not None:
                self.report.files[at], found[file.name] = report, parsed
        self.progress(READING, len(files), len(files))
        self._lap("parse")
        return list(found.values())

    def publish(
        self, parsed: list[ParsedFile], files: Sequence[InputFile], old: Manifest | None, choice: Choice, jobs: int
    ) -> None:
        """Write the new index beside the old one and put it in place.

        Where there are no vectors yet, the keyword index answers while they are made. `jobs` processes count words.
        """
        corpus = collect(parsed)
        self._warn(corpus)
        errors = {file.file: file.error for file in self.report.files}
        sources = tuple(file.to_source(errors[file.name]) for file in files)
        try:
            writer = self.place.writer(Provenance(sources, tuple(self.inputs), _program(), choice.name), jobs)
            writer.write_keywords(corpus.notices)
            self.report.notices = len(corpus.notices)
            self.report.uncertain = sum_doubts(corpus.notices)
            self.report.clauses = sum(len(source.notice.clauses) for source in corpus.notices)
            self._lap("bm25")
            if choice.models:
                if old is None or old.model is None:
                    writer.publish()
                before = None if old is None else self.place.info(old)
                self._vectors(writer, corpus.notices, net_for(choice, self.report.clauses, before))
            self.report.note = choice.note
            writer.publish()
        finally:
            # What the manifest names now stays, whatever went wrong: the disk may have failed just
            # after the rename.
            self.place.sweep()
        ParseCache(self.cache / "parsed").forget_all_but([*self.kept, *(file.sha256 for file in files)])
        self._lap("total", since=self.started)

    def _warn(self, corpus: Corpus) -> None:
        by_file = {file.file: file for file in self.report.files}
        for name, warning in corpus.warnings:
            by_file[name].warnings.append(warning.to_json())

    def _vectors(self, writer: EngineWriter, notices: Sequence[CorpusNotice], model: str) -> None:
        """Embed what is new and write all vectors."""
        embedder = load_embedder(model)
        pairs = ((source.notice.title, clause) for source in notices for clause in source.notice.clauses)
        texts: list[str] = []
        owners: list[int] = []
        for row, (title, clause) in enumerate(pairs):
            windows = embedder.split_passage(*passage(title, clause.path, clause.text))
            texts += windows
            owners += [row] * len(windows)
        cache = VectorCache(self.cache, embedder)
        vectors = self._embed(cache, embedder, texts)
        made_by = ModelInfo(embedder.name, embedder.dim, embedder.sha256)
        writer.write_vectors(vectors, np.asarray(owners, np.int32), made_by)
        cache.forget_all_but(texts)
        self.report.vectors, self.report.model, self.report.dense = len(texts), embedder.name, True
        self._lap("embed")

    def _embed(self, cache: VectorCache, embedder: Embedder, texts: list[str]) -> NDArray[np.float32]:
        """Vectors of `texts` [len(texts), dim]; those made before come from the cache.

        Those of like length are embedded together, the longest first: little is spent on padding, and what the bar
        says is left is rather too much than too little.
        """
        missing = sorted(cache.missing(texts), key=len, reverse=True)
        done = 0

        def more(texts: int) -> None:
            nonlocal done
            done += texts
            self.progress("嵌入", done, len(missing))

        self.progress("嵌入", 0, len(missing))
        batches = [missing[begin : begin + _BATCH] for begin in range(0, len(missing), _BATCH)]
        for batch, vectors in zip(batches, self.encode(embedder, batches, more), strict=True):
            cache.add(batch, vectors)
        self.progress("嵌入", len(missing), len(missing))
        self.report.embedded = len(missing)
        return cache.get(texts)

    def _lap(self, name: str, since: float | None = None) -> None:
        """Note the seconds since the last lap, or since a time given."""
        now = time.monotonic()
        self.report.seconds[name] = round(now - (self.lap if since is None else since), 2)
        self.lap = now


__all__ = ["BuildReport", "build"]
