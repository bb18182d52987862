"""Many parsed files into one corpus: reprints merged, ids unique, validity between notices resolved.

Notices are only compared where number (or title) is the same, and there by ever dearer means, so that a
thousand files of one title take seconds:

1. An equal text is found by its fingerprint, whatever the number of notices.
2. A text of another length, or of other letters, can't be the same: counting letters shows it.
3. What is left is compared letter by letter, in some milliseconds a pair.
4. Where more than _ALL notices of one number or title are kept, a new one is compared only with those that
   share runs of letters with it: of each text the _SKETCH runs with the smallest hashes are written into a
   list, and runs that many texts share are passed over, for they are the form and not the matter.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from corpus.alike import common_letters
from corpus.doc_number import number_key
from corpus.model import CorpusNotice, Notice, ParsedFile, Warn
from corpus.text import squash
from corpus.validity import as_of, linked
from corpus.versions import Version, other_version, version_of

SAME = 0.8  # share of letters in common from which two notices of one number are one document
_SURE = 0.95  # share of letters in the same order from which no second look is needed
_LONG = 4000  # letters from which two texts are compared by their runs of letters
_RUN = 8  # letters of such a run
_ALL = 32  # notices of one number or title that are all compared with a new one, and the most of any number
_SKETCH = 64  # runs of a text that stand for it
_SHARED = 64  # a run that more kept texts share than this says nothing
_EVERY = 10.0  # seconds between two reports of progress

FilesDone = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All notices of all files, in the order of the files, and warnings (file, warning) from merging them."""

    notices: tuple[CorpusNotice, ...]
    warnings: tuple[tuple[str, Warn], ...]


def collect(files: Sequence[ParsedFile], progress: FilesDone | None = None, day: dt.date | None = None) -> Corpus:
    """One corpus of several files, as of a day (today).

    The same number (or, without one, the same title) with nearly the same text is one notice with
    several sources; a difference is warned of. The same number with another text stays apart, and so does a nearly
    equal text that by its own words or its file's name is of another day: a law and its revision are two texts.
    `progress` is called with the files done and all files; by default a line goes to stderr now and then.
    """
    progress = progress or _Report()
    kept: list[CorpusNotice] = []
    warnings: list[tuple[str, Warn]] = []
    by_identity: dict[str, _Kept] = {}
    ids: Counter[str] = Counter()
    taken: set[str] = set()
    for done, parsed in enumerate(files):
        progress(done, len(files))
        for notice in parsed.notices:
            name = notice.doc_number or notice.title
            known = by_identity.setdefault(number_key(name), _Kept())
            text = _Text.of(notice, version_of(notice, parsed.file))
            twin = known.find(text)
            if twin is not None:
                first, before = kept[twin], known.texts[twin]
                says_its_day = before.version.day is None and text.version.day is not None
                if says_its_day and first.notice.notice_id == notice.notice_id:
                    bulletin = parsed.bulletin if parsed.bulletin.title else None
                    kept[twin] = CorpusNotice(notice, (parsed.file, *first.files), bulletin)
                    known.add(twin, text)
                    which = "写明日期"
                else:
                    kept[twin] = replace(first, files=(*first.files, parsed.file))
                    which = "先收录"
                if before.letters != text.letters:
                    what = f"“{name}”与 {first.files[0]} 中的文字有出入，以{which}的为准"
                    warnings.append((parsed.file, Warn(notice.lines.start, what)))
                continue
            ids[notice.notice_id] += 1
            if notice.notice_id in taken:
                notice = _rename(notice, ids, taken)
                what = f"“{name}”在另一个文件里是另一篇公文，请核对发文字号"
                if known.texts and all(other_version(text.version, one.version) for one in known.texts.values()):
                    what = f"“{name}”有不同日期的文本，都收录了，以较新的为准"
                warnings.append((parsed.file, Warn(notice.lines.start, what)))
            taken.add(notice.notice_id)
            known.add(len(kept), text)
            kept.append(CorpusNotice(notice, (parsed.file,), parsed.bulletin if parsed.bulletin.title else None))
    progress(len(files), len(files))
    linking = linked([source.notice for source in kept], [source.files[0] for source in kept])
    warnings += [(kept[place].files[0], warning) for place, warning in linking.warnings]
    today = day or dt.date.today()
    merged = tuple(
        replace(source, notice=as_of(notice, today)) for notice, source in zip(linking.notices, kept, strict=True)
    )
    return Corpus(merged, tuple(warnings))


