"""What a result tells the user beside hits and answer: each note has a kind, by which surfaces choose, and a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoteKind(StrEnum):
    """Why something is told."""

    MODE = "mode"  # the search could not be made as asked
    CUT = "cut"  # the question was too long to be matched whole
    UNUSABLE = "unusable"  # the question can't be searched for, or is none
    NO_HITS = "no_hits"
    FILTERED = "filtered"  # nothing in what the filters leave
    UNKNOWN_NUMBER = "unknown_number"
    NO_SUCH_PLACE = "no_such_place"  # the document that is cited has no such article
    NOT_HERE = "not_here"  # the document that is cited is not here
    CITED_OTHERWISE = "cited_otherwise"  # the clause is here, under another title or number than is cited
    NOTHING_NEAR = "nothing_near"
    OTHER_FIGURES = "other_figures"  # place, year or figure of what is here differ
    NOT_STATED = "not_stated"  # the subject is here, what is asked is not
    SHARED = "shared"  # other offices have the same duty, each for its own trade
    NOT_IN_FORCE = "not_in_force"  # the answer is from a text that isn't in force
    EARLIER_WORDING = "earlier_wording"  # the answer is in the words of a year, which were amended since
    STANDING = "standing"  # what became of the document that is asked about
    ENDED = "ended"  # the documents that were repealed
    NONE_ENDED = "none_ended"
    ONLY_ENDED = "only_ended"  # what is nearest is no longer in force, and wasn't asked for
    NOT_OF_YEAR = "not_of_year"  # no text of the year that is asked for
    ON_DAY = "on_day"  # the day as of which everything is said
    UNSURE_PHONE = "unsure_phone"  # a number was found, but perhaps not the right one


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence in Chinese, and why it is said. `day` (ISO) is one as of which what was kept out would answer."""

    kind: NoteKind
    text: str
    day: str | None = None

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "text": self.text} | ({"day": self.day} if self.day else {})


_TEXTS = {
    NoteKind.NO_HITS: "公报里没有找到与这个问题沾边的内容",
    NoteKind.FILTERED: "在选定的范围（发文机关、文号、日期、状态）里没有找到，请放宽条件再查",
    NoteKind.UNKNOWN_NUMBER: "没有收录文号为“{}”的公文，下面是内容相近的条款",
    NoteKind.NO_SUCH_PLACE: "{}",
    NoteKind.NOT_HERE: "{}，下面是内容相近的条款",
    NoteKind.NOTHING_NEAR: "公报里没有与这个问题相近的内容，下面是最接近的条款，供参考",
    NoteKind.OTHER_FIGURES: "公报里有相近的内容，但地方、年份或数字对不上，下面是最接近的条款，供参考",
    NoteKind.NOT_STATED: "公报里有相近的内容，但没有写明所问的这一点，下面是最接近的条款，供参考",
    NoteKind.SHARED: "各行业另有主管部门：{}",
    NoteKind.NOT_IN_FORCE: "请注意，答案出自不是现行的公文：{}{}",
    NoteKind.EARLIER_WORDING: "请注意，这是当年的文字，这份公文后来有修改：{}",
    NoteKind.STANDING: "{}：{}",
    NoteKind.ENDED: "这样的公文收录了 {} 篇：{}",
    NoteKind.NONE_ENDED: "收录的公文里没有已经废止或过期的",
    NoteKind.ONLY_ENDED: "最接近的内容出自{}，它{}；要看它的规定，请在问题里写明标题、文号或年份{}",
    NoteKind.NOT_OF_YEAR: "没有收录{}年时有效、写明这一点的文本{}",
    NoteKind.ON_DAY: "按{}的情况回答",
    NoteKind.UNSURE_PHONE: "没有把握说该打哪个电话，为免误导，这里不给号码；下面是最接近的条款，请看原文",
}


def note(kind: NoteKind, *values: str) -> Note:
    """The usual words of a kind, `values` filled in."""
    return Note(kind, _TEXTS[kind].format(*values))
