"""Markup that is safe by construction: everything that is not `Html` already is escaped.

Texts of documents and questions of users reach the page only through `el` and `esc`, so that a clause
with `<script>` in it is shown as the text it is.
"""

from __future__ import annotations

import html
import re
from typing import TypeAlias

# Control characters other than tab and line breaks mean nothing to a reader and confuse parsers.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Characters that nobody sees and that make a text read other than it is: they turn its direction (Unicode
# technical report 36), or hide words in it (tags).
_HIDDEN = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]+")
HIDDEN = "〔隐藏字符〕"
_LONGEST, _HEAD, _TAIL = 4000, 3000, 500  # characters of one text; a clause has 800, a title some 60
_EXACT = frozenset({"href", "src", "value", "data-src"})  # what is sent back must be what it was
_TAG = re.compile(r"<[^<>]*>")  # in what `el` made: `<` and `>` of texts are escaped
_VOID = frozenset({"input", "br", "hr", "img", "meta", "link"})


class Html(str):
    """A piece of markup in which every text has been escaped."""

    __slots__ = ()


Child: TypeAlias = "str | Html | None"


def clean(text: str) -> str:
    """The text without control characters, and with a mark where hidden ones stood."""
    return _HIDDEN.sub(HIDDEN, _CONTROL.sub("", text))


def shortened(text: str) -> str:
    """A text so long that it would bury the page, without its middle."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_HEAD]}……（略去 {len(text) - _HEAD - _TAIL} 字）……{text[-_TAIL:]}"


def esc(text: str) -> Html:
    """Text as markup; what is markup already stays as it is."""
    return text if isinstance(text, Html) else Html(html.escape(shortened(clean(text)), quote=True))


def words_of(markup: Html) -> str:
    """What a piece of markup says, for files that have none."""
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


def join(parts: list[Html] | tuple[Html, ...], between: str = "") -> Html:
    """Pieces of markup one after another, with (escaped) text between them."""
    return Html(esc(between).join(parts))


def el(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """One element. `cls` is the class; other names lose a last `_` and get `-` for `_`.

    An attribute that is None or False is left out; True stands without a value. Children that are None
    are left out.
    """
    head = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{head}>")
    inner = "".join(esc(child) for child in children if child is not None)
    return Html(f"<{head}>{inner}</{name}>")


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = "class" if key == "cls" else key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    text = clean(str(value))
    if name not in _EXACT:
        text = shortened(text)
    return f' {name}="{html.escape(text, quote=True)}"'
