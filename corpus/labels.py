"""Lines of information around a document, by the data of `data/labels.toml`."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from corpus.dates import stated_date
from corpus.text import at_most, nfkc, squash

FIELDS = ("number", "issuer", "title", "date", "valid_from", "published", "page")
_LONGEST = 400  # letters of a line of information; the longest of 4,000 real pages has some 200


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("corpus").joinpath("data/labels.toml").read_text("utf-8"))


@functools.cache
def _fields() -> dict[str, str]:
    """Label -> field."""
    return {word: field for field in FIELDS for word in _data()[field]["words"]}


@functools.cache
def _label() -> re.Pattern[str]:
    """Any label with its colon. White space may stand inside a label (`索 引 号：`). In front of a short one it must
    stand, or what ends a value, so that 「联系电话的时间：」 holds none; one of four letters is told by itself."""
    ordered = sorted(_fields(), key=len, reverse=True)
    spaced = [(len(word) >= 4, r"\s*".join(map(re.escape, word))) for word in ordered]
    long, short = ("|".join(word for is_long, word in spaced if is_long is wanted) for wanted in (True, False))
    either = rf"{long}|(?:^|(?<=[\s|】\])）\d号【\[]))(?:{short})"
    bracketed = rf"[【\[]\s*(?P<bracketed>{long}|{short})\s*[】\]]\s*[：:]?"
    return re.compile(rf"(?:{bracketed}|[【\[]?\s*(?P<label>{either})\s*[】\]]?\s*[：:])\s*")


def read_labels(text: str) -> list[tuple[str, str]]:
    """The fields of a line that begins with a label or with a date in front of one, in order; else none.

    `2016年06月25日 08:25 来源：市教育局` gives its date as that of 时间：
    `来源：市教育局 时间：2016-04-16` → [("page", "市教育局"), ("published", "2016-04-16")].
    """
    if not at_most(text, _LONGEST) or not re.search(r"[：:】\]]", text):
        return []
    folded = nfkc(text) if len(nfkc(text)) == len(text) else text
    found = list(_label().finditer(folded))
    if not found or not re.fullmatch(r"[\s\d年月日:\-/.|【\[(（]*", folded[: found[0].start()]):
        return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    pairs = [
        (
            _fields()[re.sub(r"\s", "", match["label"] or match["bracketed"])],
            text[match.end() : end].strip(" \t\u3000|"),
        )
        for match, end in zip(found, ends, strict=True)
    ]
    ahead = stated_date(folded[: found[0].start()])
    return [("published", ahead), *pairs] if ahead and "published" not in dict(pairs) else pairs


def read_label_cells(cells: Sequence[str]) -> list[tuple[str, str]]:
    """The fields of a table row whose every other cell is a label: `索引号：`, `0001`, `发文机关：`, `国务院`."""
    pairs: list[tuple[str, str]] = []
    filled = [cell for cell in cells if squash(cell) and not is_page_words(cell)]
    filled = [
        cell for at, cell in enumerate(filled) if at == 0 or cell != filled[at - 1]
    ]  # a cell over several columns
    if filled and re.fullmatch(r"[\s\d年月日:\-/.]*", nfkc(filled[0])):
        pairs, filled = [("published", filled[0])], filled[1:]
    if not filled:
        return []
    at = 0
    while at < len(filled):
        name = re.sub(r"[\s：:【】\[\]]", "", nfkc(filled[at]))
        own = read_labels(filled[at])
        if own and own[0][1]:
            pairs += own
            at += 1
            continue
        if name not in _fields():
            return []
        value = filled[at + 1] if at + 1 < len(filled) else ""
        if re.sub(r"[\s：:【】\[\]]", "", nfkc(value)) in _fields():
            value = ""
            at -= 1
        pairs.append((_fields()[name], value))
        at += 2
    # 「文号：」「主题词：」 with nothing behind them are labels by their colons.
    return (
        pairs if any(value for _, value in pairs) or all(cell.rstrip().endswith(("：", ":")) for cell in filled) else []
    )


@functools.cache
def _furniture() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _data()["words_of_pages"]["patterns"]), re.IGNORECASE)


def is_page_words(text: str) -> bool:
    """Whether a line is of the page and not of a document: a menu, a path of links, a tool, a foot."""
    return at_most(text, 200) and _furniture().search(text.strip()) is not None
