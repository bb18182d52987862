"""What each line of a file could be: the features that `corpus.segment` weighs against each other."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.blocks import Block
from corpus.dates import find_dates, only_date
from corpus.doc_number import DocNumber, only_number
from corpus.fields import NOTE, is_attachment_head, read_addressee, read_contact, split_signature
from corpus.kinds import kind_pattern
from corpus.labels import is_page_words, read_label_cells, read_labels
from corpus.numbering import Marker, read_marker
from corpus.text import CJK, at_most, ends_sentence, is_cjk, repair, squash
from corpus.words import alternatives

MAX_TITLE = 120  # letters; the longest title of 2,000 central documents has about 90
_MENU = 12  # letters of a menu's item; longer ones are told as links
_SHORT = 120  # letters: a longer line is body, whatever it holds

_KIND = kind_pattern("official", "rules", "titles")
# Also 「云岭市停车管理（征求意见稿）」 and 「招生政策60问」.
_TITLE_END = re.compile(
    rf"{_KIND}(?:[（(〔\[][^）)〕\]]{{1,20}}[）)〕\]])*$|[（(](?:征求意见|送审|修订|讨论)稿[）)]$|\d{{1,3}}问$"
)
_KIND_FIRST = re.compile(rf"的?{kind_pattern('official')}(?![规发函办])")
_NOT_TITLE = re.compile(r"[。；;！？?]|[：:]$|^附\s*件|^点击|^[（(].*[）)]$")
_ISSUED = re.compile(r"关于|印发|转发|批转|[实贯]施《")
_BODY_NAME = re.compile(rf"^.{{2,40}}?{alternatives('org_suffixes')}[\s、，]*(?:关于|印发|转发|批转|对)")
_ORDER_NAME = re.compile(r"^(?P<issuer>[^，。；：《》（()）【】\[\]\s]{2,40})(?P<kind>令|公告)$")
_SERIAL = r"(?:(?P<year>(?:19|20)\d\d)年)?第(?P<serial>\d{1,4}|[一二三四五六七八九十百零〇]{1,6})号"
_ORDER_SERIAL = re.compile(rf"^[（(〔\[]?{_SERIAL}[）)〕\]]?$")
_ORDER_WHOLE = re.compile(
    rf"^(?P<issuer>[^，。；：《》（()）【】\[\]\s]{{2,40}})(?P<kind>令|公告)[（(〔\[]?{_SERIAL}[）)〕\]]?$"
)
_ORDER_BEHIND = re.compile(  # 「北京市人民政府第68号令」
    r"^(?P<issuer>[^，。；：《》（()）【】\[\]\s]{2,40}?)第(?P<serial>\d{1,4}|[一二三四五六七八九十百零〇]{1,6})号(?P<kind>令)$"
)
_BANNER = re.compile(rf"^.{{2,60}}(?:{alternatives('org_suffixes')})(?:文件|公报|公告栏)$")
# 「（2012年10月28日云岭省第九届人民代表大会常务委员会第三十次会议通过）」, also over several lines.
_PASSED = re.compile(r"通过|公布|发布|修正|修订|修改|批准|施行|制定|令第|征求意见")
_OPEN = re.compile(
    r"[（(]?(?:(?:信息)?公开(?:方式|选项|类别)\s{0,4}[：:])?\s{0,4}(?:主动公开|依申请公开|不予公开|此件公开发布|此件公开)[）)]?"
)
_SIGNER = re.compile(
    r"^代?(?:总理|省长|市长|州长|区长|县长|主席|主任|部长|局长|厅长|署长|行长)[　 ：:]+\S{2,4}(?:[　 ]\S)?$"
)
_CLOSING = re.compile(r"(?:施行|实施|执行|试行|废止|解释|为准)[。）)]*$")
_BRACKETED = re.compile(r"^[（(〔\[].*[）)〕\]]$|^[（(][^）)]*$|^[^（(]*[）)]$")
_PRINTED = re.compile(r"日\s*印发$|^抄\s*[送报]\s*[：:]|^(?:打字|校对)\s*[：:]|共印\s*\d+\s*份")
_PAGE_BEHIND = re.compile(r"(?<=\S)[ \u3000\t]{1,80}\d{1,3}$")
_KEYWORDS = re.compile(rf"(?:[{CJK}]{{2,10}}[\s△]{{1,8}}){{2,8}}{kind_pattern('official')}")
_LEADER = re.compile(
    r"(?:…|\.{3}|·{3}|‥|—{3})[\s.…·—‥]{0,80}[（(]?\d{1,4}[）)]?\s{0,8}$|^\s{0,40}目\s{0,8}[录次]\s{0,8}$"
)
_IN_BRACKETS = re.compile(r"^[（(]([^（()）]{6,16})[）)]$")  # 「（2015年5月16日）」
_CLOCK = re.compile(r"^(?:19|20)\d\d[-/.年]\s*\d{1,2}[-/.月]\s*\d{1,2}日?(?:\s+\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?")
_MAX_NOTE = 160  # letters of a note in brackets


@dataclass(frozen=True, slots=True)
class Order:
    """An order's or announcement's name, its serial, or both: `云岭市人民政府令`, `第12号`, `云岭市人民政府令第12号`,
    `云岭市财政局公告`, `2019年第35号`."""

    issuer: str | None = None
    kind: str | None = None  # 令 or 公告
    year: str | None = None
    serial: str | None = None

    def joined(self, other: Order) -> Order | None:
        """Name and serial together, or None where both have one, or they are of different kinds."""
        if (self.issuer and other.issuer) or (self.serial and other.serial):
            return None
        both = Order(
            self.issuer or other.issuer,
            self.kind or other.kind,
            self.year or other.year,
            self.serial or other.serial,
        )
        whole = both.issuer is not None and both.serial is not None
        return None if whole and both.doc_number is None else both

    @property
    def doc_number(self) -> str | None:
        """The number, if name and serial are known and go together: an announcement's has a year, unless a people's
        congress makes it, an order's none."""
        if self.issuer is None or self.serial is None or (self.kind == "令" and self.year):
            return None
        if self.kind == "令":
            return str(DocNumber("order", self.issuer, None, self.serial))
        if self.year is None and "人民代表大会" not in self.issuer:
            return None
        return str(DocNumber("announcement" if self.year else "congress", self.issuer, self.year, self.serial))


