"""Recognition of scanned pages with rapidocr; its wheel carries the models, so nothing is fetched.

A page is rendered at the resolution of its scan, red seals are taken off, text is recognised, and what
runs along the page's side is turned and recognised again. Results are kept by the picture's hash.

One process with a thread for each core is as fast as two with half of them (measured on 2 cores: 3.4 s a
page against 6.9 s for each of two), and takes half of the memory.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from corpus.documents.extra import require
from corpus.documents.grids import find_grids
from corpus.documents.pages import Box, PageContent, Rule, Segment, em_width, turn_box
from corpus.documents.scans import find_rules, skew_of, straight_box, straighten, without_seals

_FORMAT = 4  # of the cached results: raise it with every change of what a picture yields
_MIN_DPI, _MAX_DPI, _USUAL_DPI = 110.0, 220.0, 150.0
_MAX_SIDE = 2000.0  # pixels: rapidocr shrinks larger pictures
_UPSIDE_DOWN = 0.75  # mean confidence of a page below which it is tried the other way up
_SURE = 0.9  # mean confidence of text that stands upright
_SURE_IN_SEAL = 0.85  # confidence of a short piece of real text under a seal
_TALL = 1.8  # height to width of a box whose text runs along the page's side


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was recognised in a picture, and the degrees by which its lines fall to the right."""

    lines: list[Segment]
    skew: float
    image: Any

    @property
    def confidence(self) -> float:
        """Mean confidence, each line by its number of characters."""
        total = sum(len(line.text) for line in self.lines)
        return sum(line.score * len(line.text) for line in self.lines) / total if total else 0.0


