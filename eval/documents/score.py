"""One file's scores: what the label says against what the parser gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus.model import ParsedFile
from corpus.text import squash
from eval.documents import body, fields, plain
from eval.documents.matching import Match, match
from eval.documents.measures import MEASURES
from eval.documents.model import COUNTED, FIELDS, Document, Expected, LabelledFile
from eval.documents.parsed import Found, in_one_clause
from eval.documents.tally import Tally, share


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that isn't as labelled: what the label says and what the parser gave (empty: nothing)."""

    measure: str
    wanted: str
    given: str = ""


@dataclass(frozen=True, slots=True)
class FileScore:
    """A file's counts by measure; a measure that says nothing of it is left out. `refused` is the reason."""

    name: str
    file: str
    form: str
    place: str | None
    refused: str | None
    coverage: float | None
    tallies: dict[str, Tally]
    misses: tuple[Miss, ...]

    @property
    def perfect(self) -> bool:
        """Whether everything is as labelled. Letters that reach no clause don't count here: most of a web
        page's rightly don't."""
        return all(tally.perfect for name, tally in self.tallies.items() if name != "letters")

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "file": self.file,
            "form": self.form,
            "place": self.place,
            "refused": self.refused,
            "coverage": self.coverage,
            "perfect": self.perfect,
            "measures": {name: tally.to_json() for name, tally in self.tallies.items()},
            "misses": [{"measure": one.measure, "wanted": one.wanted, "given": one.given} for one in self.misses],
        }


@dataclass(slots=True)
class _Counting:
    """Tallies and misses while a file is being judged."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)

    def add(self, measure: str, tally: Tally, wanted: str = "", given: str = "") -> None:
        if not tally.wanted and not tally.given:
            return
        self.tallies[measure] = self.tallies[measure] + tally if measure in self.tallies else tally
        if not tally.perfect:
            self.misses.append(Miss(measure, wanted, given))


def score_file(
    label: LabelledFile,
    parsed: ParsedFile | None,
    refused: str | None = None,
    letters: str | None = None,
    *,
    fault: bool = False,
) -> FileScore:
    """Judge one file. `parsed` is None where it was refused, `letters` is all text of the file, where known.

    A `fault` of ours is no refusal that could be right.
    """
    count = _Counting()
    found = [] if parsed is None else [Found(notice) for notice in parsed.notices]
    if label.expected in (Expected.REFUSE, Expected.NO_BODY):
        bodies = [one for one in found if label.expected is Expected.REFUSE or _has_body(one)]
        titles = "、".join(one.notice.title for one in bodies)
        count.add("refusals", share([not bodies and not fault]), "没有公文", titles or refused or "")
    if label.expected is Expected.DOCUMENTS:
        count.add("read", share([parsed is not None]), "读得出", refused or "")
    if parsed is not None or label.expected is Expected.DOCUMENTS:
        _judge(label, found, count, refused=parsed is None)
    if letters and label.expected is Expected.DOCUMENTS:
        texts = "\n".join("\n".join(one.texts) for one in found)
        count.add("letters", Tally(plain.kept(letters, texts), len(letters)))
    return FileScore(
        label.name,
        label.file,
        label.form,
        label.place,
        refused if parsed is None else None,
        None if parsed is None else parsed.coverage,
        {name: count.tallies[name] for name in MEASURES if name in count.tallies},
        tuple(one for one in count.misses if one.measure != "letters"),
    )


def _has_body(found: Found) -> bool:
    """Whether it holds more than its title."""
    title = squash(found.notice.title)
    return any(text not in title for text in found.texts if text)


def _judge(label: LabelledFile, found: Sequence[Found], count: _Counting, *, refused: bool) -> None:
    matches, left = match(label.documents, found)
    hits = sum(one.main is not None for one in matches)
    extra = "、".join(one.notice.title for one in left)
    count.add("documents", Tally(hits, len(matches), hits + len(left)), f"{len(matches)} 篇", extra)
    for one in matches:
        _judge_fields(one, count)
        _judge_body(one, found, count, refused=refused)
    for name in FIELDS:
        for value in fields.spurious(label.documents, name, left):
            count.add(name, Tally(0, 0, 1), "", value)


def _judge_fields(one: Match, count: _Counting) -> None:
    document = one.document
    for name in FIELDS:
        given = fields.given_value(one, name)
        count.add(name, fields.judge(document, name, given), document.fields.get(name) or "", given or "")
    if document.phones is not None:
        pairs = [pair for part in one.found for pair in part.phones]
        numbers, units = fields.judge_phones(document.phones, pairs)
        count.add("phones", numbers, *_unlike(document.phones, pairs))
        count.add("phone_units", units, f"{units.wanted} 对", f"{units.right} 对")


def _unlike(wanted: Sequence[tuple[str, str]], given: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The numbers that only one side has."""
    sides = [{fields.number_form(phone): phone for _, phone in pairs} for pairs in (wanted, given)]
    missed, wrong = ([side[form] for form in side if form not in other] for side, other in (sides, sides[::-1]))
    return "、".join(missed), "、".join(wrong)


def _judge_body(one: Match, found: Sequence[Found], count: _Counting, *, refused: bool) -> None:
    document = one.document
    if document.first_text is not None:
        count.add("begins", share([body.begins(one)]), document.first_text)
    if document.last_text is not None:
        count.add("ends", share([body.ends(one)]), document.last_text)
    foreign = body.under_foreign_number(document, found)
    if foreign is not None and "doc_number" in document.fields:
        count.add("own_number", share([not foreign]), document.fields["doc_number"] or "", "别的字号")
    for name in COUNTED:
        numbers, equal = body.counted(one, name)
        words = (str(numbers.wanted), str(numbers.given))
        count.add(name, numbers, *words)
        count.add(f"{name}_equal", equal, *words)
    for quote in document.must:
        held, under = body.quoted(quote, found)
        count.add("quotes", share([held]), quote.quote)
        if quote.path:
            count.add("quote_paths", share([under]), f"{' / '.join(quote.path)}：{quote.quote}")
    for apart in document.apart:
        heading = body.below_foreign_heading(apart, found)
        if heading is not None:
            count.add("apart", share([not heading]), f"不该在“{heading}”下：{apart.text}")
    for sentence in document.joined:
        count.add("joined", share([bool(in_one_clause(squash(sentence), found))]), sentence)
    if document.tables:
        rows = body.rows_counted(one)
        count.add("table_rows", rows, f"{rows.wanted} 行", f"{rows.given} 行")
    for table in document.tables:
        if any(map(squash, table.one_row)):
            count.add("table_cells", share([body.row_found(table, found)]), "｜".join(table.one_row))
    if not refused:
        _judge_furniture(document, found, count)


def _judge_furniture(document: Document, found: Sequence[Found], count: _Counting) -> None:
    out = body.kept_out(document.absent, found)
    for text in document.absent:
        count.add("furniture", share([text in out]), f"不该有：{text}")