@dataclass(frozen=True)
class Line:
    """One block and what it could be. Everything is found out when it is asked for, once."""

    block: Block

    @functools.cached_property
    def text(self) -> str:
        return repair(self.block.text)

    @functools.cached_property
    def letters(self) -> str:
        return squash(self.block.text)

    @functools.cached_property
    def is_short(self) -> bool:
        return not self.block.cells and at_most(self.block.text, _SHORT)

    @functools.cached_property
    def number(self) -> str | None:
        """The 发文字号 that the line is and nothing else; 「通报　云建字〔2024〕3号」 ends a title, with its number."""
        number = only_number(self.block.text) if self.is_short else None
        return None if number and _KIND_FIRST.match(number) else number

    @functools.cached_property
    def order(self) -> Order | None:
        text = self.text.replace(" ", "") if self.is_short else ""
        if match := _ORDER_WHOLE.match(text) or _ORDER_BEHIND.match(text):
            return Order(**match.groupdict())
        if (match := _ORDER_NAME.match(text)) and not is_about(match["issuer"]) and not match["issuer"].endswith("的"):
            return Order(match["issuer"], match["kind"])
        if match := _ORDER_SERIAL.match(text):
            return Order(year=match["year"], serial=match["serial"])
        return None

    @functools.cached_property
    def labels(self) -> list[tuple[str, str]]:
        """The fields of a line of information, as (field, value)."""
        return read_label_cells(self.block.cells) if self.block.cells else read_labels(self.block.text)

    @functools.cached_property
    def is_page(self) -> bool:
        return not self.block.cells and is_page_words(self.block.text)

    @functools.cached_property
    def is_keywords(self) -> bool:
        """The 主题词 of a document, the last of them its kind: 「气象 香港 澳门 函」 (GB/T 9704—1999)."""
        return self.is_short and _KEYWORDS.fullmatch(self.block.text.strip()) is not None

    @functools.cached_property
    def is_item(self) -> bool:
        """Whether it may be one of a menu: a few words, alone."""
        few = self.block.linked or (not self.block.cells and len(self.letters) <= _MENU)
        return few and not self.ends and self.marker is None and not self.date

    @functools.cached_property
    def marker(self) -> Marker | None:
        return None if self.block.cells else read_marker(self.block.text)

    @functools.cached_property
    def ends(self) -> bool:
        return ends_sentence(self.block.text)

    @functools.cached_property
    def date(self) -> str | None:
        """The ISO date of a line that is nothing but one, with or without the time of day."""
        if not self.is_short:
            return None
        date = only_date(_IN_BRACKETS.sub(r"\1", self.text))
        clock = None if date else _CLOCK.fullmatch(self.text)
        return date or (_iso(clock.group()) if clock else None)

    @functools.cached_property
    def is_note(self) -> bool:
        """A date, a red banner or a note in brackets, as they stand between title and body."""
        text = self.text
        if self.block.cells or len(self.letters) > _MAX_NOTE:
            return False
        if self.date or NOTE.fullmatch(self.block.text.strip()) or _BANNER.match(text) or _OPEN.fullmatch(text):
            return True
        passed = _PASSED.search(text) is not None
        if _BRACKETED.match(text) and not self.marker and passed:
            return True
        dates = find_dates(text)
        return bool(dates) and dates[0][0] == 0 and passed and not self.ends

    @functools.cached_property
    def banner(self) -> str | None:
        """Whose 发文机关标志 the line is: 「云岭省市场监督管理局文件」 (GB/T 9704—2012 7.2.4)."""
        match = None if self.block.cells else _BANNER.match(self.text)
        return self.text.removesuffix("文件") if match and self.text.endswith("文件") else None

    @functools.cached_property
    def is_printed(self) -> bool:
        """A line of the 版记: 抄送…, …2021年2月7日印发."""
        return self.is_short and _PRINTED.search(self.text) is not None

    @functools.cached_property
    def is_signed(self) -> bool:
        """A line as it stands below a body: date, printing line, note, contact line."""
        if self.block.cells or not at_most(self.block.text, _SHORT):
            return False
        return (
            split_signature(self.block.text) is not None
            or self.date is not None
            or self.is_printed
            or _SIGNER.match(self.block.text.strip()) is not None
            or _OPEN.fullmatch(self.text) is not None
            or read_contact(self.block.text) is not None
        )

    @functools.cached_property
    def is_closing(self) -> bool:
        """A last article or sentence: 本办法自2021年1月1日起施行。"""
        return self.ends and _CLOSING.search(self.text[-12:]) is not None and re.search("本|自", self.text) is not None

    @functools.cached_property
    def is_addressee(self) -> bool:
        if self.block.cells or self.labels:
            return False
        return read_addressee(self.block.text[:400]) is not None

    @functools.cached_property
    def is_contents(self) -> bool:
        """An entry of a contents page: dots and a page number at its end, or a title and a page number apart."""
        if self.block.cells:
            return False
        text = self.block.text.rstrip()
        if _LEADER.search(text):
            return True
        page = _PAGE_BEHIND.search(text) if self.is_short else None
        return page is not None and ends_like_title(text[: page.start()])

    @functools.cached_property
    def heads_attachment(self) -> bool:
        return not self.block.cells and is_attachment_head(self.block.text)


