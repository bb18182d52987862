"""Counts over bodies: where they begin and end, headings, quotes, tables, furniture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from corpus.model import Clause, Role
from corpus.numbering import read_marker
from corpus.text import nfkc, squash
from eval.documents.matching import Match, bears
from eval.documents.model import Apart, Document, Quote, Table
from eval.documents.parsed import Found, in_one_clause
from eval.documents.tally import Tally


def is_its_own(found: Found, document: Document) -> bool:
    """Whether a notice goes under a number or a title of the document, or the document has neither."""
    named = any(document.accepted(name) for name in ("doc_number", "title"))
    return not named or bears(found, document, "doc_number") or bears(found, document, "title")


def begins(match: Match) -> bool:
    """Whether the labelled first words open the body of a notice under the right number or title."""
    words = [squash(text) for text in match.document.accepted("first_text")]
    addressees = match.document.accepted("addressee")
    return any(
        is_its_own(one, match.document) and any(one.begins_with(text, addressees) for text in words)
        for one in match.found
    )


def ends(match: Match) -> bool:
    """Whether the labelled last words close it."""
    words = [squash(text) for text in match.document.accepted("last_text")]
    return any(is_its_own(one, match.document) and any(map(one.ends_with, words)) for one in match.found)


def under_foreign_number(document: Document, found: Sequence[Found]) -> bool | None:
    """Whether words of its body stand under a number that isn't its own, and nowhere else.

    None where none of its words were found: then there is nothing to judge.
    """
    places = [[one for one in found if one.holds(squash(text))] for text in document.evidence]
    held = [holders for holders in places if holders]
    if not held:
        return None
    return any(
        all(one.notice.doc_number is not None and not bears(one, document, "doc_number") for one in holders)
        for holders in held
    )


def counted(match: Match, name: str) -> tuple[Tally, Tally]:
    """Articles, headings or chapters: how many, and whether as many as there are.

    Of two different counts the smaller one counts as right. Documents that have none and are given none
    say nothing.
    """
    if name not in match.document.counts:
        return Tally(0, 0, 0), Tally(0, 0)
    wanted, given = match.document.counts[name], sum(one.counts[name] for one in match.found)
    equal = Tally(int(wanted == given), 1) if wanted or given else Tally(0, 0)
    return Tally(min(wanted, given), wanted, given), equal


def heading_is(label: str, parsed: str) -> bool:
    """Whether a heading of a path is the labelled one: the same number, and its words a part of the other's."""
    one, other = (read_marker(text) or read_marker(nfkc(text)) for text in (label, parsed))
    if one is not None and other is not None:
        rest = squash(nfkc(label)).removeprefix(squash(one.label))
        return (one.style, one.label) == (other.style, other.label) and rest in squash(parsed)
    return one is None and squash(label) in squash(parsed)


def under_path(quote: Quote, clause: Clause) -> bool:
    """Whether the labelled headings stand above a clause, in their order, others between them or not."""
    rest = iter(clause.path)
    return all(any(heading_is(label, parsed) for parsed in rest) for label in quote.path)


def quoted(quote: Quote, found: Sequence[Found]) -> tuple[bool, bool]:
    """Whether a quote stands in one clause of the file, and whether it does so under its headings."""
    clauses = in_one_clause(squash(quote.quote), found)
    return bool(clauses), any(under_path(quote, clause) for clause in clauses)


def below_foreign_heading(apart: Apart, found: Sequence[Found]) -> str | None:
    """The heading above a clause with these words that mustn't stand there; empty where all is well, None
    where the words weren't found."""
    clauses = in_one_clause(squash(apart.text), found)
    if not clauses:
        return None
    parsed = [heading for clause in clauses for heading in clause.path]
    return next((one for one in apart.headings if any(heading_is(one, heading) for heading in parsed)), "")


def _pairs(header: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    heads = header or [""] * len(cells)
    pairs = [(squash(head), squash(cell)) for head, cell in zip(heads, cells, strict=True)]
    return [pair for pair in pairs if pair[1]]


def row_found(table: Table, found: Sequence[Found]) -> bool:
    """Whether the labelled row is a row of the file, each cell under its own head.

    A head of several levels (金额/中央) counts by the part that the label names.
    """
    wanted = _pairs(table.header, table.one_row)
    rows = [
        [(squash(head), squash(cell)) for head, cell in clause.cells]
        for one in found
        for clause in one.notice.clauses
        if clause.cells and clause.role is Role.ROW
    ]
    return any(all(any(head in h and cell == c for h, c in row) for head, cell in wanted) for row in rows)


def rows_counted(match: Match) -> Tally:
    """Rows by header, the labelled tables with one header together; rows under other heads count as given
    only where a labelled table has no header."""
    tables: Counter[tuple[str, ...]] = Counter()
    for table in match.document.tables:
        tables[tuple(head for head in map(squash, table.header) if head)] += table.rows
    got: Counter[tuple[str, ...]] = Counter()
    seen = set()
    for one in match.found:
        for clause in one.notice.clauses:
            place = (one.notice.notice_id, clause.place.steps, clause.place.again)
            if not clause.cells or clause.role is not Role.ROW or place in seen:
                continue
            seen.add(place)
            heads = [head for head in (squash(head) for head, _ in clause.cells) if head]
            fits = [header for header in tables if header and heads and all(_is_head(one, header) for one in heads)]
            if fits or () in tables:
                # A header may hold all heads of another one: 单位, 电话 and 单位, 地址, 电话.
                got[min(fits, key=lambda header: _unlike(header, heads)) if fits else ()] += 1
    return Tally(sum((tables & got).values()), tables.total(), got.total())


def _unlike(header: tuple[str, ...], heads: Sequence[str]) -> tuple[int, bool]:
    return abs(len(header) - len(heads)), header != tuple(heads)


def _is_head(parsed: str, header: tuple[str, ...]) -> bool:
    return any(head in parsed for head in header)


def kept_out(absent: Sequence[str], found: Sequence[Found]) -> list[str]:
    """The strings of site and page that stand in no clause: compared as written, but for white space."""
    texts = ["".join(clause.text.split()) for one in found for clause in one.notice.clauses]
    return [text for text in absent if not any("".join(text.split()) in whole for whole in texts)]
