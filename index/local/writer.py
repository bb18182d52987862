"""Writes an index into a new data folder beside the old one; the manifest that names it comes last."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.model import CorpusNotice
from corpus.validity import change_days
from index.doubts import sum_doubts
from index.engine import ModelInfo, Provenance, Vector
from index.files import TEMPORARY, remove_folder, seal
from index.local.clauses import write_clauses
from index.local.counting import counted
from index.local.dense import build_dense, factory, save_dense
from index.local.keywords import Fields, from_weights
from index.local.manifest import (
    OFFICES,
    IndexCorrupt,
    IndexMissing,
    IndexOutdated,
    Manifest,
    read_manifest,
    write_manifest,
)
from index.office_list import gather


class LocalWriter:
    """One index being written (`index.engine.EngineWriter`). Until `publish`, nobody sees it."""

    def __init__(self, folder: Path, made: Provenance, jobs: int = 1) -> None:
        """`jobs` processes count words. Raises OSError if the data folder can't be made."""
        self.folder = folder
        self.data = folder / f"data-{secrets.token_hex(6)}"
        self.data.mkdir()
        self._made, self._jobs = made, jobs
        self._notices = self._clauses = self._vectors = 0
        self._model: ModelInfo | None = None
        self._settings: dict[str, Any] = {"program": made.program, "model": made.model}
        self._files: dict[str, dict[str, Any]] = {}

    def write_keywords(self, notices: Sequence[CorpusNotice]) -> None:
        """Notices, clauses, offices and keyword index. Raises OSError."""
        self._notices, self._clauses = len(notices), write_clauses(self.data, notices)
        write_offices(self.data, notices)
        self._settings["uncertain"] = sum_doubts(notices)
        self._settings["changes"] = change_days(source.notice for source in notices)
        pairs = ((source.notice.title, clause) for source in notices for clause in source.notice.clauses)
        fields = (Fields(clause.text, " ".join(clause.path), title) for title, clause in pairs)
        from_weights(counted(fields, self._jobs)).save(self.data)
        self._files = seal(self.data)

    def write_vectors(self, vectors: Vector, owners: NDArray[np.int32], model: ModelInfo) -> None:
        """The FAISS index over `vectors` [n, dim], vector i of the clause in row `owners[i]`. Raises OSError."""
        save_dense(self.data, build_dense(vectors), owners)
        self._vectors, self._model = len(vectors), model
        self._settings["faiss"] = factory(*vectors.shape)
        self._files = seal(self.data, self._files)

    def publish(self) -> None:
        """Put what is written in place, in one rename. Raises OSError."""
        manifest = Manifest.of(
            self._made,
            self._model,
            data=self.data.name,
            notices=self._notices,
            clauses=self._clauses,
            vectors=self._vectors,
            files=self._files,
            settings=self._settings,
        )
        write_manifest(self.folder, manifest)


def write_offices(data: Path, notices: Iterable[CorpusNotice]) -> None:
    """The offices that notices name, one a line. Raises OSError."""
    with (data / OFFICES).open("w", encoding="utf-8", newline="\n") as out:
        for office in gather(source.notice for source in notices):
            out.write(json.dumps(office.to_json(), ensure_ascii=False) + "\n")


def sweep(folder: Path) -> None:
    """Remove earlier data folders, and what builds that were stopped left behind. A reader that is still
    opening one of them reads the manifest again."""
    try:
        keep = read_manifest(folder).data
    except (IndexMissing, IndexOutdated, IndexCorrupt):
        keep = None  # nothing can be opened, so nothing is in use
    for data in folder.glob("data-*"):
        if data.name != keep:
            remove_folder(data)
    for place in (folder, folder / "cache" / "parsed", folder / "cache"):
        for left in place.glob(f".*{TEMPORARY}"):
            left.unlink(missing_ok=True)
