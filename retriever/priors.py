"""What a clause's role and status add to its score, before anything of the question is known but
what it asks for. All figures were chosen on the dev questions of 0.1; no table of it was kept."""

from __future__ import annotations

from collections.abc import Collection

from corpus.model import Role
from index.engine import IndexedClause
from retriever.intent import Intent

CONTACT_PENALTY = 0.35  # a contact or signature line, unless the question asks for one
PEOPLE_BONUS = 0.25  # a list of people, when a person and no office is asked for
STALE_PENALTY = 0.08  # repealed, expired or replaced by a newer text: below the notice in force with the same subject
TITLE_FACTOR = 1.5  # of its title's score goes to the opening clause of a document that is asked for


def prior(entry: IndexedClause, asked: Collection[Intent]) -> float:
    """The amount that is added to a clause's fused score (0…1), from its role and status: a signature line → −0.35
    unless a phone or contact is asked for, a repealed notice's clause → −0.08."""
    amount = 0.0
    if entry.role in (Role.SIGNATURE, Role.CONTACT) and Intent.PHONE not in asked and Intent.CONTACT not in asked:
        amount -= CONTACT_PENALTY
    if entry.role is Role.PEOPLE and Intent.PERSON in asked and Intent.OFFICE not in asked:
        amount += PEOPLE_BONUS
    if not entry.notice.status.holds:
        amount -= STALE_PENALTY
    return amount


def title_bonus(score: float) -> float:
    """The score that a document's opening clause gets where its title scored `score`: 0.6 → 0.9."""
    return TITLE_FACTOR * score
