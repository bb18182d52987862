"""Which numbers the articles of a text have once a decision added, deleted or moved some of them.

A decision that adds an article 「作为第五条」 makes the old 第五条 the sixth one, whether or not it says so
(「条文顺序作相应调整」): no text has two of them. One that only deletes moves the numbers behind only where it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.amendments import ORDER
from corpus.articles import article_number, item_of, labels, paragraph_of
from corpus.events import Change, Event
from corpus.model import Clause
from corpus.numbering import Style, chinese_numeral
from corpus.place import Place, Step, StepKind, bare_label

Key = tuple[int, int]  # 第一百二十条之一 is (120, 1), 第三条 (3, 0)
MOST = 999  # the highest number that is written


@dataclass(frozen=True, slots=True)
class Moves:
    """Old number → new number of what moves; `sure` is False where a decision's numbers don't agree with each other or
    with the text, so that nothing is moved."""

    numbers: dict[Key, Key]
    sure: bool


def moves_of(events: Sequence[Event], known: Sequence[Key]) -> Moves:
    """What the events of one decision do to the numbers of a text that has the articles `known`, in order."""
    said = dict(_said(events))
    added = {key for event in events if adds_article(event) for key in _keys(event.articles)}
    gone = {key for event in events if _deletes(event) for key in _keys(event.articles)}
    here = [key for key in known if key not in gone]
    said = {old: new for old, new in said.items() if old in here}
    collides = len({*added, *(said.get(key, key) for key in here)}) < len(added) + len(here)
    in_order = collides or any(event.how == ORDER for event in events)
    numbers = _in_order(known, gone, said, added) if in_order else said
    after = [numbers.get(key, key) for key in here]
    sure = len({*after, *added}) == len(after) + len(added) and all(0 < key[0] <= MOST for key in after)
    return Moves({old: new for old, new in numbers.items() if old != new} if sure else {}, sure)


def _in_order(known: Sequence[Key], gone: set[Key], said: dict[Key, Key], added: set[Key]) -> dict[Key, Key]:
    """New numbers one after the other: those of articles deleted are used again, those given to others passed over;
    第三条之一 goes with 第三条, and what was missing before goes on missing."""
    taken = {*added, *said.values()}
    numbers = dict(said)
    last = before = known[0][0] - 1 if known else 0
    for old in known:
        if old[1] or old in gone:
            continue
        if old not in said:
            new = last
            for _ in range(old[0] - before - sum(before < key[0] < old[0] and not key[1] for key in gone)):
                new += 1
                while (new, 0) in taken:
                    new += 1
            numbers[old] = (new, 0)
        last, before = max(last, numbers[old][0]), old[0]
    for old in known:
        if old[1] and old not in gone and old not in said:
            numbers[old] = (numbers.get((old[0], 0), old)[0], old[1])
    return numbers


def _said(events: Sequence[Event]) -> Iterator[tuple[Key, Key]]:
    """「第六条改为第七条」, 「第七条至第九条改为第八条至第十条」."""
    for event in events:
        if event.how != "amend.renumber" or event.amendment is None or any(map(_has_part, event.articles)):
            continue
        old, new = list(_keys(event.articles)), list(_keys(labels(event.amendment.new or "")))
        if len(old) == len(new):
            yield from zip(old, new, strict=True)


def before(event: Event, article: str, events: Sequence[Event]) -> str:
    """The article by its old number, where its own sentence moves it: 「将第九条改为第十条，修改为：“…”」 is the old
    第九条."""
    key = article_number(article)
    for other in events:
        if key is None or other.how != "amend.renumber" or other.clause_id != event.clause_id:
            continue
        if other.text == event.text:
            for old, new in _said([other]):
                if new == key:
                    return label_of(Style.ARTICLE, old) + article[len(label_of(Style.ARTICLE, key)) :]
    return article


def adds_article(event: Event) -> bool:
    """Whether an event adds whole articles."""
    return event.how == "amend.add_article"


def _deletes(event: Event) -> bool:
    change = event.amendment
    whole = change is not None and change.change is Change.DELETE and change.old is None
    return whole and not any(map(_has_part, event.articles))


def _has_part(article: str) -> bool:
    return paragraph_of(article) is not None or item_of(article) is not None


def _keys(articles: Sequence[str]) -> Iterator[Key]:
    return (key for article in articles if (key := article_number(article)) is not None)


def label_of(style: Style, key: Key) -> str:
    """第五条, 第五条之一; in a text without articles 五、."""
    sub = f"之{chinese_numeral(key[1])}" if key[1] else ""
    number = chinese_numeral(key[0])
    return f"第{number}条{sub}" if style is Style.ARTICLE else f"{number}、{sub}"


def article_step(place: Place, style: Style) -> int | None:
    """Which step of a place is its article."""
    steps = enumerate(place.steps)
    return next((at for at, step in steps if step.kind is StepKind.NUMBERED and step.style is style), None)


def renumbered(place: Place, label: str) -> Place:
    """The place with its article under another number; the clause's id keeps the printed one."""
    key = article_number(label)
    style = Style.ARTICLE if key is not None else Style.ENUM
    at = article_step(place, style)
    if at is None:
        return place
    step = place.steps[at]
    printed = step.label if step.printed is None else step.printed
    number = key[0] if key is not None else _enumerated(label)
    new = Step(step.kind, number, label + printed[len(bare_label(printed)) :].lstrip("、"), style, printed)
    return replace(place, steps=(*place.steps[:at], new, *place.steps[at + 1 :]))


def _enumerated(label: str) -> int:
    found = article_number(f"第{bare_label(label)}条")
    return 0 if found is None else found[0]


def as_printed(place: Place) -> Place:
    """The place with the numbers that are printed."""
    if all(step.printed is None for step in place.steps):
        return place
    return replace(place, steps=tuple(map(_printed, place.steps)))


def _printed(step: Step) -> Step:
    if step.printed is None:
        return step
    key = article_number(bare_label(step.printed))
    number = key[0] if key is not None else _enumerated(step.printed)
    return Step(step.kind, number, step.printed, step.style)


def key_now(clause: Clause, style: Style) -> Key | None:
    """The number of a clause's article after all changes so far."""
    at = article_step(clause.place, style)
    if at is None:
        return None
    moved = next((wording.label for wording in reversed(clause.wordings) if wording.fits and wording.label), None)
    label = bare_label(clause.place.steps[at].label) if moved is None else bare_label(moved)
    return article_number(label if style is Style.ARTICLE else f"第{label}条")
