"""A scanned edition of a text gazette, and the same pages as a PDF with a text layer.

What real gazettes look like: two columns under a title across the page, running heads, page numbers
that start behind the contents, ruled tables, a red stamp over the signature; the scan is slightly
skewed, blurred and noisy. Each page's text in reading order is the truth to measure a reader by.

    python tests/make_scan.py corpus/bulletins/lishi-2023-02.txt OUT [--pages N] [--first N] [--dpi 150]

writes OUT/scan.pdf, OUT/text.pdf and OUT/truth.json (a list with one text for each page).
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from corpus.doc_number import only_number  # noqa: E402
from corpus.reading import read_text  # noqa: E402
from corpus.text import repair, squash, strip_markup  # noqa: E402

if TYPE_CHECKING:
    from PIL.Image import Image

PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0  # A4, points
MARGIN_X, TOP, BOTTOM = 60.0, 84.0, 762.0  # points; running head above TOP, page number below BOTTOM
GUTTER = 24.0  # points between the columns
BODY, LEADING = 10.5, 16.5  # points: 五号, and the distance between baselines
TITLE, CELL = 18.0, 8.0  # points
NO_START = set("，。；：！？、）》”’,.;:!?)]}〕】%·")  # a line never begins with these
FONTS = (
    Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)


SIGNED = re.compile(r"^\s*(\S{4,20}(?:政府|办公室))\s+(\d{4}\s*年\s*\d+\s*月\s*\d+\s*日)\s*([(（]\S+[)）])?\s*$")
TWO_HEADINGS = re.compile(
    r"^\s*([（(]?[一二三四五六七八九十]+[）)、]\s*[^。；，,:：]{2,30}?)\s+((?:[（(][一二三四五六七八九十]+[）)]|\d{1,3}[.．]).+)$"
)


@dataclass(frozen=True)
class Run:
    """Text on one baseline; `x`, `y` (its top) and `size` in points, y downwards."""

    x: float
    y: float
    size: float
    text: str


@dataclass
class Page:
    """One page. `truth` holds its text in reading order, without running head and page number."""

    runs: list[Run] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    truth: list[str] = field(default_factory=list)
    stamp: tuple[float, float] | None = None
    printed: int | None = None


@dataclass(frozen=True)
class Item:
    """A paragraph, a title with its number, or a table, as the text edition has them."""

    kind: str  # cover, title, number, paragraph, signature or table
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def font_path() -> Path | None:
    """The first installed font that has Chinese characters, or None."""
    return next((path for path in FONTS if path.exists()), None)


@cache
def _font(size: float) -> object:
    from PIL import ImageFont

    path = font_path()
    if path is None:
        raise SystemExit("no Chinese font: apt-get install fonts-wqy-zenhei")
    return ImageFont.truetype(str(path), round(size * 64) / 64)


@cache
def char_width(char: str) -> float:
    """Advance width in em."""
    return _font(100.0).getlength(char) / 100.0  # type: ignore[attr-defined]


def width(text: str, size: float) -> float:
    return sum(char_width(char) for char in text) * size


def read_items(path: Path) -> list[Item]:
    """The gazette's text as items: lines before the first title are the cover and contents."""
    items: list[Item] = []
    rows: list[tuple[str, ...]] = []
    for line in read_text(path).lines:
        raw = re.sub(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)", "", line.text)
        if "\t" in raw:
            rows.append(tuple(repair(strip_markup(cell)) for cell in raw.split("\t")))
            continue
        if rows and raw.strip():
            items.append(Item("table", rows=tuple(rows)))
            rows = []
        raw = strip_markup(re.sub(r"^[\s>#•-]+(?=\s)", "", raw))
        signed = SIGNED.match(raw)
        if signed:  # a signature, its date and the note stand on lines of their own
            items += [Item("signature", repair(part)) for part in signed.groups() if part]
            continue
        heading = TWO_HEADINGS.match(raw)
        if heading:  # a heading and what follows it stand on lines of their own
            items.append(Item("paragraph", repair(heading[1])))
            raw = heading[2]
        text = repair(raw)
        if not squash(text):
            continue
        if only_number(text) and items and items[-1].kind in ("paragraph", "cover"):
            items[-1] = Item("title", items[-1].text)
            items.append(Item("number", text))
        else:
            begun = any(item.kind == "title" for item in items)
            items.append(Item("paragraph" if begun else "cover", text))
    if rows:
        items.append(Item("table", rows=tuple(rows)))
    return items


def wrap(text: str, size: float, room: float, indent: float = 0.0) -> list[str]:
    """Lines of at most `room` points; the first is `indent` points shorter. No line begins with a
    closing mark, and a Latin word or number stays whole."""
    lines: list[str] = []
    line, left = "", room - indent
    for token in re.findall(r"[A-Za-z0-9.,\-/%]+|.", text):
        need = width(token, size)
        hangs = token[0] in NO_START and need <= size * 1.1
        if line and need > left + (0.6 * size if hangs else 0):
            if hangs and len(line) > 1:
                line, token = line[:-1], line[-1] + token
            lines.append(line)
            line, left = "", room
            need = width(token, size)
        while need > room:  # a token longer than the line
            fit = max(1, int(len(token) * room / need))
            lines.append(token[:fit])
            token = token[fit:]
            need = width(token, size)
        line += token
        left -= need
    return [*lines, line] if line else lines


