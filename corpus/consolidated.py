"""How an article reads once amendments are made: pure functions from wording and amendment to wording.

The printed wording is never lost: a clause keeps it, and with each later wording the clause that made it. Where what an
amendment quotes doesn't stand in the article, nothing is changed and the clause says that it must be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from corpus.added import MAX, Find, articles_of, clauses_of, nowhere, unique
from corpus.amendments import ORDER
from corpus.articles import article_number, item_of, paragraph_of
from corpus.events import Change, Event, EventKind, Wording
from corpus.model import Clause, Notice, Role
from corpus.numbering import Style, read_marker
from corpus.renumbering import Key, adds_article, before, key_now, label_of, moves_of
from corpus.text import squash

_TELLING = 12  # letters of a new wording that stand in the article by no chance
_CHANGES = (EventKind.AMENDED, EventKind.CORRECTED, EventKind.PARTLY_REPEALED)
_AS_PARAGRAPH = re.compile(r"^.{0,200}?(?:作为|为)(第[一二三四五六七八九十]{1,3}款).*$", re.DOTALL)
_AMENDS = re.compile(r"改为|删去|删除第|增加一[条款项]")


def consolidate(notice: Notice, find: Find = nowhere) -> Notice:
    """The notice with the wordings that its events make of its clauses, each event marked whether it fits.

    Decisions are carried out in the order of their days, each by the numbers that the articles then have. `text` of the
    clauses stays the printed one until somebody asks for a day (`corpus.wordings`). `find` looks up where a decision
    prints what it adds.
    """
    if not any(_changes(event, notice) for event in notice.events):
        return notice
    clauses = list(notice.clauses)
    known = _included(notice, _Articles(clauses))
    events: list[Event] = [event for event in notice.events if not (_changes(event, notice) and _before(event, known))]
    ordered = sorted(
        ((at, event) for at, event in enumerate(events) if _changes(event, notice)), key=lambda pair: pair[1].date or ""
    )
    unsure = _Unsure()
    for _, group in groupby(ordered, key=lambda pair: (pair[1].date, pair[1].notice_id)):
        decision = list(group)
        own = [event for _, event in decision]
        articles = _Articles(clauses)
        moves = moves_of(own, articles.keys)
        for at, event in decision:
            events[at] = _carry_out(clauses, articles, event, own, unsure)
        sure = moves.sure and all(articles_of(event) is not None for event in own if adds_article(event))
        if sure:
            _move(clauses, articles, moves.numbers, own[0])
        else:
            unsure.note(own)
        for at, event in decision:
            if adds_article(event):
                events[at] = _add(clauses, event, find, sure=sure)
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
            # An added article may have got another number since.
            places = range(len(notice.clauses)) if adds_article(event) else articles.of(article)
            text = squash("".join(notice.clauses[at].text for at in places))
            if new in text and (change.old is None or squash(change.old) not in text.replace(new, "")):
                days.append(event.date)
    return max(days, default=None)


def _before(event: Event, day: str | None) -> bool:
    return day is not None and (event.date is None or event.date <= day)


def _changes(event: Event, notice: Notice) -> bool:
    said = bool(event.articles) or event.how == ORDER
    return event.kind in _CHANGES and said and event.notice_id != notice.notice_id


class _Unsure:
    """From which article on the numbers can't be told, because a decision moved them in a way that doesn't fit the
    text here. The decision itself still counts by the old ones."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def note(self, events: Sequence[Event]) -> None:
        for event in events:
            if adds_article(event) or event.how == "amend.renumber":
                numbers = [key[0] for label in event.articles if (key := article_number(label)) is not None]
                self._first[event.notice_id] = min([*numbers, self._first.get(event.notice_id, numbers[0])])

    def touches(self, event: Event, article: str) -> bool:
        key = article_number(article)
        others = [first for notice_id, first in self._first.items() if notice_id != event.notice_id]
        return key is not None and bool(others) and key[0] >= min(others)


def _carry_out(
    clauses: list[Clause], articles: _Articles, event: Event, decision: Sequence[Event], unsure: _Unsure
) -> Event:
    """Make one amendment on the clauses of its articles; returns the event with `fits`. An article that is added or
    only gets another number leaves the clauses as they are."""
    if adds_article(event) or (event.amendment is not None and event.amendment.change is Change.RENUMBER):
        return event
    fits = True
    for named in event.articles:
        article = before(event, named, decision)
        places = articles.of(article)
        quoted = event.amendment is not None and event.amendment.old is not None
        sure = quoted or not unsure.touches(event, article)
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
            clauses[at] = _worded(clauses[at], new, event, fits=made is not None)
    if event.amendment is None:
        return event
    return replace(event, amendment=replace(event.amendment, fits=fits))