@dataclass(slots=True)
class _Report:
    """A line to stderr every _EVERY seconds, on a terminal or not; none for a quick collection."""

    last: float = field(default_factory=lambda: time.monotonic())

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.last >= _EVERY:
            self.last = time.monotonic()
            print(f"正在合并公文：{done}/{total} 个文件", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class _Text:
    """A notice's letters and digits, how often each stands in it, and of which day they are."""

    letters: str
    counts: Counter[str]
    version: Version

    @classmethod
    def of(cls, notice: Notice, version: Version) -> _Text:
        letters = "".join(squash(clause.text) for clause in notice.clauses)
        return cls(letters, Counter(letters), version)

    @property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(self.letters.encode("utf-8", "surrogatepass")).digest()

    def runs(self) -> set[str]:
        return {self.letters[at : at + _RUN] for at in range(len(self.letters) - _RUN + 1)}

    def sketch(self) -> list[int]:
        """The smallest hashes of its runs: two texts that share most of their runs share most of these."""
        hashes = {zlib.crc32(run.encode("utf-8", "surrogatepass")) for run in self.runs()}
        return sorted(hashes)[:_SKETCH]


@dataclass(slots=True)
class _Kept:
    """The kept notices of one number or title, by their place in the corpus, in order."""

    texts: dict[int, _Text] = field(default_factory=dict)
    equal: dict[bytes, int] = field(default_factory=dict)  # fingerprint of any text seen -> notice it belongs to
    runs: dict[int, list[int]] = field(default_factory=dict)  # hash of a run -> notices, once there are many
    sketched: int = 0  # how many of `texts` stand in `runs`

    def find(self, text: _Text) -> int | None:
        """The first kept notice that `text` is the same document as."""
        place = self.equal.get(text.fingerprint)
        if place is None:
            place = next((i for i in self._candidates(text) if same(self.texts[i], text)), None)
            if place is not None:
                self.equal[text.fingerprint] = place
        return place

    def add(self, place: int, text: _Text) -> None:
        self.texts[place] = text
        self.equal[text.fingerprint] = place

    def _candidates(self, text: _Text) -> list[int]:
        if len(self.texts) <= _ALL:
            return list(self.texts)
        for place in list(self.texts)[self.sketched :]:
            for run in self.texts[place].sketch():
                shared = self.runs.setdefault(run, [])
                if len(shared) <= _SHARED:
                    shared.append(place)
        self.sketched = len(self.texts)
        shared_runs: Counter[int] = Counter()
        for run in text.sketch():
            shared = self.runs.get(run, [])
            if len(shared) <= _SHARED:
                shared_runs.update(shared)
        return sorted(place for place, _ in shared_runs.most_common(_ALL))


def same(a: _Text, b: _Text) -> bool:
    """Whether two notices of one number are one document: nearly the same letters in the same order, and of one
    day as far as they say."""
    one, other = a.letters, b.letters
    if one == other:
        return True
    if other_version(a.version, b.version):
        return False
    if not one or not other or not 0.5 < len(one) / len(other) < 2:
        return False
    if len(one) > _LONG:
        left, right = a.runs(), b.runs()
        return len(left & right) >= 0.6 * min(len(left), len(right))
    least = SAME * (len(one) + len(other)) / 2
    if (a.counts & b.counts).total() < least:
        return False
    common = common_letters(one, other)
    # difflib counts whole blocks and never finds more. It decides where it may make a difference: it is
    # slow, but a notice so near to another one is mostly joined to it, and asked about once.
    if least <= common < _SURE * (len(one) + len(other)) / 2:
        return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= SAME
    return common >= least


def _rename(notice: Notice, ids: Counter[str], taken: set[str]) -> Notice:
    """The same notice under an id that no other one of the corpus has: its own, counted up."""
    old = notice.notice_id
    while (notice_id := f"{old}~{max(2, ids[old])}") in taken:
        ids[old] += 1
    clauses = tuple(replace(clause, notice_id=notice_id) for clause in notice.clauses)
    moved = {clause.clause_id: other.clause_id for clause, other in zip(notice.clauses, clauses, strict=True)}
    phones = tuple(replace(phone, clause_id=moved[phone.clause_id]) for phone in notice.phones)
    return replace(notice, notice_id=notice_id, clauses=clauses, phones=phones)
