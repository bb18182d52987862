"""Lines with a fixed role around a document's body: addressee, attachments, signature, contact lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.dates import find_dates, only_date
from corpus.duties import is_role_label
from corpus.numbering import read_marker
from corpus.offices import is_org
from corpus.people import is_person
from corpus.phones import find_phones
from corpus.text import at_most, ends_sentence, nfkc, repair, squash
from corpus.words import alternatives, misreadings, words

# 此件公开发布、本文有删减: 附注 (GB/T 9704—2012 7.3.7).
NOTE = re.compile(r"[（(]\s*(?:此件|本文|此文)[^（）()]{2,16}[）)]")
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z]{2,})+")
_CONTACT_LABEL = re.compile(
    r"^\s*(?:[（(]\s*)?([^\s：:，。、（）()]{1,3}(?:\s*[^\s：:，。、（）()]){0,5})\s*[：:]\s*(.*)$"
)
_PHONE_LINE = re.compile(r"^[（(]?([^：:。；]{2,40}?)(?:联系|咨询|服务|监督|举报|投诉|受理)?电话[：:]\s*(.+)$")
_ATTACHMENT_HEAD = re.compile(r"^附\s*(?:件\s*)?(?:(\d{1,2}|[一二三四五六七八九十])\s*)?[.．、:：]?$")
_ATTACHMENT_LIST = re.compile(r"^附\s*(?:件\s*)?(?:[：:]|\d{1,2}\s*[.．]\s*\S)")
_ADDRESSEE = re.compile(rf"(?:{alternatives('addressee_ends')}|[）)])$")
# A line that ends with its colon and names bodies or people, and nothing of what else a colon announces.
_BODIES = re.compile(
    r"^(?:各|本)|[局厅委部校院社]、|[省市县区旗镇乡][、，]|单位|部门|代表$|同志$|先生$|女士$|[小中大]学$|校$|行$|户$"
)
_NO_BODIES = re.compile(
    r"如下|以下|下列|通知|通告|公告|要求|规定|情况|问题|条件|材料|方式|时间|地点|对象|内容|包括|办法|电话|地址|标准|程序|流程|范围|原则|名单"
)
_SIGNED_BY = re.compile(
    r"代?(?:总理|省长|市长|州长|区长|县长|主席|主任|部长|局长|厅长|署长|行长)[\s：:]*\S{2,4}(?:\s\S)?"
)
OFFICE_HEAD = re.compile(r"^([^\s：:，。；、（）()《》\d][^：:，。；、《》]{1,24})[：:]\s*(?=\S)")
_NO_OFFICE = re.compile(r"电话|联系|咨询|热线|传真|地址|时间|邮[编箱政]|网[址站]|Q群|QQ|号$|人$")
_MAX_PHONES = 120  # letters of a line that lists telephones
# Closing words of a body: 特此通知, 此复, 请遵照执行, 以上意见…请批转各地执行, 本办法由…负责解释.
CLOSING = re.compile(
    r"^(?:特此|专此|此复|此致|妥否|以上.{0,6}(?:复|示|函)|以上意见[^。]{0,30}执行。?$"
    r"|[请望](?:各[^。，]{1,12})?(?:认真|严格|切实)?(?:遵照|参照|贯彻)(?:落实|执行|实施){1,2}。?$"
    r"|[本该](?:文件|规划|办法|方案|通知|规定|条例|细则|意见|预案|决定|通告|公告|指引|职责).{0,30}"
    r"(?:解释|施行|实施|执行|试行|废止))"
)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact line: which field it states, its value and source line."""

    field: str  # unit, phone, person, email, other
    value: str


def _near(label: str, names: tuple[str, ...]) -> bool:
    """Whether a label is one of `names`, one misread character allowed in four or more."""
    return any(
        label == name or (len(label) == len(name) >= 4 and sum(a != b for a, b in zip(label, name, strict=True)) == 1)
        for name in names
    )


