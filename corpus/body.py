"""A notice's blocks into parts: the covering letter and its attachments, each a tree.

Goes through the blocks once and decides for each what it is: table, list of people, signature, contact
line, attachment head, heading, item, or a paragraph that goes on with the one before.
"""

from __future__ import annotations

import itertools
import re

from corpus.apart import find_heads
from corpus.blocks import Block
from corpus.columns import is_shred, uncross
from corpus.cursor import Cursor, piece_of
from corpus.endings import Endings
from corpus.fields import NOTE, is_attachment_head, split_signature
from corpus.joins import Joiner, has_pause, is_heading
from corpus.model import Role, Warn
from corpus.numbering import Style, read_marker
from corpus.part_titles import PartTitles
from corpus.people import continues_list, is_person, starts_list
from corpus.questions import find_questions
from corpus.running import RunningText, is_colon_head
from corpus.tables import read_table
from corpus.text import at_most, ends_sentence, squash
from corpus.tree import MAX_GAP, Paragraph, Part, TableItem


class BodyReader:
    """Reads the blocks of one notice's body. `titles` and `attachments` as in `PartTitles`."""

    def __init__(self, joiner: Joiner, titles: list[str], attachments: list[str], warnings: list[Warn]) -> None:
        self.cursor = Cursor(joiner, warnings)
        self.part_titles = PartTitles(self.cursor, titles, attachments)
        self.endings = Endings(self.cursor)
        self.running = RunningText(self.cursor)

    def read(self, blocks: list[Block]) -> list[Part]:
        """All parts, the covering letter first."""
        cursor = self.cursor
        cursor.blocks = uncross(_split_notes(_without_tabs(blocks)), cursor.warnings)
        cursor.questions = find_questions(cursor.blocks)
        cursor.last_question = max(cursor.questions, default=-1)
        cursor.heads = find_heads(cursor.blocks)
        cursor.confirmed = _confirmed_articles(cursor.blocks)
        cursor.at = 0
        steps = (
            self._table,
            self._shreds,
            self._contents,
            self.part_titles.attachment,
            self.endings.note,
            self.endings.printing,
            self.endings.contact_list,
            self.endings.contact,
            self.endings.signature,
            self.part_titles.part_title,
            self._people,
        )
        while cursor.at < len(cursor.blocks):
            if not any(step() for step in steps):
                self.running.read(cursor.blocks[cursor.at])
                cursor.at += 1
        return cursor.parts

    # Steps: each returns whether it took the current block(s).

    def _table(self) -> bool:
        cursor = self.cursor
        if not cursor.blocks[cursor.at].cells:
            return False
        end = cursor.at
        while end < len(cursor.blocks):
            block = cursor.blocks[end]
            following = cursor.blocks[end + 1] if end + 1 < len(cursor.blocks) else None
            group = following is not None and bool(following.cells) and not block.level and _is_group_row(block.text)
            if not block.cells and not group:
                break
            if end > cursor.at and block.gap and block.cells and _other_table(cursor.blocks[cursor.at], block):
                break
            end += 1
        rows = cursor.blocks[cursor.at : end]
        table = read_table(rows)
        if table.problem:
            cursor.warnings.append(Warn(rows[0].line, table.problem))
        cursor.append(TableItem(table, self._caption()))
        cursor.at = end
        return True

    def _caption(self) -> str:
        """The line above a table that names it; the title of the part goes into the path anyway."""
        cursor = self.cursor
        paragraph = cursor.open_paragraph()
        if paragraph is not None and is_heading(paragraph.text) and not has_pause(paragraph.text):
            if re.match(r"^[（(]?单位", paragraph.text):
                return cursor.outline.part.name
            return paragraph.text
        return cursor.outline.part.name

    def _shreds(self) -> bool:
        """A table of which nothing but single cells on lines of their own is left."""
        cursor = self.cursor
        end = cursor.at
        while end < len(cursor.blocks) and is_shred(cursor.blocks[end]):
            end += 1
        if end - cursor.at < 6:
            return False
        rows = cursor.blocks[cursor.at : end]
        cursor.warnings.append(Warn(rows[0].line, "表格的行列错乱，无法还原，已整体保留"))
        if cursor.closed:
            self.part_titles.begin_part([])
        cursor.append(Paragraph([piece_of(block) for block in rows], Role.SHREDS))
        cursor.at = end
        return True

    def _contents(self) -> bool:
        """A plan's own 目录: the lines up to where its first line comes again."""
        cursor = self.cursor
        if squash(cursor.blocks[cursor.at].text) != "目录" or cursor.at + 1 >= len(cursor.blocks):
            return False
        first = squash(cursor.blocks[cursor.at + 1].text)
        limit = min(len(cursor.blocks), cursor.at + 120)
        again = next((i for i in range(cursor.at + 3, limit) if squash(cursor.blocks[i].text) == first), None)
        if again is None:
            return False
        cursor.append(Paragraph([piece_of(block) for block in cursor.blocks[cursor.at : again]], Role.CONTENTS))
        cursor.at = again
        return True

    def _people(self) -> bool:
        cursor = self.cursor
        block = cursor.blocks[cursor.at]
        following = cursor.block(1)
        if block.cells or not starts_list(block.text, following.text if following else None):
            return False
        marker = read_marker(block.text)
        if marker is not None and cursor.outline.fit(marker) is not None:
            return False
        end = cursor.at + 1
        while end < len(cursor.blocks) and not cursor.blocks[end].cells:
            line = cursor.blocks[end]
            if not continues_list(line.text) or split_signature(line.text) or self._opens_heading(end):
                break
            end += 1
        cursor.append(Paragraph([piece_of(line) for line in cursor.blocks[cursor.at : end]], Role.PEOPLE))
        cursor.at = end
        return True

    def _opens_heading(self, at: int) -> bool:
        cursor = self.cursor
        return (
            is_colon_head(cursor.blocks[at].text)
            and not is_person(cursor.blocks[at].text)
            and not starts_list(cursor.blocks[at].text, None)
        )


