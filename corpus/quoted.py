"""A quote that goes on over several clauses: 「增加一条，作为第十条：“下列车辆：⏎（一）…；⏎（二）…。”」.

The parser makes a clause of each item, also inside a quote. What an amending clause says is known only with all of it,
and what stands in the quote is said by the text that is amended, not by the decision.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.model import Clause

_ANNOUNCES = re.compile(r"(?:[修更]?改|修正|修订|调整|作)为[^。；“”]{0,80}[：:]\s*$")
_OPENS, _ENDS = "“", re.compile(r"”[。；;]?$")
_AMENDS = re.compile(r"[修更]?改为|删去第|增加[一二三四五六七八九十两]{1,2}[条款项]")
_MOST = 60  # clauses of one quote
_LONGEST = 20_000  # characters of one quote


def with_quote(clauses: Sequence[Clause], at: int) -> tuple[Clause, int]:
    """The clause at a place with the rest of its quote, and how many further clauses that takes. A quote that doesn't
    end before the next amendment takes none: a mark was lost."""
    clause = clauses[at]
    announced = _ANNOUNCES.search(clause.text) is not None
    if not announced and clause.text.count(_OPENS) <= clause.text.count("”"):
        return clause, 0
    texts = [clause.text]
    length = len(clause.text)
    for count, more in enumerate(clauses[at + 1 : at + 1 + _MOST], 1):
        length += len(more.text)
        unquoted = announced and count == 1 and not more.text.startswith(_OPENS)
        if unquoted or length > _LONGEST or _AMENDS.search(more.text):
            break
        before = clauses[at + count - 1].place
        cut = more.place.piece == before.piece + 1 and more.place.steps == before.steps
        texts.append(more.text if cut else f"\n{more.text}")
        if _ENDS.search(more.text):
            return replace(clause, text="".join(texts)), count
    return clause, 0
