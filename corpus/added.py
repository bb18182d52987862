"""Articles that a decision adds, as clauses of the text that it amends: 「增加一条，作为第五条：“…”」.

Such a clause isn't printed in its notice: its id names the decision, its lines are those of the decision's clause, and
its text is a wording that holds from the decision's day on. Before that day it says only that it isn't there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.articles import article_number
from corpus.dates import chinese_date
from corpus.events import Event, Wording
from corpus.model import Clause, Role
from corpus.numbering import Style, read_marker
from corpus.place import Place, Step, StepKind, bare_label
from corpus.renumbering import Key, article_step, label_of
from corpus.text import cut

MAX = 800  # characters of a clause (the contract)
NOT_YET = "{}（{}起增加）"


@dataclass(frozen=True, slots=True)
class Printed:
    """The clause of a decision and the file that it is printed in."""

    clause: Clause
    file: str | None


Find = Callable[[str, str], Printed | None]  # by notice_id and clause_id


def nowhere(notice_id: str, clause_id: str) -> Printed | None:
    """For a notice that stands alone."""
    return None


@dataclass(frozen=True, slots=True)
class Article:
    """An article that is added: its number and its text, without the number."""

    key: Key
    text: str


def articles_of(event: Event) -> list[Article] | None:
    """The articles that an event adds, each with its text; None where their texts can't be told."""
    new = event.amendment.new if event.amendment is not None else None
    keys = [article_number(label) for label in event.articles]
    if not new or not keys or None in keys:
        return None
    wanted = [key for key in keys if key is not None]
    texts = list(_texts(new, wanted))
    if [key for key, _ in texts] != wanted and len(wanted) == 1:
        texts = [(wanted[0], new)]
    if [key for key, _ in texts] != wanted or not all(text for _, text in texts):
        return None
    return [Article(key, text) for key, text in texts]


def _texts(new: str, wanted: Sequence[Key]) -> Iterator[tuple[Key, str]]:
    """The parts of a quote that begin with the numbers of the articles: 「第五条　…⏎第六条　…」."""
    key: Key | None = None
    lines: list[str] = []
    for line in new.split("\n"):
        marker = read_marker(line)
        own = article_number(marker.label) if marker is not None and marker.style is Style.ARTICLE else None
        if own in wanted and marker is not None:
            if key is not None:
                yield key, "\n".join(lines).strip()
            key, lines = own, []
            line = line[marker.length :]
        lines.append(line)
    if key is not None:
        yield key, "\n".join(lines).strip()


def clauses_of(article: Article, beside: Clause, style: Style, event: Event, find: Find) -> list[Clause]:
    """The clauses of an added article, `beside` another one of the text: in the same chapter, written alike."""
    at = article_step(beside.place, style)
    assert at is not None
    before = beside.place.steps[at]
    printed = before.label if before.printed is None else before.printed
    space = printed[len(printed.rstrip()) :]
    bare = label_of(style, article.key)
    step = Step(StepKind.NUMBERED, article.key[0], bare + space, style)
    source = find(event.notice_id, event.clause_id)
    lines, pages = (beside.lines, None) if source is None else (source.clause.lines, source.clause.pages)
    waiting = NOT_YET.format(bare_label(bare), chinese_date(event.date) or "另一篇公文施行之日")
    above = [head for head in beside.path if not head.startswith(bare_label(printed))]
    out = []
    for piece, text in enumerate(cut(bare + article.text, MAX), 1):
        place = Place((*beside.place.steps[:at], step), piece, 1, event.notice_id)
        wording = Wording(text.strip(), event.date, event.notice_id, event.doc_number, event.clause_id)
        out.append(
            Clause(
                beside.notice_id,
                place,
                (*above[:at], bare),
                Role.TEXT,
                waiting,
                lines,
                pages,
                printed=waiting,
                wordings=(wording,),
                file=None if source is None else source.file,
            )
        )
    return out


def unique(clauses: Sequence[Clause], taken: set[str]) -> list[Clause]:
    """The same clauses, counted up where their ids are taken."""
    out = []
    for clause in clauses:
        while clause.clause_id in taken:
            clause = replace(clause, place=replace(clause.place, again=clause.place.again + 1))
        taken.add(clause.clause_id)
        out.append(clause)
    return out
