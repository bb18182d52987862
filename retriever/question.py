"""A question as it is matched: what can't be seen taken out, white space single, and no longer than a question is.

What is shown to the user stays as it was typed.
"""

from __future__ import annotations

from corpus.text import nfkc, visible

# Characters that are matched. The longest of the 834 labelled questions has 42, half of them have 24 or less. What a
# question costs grows with its length: one of 120 characters costs up to three times as much as one of 24.
MATCHED = 120


def matched(question: str) -> tuple[str, str | None]:
    """The part of a question that is searched with, and a note for the user if the question was cut, else None.

    `拖欠  工资找谁` → (`拖欠 工资找谁`, None).
    """
    text = " ".join(visible(question).split())
    kept = _beginning(text)
    if len(kept) == len(text):
        return text, None
    first = next((at for at, char in enumerate(text) if char.isalnum()), 0)  # a row of stars asks nothing
    kept = _beginning(text[first:])
    return (
        kept,
        f"问题较长（{len(text)} 个字），只按前 {len(kept)} 个字检索；把想问的事用一两句话写出来，结果会更准",
    )


def _beginning(text: str) -> str:
    """As much of a text as has `MATCHED` characters, also once compatibility forms are replaced (one may have 18)."""
    count = 0
    for at, char in enumerate(text):
        count += len(nfkc(char))
        if count > MATCHED:
            return text[:at].rstrip()
    return text
