"""The answer: which span of which clause, whose office and phone, and when there is none."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np

from corpus.model import ClauseKind
from corpus.offices import same_office
from corpus.text import CJK, nfkc, squash
from index.local.store import IndexedClause
from index.tokens import tokenize
from retriever.confidence import Evidence, confidence, threshold
from retriever.intent import Intent
from retriever.model import Answer, Hit, Office
from retriever.offices import Mention, duties
from retriever.places import named_places
from retriever.spans import MAX_ANSWER, TYPE, Holds, Span, best_span, wanted
from retriever.terms import Terms, fold, holds

if TYPE_CHECKING:
    from retriever.search import Query, Retriever, Scored

READ = 5  # hits from which a span may answer
FIRST_HITS = 10  # hits that may support an answer
# A lower hit's span must beat the first hit's by this much for each rank it stands below.
RANK_COST = 0.2
TITLE_SHARE = 0.6  # what a word counts, when a sentence is chosen, that the title holds anyway
STRANGE_WORDS, STRANGE_COSINE = 0.3, 0.5  # below both a question is on something else altogether
NO_TYPE = 0.5  # cost of a span without the kind of value that is asked for


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a question is answered, how sure that is (0…1), the answer, or why there is none."""

    answered: bool
    confidence: float
    answer: Answer | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The best span found, and what speaks for and against it.

    `strange`: the index holds hardly a word of the question, and the span's vector is not alike either (without
    vectors never: a small corpus holds few words).
    """

    hit: Hit
    span: Span
    evidence: Evidence
    strange: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A span of `hit`; `read` is the clause that matched: the same, or an item that `hit` introduces."""

    hit: Hit
    span: Span
    read: Hit


def answer_question(retriever: Retriever, query: Query, scored: Scored, hits: Sequence[Hit], mode: str) -> Verdict:
    """Decide whether the hits answer the question, and with which span."""
    if not hits:
        return Verdict(False, 0.0, None, "公报里没有找到与这个问题沾边的内容")
    unknown = retriever.unknown_number(query, scored, hits)
    if unknown is not None:
        note = f"没有收录文号为“{unknown}”的公文，下面是内容相近的条款"
        return Verdict(False, 0.02, None, note)
    found = assess(retriever, query, scored, hits)
    if found.strange:
        return Verdict(False, 0.02, None, _NOTHING_NEAR)
    sure = confidence(found.evidence, mode)
    if sure < threshold(mode):
        return Verdict(False, sure, None, _why_not(found.evidence))
    offices = find_offices(retriever, found.hit.entry, query.asked, found.span)
    text = found.hit.text[found.span.start : found.span.end]
    return Verdict(True, sure, Answer(text, offices, found.hit.clause_id), None)


def assess(retriever: Retriever, query: Query, scored: Scored, hits: Sequence[Hit]) -> Assessment:
    """The span that answers best, whether or not it is good enough. There must be a hit."""
    terms = question_terms(retriever, query)
    if Intent.NOTICE in query.asked:
        title = retriever.title_of(_successor(retriever, query, hits[0].entry))
        hit = Hit(1, hits[0].score, title)
        found = Found(hit, Span(0, min(len(title.text), MAX_ANSWER), 0.0, True), hit)
    else:
        found = choose(retriever, candidates(retriever, query, hits), wanted(query.text, query.asked), terms)
        if Intent.PHONE in query.asked and _of_another_office(query.text, found.hit):
            found = replace(found, span=replace(found.span, has_type=False))
    evidence = gather(retriever, query, scored, hits, found, terms)
    strange = bool(scored.dense) and terms.known_share < STRANGE_WORDS and evidence.cosine < STRANGE_COSINE
    return Assessment(found.hit, found.span, evidence, strange)


def _successor(retriever: Retriever, query: Query, entry: IndexedClause) -> IndexedClause:
    """The title of the notice that repealed this one, when that is what the question asks for."""
    repeal = entry.notice.repealed_by
    if repeal is None or not re.search(r"废止|作废|取代|代替|替代|失效", query.text):
        return entry
    index = retriever.index
    notice_id = repeal.clause_id.rsplit("/", 1)[0]
    for at, source in enumerate(index.notices):
        if source.notice.notice_id == notice_id:
            return index.clauses[index.clauses.rows(at)[0]]
    return entry


def question_terms(retriever: Retriever, query: Query) -> Terms:
    """Content tokens of a question with their idf in this index (Robertson's, as in BM25)."""
    bm25 = retriever.index.bm25

    def idf(token: str) -> float:
        count = bm25.document_count(token)
        return math.log(1 + (bm25.size - count + 0.5) / (count + 0.5))

    other = {entry.lay: entry.official for entry in query.expansion.found}
    return Terms.of(query.text, tokenize, idf, lambda token: bm25.document_count(token) > 0, other)


