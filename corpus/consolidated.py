"""How an article reads once amendments are made: pure functions from wording and amendment to wording.

The printed wording is never lost: a clause keeps it, and with each later wording the clause that made it. Where what an
amendment quotes doesn't stand in the article, nothing is changed and the clause says that it must be looked at.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.articles import article_number, item_of, number, paragraph_of
from corpus.events import Change, Event, EventKind, Wording
from corpus.model import Clause, Notice, Role
from corpus.numbering import Style, read_marker
from corpus.place import Step, StepKind
from corpus.text import squash

_TELLING = 12  # letters of a new wording that stand in the article by no chance
MAX = 800  # characters of a clause (the contract)
DELETED = "{}（已删去）"
_CHANGES = (EventKind.AMENDED, EventKind.CORRECTED, EventKind.PARTLY_REPEALED)
_MOVES = ("amend.add_article", "amend.renumber")
_AS_PARAGRAPH = re.compile(r"^.{0,200}?(?:作为|为)(第[一二三四五六七八九十]{1,3}款).*$", re.DOTALL)
_AMENDS = re.compile(r"改为|删去|删除第|增加一[条款项]")
_SUB = re.compile(r"之([一二三四五六七八九十]{1,3})$")


def reads_on(clause: Clause, day: dt.date) -> Clause:
    """The clause with the text that holds on a day. A clause that nobody amends is returned as it is."""
    if not clause.wordings:
        return clause
    text = clause.printed if clause.printed is not None else clause.text
    for wording in clause.wordings:
        if wording.fits and (wording.since is None or wording.since <= day.isoformat()):
            text = DELETED.format(_label(clause)) if wording.text is None else wording.text
    return clause if text == clause.text else replace(clause, text=text, path=_path(clause, text))


def _path(clause: Clause, text: str) -> tuple[str, ...]:
    """The headings above: an article's own one may begin with words that it has no more."""
    label = _label(clause)
    own = clause.path[-1] if clause.path else ""
    if own.startswith(label) and squash(own) not in squash(text):
        return (*clause.path[:-1], label)
    return clause.path


def consolidate(notice: Notice) -> Notice:
    """The notice with the wordings that its events make of its clauses, each event marked whether it fits.

    Events are carried out in the order of their days. `text` of the clauses stays the printed one until somebody asks
    for a day (`reads_on`).
    """
    if not any(_changes(event, notice) for event in notice.events):
        return notice
    clauses = list(notice.clauses)
    articles = _Articles(clauses)
    known = _included(notice, articles)
    events: list[Event] = [event for event in notice.events if not (_changes(event, notice) and _before(event, known))]
    moved = _Moved()
    for at, event in sorted(enumerate(events), key=lambda pair: pair[1].date or ""):
        if _changes(event, notice):
            events[at] = _carry_out(clauses, articles, event, moved)
            moved.note(event)
    return replace(notice, clauses=tuple(clauses), events=tuple(events))


def _included(notice: Notice, articles: _Articles) -> str | None:
    """The day of the last amendment that the printed text has in it already, by its wording: a copy may have been
    brought up to date without saying so. All amendments until then are taken to be in it, too."""
    days = []
    for event in notice.events:
        change = event.amendment
        if change is None or change.new is None or not _changes(event, notice) or event.date is None:
            continue
        new = squash(change.new)
        for article in event.articles if len(new) >= _TELLING else ():
            text = squash("".join(notice.clauses[at].text for at in articles.of(article)))
            if new in text and (change.old is None or squash(change.old) not in text.replace(new, "")):
                days.append(event.date)
    return max(days, default=None)


def _before(event: Event, day: str | None) -> bool:
    return day is not None and (event.date is None or event.date <= day)


def _changes(event: Event, notice: Notice) -> bool:
    return event.kind in _CHANGES and bool(event.articles) and event.notice_id != notice.notice_id


