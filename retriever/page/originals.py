"""Pictures of the pages that a clause stands on, made from the original when they are asked for.

A request names a clause, never a file: the file follows from the index, and is used only while its bytes
are those that were indexed. So nothing else on the disk can be had, and no mark stands in a wrong place.
"""

from __future__ import annotations

import functools
import hashlib
import math
import os
import stat
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from corpus.documents.archive import input_data, split_path
from corpus.documents.sheet import Sheet
from corpus.documents.view import CONTEXT, Passage, available
from corpus.errors import GongbaoError, InputError
from corpus.guard import Reader, ReadingStoppedError
from corpus.limits import Limits
from corpus.model import Clause, Role
from corpus.sources import expand_inputs, shown
from index.engine import IndexedClause, IndexInfo
from index.files import sha256_file
from retriever.page.collection import Collection

MOST_PAGES = 4  # pages shown of one clause; a clause of 800 characters rarely has more than two
KEPT = 32 * 2**20  # bytes of pictures kept; one of a page of text has 0.4 MB
LIMITS = Limits(seconds=30)  # of one picture: somebody waits for it; a usual one takes 0.3 s, a large scan 3 s
_AGAIN = 600  # seconds after which a page that could not be drawn is tried again
_FAILED = 256  # such pages that are remembered
_TEXT = frozenset({".txt", ".md", ".markdown"})  # may have pages (form feeds), but no pictures of them

Stamp = tuple[int, int, int, int]


class NotThere(GongbaoError):  # noqa: N818 (says what it is)
    """There is no such clause, or it does not stand on such a page of a PDF."""


class OriginalLost(GongbaoError):  # noqa: N818
    """The file is no longer where it was, or no longer the one that was indexed."""


class NotDrawn(GongbaoError):  # noqa: N818
    """The page's picture takes more memory or time than it may, or its drawing crashed."""


def has_pictures(entry: IndexedClause) -> bool:
    """Whether a clause comes from a file whose pages can be shown here."""
    of_pages = entry.clause.pages is not None and Path(entry.files[0]).suffix.lower() not in _TEXT
    return of_pages and _available()


_available = functools.cache(available)


class Originals:
    """Makes and keeps sheets. Safe to use from several threads; one sheet is made at a time, by a process
    that ends with this."""

    def __init__(self, kept: int = KEPT, limits: Limits = LIMITS) -> None:
        """`kept`: bytes of pictures that stay in memory, those used last."""
        self._kept = kept
        self._reader = Reader(limits)
        weakref.finalize(self, self._reader.close)
        self._failed: OrderedDict[tuple[str, str, int], tuple[float, str]] = OrderedDict()
        self._sheets: OrderedDict[tuple[str, str, int], Sheet] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def sheet(self, collection: Collection, clause_id: str, page: int) -> Sheet:
        """The picture of page `page` (from 1) of the clause's file, the clause marked.

        Raises NotThere, OriginalLost, NotDrawn, or InputError if the file can't be opened.
        """
        entry = self.entry(collection, clause_id)
        assert entry.clause.pages is not None
        if not entry.clause.pages.start <= page <= entry.clause.pages.end:
            raise NotThere(f"这一条不在第 {page} 页", "", "请从条款下面的“看原页”打开")
        info = collection.asker.engine.info
        path, before = _original(info, entry.files[0])
        key = (info.version, clause_id, page)
        sheet = self._get(key)
        if sheet is None:
            sheet = self._make(info.version, path, page, _passage(collection, entry), info.cache)
            if _stamp(path) != before:  # it was replaced while it was read
                raise _changed(entry.files[0])
            self._put(key, sheet)
        return sheet

    def _make(self, version: str, path: Path, page: int, passage: Passage, cache: Path) -> Sheet:
        """The sheet, made where it may take only so much. A page that raised NotDrawn does so for a while
        without another try, whichever clause is asked for."""
        key = (version, str(path), page)
        with self._lock:
            failed, why = self._failed.get(key, (-math.inf, ""))
        if time.monotonic() - failed < _AGAIN:
            raise NotDrawn(why, "", "请打开原件查看这一页")
        try:
            return self._reader.draw(path, page, passage, cache)
        except ReadingStoppedError as err:
            why = f"原件“{path.name}”第 {page} 页的图片画不出来（{err.what}）"
            with self._lock:
                self._failed[key] = time.monotonic(), why
                while len(self._failed) > _FAILED:
                    self._failed.popitem(last=False)
            raise NotDrawn(why, "", "请打开原件查看这一页") from err

    @staticmethod
    def entry(collection: Collection, clause_id: str) -> IndexedClause:
        """The clause of that name. Raises NotThere if there is none, or none with pictures."""
        entry = collection.clause(clause_id)
        if entry is None:
            raise NotThere("没有收录这一条", "", "请从条款下面的“看原页”打开")
        if not has_pictures(entry):
            raise NotThere("这一条没有原页的图片", "", "只有 PDF 里的条款有")
        return entry

    def _get(self, key: tuple[str, str, int]) -> Sheet | None:
        with self._lock:
            sheet = self._sheets.get(key)
            if sheet is not None:
                self._sheets.move_to_end(key)
            return sheet

    def _put(self, key: tuple[str, str, int], sheet: Sheet) -> None:
        with self._lock:
            old = self._sheets.pop(key, None)  # two may have made it at once
            self._bytes += len(sheet.data) - (len(old.data) if old else 0)
            self._sheets[key] = sheet
            while self._bytes > self._kept:
                _, dropped = self._sheets.popitem(last=False)
                self._bytes -= len(dropped.data)


