"""The running text of a body: headings, items, paragraphs, and what goes on with the one before."""

from __future__ import annotations

import re

from corpus.blocks import Block
from corpus.cursor import Cursor, piece_of
from corpus.duties import INLINE_NOTE, NOTE_LINE, NOTE_TAIL
from corpus.fields import CLOSING, OFFICE_HEAD, lists_phone, read_addressee
from corpus.joins import has_pause, is_heading
from corpus.model import Role
from corpus.numbering import Marker, Style, read_marker
from corpus.offices import is_org
from corpus.questions import Question, answers
from corpus.text import ends_sentence, repair, squash
from corpus.tree import Paragraph

_WRAP = re.compile(r"\s+")
_MAX_BEFORE = 400  # characters of a line in front of a marker that may be a heading, white space included

_HEADING_STYLES = (Style.PART, Style.CHAPTER, Style.SECTION, Style.ENUM, Style.PAREN)
# A heading's words and the white space behind them: two spaces or an ideographic one.
_HEADING_GAP = re.compile(r"(\S{2,24}?)(?: {2,}|\s*\u3000\s*)(?=\S)")
_LEAST_SENTENCE = 12  # letters of the text behind a heading
_OPENERS = ("（", "(", "《")


class RunningText:
    """Reads blocks of running text into the outline of the open part."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def read(self, block: Block) -> None:
        if question := self.cursor.questions.get(self.cursor.at):
            self._open_question(question, block)
            return
        text = block.text
        first = True
        for stretch in self._stretches(text):
            self._stretch(stretch, block, first)
            first = False

    def _open_question(self, question: Question, block: Block) -> None:
        node = self.cursor.outline.open_question(question.marker, block.line)
        node.items.append(Paragraph([piece_of(block)]))

    def _stretches(self, text: str) -> list[str]:
        """Cut a line where a responsibility line begins in it; markers are cut while placing."""
        return [part for part in INLINE_NOTE.split(text) if part.strip()]

    def _stretch(self, text: str, block: Block, first: bool) -> None:
        while text:
            marker = read_marker(text)
            confirmed = first and self.cursor.at in self.cursor.confirmed
            depth = self.cursor.outline.fit(marker, confirmed=confirmed) if marker else None
            if marker and depth is not None and self._continues_sentence(text, marker):
                depth = None
            if marker and depth is not None:
                body = text[marker.length :]
                behind = self._behind_heading(body, marker)
                node = self.cursor.outline.open(marker, depth, block.line)
                cut = self._embedded(body, marker) if behind is None else behind
                own = text[: marker.length] + (body if cut is None else body[:cut])
                node.items.append(Paragraph([piece_of(block, own)]))
                text = "" if cut is None else body[cut:].lstrip()
            else:
                cut = self._embedded(text, None)
                self._plain(text if cut is None else text[:cut], block, first)
                text = "" if cut is None else text[cut:].lstrip()
            first = False

    def _continues_sentence(self, text: str, marker: Marker) -> bool:
        """A marker's form in the middle of a sentence that the line before left open: 「…第」「三条」."""
        if marker.style not in (Style.ARABIC, Style.HALF_PAREN, Style.ARTICLE):
            return False
        top = self.cursor.outline.top
        if top is not None and top.style in (Style.PART, Style.CHAPTER, Style.SECTION) and len(top.items) == 1:
            return False  # below 「第六章　社会参与」
        paragraph = self.cursor.open_paragraph()
        if paragraph is None or ends_sentence(paragraph.tail):
            return False
        return re.search(r"[、，,（(第至和及与]$", repair(paragraph.tail)) is not None

    def _behind_heading(self, body: str, marker: Marker) -> int | None:
        """Where the text begins that stands behind a heading on its line: 「一、招生对象　年满6周岁的儿童。」 Only in
        files whose lines aren't wrapped, where white space means something."""
        if self.cursor.joiner.width is not None or marker.style not in _HEADING_STYLES:
            return None
        match = _HEADING_GAP.match(body)
        if match is None or has_pause(match[1]) or read_marker(body[match.end() :]):
            return None
        rest = body[match.end() :]
        sentence = ends_sentence(rest) and len(squash(rest)) >= _LEAST_SENTENCE
        return match.end(1) if sentence and not rest.startswith(_OPENERS) else None

    def _embedded(self, text: str, own: Marker | None) -> int | None:
        """Where a marker stands in mid-line that begins a new item: behind white space, the exact next
        number, and behind a sentence's end or a heading."""
        for gap in _WRAP.finditer(text):
            if gap.start() == 0:
                continue
            before, after = text[: gap.start()], text[gap.end() :]
            marker = read_marker(after)
            if marker is None or marker.style is Style.DECIMAL or marker.length >= len(after):
                continue
            if self.cursor.outline.fit(marker, strict=True) is None:
                continue
            ends = ends_sentence(before) or NOTE_LINE.match(before) is not None
            short = is_heading(repair(before)) if len(before) <= _MAX_BEFORE else False
            heading = short and marker.number == 1 and not has_pause(before.replace("、", ""))
            run_on = short and repair(before).endswith(("工作", "职责", "任务"))
            # 「第二章　登记　第八条　…」
            chapter = own is not None and own.style < Style.ARTICLE and marker.style is Style.ARTICLE and short
            if not (ends or heading or run_on or chapter):
                continue
            if marker.number == 1 and not heading:
                continue
            return gap.start()
        return None

    def _plain(self, text: str, block: Block, first: bool) -> None:
        """A stretch without a marker: goes on, is a head, or begins a paragraph."""
        paragraph = self.cursor.open_paragraph()
        duty = NOTE_LINE.match(text) is not None
        apart = duty or answers(text) or lists_phone(text)
        goes_on = first and block.continues and paragraph is not None and not ends_sentence(paragraph.tail)
        if paragraph is not None and not apart and (goes_on or not self._is_head(text, block)):
            top = self.cursor.outline.top
            numbered = top is not None and paragraph is top.items[0]
            heading = self._may_be_heading(paragraph, numbered)
            if goes_on or self.cursor.joiner.continues(paragraph.tail, text, may_be_heading=heading):
                paragraph.pieces.append(piece_of(block, text))
                return
        if duty or answers(text):
            self.cursor.append(Paragraph([piece_of(block, text)], Role.TEXT))
            return
        if self._lost_item(text, block):
            return
        if not self._is_addressee(text) and (self._office_head(text, block) or self._unnumbered_head(text, block)):
            return
        if CLOSING.match(repair(text)):
            self.cursor.outline.close_all()
        else:
            self.cursor.outline.close_finished()
        self.cursor.append(Paragraph([piece_of(block, text)]))

    def _is_addressee(self, text: str) -> bool:
        """Whether the letter begins with this line, and it says whom it is for: no head of the items below it."""
        cursor = self.cursor
        begins = cursor.outline.part is cursor.parts[0] and not cursor.outline.part.items
        return begins and read_addressee(text) is not None

    def _may_be_heading(self, paragraph: Paragraph, numbered: bool) -> bool:
        """A numbered line of the upper levels, or a short line without a pause."""
        text = repair(paragraph.tail)
        if not is_heading(text):
            return False
        top = self.cursor.outline.top
        if numbered and top is not None and top.style <= Style.PAREN:
            return True
        return not has_pause(text)

    def _is_head(self, text: str, block: Block) -> bool:
        return is_colon_head(text) or block.level > 0 or self.cursor.at in self.cursor.heads

    def _lost_item(self, text: str, block: Block) -> bool:
        """An item whose number and first words were lost at a page break."""
        for depth in range(len(self.cursor.outline.stack) - 1, -1, -1):
            node = self.cursor.outline.stack[depth]
            if node.style not in (Style.ARABIC, Style.ARABIC_PAREN, Style.PAREN):
                continue
            last = node.latest_paragraph()
            if last is None:
                return False
            tails = NOTE_TAIL.search(repair(last.tail)) and NOTE_TAIL.search(repair(text))
            if not tails and not ends_sentence(last.tail):
                return False
            if tails or self._next_number(node.style) == node.number + 2:
                lost = self.cursor.outline.open_lost(node, depth, block.line)
                lost.items.append(Paragraph([piece_of(block, text)]))
                return True
            return False
        return False

    def _next_number(self, style: Style) -> int | None:
        """The number of the next marker of this style, within the next few blocks."""
        for block in self.cursor.blocks[self.cursor.at + 1 : self.cursor.at + 6]:
            marker = read_marker(block.text)
            if marker is not None:
                return marker.number if marker.style is style else None
        return None

    def _office_head(self, text: str, block: Block) -> bool:
        """`区文联：…`: an office that heads a paragraph, one of at least two."""
        match = OFFICE_HEAD.match(text)
        if match is None or not (is_org(match[1]) or lists_phone(text)):
            return False
        open_already = any(node.style is Style.OFFICE for node in self.cursor.outline.stack)
        if not open_already and not self._another_office_follows():
            return False
        self._open_named(Style.OFFICE, repair(match[1]), block, text)
        return True

    def _another_office_follows(self) -> bool:
        for block in self.cursor.blocks[self.cursor.at + 1 : self.cursor.at + 5]:
            match = OFFICE_HEAD.match(block.text)
            if match and (is_org(match[1]) or lists_phone(block.text)):
                return True
        return False

    def _unnumbered_head(self, text: str, block: Block) -> bool:
        """`主要目标：` and the like: a short line of its own, followed by item 1 or an office head."""
        if (block.level > 0 or self.cursor.at in self.cursor.heads) and is_heading(repair(text)):
            self._open_named(Style.UNNUMBERED, repair(text), block, text)
            return True
        compact = repair(text)
        if not is_heading(compact.rstrip("：:")) or has_pause(compact.rstrip("：:")) or len(squash(compact)) > 15:
            return False
        following = self.cursor.block(1)
        if following is None or following.cells:
            return False
        marker = read_marker(following.text)
        lists = marker is not None and marker.number == 1
        offices = OFFICE_HEAD.match(following.text)
        colon = compact.endswith(("：", ":"))
        if not (lists and (colon or not ends_sentence(compact))) and not (
            not colon and offices is not None and (is_org(offices[1]) or len(offices[1]) <= 6)
        ):
            return False
        self._open_named(Style.UNNUMBERED, compact, block, text)
        return True

    def _open_named(self, style: Style, name: str, block: Block, text: str) -> None:
        node = self.cursor.outline.open_named(style, name, block.line)
        node.items.append(Paragraph([piece_of(block, text)]))


def is_colon_head(text: str) -> bool:
    compact = repair(text)
    return compact.endswith(("：", ":")) and len(squash(compact)) <= 12 and not has_pause(compact[:-1])