class _Moved:
    """From which article on the numbers are no more those printed here, because a decision added an article or gave
    some another number. The decision itself still counts by the printed ones."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def note(self, event: Event) -> None:
        if event.amendment is None or event.how not in _MOVES:
            return
        numbers = [number[0] for label in event.articles if (number := article_number(label)) and not number[1]]
        if numbers:
            self._first[event.notice_id] = min(*numbers, self._first.get(event.notice_id, numbers[0]))

    def touches(self, event: Event, article: str) -> bool:
        number = article_number(article)
        others = [first for notice_id, first in self._first.items() if notice_id != event.notice_id]
        return number is not None and bool(others) and number[0] >= min(others)


def _carry_out(clauses: list[Clause], articles: _Articles, event: Event, moved: _Moved) -> Event:
    """Make one amendment on the clauses of its articles; returns the event with `fits`. An article that is added or
    only gets another number leaves the clauses as they are."""
    if event.how in _MOVES:
        return event
    fits = True
    for article in event.articles:
        places = articles.of(article)
        quoted = event.amendment is not None and event.amendment.old is not None
        sure = quoted or not moved.touches(event, article)
        made = (
            _made([_now(clauses[at]) for at in places], [clauses[at] for at in places], article, event)
            if sure
            else None
        )
        fits = fits and made is not None
        for index, at in enumerate(places):
            old = _now(clauses[at])
            new = old if made is None else made[index]
            if made is None and index:
                break  # one mark is enough
            if made is not None and new == old:
                continue
            wording = Wording(new, event.date, event.notice_id, event.doc_number, event.clause_id, made is not None)
            printed = clauses[at].text if clauses[at].printed is None else clauses[at].printed
            clauses[at] = replace(clauses[at], printed=printed, wordings=(*clauses[at].wordings, wording))
    if event.amendment is None:
        return event
    return replace(event, amendment=replace(event.amendment, fits=fits))


def _now(clause: Clause) -> str | None:
    """How the clause reads after all amendments so far; None if it is deleted."""
    fitting = [wording for wording in clause.wordings if wording.fits]
    return fitting[-1].text if fitting else clause.text


class _Articles:
    """Where the clauses of each article stand. In a document without articles 第三条 is its 三、."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._places: dict[tuple[int, int], list[int]] = {}
        styles = {step.style for clause in clauses for step in clause.place.steps}
        style = Style.ARTICLE if Style.ARTICLE in styles else Style.ENUM
        for at, clause in enumerate(clauses):
            if clause.role in (Role.TEXT, Role.HEADING, Role.PREAMBLE):
                step = next((step for step in clause.place.steps if _is_article(step, style)), None)
                if step is not None:
                    sub = _SUB.search(step.label)
                    key = step.number, (number(sub[1]) or 0) if sub else 0
                    self._places.setdefault(key, []).append(at)
        for key, places in list(self._places.items()):
            # The same number in the letter and in what it issues: nobody says which. The items of a decision that
            # itself amends something are no articles of it.
            doubtful = len({clauses[at].place.attachment for at in places}) > 1
            if doubtful or (style is Style.ENUM and any(_AMENDS.search(clauses[at].text) for at in places)):
                del self._places[key]

    def of(self, label: str) -> Sequence[int]:
        """The places of an article's clauses; none for what is no article, or not here."""
        wanted = article_number(label)
        return () if wanted is None else self._places.get(wanted, ())


def _is_article(step: Step, style: Style) -> bool:
    return step.kind is StepKind.NUMBERED and step.style is style


def _made(
    texts: Sequence[str | None], clauses: Sequence[Clause], article: str, event: Event
) -> list[str | None] | None:
    """The new texts of an article's clauses, or None where the amendment doesn't fit them."""
    if not texts:
        return None
    if event.kind is EventKind.PARTLY_REPEALED:
        return _deleted(texts, clauses, article)
    change = event.amendment
    if change is None or change.change is Change.ADD:
        return None if change is None else _added(texts, clauses, article, event)
    if change.old is not None:
        return _exchanged(texts, change.old, change.new if change.change is Change.REPLACE else "")
    if change.change is Change.DELETE:
        return _deleted(texts, clauses, article)
    return None if change.new is None else _rewritten(texts, clauses, article, change.new)


