"""Which lines of a file may be a title, and what it costs to take them for one (`data/segment.toml`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.costs import cost
from corpus.doc_number import find_numbers
from corpus.lines import MAX_TITLE, Line, ends_like_title, is_about, is_foreign, names_issuer
from corpus.numbering import Style
from corpus.offices import is_org
from corpus.phones import find_phones
from corpus.text import repair, squash

MAX_TITLE_LINES = 5
_PARAGRAPH = 4  # narrow columns by which a paragraph's first line is set in: two characters
# 「■ 云岭市教育局关于…」, 「…法（草案）全文」: signs in front, and what a page says of the text.
_AROUND = re.compile(r"^[■□●◆★▪•◎○※·►▶\s]+|^(?:原?标题|题目)\s{0,4}[：:]\s{0,4}|[（(]?全文[）)]?$")
# 「…办法 来源：市政府办公厅 日期：2007-11-07 【字号 大 中 小】」: a page's own line of information, in its title.
_TAIL = re.compile(
    r"\s{0,4}(?:[【\[]\s{0,4}(?:字号|字体|打印)|(?:信息|文章|稿件|新闻)?来源\s{0,4}[：:]|(?:发布)?(?:日期|时间)\s{0,4}[：:]\s{0,4}\d{4}"
    r"|(?:责任)?编辑\s{0,4}[：:]|作者\s{0,4}[：:]).*$"
)
# 「…的通知-政务公开-门户网站」: what windows add to a title.
_SITE = re.compile(
    r"(?:\s{0,4}[-_—–|]{1,4}\s{0,4}[^-_—–|《》]{0,16}(?:网站?|公开|门户|频道|栏目|首页|政府|厅|局|委员会)){1,4}$"
)
_SENTENCE = re.compile(
    r"》已经|现予|现将|特此|如下|^根据|^为了|^按照|^[我本][省市县区州][将已拟要]|^经.{2,20}(?:同意|批准)"
)
_ITEM = re.compile(r"(?<!\d)\d{4,12}\s{0,4}[.．、]")  # an item of a list so long that its number is no marker
_CODE = re.compile(r"(?=.*\d)[A-Za-z\d]{5,40}")  # 「GZ0320140051」: a register's number
_HEADING = re.compile("各|主要|总体|基本|其他|有关|相关")
_ABOUT_FIRST = re.compile("关于|印发|转发|批转")
_LAW = (Style.PART, Style.CHAPTER, Style.SECTION, Style.ARTICLE)


def clean_title(text: str) -> str:
    """A title without the signs in front of it and what pages and windows add."""
    text = _AROUND.sub("", text)
    before = _TAIL.sub("", text) if re.search("[：:【\\[]", text) else text
    return _SITE.sub("", before if len(squash(before)) >= 4 else text)


@dataclass(frozen=True, slots=True)
class TitleReader:
    """Reads titles from one file's lines. `names` are squashed titles that the file is known by: its own name, or
    what a web page says of itself. `listed` holds those of the contents page, None where there is none.
    `in_menu` says of each line whether it is one of many short ones in a row."""

    lines: Sequence[Line]
    in_menu: Sequence[bool]
    names: tuple[str, ...] = ()
    listed: frozenset[str] | None = None
    _costs: dict[tuple[int, int], float | None] = field(default_factory=dict)

    def read(self, start: int, end: int) -> tuple[str, str | None]:
        """The lines joined, and the number that stands behind the title, perhaps in brackets and over two lines."""
        # 「附件2」 above a title is no part of it.
        begins = start + 1 if end - start > 1 and self.lines[start].heads_attachment else start
        joined = " ".join(line.block.text for line in self.lines[begins:end])
        whole = repair(joined)
        # In brackets a number may go over two lines; without them white space parts it from the title.
        for text in (whole, joined):
            cited = find_numbers(text)
            if not cited or cited[-1].number.form == "order" or squash(text[cited[-1].end :]) or cited[-1].start < 4:
                continue
            before = text[: cited[-1].start]
            if before[-1] in "（(〔[ \u3000" and before.count("《") == before.count("》"):
                title = repair(before.rstrip("（(〔[ \u3000"))
                return _AROUND.sub("", title), cited[-1].doc_number
        return clean_title(whole), None

    def may_go_on(self, at: int) -> bool:
        """Whether a line that is no title by itself may be part of one of several lines."""
        line = self.lines[at]
        return (
            not line.block.cells and not line.ends and not line.number and not line.labels and len(line.letters) <= 60
        )

    def cost(self, start: int, end: int) -> float | None:
        """What it costs to take the lines from `start` to before `end` for a title; None where they can't be one."""
        key = (start, end)
        if key not in self._costs:
            self._costs[key] = self._cost(start, end)
        return self._costs[key]

    def _cost(self, start: int, end: int) -> float | None:
        lines = self.lines[start:end]
        if any(not self._may_stand_in_title(line) for line in lines):
            return None
        if any(line.block.gap >= 2 or line.heads_attachment or line.marker for line in lines[1:]):
            return None
        if len(lines) > 1 and any(_CODE.fullmatch(line.letters) for line in lines):
            return None
        if len({(line.block.level, line.block.linked) for line in lines}) > 1:
            return None
        marker = lines[0].marker
        if marker is not None and marker.style in _LAW:  # 第一章, 第三条 are never titles
            return None
        # A paragraph's first line below a title that is complete.
        paragraph = len(lines) > 1 and lines[0].block.indent != _PARAGRAPH == lines[-1].block.indent
        if paragraph and ends_like_title(self.read(start, end - 1)[0]):
            return None
        text = self.read(start, end)[0]
        letters = squash(text)
        if not 2 <= len(letters) <= MAX_TITLE or re.search(r"[。；;]|[、，,：:]$", text):
            return None
        names = [
            "kind" if ends_like_title(text) else "no_kind",
            *(["about"] if is_about(text) else []),
            *(["issuer"] if names_issuer(text) else []),
            *(["short"] if len(letters) < 6 else []),
            *(["long"] if len(letters) > 60 else []),
            *(["line"] * (len(lines) - 1)),
            *(
                ["pause"]
                if re.search(r"[，,：:]", re.sub(r"《[^《》]{0,120}》|[（(][^（()）]{0,120}[）)]", "", text))
                else []
            ),
            *(["sentence"] if _SENTENCE.search(text) else []),
            *(["unopened"] if text.count("》") > text.count("《") else []),
            *(["heading"] if _HEADING.match(text) else []),
            *(["question"] if re.search(r"[？?]$", text) else []),
            *(["office"] if is_org(text) and not is_about(text) else []),
            *(["attachment"] if re.match(r"附\s*(?:[件表]|\d)", text) or lines[0].heads_attachment else []),
            *(["furniture"] if any(line.is_page for line in lines) else []),
            *(["label"] if re.match(r"\S{2,8}[：:]", text) else []),
            *(["foreign"] if is_foreign(text) else []),
            *(["linked"] if all(line.block.linked for line in lines) else []),
            *(["menu"] if self.in_menu[start] else []),
            *(["below_office"] if self._is_below_office(start, text) else []),
            *(["centred"] if self._is_centred(start, end) else []),
        ]
        if marker is not None:
            names.append("numbered")
        if lines[0].block.level:
            names.append("markdown" if lines[0].block.level == 1 else "subheading")
        if self.listed is not None:
            names.append("listed" if letters in self.listed else "unlisted")
        known = self._named_by_file(letters)
        # 「…关于印发X的通知」 is complete: what follows is not its next line.
        if len(lines) > 1 and known < 1 and any(self._is_complete(start, at) for at in range(start + 1, end)):
            names.append("complete")
        return sum(cost("title", name) for name in names) + known * cost("title", "file_name")

    def _is_below_office(self, start: int, text: str) -> bool:
        """「关于…的通知」 right below the name of a body: that begins the title."""
        above = self.lines[start - 1] if start else None
        near = above is not None and above.is_short and not above.labels and self.lines[start].block.gap <= 1
        return near and above is not None and _ABOUT_FIRST.match(text) is not None and is_org(above.text)

    def _is_complete(self, start: int, end: int) -> bool:
        text = self.read(start, end)[0]
        return ends_like_title(text) and is_about(text)

    def _may_stand_in_title(self, line: Line) -> bool:
        block = line.block
        if block.cells or len(line.letters) > MAX_TITLE or len(block.text) > 4 * MAX_TITLE or line.is_page:
            return False
        if line.number or line.date or line.is_signed or line.labels or (line.is_note and line.marker is None):
            return False
        if _ITEM.match(line.text) or line.is_keywords or (line.order and line.order.serial) or line.is_contents:
            return False
        return not find_phones(line.text)

    def _named_by_file(self, letters: str) -> float:
        """How much of a title and of a name that the file is known by is the same: 1 where they are equal."""
        shares = [0.0]
        for name in self.names:
            shorter, longer = sorted((name, letters), key=len)
            if len(shorter) >= 6 and shorter in longer:
                shares.append(len(shorter) / len(longer))
        return max(shares)

    def _is_centred(self, start: int, end: int) -> bool:
        """Set further in than a paragraph's first line, and than the line that follows."""
        following = self.lines[end].block if end < len(self.lines) else None
        indent = min(line.block.indent for line in self.lines[start:end])
        return indent >= 8 and (following is None or following.indent < indent)

    def same(self, one: tuple[int, int], other: tuple[int, int]) -> float:
        """Whether of two titles, a page's own and the document's below it, one holds the other: 1, or less by how
        much longer the lower one is (its next line may be body), or 0."""
        upper, lower = self._letters(*one), self._letters(*other)
        if min(len(upper), len(lower)) < 6 or not (lower in upper or upper in lower):
            return 0.0
        return min(1.0, max(0.1, 2 * len(upper) / len(lower) - 1))

    def _letters(self, start: int, end: int) -> str:
        return "".join(line.letters for line in self.lines[start:end])
