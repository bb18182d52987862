"""Many parsed files into one corpus: reprints merged, ids unique, validity between notices resolved."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.model import Notice, ParsedFile, Warn
from corpus.text import squash
from corpus.validity import resolve

SAME = 0.8  # share of letters in common from which two notices of one number are one document


@dataclass(frozen=True, slots=True)
class CorpusNotice:
    """A notice with the files it stands in, the one its clauses were read from first."""

    notice: Notice
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All notices of all files, in the order of the files, and what merging them found odd."""

    notices: tuple[CorpusNotice, ...]
    warnings: tuple[tuple[str, Warn], ...]


def collect(files: Sequence[ParsedFile], today: dt.date | None = None) -> Corpus:
    """One corpus of several files.

    The same number (or, without one, the same title) with nearly the same text is one notice with
    several sources; a difference is warned of. The same number with another text stays apart.
    """
    kept: list[CorpusNotice] = []
    warnings: list[tuple[str, Warn]] = []
    by_identity: dict[str, list[int]] = {}
    ids: Counter[str] = Counter()
    for parsed in files:
        for notice in parsed.notices:
            identity = squash(notice.doc_number or notice.title)
            twin = next((i for i in by_identity.get(identity, []) if _same(kept[i].notice, notice)), None)
            if twin is not None:
                first = kept[twin]
                kept[twin] = replace(first, files=(*first.files, parsed.file))
                if _text(first.notice) != _text(notice):
                    what = f"“{notice.doc_number or notice.title}”与 {first.files[0]} 中的文字有出入，以先收录的为准"
                    warnings.append((parsed.file, Warn(notice.lines.start, what)))
                continue
            ids[notice.notice_id] += 1
            if ids[notice.notice_id] > 1:
                notice = _rename(notice, f"{notice.notice_id}~{ids[notice.notice_id]}")
                what = f"“{notice.doc_number or notice.title}”在另一个文件里是另一篇公文，请核对发文字号"
                warnings.append((parsed.file, Warn(notice.lines.start, what)))
            by_identity.setdefault(identity, []).append(len(kept))
            kept.append(CorpusNotice(notice, (parsed.file,)))
    resolved = resolve([entry.notice for entry in kept], today)
    merged = tuple(CorpusNotice(notice, entry.files) for notice, entry in zip(resolved, kept, strict=True))
    return Corpus(merged, tuple(warnings))


def _text(notice: Notice) -> str:
    return "".join(squash(clause.text) for clause in notice.clauses)


def _same(a: Notice, b: Notice) -> bool:
    one, other = _text(a), _text(b)
    if one == other:
        return True
    if not one or not other or not 0.5 < len(one) / len(other) < 2:
        return False
    # Long texts are compared by their runs of eight letters: difflib is quadratic.
    if len(one) > 4000:
        left, right = ({text[i : i + 8] for i in range(0, len(text) - 7)} for text in (one, other))
        return len(left & right) >= 0.6 * min(len(left), len(right))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= SAME


def _rename(notice: Notice, notice_id: str) -> Notice:
    clauses = tuple(replace(clause, notice_id=notice_id) for clause in notice.clauses)
    return replace(notice, notice_id=notice_id, clauses=clauses)
