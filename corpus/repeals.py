"""What a clause repeals: whole texts, articles of them, and lists of texts under one sentence or heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus import grammar
from corpus.doc_number import find_numbers
from corpus.events import EventKind, Target
from corpus.grammar import Rule
from corpus.masks import ARTICLE, DATE, NUMBER, TEXT, Mark, Masked
from corpus.model import Clause
from corpus.sentences import Sentence, sentences_of
from corpus.text import squash

MAY_REPEAL = re.compile(r"废止|失效|停止|不再|终止执行|作废|予以撤销")
_BOUND = re.compile(r"[，；：。、]")
_START_DAY = re.compile(r"(?:施行|实施|执行|生效)(?:之日)?")
_OWN_DAY = re.compile(r"(?:印发|发布|公布|下发|发文|通过|颁布)(?:之日)?")
_FROM = re.compile(rf"(?:自|从)(?:({DATE})|[^，。；]{{1,16}}?)(?:之日)?起，?$")
_ISSUED = re.compile(r"(?:文件?)?(?:发布|公布|颁布|印发|修改|修正|修订|批准)")
_TITLE_HEAD, _NUMBER_HEAD = re.compile(r"名称|标题|文件|题目|规章|法规"), re.compile(r"文号|字号|编号")


@dataclass(frozen=True, slots=True)
class Repealed:
    """A text that a sentence repeals, and from when.

    `day` is an ISO date; where `from_start` is true it is the day from which the repealing document holds (同时),
    else the day that this document bears.
    """

    kind: EventKind
    target: Target
    words: str
    how: str
    day: str | None = None
    from_start: bool = True


def repeals(masked: Masked, heads: Sequence[str] = ()) -> Iterator[Repealed]:
    """The texts that a clause repeals. `heads` are the headings (or the open sentence) it stands under."""
    listed = next((rule for rule in grammar.rules("heading") for head in heads if rule.pattern.search(head)), None)
    if listed is not None:
        yield from _all_of(masked, 0, len(masked.text), listed.name, masked.original.strip())
        return
    if not MAY_REPEAL.search(masked.text):
        return
    for sentence in sentences_of(masked):
        if MAY_REPEAL.search(sentence.text):
            yield from _in_sentence(sentence)


def opens_list(masked: Masked) -> bool:
    """Whether a clause ends with words that repeal what stands in the items behind it: 「决定废止下列文件：」."""
    if not MAY_REPEAL.search(masked.text):
        return False
    sentence = list(sentences_of(masked))[-1]
    return any(
        not re.search(rf"[{TEXT}{NUMBER}]", sentence.text[match.end() :]) and not masked.marks.get(match.end())
        for rule in grammar.rules("list")
        for match in rule.pattern.finditer(sentence.text)
    )


def repealed_row(clause: Clause) -> Iterator[Repealed]:
    """The text that a row of a table of repealed texts names, by the heads of its columns."""
    title = next(
        (cell for head, cell in clause.cells if _TITLE_HEAD.search(head) and not _NUMBER_HEAD.search(head)), None
    )
    number = next((cell for head, cell in clause.cells if _NUMBER_HEAD.search(head)), None)
    if title and squash(title):
        cited = find_numbers(number) if number else []
        written = number.strip() if number and squash(number) else None
        target = Target(title.strip().strip("《》"), cited[0].doc_number if cited else written)
        yield Repealed(EventKind.REPEALED, target, clause.text, "repeal.heading")


def _in_sentence(sentence: Sentence) -> Iterator[Repealed]:
    masked = sentence.masked
    for rule in grammar.rules("list"):
        match = rule.pattern.search(masked.text, sentence.start, sentence.end)
        if match is not None:
            yield from _all_of(masked, match.end(), len(masked.text), rule.name, masked.original.strip())
    taken: set[int] = set()
    for rule in grammar.rules("repeal"):
        for match in rule.pattern.finditer(masked.text, sentence.start, sentence.end):
            for at, kind in _objects(masked, sentence, rule, match):
                if at not in taken:
                    taken.add(at)
                    day, from_start = _day(masked, sentence, match)
                    target = _target(masked, sentence, at, match if kind is EventKind.PARTLY_REPEALED else None)
                    yield Repealed(kind, target, sentence.words, rule.name, day, from_start)


def _objects(masked: Masked, sentence: Sentence, rule: Rule, match: re.Match[str]) -> Iterator[tuple[int, EventKind]]:
    """Places of the titles and numbers that a match repeals, and whether wholly."""
    kind = EventKind(rule.kind)
    if grammar.matches("wish", _phrase(masked, sentence.start, match.start())):
        return
    if rule.name == "repeal.object":
        at = match.end() - 1
        yield from ((place, kind) for place in _forward(masked, at, sentence.end) if not _is_thing(masked.marks[place]))
        return
    at = match.start()
    if _is_thing(masked.marks[at]) or _is_reason(masked, sentence.start, at):
        return
    yield at, kind
    for place in _backward(masked, sentence.start, at):
        if not _is_thing(masked.marks[place]):
            yield place, EventKind.REPEALED


def _places(masked: Masked, start: int, end: int, signs: str = TEXT + NUMBER) -> list[int]:
    """Places of titles and numbers."""
    return [at for at, mark in masked.marks.items() if start <= at < end and mark.sign in signs]


def _backward(masked: Masked, start: int, at: int) -> Iterator[int]:
    """The titles in front of the one at `at` that belong to the same list.

    「…《关于修改…的决定》修正的《X》」: a title that amended the next one belongs to the phrase that leads to it.
    """
    through = ""
    for place in reversed(_places(masked, start, at, masked.text[at])):
        chunk = masked.text[place + 1 : at] + through
        if grammar.matches("modifier", chunk):
            through = "修正的"
        elif _joins(chunk) and not _is_reason(masked, start, place):
            yield place
            through = ""
        else:
            return
        at = place


def _forward(masked: Masked, at: int, end: int) -> Iterator[int]:
    """The title at `at` and those behind it of the same list."""
    yield at
    for place in _places(masked, at + 1, end, masked.text[at]):
        if not _joins(masked.text[at + 1 : place]):
            return
        yield place
        at = place


def _joins(chunk: str) -> bool:
    return any(rule.pattern.fullmatch(chunk) for rule in grammar.rules("join"))


def _all_of(masked: Masked, start: int, end: int, how: str, words: str) -> Iterator[Repealed]:
    """Every title of a stretch, and numbers that have no title."""
    places = _places(masked, start, end)
    for index, at in enumerate(places):
        behind = masked.text[at + 1 : places[index + 1]] if index + 1 < len(places) else ""
        issued = masked.text[at] == NUMBER and _ISSUED.match(behind)
        if _is_thing(masked.marks[at]) or issued or grammar.matches("modifier", behind):
            continue
        yield Repealed(EventKind.REPEALED, _target(masked, Sentence(masked, start, end), at, None), words[:300], how)


def _is_thing(mark: Mark) -> bool:
    return mark.sign == TEXT and grammar.matches("thing", mark.value.rstrip("）)"))


def _is_reason(masked: Masked, start: int, at: int) -> bool:
    """Whether the title at `at` is only why something is stopped: 「根据《…》停止执行」."""
    return grammar.matches("reason", _phrase(masked, start, at))


def _phrase(masked: Masked, start: int, at: int) -> str:
    """The words that lead to a title: behind the last pause or title."""
    text = masked.text[start:at]
    cut = max((match.end() for match in _BOUND.finditer(text)), default=0)
    before = max(text.rfind(TEXT), text.rfind(NUMBER)) + 1
    return text[max(cut, before) :]


def _target(masked: Masked, sentence: Sentence, at: int, partly: re.Match[str] | None) -> Target:
    mark = masked.marks[at]
    places = [place for place in _places(masked, sentence.start, at) if not _leads_on(masked, place)]
    start = max(places[-1] + 1 if places else sentence.start, _behind_effect(masked, sentence, at))
    dates = tuple(mark.value for place, mark in masked.marks.items() if start <= place < at and mark.sign == DATE)
    articles: tuple[str, ...] = ()
    if partly is not None:
        articles = next((masked.marks[i].articles for i in range(*partly.span()) if masked.text[i] == ARTICLE), ())
        matter = partly.groupdict().get("matter")
        articles = articles or ((masked.words(*partly.span("matter")),) if matter else ())
    title = mark.value if mark.sign == TEXT else None
    return Target(title, mark.doc_number, articles, dates, masked.words(start, at))


def _leads_on(masked: Masked, place: int) -> bool:
    """Whether a title is only what amended the next one."""
    return grammar.matches("modifier", masked.text[place + 1 : place + 12])


def _behind_effect(masked: Masked, sentence: Sentence, at: int) -> int:
    """Where the statement of the document's own effect ends (「本办法自…起施行，」): its day is none of the title's."""
    ends = [
        match.end()
        for rule in grammar.rules("effect")
        for match in rule.pattern.finditer(masked.text, sentence.start, at)
    ]
    return max(ends, default=sentence.start)


def _day(masked: Masked, sentence: Sentence, match: re.Match[str]) -> tuple[str | None, bool]:
    """From when: a day that is named, or whether it is the day of effect (else that of publication)."""
    behind = masked.text[match.start() + 1 : match.end()]
    for at in range(match.start() + 1, match.end()):
        if masked.text[at] == DATE and not re.search(r"废止|停止", masked.text[match.start() : at]):
            return masked.marks[at].value, False
    front = _FROM.search(masked.text[sentence.start : match.start()])
    words = behind if re.search(r"[自从]", behind) else (front.group() if front else "")
    if front is not None and front[1] and words == front.group():
        return masked.marks[sentence.start + front.start(1)].value, False
    if _START_DAY.search(words):
        return None, True
    return None, not _OWN_DAY.search(words)
