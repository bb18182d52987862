"""Pieces that belong to no document: a gazette's cover and contents page, and what a web site prints around."""

from __future__ import annotations

from collections.abc import Iterator

from eval.layouts.heads import number_text
from eval.layouts.layout import Layout, Site
from eval.layouts.model import NumberKind, Structure
from eval.layouts.pieces import Align, Label, Piece
from eval.layouts.words import word_lists


def gazette(structure: Structure, layout: Layout) -> str:
    """The name of the gazette that the documents stand in."""
    first = structure.documents[0]
    return f"{(first.head_issuer or first.issuer or first.title)[:3]}人民政府公报"


def issue_line(layout: Layout) -> str:
    return f"20{10 + layout.variant}年第{layout.variant % 6 + 1}期"


def contents_pieces(structure: Structure, layout: Layout) -> Iterator[Piece]:
    """Cover and list of titles with the pages that they begin on."""
    if not layout.contents:
        return
    yield Piece(Label.CONTENTS, (gazette(structure, layout),), None, Align.CENTRE)
    yield Piece(Label.CONTENTS, (issue_line(layout),), None, Align.CENTRE)
    yield Piece(Label.CONTENTS, (("目录", "目　录", "目  次")[layout.variant % 3],), None, Align.CENTRE)
    page = 1
    for document in structure.documents:
        number = document.number
        shown = ""
        if number is not None and layout.variant % 2:
            text = number_text(number, layout) if number.kind is NumberKind.LETTER else number.normal
            shown = f"（{text}）"
        dots = ("………", "　", "......", "\t")[layout.variant % 4]
        end = f"（{page}）" if layout.variant % 5 == 0 else str(page)
        yield Piece(Label.CONTENTS, (f"{document.title}{shown}{dots}{end}",), None, Align.FLUSH)
        page += 2 + layout.variant % 3


def site_head(structure: Structure, layout: Layout) -> tuple[str, ...]:
    """Lines above the first document: menus and where the reader is."""
    site = word_lists()["site"]
    found: list[str] = []
    if layout.site in (Site.HEAD, Site.BOTH):
        if layout.variant % 4 == 1:  # the window's title was saved as the first line
            found.append(f"{structure.documents[0].title}-政务公开-门户网站")
        place = structure.documents[0].title[:3]
        found += [line.format(place=place) for line in site["heads"][layout.variant % len(site["heads"])]]
    if layout.crumb:
        found.append(site["crumbs"][layout.variant % len(site["crumbs"])])
    return tuple(found)


def tool_lines(layout: Layout) -> tuple[str, ...]:
    """The line of font sizes and printing, under the title."""
    tools = word_lists()["site"]["tools"]
    return (tools[layout.variant % len(tools)],) if layout.tools else ()


def site_foot(layout: Layout) -> tuple[str, ...]:
    """Lines behind the last document."""
    feet = word_lists()["site"]["feet"]
    return tuple(feet[layout.variant % len(feet)]) if layout.site in (Site.FOOT, Site.BOTH) else ()
