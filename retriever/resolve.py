"""What a citation means in one index: the notice, the clauses of the place, or why there are none."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from corpus.numbering import chinese_number, chinese_numeral
from corpus.place import OWN_NUMBER, Place, step_words
from corpus.simplified import simplified
from corpus.text import nfkc, squash
from corpus.typed_place import (
    PARAGRAPH,
    Fits,
    TypedPlace,
    TypedStep,
    counts,
    depth,
    is_issued,
    is_step,
    read_place,
    typed_place,
)
from corpus.wordings import is_there
from index.engine import Engine
from retriever.citation import cited_place, cited_title, in_title_marks
from retriever.cited import Cited, asked, beside, folded, part_with_citation
from retriever.families import text_day
from retriever.names import Names, key

_KEPT = 64  # notices whose places are kept: a text cites the same ones over and over
_NUMERALS = re.compile(r"[一二三四五六七八九十百零〇○]+")


class Verdict(StrEnum):
    """What was found of a citation."""

    FOUND = "found"
    TITLE_DIFFERS = "title_differs"  # the number is here, with another title
    NUMBER_DIFFERS = "number_differs"  # the title is here, with another number
    NO_SUCH_PLACE = "no_such_place"  # the document is here, and has no such article
    NOT_HERE = "not_here"


@dataclass(frozen=True, slots=True)
class Resolution:
    """`ordinals` are the notices that a citation names, `rows` the clauses of its place, best first (none where the
    whole document is cited), `why` says in one line what does not fit."""

    cited: Cited
    verdict: Verdict
    ordinals: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """What the citation in a question means; `whole` that the question is nothing but the citation."""

    resolution: Resolution
    whole: bool

    @property
    def names_clauses(self) -> bool:
        """Whether its documents are those that are asked for: of a title alone only where nothing else is asked."""
        one = self.resolution
        return bool(one.rows) or (self.whole and one.cited.title is not None and bool(one.ordinals))

    @property
    def alone(self) -> bool:
        """Whether the question is the citation of a clause in one document, and that clause is here."""
        return self.whole and bool(self.resolution.rows) and len(self.resolution.ordinals) == 1

    @property
    def document(self) -> int | None:
        """The document that is here and whose citation the question is; of several with one title the newest in force.
        None where more is asked, a place of it too, or several bear the number."""
        one = self.resolution
        if not self.whole or one.cited.places or not one.ordinals:
            return None
        return one.ordinals[0] if one.cited.title is not None or len(one.ordinals) == 1 else None


@dataclass(frozen=True, slots=True)
class _Written:
    """A clause's place, its words in the form for comparing, and the title (so too) of the text it stands in, where
    the notice issues that."""

    row: int
    place: Place
    words: str
    issued: str | None


class Resolver:
    """Finds what citations name in one index. Safe under threads."""

    def __init__(self, engine: Engine, names: Names) -> None:
        self._engine = engine
        self._names = names
        self._written = functools.lru_cache(maxsize=_KEPT)(self._read_places)

    def resolve(self, cited: Cited) -> Resolution:
        """The notice and the clauses that a citation names."""
        ordinals, verdict, why = self._notices(cited)
        if cited.day is not None:
            ordinals = [at for at in ordinals if self._engine.notices[at].notice.version == cited.day] or ordinals
        if not ordinals or not cited.places:
            return Resolution(cited, verdict, tuple(ordinals), (), why)
        rows: list[int] = []
        missing: list[str] = []
        having: list[int] = []
        for place in cited.places:
            found = {ordinal: self._rows(ordinal, place, cited.title) for ordinal in ordinals}
            having += [ordinal for ordinal, one in found.items() if one]
            rows += [row for one in found.values() for row in one]
            if not any(found.values()):
                missing.append(self._missing(ordinals[0], place))
        if missing:
            verdict = Verdict.NO_SUCH_PLACE if verdict is Verdict.FOUND else verdict
            why = "；".join(filter(None, (why, *missing))) or None
        elif why is None and len(cited.places) == 1:
            why = self._twice(rows)
        kept = dict.fromkeys(having) if having else dict.fromkeys(ordinals)
        return Resolution(cited, verdict, tuple(kept), tuple(dict.fromkeys(rows)), why)

    def of_question(self, question: str) -> Located | None:
        """What the citation in a question means here; None for a question without one that can be found."""
        found = asked(question)
        cited, rest = (found.cited, found.beside) if found is not None else (None, "")
        if cited is None or (cited.title is None and not cited.places):
            bare = self._bare(question)
            if bare is not None:
                cited, rest = bare
            elif rest:  # a number, and something that is asked of its document
                return None
        if cited is None:
            return None
        resolution = self.resolve(cited)
        titles = [key(self._engine.notices[at].notice.title) for at in resolution.ordinals]
        return Located(resolution, not rest or any(key(rest) in title for title in titles))

    def _bare(self, question: str) -> tuple[Cited, str] | None:
        """A known title without marks, with a place right behind it: 农村宅基地管理办法第四条."""
        if part_with_citation(question) is None:
            return None
        letters = squash(folded(question))
        if not typed_place(letters):
            return None
        found = self._names.bare_title(letters)
        if found is None:
            return None
        start, end = found
        place = read_place(letters, end)
        if place is None:
            return None
        return Cited(start, place.end, letters[start:end], None, (place,)), beside(
            letters[:start], letters[place.end :]
        )

    def _notices(self, cited: Cited) -> tuple[list[int], Verdict, str | None]:
        names, notices = self._names, self._engine.notices
        titled = sorted(names.titled(cited.title), key=self._age) if cited.title else []
        if cited.number is None:
            if titled:
                return titled, Verdict.FOUND, None
            return [], Verdict.NOT_HERE, f"没有收录{in_title_marks(cited.title or '')}"
        numbered = names.numbered(cited.number)
        if not numbered and titled:
            own = notices[titled[0]].notice.doc_number
            has = f"它的文号是{own}" if own else "它没有文号"
            return titled, Verdict.NUMBER_DIFFERS, f"没有收录文号为“{cited.number}”的公文；有同名的公文，{has}"
        if not numbered:
            return [], Verdict.NOT_HERE, f"没有收录文号为“{cited.number}”的公文"
        fitting = [at for at in numbered if cited.title is None or names.fits(at, cited.title)]
        if fitting:
            return fitting, Verdict.FOUND, None
        title = in_title_marks(notices[numbered[0]].notice.title)
        return numbered, Verdict.TITLE_DIFFERS, f"文号为“{cited.number}”的公文是{title}，与所引标题不同"

    def _age(self, ordinal: int) -> tuple[bool, int]:
        """The order in which a title means its texts: those in force first, the newest before the others."""
        notice = self._engine.notices[ordinal].notice
        return not notice.status.holds, -int(text_day(notice).replace("-", "") or 0)

    def _rows(self, ordinal: int, place: TypedPlace, title: str | None) -> list[int]:
        """The clauses of a place in one notice: the very place first, then what lies in it."""
        written = self._written(ordinal)
        wanted = None if title is None else key(title)
        own = [one for one in written if one.issued is not None and one.issued == wanted]
        shared = wanted == key(self._engine.notices[ordinal].notice.title)
        for pool in [own, written] if own and not shared else [written]:
            exact = [one.row for one in pool if one.words == _key(place.text)]
            for fits in (is_step, is_issued):
                inside = _inside(pool, place, fits)
                if exact or inside:
                    return list(dict.fromkeys([*exact, *inside]))
        return []

    def _read_places(self, ordinal: int) -> tuple[_Written, ...]:
        """The places of a notice. One that was deleted, or isn't there yet, gives way to another of its number."""
        pairs = [(one, cited_place(one.notice, one.clause)) for one in self._engine.notice(ordinal)]
        there = {words for one, words in pairs if is_there(one.clause)}
        return tuple(
            _Written(
                one.row,
                one.clause.place,
                _key(words),
                None if (issued := one.clause.place.issued) is None else key(issued),
            )
            for one, words in pairs
            if is_there(one.clause) or words not in there
        )

    def _twice(self, rows: Sequence[int]) -> str | None:
        """What to say where a place is there more than once: 第一部分 of both texts that a notice issues."""
        first, *others = self._engine.clauses(rows)
        words = cited_place(first.notice, first.clause)
        titles = [cited_title(one.notice, one.clause) for one in others if cited_place(one.notice, one.clause) == words]
        if not titles:
            return None
        named = "、".join(map(in_title_marks, dict.fromkeys((cited_title(first.notice, first.clause), *titles))))
        return f"“{words}”不止一处（{named}），请写明是哪一处"

    def _missing(self, ordinal: int, place: TypedPlace) -> str:
        """这份公文没有第八十条，最后一条是第二十六条."""
        places = [one.place for one in self._written(ordinal)]
        steps = tuple(step for step in place.steps if step.unit != PARAGRAPH)
        known = 0
        while known < len(steps) and any(depth(one, steps[: known + 1], is_issued) is not None for one in places):
            known += 1
        if known == len(steps):
            return ""
        wanted = steps[known]
        inside = [one for one in places if depth(one, steps[:known], is_issued) is not None]
        others = [step for one in inside for step in one.steps if counts(step, wanted.unit)]
        where = "".join(map(_words, steps[:known]))
        said = f"这份公文{'的' if where else ''}{where}没有{_words(wanted)}"
        if not others or wanted.unit == OWN_NUMBER:
            return said
        last = max(others, key=lambda step: step.number)
        return f"{said}，最后一{_MEASURE.get(wanted.unit, wanted.unit)}是{step_words(last)}"


