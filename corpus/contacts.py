"""Whom to ask, and the telephones of a document: one entry a number, with the office it belongs to and the clause
that states it.

A number counts where it can be nothing else (area code, 400-, mobile), and else only where telephones are spoken of:
in its sentence, in a heading above it, at its column's head, in the line that introduces it. Its office is what the
words in front of it name, else the table row's, else the contact unit of its clause, else the heading's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.duties import head_office
from corpus.fields import find_email, lists_phone, read_contact
from corpus.model import Clause, Phone, Role
from corpus.numbering import read_marker
from corpus.offices import is_org
from corpus.phones import Found, find_phones, locate_phones
from corpus.text import repair, squash
from corpus.tree import Paragraph, Part, Piece, walk
from corpus.words import alternatives

_SPEAKS = re.compile(r"电\s*话|热\s*线|联系方式|手\s*机|拨打|致电|座机|Tel|TEL|tel|☎|℡")
_DIGITS = re.compile(r"\d{5}|\d{3}-\d{3}|[０-９]{5}")
# What stands between an office's name and its number: 「（咨询）电话：」, 「联系方式为」, 「地址及电话：」.
_WORDS = re.compile(
    r"(?:[（(]?(?:办公|联系|咨询|服务|监督|举报|投诉|受理|值班|报名|查询|政策|业务|固定|报警|求助|维权|对外|公开|预约|地址|固话|网址|姓名|及|和|与"
    r"|、|/|的|人|手机|座机|本校|专线|服务){0,12}(?:电\s?话|热\s?线|联系方式|手\s?机|Tel|TEL|tel|☎|℡)(?:号码)?[）)]?\s{0,4}(?:为|是|：|:|\.){0,3}\s{0,4}){1,4}$"
)
_PERSON = re.compile(r"^[（(]?[^（）()\d，。；]{1,6}(?:老师|先生|女士|同志|主任|科长|医生)[）)]?$")
_NO_OFFICE = re.compile(
    r"^(?:上班|工作|办公|周|星期|上午|下午|地址|网址|邮箱|电子|时间|如|请|可|或|为|在|若|有|因|的|即|附|注|备注|联系人|联系|咨询|拨打|致电|姓名|人$)"
    r"|电话|地址|时间|网站|邮编|传真|号[楼院]?$|路\d|\d号|[一-鿿]路.*号"
)
_NAME_HEADS = re.compile(
    r"单位|名称|机构|部门|学校|窗口|中心|站点|网点|街道|镇街|社区|科室|处室|[务名理]点|公司|企业|医院"
)
_NO_NAME_HEADS = re.compile(r"地址|地点|地段|范围|性质|类别|时间|主管|上级|备注|负责|电话|序号|编号|人$|招生")
_PHONE_HEADS = re.compile(r"电\s*话|热\s*线|联系方式|手\s*机|号码|Tel|TEL")
_ADDRESS_HEADS = re.compile(r"地址|地点")
_FAX = re.compile(r"传\s*真")
_LABEL = re.compile(r"(?:咨询|监督|举报|投诉|查询|值班|报修|报名|办公室)\s*[：:]\s*$")
_SETS_UP = re.compile(r"([^，。；：:、\s]{2,30}?)(?:已|将|还)?(?:设立|开设|设置|开通|公布)[^。；]{0,16}(?:电话|热线)")
_MAX_NAME = 30  # letters of an office's name


@dataclass(slots=True)
class Contacts:
    """What the contact lines of a notice state. `phones` are their numbers, those beside the unit first."""

    unit: str | None = None
    person: str | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()


def read_contacts(parts: Sequence[Part]) -> Contacts:
    """Contact unit, phones, person and e-mail, from the contact lines of all parts.

    Phones printed beside the unit come first; a contact person's own phone follows.
    """
    out = Contacts()
    beside: list[str] = []
    others: list[str] = []
    for part in parts:
        for item in walk(part.items):
            if not isinstance(item, Paragraph) or item.role is not Role.CONTACT:
                continue
            has_unit = any((c := read_contact(piece.text)) is not None and c.field == "unit" for piece in item.pieces)
            for piece in item.pieces:
                _read_piece(piece, out, beside if has_unit else others)
    out.phones = tuple(dict.fromkeys([*beside, *others]))
    return out


def _read_piece(piece: Piece, out: Contacts, phones: list[str]) -> None:
    contact = read_contact(piece.text)
    if contact is None:
        return
    phones += find_phones(contact.value)
    if contact.field == "unit" and out.unit is None:
        out.unit = re.split(r"[，,；;]", contact.value)[0] or None
    elif contact.field == "person" and out.person is None:
        out.person = contact.value or None
    elif contact.field == "email" and out.email is None:
        out.email = find_email(contact.value)
    elif contact.field == "phone" and out.unit is None:
        named = re.match(r"^[（(]?([^：:]{3,40}?)(?:联系|咨询|服务|监督)?电话[：:]", contact.value)
        if named and is_org(named[1]):
            out.unit = repair(named[1])


def read_phones(clauses: Sequence[Clause], contacts: Contacts) -> tuple[Phone, ...]:
    """All telephones of a notice's clauses, each once for an office: those of the contact lines first."""
    found: list[Phone] = []
    introduced = False  # the clause before ends with 「…电话：」 or is one of the list below it
    for clause in clauses:
        if _DIGITS.search(clause.text):
            found += _of_clause(clause, contacts, introduced)
        speaks = _SPEAKS.search(clause.text[-20:]) is not None and clause.text.rstrip().endswith(("：", ":", "下"))
        introduced = speaks or (introduced and lists_phone(clause.text))
    order = {number: at for at, number in enumerate(contacts.phones)}
    found.sort(key=lambda phone: order.get(phone.phone, len(order)))
    out: dict[tuple[str | None, str], Phone] = {}
    units = {phone.phone for phone in found if phone.unit}
    for phone in found:
        if phone.unit or phone.phone not in units:
            out.setdefault((phone.unit, phone.phone), phone)
    return tuple(out.values())


