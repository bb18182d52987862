"""The files that were indexed, or others that a user names, and the plain text of each: what baselines search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import GongbaoError, InputError, UsageError
from eval.baselines import PlainFile

if TYPE_CHECKING:
    from index.engine import Engine

_TODO = "请把文件放回原处，或重建索引：python build_index.py"


class SourceMissingError(GongbaoError):
    """The text an index was built from is no longer where it was."""


def named_files(paths: Sequence[Path]) -> dict[str, Path]:
    """Name → path of the files behind what a user named, those that our parser refuses included.

    Raises InputError for a path that doesn't exist, UsageError where there is no file.
    """
    from index.inputs import find_inputs, hash_inputs

    return {entry.name: entry.path for entry in hash_inputs(find_inputs(paths))}


def indexed_files(engine: Engine) -> dict[str, Path]:
    """Name → path of the files an index was built from, those that could not be read included.

    Raises SourceMissingError naming a file that is not where it was, or has changed since.
    """
    from index.inputs import find_inputs, hash_inputs

    try:
        inputs = hash_inputs(find_inputs([Path(name) for name in engine.info.inputs]))
    except (InputError, UsageError) as err:
        raise SourceMissingError(f"找不到建索引时的原文（{err.what}）", err.where, _TODO) from err
    files = {entry.name: entry for entry in inputs}
    for source in engine.info.sources:
        if source.file not in files or files[source.file].sha256 != source.sha256:
            raise SourceMissingError("建索引时的原文不见了，或改动过", source.file, _TODO)
    return {source.file: files[source.file].path for source in engine.info.sources}


def plain_files(files: dict[str, Path]) -> list[PlainFile]:
    """The files with their plain text, in order."""
    from eval.plain_text import plain_texts

    return [PlainFile(name, files[name], text) for name, text in plain_texts(files).items()]


def recognised(files: Sequence[PlainFile], engine: Engine) -> dict[str, str]:
    """Name → text of each file: what our own reader recognises where nothing else takes text out (scans)."""
    from corpus.guard import Reader

    texts = {file.name: file.text for file in files}
    with Reader() as reader:
        for file in files:
            if not file.text.strip():
                try:
                    texts[file.name] = "\n".join(reader.lines(file.path, engine.info.cache))
                except GongbaoError:  # the build could not read it either
                    continue
    return texts
