"""A notice's blocks into parts: the covering letter and its attachments, each a tree.

Goes through the blocks once and decides for each what it is: table, list of people, signature, contact
line, attachment head, heading, item, or a paragraph that goes on with the one before.
"""

from __future__ import annotations

import re

from corpus.alike import Titles, title_ratio
from corpus.blocks import Block
from corpus.columns import is_shred, uncross
from corpus.dates import only_date
from corpus.duties import INLINE_NOTE, NOTE_LINE, NOTE_TAIL
from corpus.fields import CLOSING, NOTE, is_attachment_head, is_attachment_list, may_sign, read_contact, split_signature
from corpus.joins import Joiner, has_pause, is_heading
from corpus.lines import looks_like_title
from corpus.model import Role, Warn
from corpus.numbering import Marker, Style, read_marker
from corpus.offices import is_org
from corpus.people import continues_list, is_person, starts_list
from corpus.tables import read_table
from corpus.text import at_most, ends_sentence, repair, squash
from corpus.tree import Outline, Paragraph, Part, Piece, TableItem

_WRAP = re.compile(r"\s+")
_KNOWN = 0.93  # of their letters from which a line is a title that the letter names
_LENGTHS = 4  # letters by which a misread title may be longer or shorter
_MAX_BEFORE = 400  # characters of a line in front of a marker that may be a heading, white space included
_OFFICE_HEAD = re.compile(r"^([^\s：:，。；、（）()《》\d][^：:，。；、《》]{1,24})[：:]\s*(?=\S)")


