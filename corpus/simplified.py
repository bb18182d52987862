"""Traditional characters as simplified ones (OpenCC): 離政辦發 is 离政办发. The table is read when it is needed."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def _opencc() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified characters, of the same length: 離政辦發 → 离政办发."""
    if _is_simple(text) or any("\ud800" <= char <= "\udfff" for char in text):  # half a character is read by nobody
        return text
    simple = str(_opencc().convert(text))
    if len(simple) != len(text):
        simple = "".join(one if len(one := str(_opencc().convert(char))) == 1 else char for char in text)
    return simple


def _is_simple(text: str) -> bool:
    """Whether all characters are of GB/T 2312, which has hardly any traditional ones."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
