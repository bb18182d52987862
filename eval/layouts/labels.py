"""What a parse of a generated file must give, in the form in which real documents are labelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path

from corpus.text import squash
from eval.documents.form import END_LETTERS
from eval.documents.model import Apart, Document, Expected, LabelledFile, Quote
from eval.documents.model import Table as TableLabel
from eval.layouts import model
from eval.layouts.bodies import PHONE_HEAD
from eval.layouts.heads import has_info, info_names_office, page_day
from eval.layouts.layout import Layout
from eval.layouts.pieces import Label, Piece

_QUOTE = 40  # letters of a quote: a paragraph's first and last ones
_SHORTEST = 4  # letters by which a text is known again
# Pieces that make up the body.
_BODY = {Label.HEADING, Label.ARTICLE, Label.ITEM, Label.BODY, Label.TABLE, Label.PEOPLE, Label.MARK, Label.PART_TITLE}


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a body with the headings above it, and those that stand beside them."""

    text: str
    path: tuple[str, ...]
    beside: tuple[str, ...] = ()


def label_file(
    structure: model.Structure, layout: Layout, pieces: Sequence[Piece], furniture: Sequence[str], name: str, file: str
) -> LabelledFile:
    """The label of a file. `furniture` are its lines that belong to no document."""
    letters = "\n".join(squash(_piece_text(piece)) for piece in pieces)
    whole = "".join("".join(piece.text.split()) for piece in pieces if piece.document is not None)
    absent = tuple(
        dict.fromkeys(
            line for line in furniture if len("".join(line.split())) > 2 and "".join(line.split()) not in whole
        )
    )
    return LabelledFile(
        name=name,
        file=file,
        form=file.rpartition(".")[2],
        place=None,
        sha256=None,
        expected=Expected.DOCUMENTS,
        documents=tuple(
            _document(
                document,
                layout,
                [piece for piece in pieces if piece.document == at],
                absent if at == 0 else (),
                letters,
            )
            for at, document in enumerate(structure.documents)
        ),
        source=Path(),
    )


def _document(
    document: model.Document, layout: Layout, pieces: Sequence[Piece], absent: tuple[str, ...], letters: str
) -> Document:
    tables = [*_tables(document.items), *(found for part in document.parts for found in _tables(part.items))]
    mark = squash(document.mark)  # above the title, so no part of the body
    behind = dropwhile(lambda piece: piece.label not in _BODY or squash(piece.text) == mark, pieces)
    body = squash("".join(_piece_text(piece) for piece in behind if piece.label in _BODY))
    last = _last_letters(document, body)
    printed = body + squash("".join(document.printing))
    sections = [
        *model.numbered(document.items),
        *(one for part in document.parts for one in model.numbered(part.items)),
    ]
    quotes = [(quote, text) for text in _texts(document) for quote in _quotes(text.text, letters)]
    return Document(
        fields=_fields(document),
        also=_also(document, layout) | {"first_text": _notes(pieces), "last_text": (printed[-END_LETTERS:],)},
        phones=tuple(_phones(document, tables)),
        first_text=body[:END_LETTERS],
        last_text=last,
        counts={
            "articles": sum(one.is_article for one in sections),
            "level1": sum(one.is_level1 for one in sections),
            "chapters": sum(one.is_chapter for one in sections),
        },
        tables=tuple(TableLabel(one.header, len(one.rows), one.rows[-1]) for one in tables),
        absent=absent,
        must=tuple(Quote(quote, text.path) for quote, text in quotes),
        apart=(
            *(Apart(quote, text.beside) for quote, text in quotes if text.beside),
            *_printing_apart(document, sections, letters),
        ),
    )


def _last_letters(document: model.Document, body: str) -> str:
    """The end of the body; of a table that ends it the cells alone, for its heads belong to every row."""
    items = document.parts[-1].items if document.parts else document.items
    item = items[-1]
    while isinstance(item, model.Section) and item.items:
        item = item.items[-1]
    whole = squash("".join("".join(row) for row in item.rows)) if isinstance(item, model.Table) else body
    return whole[-END_LETTERS:]


def _piece_text(piece: Piece) -> str:
    return "".join("".join(row) for row in piece.rows) or piece.text


