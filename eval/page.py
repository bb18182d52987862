"""The HTML of the pages that `--out` writes: one file each, without scripts or links, for any screen and for print.

All text is escaped here, so callers pass plain strings; what they pass as `content` is HTML from here or from
`eval.charts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from eval import words

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6876; --line: #d5dbe2; --paper: #fff; --tint: #f3f6f9;
  --good: #00694f; --bad: #a83a00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaef; --soft: #a3afbc; --line: #3a4653; --paper: #151b22; --tint: #1e2731;
    --good: #4fd0a5; --bad: #ff9a66; }
}
body { margin: 0 auto; max-width: 58rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.7 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.6rem 0 .4rem; }
p { margin: .3rem 0 .8rem; } .soft, figcaption { color: var(--soft); font-size: .92rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.card { background: var(--tint); border-radius: .5rem; padding: .8rem 1rem; }
.card b { display: block; font-size: 1.7rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card span { font-weight: 600; } .card p { margin: .3rem 0 0; font-size: .88rem; color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; vertical-align: top; }
th { white-space: normal; vertical-align: bottom; line-height: 1.35; }
th:first-child, td:first-child, td.words, th.words { text-align: left; } td.words { white-space: normal; }
td.words { min-width: 12rem; }
figure { margin: 1rem 0; overflow-x: auto; } svg { width: 100%; min-width: 35rem; height: auto; }
svg text { fill: currentColor; font-size: 13px; }
svg .grid { stroke: var(--line); } svg .curve { fill: none; stroke-width: 2; }
svg .spot { fill: var(--paper); stroke: currentColor; stroke-width: 1.5; }
svg .interval { stroke-width: 2; opacity: .55; } svg .guide { stroke: var(--soft); stroke-dasharray: 5 5; }
summary { cursor: pointer; padding: .3rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .5rem; color: var(--soft); }
.question { border-top: 1px solid var(--line); padding: .7rem 0; } .question h3 { font-size: 1rem; margin: 0 0 .3rem; }
.question dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: 0; }
.question dt { font-weight: 400; color: var(--soft); } .question dd { margin: 0; color: var(--ink); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .6rem 0; font-size: .92rem; }
.facts dt { font-weight: 400; color: var(--soft); } .facts dd { margin: 0; color: var(--ink); }
.good { color: var(--good); } .bad { color: var(--bad); }
.small { font-size: .88rem; color: var(--soft); } .small dd { color: var(--soft); }
@media (max-width: 40rem) {
  td.words { min-width: 6.5rem; } th, td { padding: .35rem .4rem; }
  .facts { grid-template-columns: 1fr; } .facts dd { margin-bottom: .3rem; }
}
"""


def page(title: str, *content: str) -> str:
    """A whole document."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"{''.join(content)}</body></html>\n"
    )


def section(title: str, lead: str, *content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(lead)}</p>{''.join(content)}</section>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], text_columns: Sequence[int] = (0,)) -> str:
    """A table that scrolls by itself where the screen is narrower. Columns of text are set to the left and wrapped."""

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=words' if at in text_columns else ''}>{escape(cell)}</{tag}>"
            for at, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells("th", head)}</tr></thead><tbody>{body}</tbody></table></div>'


def figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def card(name: str, value: str, meaning: str) -> str:
    """One number, large, with what it means."""
    return f'<div class="card"><span>{escape(name)}</span><b>{escape(value)}</b><p>{escape(meaning)}</p></div>'


def cards(every: Iterable[str]) -> str:
    return f'<div class="cards">{"".join(every)}</div>'


def facts(pairs: Iterable[tuple[str, str]], more: str = "") -> str:
    """Names and what they are, one a line. `more`: another class."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f'<dl class="{" ".join(filter(None, ("facts", more)))}">{lines}</dl>'


def legend(measures: Iterable[str]) -> str:
    """What measures mean, in small print below a table."""
    return facts(((term.name, term.meaning) for term in map(words.term, measures)), "small")


def question(head: str, mark: str, pairs: Iterable[tuple[str, str]]) -> str:
    """One question with what was wanted and what was given. `mark` is `good`, `bad` or nothing."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f'<div class="question"><h3 class="{mark}">{escape(head)}</h3><dl>{lines}</dl></div>'


def folded(summary: str, *content: str, unfolded: bool = False) -> str:
    """What is shown only to who opens it, or (`unfolded`) can be put away."""
    return f"<details{' open' if unfolded else ''}><summary>{escape(summary)}</summary>{''.join(content)}</details>"


def note(text: str) -> str:
    """A paragraph of small print."""
    return f'<p class="soft">{escape(text)}</p>'
