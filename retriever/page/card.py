"""The answer first: one card with the answer, whom to call, and the clause it stands in; or, as
carefully made, the card that says there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.phones import phone_spans
from index.engine import IndexedClause
from retriever.citation import citation
from retriever.headline import headline
from retriever.model import Answer, Office, SearchResult
from retriever.notes import NoteKind
from retriever.page.clause import (
    actions,
    body,
    copy_button,
    crumbs,
    doubt_note,
    same_elsewhere,
    source,
    title_line,
    wording_note,
)
from retriever.page.dates import chinese_date
from retriever.page.markup import Html, el
from retriever.page.site import Number
from retriever.page.status import status_note
from retriever.page.view import Place, View

VERDICTS = {"yes": "是。", "no": "否。"}
_BESIDE = (NoteKind.CITED_OTHERWISE, NoteKind.SHARED)
# What is to be read before the answer: what became of the document asked about. That its text is not in force stands in
# the head of the card already.
_FIRST = (NoteKind.STANDING, NoteKind.ENDED)
ROLES = {"lead": "负责单位", "assist": "配合单位", "contact": "咨询单位", "named": "文中提到"}
_ASK_HERE = "这份文件的咨询电话"  # of whom the notice itself names, who needn't be in charge of the matter
_EDGES = "：:，,、；;。 "  # of the words that answer: they mark nothing
# Letters of a headline in large type. With more it stands below whom to call, or that would stand below a phone's
# first screen.
_LARGE = 40


def answer_card(
    result: SearchResult, entry: IndexedClause, others: Sequence[IndexedClause], view: View, words: Sequence[str]
) -> Html:
    """The card of an answered question. `entry` is the clause that the answer stands in, `others` are
    clauses found that say the same in the same words."""
    answer = result.answer
    assert answer is not None
    said = headline(answer, sure=result.sure)
    long = len(said) > _LARGE
    sentence = _words(answer, said, result.left_over, "answer-text long" if long else "answer-text")
    whom = offices(answer.offices, sure=result.sure)
    return el(
        "section",
        el("div", el("h2", "答案", id="answer-head", tabindex=-1), status_note(entry.notice), cls="card-head"),
        *(el("p", f"{note.text}。", cls="line warn", role="note") for note in result.notes if note.kind in _FIRST),
        *((whom, sentence) if long and any(one.phone for one in answer.offices) else (sentence, whom)),
        *(el("p", f"{note.text}。", cls="unsure") for note in result.notes if note.kind in _BESIDE),
        el("p", "这个答案不一定准，请看下面的原文再确认。", cls="unsure") if not result.sure else None,
        el(
            "div",
            el("h3", "依据的原文"),
            title_line(entry),
            crumbs(entry),
            el("blockquote", body(entry, words, answer.text)),
            wording_note(entry),
            doubt_note(entry),
            _cite(entry),
            source(entry),
            same_elsewhere(others, view),
            actions(entry, view, "其他引用格式"),
            cls="basis",
        ),
        cls="card answer",
        aria_labelledby="answer-head",
    )


def _words(answer: Answer, said: str, left: str | None, cls: str) -> Html:
    """What the answer says: yes or no where that was asked, the sentence with the words that answer marked in it, and
    how much more there is."""
    verdict = VERDICTS.get(answer.verdict or "")
    before, exact, after = said.partition((answer.exact or "").strip(_EDGES) or said)
    return el(
        "p",
        el("span", verdict, cls="verdict") if verdict else None,
        *(
            (*_unbroken(before), el("mark", *_unbroken(exact)), *_unbroken(after))
            if exact and exact != said
            else _unbroken(said)
        ),
        el("span", f"（{left}，见原文）", cls="bit") if left else None,
        cls=cls,
    )


def _unbroken(text: str) -> Iterator[Html | str]:
    """The text with each telephone number in one line: who dials it reads it in one piece."""
    at = 0
    for start, end in phone_spans(text):
        yield text[at:start]
        yield el("span", text[start:end], cls="unbroken")
        at = end
    yield text[at:]


def _cite(entry: IndexedClause) -> Html:
    text = citation(entry.notice, entry.clause)
    return el("p", el("span", f"引用：{text}"), copy_button(text, "复制引用"), cls="citation")


def offices(shown: Sequence[Office], *, sure: bool) -> Html | None:
    """Whom to call: each office with its part, its phone as a link, and where the phone is stated; in an answer that
    isn't sure without a word on phones."""
    if not shown:
        return None
    return el("ul", *(el("li", *_office(office, sure=sure)) for office in shown), cls="offices", aria_label="有关单位")


