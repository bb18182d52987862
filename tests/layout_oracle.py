"""What a parser without a fault would make of a generated file, built from its structure: labels must call it right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corpus.model import Bulletin, Clause, Notice, ParsedFile, Role, Span
from corpus.numbering import read_marker
from corpus.place import Place, Step, StepKind
from eval.layouts import model
from eval.layouts.case import Case
from eval.layouts.pieces import Label

_SPAN = Span(1, 1)


class IdealNotice(Notice):
    """A notice whose telephones each have their unit, as the contract's later form gives them."""

    __slots__ = ("contacts",)

    def to_json(self) -> dict[str, Any]:
        phones = [{"unit": unit or None, "phone": phone} for unit, phone in self.contacts]
        return super().to_json() | {"phones": phones}


def ideal(case: Case, phones: Sequence[Sequence[tuple[str, str]]]) -> ParsedFile:
    """The parsed file. `phones` are the pairs of unit and number of each document."""
    notices = tuple(_notice(case, at, phones[at]) for at in range(len(case.structure.documents)))
    return ParsedFile("a.txt", "utf-8", Bulletin(None, None, None, None, None, None), notices, 1.0, (), ())


def _notice(case: Case, at: int, phones: Sequence[tuple[str, str]]) -> Notice:
    document = case.structure.documents[at]
    name = f"公文{at}"
    clauses = [Clause(name, Place(steps), path, role, text, _SPAN, None, cells)
               for steps, path, role, text, cells in _clauses(case, at, document)]  # fmt: skip
    notice = IdealNotice(
        notice_id=name,
        doc_number=None if document.number is None else document.number.normal,
        title=document.title,
        issuer=document.issuer or document.head_issuer,
        date=None if document.date is None else document.date.isoformat(),
        section=None,
        addressee=document.addressee,
        unit=None,
        phone=None,
        phones=(),
        contact_person=None,
        email=None,
        attachments=document.attachments,
        contents_page=None,
        lines=_SPAN,
        clauses=tuple(clauses),
        valid_from=None if document.valid_from is None else document.valid_from.isoformat(),
    )
    object.__setattr__(notice, "contacts", phones)
    return notice


_Parts = tuple[tuple[Step, ...], tuple[str, ...], Role, str, tuple[tuple[str, str], ...]]


def _clauses(case: Case, at: int, document: model.Document) -> Iterator[_Parts]:
    pieces = [piece for piece in case.pieces if piece.document == at]

    def printed(role: Role, kind: StepKind, *labels: Label) -> Iterator[_Parts]:
        yield from (((Step(kind, 1),), (), role, piece.text, ()) for piece in pieces if piece.label in labels)

    yield ((Step(StepKind.TITLE),), (), Role.TITLE, document.title, ())
    yield from printed(Role.INFO, StepKind.INFO, Label.INFO, Label.LETTERHEAD, Label.ORDER)
    yield from printed(Role.PREAMBLE, StepKind.PARAGRAPH, Label.ADDRESSEE)
    yield from _items(document.items, (), ())
    yield from printed(Role.ATTACHMENTS, StepKind.ATTACHMENTS, Label.ATTACHMENTS)
    yield from printed(Role.CONTACT, StepKind.CONTACT, Label.CONTACT)
    yield from printed(Role.SIGNATURE, StepKind.SIGNATURE, Label.SIGNATURE, Label.DATE)
    for number, part in enumerate(document.parts, 1):
        steps = (Step(StepKind.ATTACHMENT, number),)
        yield ((*steps, Step(StepKind.TITLE)), (part.title,), Role.TITLE, part.title, ())
        yield from _items(part.items, steps, (part.title,))
    yield from printed(Role.SIGNATURE, StepKind.SIGNATURE, Label.PRINTING)


def _items(items: Sequence[model.Item], steps: tuple[Step, ...], path: tuple[str, ...]) -> Iterator[_Parts]:
    for number, item in enumerate(items, 1):
        if isinstance(item, model.Paragraph):
            yield ((*steps, Step(StepKind.PARAGRAPH, number)), path, Role.TEXT, item.text, ())
        elif isinstance(item, model.People):
            text = item.label + "：" + "；".join(f"{name}　{post}" for name, post in item.people)
            yield ((*steps, Step(StepKind.PEOPLE, number)), path, Role.PEOPLE, text, ())
        elif isinstance(item, model.Table):
            for at, row in enumerate(item.rows, 1):
                cells = tuple(zip(item.header, row, strict=True))
                own = (*steps, Step(StepKind.TABLE, number), Step(StepKind.ROW, at))
                yield (own, path, Role.ROW, "；".join(f"{head}：{cell}" for head, cell in cells), cells)
        else:
            yield from _section(item, steps, path)


def _section(section: model.Section, steps: tuple[Step, ...], path: tuple[str, ...]) -> Iterator[_Parts]:
    line = section.marker + section.head + ("。" if section.head and section.text else "") + section.text
    marker = read_marker(line)
    own = Step(StepKind.NAMED, 1, section.head) if marker is None else _numbered(marker.number, marker.label, line)
    below = (*path, section.label)
    yield ((*steps, own), below, Role.TEXT if section.text else Role.HEADING, line, ())
    yield from _items(section.items, (*steps, own), below)


def _numbered(number: int, label: str, line: str) -> Step:
    marker = read_marker(line)
    return Step(StepKind.NUMBERED, number, label, None if marker is None else marker.style)