def read_contact(text: str) -> Contact | None:
    """A contact line (`咨询单位: …`, `答询电话: …`, `联系人: …`, `邮 箱: …`), or None."""
    folded = nfkc(text) if len(nfkc(text)) == len(text) else text
    match = _CONTACT_LABEL.match(folded)
    if match:
        label, value = re.sub(r"\s", "", match[1]), match[2].strip().rstrip(")）")
        known = label in (*words("contact_units"), *words("contact_phones"))
        if known or not is_role_label(label):  # 承办单位 may be either: whoever prints it alone means whom to ask
            if _near(label, words("contact_units")):
                return Contact("unit", repair(value))
            if _near(label, words("contact_phones")) and (find_phones(value) or not value):
                return Contact("phone", value)
            if label in words("contact_people") and len(squash(value)) <= 30:
                return Contact("person", repair(value))
            if label in ("邮箱", "电子邮箱", "电子邮件", "Email", "E-mail", "电邮") and _EMAIL.search(value):
                return Contact("email", value)
            if label in ("传真", "邮编", "邮政编码", "地址", "联系地址", "通讯地址", "网址") and len(value) <= 60:
                return Contact("other", value)
    line = _PHONE_LINE.match(folded.strip())
    if line and find_phones(line[2]) and len(squash(folded)) <= 60:
        return Contact("phone", folded.strip())
    return None


def lists_phone(text: str) -> bool:
    """`石岐区：23328109(梅老师)`: a line that gives the telephones of what it begins with."""
    match = OFFICE_HEAD.match(text)
    if match is None or _NO_OFFICE.search(match[1]) or not at_most(text, _MAX_PHONES):
        return False
    return bool(find_phones(text[match.end() :])) and read_contact(text) is None


def find_email(text: str) -> str | None:
    match = _EMAIL.search(nfkc(text))
    return match.group() if match else None


def read_addressee(text: str) -> str | None:
    """The 主送机关 at the start of a paragraph: bodies up to the first colon, or None."""
    match = re.match(r"([^：:。；]{2,300})[：:]", text)
    if not match or read_marker(text):
        return None
    names = repair(match[1])
    alone = not squash(text[match.end() :]) and _BODIES.search(names) and not _NO_BODIES.search(names)
    if "《" in names or not (_ADDRESSEE.search(names) or alone) or len(squash(names)) < 3:
        return None
    if re.match(r"^(?:现|为|经|根据|按照|具体|对象|其中|关于|一是|公告|以下)", names):
        return None
    return names


def is_attachment_head(text: str) -> bool:
    """Whether a line is the head of an attachment: 附件, 附件 2, 附件1. alone, also as OCR misreads 附 (邪件)."""
    compact = repair(text).replace(" ", "")
    misread = next((word for word in misreadings("附件") if compact.startswith(word)), None)
    if misread is not None:
        compact = "附件" + compact.removeprefix(misread)
    return _ATTACHMENT_HEAD.match(compact) is not None


def is_attachment_list(text: str) -> bool:
    """`附件: 1. …`, or `附件：` alone: the list of attachments behind the body."""
    compact = repair(text)
    if re.fullmatch(r"附\s*件\s*[：:]", compact):
        return True
    return _ATTACHMENT_LIST.match(compact) is not None and not is_attachment_head(text)


def split_signature(text: str) -> tuple[str, str] | None:
    """Signer and ISO date of a line such as `吕梁市离石区人民政府 2023年4月6日`, or None.

    The signer may be empty (a date alone).
    """
    compact = repair(NOTE.sub("", text))
    dates = find_dates(compact)
    if not dates:
        return None
    start, end, date = dates[-1]
    if compact[end:].strip("印发 　.。"):
        return None
    signer = compact[:start].strip()
    if len(dates) > 1 or len(squash(signer)) > 60 or ends_sentence(signer) or re.search(r"[，。；：]", signer):
        return None
    if _SIGNED_BY.fullmatch(signer):  # 「区长 喻若水 2012年7月22日」
        return "", date
    if signer and not is_org(signer):
        return None
    return signer, date


def may_sign(text: str) -> bool:
    """Whether a line may be the signer above a signature's date: a short one that is no date, no sentence, no item,
    no member of a list, no line of contacts. 「市长：陈明」 may be."""
    compact = repair(text)
    if only_date(compact) or is_person(text) or find_phones(compact):
        return False
    if (label := re.match(r"([^：:]*)[：:]", compact)) and not re.search(rf"{alternatives('posts')}$", label[1]):
        return False
    return len(squash(compact)) <= 40 and not ends_sentence(compact) and read_marker(compact) is None