def _original(info: IndexInfo, name: str) -> tuple[Path, Stamp]:
    """The file that was indexed as `name`, and the stamp of the bytes that were compared.

    Raises OriginalLost if it is not where it was or its bytes are others.
    """
    wanted = next((one.sha256 for one in info.sources if one.file == name and one.error is None), None)
    changed = False
    for path in _paths(info.version, info.inputs).get(Path(name).name, ()):
        stamp = _stamp(path)
        if stamp is None or not (shown(path) == name or shown(path).endswith(os.sep + name)):
            continue
        if _sha256(path, stamp) == wanted:
            return path, stamp
        changed = True
    if changed:
        raise _changed(name)
    raise OriginalLost(f"原件“{name}”已经不在原来的位置，没法显示原页", "", "请把文件放回原处，或重新建索引")


def _changed(name: str) -> OriginalLost:
    return OriginalLost(f"原件“{name}”在建索引以后改动过，原页可能对不上，所以不显示", "", "请管理员重新建索引后再看")


@functools.lru_cache(maxsize=2)
def _paths(_version: str, inputs: tuple[str, ...]) -> dict[str, list[Path]]:
    """The files behind a build's inputs, by the last part of their names; looked for anew for each index
    (`_version` names it)."""
    by_name: dict[str, list[Path]] = {}
    for one in inputs:
        try:
            paths = expand_inputs([Path(one)]).files
        except InputError:  # it was moved away
            continue
        for path in paths:
            by_name.setdefault(Path(shown(path)).name, []).append(path)
    return by_name


def _stamp(path: Path) -> Stamp | None:
    """What changes with every change of a file (or of the archive it is in); None where there is none."""
    inside = split_path(path)
    try:
        status = (inside[0] if inside else path).stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@functools.lru_cache(maxsize=256)
def _sha256(path: Path, _stamp: Stamp) -> str:
    """The hash of the file's bytes, read again only if its stamp is another; "" if it can't be read."""
    try:
        if split_path(path) is not None:
            return hashlib.sha256(input_data(path)).hexdigest()
        return sha256_file(path)
    except (OSError, GongbaoError):
        return ""


def _passage(collection: Collection, entry: IndexedClause) -> Passage:
    """The clause with what stands around it."""
    clauses = [one.clause for one in collection.clauses_of(entry.notice.notice_id)]
    at = clauses.index(entry.clause)
    pages = entry.clause.pages
    assert pages is not None
    before = "".join(reversed(_near(clauses[:at][::-1])))
    return Passage(_words(entry.clause), pages, before, "".join(_near(clauses[at + 1 :])))


def _near(clauses: Sequence[Clause]) -> list[str]:
    """The words of the first clauses, as many as are needed to tell a place."""
    out: list[str] = []
    for clause in clauses:
        if sum(map(len, out)) >= CONTEXT:
            break
        out.append(_words(clause))
    return out


def _words(clause: Clause) -> str:
    """What the page shows of a clause: of a table's row its cells, for its text repeats the table's head."""
    cells = clause.cells if clause.role is Role.ROW else ()
    return "".join(cell for _, cell in cells) or clause.text
