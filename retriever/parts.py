"""Several questions in one: each is answered on its own.

`公租房怎么申请？租金多少？` → `公租房怎么申请`, `公租房申请租金多少`: a part that names little itself is asked with the
words of the first. Whom to call about what was just asked (`归谁管？电话多少？`) belongs to one answer.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources

from corpus.text import nfkc, squash
from index.tokens import tokenize
from retriever.intent import WHOM, Intent, asks_whether, intents

MOST = 3  # parts; of more it is a text with questions in it
_END = re.compile(r"[？?；;。！!\n]+")
# What asks, taken away, leaves what a question is about.
_ASKING = re.compile(
    r"是?(?:怎么样?|怎样|如何|咋|哪[里儿些个天]?|谁|什么(?:时候)?|何时|多少钱?|多久|几)"
    r"|[吗呢吧啊么]$|请问|是否|能不能|有没有|可不可以|可以|我想问"
)
_HOW = re.compile(r"怎么|怎样|如何|咋|哪里|哪儿")


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question holds; the question itself where it is one, or more than a few."""
    found = [one.strip(" ，,") for one in _END.split(question)]
    found = [one for one in found if squash(one)]
    if not 2 <= len(found) <= MOST or not all(map(_asks, found)):
        return (question,)
    first = found[0]
    if all(set(intents(one)) & WHOM and not _names_a_matter(one) for one in found[1:]):
        return (question,)
    about = _about(first)
    return (first, *(one if _names_a_matter(one) else f"{about}{one}" for one in found[1:]))


def _asks(part: str) -> bool:
    return asks_whether(part) or intents(part) != (Intent.OTHER,)


@functools.cache
def _general() -> frozenset[str]:
    data = tomllib.loads(resources.files("retriever").joinpath("data/parts.toml").read_text("utf-8"))
    return frozenset(data["words"])


def _names_a_matter(part: str) -> bool:
    """One word where a part asks how or where something is done (「低保怎么申请」), else two: 「租金多少」 is of what
    was asked before."""
    fewest = 1 if _HOW.search(part) else 2
    return sum(word not in _general() for word in tokenize(_about(part))) >= fewest


def _about(part: str) -> str:
    return _ASKING.sub("", nfkc(part))
