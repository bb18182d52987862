"""The citation of a clause, as civil servants write it.

引用公文先引标题，后引发文字号 (《国家行政机关公文处理办法》第二十五条): 《标题》（文号）, then the place: articles as
第X条, headings by their numbers as 第X部分第（X）项 (`corpus.place`). What a notice or an order issues is cited by
its own title. A title within a title stands in 〈〉 (GB/T 15834—2011 4.15.3.5). Where a clause was amended, or a title
without number has several texts, the wording follows: （据…修改，2020年3月1日起）, （2024年6月28日文本）.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.dates import chinese_date
from corpus.events import Wording
from corpus.model import Bulletin, Clause, CorpusNotice, Notice
from corpus.place import StepKind, bare_label, words_of
from corpus.text import squash
from corpus.wordings import made_by

_OPEN, _CLOSE = "《〈", "》〉"
_OF_ITS_OWN = (StepKind.NUMBERED, StepKind.NAMED)


def citation(notice: Notice, clause: Clause) -> str:
    """`《关于…的通知》（离政办发〔2023〕9号）第二部分第（三）项第1目`, one for each clause of a notice."""
    number = f"（{notice.doc_number}）" if notice.doc_number else ""
    return (
        in_title_marks(cited_title(notice, clause))
        + number
        + cited_place(notice, clause)
        + cited_wording(notice, clause)
    )


def cited_wording(notice: Notice, clause: Clause) -> str:
    """Which wording of which day a citation means, in brackets; nothing where there is only one."""
    made = made_by(clause)
    if made:
        by = {wording.notice_id: _done(wording, clause, made) for wording in made}
        names = {wording.notice_id: wording.doc_number or "另一篇公文" for wording in made}
        since = chinese_date(made[-1].since)
        listed = "、".join(names[one] + what for one, what in by.items())
        return f"（据{listed}{f'，{since}起' if since else ''}）"
    later = next((wording.since for wording in clause.wordings if wording.fits and wording.since), None)
    if later is not None:
        return f"（{chinese_date(later)}{'增加' if clause.place.added else '修改前'}）"
    several = notice.family is not None and notice.doc_number is None and notice.version is not None
    return f"（{chinese_date(notice.version)}文本）" if several else ""


def _done(wording: Wording, clause: Clause, made: Sequence[Wording]) -> str:
    """What the notice that made a wording did to the clause."""
    own = [one for one in made if one.notice_id == wording.notice_id]
    if any(one.text is None for one in own):
        return "删去"
    if clause.place.added == wording.notice_id:
        return "增加"
    return "修改" if any(one.label is None for one in own) else "调整序号"


def cited_title(notice: Notice, clause: Clause) -> str:
    """The title of the text that a clause stands in: of what the notice issues, or of the notice."""
    return clause.place.issued or notice.title


def cited_place(notice: Notice, clause: Clause) -> str:
    """The place as it stands behind title and number, which alone cite the whole, as its title clause does."""
    place = clause.place
    if place.issued is None:
        return "" if [step.kind for step in place.steps] == [StepKind.TITLE] else words_of(place)
    inner = replace(place, steps=place.steps[1:])
    # An order and the 条例 that it issues may have one title: 第1段 of the 条例 isn't that of the order.
    shared = squash(place.issued) == squash(notice.title) and inner.steps[0].kind not in _OF_ITS_OWN
    return ("正文" if shared else "") + words_of(inner)


def in_title_marks(title: str) -> str:
    """`关于印发《某办法》的通知` → 《关于印发〈某办法〉的通知》: marks take turns, the outermost are 《》."""
    text = title.strip()
    if text[:1] in _OPEN and _closing(text) == len(text) - 1:
        text = text[1:-1]
    out: list[str] = ["《"]
    depth = 1
    for char in text:
        if char in _OPEN:
            out.append(_OPEN[depth % 2])
            depth += 1
        elif char in _CLOSE and depth > 1:
            depth -= 1
            out.append(_CLOSE[depth % 2])
        else:
            out.append("" if char in _CLOSE else char)
    return "".join(out) + "》"


def _closing(text: str) -> int:
    """Where the mark that opens a text is closed; -1 if nowhere."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth == 0:
            return at
    return -1


def quotation(clause: Clause) -> str:
    """The text as it is quoted: the space behind the number of an article stays (第四条　…)."""
    label = clause.place.last.label
    bare = bare_label(label)
    if label[-1:].isspace() and clause.place.piece == 1 and clause.text.startswith(bare):
        return f"{bare}{label[-1]}{clause.text[len(bare) :].lstrip()}"
    return clause.text


def gazette(source: CorpusNotice) -> str | None:
    """Where the gazette has a notice: 《吕梁市离石区人民政府公报》2023年第2期，第93页. None where it doesn't say."""
    issue, page = source.bulletin, source.notice.contents_page
    if issue is None or not (issue.title and issue.year and issue.issue and page):
        return None
    return f"{_issue(issue)}，第{page}页"


def issue_of(source: CorpusNotice) -> str | None:
    """The issue of a gazette that a notice stands in: 《吕梁市离石区人民政府公报》2023年第2期. None for no gazette."""
    issue = source.bulletin
    return _issue(issue) if issue is not None and issue.title and issue.year and issue.issue else None


def _issue(bulletin: Bulletin) -> str:
    return f"{in_title_marks(bulletin.title or '')}{bulletin.year}年第{bulletin.issue}期"
