"""Field-level counts: number, title, issuer, date, addressee, days of validity, telephones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.text import squash
from eval.documents.matching import Match
from eval.documents.model import DATE_FIELDS, Document
from eval.documents.parsed import Found
from eval.documents.tally import Tally


def form(name: str, value: str) -> str:
    """The form in which two values of a field are compared."""
    return value.strip() if name in DATE_FIELDS else squash(value)


def given_value(match: Match, name: str) -> str | None:
    """What the document's notice says, or where it says nothing one of its parts."""
    return next((value for one in match.found if (value := one.stated(name)) is not None), None)


def judge(document: Document, name: str, given: str | None) -> Tally:
    """One field. A value that is as good as the labelled one is right; where the label has none, it isn't
    wrong. A field that the label leaves out isn't judged."""
    if name not in document.fields:
        return Tally(0, 0, 0)
    wanted = int(document.fields[name] is not None)
    if given is None:
        return Tally(0, wanted, 0)
    if form(name, given) in {form(name, value) for value in document.accepted(name)}:
        return Tally(wanted, wanted, wanted)
    return Tally(0, wanted, 1)


def spurious(documents: Sequence[Document], name: str, left: Iterable[Found]) -> list[str]:
    """What notices that are no labelled document say of a field, where no label accepts that."""
    if documents and not any(name in document.fields for document in documents):
        return []
    known = {form(name, value) for document in documents for value in document.accepted(name)}
    values = [value for one in left if (value := one.stated(name)) is not None]
    return [value for value in values if form(name, value) not in known]


def number_form(phone: str) -> str:
    """A number's digits: 0755-83123456 and (0755)83123456 are one."""
    return squash(phone)


def same_unit(a: str, b: str) -> bool:
    """Whether two names are of one unit: the same letters, or one of them the end or the start of the other
    (区人社局, 离石区人社局)."""
    one, other = sorted((squash(a), squash(b)), key=len)
    return bool(one) and (other.startswith(one) or other.endswith(one))


def judge_phones(wanted: Sequence[tuple[str, str]], given: Sequence[tuple[str, str]]) -> tuple[Tally, Tally]:
    """Numbers, each once; and pairs of number and unit, each once."""
    numbers, got = {number_form(phone) for _, phone in wanted}, {number_form(phone) for _, phone in given}
    pairs = {(squash(unit), number_form(phone)) for unit, phone in wanted if squash(unit)}
    left = {(squash(unit), number_form(phone)) for unit, phone in given if squash(unit)}
    total, right = len(left), 0
    for unit, phone in sorted(pairs):
        hit = next((pair for pair in sorted(left) if pair[1] == phone and same_unit(pair[0], unit)), None)
        if hit is not None:
            left.remove(hit)
            right += 1
    return Tally(len(numbers & got), len(numbers), len(got)), Tally(right, len(pairs), total)
