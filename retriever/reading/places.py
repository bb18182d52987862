"""The places that a text names: 柳林县, 枣林乡, 东关村."""

from __future__ import annotations

import itertools
import re

from corpus.text import CJK, nfkc
from index.tokens import segmenter

_UNITS = ("省", "市", "县", "区", "镇", "乡", "村", "街道", "自治州", "盟", "旗")
_CJK_ONLY = re.compile(f"[{CJK}]+")
# Kinds of places, not the name of one.
_NO_PLACE = re.compile(
    r"(?:社区|地区|园区|城区|小区|景区|市区|辖区|片区|农村|乡村|城市|县区|校区|灾区|山区|城镇|乡镇|集市|超市|门市"
    r"|示范区|试验区|开发区|保护区|规划区|棚户区|乡镇街道|个街道)$"
    r"|^[各全本该每哪这那我你俺们外][省市县区镇乡村]|[各全本该每哪这那个们][省市县区镇乡村]$|^[今明去前]年"
)


def named_places(text: str) -> list[str]:
    """The places a text names, in order: words such as 柳林县, or a word and the unit behind it (枣林 + 乡)."""
    words = list(segmenter().cut(nfkc(text), HMM=False))
    names = [word for word in words if word.endswith(_UNITS) and _is_place(word)]
    for word, unit in itertools.pairwise(words):
        if unit in _UNITS and len(word) <= 3 and _is_name(word):
            names.append(word + unit)
    return [name for name in names if not _NO_PLACE.search(name)]


def _is_place(word: str) -> bool:
    return any(word.endswith(unit) and _is_name(word[: -len(unit)]) for unit in _UNITS)


def _is_name(text: str) -> bool:
    return len(text) >= 2 and _CJK_ONLY.fullmatch(text) is not None
