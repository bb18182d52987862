"""Labels that no passage can meet: was the text lost by the parser, or is the label wrong?

A label that nothing in the index holds would count as a miss of the search for ever, and hide its
real cause. So labels are checked against the index, and against the source's own text, before
anything is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.text import squash, strip_markup
from eval.model import Hit, Label, Question
from eval.questions import Problem


class Reason(StrEnum):
    """Why no passage of the index meets a label."""

    LOST = "lost"  # the source holds the quote, no clause does: the parser lost, garbled or split it
    ELSEWHERE = "elsewhere"  # clauses of other notices hold it: a wrong number, here or in the parser
    NOWHERE = "nowhere"  # not even a source holds it: a wrong quote, or a text that is not indexed
    UNKNOWN = "unknown"  # no clause holds it, and the sources can't be looked at


@dataclass(frozen=True, slots=True)
class Unmet:
    """A label of a question that no passage meets. `stands_in` is where the quote does stand, if anywhere:
    files for LOST, 发文字号 for ELSEWHERE."""

    question: Question
    position: int
    reason: Reason
    stands_in: tuple[str, ...]

    @property
    def label(self) -> Label:
        return self.question.relevant[self.position]

    def problem(self) -> Problem:
        number = self.label.doc_number or "（无发文字号）"
        where = "、".join(self.stands_in)
        what = {
            Reason.LOST: f"原文 {where} 里有这句引文，解析出的条款里没有（解析时丢失、改动，或切成了两条）",
            Reason.ELSEWHERE: f"引文在索引里属于 {where}，不属于 {number}",
            Reason.NOWHERE: f"索引和原文里都没有 {number} 的这句引文（标注有误，或该文件没有收进索引）",
            Reason.UNKNOWN: f"索引里没有 {number} 的这句引文；建索引时的原文已不在原处，无法判断原因",
        }[self.reason]
        return Problem(self.question.file, self.question.line, f"{self.question.id}：{what}：{self.label.quote}")


class Passages:
    """The passages a system can return, ready to be asked which labels they meet."""

    def __init__(self, passages: Iterable[Hit]) -> None:
        self._texts: dict[str | None, list[str]] = defaultdict(list)
        self._shown: dict[str | None, str] = {}
        for passage in passages:
            key = _key(passage.doc_number)
            self._texts[key].append(squash(passage.text))
            self._shown.setdefault(key, passage.doc_number or "（无发文字号）")

    def meet(self, label: Label) -> bool:
        """Whether any passage is relevant by the rule of `eval.measures.is_relevant`."""
        quote = squash(label.quote)
        return any(quote in text for text in self._texts.get(_key(label.doc_number), ()))

    def state(self, doc_number: str | None, signs: str) -> bool:
        """Whether any passage of the notice holds these letters and digits (squashed) in a row."""
        return any(signs in text for text in self._texts.get(_key(doc_number), ()))

    def numbers_of(self, quote: str) -> tuple[str, ...]:
        """The 发文字号 of the notices with a passage that holds the quote, in order."""
        return tuple(self._shown[key] for key in self._holding(quote))

    def labels_of(self, quote: str) -> list[Label]:
        """A label for each 发文字号 that a passage with the quote stands under."""
        return [Label(None if key is None else self._shown[key], quote) for key in self._holding(quote)]

    def _holding(self, quote: str) -> list[str | None]:
        wanted = squash(quote)
        return [key for key, texts in self._texts.items() if any(wanted in text for text in texts)]


def _key(doc_number: str | None) -> str | None:
    return None if doc_number is None else squash(doc_number)


def unmet_labels(
    questions: Sequence[Question],
    passages: Passages,
    read_sources: Callable[[], Mapping[str, str] | None],
) -> list[Unmet]:
    """Every label that no passage meets, in order, with the reason.

    `read_sources` gives file name -> raw text, or None where that can't be had; it is called only if
    a label is not met.
    """
    unmet = [
        (question, position, label)
        for question in questions
        for position, label in enumerate(question.relevant)
        if not passages.meet(label)
    ]
    sources = read_sources() if unmet else None
    raw = None
    if sources is not None:
        raw = {name: (squash(text), squash(strip_markup(text))) for name, text in sources.items()}
    return [Unmet(question, position, *_why(label, passages, raw)) for question, position, label in unmet]


def _why(label: Label, passages: Passages, raw: Mapping[str, tuple[str, str]] | None) -> tuple[Reason, tuple[str, ...]]:
    elsewhere = passages.numbers_of(label.quote)
    if elsewhere:
        return Reason.ELSEWHERE, elsewhere
    if raw is None:
        return Reason.UNKNOWN, ()
    quote = squash(label.quote)
    files = tuple(name for name, texts in raw.items() if any(quote in text for text in texts))
    return (Reason.LOST, files) if files else (Reason.NOWHERE, ())
