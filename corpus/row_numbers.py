"""The number that a table itself gives its rows: citations use it (表2序号159), for it is what readers see."""

from __future__ import annotations

import re
from collections import Counter

from corpus.tables import Table
from corpus.text import nfkc, squash

_HEAD = re.compile(r"(?:序|编)号|序")
_NUMBER = re.compile(r"[\dA-Za-z一二三四五六七八九十百()（）.．-]{1,10}")


def own_row_numbers(table: Table) -> list[str]:
    """The number of each row in the column 序号; empty where it has none, or one that another row has too."""
    at = next((at for at, head in enumerate(table.heads) if _HEAD.fullmatch(squash(head))), None)
    if at is None or table.problem:
        return [""] * len(table.rows)
    cells = [nfkc(row.cells[at]).replace(" ", "") if at < len(row.cells) else "" for row in table.rows]
    often = Counter(squash(cell) for cell in cells)
    return [cell if _NUMBER.fullmatch(cell) and often[squash(cell)] == 1 else "" for cell in cells]