class Typesetter:
    """Lays items out on pages."""

    def __init__(self, running_head: str) -> None:
        self.running_head = running_head
        self.pages: list[Page] = []
        self.column_width = (PAGE_WIDTH - 2 * MARGIN_X - GUTTER) / 2
        self.top = self.y = TOP
        self.column = 0
        self.printed: int | None = None
        self.new_page()

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def new_page(self) -> None:
        page = Page()
        self.pages.append(page)
        self.top = self.y = TOP
        self.column = 0
        if self.printed is None:
            return
        page.printed = self.printed
        head = self.running_head if self.printed % 2 else "政府文件"
        x = PAGE_WIDTH - MARGIN_X - width(head, 9) if self.printed % 2 else MARGIN_X
        page.runs.append(Run(x, 50, 9, head))
        page.rules.append((MARGIN_X, 64, PAGE_WIDTH - MARGIN_X, 64))
        number = f"— {self.printed} —"
        page.runs.append(Run((PAGE_WIDTH - width(number, 9)) / 2, 786, 9, number))
        self.printed += 1

    def centered(self, text: str, size: float) -> None:
        for line in wrap(text, size, PAGE_WIDTH - 2 * MARGIN_X - 4 * size):
            if self.y + size * 1.5 > BOTTOM:
                self.new_page()
            self.page.runs.append(Run((PAGE_WIDTH - width(line, size)) / 2, self.y, size, line))
            self.y += size * 1.5
        self.page.truth.append(text)
        self.top = self.y

    def band(self) -> None:
        """Begin below everything set so far, across both columns."""
        below = [run.y + run.size * 1.6 for run in self.page.runs if TOP <= run.y < BOTTOM]
        self.top = self.y = max([self.top, *below])
        self.column = 0

    def next_column(self) -> None:
        if self.column == 0:
            self.column, self.y = 1, self.top
        else:
            self.new_page()

    def paragraph(self, text: str) -> None:
        done = ""
        lines = wrap(text, BODY, self.column_width, 2 * BODY)
        for index, line in enumerate(lines):
            if self.y + LEADING > BOTTOM:
                if self.column == 1 and done:
                    self.page.truth.append(done)
                    done = ""
                self.next_column()
            x = MARGIN_X + self.column * (self.column_width + GUTTER) + (2 * BODY if index == 0 else 0)
            self.page.runs.append(Run(x, self.y, BODY, line))
            done += line
            self.y += LEADING
        self.page.truth.append(done)

    def signature(self, text: str) -> None:
        """A line set to the right, four characters from the edge; a note in brackets stands at the left."""
        if text[0] in "(（":
            self.paragraph(text)
            return
        if self.y + LEADING > BOTTOM:
            self.next_column()
        right = MARGIN_X + self.column * (self.column_width + GUTTER) + self.column_width - 2 * BODY
        self.page.runs.append(Run(right - width(text, BODY), self.y, BODY, text))
        self.page.stamp = (right - 70, self.y)
        self.page.truth.append(text)
        self.y += LEADING

    def table(self, rows: tuple[tuple[str, ...], ...]) -> None:
        self.band()
        columns = max(len(row) for row in rows)
        full = PAGE_WIDTH - 2 * MARGIN_X
        longest = [max([2.0, *(min(16.0, len(row[i]) ** 0.8) for row in rows if i < len(row))]) for i in range(columns)]
        widths = [full * share / sum(longest) for share in longest]
        for row in rows:
            cells = [wrap(cell, CELL, max(CELL, room - 6)) for cell, room in zip(row, widths, strict=False)]
            height = max([1, *(len(cell) for cell in cells)]) * CELL * 1.4 + 5
            if self.y + height > BOTTOM:
                self.new_page()
            x = MARGIN_X
            edges = [x]
            for room in widths:
                edges.append(edges[-1] + room)
            self.page.rules += [(MARGIN_X, self.y, edges[-1], self.y)]
            self.page.rules += [(MARGIN_X, self.y + height, edges[-1], self.y + height)]
            self.page.rules += [(edge, self.y, edge, self.y + height) for edge in edges]
            for left, cell in zip(edges, cells, strict=False):
                for index, line in enumerate(cell):
                    self.page.runs.append(Run(left + 3, self.y + 3 + index * CELL * 1.4, CELL, line))
            self.page.truth.append("\t".join(row))
            self.y += height
        self.top = self.y = self.y + LEADING
        self.column = 0


def typeset(items: list[Item], running_head: str = "") -> list[Page]:
    """Pages of the gazette. Each title begins a page; printed numbers start at the first title."""
    if not running_head:
        running_head = next((item.text for item in items if item.text.endswith("公报")), "公报")
    setter = Typesetter(running_head)
    for index, item in enumerate(items):
        if item.kind == "cover":
            setter.centered(item.text, 10.0 if index > 20 else 14.0)
        elif item.kind == "title":
            setter.printed = 1 if setter.printed is None else setter.printed
            setter.new_page()
            setter.centered(item.text, TITLE)
        elif item.kind == "number":
            setter.centered(item.text, BODY)
            setter.top = setter.y = setter.y + LEADING / 2
        elif item.kind == "table":
            setter.table(item.rows)
        elif item.kind == "signature":
            setter.signature(item.text)
        else:
            setter.paragraph(item.text)
    return setter.pages


