"""A parsed notice as the measures look at it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.model import Clause, Notice, Role
from corpus.numbering import Style, read_marker
from corpus.place import StepKind
from corpus.text import squash

# What may stand in front of a body or after it without being a part of it.
_HEAD = frozenset({Role.TITLE, Role.INFO, Role.SIGNATURE})
_FOOT = frozenset({Role.SIGNATURE, Role.CONTACT, Role.ATTACHMENTS})
_FOOT_LETTERS = 100  # that may follow a signature
_STYLES = {"articles": Style.ARTICLE, "level1": Style.ENUM, "chapters": Style.CHAPTER}


@dataclass(frozen=True)
class Found:
    """One notice of a parsed file."""

    notice: Notice

    def stated(self, field: str) -> str | None:
        """What the parser gives for a field of the label."""
        value = getattr(self.notice, field)
        return str(value) if value else None

    @functools.cached_property
    def phones(self) -> list[tuple[str, str]]:
        """Pairs of unit and number. Version 0.1 names a unit for one number only."""
        data = self.notice.to_json()
        pairs = [
            (one.get("unit") or "", one["phone"]) if isinstance(one, dict) else ("", one) for one in data["phones"]
        ]
        return [((data["unit"] or "") if not unit and phone == data["phone"] else unit, phone) for unit, phone in pairs]

    @functools.cached_property
    def texts(self) -> list[str]:
        """The letters of each clause."""
        return [squash(clause.text) for clause in self.notice.clauses]

    @functools.cached_property
    def _body_texts(self) -> list[str]:
        """The same, but of a table's row its cells alone: column heads and caption are said again there."""
        return [
            squash("".join(cell for _, cell in clause.cells)) if clause.cells and clause.role is Role.ROW else text
            for clause, text in zip(self.notice.clauses, self.texts, strict=True)
        ]

    def holds(self, letters: str) -> bool:
        """Whether these letters stand in its text, whatever clauses they are parted into."""
        return any(letters in whole for whole in self._wholes)

    @functools.cached_property
    def _wholes(self) -> tuple[str, str]:
        return "".join(self.texts), "".join(self._body_texts)

    def begins_with(self, letters: str, addressees: Sequence[str] = ()) -> bool:
        """Whether its body begins so: behind title, head lines and one of the addressees."""
        clauses = self.notice.clauses
        fronts = {"", squash(self.notice.addressee or ""), *map(squash, addressees)}
        for at in range(len(clauses)):
            for texts in (self._body_texts, self.texts):
                rest = "".join(texts[at:])
                if any(rest.startswith(front + letters) for front in fronts):
                    return True
            if clauses[at].role not in _HEAD and self.texts[at] not in fronts:
                return False
        return False

    def ends_with(self, letters: str) -> bool:
        """Whether its body ends so: in front of signature, contact and list of attachments, and of a few
        words behind the signature (（此件公开发布）, 抄送)."""
        clauses = self.notice.clauses
        for end in range(len(clauses), 0, -1):
            for texts in (self._body_texts, self.texts):
                if "".join(texts[:end]).endswith(letters):
                    return True
            if end <= self._foot_words and clauses[end - 1].role not in _FOOT:
                return False
        return False

    @functools.cached_property
    def _foot_words(self) -> int:
        """Up to which clause the body may reach: the last signature that only a few words follow."""
        at = len(self.texts)
        letters = 0
        for clause, text in zip(reversed(self.notice.clauses), reversed(self.texts), strict=True):
            if clause.role is Role.SIGNATURE and letters:
                return at
            letters += len(text)
            is_plain = clause.role in (Role.TEXT, *_FOOT) and read_marker(clause.text) is None
            if letters > _FOOT_LETTERS or not is_plain:
                break
            at -= 1
        return len(self.texts)

    @functools.cached_property
    def counts(self) -> dict[str, int]:
        """How many articles, headings 一、 and chapters there are, at any depth."""
        seen: dict[str, set[object]] = {name: set() for name in _STYLES}
        for clause in self.notice.clauses:
            steps = clause.place.steps
            for at, step in enumerate(steps, 1):
                # A place that comes again is another heading; what stands below it tells that by its own place.
                again = clause.place.again if at == len(steps) else 1
                for name, style in _STYLES.items():
                    if step.kind is StepKind.NUMBERED and step.style is style:
                        seen[name].add((steps[:at], again))
        return {name: len(places) for name, places in seen.items()}


def in_one_clause(letters: str, found: Sequence[Found]) -> list[Clause]:
    """The clauses that hold these letters."""
    return [
        clause for one in found for clause, text in zip(one.notice.clauses, one.texts, strict=True) if letters in text
    ]
