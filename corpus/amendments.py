"""What a clause amends: 将第二条中的“…”修改为“…”, 删去第四条, 增加一条，作为第五条, 第…条修改为：“…”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import grammar
from corpus.articles import article_of
from corpus.events import Amendment, Change, EventKind, Target
from corpus.masks import TEXT, Masked, mask
from corpus.sentences import Sentence, sentences_of

MAY_AMEND = re.compile(
    r"[修更]?改为|修正为|修订为|更正为|调整为|删去|删除|取消|增加|增写|增设|[条\ufdd3]作为|顺序|序号|次序"
)
_AMENDING = re.compile(r"修改|修正|修订|更正|补充规定|补充安排|废止")
_NAMED = re.compile(r"^(?P<name>[\u4e00-\u9fff]{2,40}?)(?:修正案|修正草案)")
_OPENING = re.compile(r"(?m)^[“「\"]")
_N = "[一二三四五六七八九十]{1,3}"
_PART = re.compile(rf"第{_N}款(?:第[（(]?{_N}[）)]?项)?|第[（(]?{_N}[）)]?项")
ORDER = "amend.order"


@dataclass(frozen=True, slots=True)
class Amended:
    """What one sentence does to articles of a text."""

    kind: EventKind
    target: Target
    amendment: Amendment
    words: str
    how: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The text whose articles are amended, where the sentence doesn't say so itself."""

    title: str | None
    doc_number: str | None = None


def amended_by_title(title: str) -> Subject:
    """What a title says is amended: 关于修改《X》的决定 → X, 刑法修正案（四） → 刑法. The first one of several."""
    masked = mask(title)
    marks = [mark for mark in masked.marks.values() if mark.sign == TEXT]
    if marks and _AMENDING.search(masked.text):
        return Subject(marks[0].value, marks[0].doc_number)
    named = _NAMED.match(title)
    return Subject(named["name"]) if named else Subject(None)


def lead_subject(masked: Masked) -> Subject | None:
    """What a heading or sentence says the following amends: 「对《X》作如下修改：」, 「二、修改《X》」."""
    match = grammar.pattern("amend.lead").search(masked.text)
    if match is None:
        return None
    mark = masked.marks[match.start("a") if match["a"] else match.start("b")]
    return Subject(mark.value, mark.doc_number)


def amendments(masked: Masked, subject: Subject) -> Iterator[Amended]:
    """What a clause amends, in order; `subject` is the text meant where a sentence names none."""
    if not MAY_AMEND.search(masked.text):
        return
    for sentence in sentences_of(masked):
        taken: list[range] = []
        found: list[tuple[int, Amended]] = []
        for rule in grammar.rules("amend"):
            for match in rule.pattern.finditer(masked.text, sentence.start, sentence.end + 12):
                moves = rule.kind == Change.RENUMBER  # the new number may begin what is said next
                end = match.end("art") + 1 if moves and not match["new"] else match.end()
                if match.start() >= sentence.end or any(
                    match.start() < span.stop and span.start < end for span in taken
                ):
                    continue
                amended = _read(masked, sentence, rule.name, rule.kind, match, subject)
                if amended is not None:
                    taken.append(range(match.start(), end))
                    found.append((match.start(), amended))
                    if rule.kind == Change.RENUMBER and match["new"]:
                        found.append((match.end(), _rewritten(masked, match, amended)))
        for _, amended in sorted(found, key=lambda pair: pair[0]):
            yield amended
        if subject.title is not None and grammar.matches("order", sentence.text):
            target = Target(subject.title, subject.doc_number)
            yield Amended(EventKind.AMENDED, target, Amendment(Change.RENUMBER), sentence.words, ORDER)


def _rewritten(masked: Masked, match: re.Match[str], moved: Amended) -> Amended:
    """The new wording behind a new number: 「将第三条修改为第五条：“…”」."""
    change = Amendment(Change.REPLACE, None, _quote(masked, match, "new"))
    return Amended(EventKind.AMENDED, moved.target, change, moved.words, "amend.whole")


def _read(
    masked: Masked, sentence: Sentence, name: str, kind: str, match: re.Match[str], subject: Subject
) -> Amended | None:
    groups = match.groupdict()
    meant = _meant(masked, match, groups, subject)
    if meant.title is None:
        return None
    articles = masked.marks[match.start("art")].articles if groups.get("art") else ()
    if not articles:
        return None
    change = Change(kind)
    if change not in (Change.RENUMBER, Change.ADD):
        articles = _with_parts(articles, _between(masked, match))
    old = _quote(masked, match, "old") if groups.get("old") else None
    new = _quote(masked, match, "new") if groups.get("new") else None
    if change is Change.RENUMBER:
        to = masked.marks[match.start("to")]
        if masked.text[match.end("to") :].startswith("中") and "，" not in to.value:
            return None  # 「调整为第十一条中规定的期限」
        new = "、".join(dict.fromkeys(map(article_of, to.articles)))
    if name == "amend.whole" and new is None:
        new = _unquoted(masked, match.end())
    what = EventKind.CORRECTED if "更正为" in match.group() else EventKind.AMENDED
    target = Target(meant.title, meant.doc_number, articles)
    return Amended(what, target, Amendment(change, old, new), sentence.words, name)


def _between(masked: Masked, match: re.Match[str]) -> str:
    """The words between an article and what becomes of it: 「，第二款」 in 「第十条，第二款修改为：“…”」."""
    ends = [match.start(name) for name in ("old", "new") if match.groupdict().get(name)]
    return masked.text[match.end("art") : min(ends, default=match.end())]


def _with_parts(articles: tuple[str, ...], between: str) -> tuple[str, ...]:
    """The articles, or the paragraphs and items of the only one that are named behind it."""
    parts = _PART.findall(between) if not re.search(r"改为第|作为|增加", between) else []
    if len(articles) != 1 or not parts or _PART.search(articles[0]):
        return articles
    return tuple(articles[0] + part for part in parts)


def _meant(masked: Masked, match: re.Match[str], groups: dict[str, str | None], subject: Subject) -> Subject:
    """The text that a sentence names (《安排》第六条, 刑法第二百三十六条), else the subject."""
    if groups.get("text"):
        mark = masked.marks[match.start("text")]
        return Subject(mark.value, mark.doc_number)
    if groups.get("name"):
        return Subject(re.sub(r"^(?:将|把|在|对|删去|删除|取消)", "", groups["name"] or ""))
    return subject


def _quote(masked: Masked, match: re.Match[str], group: str) -> str | None:
    """A quote's words; marks that open each paragraph of a long one go. None for one that isn't whole."""
    mark = masked.marks[match.start(group)]
    return _OPENING.sub("", mark.value) if mark.closed else None


def _unquoted(masked: Masked, at: int) -> str | None:
    """New wording that stands in lines of its own without quotes: everything behind the colon."""
    rest = masked.words(at, len(masked.text))
    return rest.strip() if rest.startswith("\n") and rest.strip() else None
