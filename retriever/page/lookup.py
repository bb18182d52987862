"""Looking for words in the names of a list (titles, offices): no search, only which entries hold them."""

from __future__ import annotations

from collections.abc import Iterable

from corpus.simplified import simplified
from corpus.text import nfkc, squash
from index.tokens import tokenize
from retriever.page.markup import Html, el
from retriever.page.view import View

_LONGEST = 100  # characters that are looked for; titles and names of offices have fewer


def folded(text: str) -> str:
    """A text as it is compared: letters and digits, simplified, in lower case."""
    return squash(simplified(nfkc(text))).lower()


def words_of(wanted: str) -> tuple[str, ...]:
    """What an entry must hold: what stands between spaces, and of that the words where it isn't found as a whole."""
    return tuple(word for part in simplified(nfkc(wanted[:_LONGEST])).split() if (word := folded(part)))


def holds(names: Iterable[str], words: Iterable[str]) -> bool:
    """Whether some of the names hold all the words; of a word of several (农民工工资通知) its parts, in any place."""
    texts = [folded(name) for name in names]
    return all(any(_in(word, text) for text in texts) for word in words)


def _in(word: str, text: str) -> bool:
    if word in text:
        return True
    parts = {folded(token) for token in tokenize(word)} - {""}
    return len(parts) > 1 and all(part in text for part in parts)


def find_field(view: View, label: str, hint: str, button: str = "查找") -> Html:
    """A box for what is looked for, with its button. It stands in a form."""
    return el(
        "div",
        el("label", label, for_="find", cls="ask-label"),
        el(
            "div",
            el(
                "input",
                id="find",
                name="find",
                type="search",
                value=view.find,
                maxlength=_LONGEST,
                autocomplete="off",
                enterkeyhint="search",
                placeholder=hint,
            ),
            el("button", button, type="submit", cls="button quiet"),
            cls="ask-row",
        ),
        cls="find",
    )
