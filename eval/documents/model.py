"""Labels: what people found in a file by reading it. A key that a label leaves out is not judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

# Compared in the letters-and-digits form, dates exactly. All but phones, which are a list.
TEXT_FIELDS = ("doc_number", "title", "issuer", "addressee")
DATE_FIELDS = ("date", "valid_from", "valid_until")
FIELDS = ("doc_number", "title", "issuer", "date", "addressee", "valid_from", "valid_until")
COUNTED = ("articles", "level1", "chapters")


class Expected(StrEnum):
    """What must come of a file that isn't a usual document."""

    DOCUMENTS = "documents"  # the labelled ones: the usual case
    REFUSE = "refuse"  # no document may come out
    NO_BODY = "no_body"  # at most a title: the text is missing at its source
    ANY = "any"  # no official document: refusing it is right, too


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand in one clause, and the headings above it, outermost first (empty: none)."""

    quote: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """Words that, wherever they stand, stand below none of these headings."""

    text: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its column heads (empty: it has none), how many rows follow, and one of them."""

    header: tuple[str, ...]
    rows: int
    one_row: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file.

    `fields` holds what the label says of each field (None: the document doesn't state it), `also` other
    values that are as good. `phones` are pairs of unit and number; None where they are not labelled.
    """

    fields: Mapping[str, str | None]
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phones: tuple[tuple[str, str], ...] | None = None
    first_text: str | None = None
    last_text: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    absent: tuple[str, ...] = ()
    must: tuple[Quote, ...] = ()
    joined: tuple[str, ...] = ()
    apart: tuple[Apart, ...] = ()

    def accepted(self, name: str) -> tuple[str, ...]:
        """Every value of a key that counts as right."""
        own = {"first_text": self.first_text, "last_text": self.last_text}.get(name, self.fields.get(name))
        return (*(() if own is None else (own,)), *self.also.get(name, ()))

    @property
    def evidence(self) -> tuple[str, ...]:
        """Words that show where its body is."""
        ends = (self.first_text, self.last_text)
        return (*(text for text in ends if text is not None), *(one.quote for one in self.must))


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A file with its documents. `file` is its path below the folder of documents, `name` the label's own."""

    name: str
    file: str
    form: str
    place: str | None
    sha256: str | None
    expected: Expected
    documents: tuple[Document, ...]
    source: Path  # the file that holds the label
