"""What is typed but asks nothing that a document could answer: greetings, requests to write something, code, pinyin.

It gets a plain line and no clause. What matches is data with examples (`data/requests.toml`); for a text without
Chinese characters the index decides: a name it holds (PM2.5, ETC) is a question, anything else is not.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources

from corpus.text import CJK, nfkc
from index.engine import TermCounts
from index.tokens import tokenize
from retriever.notes import Note, NoteKind

_EDGES = " \t\n，。；;、,：:！!？?~～…“”\"'.()（）"
_CHINESE = re.compile(rf"[{CJK}]")
_LETTER = re.compile(r"[A-Za-z]")
_NOT_CHINESE = "请用汉字写出想问的事，例如“低保去哪里申请”"


@dataclass(frozen=True, slots=True)
class RequestKind:
    """A kind of request: texts that `pattern` matches whole get the line `text`."""

    name: str
    pattern: re.Pattern[str]
    text: str
    examples: tuple[str, ...]
    questions: tuple[str, ...]


@functools.cache
def request_kinds() -> tuple[RequestKind, ...]:
    data = tomllib.loads(resources.files("retriever").joinpath("data/requests.toml").read_text("utf-8"))
    return tuple(
        RequestKind(
            row["name"],
            re.compile(row["pattern"], re.IGNORECASE),
            row["text"],
            tuple(row["examples"]),
            tuple(row["questions"]),
        )
        for row in data["kind"]
    )


def request_note(text: str, terms: TermCounts) -> Note | None:
    """The line for a text that is no question, None for a question.

    `帮我写一篇通知` → a note; `通知怎么写` → None.
    """
    plain = nfkc(text).strip(_EDGES)
    for kind in request_kinds():
        if kind.pattern.fullmatch(plain):
            return Note(NoteKind.UNUSABLE, kind.text)
    if not _LETTER.search(plain) or _CHINESE.search(plain):
        return None
    known = any(terms.count(token) for token in tokenize(plain) if _LETTER.search(token))
    return None if known else Note(NoteKind.UNUSABLE, _NOT_CHINESE)
