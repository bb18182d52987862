"""What stands around a body's end: notes, contact lines, signatures, printing lines."""

from __future__ import annotations

from corpus.blocks import Block
from corpus.cursor import Cursor, piece_of
from corpus.dates import only_date
from corpus.fields import CLOSING, NOTE, is_attachment_list, may_sign, read_contact, split_signature
from corpus.model import Role
from corpus.numbering import read_marker
from corpus.offices import is_org
from corpus.text import ends_sentence, repair, squash
from corpus.tree import Paragraph


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

    def contact(self) -> bool:
        block = self.cursor.blocks[self.cursor.at]
        contact = read_contact(block.text)
        if contact is None:
            return False
        following = self.cursor.block(1)
        stands_alone = following is None or not ends_sentence(block.text) or len(squash(block.text)) <= 60
        if not stands_alone:
            return False
        self.cursor.outline.close_all()
        last = self.cursor.outline.part.items[-1] if self.cursor.outline.part.items else None
        if isinstance(last, Paragraph) and last.role is Role.CONTACT:
            last.pieces.append(piece_of(block))
        else:
            self.cursor.append(Paragraph([piece_of(block)], Role.CONTACT))
        if contact.field in ("unit", "phone"):
            self.cursor.closed = True
        self.cursor.at += 1
        return True

    def signature(self) -> bool:
        """Signers and a date: on one line, or on lines of their own."""
        block = self.cursor.blocks[self.cursor.at]
        if block.cells or read_marker(block.text):
            return False
        if split_signature(block.text) is not None:
            self._sign([block])
            return True
        if not may_sign(block.text) or is_attachment_list(block.text) or CLOSING.match(repair(block.text)):
            return False
        for size in range(1, 5):
            date = self.cursor.block(size)
            if date is None:
                return False
            if only_date(repair(date.text)):
                if self._open_sentence():
                    return False
                self._sign(self.cursor.blocks[self.cursor.at : self.cursor.at + size + 1])
                return True
            if not may_sign(date.text) or date.cells:
                return False
        return False

    def _open_sentence(self) -> bool:
        """Whether the paragraph before lacks its end, so that a short line goes on with it."""
        paragraph = self.cursor.open_paragraph()
        return (
            paragraph is not None
            and not ends_sentence(paragraph.tail)
            and len(squash(paragraph.tail)) > 60
            and not is_org(self.cursor.blocks[self.cursor.at].text)
        )