_MEASURE = {"附件": "个附件", "表": "张表", "名单": "份名单", "部分": "部分"}
_IN_CHINESE = ("编", "章", "节", "条", "部分", "问", "款")


def _words(step: TypedStep) -> str:
    """A typed step as documents write it: 第80条 is 第八十条."""
    if step.unit in _IN_CHINESE and 0 < step.number < 1000:
        sub = f"之{step.name}" if step.name else ""
        return f"第{chinese_numeral(step.number)}{step.unit}{sub}"
    if step.unit == "项" and 0 < step.number < 1000:
        return f"第（{chinese_numeral(step.number)}）项"
    return step.words


def _inside(pool: Sequence[_Written], place: TypedPlace, is_one: Fits) -> list[int]:
    """The rows of the clauses that lie in a place: first those that are the place, then what is below them."""
    deep = [(one.row, depth(one.place, place.steps, is_one), one.place) for one in pool]
    fitting = [(row, below, at) for row, below, at in deep if below is not None]
    if place.again > 1:
        fitting = [one for one in fitting if one[2].again == place.again]
    if place.piece > 1:
        fitting = [one for one in fitting if one[2].piece == place.piece]
    return [row for row, _, _ in sorted(fitting, key=lambda one: (one[1] > 0, one[0]))]


def _key(words: str) -> str:
    """The words of a place in the form that they are compared in: 第十条 and 第10条 are one."""
    letters = squash(simplified(nfkc(words)))
    return _NUMERALS.sub(lambda match: str(chinese_number(match.group()) or match.group()), letters)
