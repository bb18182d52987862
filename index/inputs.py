"""The input files of a build: found, named, hashed, and parsed unless that was done before."""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.documents.archive import Archives, split_path
from corpus.documents.pages import OnPage, PageProgress
from corpus.errors import GongbaoError, UsageError
from corpus.guard import Parsed, ReaderKilledError
from corpus.model import ParsedFile
from corpus.sources import MAX_FILE, expand_inputs, shown
from index.cluster.errors import ClusterError
from index.engine import SourceFile
from index.files import sha256_file, write_file
from index.paths import ROOT
from index.readers import FileReader
from index.report import PAGES, BuildProgress, FileReport

_NAMED = 10  # of what was passed over, where there is nothing to read


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read. `name` is unique in a build; `sha256` is that of its bytes, "" if unreadable."""

    name: str
    path: Path
    sha256: str

    def to_source(self, error: str | None) -> SourceFile:
        """The file as the manifest lists it among its sources; `error` says why it is not in the index."""
        return SourceFile(self.name, self.sha256, error)


def find_inputs(inputs: Sequence[Path]) -> list[Path]:
    """The files behind what a user named, in the order they are read (`corpus.sources.expand_inputs`).

    Raises InputError if a path does not exist, UsageError if there is no file.
    """
    return find_with_warnings(inputs)[0]


def find_with_warnings(inputs: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files of `find_inputs`, and one Chinese line for each thing that was passed over."""
    expanded = expand_inputs(list(inputs))
    if not expanded.files:
        more = [f"另外还有 {len(expanded.warnings) - _NAMED} 处"] if len(expanded.warnings) > _NAMED else []
        why = "；".join([*expanded.warnings[:_NAMED], *more])
        where = "、".join(shown(path) for path in inputs)
        raise UsageError("没有可以读取的文件" + (f"（{why}）" if why else ""), where, "请把公报文件放进文件夹后再试")
    return list(expanded.files), list(expanded.warnings)


def hash_inputs(paths: Sequence[Path]) -> list[InputFile]:
    """Name and hash every file. One that can't be read has no hash; reading it says why."""
    with closing(Archives()) as archives:
        return [InputFile(name, path, _sha256(path, archives)) for path, name in zip(paths, _names(paths), strict=True)]


def _sha256(path: Path, archives: Archives) -> str:
    try:
        inside = split_path(path)
        if inside is not None:
            return archives.sha256(*inside)
        # Opening a fifo would wait for ever, and what is too large is not read.
        return sha256_file(path) if path.is_file() and path.stat().st_size <= MAX_FILE else ""
    except (OSError, GongbaoError):
        return ""


def _names(paths: Sequence[Path]) -> list[str]:
    """File names, with as many of the folders above as it takes to tell files apart."""
    names = [path.name for path in paths]
    deepest = max((len(path.parts) for path in paths), default=0)
    for depth in range(2, deepest + 1):
        often = Counter(names)
        if len(often) == len(names):
            break
        names = [
            "/".join(path.parts[-depth:]) if often[name] > 1 else name for path, name in zip(paths, names, strict=True)
        ]
    return [shown(Path(name)) for name in names]


class ParseCache:
    """Parsed files by the hash of their bytes and of the program that parsed them.

    The first line of a stored file is the hash of the rest: a damaged one counts as not there.
    """

    def __init__(self, folder: Path) -> None:
        """Raises OSError if the folder can't be made."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def _path(self, digest: str) -> Path:
        return self.folder / f"{digest[:32]}-{program_sha256('corpus')[:16]}.json"

    def get(self, digest: str) -> ParsedFile | None:
        try:
            head, _, body = self._path(digest).read_bytes().partition(b"\n")
            if head.decode("ascii") != hashlib.sha256(body).hexdigest():
                return None
            return ParsedFile.from_json(json.loads(body))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @staticmethod
    def pack(parsed: ParsedFile) -> bytes:
        """The bytes that `put` stores. Raises ValueError if a text is no Unicode (half of a character)."""
        body = json.dumps(parsed.to_json(), ensure_ascii=False).encode("utf-8")
        return hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body

    def put(self, digest: str, packed: bytes) -> None:
        """Raises OSError if it can't be written."""
        write_file(self._path(digest), packed, flush=False)

    def forget_all_but(self, digests: Sequence[str]) -> None:
        """Remove what was stored for other files and by other versions of the program."""
        keep = {self._path(digest) for digest in digests}
        for path in self.folder.iterdir():
            if path not in keep:
                path.unlink(missing_ok=True)


@functools.cache
def program_sha256(package: str) -> str:
    """Hash over a package's program text and data files: what they make changes only with it.

    Gazettes and training make nothing of an index, and are not installed.
    """
    digest = hashlib.sha256()
    folder = ROOT / package
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and path.suffix != ".pyc" and name.parts[0] not in ("bulletins", "training"):
            digest.update(f"{name.as_posix()} {sha256_file(path)}\n".encode())
    return digest.hexdigest()


def parse_digest(file: InputFile, site: tuple[int, ...] = ()) -> str:
    """What the parse of a file is kept under: the hash of its bytes, and of the lines left out as its site's."""
    return hashlib.sha256(f"{file.sha256} {site}".encode()).hexdigest() if site else file.sha256


def parse_input(
    file: InputFile,
    reader: FileReader,
    cache: ParseCache,
    pages: Path,
    *,
    rebuild: bool,
    progress: BuildProgress,
    site: tuple[int, ...] = (),
) -> tuple[ParsedFile | None, FileReport]:
    """One file parsed, or taken from the cache, and what to report of it.

    A file that can't be used gives None and its error; it never stops the others. `pages` is a
    folder for recognised pages, which `progress` counts, `site` the lines that are left out as its site's.
    Raises OSError if the cache can't be written, ClusterError where a cluster was to read it and can't.
    """

    def page_done(page: PageProgress) -> None:
        progress(f"{PAGES}{file.name}", page.done, page.total)

    digest = parse_digest(file, site)
    parsed = None if rebuild else cache.get(digest)
    reused = parsed is not None
    if parsed is None:
        try:
            result = _read(reader, file.path, pages, page_done, site)
            if result.sha256 != file.sha256:
                raise UsageError("读取时文件正在改动", file.name, "请等复制或保存完成后再运行一次")
            parsed = replace(result.parsed, file=file.name)
            stored = cache.pack(parsed)
        except ClusterError:
            raise
        except GongbaoError as err:
            return None, FileReport(file.name, error=str(err))
        except ValueError as err:  # half of a character, which no file can hold
            what = UsageError(f"里面有不成字的编码（{err}）", file.name, "请另存为 UTF-8 编码后再试")
            return None, FileReport(file.name, error=" ".join(str(what).split()))
        cache.put(digest, stored)
    parsed = replace(parsed, file=file.name)
    return parsed, FileReport.of(parsed, reused=reused)


def _read(reader: FileReader, path: Path, pages: Path, page_done: OnPage, site: tuple[int, ...]) -> Parsed:
    """The file parsed; once more where the process that read it was killed: the next one may be luckier."""
    try:
        return reader.parse(path, pages, page_done, site)
    except ReaderKilledError:
        return reader.parse(path, pages, page_done, site)
