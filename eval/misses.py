"""Why a question went wrong: what harms its reader most, else the first step that failed it.

A question has one cause. A wrong telephone or office stands ahead of all, for people act on it, also beside a
sentence that is right. Of the steps it is the earliest, because mending a later one can't help.
"""

from __future__ import annotations

from enum import StrEnum

DEPTH = 100  # hits asked for: what is not among them counts as not retrieved


class Cause(StrEnum):
    """A wrong contact, then the steps in the order in which they are taken."""

    WRONG_CONTACT = "wrong_contact"
    NOT_PARSED = "not_parsed"
    NOT_RETRIEVED = "not_retrieved"
    RANKED_LOW = "ranked_low"
    WRONGLY_REFUSED = "wrongly_refused"
    WRONG_SENTENCE = "wrong_sentence"
    NOT_REFUSED = "not_refused"


MEANING = {
    Cause.WRONG_CONTACT: "电话或部门错：给出的电话或部门不是该找的，照着打会找错地方",
    Cause.NOT_PARSED: "没有解析出来：答案所在的文字不在任何一条里",
    Cause.NOT_RETRIEVED: f"没有检索到：前 {DEPTH} 条里没有答案",
    Cause.RANKED_LOW: "排得太后：有答案，但不是第一条",
    Cause.WRONGLY_REFUSED: "错误拒答：第一条就是答案，却说资料里没有",
    Cause.WRONG_SENTENCE: "答句不对：第一条是对的，摘出的答句不对",
    Cause.NOT_REFUSED: "该拒未拒：资料里没有答案，却给了回答",
}


def cause(
    *,
    answerable: bool,
    right: bool,
    parsed: bool,
    first_rank: int | None,
    answered: bool,
    wrong_contact: bool = False,
) -> Cause | None:
    """The cause of a miss, None for a question that went right.

    `parsed`: some passage of the system meets one of the question's labels. `first_rank`: rank of
    the first relevant hit among the first `DEPTH`. `wrong_contact`: by the rules of `eval.contacts`.
    """
    if wrong_contact:
        return Cause.WRONG_CONTACT
    if right:
        return None
    if not answerable:
        return Cause.NOT_REFUSED
    if not parsed:
        return Cause.NOT_PARSED
    if first_rank is None:
        return Cause.NOT_RETRIEVED
    if first_rank > 1:
        return Cause.RANKED_LOW
    return Cause.WRONGLY_REFUSED if not answered else Cause.WRONG_SENTENCE