class Recogniser:
    """Recognises pages; loads the models at the first page that is not in the cache.

    With `known_only` it never does: what is not in the cache counts as a page without text.
    """

    def __init__(self, cache: Path | None, *, known_only: bool = False) -> None:
        self.folder = None if cache is None else cache / "ocr"
        self.known_only = known_only
        self.from_cache = False
        self._engine: Any = None

    def read(self, page: Any, number: int) -> PageContent:
        """Text and rules of an open pypdfium2 page, by its picture."""
        width, height = page.get_size()
        scale = scan_scale(page, width, height)
        bitmap = page.render(scale=scale, rev_byteorder=False)
        image = bitmap.to_numpy()[:, :, :3].copy()
        bitmap.close()
        key = self._key(image)
        content = self._load(key)
        self.from_cache = content is not None
        if content is None and self.known_only:
            content = PageContent(number, width, height, ())
        elif content is None:
            content = self._recognise(image, scale)
            self._save(key, content)
        if not content.segments and content.turned is None:
            return replace(
                content, number=number, origin="empty", problem=f"第 {number} 页没有认出文字（空白页或图片）"
            )
        turned = content.turned and replace(content.turned, number=number)
        return replace(content, number=number, turned=turned)

    def _recognise(self, image: Any, scale: float) -> PageContent:
        image, seals = without_seals(image, scale)
        reading = self._read_picture(image, scale)
        reading = replace(reading, lines=[line for line in reading.lines if not _is_of_seal(line, seals)])
        if len(reading.lines) >= 3 and reading.confidence < _UPSIDE_DOWN:
            other = self._read_picture(image[::-1, ::-1].copy(), scale)
            if other.confidence > reading.confidence:
                return _upside_down(self._laid_out(other, scale))
        return self._laid_out(reading, scale)

    def _laid_out(self, reading: _Reading, scale: float) -> PageContent:
        """Lines made level, ruled lines found, and what runs along the page's side read upright."""
        image = reading.image
        height, width = (side / scale for side in image.shape[:2])
        tall = [line for line in reading.lines if _is_tall(line)]
        if not tall or (len(tall) < 3 and len(tall) < len(reading.lines) / 2):
            lines, rules = _straight(reading, scale)
            return PageContent(0, width, height, lines, rules, "ocr")
        region = _turned_region(reading, tall, scale)
        turned = self._turned(reading.image, scale, region)
        outside = [line for line in reading.lines if not region.holds(line.box.middle)]
        lines, _ = _straight(replace(reading, lines=outside), scale)
        return PageContent(0, width, height, lines, (), "ocr", turned)

    def _turned(self, image: Any, scale: float, region: Box) -> PageContent | None:
        """The text of `region` turned upright: clockwise or the other way, whichever reads better."""
        numpy = require("numpy")
        alone = numpy.full_like(image, 255)
        reach = round(12 * scale)
        rows = slice(max(0, round(region.top * scale) - reach), round(region.bottom * scale) + reach)
        columns = slice(max(0, round(region.x0 * scale) - reach), round(region.x1 * scale) + reach)
        alone[rows, columns] = image[rows, columns]
        readings: dict[int, _Reading] = {}
        for quarter in (3, 1):
            readings[quarter] = self._read_picture(numpy.rot90(alone, k=-quarter).copy(), scale)
            if readings[quarter].confidence >= _SURE:
                break
        quarter, reading = max(readings.items(), key=lambda item: item[1].confidence)
        if not reading.lines:
            return None
        lines, rules = _straight(reading, scale)
        height, width = (side / scale for side in reading.image.shape[:2])
        placed = tuple(replace(line, place=turn_box(line.shown, -quarter, width, height)) for line in lines)
        return PageContent(0, width, height, placed, rules, "ocr")

    def _read_picture(self, image: Any, scale: float) -> _Reading:
        if self._engine is None:
            rapidocr = require("rapidocr")
            self._engine = rapidocr.RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})
        result = self._engine(image, return_word_box=True, return_single_char_box=True)
        if result.boxes is None or result.txts is None:
            return _Reading([], 0.0, image)
        words = result.word_results or ()
        lines = []
        for index, (quad, text, score) in enumerate(zip(result.boxes, result.txts, result.scores, strict=True)):
            chars = words[index] if len(words) == len(result.txts) else ()
            line = _segment(quad, text, float(score), chars, scale)
            if line is not None:
                lines.append(line)
        return _Reading(_with_sizes(lines), skew_of(result.boxes), image)

    def _key(self, image: Any) -> str:
        digest = hashlib.sha256(f"{_FORMAT} {_rapidocr_version()} {image.shape}".encode())
        digest.update(image.tobytes())
        return digest.hexdigest()

    def _load(self, key: str) -> PageContent | None:
        if self.folder is None:
            return None
        try:
            return page_from_json(json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None  # not recognised yet, or cut off by a full disk: recognised again

    def _save(self, key: str, content: PageContent) -> None:
        if self.folder is None:
            return
        unfinished = self.folder / f"{key}.{os.getpid()}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(page_to_json(content), ensure_ascii=False), encoding="utf-8")
            unfinished.replace(self.folder / f"{key}.json")
        except OSError:  # a full disk costs the next run's time, not this one's result
            unfinished.unlink(missing_ok=True)


def scan_scale(page: Any, width: float, height: float) -> float:
    """Pixels per point at which a page is rendered: its largest picture's own resolution, within what
    recognition can use. `width` and `height` are the page's, in points."""
    raw = require("pypdfium2.raw")
    dpi = 0.0
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = image.get_bounds()
        if right > left and top > bottom and (right - left) * (top - bottom) > 0.3 * width * height:
            pixels = max(image.get_px_size())
            dpi = max(dpi, pixels / max(right - left, top - bottom) * 72)
    dpi = min(max(dpi or _USUAL_DPI, _MIN_DPI), _MAX_DPI)
    return min(dpi / 72, _MAX_SIDE / max(width, height, 1.0))


def _rapidocr_version() -> str:
    try:
        return metadata.version("rapidocr")
    except metadata.PackageNotFoundError:
        return str(require("rapidocr"))


def _segment(quad: Any, text: str, score: float, chars: Any, scale: float) -> Segment | None:
    """One recognised line. Places of its characters where the recogniser gives all, else spread evenly."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (tuple(map(float, point)) for point in quad)
    box = Box(min(x0, x3), (y0 + y1) / 2, max(x1, x2), (y2 + y3) / 2)
    if x1 - x0 < y3 - y0:  # a tall box has its corners farther apart in height
        box = Box(min(x0, x3), min(y0, y1), max(x1, x2), max(y2, y3))
    box = Box(box.x0 / scale, box.top / scale, box.x1 / scale, box.bottom / scale)
    if not text.strip() or box.x1 <= box.x0 or box.bottom <= box.top:
        return None
    lefts = _lefts(text, chars, scale) or _spread(text, box)
    stripped = len(text) - len(text.lstrip())
    return Segment(box, text.strip(), 0.0, tuple(lefts[stripped : stripped + len(text.strip())]), score)


def _lefts(text: str, chars: Any, scale: float) -> list[float] | None:
    """Left edges in points of the characters of `text`, or None if not all are known."""
    places = iter((char, quad) for char, _, quad in chars)
    out: list[float] = []
    for char in text:
        if char.isspace():
            out.append(out[-1] if out else 0.0)
            continue
        known, quad = next(places, ("", None))
        if known != char or quad is None:
            return None
        out.append(float(quad[0][0]) / scale)
    return out


def _spread(text: str, box: Box) -> list[float]:
    total = em_width(text) or 1.0
    return [box.x0 + (box.x1 - box.x0) * em_width(text[:at]) / total for at in range(len(text))]


def _with_sizes(lines: list[Segment]) -> list[Segment]:
    """Lines with their em: width by number of characters where they are many, since a box's height varies
    with what stands in it; else the page's usual one where the height allows it."""
    known = [(line.box.x1 - line.box.x0) / em_width(line.text) if _measures(line) else None for line in lines]
    usual = median([size for size in known if size is not None] or [0.0])
    out = []
    for line, size in zip(lines, known, strict=True):
        height = line.box.bottom - line.box.top
        if size is None:
            size = usual if usual and 0.6 * usual < height < 1.9 * usual else 0.85 * height
        out.append(replace(line, size=max(1.0, size)))
    return out


def _measures(line: Segment) -> bool:
    """Whether a line's width tells its em: mostly Chinese characters, six or more, set solid."""
    wide = sum(ord(char) > 0x2000 for char in line.text)
    height = line.box.bottom - line.box.top
    return wide >= 6 and wide >= 0.5 * len(line.text) and line.box.x1 - line.box.x0 < 1.3 * height * em_width(line.text)


def _is_tall(line: Segment) -> bool:
    height, width = line.box.bottom - line.box.top, line.box.x1 - line.box.x0
    return height > _TALL * width and height > 24  # points: two characters of body text


def _is_of_seal(line: Segment, seals: list[Box]) -> bool:
    """A character or two, doubtful and inside a seal: what the bleached star or rim was taken for."""
    inside = any(seal.holds(line.box.middle) for seal in seals)
    return inside and len(line.text) <= 2 and line.score < _SURE_IN_SEAL


def _turned_region(reading: _Reading, tall: list[Segment], scale: float) -> Box:
    """What holds the lines that run along the page's side, with the ruled tables that they stand in: short
    cells of those (序号, single digits) are not tall themselves."""
    region = tall[0].box
    for line in tall[1:]:
        region = region.joined(line.box)
    for grid in find_grids(find_rules(reading.image, scale, reading.lines)):
        if any(grid.box.holds(line.box.middle) for line in tall):
            region = region.joined(grid.box)
    return region


def _straight(reading: _Reading, scale: float) -> tuple[tuple[Segment, ...], tuple[Rule, ...]]:
    """Lines and rules as they stand once the page's skew is taken back; `place` keeps the shown box."""
    image, lines = reading.image, reading.lines
    if reading.skew:
        height, width = (side / scale for side in image.shape[:2])
        image = straighten(image, reading.skew)
        lines = [_moved(line, straight_box(line.box, reading.skew, width, height)) for line in lines]
    return tuple(lines), find_rules(image, scale, lines)


def _upside_down(page: PageContent) -> PageContent:
    """A page that was read with its picture turned by 180°: its lines are shown where they really are."""
    width, height = page.width, page.height

    def shown(lines: tuple[Segment, ...]) -> tuple[Segment, ...]:
        return tuple(replace(line, place=turn_box(line.shown, 2, width, height)) for line in lines)

    turned = page.turned and replace(page.turned, segments=shown(page.turned.segments))
    return replace(page, segments=shown(page.segments), turned=turned)


def _moved(line: Segment, box: Box) -> Segment:
    shift = box.x0 - line.box.x0
    return replace(line, box=box, lefts=tuple(left + shift for left in line.lefts), place=line.box)


def page_to_json(page: PageContent) -> dict[str, Any]:
    """A page as JSON, places in hundredths of a point."""
    return {
        "size": [page.width, page.height],
        "segments": [
            {
                "box": _numbers(line.box),
                "text": line.text,
                "size": round(line.size, 2),
                "lefts": [round(left, 2) for left in line.lefts],
                "score": round(line.score, 4),
                "place": line.place and _numbers(line.place),
            }
            for line in page.segments
        ],
        "rules": [_numbers(rule.box) for rule in page.rules],
        "turned": page.turned and page_to_json(page.turned),
    }


def page_from_json(data: dict[str, Any]) -> PageContent:
    """The page that `page_to_json` wrote. Raises KeyError or TypeError for anything else."""
    segments = tuple(
        Segment(
            Box(*line["box"]),
            line["text"],
            line["size"],
            tuple(line["lefts"]),
            line["score"],
            Box(*line["place"]) if line["place"] else None,
        )
        for line in data["segments"]
    )
    rules = tuple(Rule(Box(*rule)) for rule in data["rules"])
    turned = page_from_json(data["turned"]) if data["turned"] else None
    width, height = data["size"]
    return PageContent(0, width, height, segments, rules, "ocr", turned)


def _numbers(box: Box) -> list[float]:
    return [round(value, 2) for value in (box.x0, box.top, box.x1, box.bottom)]
