"""Generated files as web pages: with or without a title of their own, menus, feet; paragraphs or line breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from eval.layouts.layout import Layout
from eval.layouts.model import Structure
from eval.layouts.pieces import Align, Label, Piece

_ALIGN = {Align.CENTRE: ' align="center"', Align.RIGHT: ' style="text-align:right"'}


def html_of(structure: Structure, layout: Layout, pieces: Sequence[Piece]) -> str:
    """The page. Site furniture stands in boxes of its own, in front of the text and behind it."""
    documents = [at for at, piece in enumerate(pieces) if piece.document is not None]
    first, last = documents[0], documents[-1]
    title = structure.documents[0].title
    window = ("", title, f"{title}-政务公开-门户网站", "门户网站")[layout.variant % 4]
    boxed = layout.variant == 11  # the whole text stands in a table of one cell
    parts = [
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">',
        f"<title>{escape(window)}</title>" if window else "",
        "<style>p{text-indent:2em}</style></head><body>",
        _box("header", pieces[:first]),
        f'<div class="{("content", "TRS_Editor", "article", "main")[layout.variant % 4]}">',
        *(["<table width='98%'><tr><td>"] if boxed else []),
        *_content(layout, pieces[first : last + 1]),
        *(["</td></tr></table>"] if boxed else []),
        "</div>",
        _box("footer", pieces[last + 1 :]),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _box(name: str, pieces: Sequence[Piece]) -> str:
    """Menus are lists of links; a contents page is one, too."""
    if not pieces:
        return ""
    rows = "".join(f'<li><a href="#{at}">{escape(piece.text)}</a></li>' for at, piece in enumerate(pieces))
    return f'<div class="{name}"><ul>{rows}</ul></div>'


def _content(layout: Layout, pieces: Sequence[Piece]) -> Iterator[str]:
    breaks = layout.variant % 5 == 4  # one box, lines parted by <br>
    for piece in pieces:
        if piece.rows:
            yield _table(piece.rows)
        elif piece.label is Label.INFO and "\t" in piece.text:
            yield _table([line.split("\t") for line in piece.lines], head=False)
        elif piece.label is Label.FURNITURE:
            yield f'<div class="tools">{escape(piece.text)}</div>'
        elif piece.label is Label.TITLE and layout.variant % 3 == 0:
            yield f"<h1>{'<br>'.join(map(escape, piece.lines))}</h1>"
        elif breaks and piece.align is Align.LEFT:
            yield f"{escape(layout.indent + piece.text)}<br>"
        else:
            inner = "<br>".join(map(escape, piece.lines))
            yield f"<p{_ALIGN.get(piece.align, '')}>{layout.indent if piece.align is Align.LEFT else ''}{inner}</p>"


def _table(rows: Sequence[Sequence[str]], *, head: bool = True) -> str:
    lines = []
    for at, row in enumerate(rows):
        tag = "th" if head and at == 0 else "td"
        lines.append("<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>")
    return '<table border="1">' + "".join(lines) + "</table>"
