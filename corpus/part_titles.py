"""Where a part of a notice begins: the heads and titles of attachments, of what is issued, of a second regulation."""

from __future__ import annotations

import re

from corpus.alike import Titles, title_ratio
from corpus.blocks import Block
from corpus.cursor import Cursor, piece_of
from corpus.dates import only_date
from corpus.fields import NOTE, is_attachment_head, is_attachment_list, read_contact, split_signature
from corpus.lines import looks_like_title
from corpus.model import Role
from corpus.numbering import Style, read_marker
from corpus.offices import is_org
from corpus.people import starts_list
from corpus.text import at_most, ends_sentence, repair, squash
from corpus.tree import Paragraph, Part

_KNOWN = 0.93  # of their letters from which a line is a title that the letter names
_TITLE_LINES = 4
_SECOND_LINE = 20  # letters of a title's second line
_HEAD_LINE = 60  # letters of a line between a regulation's title and its first article
_ABOVE_ARTICLES = 8  # lines of title, issuer, notes and chapter above the first article
_LENGTHS = 4  # letters by which a misread title may be longer or shorter


class PartTitles:
    """Finds the beginnings of parts. `attachments` are the names that the list of attachments gives. `titles` are the
    titles that the covering letter issues or names, in 《》 or as attachments: a line that equals one begins a part."""

    def __init__(self, cursor: Cursor, titles: list[str], attachments: list[str]) -> None:
        self.cursor = cursor
        self.attachments = attachments
        self.titles = Titles([squash(title) for title in titles])
        self.longest = max((len(title) for title in self.titles.titles), default=0)
        self.names: set[str] = set()  # of the parts that have taken a name from the list

    def begin_part(self, title: list[Block]) -> None:
        part = Part([piece_of(block) for block in title])
        if not title and len(self.attachments) == 1 and self.attachments[0] not in self.names:
            part.listed = self.attachments[0]
        self.names.add(part.name)
        self.cursor.begin_part(part)

    def attachment(self) -> bool:
        block = self.cursor.blocks[self.cursor.at]
        if is_attachment_head(block.text) and not self._lists_attachments():
            title = self._title_lines(self.cursor.at + 1, known_only=False)
            self.begin_part([block, *title])
            self.cursor.at += 1 + len(title)
            return True
        if not is_attachment_list(block.text) and not is_attachment_head(block.text):
            return False
        lines = [block]
        end = self.cursor.at + 1
        while end < len(self.cursor.blocks) and self._goes_on_listing(lines, self.cursor.blocks[end]):
            lines.append(self.cursor.blocks[end])
            end += 1
        self.cursor.outline.close_all()
        self.cursor.append(Paragraph([piece_of(line) for line in lines], Role.ATTACHMENTS))
        self.cursor.at = end
        return True

    def _lists_attachments(self) -> bool:
        """`附件：` alone followed by numbered names: a list, not the head of an attachment."""
        following = self.cursor.block(1)
        if (
            self.cursor.closed
            or following is None
            or not repair(self.cursor.blocks[self.cursor.at].text).endswith(("：", ":"))
        ):
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
            self.cursor.joiner.width is not None
            and not is_org(text)
            and len(squash(text)) <= 20
            and not ends_sentence(text)
            and read_contact(block.text) is None
        )

    def part_title(self) -> bool:
        restart = self._second_regulation()
        if restart is not None:
            self.begin_part(restart)
            self.cursor.at += len(restart)
            return bool(restart)
        title = self._title_lines(self.cursor.at, known_only=not self.cursor.closed)
        if title:
            self.begin_part(title)
            self.cursor.at += len(title)
            return True
        if self.cursor.closed:
            # Behind the signature only attachments come, with or without a title.
            self.begin_part([])
        return False

    def _title_lines(self, start: int, *, known_only: bool) -> list[Block]:
        """The lines from `start` that make up a part's title, or none."""
        lines: list[Block] = []
        found: list[Block] = []
        known = False
        for block in self.cursor.blocks[start : start + _TITLE_LINES]:
            text = repair(block.text)
            if block.cells or ends_sentence(text) or NOTE.match(text) or read_contact(block.text):
                break
            if lines and is_attachment_head(block.text):
                break
            if read_marker(block.text) or starts_list(block.text, None) or re.match(r"^[（(].*[）)]$", text):
                break
            lines.append(block)
            if not at_most(" ".join(line.text for line in lines), 90):
                lines = lines[:-1] if found else []
                break
            joined = squash(" ".join(line.text for line in lines))
            if known_only and len(joined) > self.longest + _LENGTHS:
                break
            if self._is_known(joined):
                found, known = list(lines), True
            elif known or known_only or not looks_like_title(" ".join(line.text for line in lines)):
                continue
            elif not found or self._goes_on_title(lines, start):
                found = list(lines)
        if found:
            return found
        if known_only or not lines:
            return []
        return lines[:1] if is_attachment_head(self.cursor.blocks[start - 1].text) and start > 0 else []

    def _goes_on_title(self, lines: list[Block], start: int) -> bool:
        """Whether the last of these lines is a title's second one: close below the first, and above the first item."""
        following = self.cursor.blocks[start + len(lines)] if start + len(lines) < len(self.cursor.blocks) else None
        opens = following is not None and (marker := read_marker(following.text)) is not None and marker.number == 1
        return opens and lines[-1].gap == 0 and at_most(lines[-1].text, _SECOND_LINE) and not is_org(lines[-1].text)

    def _second_regulation(self) -> list[Block] | None:
        """The title above a 第一条 that comes behind later articles of this part: a regulation of its own begins. Its
        title may be missing; None where nothing begins here."""
        cursor = self.cursor
        last = cursor.outline.last.get((Style.ARTICLE, 0), 0)
        if not last or cursor.blocks[cursor.at].cells or cursor.open_sentence():
            return None
        above: list[Block] = []
        chapters = False
        for block in cursor.blocks[cursor.at : cursor.at + _ABOVE_ARTICLES]:
            marker = read_marker(block.text)
            if marker is not None and marker.style is Style.ARTICLE:
                if marker.number != 1 or (last == 1 and not above):
                    return None
                return self._title_of(above) if above else []
            if marker is not None and marker.style in (Style.PART, Style.CHAPTER, Style.SECTION):
                if marker.number != 1:
                    return None
                chapters = True
            elif block.cells or marker is not None or not self._may_head(block):
                return None
            elif not chapters:
                above.append(block)
        return None

    def _may_head(self, block: Block) -> bool:
        """Whether a line may stand between a regulation's title and its first article."""
        text = repair(block.text)
        note = re.match(r"^[（(].*[）)]$", text) is not None
        return note or (at_most(text, _HEAD_LINE) and not ends_sentence(text))

    def _title_of(self, lines: list[Block]) -> list[Block]:
        """The lines in front that are the title: up to the one with which it ends, else the first."""
        for end in range(min(len(lines), _TITLE_LINES), 0, -1):
            joined = " ".join(block.text for block in lines[:end])
            if self._is_known(squash(joined)) or (looks_like_title(joined) and not is_org(lines[end - 1].text)):
                return lines[:end]
        return lines[:1]

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
