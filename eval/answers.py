"""Whether the short answer is right: an accepted string stands in it, or in an office named beside it.

Accepted strings are short (「300元」, 「区人社局」), so the comparison is stricter than that of quotes:
a number is right only as a whole number. 「30%」 does not stand in 「300元」, nor 「20万」 in 「120万」
or 「5.20万」, nor 「15」 in 「1.5」.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.text import nfkc, squash
from eval.model import Answer

# What an accepted string is made of: letters, digits, signs that change a number's meaning, and
# the point inside a number. Everything else may be missing from the text, or stand in between.
_MEANINGFUL = re.compile(r"(?<=\d)\.(?=\d)|[^\W_]|[%‰]")
_BETWEEN = r"(?:(?!(?<=\d)\.\d)[^\w%‰]|_)*?"
_NO_NUMBER_BEFORE = r"(?<!\d)(?<!\d\.)"
_NO_NUMBER_AFTER = r"(?!\d)(?!\.\d)"


def stands_in(accepted: str, text: str) -> bool:
    """Whether `accepted` stands in `text`, both under NFKC, whatever punctuation is between.

    A number at either end must not be part of a longer number of the text: 30元 stands in 「每头30元」 and in
    「每头 30 元」, not in 「每头130元」.
    """
    signs = _MEANINGFUL.findall(nfkc(accepted))
    if not signs:
        return False
    before = _NO_NUMBER_BEFORE if signs[0].isdigit() else ""
    after = _NO_NUMBER_AFTER if signs[-1].isdigit() else ""
    pattern = before + _BETWEEN.join(re.escape(sign) for sign in signs) + after
    return re.search(pattern, nfkc(text)) is not None


def same_phone(accepted: str, phone: str) -> bool:
    """Whether two phone numbers are equal; the area code may be left out of the accepted one: 8215026 is
    0358-8215026, but not the other way round."""
    wanted, given = squash(accepted), squash(phone)
    return len(wanted) >= 5 and given.endswith(wanted)


def same_text(one: str, other: str) -> bool:
    """Whether two answers say the same in the same words, whatever stands between them."""
    return squash(one) == squash(other)


def is_right(answer: Answer | None, accepted: Sequence[str]) -> bool:
    """Whether any accepted string stands in the answer's text or in the name or phone of an office."""
    if answer is None:
        return False
    return any(
        stands_in(one, answer.text)
        or any(
            stands_in(one, office.name) or (office.phone is not None and same_phone(one, office.phone))
            for office in answer.offices
        )
        for one in accepted
    )