def _notes(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """A note of adoption under the title: whether it opens the body is a matter of taste."""
    infos = [squash(piece.text) for piece in pieces if piece.label is Label.INFO]
    return tuple(text[:END_LETTERS] for text in infos if text.endswith("通过"))


def _quotes(text: str, letters: str) -> tuple[str, ...]:
    """The first and the last letters of a text, those that stand once among the letters of the file."""
    own = squash(text.removeprefix("答："))
    both = dict.fromkeys((own[:_QUOTE], own[-_QUOTE:]))
    return tuple(quote for quote in both if len(quote) >= _SHORTEST and letters.count(quote) == 1)


def _fields(document: model.Document) -> dict[str, str | None]:
    return {
        "doc_number": None if document.number is None else document.number.normal,
        "title": document.title,
        "issuer": document.issuer or document.head_issuer,
        "date": _iso(document.date),
        "addressee": document.addressee,
        "valid_from": _iso(document.valid_from),
        "valid_until": None,
    }


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _also(document: model.Document, layout: Layout) -> dict[str, tuple[str, ...]]:
    """Values that are as good: what the file says at some other place, where it doesn't say it at its own."""
    also: dict[str, tuple[str, ...]] = {}
    number = document.number
    if number is not None and number.kind is model.NumberKind.LETTER and layout.serial != "{}":
        serial = layout.serial.format(number.serial).removeprefix("第")
        also["doc_number"] = (f"{number.code}〔{number.year}〕{serial}号",)
    if number is not None and document.is_order:
        also["title"] = (number.normal, f"{number.code}令")
        if document.valid_from is None and document.date is not None:
            also["valid_from"] = (document.date.isoformat(),)  # 自公布之日起施行
    if document.date is None:
        printed = [line for line in document.printing if line.endswith("日印发")]
        days = [page_day(document, layout)] if has_info(document, layout) else []
        days += [document.adopted] if document.adopted is not None else []
        days += [_printed_day(line) for line in printed]
        also["date"] = tuple(day.isoformat() for day in days)
    if (
        document.issuer is None
        and document.head_issuer is None
        and (document.printing or info_names_office(document, layout))
    ):
        also["issuer"] = (document.office,)
    return also


def _printed_day(line: str) -> dt.date:
    digits = [int(part) for part in "".join(c if c.isdigit() else " " for c in line).split()]
    return dt.date(*digits[-3:])


def _texts(document: model.Document) -> Iterator[_Text]:
    """Every text that must be found under its headings, with the other headings of its level."""
    yield from _walk(document.items, (), tuple(part.title for part in document.parts))
    several = len(document.parts) > 1
    for part in document.parts:
        path = (part.title,) if part.mark or several else ()
        others = tuple(other.title for other in document.parts if other is not part)
        yield from _walk(part.items, path, others)


def _walk(items: Sequence[model.Item], path: tuple[str, ...], beside: tuple[str, ...]) -> Iterator[_Text]:
    heads = tuple(one.label for one in items if isinstance(one, model.Section) and one.head)
    for item in items:
        if isinstance(item, model.Paragraph):
            yield _Text(item.text, path, (*beside, *heads) if item.closes else beside)
        elif isinstance(item, model.People):
            yield from (_Text(name + post, path, beside) for name, post in item.people)
        elif isinstance(item, model.Section):
            below = (*path, item.label) if item.head or item.is_article else path
            others = (*beside, *(head for head in heads if head != item.label))
            if item.text:
                yield _Text(item.text, below, others)
            yield from _walk(item.items, below, others)


def _phones(document: model.Document, tables: Sequence[model.Table]) -> Iterator[tuple[str, str]]:
    """Numbers with their units, of the contacts and of tables that list some."""
    yield from ((one.unit or "", phone) for one in document.contacts for phone in one.phones)
    for table in tables:
        if PHONE_HEAD in table.header:
            yield from ((row[0], row[table.header.index(PHONE_HEAD)]) for row in table.rows)


def _tables(items: Sequence[model.Item]) -> Iterator[model.Table]:
    for item in items:
        if isinstance(item, model.Table):
            yield item
        elif isinstance(item, model.Section):
            yield from _tables(item.items)


def _printing_apart(document: model.Document, sections: Sequence[model.Section], letters: str) -> Iterator[Apart]:
    """Printing lines stand below no heading: not below the last one, that is."""
    if not sections:
        return
    last = sections[-1].label
    for line in document.printing:
        yield from (Apart(quote, (last,)) for quote in _quotes(line, letters))
