"""What a build tells: of every file, and of the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from corpus.model import ParsedFile

BuildProgress = Callable[[str, int, int], None]  # stage, done, of how many
READING = "解析"  # the stage of reading files
PAGES = "读 "  # with a file's name behind it: the pages of one that is being read


@dataclass(slots=True)
class FileReport:
    """What became of one input file: parsed (with counts) or failed (with the reason).

    `reused` says that it was not parsed again.
    """

    file: str
    notices: int = 0
    clauses: int = 0
    coverage: float = 0.0
    encoding: str = ""
    warnings: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    reused: bool = False

    @classmethod
    def of(cls, parsed: ParsedFile, *, reused: bool) -> FileReport:
        return cls(
            parsed.file,
            len(parsed.notices),
            sum(len(notice.clauses) for notice in parsed.notices),
            parsed.coverage,
            parsed.encoding,
            [warning.to_json() for warning in parsed.warnings],
            reused=reused,
        )


@dataclass(slots=True)
class BuildReport:
    """The summary of a build. `dense` says whether the index has vectors; `note` why not.

    `warnings` says what in the folders named was passed over. `uncertain` sums up what notices are uncertain
    (`index.doubts`; None where the index was built without). `unchanged` says that the index was
    up to date and whole, and nothing was written.
    """

    index: str
    files: list[FileReport]
    notices: int = 0
    clauses: int = 0
    vectors: int = 0
    embedded: int = 0
    model: str | None = None
    dense: bool = False
    note: str | None = None
    warnings: list[str] = field(default_factory=list)
    uncertain: dict[str, Any] | None = None
    unchanged: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> list[FileReport]:
        return [file for file in self.files if file.error is not None]
