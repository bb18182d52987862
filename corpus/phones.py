"""Telephone numbers as documents print them: the one pattern of them."""

from __future__ import annotations

import re

from corpus.text import nfkc

# Service numbers (400-, 12345, 95598), area code and number, mobile phones, and numbers without their area code.
_PHONE = re.compile(
    r"(?<![\d.])(?:[48]00[-—]?\d{3}[-—]?\d{4}|\(?0\d{2,3}\)?\s*[-—－–―]{1,2}\s*\d{7,8}|0\d{9,11}|1[3-9]\d{9}"
    r"|[2-9]\d{6,7}|12\d{3}|9[56]\d{3,4})(?![\d.])"
)


def find_phones(text: str) -> tuple[str, ...]:
    """Telephone numbers in `text`, normalised (`0358-8226197`), in order, each once."""
    numbers: dict[str, None] = {}
    for match in _PHONE.finditer(nfkc(text)):
        number = re.sub(r"[\s()]", "", match.group())
        numbers[re.sub(r"[-—－–―]+", "-", number)] = None
    return tuple(numbers)


def phone_spans(text: str) -> list[tuple[int, int]]:
    """Where telephone numbers stand in `text`, in order."""
    same_length = "".join(nfkc(char)[:1] or " " for char in text)  # full-width digits, and places kept
    return [match.span() for match in _PHONE.finditer(same_length)]
