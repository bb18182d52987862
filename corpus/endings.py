"""What stands around a body's end: notes, contact lines, signatures, printing lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.blocks import Block
from corpus.cursor import Cursor, piece_of
from corpus.dates import only_date
from corpus.fields import (
    CLOSING,
    NOTE,
    is_attachment_head,
    is_attachment_list,
    lists_phone,
    may_sign,
    read_contact,
    split_signature,
)
from corpus.model import Role
from corpus.numbering import Style, read_marker
from corpus.offices import is_org
from corpus.phones import find_phones
from corpus.text import at_most, ends_sentence, repair, squash
from corpus.tree import Paragraph, Piece

# 版记 (GB/T 9704—2012 7.4): 抄送机关, 印发机关和印发日期, and the lines of 政府信息公开 that stand beside them.
_PRINTING = re.compile(
    r"^(?:(?:抄\s*[送报]|分\s*送|公开方式|公开属性|信息公开(?:选项|类别|形式|属性)|公开(?:选项|类别|形式)|打字|校对|印发(?:机关|日期)|打印)"
    r"\s*[：:]|共印\s*\d+\s*份|主动公开$|依申请公开$)"
)
# 「主题词：教育　通知」, 「【主题词】教育」, 「主题词　教育　通知」; 「主题词表由…编制」 is text.
_KEYWORDS = re.compile(r"\s*[【\[]?主\s{0,4}题\s{0,4}词(?:\s{0,4}[：:】\]]|\s)")
_PRINTED_ON = re.compile(r"日\s*印发?$|^[（(]?共印\s*\d+\s*份")
_SENT = re.compile(r"^(?:抄\s*[送报]|分\s*送)\s*[：:]")
_MAX_PRINTING = 8  # lines
_MAX_SENT = 3  # further lines of the list of whom it is sent to
_OF_CONTACTS = re.compile(r"联系|咨询|电话|热线|投诉|举报|监督|办公地点|办理地点|受理")
_MAX_CONTACT = 80  # letters of a line of contacts
_MAX_LEAD = 20  # characters of 「咨询电话：」 above a list
_MAX_SIGNERS = 6  # bodies that sign one document
_LOOK_AHEAD = 40  # lines behind a contact line in which a further item or the signature shows


class Endings:
    """Reads the lines around a body's end. Each step says whether it took the current block(s)."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def note(self) -> bool:
        block = self.cursor.blocks[self.cursor.at]
        if not NOTE.fullmatch(block.text.strip()):
            return False
        self._sign([block])
        return True

    def _sign(self, blocks: list[Block]) -> None:
        self.cursor.outline.close_all()
        last = self.cursor.outline.part.items[-1] if self.cursor.outline.part.items else None
        pieces = [piece_of(block) for block in blocks]
        if isinstance(last, Paragraph) and last.role is Role.SIGNATURE:
            last.pieces += pieces
        else:
            self.cursor.append(Paragraph(pieces, Role.SIGNATURE))
        self.cursor.closed = True
        self.cursor.at += len(blocks)

    def printing(self) -> bool:
        """The lines of whom it is sent to and when it was printed, below the last part: 抄送：…, …印发."""
        block = self.cursor.blocks[self.cursor.at]
        if block.cells or not _prints(block.text):
            return False
        lines = [block]
        for offset in range(1, _MAX_PRINTING):
            following = self.cursor.block(offset)
            if following is None or following.cells:
                break
            if not self._goes_on_printing(lines[-1], following):
                break
            lines.append(following)
        self._sign(lines)
        return True

    def _goes_on_printing(self, before: Block, block: Block) -> bool:
        text = repair(block.text)
        if _prints(block.text) or _PRINTED_ON.search(text):
            return True
        # The list of whom it is sent to goes on over lines up to its full stop, which must come soon.
        if ends_sentence(before.text) or read_marker(text) is not None or not _SENT.match(repair(before.text)):
            return not ends_sentence(before.text) and before.text.rstrip()[-1:] in "，,、；;" and not read_marker(text)
        return self._list_ends(block)

    def _list_ends(self, block: Block) -> bool:
        """Whether a list that goes on in a block ends there or within the next lines, in front of the printing line."""
        at = self.cursor.blocks.index(block, self.cursor.at)
        for one in self.cursor.blocks[at : at + _MAX_SENT]:
            if one.text.rstrip().endswith("。") or _PRINTED_ON.search(repair(one.text)):
                return True
        return False

    def contact_list(self) -> bool:
        """「咨询电话：」 alone above a list of offices with telephones, behind the body: one entry an office. Below a
        heading of contacts, and where the items or questions go on, the list is a part of the body."""
        cursor = self.cursor
        block = cursor.blocks[cursor.at]
        if block.cells or not _leads_contacts(block.text):
            return False
        entries: list[list[Block]] = []
        end = cursor.at + 1
        while (following := cursor.block(end - cursor.at)) is not None:
            if following.continues and entries:
                entries[-1].append(following)
            elif not following.cells and lists_phone(following.text):
                entries.append([following])
            else:
                break
            end += 1
        top = cursor.outline.top
        lead = top.items[0] if top is not None and top.items and not cursor.closed else None
        headed = isinstance(lead, Paragraph) and _OF_CONTACTS.search(lead.text) and not ends_sentence(lead.text)
        if not entries or headed or self._asks_on() or self._items_go_on():
            return False
        cursor.outline.close_all()
        for at, entry in enumerate(entries):
            pieces = [piece_of(block)] if at == 0 else []
            cursor.append(Paragraph([*pieces, _whole(entry)], Role.CONTACT))
        if not self._body_goes_on():
            cursor.closed = True
        cursor.at = end
        return True

    def contact(self) -> bool:
        cursor = self.cursor
        block = cursor.blocks[cursor.at]
        contact = read_contact(block.text)
        top = cursor.outline.top
        if top is not None and top.style is Style.QUESTION:
            # Below the last answer it is the page's, where the question is of something else.
            below = contact is not None and contact.field in ("unit", "phone") and not self._asks_on()
            if not below or _OF_CONTACTS.search(top.paragraphs[0].text):
                return False
        if contact is None:
            return self._more_contact(block)
        following = self.cursor.block(1)
        stands_alone = following is None or not ends_sentence(block.text) or len(squash(block.text)) <= 60
        if not stands_alone:
            return False
        if not self._stays_open():
            cursor.outline.close_all()
        taken = [block]
        while (following := cursor.block(len(taken))) is not None and following.continues:
            taken.append(following)
        if last := cursor.last_paragraph(Role.CONTACT):
            last.pieces.append(_whole(taken))
        else:
            cursor.append(Paragraph([_whole(taken)], Role.CONTACT))
        if contact.field in ("unit", "phone") and not self._body_goes_on():
            cursor.closed = True
        cursor.at += len(taken)
        return True

    def _more_contact(self, block: Block) -> bool:
        """A line with a number that goes on with the contact line before it: 「…55501234；」 「柏林路22号55505678」."""
        last = self.cursor.last_paragraph(Role.CONTACT)
        if last is None or block.cells or read_marker(block.text) or not at_most(block.text, _MAX_CONTACT):
            return False
        open_list = repair(last.pieces[-1].text).endswith(("；", ";", "、", "，", ",", "：", ":"))
        if not (open_list and find_phones(block.text)):
            return False
        last.pieces.append(piece_of(block))
        self.cursor.at += 1
        return True

    def _stays_open(self) -> bool:
        """Whether a contact line stands inside the open item: its list goes on, or its heading is of contacts."""
        cursor = self.cursor
        if cursor.closed or cursor.outline.top is None:
            return False
        lead = cursor.outline.top.items[0] if cursor.outline.top.items else None
        if isinstance(lead, Paragraph) and len(lead.pieces[0].text) <= _MAX_CONTACT and _OF_CONTACTS.search(lead.text):
            return True
        return self._items_go_on()

    def _asks_on(self) -> bool:
        return self.cursor.last_question > self.cursor.at

    def _items_go_on(self) -> bool:
        """Whether a further item of an open list is still to come."""
        for block in self._rest():
            marker = read_marker(block.text)
            if marker is not None and marker.number > 1 and self.cursor.outline.fit(marker, strict=True) is not None:
                return True
        return False

    def _body_goes_on(self) -> bool:
        """Whether the signature or a further item is still to come, so that a contact line doesn't end the body."""
        if self.cursor.closed:
            return False
        for block in self._rest():
            if split_signature(block.text) or only_date(repair(block.text)):
                return True
        return self._items_go_on()

    def _rest(self) -> Iterator[Block]:
        """The next blocks up to an attachment's head."""
        for block in self.cursor.blocks[self.cursor.at + 1 : self.cursor.at + 1 + _LOOK_AHEAD]:
            if is_attachment_head(block.text):
                return
            if not block.cells:
                yield block

    def signature(self) -> bool:
        """Signers and a date: on one line, or on lines of their own."""
        block = self.cursor.blocks[self.cursor.at]
        if block.cells or read_marker(block.text):
            return False
        if split_signature(block.text) is not None or self._is_last_date(block):
            self._sign([block])
            return True
        if not may_sign(block.text) or is_attachment_list(block.text) or CLOSING.match(repair(block.text)):
            return False
        for size in range(1, 5):
            date = self.cursor.block(size)
            if date is None:
                break
            if only_date(repair(date.text)):
                if self._open_sentence():
                    return False
                self._sign(self.cursor.blocks[self.cursor.at : self.cursor.at + size + 1])
                return True
            if not may_sign(date.text) or date.cells:
                break
        return self._undated()

    def _undated(self) -> bool:
        """A signer without a date: the name of a body alone behind a finished text, with nothing more of it."""
        size = 0
        while (block := self.cursor.block(size)) is not None and not block.cells and _is_signer(block.text):
            size += 1
        items = self.cursor.outline.items()
        last = items[-1] if items else None
        over = last is not None and not (isinstance(last, Paragraph) and last.role is Role.TEXT and not _is_over(last))
        if not 0 < size <= _MAX_SIGNERS or not over or self.cursor.closed:
            return False
        if block is not None and not (
            is_attachment_head(block.text)
            or (block.gap and at_most(block.text, _MAX_CONTACT) and not ends_sentence(block.text))
            or read_contact(block.text)
            or _leads_contacts(block.text)
            or NOTE.fullmatch(block.text.strip())
            or _prints(block.text)
            or _PRINTED_ON.search(repair(block.text))
        ):
            return False
        self._sign(self.cursor.blocks[self.cursor.at : self.cursor.at + size])
        return True

    def _is_last_date(self, block: Block) -> bool:
        """A date in figures (2016-03-31) below the body: with 年月日 it is a signature anywhere."""
        following = self.cursor.block(1)
        ends = following is None or is_attachment_head(following.text)
        return ends and only_date(repair(block.text)) is not None

    def _open_sentence(self) -> bool:
        """Whether the paragraph before lacks its end, so that a short line goes on with it."""
        paragraph = self.cursor.open_paragraph()
        return (
            paragraph is not None
            and not ends_sentence(paragraph.tail)
            and len(squash(paragraph.tail)) > 60
            and not is_org(self.cursor.blocks[self.cursor.at].text)
        )


def _prints(text: str) -> bool:
    return _KEYWORDS.match(text) is not None or _PRINTING.match(repair(text)) is not None


def _leads_contacts(text: str) -> bool:
    """「咨询电话：」, 「联系方式如下：」"""
    return len(text) <= _MAX_LEAD and _OF_CONTACTS.search(text) is not None and text.rstrip()[-1:] in ("：", ":")


def _whole(blocks: list[Block]) -> Piece:
    """A line of contacts with what was wrapped of it: a number may be cut."""
    first = piece_of(blocks[0])
    return Piece("".join(block.text for block in blocks), first.line, blocks[-1].line, first.page)


def _is_signer(text: str) -> bool:
    return is_org(text) and may_sign(text) and "各" not in text


def _is_over(paragraph: Paragraph) -> bool:
    """Whether running text is at its end: a colon announces more."""
    tail = paragraph.tail.rstrip()
    return ends_sentence(tail) and not tail.endswith(("：", ":"))
