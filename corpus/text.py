"""Text repair, and the one form in which texts are compared.

`squash` is the contract's comparison form (NFKC, letters and digits only); quotes, titles and
coverage all use it. `repair` undoes what line wrapping and OCR did to white space, takes out what can't be
seen, and does nothing else.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

# Unified ideographs with their extensions, the iteration mark and the two zeros 〇 and ○ of dates.
CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇○"
_WIDE_PUNCTUATION = "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65“”‘’—…·"

# What is no text: controls but white space, marks that turn the order of the text around (U+202E) or can't be seen
# (joiners, tags), lone surrogates, noncharacters. In a class of a regular expression. Not in it are variation
# selectors, which tell forms of a character in names apart, private use, where old fonts keep rare characters, and
# U+200B and U+FEFF, which stand between words.
UNSEEN = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
    r"\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
)
_UNSEEN = re.compile(f"[{UNSEEN}]")
_SPACE_RUN = re.compile(r"[\s\u00a0\u3000\u200b\ufeff]+")
_WIDE = re.compile(f"[{CJK}{_WIDE_PUNCTUATION}]")
# A decimal point followed by a wrap: 「12. 5/10 万」. Not at the start, where `1. ` numbers an item, unless
# a figure that is no year follows.
_SPLIT_DECIMAL = re.compile(r"(?<=\d)\. (?=\d)")
_LEADING_ITEM = re.compile(r"\d{1,3}\. (?!(?!(?:19|20)\d\d)\d)")
_EMPHASIS = re.compile(r"\*\*|</?u>|&[a-z]{1,6};?")
_LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()\s]{0,500}(?:\([^()]{0,200}\)[^()\s]{0,300})?(?:\s+\"[^\"]{0,200}\")?\)")
# Tags of pages that converters put into Markdown; not 《 or a mere less-than sign.
_TAG = re.compile(
    r"</?(?:table|thead|tbody|tfoot|tr|t[dh]|col(?:group)?|p|br|div|span|img|a|b|i|strong|em|font|center|h[1-6]|ul|ol|li)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\(?=[>\[\](){}#*_.!|-])")
_ASCII_PUNCTUATION = frozenset(",.;:!?()[]\"'/%-+~<>=")

SENTENCE_END = "。；;！？!?"
_CLOSERS = "”’\"'」』》）)】〕"
# Texts up to this length are repaired and folded once: a line is looked at by many rules.
_SHORT = 600
_ENDS = frozenset(f"{SENTENCE_END}：:")
_SENTENCE = re.compile(rf"[^{SENTENCE_END}\n]*[{SENTENCE_END}\n]+[{_CLOSERS}]*|[^{SENTENCE_END}\n]+$")


def nfkc(text: str) -> str:
    """The text in Unicode's form NFKC, with narrow letters, digits and brackets: `２０２３年（Ａ）` → `2023年(A)`."""
    return unicodedata.normalize("NFKC", text)


def visible(text: str) -> str:
    """The text without characters that can't be seen or steer a terminal: `a\\u200bb` → `ab`. No letter, digit or white
    space is lost."""
    return _UNSEEN.sub("", text)


def squash(text: str) -> str:
    """NFKC with everything but letters and digits removed: the contract's form for comparing."""
    return _squash_short(text) if len(text) <= _SHORT else _squash(text)


def _squash(text: str) -> str:
    return "".join(filter(str.isalnum, nfkc(text)))


_squash_short = functools.lru_cache(maxsize=4096)(_squash)


def at_most(text: str, letters: int) -> bool:
    """Whether `text` has at most so many letters and digits, and no more than four times as many
    characters: a title or a heading is short in every way, not only when its signs are left out."""
    return len(text) <= 4 * letters and len(squash(text)) <= letters


def is_cjk(char: str) -> bool:
    return re.match(f"[{CJK}]", char) is not None


def strip_markup(text: str) -> str:
    """The text without marks that converters leave behind: `**一、总则**&nbsp;<u>x</u>` → `一、总则x`,
    `[首页](/) \\>` → `首页 >`."""
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return _ESCAPED.sub("", _EMPHASIS.sub("", text))


def tags_of(text: str) -> str:
    """What `strip_markup` takes out of a line as tags."""
    return " ".join(match.group() for match in _TAG.finditer(text)) if "<" in text else ""


def is_linked(text: str) -> bool:
    """Whether a line of Markdown is nothing but links: `[机构](/a) | [公开](/b)`."""
    return "](" in text and squash(_LINK.sub("", text)) == ""


def _keeps_space(before: str, after: str) -> bool:
    """A space means something only between two words of Latin letters or digits."""
    if _WIDE.match(before) or _WIDE.match(after):
        return False
    if before in _ASCII_PUNCTUATION and after in _ASCII_PUNCTUATION:
        return False
    if before in _ASCII_PUNCTUATION:
        return before in ",.;:" and after.isalpha()
    return after not in _ASCII_PUNCTUATION


def repair(text: str) -> str:
    """Join wrapped lines and words: white space between Chinese characters goes, and what can't be seen.

    A space stays between two Latin words or numbers, and after the number of an item (`1. `).
    Digits keep their decimal point (「12. 5」 is 12.5). Letters and digits are never added,
    removed or reordered, and repairing twice changes nothing.
    """
    return _repair_short(text) if len(text) <= _SHORT else _repair(text)


def _repair(text: str) -> str:
    text = _SPACE_RUN.sub(" ", visible(text)).strip()
    lead = _LEADING_ITEM.match(text)
    head, rest = (lead.group(), text[lead.end() :]) if lead else ("", text)
    rest = _SPLIT_DECIMAL.sub(".", rest)
    parts = [part for part in rest.split(" ") if part]
    out = parts[:1]
    for before, part in itertools.pairwise(parts):
        if _keeps_space(before[-1], part[0]):
            out.append(" ")
        out.append(part)
    return head + "".join(out)


_repair_short = functools.lru_cache(maxsize=4096)(_repair)


def ends_sentence(text: str) -> bool:
    """Whether a paragraph may end here: closing punctuation, perhaps inside quotes or brackets."""
    return text.rstrip().rstrip(_CLOSERS)[-1:] in _ENDS


def sentences(text: str) -> list[str]:
    """Split behind 。；！？ and line breaks: `好。行；对` → `好。`, `行；`, `对`. Joined again they give `text`."""
    return _SENTENCE.findall(text)


def cut(text: str, limit: int) -> list[str]:
    """Cut into pieces of at most `limit` characters, at sentence ends where there are any.

    Joined again the pieces give `text`. A sentence longer than `limit` is cut after a comma, or
    where nothing else is left, at the limit.
    """
    if len(text) <= limit:
        return [text]
    units: list[str] = []
    for sentence in sentences(text):
        start = 0
        while len(sentence) - start > limit:
            comma = max(sentence.rfind(mark, start, start + limit) for mark in "，,、")
            at = comma + 1 if comma - start >= limit // 3 else start + limit
            units.append(sentence[start:at])
            start = at
        units.append(sentence[start:])
    pieces: list[list[str]] = [[]]
    size = 0
    for unit in units:
        if size + len(unit) > limit:
            pieces.append([])
            size = 0
        pieces[-1].append(unit)
        size += len(unit)
    return [text for text in map("".join, pieces) if text]
