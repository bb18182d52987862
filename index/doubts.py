"""Doubt summed up: how many notices of an index are uncertain, why, and in which files most of them stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from corpus.doubt_words import kind_of, words_of
from corpus.model import CorpusNotice, Doubt

_FILES = 5  # that are named
_PLACES = 3  # of one file


def sum_doubts(notices: Sequence[CorpusNotice]) -> dict[str, Any]:
    """`notices`: how many are uncertain; `reasons`: kind of reason → notices, the commonest first; `files`: those
    with the most uncertain notices, each with its first doubts."""
    uncertain = [source for source in notices if source.notice.uncertain]
    reasons = Counter(kind for source in uncertain for kind in {kind_of(doubt) for doubt in source.notice.uncertain})
    by_file: dict[str, list[CorpusNotice]] = {}
    for source in uncertain:
        by_file.setdefault(source.files[0], []).append(source)
    worst = sorted(by_file.items(), key=lambda item: -len(item[1]))[:_FILES]
    return {
        "notices": len(uncertain),
        "reasons": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        "files": [
            {
                "file": file,
                "notices": len(own),
                "doubts": [doubt.to_json() for source in own for doubt in source.notice.uncertain][:_PLACES],
            }
            for file, own in worst
        ],
    }


def doubt_lines(sums: dict[str, Any] | None) -> list[str]:
    """The sums for a person to read; nothing where nothing is uncertain."""
    if not sums or not sums["notices"]:
        return []
    lines = [f"有 {sums['notices']} 篇公文机器没有把握，引用前请核对原文："]
    lines += [f"  {count} 篇：{reason}" for reason, count in sums["reasons"].items()]
    for file in sums["files"]:
        places = "；".join(words_of(Doubt.from_json(doubt)) for doubt in file["doubts"])
        lines.append(f"  {file['file']}，{file['notices']} 篇：{places}")
    return lines