def _of_clause(clause: Clause, contacts: Contacts, introduced: bool) -> list[Phone]:
    if clause.role is Role.TITLE or clause.role is Role.SHREDS:
        return []
    if clause.role is Role.ROW and clause.cells:
        return _of_row(clause)
    above = introduced or clause.role is Role.CONTACT or any(_SPEAKS.search(heading) for heading in clause.path)
    own = _clause_unit(clause, contacts)
    return [Phone(unit or own, number, clause.clause_id) for number, unit in _in_text(clause.text, above)]


def _clause_unit(clause: Clause, contacts: Contacts) -> str | None:
    """The office of numbers that name none: of the contact lines, else of the innermost heading that is one."""
    if clause.role in (Role.CONTACT, Role.SIGNATURE):
        for piece in clause.text.split("；"):
            contact = read_contact(piece)
            if contact is not None and contact.field == "unit":
                return re.split(r"[，,；;]", contact.value)[0] or contacts.unit
        return contacts.unit
    for heading in reversed(clause.path):
        marker = read_marker(heading)
        name = heading[marker.length :].strip() if marker else heading
        if is_office(name):
            return name
        if office := head_office(heading):
            return office
    return None


def _in_text(text: str, above: bool) -> list[tuple[str, str | None]]:
    """Numbers of running text with the office that the words in front of each name."""
    out: list[tuple[str, str | None]] = []
    unit: str | None = None
    end = 0
    speaks = False
    for found in locate_phones(text):
        between = text[end : found.start]
        start = max(map(between.rfind, "。；;！？\n"))
        same = start < 0 and end > 0
        spoken = _SPEAKS.search(between[start + 1 :]) is not None or _LABEL.search(between) is not None
        speaks = spoken or (speaks and (same or _listed(between)))
        if _FAX.search(between[-8:]):
            end = found.end
            continue
        if not (found.sure or speaks or above or _follows(text, found)):
            end = found.end
            continue
        if (
            not re.fullmatch(r"[\s、，,/或及和]*+(?:[（(][^（）()]{0,12}[）)])?[\s、，,/；;或及和]*", between)
            or end == 0
        ):
            bare = not squash(_LABEL.sub("", _WORDS.sub("", between)).strip("，,、；; "))
            unit = _name_before(between) or (unit if same and bare else None) or _sets_up(between)
        out.append((found.number, unit))
        end = found.end
    return out


def _sets_up(between: str) -> str | None:
    """「区教育事务指导中心设立监督、咨询电话。监督：」 → 区教育事务指导中心."""
    match = _SETS_UP.search(between)
    return match[1] if match and is_office(match[1]) else None


def _listed(between: str) -> bool:
    """Whether a list of offices with numbers goes on: 「（梅老师）；东区：」."""
    return re.search(r"[：:]\s*$", between) is not None and len(between) <= 60