def _exchanged(texts: Sequence[str | None], old: str, new: str | None) -> list[str | None] | None:
    """Words for words, wherever the article has them."""
    if new is None or not old or not any(text is not None and old in text for text in texts):
        return None
    made = [None if text is None else text.replace(old, new) for text in texts]
    return None if any(text is not None and len(text) > MAX for text in made) else made


def _deleted(texts: Sequence[str | None], clauses: Sequence[Clause], article: str) -> list[str | None] | None:
    part = _part(texts, clauses, article)
    if part is None:
        return None if _has_part(article) else [None] * len(texts)
    at, line = part
    if line is None:
        return [None if index == at else text for index, text in enumerate(texts)]
    lines = (texts[at] or "").split("\n")
    rest = "\n".join(lines[:line] + lines[line + 1 :])
    return [(rest or None) if index == at else text for index, text in enumerate(texts)]


def _rewritten(
    texts: Sequence[str | None], clauses: Sequence[Clause], article: str, new: str
) -> list[str | None] | None:
    """A new text for the whole article, or for the paragraph or item named."""
    part = _part(texts, clauses, article)
    if part is not None:
        at, line = part
        if line is None:
            made = new
        else:
            lines = (texts[at] or "").split("\n")
            head = _head_of(lines[line]) if line == 0 else ""
            made = "\n".join([*lines[:line], head + new, *lines[line + 1 :]])
        return [made if index == at else text for index, text in enumerate(texts)] if len(made) <= MAX else None
    if _has_part(article):
        return None
    marker = read_marker(new)
    made = new if marker is not None else _head_of(texts[0] or "") + new
    return [made, *[None] * (len(texts) - 1)] if len(made) <= MAX else None


def _added(
    texts: Sequence[str | None], clauses: Sequence[Clause], article: str, event: Event
) -> list[str | None] | None:
    """A new paragraph in its place, or behind the last one: 「第五条增加一款，作为第二款：“…”」."""
    new = event.amendment.new if event.amendment else None
    lines = list(_lines(texts, clauses))
    if new is None or not lines or _has_part(article) or "项" in event.text.split("：")[0]:
        return None
    wanted = paragraph_of(_AS_PARAGRAPH.sub(r"\1", event.text)) if _AS_PARAGRAPH.search(event.text) else len(lines) + 1
    if wanted is None or not 1 < wanted <= len(lines) + 1:
        return None
    at, line = lines[wanted - 2]
    own = (texts[at] or "").split("\n")
    made = "\n".join([*own[: line + 1], new, *own[line + 1 :]])
    return [made if index == at else text for index, text in enumerate(texts)] if len(made) <= MAX else None


def _has_part(article: str) -> bool:
    return paragraph_of(article) is not None or item_of(article) is not None


def _part(texts: Sequence[str | None], clauses: Sequence[Clause], article: str) -> tuple[int, int | None] | None:
    """Where a paragraph (clause and line) or an item (clause) of an article stands; None if it can't be told."""
    item, paragraph = item_of(article), paragraph_of(article)
    if item is not None:
        found = [
            at
            for at, clause in enumerate(clauses)
            if clause.place.last.style is Style.PAREN and clause.place.last.number == item and texts[at] is not None
        ]
        return (found[0], None) if len(found) == 1 else None
    if paragraph is None:
        return None
    lines = list(_lines(texts, clauses))
    return lines[paragraph - 1] if 0 < paragraph <= len(lines) else None


def _lines(texts: Sequence[str | None], clauses: Sequence[Clause]) -> Iterator[tuple[int, int]]:
    """The paragraphs (款) of an article: the lines of its clauses that are no items."""
    for at, text in enumerate(texts):
        if text is None or clauses[at].place.last.style is Style.PAREN:
            continue
        yield from ((at, line) for line in range(len(text.split("\n"))))


def _head_of(text: str) -> str:
    """The number that a text begins with, as it is written: 第二条."""
    marker = read_marker(text)
    return text[: marker.length] if marker else ""


def _label(clause: Clause) -> str:
    step = next((step for step in reversed(clause.place.steps) if step.kind is StepKind.NUMBERED), None)
    return step.label.rstrip() if step else "此处"