def _iso(clock: str) -> str | None:
    year, month, day = map(int, re.findall(r"\d+", clock)[:3])
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def views(blocks: Sequence[Block]) -> list[Line]:
    return [Line(block) for block in blocks]


def ends_like_title(text: str) -> bool:
    """Whether a text ends with a kind of document, perhaps with 「（试行）」 behind it."""
    return _TITLE_END.search(text) is not None


def looks_like_title(text: str) -> bool:
    """A complete title: it ends with a kind of document and is no sentence, label or item."""
    text = repair(text)
    if re.search(r"[\\∄<>|*]", text):  # what OCR makes of a table
        return False
    if (
        not at_most(text, MAX_TITLE)
        or len(squash(text)) < 4
        or is_foreign(text)
        or _NOT_TITLE.search(text)
        or text.startswith("《")
    ):
        return False
    return ends_like_title(text) and read_marker(text) is None and not find_dates(text[-14:])


def is_about(text: str) -> bool:
    """关于…, 印发…: what most titles say."""
    return _ISSUED.search(text) is not None


def names_issuer(text: str) -> bool:
    """Whether a text begins with the name of a body, as a title does."""
    return _BODY_NAME.match(text) is not None


def is_foreign(text: str) -> bool:
    """Whether most of a text's letters are no Chinese characters."""
    return sum(map(is_cjk, text)) * 2 < len(squash(text))
