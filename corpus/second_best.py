"""Where the second-best reading of a file is nearly as good as the best: what a person should look at.

`corpus.segment` finds by how much another reading is dearer; here it is decided whether that is a doubt. Most near
readings are none: a title without its issuer, the half of a title, the name of an order beside its title. Measured on
3,013 notices of generated layouts (seeds 10000 to 11499): of 102 notices marked by these rules 82 had a wrong start,
end, title or number; of all readings within 3.5 it was one in five.
"""

from __future__ import annotations

import re

from corpus.doc_number import number_key
from corpus.doubt_words import quoted
from corpus.heads import Head
from corpus.kinds import kind_pattern
from corpus.lines import ends_like_title, is_about
from corpus.own_words import own_pairs, speaks_of
from corpus.text import squash
from corpus.words import alternatives

# By how much (in costs: 1 is a factor of e in odds) another reading may be dearer and still be a doubt.
FARTHEST = 2.5
_ANOTHER = FARTHEST  # a further document begins inside a body: in the buckets up to 2.5, 66 of 75 were so
_TITLE = 2.0  # a longer or shorter title: 15 of 18; between 2 and 3, 2 of 4 and then none of 4
_OTHER_TITLE = 0.5  # a title of other words: up to 1.5 none of 11
_NUMBER = 2.0
_PART = 1.75  # a regulation is a part of the document above: up to 1.5, 14 of 28; then 4 of 27

_RULES = re.compile(rf"{kind_pattern('rules')}(?:[（(][^（()）]{{1,8}}[)）])?$")
_ISSUER = re.compile(rf"{alternatives('org_suffixes')}$")
_ATTACHED = re.compile(r"^附[件表录图]?[\d一二三四五六七八九十：:]")


def is_part_of_above(head: Head, dearer: float) -> str | None:
    """Why a document may be a part of the one above it. Regulations are, which stand there because a notice issues
    them; a title with 关于 stands for a document of its own."""
    if dearer >= _PART or head.doc_number or is_about(head.title) or not _RULES.search(head.title):
        return None
    return "这一篇可能是上一篇公文的附件或一部分"


def is_headed_otherwise(head: Head, other: Head, dearer: float) -> str | None:
    """Why a document may have another number or title: that of another reading of its head."""
    if number_key(other.doc_number or "") != number_key(head.doc_number or ""):
        # A reading that passes over a number is no rival, for the number stands there; and none is no wrong one.
        # Of two orders in notes (…第2号公布, …第9号修订) the first one's number stays.
        if (
            not (head.doc_number and other.doc_number)
            or (head.noted and other.noted)
            or is_about(other.doc_number)
            or dearer >= _NUMBER
        ):
            return None
        return f"发文字号也可能是{quoted(other.doc_number)}"
    ours, theirs = squash(head.title), squash(other.title)
    akin = ours in theirs or theirs in ours
    if ours == theirs or dearer >= (_TITLE if akin else _OTHER_TITLE) or not _is_whole(head, other):
        return None
    return f"标题也可能是{quoted(other.title)}"


def _is_whole(head: Head, other: Head) -> bool:
    """Whether the other reading's title is a whole title, and says something else than the best one's."""
    ours, theirs = squash(head.title), squash(other.title)
    if not ends_like_title(other.title) or not theirs.replace(ours, ""):
        return False  # half of a title, or the same one twice
    if ours.endswith(theirs) and (_ISSUER.search(ours.removesuffix(theirs)) or not is_about(other.title)):
        return False  # without its issuer, or its second half
    return not squash(head.doc_number or "").startswith(theirs)  # 「…人民政府令」 beside the title of what it issues


def is_another(title: str, other: Head, dearer: float) -> str | None:
    """Why a further document may begin inside the one of this title."""
    name = squash(other.title)
    if dearer >= _ANOTHER or name in squash(title) or _ATTACHED.match(other.title):
        return None  # what the document issues, or its attachment
    if (
        not other.doc_number
        and _RULES.search(other.title)
        and speaks_of(squash(title), own_pairs(other.title, placed=False))
    ):
        return None  # one of several regulations that it issues
    return f"从{quoted(other.title)}起可能是另一篇公文"
