"""The reader on ONNX Runtime: rows of pieces in, verdict, relevance and span of each clause out. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from index.model.cores import has_vnni
from index.model.errors import ModelError
from index.model.folder import TOKENIZER_FILE, broken, whole_card
from index.model.onnx_embedder import session
from index.model.pair import PairCoder, Row
from index.model.reader_place import GRAPH, INT8_GRAPH, OUTPUTS, READER_NAME

VERDICTS = ("span", "yes", "no", "none")  # in the order of the graph's output
LONGEST = 160  # characters of a span, as the contract has it


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clause is to a question. `kind`: the likeliest of VERDICTS; `start`…`end`: the characters that answer or
    would; `score`: log odds that it answers; `relevance`: a logit to rank a question's clauses by."""

    kind: str
    start: int
    end: int
    score: float
    relevance: float


class OnnxReader:
    """A folder made by `index/model/reader_make.py`. Safe to use from several threads at once."""

    def __init__(self, folder: Path, *, threads: int | None = None, int8: bool | None = None) -> None:
        """`int8`: None for what this processor is faster with. Raises ModelMissing or ModelError."""
        card = whole_card(folder)
        if card.name != READER_NAME:
            raise ModelError("这个文件夹里不是阅读模型", str(folder), "请检查 --reader 的路径")
        self.sha256 = card.sha256
        graph = INT8_GRAPH if (has_vnni() if int8 is None else int8) else GRAPH
        try:
            self._coder = PairCoder(folder / TOKENIZER_FILE)
            self._session: onnxruntime.InferenceSession = session(folder / graph, threads)
        except Exception as err:  # both libraries raise bare or private exception classes
            raise broken(folder, f"阅读模型装不进来（{type(err).__name__}）") from err

    def read(self, question: str, clauses: Sequence[tuple[str, str]]) -> list[Verdict]:
        """A verdict on each clause, given with its place (`index.model.pair.place`). All are read in one batch, a
        long one in several rows, of which the one that answers best counts."""
        if not clauses:
            return []
        asked = self._coder.question(question)
        coded = [self._coder.passage(above, text) for above, text in clauses]
        rows = [(at, row) for at, pieces in enumerate(coded) for row in self._coder.rows(asked, pieces)]
        told = self._run([row for _, row in rows])
        best: dict[int, Verdict] = {}
        for number, (at, row) in enumerate(rows):
            verdict = _verdict(row, coded[at].spans, *(one[number] for one in told))
            if at not in best or verdict.score > best[at].score:
                best[at] = verdict
        return [best[at] for at in range(len(clauses))]

    def _run(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        ids = np.full((len(rows), max(len(row.ids) for row in rows)), self._coder.pad, np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row.ids)] = row.ids
            mask[at, : len(row.ids)] = 1
        told: list[NDArray[np.float32]] = self._session.run(OUTPUTS, {"input_ids": ids, "attention_mask": mask})
        return told


def _verdict(
    row: Row,
    spans: Sequence[tuple[int, int]],
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    verdict: NDArray[np.float32],
    relevance: NDArray[np.float32],
) -> Verdict:
    shown = spans[row.first : row.first + row.until - row.at]
    first, last = best_span(start[row.at : row.until], end[row.at : row.until], shown) if shown else (0, 0)
    return Verdict(
        kind=VERDICTS[int(np.argmax(verdict))],
        start=shown[first][0] if shown else 0,
        end=shown[last][1] if shown else 0,
        score=float(np.logaddexp.reduce(verdict[:-1]) - verdict[-1]),
        relevance=float(relevance[0]),
    )


def best_span(
    start: NDArray[np.float32], end: NDArray[np.float32], spans: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """The first and last piece of the likeliest span of at most LONGEST characters."""
    begins = np.array([one[0] for one in spans])
    ends = np.array([one[1] for one in spans])
    allowed = (ends[None, :] > begins[:, None]) & (ends[None, :] - begins[:, None] <= LONGEST)
    allowed &= np.arange(len(spans))[None, :] >= np.arange(len(spans))[:, None]
    total = np.where(allowed, start[:, None] + end[None, :], -np.inf)
    first, last = divmod(int(np.argmax(total)), len(spans))
    return first, last
