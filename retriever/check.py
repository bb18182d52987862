"""A text checked for its citations: whether each exists, whether title and number belong together, whether it is in
force. What is not in the corpus is said to be not here; that it doesn't exist can't be known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus.errors import UsageError
from corpus.model import Notice, Status
from corpus.text import visible
from index.engine import Engine, IndexedClause
from retriever.citation import citation, in_title_marks
from retriever.cited import find_cited
from retriever.resolve import Resolution, Resolver, Verdict

MAX_TEXT = 50_000  # characters
_WHITE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Checked:
    """One citation of a text, from `start` to `end`, and what was found: the notice's clauses at the place, or its
    first one where the `whole` document is cited."""

    text: str
    start: int
    end: int
    verdict: Verdict
    why: str | None
    clauses: tuple[IndexedClause, ...] = ()
    whole: bool = True

    @property
    def entry(self) -> IndexedClause | None:
        return self.clauses[0] if self.clauses else None

    @property
    def notice(self) -> Notice | None:
        return None if self.entry is None else self.entry.notice

    @property
    def in_force(self) -> bool | None:
        """Whether the document is in force, as far as the corpus says; None where it isn't here."""
        return None if self.notice is None else self.notice.status.holds

    @property
    def right(self) -> bool:
        """Whether nothing speaks against the citation."""
        return self.verdict is Verdict.FOUND and bool(self.in_force)

    @property
    def line(self) -> str:
        """What was found, in one line."""
        said = [_SAID[self.verdict] if self.why is None else self.why]
        notice = self.notice
        if notice is not None and notice.status is Status.REPEALED:
            by = notice.repealed_by
            said.append(f"这份公文已被{by.doc_number or '另一份公文'}废止" if by else "这份公文已废止")
        elif notice is not None and notice.status is Status.EXPIRED:
            said.append(f"这份公文已过期（有效到 {notice.valid_until}）")
        elif notice is not None and notice.status is Status.REPLACED:
            said.append("这份公文已有新文本")
        elif notice is not None and notice.status in (Status.AMENDED, Status.PARTLY_REPEALED):
            said.append("其中有的条款已被修改或废止，请核对")
        return "；".join(said)

    @property
    def citation(self) -> str | None:
        """How the document or the clause that was found is cited."""
        if self.entry is None:
            return None
        if not self.whole:
            return citation(self.entry.notice, self.entry.clause)
        number = self.entry.notice.doc_number
        return in_title_marks(self.entry.notice.title) + (f"（{number}）" if number else "")

    def to_json(self) -> dict[str, Any]:
        notice = self.notice
        repealed = None if notice is None or notice.repealed_by is None else notice.repealed_by.to_json()
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "verdict": self.verdict.value,
            "in_force": self.in_force,
            "line": self.line,
            "citation": self.citation,
            "notice_id": None if notice is None else notice.notice_id,
            "doc_number": None if notice is None else notice.doc_number,
            "title": None if notice is None else notice.title,
            "status": None if notice is None else notice.status.value,
            "repealed_by": repealed,
            "valid_until": None if notice is None else notice.valid_until,
            "clause_ids": [] if self.whole else [entry.clause_id for entry in self.clauses],
        }


_SAID = {
    Verdict.FOUND: "有这份公文",
    Verdict.NO_SUCH_PLACE: "有这份公文，没有所引的位置",
    Verdict.NOT_HERE: "没有收录",
    Verdict.TITLE_DIFFERS: "文号有，标题不同",
    Verdict.NUMBER_DIFFERS: "标题有，文号不同",
}


def check(text: str, engine: Engine, resolver: Resolver) -> list[Checked]:
    """Every citation of a text, in order. Raises UsageError for a text that is empty or too long."""
    if not text.strip():
        raise UsageError("要核对的文字是空的", "", "请粘贴含有引用的段落，如：《…办法》（…〔2023〕9号）第三条")
    if len(text) > MAX_TEXT:
        raise UsageError(f"文字太长（{len(text)} 个字）", "", f"请分成几段，每段在 {MAX_TEXT} 字以内")
    seen = visible(text)
    checked = []
    known: dict[tuple[str | None, ...], Resolution] = {}
    for cited in find_cited(seen):
        name = (cited.title, cited.number, *(place.text for place in cited.places))
        found = known.get(name) or resolver.resolve(cited)
        known[name] = found
        rows: Sequence[int] = found.rows
        if not rows and found.ordinals:
            rows = engine.notice(found.ordinals[0]).rows[:1]
        words = _WHITE.sub("", seen[cited.start : cited.end])
        checked.append(
            Checked(
                words,
                cited.start,
                cited.end,
                found.verdict,
                found.why,
                tuple(engine.clauses(rows)),
                whole=not found.rows,
            )
        )
    return checked


def to_json(checked: Sequence[Checked]) -> dict[str, Any]:
    """The result for programs: the citations, and how many of them nothing speaks against."""
    return {
        "count": len(checked),
        "right": sum(one.right for one in checked),
        "citations": [one.to_json() for one in checked],
    }