def _office(office: Office, *, sure: bool) -> list[Html]:
    asked_here = sure and office.role == "contact" and office.phone is not None
    role = _ASK_HERE if asked_here else ROLES.get(office.role, "有关单位")
    parts = [el("span", role, cls="role"), el("b", office_link(office.name))]
    if not sure:
        return parts
    if office.phone is None:
        return [*parts, el("span", "公报里没有写它的电话", cls="none")]
    parts.append(tel(office.phone, old=not office.phone_in_force))
    where = office.phone_from or ("这份文件" if office.role == "contact" else "")
    day = chinese_date(office.phone_date)
    stated = "，".join(filter(None, (f"号码见 {where}" if where else "", day)))
    if stated:
        parts.append(el("span", stated, cls="bit"))
    return parts


def office_link(name: str, office: str | None = None) -> Html:
    """The name of an office as a link to its page; `office` is its key, where it is known."""
    return el("a", name, href=View(place=Place.OFFICE, office=office or name).href)


def tel(phone: str, *, old: bool = False) -> Html:
    """A phone number that a touch dials; grey and called old where its text is no longer in force."""
    digits = "".join(char for char in phone if char in "0123456789+-")
    label = "旧号（文件已不再有效） " if old else "电话 "
    return el("a", el("span", label, cls="quiet"), phone, href=f"tel:{digits}", cls="tel old" if old else "tel")


def then_link(result: SearchResult, view: View) -> Html | None:
    """The same question as of the last day of the text that was kept out, as it is no longer in force."""
    day = next((note.day for note in result.notes if note.day), None)
    if day is None:
        return None
    href = view.but(q=result.question, on=day).href
    return el("p", el("a", f"看{chinese_date(day)}时的规定", href=href), "（现在已经不适用，仅供参考）")


def refused_card(reason: str | None, here: str, near: Sequence[str], hotline: Number, then: Html | None = None) -> Html:
    """The card of a question that the gazettes do not answer: why, what there is, and whom to ask now. `near` are
    offices that the nearest clauses make responsible for something: perhaps for this. `then` leads to what a text
    said that is no longer in force."""
    named = f"下面最接近的条款提到{'、'.join(near)}，管不管这件事，请先打电话问清楚。"
    why = reason or "收录的公报里，没有哪一条直接回答这个问题。为免误导，这里不猜"
    return el(
        "section",
        el("h2", "公报里没有找到答案", id="answer-head", tabindex=-1),
        el("p", f"{why.rstrip('。')}。", cls="why"),
        then,
        el("p", f"这里收录的是：{here}。", cls="small"),
        el(
            "ul",
            el("li", "可以打", tel(hotline.number), f"（{hotline.name}），说清楚要办的事，由他们转给管这件事的单位。"),
            el("li", named) if near else None,
            el("li", "换个说法再问一次，比如用文件里的词：“补助”“办理”“负责”。"),
            el("li", "知道文号的话，直接写文号，比如“9号文”。"),
            el("li", "也可以", el("a", "查单位电话", href="?view=offices"), "，打电话问。"),
            cls="tips",
        ),
        cls="card refused",
        aria_labelledby="answer-head",
    )


def emergency_line(number: Number) -> Html:
    """Above everything else for a cry for help."""
    return el(
        "p", "如果情况紧急，请马上打", tel(number.number), f"（{number.name}）。", cls="line warn urgent", role="alert"
    )


def trouble_card(text: str) -> Html:
    """A question that could not be searched for: empty, too long, or a fault on our side."""
    return el(
        "section",
        el("h2", "这个问题没法查", id="answer-head", tabindex=-1),
        el("p", text, cls="why"),
        cls="card refused",
        aria_labelledby="answer-head",
    )


def busy_card(text: str, view: View) -> Html:
    """A view that nobody could work on: too many have asked at the same time."""
    return el(
        "section",
        el("h2", "请稍等", id="answer-head", tabindex=-1),
        el("p", text, cls="why"),
        el("p", el("a", "再试一次", href=view.href, cls="button quiet")),
        cls="card refused",
        aria_labelledby="answer-head",
    )


def lost_card(hotline: Number) -> Html:
    """For a question that didn't reach us. It comes with every page, for then it can't be fetched; the script puts it
    where the last answer stood, which is none to the new question."""
    return el(
        "section",
        el("h2", "没连上，再试一次", id="answer-head", tabindex=-1),
        el("p", "网络断了，或者服务停了，刚才的问题没有送到。", cls="why"),
        el("p", "问的是：", el("b", "", cls="lost-words"), cls="lost-question", hidden=True),
        el("p", el("button", "再试一次", type="button", cls="button main", data_retry=True)),
        el("p", "还是没连上，请过一会儿再试。", cls="unsure lost-again", role="status", hidden=True),
        el("p", "急的话可以打", tel(hotline.number), f"（{hotline.name}）。", cls="small"),
        cls="card refused lost",
        aria_labelledby="answer-head",
    )
