"""A Word document as Chinese offices print it: A4, 宋体 and 黑体, marked as Chinese, in black, nothing in italics.

python-docx begins with an American one: Letter, and fonts and language of the theme, which win over those that a style
names.
"""

from __future__ import annotations

import io

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from retriever.page.markup import clean

LANGUAGE = "zh-CN"
BODY, HEADS = "SimSun", "SimHei"
_STYLES = {"Normal": (BODY, 12), "Title": (HEADS, 20), "Heading 1": (HEADS, 15), "Heading 2": (HEADS, 12)}
_THEME_FONTS = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


class Paper:
    """A document that is written from top to bottom."""

    def __init__(self, title: str) -> None:
        self._document = Document()
        self._page()
        self._language()
        for name, (font, size) in {**_STYLES, "Quote": (BODY, 12)}.items():
            self._style(name, font, size)
        facts = self._document.core_properties
        facts.title, facts.author, facts.comments, facts.language = title, "", "", LANGUAGE
        self._document.add_heading(clean(title), 0)

    def heading(self, text: str, level: int) -> None:
        self._document.add_heading(clean(text), level)

    def line(self, text: str) -> None:
        self._document.add_paragraph(clean(text))

    def quote(self, text: str) -> None:
        self._document.add_paragraph(clean(text), style="Quote")

    def data(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _page(self) -> None:
        page = self._document.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.top_margin = page.bottom_margin = Cm(2.5)
        page.left_margin = page.right_margin = Cm(2.7)

    def _language(self) -> None:
        defaults = self._document.styles.element.find(qn("w:docDefaults"))
        for element in (*defaults.iter(qn("w:lang")), *self._document.settings.element.iter(qn("w:themeFontLang"))):
            element.set(qn("w:val"), LANGUAGE)
            element.set(qn("w:eastAsia"), LANGUAGE)
        for fonts in defaults.iter(qn("w:rFonts")):
            _use(fonts, BODY)

    def _style(self, name: str, font: str, size: int) -> None:
        style = self._document.styles[name]
        _use(style.element.get_or_add_rPr().get_or_add_rFonts(), font)
        style.font.size = Pt(size)
        style.font.italic = False
        style.font.color.rgb = RGBColor(0, 0, 0)


def _use(fonts: object, name: str) -> None:
    """Name one font for all characters, and none of the theme's."""
    for theme in _THEME_FONTS:
        fonts.attrib.pop(qn(f"w:{theme}"), None)  # type: ignore[attr-defined]
    for script in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{script}"), name)  # type: ignore[attr-defined]
