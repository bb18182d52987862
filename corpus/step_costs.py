"""What the steps of a reading cost: a line as furniture or body, how a body begins and the one before it ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from corpus.alike import common_letters
from corpus.costs import cost
from corpus.heads import Head, HeadReader
from corpus.line_relations import covers, named, names_above, numbering
from corpus.lines import Line, is_about
from corpus.numbering import Style
from corpus.questions import find_questions
from corpus.text import squash
from corpus.titles import TitleReader, clean_title

_NEAR_GAP = 6  # lines behind a wide gap in which a number shows
_COVER_LINES = 40  # lines of a covering notice
_LONG_TITLE = 12  # letters
_NEARLY = 0.9  # share of a title's letters
_JUST_ABOVE = 40  # lines between a page's title and the document's, and how many of them may be no menu
_BETWEEN = 6
_BEGINNING = 6  # letters
_WIDE = 2  # blank lines
_WRAPPED = 3  # lines of a contact line
_ORDER_LINES = 3  # of an order's name and number, above its text
_MOSTLY = 0.8


class StepCosts:
    """The costs of the steps at each line of a file (`data/segment.toml`)."""

    def __init__(self, lines: Sequence[Line], titles: TitleReader, heads: HeadReader) -> None:
        self.lines = lines
        self.titles = titles
        self.heads = heads
        self.covers = covers(lines)
        self.names_above = names_above(lines, named(lines))
        self.separated = self._is_separated()
        self.numbering = numbering(lines)
        self.questions = find_questions([line.block for line in lines])

    def _is_separated(self) -> bool:
        """Whether the file sets documents apart by two or more blank lines and uses them for nothing else: a title or
        a number follows nearly every wide gap, and nearly every number stands close behind one."""
        wide = [at for at, line in enumerate(self.lines) if at and line.block.gap >= _WIDE and not line.block.cells]
        if any(self.names_above[at] is not None for at in wide):
            return False  # what a notice issues is set apart in the same way
        numbers = [at for at, line in enumerate(self.lines) if line.number]
        starts = {0, *wide}
        near = sum(any(back in starts for back in range(at - _NEAR_GAP, at + 1)) for at in numbers)
        opening = sum(any(head.cost < 0 for head in self.heads.at(at)) for at in wide)
        return len(wide) > 1 and near >= _MOSTLY * len(numbers) and opening >= _MOSTLY * len(wide)

    def furniture(self, at: int) -> float:
        line = self.lines[at]
        if line.is_page or line.is_contents:
            return cost("furniture", "known")
        if line.labels or line.date or not line.letters or line.is_note:
            return cost("furniture", "dull")
        if line.block.linked:
            return cost("furniture", "menu")
        size = len(line.letters)
        if size <= 8 and not line.ends and not line.block.cells:
            return cost("furniture", "short")
        return cost("furniture", "line") + cost("furniture", "letters") * min(size - 8, 200)

    def body(self, at: int) -> float:
        line = self.lines[at]
        if line.number or (line.order and line.order.doc_number):
            return cost("number", "in_body")
        if line.is_page or line.is_contents:
            return cost("furniture", "in_body")
        return cost("furniture", "links_in_body") if line.block.linked else 0.0

    def opening(self, at: int) -> float:
        """How likely a body begins at a line."""
        if at >= len(self.lines):
            return 0.0
        line = self.lines[at]
        marker = line.marker
        if line.is_addressee:
            return cost("opening", "addressee")
        if line.labels or line.is_note:
            return cost("opening", "label")
        if line.number or line.order:
            return cost("opening", "title_like")
        ahead = self.numbering.ahead[at]
        if ahead is not None and ahead[1] > 1:
            return cost("opening", "later_item")
        if marker is not None:
            if marker.style in (Style.PART, Style.CHAPTER, Style.SECTION, Style.ARTICLE):
                restart = self.numbering.articles[at] > 1
                return cost("opening", "first_article") + (cost("opening", "restart") if restart else 0.0)
            if marker.style is Style.QUESTION:
                return cost("opening", "first_question")
            return cost("opening", "first_item") + self._item_again(at)
        price = self._item_again(at)
        if ahead is not None and ahead[0] is Style.ARTICLE and self.numbering.articles[at] > 1:
            price += cost("opening", "restart")
        if at in self.questions:
            return price + cost("opening", "first_question")
        wrapped = at + 1 < len(self.lines) and self.lines[at + 1].block.continues
        if (line.ends and len(line.letters) >= 20) or wrapped:
            return price + cost("opening", "sentence")
        title = self.titles.cost(at, at + 1)
        return price + (cost("opening", "title_like") if title is not None and title < 0 else 0.0)

    def _item_again(self, at: int) -> float:
        """一、 behind 三、: another text begins."""
        again = self.numbering.ahead[at] == (Style.ENUM, 1) and self.numbering.items[at] > 1
        return cost("opening", "restart_item") if again else 0.0

    def boundary(self, at: int) -> float:
        """How likely a document ends in front of a line."""
        if at == 0:
            return 0.0
        before, line = self._before(at), self.lines[at]
        names = []
        if before.heads_attachment:
            return cost("title", "below_attachment")
        if before.is_printed:
            names.append("printed")
        elif before.is_signed:
            names.append("signed")
        elif before.is_closing:
            names.append("closing")
        elif not before.ends and not before.block.cells and not (self.separated and line.block.gap >= _WIDE):
            short = len(before.letters) <= 40
            names.append("heading" if short else "open")
        if line.block.gap >= _WIDE:
            names.append("separator" if self.separated else "wide_gap")
        elif line.block.gap == 0:
            names.append("no_gap")
        if line.block.ruled:
            names.append("rule")
        if line.block.page != before.block.page:
            names.append("new_page")
        return sum(cost("boundary", name) for name in names)

    def _before(self, at: int) -> Line:
        """The line in front of a line; of contacts, dates and the like the one whose rest was wrapped."""
        first = at - 1
        while first > 0 and at - first < _WRAPPED and self.lines[first].block.continues:
            first -= 1
        return self.lines[first] if self.lines[first].is_signed else self.lines[at - 1]

    def cut(self, at: int) -> float:
        """Whether the line above belongs to the title: as short, set in as far, and not over."""
        if at == 0:
            return 0.0
        above, line = self.lines[at - 1], self.lines[at]
        alike = (
            line.block.gap == 0
            and not above.ends
            and above.is_short
            and abs(above.block.indent - line.block.indent) <= 8
        )
        known = above.is_page or above.labels or above.is_note or above.is_signed or above.number or above.order
        return cost("boundary", "cut") if alike and not known and not above.is_contents else 0.0

    def _title_just_above(self, head: Head) -> bool:
        """Whether the same title stands a few lines above, on a line of its own: the page's, or its window's with
        the site's name behind. Menus in between don't count."""
        letters = squash(head.title)
        counted = 0
        for line in reversed(self.lines[max(0, head.start - _JUST_ABOVE) : head.start]):
            # The window's title begins with the document's, or has a sign in front of it.
            near = line.is_short and letters[:_BEGINNING] in line.letters
            if near and len(letters) >= 6 and letters in (line.letters, squash(clean_title(line.text))):
                return True
            counted += not (line.is_page or line.labels or line.is_item)
            if counted > _BETWEEN:
                return False
        return False

    def _nearly_named(self, head: Head) -> bool:
        """Whether the cover above names a title that is nearly this one: 「关于印发X2016年细则的通知」, and X细则."""
        cover = self._cover_above(head)
        letters = squash(head.title)
        if (
            cover is None
            or head.start - cover > _COVER_LINES
            or len(letters) < _LONG_TITLE
            or letters[-2:] not in self.lines[cover].letters
        ):
            return False
        common = common_letters(self.lines[cover].letters, letters)
        return common >= _NEARLY * len(letters)

    def _cover_above(self, head: Head) -> int | None:
        """The last line above a head that is the title of a covering notice."""
        index = bisect_left(self.covers, head.start)
        return self.covers[index - 1] if index else None

    def issued(self, head: Head) -> float:
        """What a covering notice names just before is issued by it, and no document of its own."""
        above = cost("title", "just_above") if self._title_just_above(head) else 0.0
        if head.doc_number and not head.noted:
            return above
        places = (self.names_above[index] for index in range(head.start, head.body) if index not in head.page)
        above_it = [place for place in places if place is not None and place < head.start]
        if above_it:
            # The contents page lists what an order issues under the same title as the order.
            listed = any(self.lines[back].order for back in range(max(0, above_it[0] - _ORDER_LINES), above_it[0]))
            unlisted = self.titles.listed is not None and squash(head.title) in self.titles.listed and listed
            return cost("title", "named") - (cost("title", "listed") if unlisted else 0.0)
        if above or self._nearly_named(head):
            return above or cost("title", "named")
        if is_about(head.title) or (self.separated and self.lines[head.start].block.gap >= _WIDE):
            return 0.0
        cover = self._cover_above(head)
        if cover is None or any(place is not None for place in self.names_above[cover + 1 : head.start]):
            return 0.0
        return cost("title", "issued")