def _worded(clause: Clause, text: str | None, event: Event, *, fits: bool = True, label: str | None = None) -> Clause:
    """The clause with one more wording."""
    wording = Wording(text, event.date, event.notice_id, event.doc_number, event.clause_id, fits, label)
    printed = clause.text if clause.printed is None else clause.printed
    return replace(clause, printed=printed, wordings=(*clause.wordings, wording))


def _move(clauses: list[Clause], articles: _Articles, numbers: dict[Key, Key], event: Event) -> None:
    """Give articles other numbers, in their texts and in the places that citations are made of."""
    for old, new in numbers.items():
        label = label_of(articles.style, new)
        for at in articles.at(old):
            clause, text = clauses[at], _now(clauses[at])
            begins = clause.place.last.style is articles.style and clause.place.piece == 1
            if text is not None and begins:
                text = label + text[len(_head_of(text)) :]
            clauses[at] = _worded(clause, text, event, label=label)


def _add(clauses: list[Clause], event: Event, find: Find, *, sure: bool) -> Event:
    """Put the articles that an event adds into the text; returns the event with `fits`."""
    found = articles_of(event) if sure else None
    fits = found is not None
    for article in found or ():
        articles = _Articles(clauses)
        neighbour = articles.beside(article.key)
        if neighbour is None:
            fits = False
            continue
        at, behind = neighbour
        made = clauses_of(article, clauses[at], articles.style, event, find)
        taken = {clause.clause_id for clause in clauses}
        clauses[at + behind : at + behind] = unique(made, taken)
    change = event.amendment
    return event if change is None else replace(event, amendment=replace(change, fits=fits))


def _now(clause: Clause) -> str | None:
    """How the clause reads after all amendments so far; None if it is deleted."""
    fitting = [wording for wording in clause.wordings if wording.fits]
    return fitting[-1].text if fitting else clause.text


class _Articles:
    """Where the clauses of each article stand, by the numbers that they have after all changes so far. In a document
    without articles 第三条 is its 三、."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._places: dict[Key, list[int]] = {}
        styles = {step.style for clause in clauses for step in clause.place.steps}
        self.style = Style.ARTICLE if Style.ARTICLE in styles else Style.ENUM
        for at, clause in enumerate(clauses):
            if clause.role in (Role.TEXT, Role.HEADING, Role.PREAMBLE):
                key = key_now(clause, self.style)
                if key is not None:
                    self._places.setdefault(key, []).append(at)
        for key, places in list(self._places.items()):
            # The same number in the letter and in what it issues: nobody says which. The items of a decision that
            # itself amends something are no articles of it.
            doubtful = len({clauses[at].place.attachment for at in places}) > 1
            if doubtful or (self.style is Style.ENUM and any(_AMENDS.search(clauses[at].text) for at in places)):
                del self._places[key]
        self._standing = {
            key: places for key, places in self._places.items() if any(_now(clauses[at]) is not None for at in places)
        }

    @property
    def keys(self) -> list[Key]:
        """The numbers of the articles that are there, in order."""
        return sorted(self._standing)

    def of(self, label: str) -> Sequence[int]:
        """The places of an article's clauses; none for what is no article, or not here."""
        wanted = article_number(label)
        return () if wanted is None else self.at(wanted)

    def at(self, key: Key) -> Sequence[int]:
        return self._places.get(key, ())

    def beside(self, key: Key) -> tuple[int, int] | None:
        """A clause beside which an article of this number is to stand, and 1 for behind it, 0 for before; None where
        the numbers before it aren't here."""
        if key in self._standing:
            return None
        known = [one for one in self._standing if one < key]
        if not known:
            first = min(self._standing, default=None)
            return None if first is None or key != (1, 0) else (self._standing[first][0], 0)
        last = max(known)
        follows = last[0] == key[0] and last[1] == key[1] - 1 if key[1] else last[0] == key[0] - 1
        return (self._standing[last][-1], 1) if follows else None


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
    return _spread(made, clauses)


def _spread(text: str, clauses: Sequence[Clause]) -> list[str | None] | None:
    """A new text of a whole article over its clauses: each item (（一）…) to the clause of its number, items that are
    new to the one before. None where a clause would be too long."""
    items = {
        clause.place.last.number: at for at, clause in enumerate(clauses) if clause.place.last.style is Style.PAREN
    }
    parts: list[list[str]] = [[] for _ in clauses]
    at = 0
    for line in text.split("\n"):
        marker = read_marker(line)
        if marker is not None and marker.style is Style.PAREN:
            at = items.get(marker.number, at)
        parts[at].append(line)
    made = ["\n".join(lines) if lines else None for lines in parts]
    return None if any(one is not None and len(one) > MAX for one in made) else made


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
