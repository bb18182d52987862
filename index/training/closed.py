"""What the reader must not learn from: documents of the closed test places, and the closed questions themselves."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from corpus.text import squash
from index.paths import ROOT

# Places and subjects whose documents are measured (`eval/document_labels/test`, `eval/questions/closed`).
_PLACES = re.compile(
    "南京|武汉|郑州|上海|天津|惠州|省级-教育|省级-社保|专题-社会保险|专题-义务教育与升学|专题-人口户籍|专题-住房保障"
    "|专题-医疗医院|专题-城市规划-土地房产|documents/other/|documents/central/"
)

QUESTIONS = ROOT / "eval" / "questions" / "closed"


def closed_questions(folder: Path = QUESTIONS) -> frozenset[str]:
    """The closed questions' letters and digits. A short everyday one may well be written again by somebody who has not
    seen it; it isn't learnt from then either. Empty where they aren't at hand."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines() if line)
    return frozenset(squash(json.loads(line)["question"]) for line in lines)


class Closed:
    """Says whether a document is closed. With lists of files (one a line) those are, else all of the test places'."""

    def __init__(self, lists: Iterable[Path] = ()) -> None:
        self._names = {_name(line) for path in lists for line in path.read_text("utf-8").splitlines() if line.strip()}

    def __contains__(self, source: str) -> bool:
        return _name(source) in self._names if self._names else _PLACES.search(source) is not None


def _name(line: str) -> str:
    """The file's name without folders: enough to tell, and the same in every copy of the collection."""
    return unicodedata.normalize("NFC", PurePosixPath(line.strip().split("\t")[0]).name)