class BodyReader:
    """Reads the blocks of one notice's body. `attachments` are the names that the list of attachments
    gives. `titles` are the titles that the covering letter issues or names, in 《》 or as attachments:
    a line that equals one of them begins a part."""

    def __init__(self, joiner: Joiner, titles: list[str], attachments: list[str], warnings: list[Warn]) -> None:
        self.joiner = joiner
        self.attachments = attachments
        self.titles = Titles([squash(title) for title in titles])
        self.longest = max((len(title) for title in self.titles.titles), default=0)
        self.names: set[str] = set()  # of the parts that have taken a name from the list
        self.warnings = warnings
        self.parts = [Part()]
        self.outline = Outline(self.parts[0], warnings)
        self.closed = False  # the part's signature or the contact lines are behind us
        self.blocks: list[Block] = []
        self.at = 0

    def read(self, blocks: list[Block]) -> list[Part]:
        """All parts, the covering letter first."""
        self.blocks = uncross(_split_notes(blocks), self.warnings)
        self.at = 0
        while self.at < len(self.blocks):
            for step in (
                self._table,
                self._shreds,
                self._contents,
                self._attachment,
                self._note,
                self._contact,
                self._signature,
                self._part_title,
                self._people,
            ):
                if step():
                    break
            else:
                self._text(self.blocks[self.at])
                self.at += 1
        return self.parts

    # -- helpers ----------------------------------------------------------------------------------

    def _block(self, offset: int = 0) -> Block | None:
        at = self.at + offset
        return self.blocks[at] if 0 <= at < len(self.blocks) else None

    def _begin_part(self, title: list[Block]) -> None:
        part = Part([_piece(block) for block in title])
        if not title and len(self.attachments) == 1 and self.attachments[0] not in self.names:
            part.listed = self.attachments[0]
        self.names.add(part.name)
        self.parts.append(part)
        self.outline = Outline(part, self.warnings)
        self.closed = False

    def _append(self, paragraph: Paragraph | TableItem) -> None:
        self.outline.items().append(paragraph)

    def _open_paragraph(self) -> Paragraph | None:
        items = self.outline.items()
        last = items[-1] if items else None
        return last if isinstance(last, Paragraph) and last.role is Role.TEXT else None

    # -- steps: each returns whether it took the current block(s) ----------------------------------

    def _table(self) -> bool:
        if not self.blocks[self.at].cells:
            return False
        end = self.at
        while end < len(self.blocks):
            block = self.blocks[end]
            following = self.blocks[end + 1] if end + 1 < len(self.blocks) else None
            group = following is not None and bool(following.cells) and _is_group_row(block.text)
            if not block.cells and not group:
                break
            if end > self.at and block.gap and block.cells and _other_table(self.blocks[self.at], block):
                break
            end += 1
        rows = self.blocks[self.at : end]
        table = read_table(rows)
        if table.problem:
            self.warnings.append(Warn(rows[0].line, table.problem))
        self._append(TableItem(table, self._caption()))
        self.at = end
        return True

    def _caption(self) -> str:
        """The line above a table that names it; the title of the part goes into the path anyway."""
        paragraph = self._open_paragraph()
        if paragraph is not None and is_heading(paragraph.text) and not has_pause(paragraph.text):
            if re.match(r"^[（(]?单位", paragraph.text):
                return self.outline.part.name
            return paragraph.text
        return self.outline.part.name

    def _shreds(self) -> bool:
        """A table of which nothing but single cells on lines of their own is left."""
        end = self.at
        while end < len(self.blocks) and is_shred(self.blocks[end]):
            end += 1
        if end - self.at < 6:
            return False
        rows = self.blocks[self.at : end]
        self.warnings.append(Warn(rows[0].line, "表格的行列错乱，无法还原，已整体保留"))
        if self.closed:
            self._begin_part([])
        self._append(Paragraph([_piece(block) for block in rows], Role.SHREDS))
        self.at = end
        return True

    def _contents(self) -> bool:
        """A plan's own 目录: the lines up to where its first line comes again."""
        if squash(self.blocks[self.at].text) != "目录" or self.at + 1 >= len(self.blocks):
            return False
        first = squash(self.blocks[self.at + 1].text)
        limit = min(len(self.blocks), self.at + 120)
        again = next((i for i in range(self.at + 3, limit) if squash(self.blocks[i].text) == first), None)
        if again is None:
            return False
        self._append(Paragraph([_piece(block) for block in self.blocks[self.at : again]], Role.CONTENTS))
        self.at = again
        return True

    def _attachment(self) -> bool:
        block = self.blocks[self.at]
        if is_attachment_head(block.text) and not self._lists_attachments():
            title = self._title_lines(self.at + 1, known_only=False)
            self._begin_part([block, *title])
            self.at += 1 + len(title)
            return True
        if not is_attachment_list(block.text) and not is_attachment_head(block.text):
            return False
        lines = [block]
        end = self.at + 1
        while end < len(self.blocks) and self._goes_on_listing(lines, self.blocks[end]):
            lines.append(self.blocks[end])
            end += 1
        self.outline.close_all()
        self._append(Paragraph([_piece(line) for line in lines], Role.ATTACHMENTS))
        self.at = end
        return True

    def _lists_attachments(self) -> bool:
        """`附件：` alone followed by numbered names: a list, not the head of an attachment."""
        following = self._block(1)
        if self.closed or following is None or not repair(self.blocks[self.at].text).endswith(("：", ":")):
            return False
        names_file = re.search(r"\.(?:docx?|xlsx?|pdf|wps)$", following.text.strip()) is not None
        return names_file or re.match(r"^\s*1\s*[.．、]", following.text) is not None

    def _goes_on_listing(self, lines: list[Block], block: Block) -> bool:
        if block.cells or split_signature(block.text) or only_date(repair(block.text)) or NOTE.match(block.text):
            return False
        text = repair(block.text)
        if re.search(r"\.(?:docx?|xlsx?|pdf|wps)$", text) or re.match(r"^附件", text):
            return not is_attachment_head(text)
        numbered = re.match(r"^(\d{1,2})\s*[.．、]", text)
        if numbered:
            return int(numbered[1]) <= len(lines) + 1 and len(squash(text)) <= 60
        if read_marker(block.text):
            return False
        # The rest of a name that was wrapped.
        return (
            self.joiner.width is not None
            and not is_org(text)
            and len(squash(text)) <= 20
            and not ends_sentence(text)
            and read_contact(block.text) is None
        )

    def _note(self) -> bool:
        block = self.blocks[self.at]
        if not NOTE.fullmatch(block.text.strip()):
            return False
        self._sign([block])
        return True

    def _sign(self, blocks: list[Block]) -> None:
        self.outline.close_all()
        last = self.outline.part.items[-1] if self.outline.part.items else None
        pieces = [_piece(block) for block in blocks]
        if isinstance(last, Paragraph) and last.role is Role.SIGNATURE:
            last.pieces += pieces
        else:
            self._append(Paragraph(pieces, Role.SIGNATURE))
        self.closed = True
        self.at += len(blocks)

    def _contact(self) -> bool:
        block = self.blocks[self.at]
        contact = read_contact(block.text)
        if contact is None:
            return False
        following = self._block(1)
        stands_alone = following is None or not ends_sentence(block.text) or len(squash(block.text)) <= 60
        if not stands_alone:
            return False
        self.outline.close_all()
        last = self.outline.part.items[-1] if self.outline.part.items else None
        if isinstance(last, Paragraph) and last.role is Role.CONTACT:
            last.pieces.append(_piece(block))
        else:
            self._append(Paragraph([_piece(block)], Role.CONTACT))
        if contact.field in ("unit", "phone"):
            self.closed = True
        self.at += 1
        return True

    def _signature(self) -> bool:
        """Signers and a date: on one line, or on lines of their own."""
        block = self.blocks[self.at]
        if block.cells or read_marker(block.text):
            return False
        if split_signature(block.text) is not None:
            self._sign([block])
            return True
        if not may_sign(block.text) or is_attachment_list(block.text) or CLOSING.match(repair(block.text)):
            return False
        for size in range(1, 5):
            date = self._block(size)
            if date is None:
                return False
            if only_date(repair(date.text)):
                if self._open_sentence():
                    return False
                self._sign(self.blocks[self.at : self.at + size + 1])
                return True
            if not may_sign(date.text) or date.cells:
                return False
        return False

    def _open_sentence(self) -> bool:
        """Whether the paragraph before lacks its end, so that a short line goes on with it."""
        paragraph = self._open_paragraph()
        return (
            paragraph is not None
            and not ends_sentence(paragraph.tail)
            and len(squash(paragraph.tail)) > 60
            and not is_org(self.blocks[self.at].text)
        )

    def _part_title(self) -> bool:
        title = self._title_lines(self.at, known_only=not self.closed)
        if title:
            self._begin_part(title)
            self.at += len(title)
            return True
        if self.closed:
            # Behind the signature only attachments come, with or without a title.
            self._begin_part([])
        return False

    def _title_lines(self, start: int, *, known_only: bool) -> list[Block]:
        """The lines from `start` that make up a part's title, or none."""
        lines: list[Block] = []
        for block in self.blocks[start : start + 4]:
            text = repair(block.text)
            if block.cells or ends_sentence(text) or NOTE.match(text) or read_contact(block.text):
                break
            if read_marker(block.text) or starts_list(block.text, None) or re.match(r"^[（(].*[）)]$", text):
                break
            lines.append(block)
            if not at_most(" ".join(line.text for line in lines), 90):
                return []
            joined = squash(" ".join(line.text for line in lines))
            if known_only and len(joined) > self.longest + _LENGTHS:
                break
            if self._is_known(joined):
                return lines
            if not known_only and looks_like_title(" ".join(line.text for line in lines)):
                return lines
        if known_only or not lines:
            return []
        return lines[:1] if is_attachment_head(self.blocks[start - 1].text) and start > 0 else []

    def _is_known(self, letters: str) -> bool:
        if len(letters) < 6:
            return False
        if self.titles.equal(letters):
            return True
        near = (self.titles.titles[index] for index in self.titles.near(letters))
        return any(
            len(title) >= 10
            and abs(len(letters) - len(title)) <= _LENGTHS
            and title_ratio(letters, title, _KNOWN) >= _KNOWN
            for title in near
        )

    def _people(self) -> bool:
        block = self.blocks[self.at]
        following = self._block(1)
        if block.cells or not starts_list(block.text, following.text if following else None):
            return False
        marker = read_marker(block.text)
        if marker is not None and self.outline.fit(marker) is not None:
            return False
        end = self.at + 1
        while end < len(self.blocks) and not self.blocks[end].cells:
            line = self.blocks[end]
            if not continues_list(line.text) or split_signature(line.text) or self._opens_heading(end):
                break
            end += 1
        self._append(Paragraph([_piece(line) for line in self.blocks[self.at : end]], Role.PEOPLE))
        self.at = end
        return True

    def _opens_heading(self, at: int) -> bool:
        return (
            _is_colon_head(self.blocks[at].text)
            and not is_person(self.blocks[at].text)
            and not starts_list(self.blocks[at].text, None)
        )

    # -- running text -------------------------------------------------------------------------------

    def _text(self, block: Block) -> None:
        text = block.text
        first = True
        for stretch in self._stretches(text):
            self._stretch(stretch, block, first)
            first = False

    def _stretches(self, text: str) -> list[str]:
        """Cut a line where a responsibility line begins in it; markers are cut while placing."""
        return [part for part in INLINE_NOTE.split(text) if part.strip()]

    def _stretch(self, text: str, block: Block, first: bool) -> None:
        while text:
            marker = read_marker(text)
            depth = self.outline.fit(marker) if marker else None
            if marker and depth is not None and self._continues_sentence(text, marker):
                depth = None
            if marker and depth is not None:
                body = text[marker.length :]
                node = self.outline.open(marker, depth, block.line)
                cut = self._embedded(body)
                own = text[: marker.length] + (body if cut is None else body[:cut])
                node.items.append(Paragraph([_piece(block, own)]))
                text = "" if cut is None else body[cut:].lstrip()
            else:
                cut = self._embedded(text)
                self._plain(text if cut is None else text[:cut], block, first)
                text = "" if cut is None else text[cut:].lstrip()
            first = False

    def _continues_sentence(self, text: str, marker: Marker) -> bool:
        """A marker's form in the middle of a sentence that the line before left open: 「…第」「三条」."""
        if marker.style not in (Style.ARABIC, Style.HALF_PAREN, Style.ARTICLE):
            return False
        paragraph = self._open_paragraph()
        if paragraph is None or ends_sentence(paragraph.tail):
            return False
        return re.search(r"[、，,（(第至和及与]$", repair(paragraph.tail)) is not None

    def _embedded(self, text: str) -> int | None:
        """Where a marker stands in mid-line that begins a new item: behind white space, the exact next
        number, and behind a sentence's end or a heading."""
        for gap in _WRAP.finditer(text):
            if gap.start() == 0:
                continue
            before, after = text[: gap.start()], text[gap.end() :]
            marker = read_marker(after)
            if marker is None or marker.style is Style.DECIMAL or marker.length >= len(after):
                continue
            if self.outline.fit(marker, strict=True) is None:
                continue
            ends = ends_sentence(before) or NOTE_LINE.match(before) is not None
            short = is_heading(repair(before)) if len(before) <= _MAX_BEFORE else False
            heading = short and marker.number == 1 and not has_pause(before.replace("、", ""))
            run_on = short and repair(before).endswith(("工作", "职责", "任务"))
            if not (ends or heading or run_on):
                continue
            if marker.number == 1 and not heading:
                continue
            return gap.start()
        return None

    def _plain(self, text: str, block: Block, first: bool) -> None:
        """A stretch without a marker: goes on, is a head, or begins a paragraph."""
        paragraph = self._open_paragraph()
        duty = NOTE_LINE.match(text) is not None
        if paragraph is not None and not duty and not self._is_head(text, block):
            top = self.outline.top
            numbered = top is not None and paragraph is top.items[0]
            goes_on = first and block.continues and not ends_sentence(paragraph.tail)
            heading = self._may_be_heading(paragraph, numbered)
            if goes_on or self.joiner.continues(paragraph.tail, text, may_be_heading=heading):
                paragraph.pieces.append(_piece(block, text))
                return
        if duty:
            self._append(Paragraph([_piece(block, text)], Role.TEXT))
            return
        if self._lost_item(text, block):
            return
        if self._office_head(text, block) or self._unnumbered_head(text, block):
            return
        if CLOSING.match(repair(text)):
            self.outline.close_all()
        else:
            self.outline.close_finished()
        self._append(Paragraph([_piece(block, text)]))

    def _may_be_heading(self, paragraph: Paragraph, numbered: bool) -> bool:
        """A numbered line of the upper levels, or a short line without a pause."""
        text = repair(paragraph.tail)
        if not is_heading(text):
            return False
        top = self.outline.top
        if numbered and top is not None and top.style <= Style.PAREN:
            return True
        return not has_pause(text)

    def _is_head(self, text: str, block: Block) -> bool:
        return _is_colon_head(text) or block.level > 0

    def _lost_item(self, text: str, block: Block) -> bool:
        """An item whose number and first words were lost at a page break."""
        for depth in range(len(self.outline.stack) - 1, -1, -1):
            node = self.outline.stack[depth]
            if node.style not in (Style.ARABIC, Style.ARABIC_PAREN, Style.PAREN):
                continue
            last = node.latest_paragraph()
            if last is None:
                return False
            tails = NOTE_TAIL.search(repair(last.tail)) and NOTE_TAIL.search(repair(text))
            if not tails and not ends_sentence(last.tail):
                return False
            if tails or self._next_number(node.style) == node.number + 2:
                lost = self.outline.open_lost(node, depth, block.line)
                lost.items.append(Paragraph([_piece(block, text)]))
                return True
            return False
        return False

    def _next_number(self, style: Style) -> int | None:
        """The number of the next marker of this style, within the next few blocks."""
        for block in self.blocks[self.at + 1 : self.at + 6]:
            marker = read_marker(block.text)
            if marker is not None:
                return marker.number if marker.style is style else None
        return None

    def _office_head(self, text: str, block: Block) -> bool:
        """`区文联：…`: an office that heads a paragraph, one of at least two."""
        match = _OFFICE_HEAD.match(text)
        if match is None or not is_org(match[1]):
            return False
        open_already = any(node.style is Style.OFFICE for node in self.outline.stack)
        if not open_already and not self._another_office_follows():
            return False
        self._open_named(Style.OFFICE, repair(match[1]), block, text)
        return True

    def _another_office_follows(self) -> bool:
        for block in self.blocks[self.at + 1 : self.at + 5]:
            match = _OFFICE_HEAD.match(block.text)
            if match and is_org(match[1]):
                return True
        return False

    def _unnumbered_head(self, text: str, block: Block) -> bool:
        """`主要目标：` and the like: a short line of its own, followed by item 1 or an office head."""
        if block.level > 0 and is_heading(repair(text)):
            self._open_named(Style.UNNUMBERED, repair(text), block, text)
            return True
        compact = repair(text)
        if not is_heading(compact.rstrip("：:")) or has_pause(compact.rstrip("：:")) or len(squash(compact)) > 15:
            return False
        following = self._block(1)
        if following is None or following.cells:
            return False
        marker = read_marker(following.text)
        lists = marker is not None and marker.number == 1
        offices = _OFFICE_HEAD.match(following.text)
        colon = compact.endswith(("：", ":"))
        if not (lists and (colon or not ends_sentence(compact))) and not (
            not colon and offices is not None and (is_org(offices[1]) or len(offices[1]) <= 6)
        ):
            return False
        self._open_named(Style.UNNUMBERED, compact, block, text)
        return True

    def _open_named(self, style: Style, name: str, block: Block, text: str) -> None:
        node = self.outline.open_named(style, name, block.line)
        node.items.append(Paragraph([_piece(block, text)]))


def _piece(block: Block, text: str | None = None) -> Piece:
    start, end = sorted((block.line, block.moved_from or block.line))
    return Piece(block.text if text is None else text, start, end, block.page)


def _is_colon_head(text: str) -> bool:
    compact = repair(text)
    return compact.endswith(("：", ":")) and len(squash(compact)) <= 12 and not has_pause(compact[:-1])


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
        out.append(block.with_text(rest))
        out.append(Block(match.group(), block.line, block.page))
    return out