def draw(page: Page, dpi: int, seed: int, skew: float = 0.5, noise: float = 7.0) -> Image:
    """The page as a scanner sees it: skewed by up to `skew` degrees, blurred, with noise of sigma
    `noise` (of 255). The same seed gives the same picture."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFilter

    scale = dpi / 72
    image = Image.new("RGB", (round(PAGE_WIDTH * scale), round(PAGE_HEIGHT * scale)), (252, 251, 247))
    pen = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in page.rules:
        pen.line((x0 * scale, y0 * scale, x1 * scale, y1 * scale), fill=(40, 40, 40), width=2)
    for run in page.runs:
        x = run.x
        for char in run.text:
            pen.text((x * scale, run.y * scale), char, font=_font(run.size * scale), fill=(25, 25, 25))
            x += char_width(char) * run.size
    if page.stamp:
        _stamp(image, page.stamp, scale)
    chance = random.Random(seed)
    image = image.rotate(chance.uniform(-skew, skew), Image.Resampling.BICUBIC, fillcolor=(252, 251, 247)).filter(
        ImageFilter.GaussianBlur(0.5)
    )
    grain = np.random.default_rng(seed).normal(0, noise, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype("uint8"))


def _stamp(image: Image, center: tuple[float, float], scale: float) -> None:
    """A round red seal of 42 mm with a star, as it lies over a signature."""
    from PIL import Image, ImageChops, ImageDraw

    radius = 60 * scale
    size = round(2 * radius) + 4
    seal = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(seal)
    middle = size / 2
    pen.ellipse((2, 2, size - 2, size - 2), outline=190, width=round(2.5 * scale))
    points = []
    for index in range(10):
        angle, reach = math.pi * (index / 5 - 0.5), radius * (0.28 if index % 2 == 0 else 0.11)
        points.append((middle + reach * math.cos(angle), middle + reach * math.sin(angle)))
    pen.polygon(points, fill=190)
    for index, char in enumerate("吕梁市离石区人民政府"):
        glyph = Image.new("L", (round(16 * scale), round(16 * scale)), 0)
        ImageDraw.Draw(glyph).text((0, 0), char, font=_font(13 * scale), fill=190)
        angle = -117 + 26 * index
        turned = glyph.rotate(-angle, Image.Resampling.BICUBIC, expand=True)
        reach = radius * 0.76
        x = middle + reach * math.sin(math.radians(angle)) - turned.width / 2
        y = middle - reach * math.cos(math.radians(angle)) - turned.height / 2
        seal.paste(190, (round(x), round(y)), turned)
    corner = (round(center[0] * scale - middle), round(center[1] * scale - middle))
    ink = Image.composite(Image.new("RGB", seal.size, (208, 32, 38)), Image.new("RGB", seal.size, "white"), seal)
    under = image.crop((*corner, corner[0] + size, corner[1] + size))
    image.paste(ImageChops.multiply(under, ink), corner)


def write_scan(pages: list[Page], path: Path, dpi: int = 150, first: int = 0) -> None:
    """A PDF that holds nothing but pictures (JPEG, quality 80), one page at a time."""
    import io

    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1)
    for index, page in enumerate(pages):
        data = io.BytesIO()
        draw(page, dpi, seed=first + index).save(data, "JPEG", quality=80)
        data.seek(0)
        canvas.drawImage(ImageReader(data), 0, 0, PAGE_WIDTH, PAGE_HEIGHT)
        canvas.showPage()
    canvas.save()


def write_text_pdf(pages: list[Page], path: Path) -> None:
    """The same pages with a text layer."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("body", str(font_path()), subfontIndex=0))
    canvas = Canvas(str(path), pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1)
    for page in pages:
        for x0, y0, x1, y1 in page.rules:
            canvas.line(x0, PAGE_HEIGHT - y0, x1, PAGE_HEIGHT - y1)
        for run in page.runs:
            canvas.setFont("body", run.size)
            canvas.drawString(run.x, PAGE_HEIGHT - run.y - run.size * 0.88, run.text)
        canvas.showPage()
    canvas.save()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("gazette", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=None, help="number of pages (all)")
    parser.add_argument("--first", type=int, default=1, help="first page (1)")
    parser.add_argument("--dpi", type=int, default=150)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    pages = typeset(read_items(args.gazette))
    last = None if args.pages is None else args.first - 1 + args.pages
    pages = pages[args.first - 1 : last]
    write_text_pdf(pages, args.out / "text.pdf")
    write_scan(pages, args.out / "scan.pdf", args.dpi, args.first)
    truth = [{"printed": page.printed, "text": "\n".join(page.truth)} for page in pages]
    (args.out / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(pages)} pages in {args.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