def _follows(text: str, found: Found) -> bool:
    """「88823627（电话）」"""
    return _SPEAKS.match(text[found.end :].lstrip("（( ")) is not None


def _name_before(between: str) -> str | None:
    """The office that the words in front of a number name, the nearest: 「报名登记地点：太平小学，电话」 → 太平小学."""
    rest = _LABEL.sub("", between[max(map(between.rfind, "。；;！？\n｜")) + 1 :])
    bare = _WORDS.sub("", rest.rstrip(" ：:（(")).rstrip(" ：:，,、（(")
    colon = rest.rstrip().endswith(("：", ":")) and squash(bare) == squash(rest)
    if not squash(bare):
        return None
    pieces = [piece for piece in re.split(r"[，,、：:]|\s+|（[^（）]*）|\([^()]*\)|[（(].*$", bare) if squash(piece)]
    for at, piece in enumerate(reversed(pieces)):
        name = _bare_name(piece)
        if not name or _NO_OFFICE.search(name) or _PERSON.match(name):
            continue
        if is_office(name) or (colon and at == 0 and len(squash(name)) <= 12):
            return name
    return None


def _bare_name(piece: str) -> str:
    text = repair(piece)
    marker = read_marker(text)
    text = text[marker.length :] if marker else text
    text = re.sub(r"^(?:由|向|到|与|请|联系|咨询|即|和|及|拨打)+|[“”\"《》]", "", text).strip()
    # 「持证件到元平特殊学校」
    last = re.split(r"(?<=.)[到向由]", text)[-1]
    return last if last and is_office(last) else text


def is_office(name: str) -> bool:
    """Whether a name is one of an office, a school, a place where people are served."""
    return len(squash(name)) <= _MAX_NAME and (
        is_org(name) or re.search(rf"{alternatives('places_of_service')}$", name) is not None
    )


def _of_row(clause: Clause) -> list[Phone]:
    """Numbers of a table's row: those of a column of telephones, and those that a cell calls so."""
    out: list[Phone] = []
    names = _names_of(clause)
    caption = clause.text.partition(next((cell for _, cell in clause.cells if cell), ""))[0]
    above = any(_SPEAKS.search(heading) for heading in (*clause.path, caption))
    headed = any(_PHONE_HEADS.search(head) for head, _ in clause.cells)
    for at, (head, cell) in enumerate(clause.cells):
        if _FAX.search(head) and not _SPEAKS.search(head):
            continue
        column = _PHONE_HEADS.search(head) is not None
        found = _in_text(cell, column or (above and not headed))
        # 「地址及联系电话」: what stands in front of the only number is the address of the row's office.
        address = _ADDRESS_HEADS.search(head) is not None and len({unit for _, unit in found}) == 1
        for number, unit in found:
            before = [name for index, name in names if index < at] or [name for _, name in names]
            unit = None if address and before else unit
            out.append(Phone(unit or next(reversed(before), None), number, clause.clause_id))
    return out


def _names_of(clause: Clause) -> list[tuple[int, str]]:
    """The cells of a row that name offices, with their places: by the columns' heads, else what is a name, else the
    first words."""
    cells = [(at, head, repair(cell)) for at, (head, cell) in enumerate(clause.cells)]
    words = [(at, head, cell) for at, head, cell in cells if not re.fullmatch(r"[\d\s./、，,（）()\-—－]*", cell)]
    short = [(at, head, cell) for at, head, cell in words if len(squash(cell)) <= _MAX_NAME]
    by_head = [(at, cell) for at, head, cell in short if _NAME_HEADS.search(head) and not _NO_NAME_HEADS.search(head)]
    by_name = [(at, cell) for at, head, cell in short if is_office(cell) and not _NO_NAME_HEADS.search(head)]
    return by_head or by_name or [(at, cell) for at, head, cell in short if not _SPEAKS.search(head)][:1]


def first_contact(contacts: Contacts, phones: Sequence[Phone]) -> tuple[str | None, str | None]:
    """Unit and telephone that stand for the whole notice: those of its contact lines, else the only office's with
    its first number. Where numbers of several offices are listed, none of them is the notice's."""
    if contacts.phones or contacts.unit:
        return contacts.unit, next(iter(contacts.phones), None)
    units = {phone.unit for phone in phones}
    return (phones[0].unit, phones[0].phone) if len(units) == 1 else (None, None)
