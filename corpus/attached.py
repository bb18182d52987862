"""The texts behind a covering letter: an attachment (附件2), or a text of its own that the letter issues.

A text is cited by its own title. 「附件」 is said only of what the document calls so: by the line above it (附件2,
附：…) or in the list behind the letter (附件：1. …). What neither calls so, the letter issues or conveys: 国务院令
the 条例, 关于印发…的通知 the 方案.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.alike import title_ratio
from corpus.fields import is_attachment_head
from corpus.numbering import chinese_number
from corpus.place import Step, StepKind
from corpus.text import nfkc, repair, squash
from corpus.tree import Part

_HEAD = re.compile(
    r"附\s?(件|表|图)?\s?(\d{1,2}(?:[-—－]\d{1,2})?|[一二三四五六七八九十]{1,3})\s?(?:[.．、:：\s]|$|(?=[^\d\s]))"
    r"|附\s?(件)\s?[:：]?$|附\s?(件)?\s?[:：]"
)
_LISTED = 0.8  # share of letters from which a title is one of the list
_LONGEST = 80  # letters of a title that a citation may bear


def steps_to(parts: Sequence[Part], attachments: Sequence[str]) -> list[tuple[Step, ...]]:
    """The step that leads to each part; none to the covering letter. `attachments` is the list behind the letter."""
    printed = [_printed(part) or _listed(part, attachments) for part in parts[1:]]
    titles = [squash(part.name) for part in parts[1:]]
    steps: list[tuple[Step, ...]] = [()]
    taken: set[str] = set()
    for number, (part, label) in enumerate(zip(parts[1:], printed, strict=True), 1):
        own = part.name if label is None and _names_itself(part, titles) else None
        if own is not None:
            steps.append((Step(StepKind.ISSUED, number, own),))
            continue
        name = label or f"附件{number}"
        if name in taken or (label is None and name in printed):
            name = f"附件{number}（原件缺编号）"
        taken.add(name)
        steps.append((Step(StepKind.ATTACHMENT, number, name),))
    return steps


def _printed(part: Part) -> str | None:
    """What stands above a part: `附件 2：某表` → 附件2, 附：某表 → 附件."""
    if not part.title:
        return None
    first = repair(nfkc(part.title[0].text)).replace(" ", "")
    if is_attachment_head(first):
        first = "附件" + re.sub(r"^\D{1,3}?(?=\d|[一二三四五六七八九十]*[.．、:：]?$)", "", first)
    match = _HEAD.match(first)
    if match is None:
        return None
    return _label(match[1] or "件", match[2])


def _label(kind: str, number: str | None) -> str:
    """附件2; the numeral of 附件二 as a figure."""
    return f"附{kind}{chinese_number(number) or number if number else ''}"


def _listed(part: Part, attachments: Sequence[str]) -> str | None:
    """The place of a part's title in the list behind the letter: the second of three is 附件2, the only one 附件."""
    title = squash(part.name)
    if not title:
        return None
    for at, name in enumerate(attachments, 1):
        listed = squash(name)
        if listed and (listed in title or title in listed or title_ratio(title, listed, _LISTED) >= _LISTED):
            return f"附件{at}" if len(attachments) > 1 else "附件"
    return None


def _names_itself(part: Part, titles: Sequence[str]) -> bool:
    """Whether a part has a title that tells it from the other parts."""
    title = squash(part.name)
    return bool(part.title) and 0 < len(title) <= _LONGEST and titles.count(title) == 1