def _confirmed_articles(blocks: list[Block]) -> set[int]:
    """The blocks that begin with an article whose next or former article is near by number."""
    markers = [(at, read_marker(block.text)) for at, block in enumerate(blocks) if not block.cells]
    articles = [(at, marker.number) for at, marker in markers if marker is not None and marker.style is Style.ARTICLE]
    pairs = [(one, other) for one, other in itertools.pairwise(articles) if 1 <= other[1] - one[1] <= MAX_GAP]
    return {at for pair in pairs for at, _ in pair}


def _without_tabs(blocks: list[Block]) -> list[Block]:
    """The blocks, those put right that are no rows of a table: one line alone that is a sentence or an article, in
    which a tab stands for white space (「第三章<tab>法律责任」)."""
    rows = [bool(block.cells) for block in blocks]
    out = []
    for at, block in enumerate(blocks):
        alone = rows[at] and not any(rows[max(0, at - 1) : at]) and not any(rows[at + 1 : at + 2])
        marker = read_marker(block.text) if alone else None
        law = marker is not None and marker.style <= Style.ARTICLE
        out.append(block.with_text(block.text) if law or (marker and ends_sentence(block.text)) else block)
    return out


def _other_table(first: Block, block: Block) -> bool:
    """Rows behind a blank line with another number of cells: the next page of a turned table."""
    return len(first.cells) != len(block.cells)


def _is_group_row(text: str) -> bool:
    return at_most(text, 30) and not ends_sentence(text) and not is_attachment_head(text)


def _split_notes(blocks: list[Block]) -> list[Block]:
    """A note such as （此件公开发布） gets a block of its own, behind the line it was put into."""
    out: list[Block] = []
    for block in blocks:
        match = None if block.cells else NOTE.search(block.text)
        rest = (block.text[: match.start()] + " " + block.text[match.end() :]).strip() if match else ""
        if match is None or not rest:
            out.append(block)
            continue
        if any(map(str.isalnum, rest)):  # else a full stop or a character without width is left
            out.append(block.with_text(rest))
        out.append(Block(match.group(), block.line, block.page))
    return out
