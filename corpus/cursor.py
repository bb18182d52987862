"""Where the reading of a notice's body stands: its blocks, the part and the outline that are open."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.blocks import Block
from corpus.joins import Joiner
from corpus.model import Role, Warn
from corpus.questions import Question
from corpus.tree import Outline, Paragraph, Part, Piece, TableItem


@dataclass
class Cursor:
    """The blocks of one notice's body and what has been made of those before `at`."""

    joiner: Joiner
    warnings: list[Warn]
    blocks: list[Block] = field(default_factory=list)
    at: int = 0
    parts: list[Part] = field(default_factory=lambda: [Part()])
    outline: Outline = field(init=False)
    questions: dict[int, Question] = field(default_factory=dict)  # by block
    last_question: int = -1  # the last block that asks
    heads: frozenset[int] = frozenset()  # blocks that are headings without a number
    confirmed: set[int] = field(default_factory=set)  # blocks that begin with an article, the next one with the next
    closed: bool = False  # the part's signature or the contact lines are behind us

    def __post_init__(self) -> None:
        self.outline = Outline(self.parts[0], self.warnings)

    def block(self, offset: int = 0) -> Block | None:
        at = self.at + offset
        return self.blocks[at] if 0 <= at < len(self.blocks) else None

    def begin_part(self, part: Part) -> None:
        self.parts.append(part)
        self.outline = Outline(part, self.warnings)
        self.closed = False

    def append(self, paragraph: Paragraph | TableItem) -> None:
        self.outline.items().append(paragraph)

    def open_paragraph(self) -> Paragraph | None:
        """The running text that the next block may go on with."""
        items = self.outline.items()
        last = items[-1] if items else None
        return last if isinstance(last, Paragraph) and last.role is Role.TEXT else None

    def open_sentence(self) -> bool:
        """Whether the running text so far lacks the end of its sentence."""
        paragraph = self.open_paragraph()
        return paragraph is not None and paragraph.tail.rstrip()[-1:] in "，,、（(“《"

    def last_paragraph(self, role: Role) -> Paragraph | None:
        """The last item where it is a paragraph of this role."""
        items = self.outline.items()
        last = items[-1] if items else None
        return last if isinstance(last, Paragraph) and last.role is role else None


def piece_of(block: Block, text: str | None = None) -> Piece:
    start, end = sorted((block.line, block.moved_from or block.line))
    return Piece(block.text if text is None else text, start, end, block.page)
