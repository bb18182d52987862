"""Telephone numbers as documents print them: the one pattern of them, and what has their digits but is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.text import nfkc

_DASH = r"\s*[-—－–―]{1,2}\s*"
_EXTENSION = rf"(?:(?:{_DASH}|转)\d{{1,5}}(?!\d))?"
# Service numbers (400-, 12345, 95598), area code and number, mobile phones, and numbers without their area code.
_AREA = rf"(?:\(0\d{{2,3}}\)\s*|0\d{{2,3}}{_DASH})(?:\d{{3,4}}\s?\d{{4}}(?!\d){_EXTENSION}|12\d{{3}}|9[56]\d{{3}})"
_PHONE = re.compile(
    r"(?<![\dA-Za-z.@_])(?<![A-Za-z\d]-)"
    rf"(?:(?P<sure>[48]00[-—]?\d{{3}}[-—]?\d{{4}}|{_AREA}|0\d{{9,11}}|1[3-9]\d{{9}})"
    rf"|(?P<local>[2-9]\d{{6,7}}(?!\d){_EXTENSION})|(?P<service>12\d{{3}}(?:(?:-|转)\d(?!\d))?|9[56]\d{{3,6}}))(?![\d.A-Za-z]*\d)"
)
# What makes a number a sum, a measure, a document's number or a percentage.
_COUNTED = re.compile(
    r"\s*(?:[万亿千百]|[元人户吨亩米年月日号个份条项名次家册套倍件只头株粒台辆张篇字幅位桶袋座]|%|‰|平方|公[里顷斤]|[a-zA-Z㎡²])"
)
_OTHER_NUMBER = re.compile(
    r"(?:编[号码]|邮[编政]\S{0,2}|传真|[账帐卡证户]号|代码|号码段|QQ|Q群|群号?|微信\S{0,2}|备案\S{0,6}|学号|[条文]号|身份\S{0,6}"
    r"|ICP备|第|No\.?|№|人民币|￥|¥|\$)\s{0,4}[：:（(]?\s{0,4}$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]*")
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text: where it stands and its normal form. `sure` tells those that can be nothing else (with an
    area code, 400-, mobile); others need the word 电话 near."""

    start: int
    end: int
    number: str
    sure: bool


def locate_phones(text: str) -> list[Found]:
    """Telephone numbers with their places in `text`, which is in NFKC or has the length of its NFKC."""
    folded = nfkc(text)
    if len(folded) != len(text):
        folded = text
    folded = _ADDRESS.sub(lambda match: " " * len(match.group()), folded)
    found = []
    for match in _PHONE.finditer(folded):
        if _COUNTED.match(folded, match.end()) or _OTHER_NUMBER.search(
            folded[max(0, match.start() - 12) : match.start()]
        ):
            continue
        if match["local"] and _DAY.fullmatch(match["local"]):
            continue
        number = re.sub(r"\(?(0\d{2,3})\)\s*", r"\1-", match.group())
        number = re.sub(r"[-—－–―]+", "-", re.sub(r"\s", "", number)).replace("转", "-")
        found.append(Found(match.start(), match.end(), number, match["sure"] is not None))
    return found


def find_phones(text: str) -> tuple[str, ...]:
    """Telephone numbers in `text`, normalised (`0358-8226197`), in order, each once."""
    return tuple(dict.fromkeys(found.number for found in locate_phones(nfkc(text))))


def phone_spans(text: str) -> list[tuple[int, int]]:
    """Where telephone numbers stand in `text`, in order."""
    same_length = "".join(nfkc(char)[:1] or " " for char in text)  # full-width digits, and places kept
    return [(found.start, found.end) for found in locate_phones(same_length)]
