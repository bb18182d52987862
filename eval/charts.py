"""Small pictures as inline SVG: no library, no script, readable in print and in the dark.

Each function returns one `<svg>` with a title for screen readers. All text is escaped here, so callers
pass plain strings. Series differ in colour (Okabe and Ito's palette, safe for the colour-blind) and in
their mark, so neither alone has to carry the meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 680
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")
_LEFT, _RIGHT, _TOP = 118, 24, 34
_ROW = 18


@dataclass(frozen=True, slots=True)
class Dot:
    """A value in 0..1 with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: (x, y) points in 0..1, in order of x."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of note in 0..1 × 0..1, with what it is."""

    name: str
    x: float
    y: float


def _svg(title: str, height: float, body: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(body)}</svg>"
    )


def _text(x: float, y: float, words: str, anchor: str = "middle", extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str = "grid", colour: str = "") -> str:
    stroke = f' stroke="{colour}"' if colour else ""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{stroke}/>'


def _mark(series: int, x: float, y: float, label: str) -> str:
    """A dot, square, diamond or triangle; the label appears when the pointer rests on it."""
    tag, attributes = (
        ("circle", f'cx="{x:.1f}" cy="{y:.1f}" r="4.5"'),
        ("rect", f'x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"'),
        ("path", f'd="M{x:.1f} {y - 5.5:.1f}l5.5 5.5-5.5 5.5-5.5-5.5z"'),
        ("path", f'd="M{x:.1f} {y - 5:.1f}l5.5 9.5h-11z"'),
    )[series % 4]
    fill = COLOURS[series % len(COLOURS)]
    return f'<{tag} {attributes} fill="{fill}"><title>{escape(label)}</title></{tag}>'


def _legend(names: Sequence[str], y: float, left: float = _LEFT) -> list[str]:
    """Marks and names in one row; names are about as wide as their characters."""
    body, x = [], left
    for at, name in enumerate(names):
        body += [_mark(at, x + 5, y - 4, name), _text(x + 15, y, name, "start")]
        x += 30 + sum(13 if ord(char) > 0x2E80 else 7.5 for char in name)
    return body


def dots(title: str, rows: Sequence[tuple[str, Sequence[Dot | None]]], series: Sequence[str]) -> str:
    """One row for each label, one dot with its interval for each series, over 0 to 100 %."""
    span = WIDTH - _LEFT - _RIGHT
    height_of = _ROW * len(series) + 10
    bottom = _TOP + height_of * len(rows)
    body = _legend(series, 16)
    for tenth in range(0, 11, 2):
        x = _LEFT + span * tenth / 10
        body += [_line(x, _TOP - 8, x, bottom), _text(x, bottom + 16, f"{tenth * 10}%")]
    for at, (label, row) in enumerate(rows):
        top = _TOP + at * height_of
        body.append(_text(_LEFT - 8, top + height_of / 2, label, "end"))
        for place, dot in enumerate(row):
            if dot is None:
                continue
            y = top + _ROW * (place + 0.5)
            low, high, x = (_LEFT + span * value for value in (dot.low, dot.high, dot.value))
            words = f"{label} {series[place]}：{dot.value:.1%}（{dot.low:.1%}–{dot.high:.1%}）"
            body += [
                _line(low, y, high, y, "interval", COLOURS[place % len(COLOURS)]),
                _mark(place, x, y, words),
            ]
    return _svg(title, bottom + 26, body)


def lines(
    title: str,
    series: Sequence[Series],
    x_name: str,
    y_name: str,
    *,
    diagonal: bool = False,
    marks: bool = False,
    spots: Sequence[Spot] = (),
) -> str:
    """Lines over the unit square. `diagonal` draws where both axes agree, `marks` the points; `spots` are drawn as
    numbered rings with their names below."""
    span, tall = WIDTH - _LEFT - _RIGHT, 260
    bottom = _TOP + tall

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + span * x, bottom - tall * y

    body = _legend([one.name for one in series], 16)
    for tenth in range(0, 11, 2):
        x, y = place(tenth / 10, tenth / 10)
        body += [_line(_LEFT, y, WIDTH - _RIGHT, y), _text(_LEFT - 8, y + 4, f"{tenth * 10}%", "end")]
        body += [_text(x, bottom + 18, f"{tenth * 10}%")]
    if diagonal:
        body.append(_line(*place(0, 0), *place(1, 1), kind="guide"))
    for at, one in enumerate(series):
        points = [place(x, y) for x, y in one.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        body.append(f'<polyline class="curve" points="{path}" stroke="{COLOURS[at % len(COLOURS)]}"/>')
        if marks:
            body += [
                _mark(at, *spot, f"{x_name} {x:.0%}，{y_name} {y:.0%}")
                for spot, (x, y) in zip(points, one.points, strict=True)
            ]
        elif points:
            body.append(_mark(at, *points[-1], one.name))
    for number, spot in enumerate(spots, 1):
        x, y = place(spot.x, spot.y)
        label = f"{spot.name}：{x_name} {spot.x:.0%}，{y_name} {spot.y:.0%}"
        body += [
            f'<circle class="spot" cx="{x:.1f}" cy="{y:.1f}" r="9"><title>{escape(label)}</title></circle>',
            _text(x, y + 4.5, str(number)),
            _text(_LEFT, bottom + 44 + 20 * number, f"{number}　{label}", "start"),
        ]
    middle = _TOP + tall / 2
    body += [
        _text((_LEFT + WIDTH - _RIGHT) / 2, bottom + 40, x_name),
        _text(24, middle, y_name, extra=f' transform="rotate(-90 24 {middle:g})"'),
    ]
    return _svg(title, bottom + 52 + 20 * len(spots), body)


def bars(title: str, counts: Sequence[tuple[str, int]], x_name: str, show: Callable[[int], str] = str) -> str:
    """One bar for each label, its count above it."""
    span, tall = WIDTH - _LEFT - _RIGHT, 200
    bottom = _TOP + tall
    step = span / max(len(counts), 1)
    most = max((count for _, count in counts), default=0) or 1
    body = [_line(_LEFT, bottom, WIDTH - _RIGHT, bottom)]
    for at, (label, count) in enumerate(counts):
        x, height = _LEFT + step * at, (tall - 16) * count / most
        body += [
            f'<rect x="{x + 3:.1f}" y="{bottom - height:.1f}" width="{step - 6:.1f}" height="{height:.1f}" '
            f'fill="{COLOURS[0]}"/>',
            _text(x + step / 2, bottom - height - 5, show(count)),
            _text(x + step / 2, bottom + 16, label),
        ]
    body.append(_text((_LEFT + WIDTH - _RIGHT) / 2, bottom + 38, x_name))
    return _svg(title, bottom + 48, body)
