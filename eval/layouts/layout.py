"""How a structure is printed. Every choice is one that real files show; the plainest comes first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from eval.layouts.chooser import Chooser


class NumberPlace(StrEnum):
    """Where a letter's number stands."""

    BELOW = "标题下方"
    ABOVE = "标题上方"
    BRACKETS = "标题下方括号内"
    BESIDE = "标题同行"
    LETTERHEAD = "文件头下方"
    LABEL = "文号标签行"
    TABLE = "信息表内"


class OrderHead(StrEnum):
    """How an order or an announcement is headed."""

    ONE_LINE = "一行"
    TWO_LINES = "两行"
    BRACKETS = "括号内"
    WITH_TITLE = "与标题同行"


class Info(StrEnum):
    """Lines of a web page about the document."""

    NONE = "无"
    SOURCE = "来源和时间行"
    DATE = "发布时间行"
    TABLE = "信息表"


class InfoPlace(StrEnum):
    """Where they stand."""

    UNDER_TITLE = "标题下"
    ABOVE_TITLE = "标题上"
    ABOVE_BODY = "正文上"


class Site(StrEnum):
    """What of a web page's menus and feet was saved with it."""

    NONE = "无"
    HEAD = "页首"
    FOOT = "页尾"
    BOTH = "页首和页尾"


class Pages(StrEnum):
    """What is printed on every page."""

    NONE = "无"
    NUMBERS = "页码"
    HEADS = "页码和页眉"


class DatePlace(StrEnum):
    """Where the day of signature stands."""

    BELOW = "署名下一行"
    BESIDE = "署名同行"
    UNDER_TITLE = "标题下括号内"


class ContactPlace(StrEnum):
    """Where contacts stand."""

    BEFORE = "署名前"
    BEHIND = "署名后"


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of one file. Lengths are in characters, gaps in blank lines."""

    number_place: NumberPlace = NumberPlace.BELOW
    brackets: str = "〔〕"
    serial: str = "{}"
    order_head: OrderHead = OrderHead.ONE_LINE
    info: Info = Info.NONE
    info_place: InfoPlace = InfoPlace.UNDER_TITLE
    site: Site = Site.NONE
    crumb: bool = False
    tools: bool = False
    contents: bool = False
    pages: Pages = Pages.NONE
    page_number: str = "— {} —"
    page_lines: int = 18
    columns: int = 1
    gap: int = 1
    paragraph_gap: int = 0
    title_lines: int = 1
    width: int | None = None
    indent: str = "　　"
    marker_gap: str = "　"
    date_form: str = "{y}年{m}月{d}日"
    date_place: DatePlace = DatePlace.BELOW
    right: bool = False
    contact_place: ContactPlace = ContactPlace.BEFORE
    issued_gap: int = 1
    spread: bool = False  # 总　则
    bullet: str = ""  # in front of the title
    title_twice: bool = False  # the page's heading, label lines, then the document's own title
    title_in_name: bool = False  # a single regulation's, and nowhere else
    blank: str = ""  # what stands on a blank line
    half_width: bool = False  # ,:;() instead of ，：；（）
    encoding: str = "utf-8"  # of a text
    newline: str = "\n"
    variant: int = 0  # which of several texts site furniture and labels have


_BRACKETS = [("〔〕", 50), ("［］", 10), ("[]", 14), ("（）", 10), ("()", 8), ("【】", 3), ("﹝﹞", 5)]
_SERIALS = [("{}", 75), ("第{}", 10), ("{:03}", 10), (" {} ", 5)]
_PAGE_NUMBERS = ["— {} —", "- {} -", "－{}－", "{}", "第 {} 页", "·{}·"]
_DATE_FORMS = [("{y}年{m}月{d}日", 60), ("chinese", 22), ("{y} 年 {m} 月 {d} 日", 10), ("{y}年{m:02}月{d:02}日", 8)]


def fitted(layout: Layout, documents: int) -> Layout:
    """The layout of a file of so many documents: one alone has no contents page, several have no file's name."""
    return replace(
        layout,
        contents=layout.contents and documents > 1,
        title_in_name=layout.title_in_name and documents == 1,
    )


def draw_layout(choose: Chooser) -> Layout:
    """A layout for any file."""
    site = choose.weighted([(Site.NONE, 70), (Site.HEAD, 8), (Site.FOOT, 8), (Site.BOTH, 14)])
    from_web = site is not Site.NONE
    paged = not from_web and choose.chance(25)
    paragraph_gap = int(choose.chance(25))
    return Layout(
        number_place=choose.weighted(
            [(NumberPlace.BELOW, 40), (NumberPlace.ABOVE, 18), (NumberPlace.BRACKETS, 9), (NumberPlace.BESIDE, 9),
             (NumberPlace.LETTERHEAD, 10), (NumberPlace.LABEL, 7), (NumberPlace.TABLE, 7)]
        ),
        brackets=choose.weighted(_BRACKETS),
        serial=choose.weighted(_SERIALS),
        order_head=choose.weighted(
            [(OrderHead.ONE_LINE, 30), (OrderHead.TWO_LINES, 40), (OrderHead.BRACKETS, 20), (OrderHead.WITH_TITLE, 10)]
        ),
        info=choose.weighted([(Info.NONE, 60), (Info.SOURCE, 16), (Info.DATE, 12), (Info.TABLE, 12)]),
        info_place=choose.weighted(
            [(InfoPlace.UNDER_TITLE, 50), (InfoPlace.ABOVE_TITLE, 25), (InfoPlace.ABOVE_BODY, 25)]
        ),
        site=site,
        crumb=from_web and choose.chance(60),
        tools=from_web and choose.chance(50),
        contents=not from_web and choose.chance(30),
        pages=choose.weighted([(Pages.NUMBERS, 60), (Pages.HEADS, 40)]) if paged else Pages.NONE,
        page_number=choose.one(_PAGE_NUMBERS),
        page_lines=choose.between(18, 44),
        columns=2 if choose.chance(20) else 1,
        gap=max(paragraph_gap, choose.weighted([(1, 40), (2, 30), (0, 20), (3, 10)])),
        paragraph_gap=paragraph_gap,
        title_lines=choose.weighted([(1, 60), (2, 28), (3, 12)]),
        width=choose.between(24, 46) if choose.chance(40) else None,
        indent=choose.weighted([("　　", 60), ("", 25), ("    ", 15)]),
        marker_gap=choose.one(["　", "", " ", "  "]),
        date_form=choose.weighted(_DATE_FORMS),
        date_place=choose.weighted([(DatePlace.BELOW, 75), (DatePlace.BESIDE, 12), (DatePlace.UNDER_TITLE, 13)]),
        right=choose.chance(40),
        contact_place=choose.weighted([(ContactPlace.BEFORE, 60), (ContactPlace.BEHIND, 40)]),
        issued_gap=max(paragraph_gap, choose.weighted([(1, 50), (0, 25), (2, 25)])),
        spread=choose.chance(25),
        bullet=choose.one(["■", "★", "●"]) if choose.chance(4) else "",
        title_twice=from_web and choose.chance(20),
        title_in_name=not from_web and choose.chance(6),
        blank=choose.weighted([("", 88), ("　　", 8), (" ", 4)]),
        half_width=choose.chance(7),
        encoding=choose.weighted([("utf-8", 78), ("gb18030", 14), ("utf-8-sig", 8)]),
        newline=choose.weighted([("\n", 75), ("\r\n", 25)]),
        variant=choose.below(12),
    )  # fmt: skip
