"""Whether an answer sends people to a wrong office or telephone.

What counts as shown is what stands on the answer's card: its sentence, and the offices beside it with their
telephones. The labels decide what is wrong, and where they leave it open the documents do:

- **A question that the documents don't answer**: every office beside the answer and every telephone number shown is
  wrong, for nothing says who is in charge of this matter.
- **A telephone of an answerable question** is wrong if it is neither an accepted answer nor stated by a notice that a
  label names: an office's number from another notice is the one for that other matter. Where the labels accept a
  telephone number, the first one shown must be such.
- **An office of an answerable question** is judged where the labels accept an office (the kind `office`, or an
  accepted answer that ends as an authority's name does): the first office beside the answer must be one of them.
  Elsewhere the labels don't say whom the matter concerns, and nothing is counted.

So a label that misses a second right office makes this measure too strict. It is too kind in three places: offices
named only in the sentence, and offices after the first, are not judged; and notices without 发文字号 can't be told
apart, so that any of them may state the telephone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from corpus.offices import same_office
from corpus.phones import find_phones
from corpus.text import squash
from eval.answers import same_phone, stands_in
from eval.model import Answer, Kind, Office, Question

# In a sentence a bare number of seven digits may be an amount or a date; beside these words it is a telephone.
_CALLING = re.compile("电话|热线|手机|拨打|致电|联系|咨询|举报|投诉|号码")
_AUTHORITY = re.compile("(?:局|厅|委|委员会|政府|法院|检察院)$")
_LONG = 10  # digits: numbers of this length are mobile phones, service numbers or have their area code

States = Callable[[str | None, str], bool]
"""Whether a notice (by its 发文字号) states some letters and digits."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The telephones that an answer shows, and whether one of them, or its office, is wrong."""

    phones: tuple[str, ...] = ()
    wrong_phone: bool = False
    wrong_office: bool = False


def contacts(question: Question, answer: Answer | None, states: States) -> Contacts:
    """What an answer shows, by the rules above; nothing where there is no answer."""
    if answer is None:
        return Contacts()
    phones = shown_phones(answer)
    if not question.answerable:
        return Contacts(phones, bool(phones), bool(answer.offices))
    return Contacts(phones, _wrong_phone(question, phones, states), _wrong_office(question, answer.offices))


def shown_phones(answer: Answer) -> tuple[str, ...]:
    """The telephone numbers that a reader of the answer's card sees, in order: of the sentence, then of the offices,
    each once."""
    calling = _CALLING.search(answer.text) is not None
    said = [phone for phone in find_phones(answer.text) if calling or "-" in phone or len(phone) >= _LONG]
    return tuple(dict.fromkeys([*said, *(office.phone for office in answer.offices if office.phone)]))


def _wrong_phone(question: Question, phones: tuple[str, ...], states: States) -> bool:
    wanted = [one for one in question.answers if _is_phone(one)]
    if wanted and phones and not _accepted_phone(wanted, phones[0]):
        return True
    numbers = {label.doc_number for label in question.relevant}
    return any(
        not _accepted_phone(wanted, phone) and not any(states(number, _digits(phone)) for number in numbers)
        for phone in phones
    )


def _wrong_office(question: Question, offices: tuple[Office, ...]) -> bool:
    office_asked = question.kind is Kind.OFFICE
    wanted = [one for one in question.answers if not _is_phone(one) and (office_asked or _AUTHORITY.search(one))]
    return bool(wanted and offices) and not any(_same(one, offices[0].name) for one in wanted)


def _is_phone(accepted: str) -> bool:
    """Whether an accepted answer is a telephone number and nothing else."""
    return len(squash(accepted)) >= 3 and squash(accepted).isdigit() and bool(find_phones(accepted))


def _accepted_phone(wanted: list[str], phone: str) -> bool:
    return any(same_phone(one, phone) or same_phone(phone, one) for one in wanted)


def _digits(phone: str) -> str:
    """The number without its area code, which a notice may leave out: `0358-8222401` → `8222401`."""
    area, _, rest = phone.partition("-")
    return squash(rest) if area.startswith("0") and rest else squash(phone)


def _same(accepted: str, name: str) -> bool:
    """Whether an accepted office and a shown one are the same, or one is the other with its place or section."""
    return stands_in(accepted, name) or stands_in(name, accepted) or same_office(accepted, name)
