"""Menus and feet of a site, told by how they stand on its pages: the same lines at the edges of three or more of them.

One page alone shows its furniture by its structure (`corpus.documents.html_page`); saved as Markdown it has none left,
and some sites build theirs of paragraphs. Where a build is given several pages of a site, what begins or ends them
all is the site's. It is taken out of the lines before they are parsed, and listed with its reason.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from corpus.blocks import shown
from corpus.model import LeftOut, Source
from corpus.numbering import read_marker
from corpus.text import ends_sentence, squash

WHY = "网站各页相同的菜单和页脚"
_PAGES = 3  # of a site, on which a line stands that is the site's
_SHARE = 0.8  # of an edge's lines that stand on so many pages
_TOGETHER = 0.6  # of an edge's lines that each of these pages has: one site's, not what all documents say
_LEAST = 4  # lines of an edge: signature, date and a note are three
_MARKDOWN = (".md", ".markdown")
_FORMS = ("html", "mht")  # encodings of pages

Key = int
_BLANK, _OWN = 0, -1


def page_lines(source: Source) -> tuple[Key, ...]:
    """What stands in the lines of a page, as numbers, in order; empty for what is no page. A line without letters is
    _BLANK, a sentence or an item _OWN: documents share these, and a site's menus and feet hardly have any."""
    name = source.file.lower()
    if source.encoding not in _FORMS and not name.endswith(_MARKDOWN):
        return ()
    return tuple(_key(line.text) for line in source.lines)


def _key(text: str) -> Key:
    seen = shown(text).strip()
    letters = squash(seen)
    if not letters:
        return _BLANK
    if ends_sentence(seen) or read_marker(seen) is not None:
        return _OWN
    return zlib.crc32(letters.encode("utf-8", "surrogatepass"))


def find_edges(pages: Mapping[str, Sequence[Key]]) -> dict[str, tuple[int, ...]]:
    """Of pages by their names the lines (from 0) that are their site's; pages that have none are left out."""
    holders: dict[Key, set[str]] = {}
    for name, one in _without_copies(pages).items():
        for key in one:
            if key not in (_BLANK, _OWN):
                holders.setdefault(key, set()).add(name)
    shared = {key: names for key, names in holders.items() if len(names) >= _PAGES}
    out = {}
    for name, keys in pages.items():
        first, last = _edge(keys, shared), len(keys) - _edge(keys[::-1], shared)
        lines = tuple(at for at, key in enumerate(keys) if key in shared and (at < first or at >= last))
        if lines and first < last:
            out[name] = lines
    return out


def _without_copies(pages: Mapping[str, Sequence[Key]]) -> dict[str, Sequence[Key]]:
    """The pages, each document once: one saved twice, as page and as text, shares all its lines with itself."""
    out: dict[tuple[Key, ...], tuple[str, Sequence[Key]]] = {}
    for name, keys in pages.items():
        filled = [key for key in keys if key != _BLANK]
        middle = tuple(filled[len(filled) // 3 : 2 * len(filled) // 3])
        out.setdefault(middle, (name, keys))
    return dict(out.values())


def _edge(keys: Sequence[Key], shared: Mapping[Key, set[str]]) -> int:
    """How many lines from the first one are an edge: the longest run that ends with a line of the site and is made of
    nearly nothing else."""
    best = lines = found = 0
    together: dict[str, int] = {}
    for at, key in enumerate(keys, 1):
        if key == _BLANK:
            continue
        lines += 1
        for name in shared.get(key, ()):
            together[name] = together.get(name, 0) + 1
        found += key in shared
        if key in shared and lines >= _LEAST and found >= _SHARE * lines and _is_of_site(together.values(), found):
            best = at
        if found < _SHARE * lines - _LEAST:
            break
    return best


def _is_of_site(together: Iterable[int], shared: int) -> bool:
    return sum(count >= _TOGETHER * shared for count in together) >= _PAGES


def without(source: Source, site: Collection[int]) -> Source:
    """The source with these lines (from 0) empty, and listed as left out."""
    dropped = {at: source.lines[at] for at in site if 0 <= at < len(source.lines)}
    lines = tuple(replace(line, text="") if at in dropped else line for at, line in enumerate(source.lines))
    left = tuple(LeftOut(line.number, shown(line.text).strip(), WHY) for line in dropped.values())
    return replace(source, lines=lines, left_out=(*source.left_out, *left))
