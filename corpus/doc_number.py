"""发文字号: find, normalise, compare.

GB/T 9704—2012 7.2.5: 机关代字 + 年份 in 〔〕 + 顺序号 + 号. OCR and typing vary the brackets, the width
of digits and white space. An order (令) has the number `<issuer>令第N号`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.text import CJK, nfkc

_OPEN, _CLOSE = r"[〔\[【（(﹝『「]", r"[〕\]】）)﹞』」]"
# 代字 holds no particle and no verb of citing: 「根据国发」 is a sentence that cites 国发.
_MAX_NUMBER = 200  # characters of a line that is one number and nothing else, white space included
_CODE = rf"[{CJK}]{{2,14}}"
_NUMBER = re.compile(
    rf"(?P<code>{_CODE})\s*{_OPEN}\s*(?P<year>(?:19|20)\d\s?\d)\s*{_CLOSE}"
    r"\s*(?:第\s*)?(?P<serial>\d[\d ]{0,4})\s*号"
)
_ORDER = re.compile(
    rf"(?P<issuer>[{CJK}、]{{2,40}}?)\s*令\s*(?:[\(（]\s*)?第\s*(?P<serial>\d{{1,4}}|[一二三四五六七八九十百零〇]+)\s*号"
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A document number in a text: normalised, and where it stands."""

    doc_number: str
    start: int
    end: int


# Words before a number that belong to the sentence: not to the 代字, not to the issuer of an order.
_BEFORE_CODE = re.compile(
    r"^.*(?:根据|按照|依据|依照|以|经|由|在|与|和|及|的|了|对|将|原|关于|执行|转发|印发|发布|文件|函件"
    r"|通知|下达|参照|文号|字号|编号|结合|见|为|号|年|日|月)"
)
_BEFORE_ISSUER = re.compile(r"^.*(?:根据|按照|依据|依照|执行|经|以|由|的|号|日|原|和(?=国务院)|、)")


def normalise(code: str, year: str, serial: str) -> str:
    """`离政办发`, `2023`, `009` as 离政办发〔2023〕9号."""
    code, year, serial = ("".join(part.split()) for part in (code, year, serial))
    return f"{code}〔{year}〕{int(serial)}号"


def find_numbers(text: str) -> list[Cited]:
    """Every 发文字号 and order number of `text`, in order.

    Words of the sentence in front of the 代字 (「根据」「以」) are cut off. Positions refer to `text`.
    """
    folded = nfkc(text) if len(nfkc(text)) == len(text) else text
    found = []
    for match in _NUMBER.finditer(folded) if "号" in folded else ():
        code = match["code"]
        lead = _BEFORE_CODE.match(code)
        cut = lead.end() if lead and len(code) - lead.end() >= 2 else 0
        number = normalise(code[cut:], match["year"], match["serial"])
        found.append(Cited(number, match.start() + cut, match.end()))
    for match in _ORDER.finditer(folded) if "令" in folded else ():
        issuer = match["issuer"]
        if issuer[-1] in "命指司法禁号":  # 命令、指令、司令、法令、禁令、号令
            continue
        lead = _BEFORE_ISSUER.match(issuer)
        cut = lead.end() if lead and len(issuer) - lead.end() >= 2 else 0
        serial = match["serial"]
        found.append(Cited(f"{issuer[cut:]}令第{serial}号", match.start() + cut, match.end()))
    return sorted(found, key=lambda cited: cited.start)


def only_number(text: str) -> str | None:
    """The normalised number if `text` is one 发文字号 and nothing else, else None."""
    if len(text) > _MAX_NUMBER:
        return None
    stripped = re.sub(r"\s", "", nfkc(text)).strip("()")
    match = _NUMBER.fullmatch(stripped)
    return normalise(match["code"], match["year"], match["serial"]) if match else None


def parts(doc_number: str) -> tuple[str, str, str] | None:
    """代字, year and serial of a normalised 发文字号, or None (orders have none)."""
    match = re.fullmatch(r"(.+)〔(\d{4})〕(\d+)号", doc_number)
    return (match[1], match[2], match[3]) if match else None