# A document's own term (「自印发之日起施行，有效期5年」), and questions about it.
_TERM = re.compile(r"自[^，,。；;]{1,20}起(?:施行|实施|执行|试行|生效)|有效期|试行期")
_ASKS_TERM = re.compile(r"有效期|试行|执行到|施行|生效|失效|到期|为止")
# When a document was issued; 「名单哪天公布」 asks for something else.
_ISSUED = re.compile(
    r"印发|发文|成文|签发"
    r"|(?:文件|通知|通告|公告|规划|办法|方案|函|决定|规定|意见|条例|细则|纲要|令|批复)[^，,。]{0,12}(?:发布|公布|下发|出台|发出)"
)


def candidates(retriever: Retriever, query: Query, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits an answer may come from. A phone, or whom to consult, is answered by a contact line: that
    of the office the question names, else that of the first hit's notice, unless a clause found holds a
    phone itself. When a document was issued stands in its signature, how long it is in force in one of
    its clauses, who holds a post in its lists of people: those of the first hit's notice."""
    if Intent.PERSON in query.asked and Intent.OFFICE not in query.asked and Intent.PHONE not in query.asked:
        lists = [Hit(1, hits[0].score, entry) for entry in retriever.people_lists(hits[0].entry)]
        listed = {hit.entry.row for hit in lists}
        return [*lists, *(hit for hit in hits[:READ] if hit.entry.row not in listed)]
    stated: list[IndexedClause] = []
    if Intent.DATE in query.asked and _ISSUED.search(query.text):
        stated = retriever.signatures(hits[0].entry)
    elif (Intent.DATE in query.asked or Intent.DURATION in query.asked) and _ASKS_TERM.search(query.text):
        stated = [entry for entry in retriever.beside(hits[0].entry) if _TERM.search(entry.text)]
    if stated:
        return [Hit(1, hits[0].score, entry) for entry in stated]
    if Intent.PHONE not in query.asked and Intent.CONTACT not in query.asked:
        return hits[:READ]
    lines: list[IndexedClause] = []
    for name in retriever.directory.mentioned(query.text):
        phone = retriever.directory.phone(name)
        if phone is not None:
            lines += retriever.contact_lines(phone[1])
    if not lines:
        lines = retriever.contact_lines(hits[0].doc_number)
    found = [hit for hit in hits[:READ] if hit.entry.clause.kind is not ClauseKind.SIGNATURE]
    if not lines:
        return hits[:READ]
    contacts = [Hit(1, hits[0].score, line) for line in lines[:2]]
    return contacts + found if Intent.PHONE in query.asked else contacts


_PHONE_OF = re.compile(
    rf"([{CJK}]{{2,20}}?(?:局|委员会|委|办|中心|院|站|所|队|公司|馆|学校|幼儿园))的?(?:联系|咨询|办公|值班|服务|投诉|举报)?"
    r"(?:电话|号码|热线)"
)


def _of_another_office(question: str, hit: Hit) -> bool:
    """Whether a contact line is that of another office than the one whose phone is asked for.

    Names are compared by what they share: 自然资源局 is in 规划和自然资源局离石分局.
    """
    named, unit = _PHONE_OF.search(nfkc(question)), hit.entry.notice.unit
    if named is None or unit is None or hit.entry.clause.kind is not ClauseKind.SIGNATURE:
        return False
    name, other = (re.sub(r"^.{1,4}?[省市县区]", "", text) for text in (named[1], re.sub(r"^.{1,3}?市", "", unit)))
    shared = SequenceMatcher(None, name, other, autojunk=False).find_longest_match().size
    return shared < 3 and not same_office(named[1], unit)


def choose(retriever: Retriever, hits: Sequence[Hit], holds: Holds | None, terms: Terms) -> Found:
    """The hit and span that answer best: the first hit's unless a lower one's is clearly better."""
    best: tuple[float, Found] | None = None
    top = hits[0].score
    for hit in hits:
        span = best_span(hit.entry.clause, holds, terms.discounted(fold(hit.entry.notice.title), TITLE_SHARE))
        found = Found(hit, span, hit)
        if not span.has_type:
            found = _introduced(retriever, found, holds, terms) or found
        value = found.span.score + hit.score / top if top > 0 else found.span.score
        value -= RANK_COST * (hit.rank - 1)
        value -= NO_TYPE if not found.span.has_type else 0.0
        if best is None or value > best[0] + 1e-9:
            best = (value, found)
    assert best is not None  # there is at least one hit
    return best[1]


def _introduced(retriever: Retriever, item: Found, holds: Holds | None, terms: Terms) -> Found | None:
    """The value asked for may stand in the sentence that introduces an item (「有下列行为之一，一次记6分：」):
    that sentence's span, as good as the item is."""
    entry = retriever.introduction(item.read.entry)
    if entry is None:
        return None
    span = best_span(entry.clause, holds, terms)
    if not span.has_type:
        return None
    better = replace(span, score=item.span.score + TYPE)
    return Found(Hit(item.read.rank, item.read.score, entry), better, item.read)


def gather(
    retriever: Retriever, query: Query, scored: Scored, hits: Sequence[Hit], found: Found, terms: Terms
) -> Evidence:
    """What speaks for and against an answer: few figures, the same for all kinds of questions."""
    entry, notice, span = found.read.entry, found.read.entry.notice, found.span
    around = fold(" ".join((notice.title, *entry.path, entry.text, notice.issuer or "", notice.date or "")))
    contact = entry.clause.kind is ClauseKind.SIGNATURE
    if Intent.NOTICE in query.asked or (contact and hits[0].entry.notice.notice_id == notice.notice_id):
        around += fold(hits[0].text)  # a title or a contact line tells little of what its notice says
    said = found.hit.entry.text[span.start : span.end]
    above = (notice.title,) if contact else entry.path
    near = fold(f"{' '.join(above)} {said}")
    return Evidence(
        coverage=terms.coverage(around),
        span=terms.coverage(fold(said)),
        focus=terms.focus_coverage(near) if terms.focus else terms.coverage(near),
        keywords=math.log1p(max(scored.bm25.values(), default=0.0)),
        figures=float(
            _missing_figures(query.text, around, retriever.years(entry)) or _missing_title(query.text, around)
        ),
        places=float(_missing_places(query.text, around)),
        has_type=float(span.has_type),
        typed=float(wanted(query.text, query.asked) is not None),
        numbered=float(bool(scored.numbered)),
        support=_support(retriever, entry, hits[:FIRST_HITS]),
        cosine=retriever.likeness(query, f"{''.join(above[-2:])}：{said}") if scored.dense else 0.0,
        stands_out=_stands_out(list(scored.dense.values())),
    )


def _support(retriever: Retriever, entry: IndexedClause, hits: Sequence[Hit]) -> float:
    """Share of hits that are of a clause's notice: where something is treated, its neighbours are found too."""
    notice_of = retriever.index.clauses.notice_of
    return float(np.mean([notice_of[hit.entry.row] == notice_of[entry.row] for hit in hits]))


def _stands_out(cosines: list[float]) -> float:
    """Standard score of the best cosine among the candidates'; 0 without vectors."""
    if len(cosines) < 3:
        return 0.0
    return (max(cosines) - statistics.fmean(cosines)) / (statistics.pstdev(cosines) + 1e-6)


# A year, or which one of a series: a document on another one does not answer.
_FIGURE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|第[一二三四五六七八九十]+[次届批期季]")


def _missing_figures(question: str, around: str, years: frozenset[str]) -> bool:
    """Whether the question names a year or ordinal that neither clause nor notice holds."""
    named = _FIGURE.findall(nfkc(question))
    return any(not holds(around, figure) and figure not in years for figure in named)


def _missing_title(question: str, around: str) -> bool:
    """Whether the question names a document in 《》 that neither clause nor notice names."""
    return any(squash(title) not in squash(around) for title in re.findall(r"《([^《》]{2,60})》", nfkc(question)))


def _missing_places(question: str, around: str) -> bool:
    """Whether the question names a place that neither clause nor notice holds."""
    return any(name not in around and name[:-1] not in around for name in named_places(question))


_NOTHING_NEAR = "公报里没有与这个问题相近的内容，下面是最接近的条款，供参考"


def _why_not(evidence: Evidence) -> str:
    if evidence.places or evidence.figures:
        return "公报里有相近的内容，但地方、年份或数字对不上，下面是最接近的条款，供参考"
    if evidence.coverage < 0.35:
        return _NOTHING_NEAR
    return "公报里有相近的内容，但没有写明所问的这一点，下面是最接近的条款，供参考"


def find_offices(retriever: Retriever, entry: IndexedClause, asked: Sequence[Intent], span: Span) -> tuple[Office, ...]:
    """The offices an answer names, the responsible one first, each with its own phone.

    Whom to consult is the notice's contact unit; else the clause or its heading makes an office
    responsible; else the text of the span names it; the contact unit comes last.
    """
    notice = entry.notice
    mentions = duties(entry.clause)
    if not mentions:
        sentence = entry.text[span.start : span.end]
        near = retriever.directory.mentioned(sentence) or retriever.directory.mentioned(entry.text)
        mentions = [Mention(name, "lead") for name in near[:3]]
    if Intent.ASSIST in asked:
        mentions = [m for m in mentions if m.role == "assist"] or mentions
    contact = [Mention(notice.unit, "contact")] if notice.unit else []
    if Intent.CONTACT in asked or entry.clause.kind is ClauseKind.SIGNATURE or not mentions:
        mentions = contact + mentions
    offices = []
    seen: set[str] = set()
    for mention in mentions[:6]:
        if squash(mention.name) in seen:
            continue
        seen.add(squash(mention.name))
        if mention.role == "contact":
            offices.append(Office(mention.name, notice.phone, notice.doc_number if notice.phone else None, "contact"))
            continue
        phone = retriever.directory.phone(mention.name)
        offices.append(Office(mention.name, phone[0] if phone else None, phone[1] if phone else None, mention.role))
    return tuple(offices)
