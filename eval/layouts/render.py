"""A generated file in one of its forms, with what a parse of it must give."""

from __future__ import annotations

from dataclasses import dataclass

from eval.documents.model import LabelledFile
from eval.layouts.case import Case
from eval.layouts.contents import gazette, issue_line
from eval.layouts.heads import title_is_name
from eval.layouts.labels import label_file
from eval.layouts.layout import Pages
from eval.layouts.pieces import Label
from eval.layouts.plain import text_of

FORMS = ("txt", "html", "docx", "pdf")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's bytes and its label."""

    data: bytes
    label: LabelledFile


def form_of(seed: int) -> str:
    """The form that a seed's file has where none is asked for: plain text most often."""
    return ("txt", "html", "txt", "docx", "txt", "html", "txt", "pdf")[seed % 8]


def render(case: Case, form: str, name: str) -> Rendered:
    """The file `name`.`form` of a case."""
    furniture = [
        line for piece in case.pieces if piece.label in (Label.FURNITURE, Label.CONTENTS) for line in piece.lines
    ]
    paged = case.layout.pages is not Pages.NONE
    if form == "txt":
        data = text_of(case.lines).replace("\n", case.layout.newline).encode(case.layout.encoding)
        furniture += [line.text for line in case.lines if line.label is Label.FURNITURE]
    elif form == "html":
        from eval.layouts.web import html_of

        data = html_of(case.structure, case.layout, case.pieces).encode()
    elif form == "docx":
        from eval.layouts.word import docx_of

        data = docx_of(case.layout, case.pieces)
    else:
        from eval.layouts.pdf import pdf_of

        data = pdf_of(case.structure, case.layout, case.pieces)
        if paged and case.layout.pages is Pages.HEADS:
            furniture.append(f"{gazette(case.structure, case.layout)}　{issue_line(case.layout)}")
    first = case.structure.documents[0]
    file = f"{name}/{first.title}.{form}" if title_is_name(first, case.layout) else f"{name}.{form}"
    return Rendered(data, label_file(case.structure, case.layout, case.pieces, furniture, name, file))
