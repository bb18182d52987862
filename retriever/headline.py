"""How an answer is said in large type: the whole sentence that holds its span, without the number of its item.

`answer.text` stays the span of the clause that it is; only what people read is completed. What can't be whole within
`MOST` characters shows by …… that the text goes on.
"""

from __future__ import annotations

import re

from corpus.model import Clause, ClauseKind, Role
from corpus.numbering import read_marker
from corpus.phones import phone_spans
from retriever.model import Answer

MOST = 200  # characters of a headline; beyond, it would push telephones off a phone's screen
_STOPS = "。！？!?；;\n"
_CLOSERS = "”’」』）)"
# After these a sentence goes on; at the end of a clause they are slips of its writer or of a scan.
_GOES_ON = "，、：,:"
_DROPPED = f"{_GOES_ON}；; \n\u3000"
_COLONS = "：:"
_MORE = "……"
# The column that numbers a table's rows.
_ROW_NUMBER = re.compile(r"序号|顺序号|编号|No\.?", re.I)


def headline(answer: Answer, *, sure: bool) -> str:
    """The words of an answer for a person. An answer that isn't sure gets no telephone number that its span lacks."""
    if answer.entry is None:
        return _tidy(answer.text)
    clause = answer.entry.clause
    if clause.role is Role.ROW and clause.cells:
        said = _of_row(clause, answer.text)
    elif clause.kind is ClauseKind.LIST:  # its entries are no sentences, and are whole as they are
        said = _tidy(answer.text)
    else:
        said = whole_sentence(answer.entry.text, answer.text)
    return said if sure or not phone_spans(said) else _tidy(answer.text)


def whole_sentence(text: str, span: str) -> str:
    """The sentence, or sentences, of `text` that hold `span`.

    `（1）责令改正，并处罚款；（2）停产。` and `责令改正，` → `责令改正，并处罚款`.
    """
    at = text.find(span)
    if at < 0 or not span.strip():
        return _tidy(span)
    start, end = _without_marker(text, at), at + len(span)
    begin = _without_marker(text, _sentence_start(text, at))
    finish = _sentence_end(text, end)
    if finish - begin <= MOST:
        return _tidy(text[begin:finish])
    if finish - start <= MOST:
        return _MORE + _tidy(text[start:finish])
    if end - begin <= MOST:
        start = begin
    head = _MORE if start > begin else ""
    kept = _whole_part(text[start:end])
    return head + (_tidy(kept) if kept is not None else _tidy(text[start:end]) + _MORE)


def _without_marker(text: str, at: int) -> int:
    """Where the words begin, behind the number of an item that stands at a line's or sentence's start."""
    while at < len(text) and text[at].isspace():
        at += 1
    marker = read_marker(text[at : at + 60])
    behind = at + marker.length if marker is not None and _begins(text, at) else at
    return behind if text[behind:].strip() else at


def _begins(text: str, at: int) -> bool:
    return not text[:at].strip() or text[:at].rstrip(" \u3000")[-1] in _STOPS + _COLONS + _CLOSERS


def _sentence_start(text: str, at: int) -> int:
    """Where the sentence begins that goes through `at`; `at` itself where one begins there."""
    if _begins(text, at):
        return at
    return max(text.rfind(stop, 0, at) for stop in _STOPS) + 1


def _sentence_end(text: str, end: int) -> int:
    """Where the sentence ends that the span up to `end` belongs to, closing marks with it."""
    last = text[:end].rstrip()[-1:]
    if last in _STOPS or text[:end].rstrip(_CLOSERS)[-1:] in _STOPS:
        return end
    if last in _COLONS:  # what it announces may stand on the next line
        while end < len(text) and text[end].isspace():
            end += 1
    stops = [found for stop in _STOPS if (found := text.find(stop, end)) >= 0]
    if not stops:
        return len(text)
    end = min(stops) + 1
    while end < len(text) and text[end] in _CLOSERS:
        end += 1
    return end


def _whole_part(text: str) -> str | None:
    """The whole sentences at the beginning of a text that breaks off, if they are most of it."""
    end = max(text.rfind(stop) for stop in _STOPS) + 1
    return text[:end] if 2 * end >= len(text) else None


def _tidy(text: str) -> str:
    """Without the marks after which a sentence would go on."""
    return text.strip().rstrip(_DROPPED) or text.strip()


def _of_row(clause: Clause, span: str) -> str:
    """A table's row: the cells of the span under their heads, the row's own number left out."""
    said = [
        f"{head}：{cell}" if head else cell
        for head, cell in clause.cells
        if cell.strip() and cell in span and not (_ROW_NUMBER.fullmatch(head.strip()) and cell.strip().isdecimal())
    ]
    return "；".join(said) if said else _tidy(span)
