"""A notice's parts into clauses: the leaves of the tree, each with the path of headings above it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from corpus.attached import steps_to
from corpus.joins import MAX_HEADING, is_heading
from corpus.model import Clause, Role, Span
from corpus.numbering import Style
from corpus.people import entries, render
from corpus.place import Place, Step, StepKind, key_of
from corpus.questions import question_of
from corpus.row_numbers import own_row_numbers
from corpus.tables import pair_cells, render_row
from corpus.text import cut, ends_sentence, repair, squash
from corpus.tree import Item, Node, Paragraph, Part, Piece, TableItem, walk

MAX_CLAUSE = 800  # characters (contract)
MAX_LEAD = 80  # of a lead-in that stands in the path of its items
_MERGE_BELOW = 60  # letters: a shorter paragraph joins its neighbour when paragraphs stand apart
_REPEATED = 4 * MAX_CLAUSE  # characters of a row up to which all of its clauses bear its cells
_APART_FROM = 400  # characters: unnumbered paragraphs together longer than this stand apart


Steps = tuple[Step, ...]
Headings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The lists of a node, and what stands above each.

    A list that a paragraph of its own introduces has that above it, not what introduces the first one:
    第五条 本市居民应当出具下列证件：（一）… 外国人应当出具下列证件：（一）…
    → the first (一) is under 第五条, 本市居民应当出具下列证件, the last under 第五条, 外国人应当出具下列证件.

    `path` is the node's, `first` what stands above its first list, `said` the paragraph that introduces that.
    """

    path: Headings
    first: Headings
    said: Paragraph | None

    def above(self, run: list[Paragraph], *, begun: bool) -> Headings:
        """What stands above a list that begins behind these paragraphs; `begun` says whether it isn't the first."""
        if run and run[-1] is not self.said and introduces(run[-1]):
            sentence = lead_in(run[-1].text)
            return (*self.path, sentence) if sentence else self.path
        return self.path if begun else self.first


@dataclass(slots=True)
class Draft:
    """A clause before its notice is known. `own` is the source text it accounts for (a table row's text
    repeats caption and column heads; `own` does not)."""

    place: Place
    path: tuple[str, ...]
    role: Role
    text: str
    own: str
    start: int
    end: int
    pages: tuple[int, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Writer:
    drafts: list[Draft] = field(default_factory=list)

    def add(
        self,
        steps: Steps,
        path: tuple[str, ...],
        role: Role,
        pieces: list[Piece],
        text: str,
        cells: tuple[tuple[str, str], ...] = (),
        own: str | None = None,
    ) -> None:
        """Add one clause, of any length."""
        start = min(piece.line for piece in pieces)
        end = max(piece.line_end for piece in pieces)
        pages = tuple(sorted({piece.page for piece in pieces if piece.page is not None}))
        own = text if own is None else own
        self.drafts.append(Draft(Place(steps), path, role, text, own, start, end, pages, cells))


def cut_drafts(drafts: list[Draft]) -> list[Draft]:
    """The same drafts, each cut where it is too long. `own` stays with the first piece."""
    out: list[Draft] = []
    for draft in drafts:
        for index, text in enumerate(cut(draft.text, MAX_CLAUSE)):
            if index and not text.strip():
                continue
            piece = replace(draft, text=text.strip())
            if draft.role is Role.PEOPLE:
                piece.cells = tuple(cell for cell in draft.cells if cell[1] in text)
            if index:
                piece.place, piece.own = replace(draft.place, piece=index + 1), ""
                if draft.role is not Role.PEOPLE:
                    piece.cells = draft.cells if len(draft.text) <= _REPEATED else ()
            out.append(piece)
    return out


def draft_clauses(parts: list[Part], attachments: Sequence[str] = ()) -> list[Draft]:
    """All clauses of a notice's parts, in the order of the text; `attachments` is the list behind the letter."""
    writer = _Writer()
    for part, above in zip(parts, steps_to(parts, attachments), strict=True):
        path: tuple[str, ...] = (part.name,) if part.name else ()
        if part.title:
            writer.add((*above, Step(StepKind.TITLE)), path, Role.TITLE, part.title, part.heading)
        structured = any(not isinstance(item, Paragraph) or item.role is not Role.TEXT for item in part.items[:-1])
        structured = structured and any(isinstance(item, (Node, TableItem)) for item in part.items)
        _write_items(writer, part.items, path, above, Role.PREAMBLE if structured else Role.TEXT)
    return writer.drafts


def _write_items(
    writer: _Writer, items: list[Item], path: Headings, above: Steps, first_role: Role, lists: _Lists | None = None
) -> None:
    """Items of a part or of a node (which has `lists`) with children: runs of paragraphs, lists, tables and nodes.
    `first_role` is that of the paragraphs before the first node."""
    run: list[Paragraph] = []
    before_nodes = True
    count = Counter[StepKind]()
    begun: dict[Style, Headings] = {}  # what stands above the latest list of a style, which others may interrupt

    def flush(over: Headings = path) -> None:
        role = first_role if before_nodes else Role.TEXT
        for group in _groups(run):
            pieces = [piece for paragraph in group for piece in paragraph.pieces]
            text = "\n".join(paragraph.text for paragraph in group)
            writer.add((*above, counted(StepKind.PARAGRAPH)), over, role, pieces, text)
        run.clear()

    def counted(kind: StepKind) -> Step:
        count[kind] += 1
        return Step(kind, count[kind])

    for item in items:
        if isinstance(item, Paragraph) and item.role is Role.TEXT:
            run.append(item)
        elif isinstance(item, Node):
            if lists is not None and (item.number == 1 or not begun):
                begun[item.style] = lists.above(run, begun=bool(begun))
                flush(begun[item.style] if run and introduces(run[-1]) else path)
            flush()
            before_nodes = False
            _write_node(writer, item, begun.get(item.style, path), above)
        else:
            flush()
            if isinstance(item, TableItem):
                _write_table(writer, item, path, (*above, counted(StepKind.TABLE)))
            else:
                _write_special(writer, item, path, (*above, counted(StepKind(item.role.value))))
    flush()


def _groups(run: list[Paragraph]) -> list[list[Paragraph]]:
    """Paragraphs that make one clause: all together if they are short, else each with its crumbs."""
    if not run:
        return []
    if sum(len(paragraph.text) for paragraph in run) <= _APART_FROM:
        return [run[:]]
    groups: list[list[Paragraph]] = []
    letters = 0  # of the last group
    open_end = False
    for paragraph in run:
        text = paragraph.text
        size = len(squash(text))
        if groups and (size < _MERGE_BELOW or open_end or letters < _MERGE_BELOW):
            groups[-1].append(paragraph)
            letters += size
        else:
            groups.append([paragraph])
            letters = size
        open_end = not ends_sentence(text)
    return groups


def _write_special(writer: _Writer, item: Paragraph, path: tuple[str, ...], steps: Steps) -> None:
    raw = [piece.text for piece in item.pieces]
    cells: tuple[tuple[str, str], ...] = ()
    if item.role is Role.PEOPLE:
        text = render(raw)
        cells = entries(text)
    elif item.role in (Role.SIGNATURE, Role.CONTACT):
        text = "；".join(repair(line).rstrip("；;") for line in raw)
    elif item.role is Role.SHREDS:
        text = "｜".join(token for line in raw for token in line.split())
    else:
        text = "；".join(repair(line).rstrip("；;") for line in raw)
    writer.add(steps, path, item.role, item.pieces, text, cells)


def _write_table(writer: _Writer, item: TableItem, path: tuple[str, ...], above: Steps) -> None:
    table = item.table
    if table.own and table.rows:
        first = table.rows[0]
        line = min(table.head_lines, default=first.line_start)
        pieces = _places(line, max(table.head_lines, default=line), first.pages)
        heads = "｜".join(head for head in table.heads if head) or table.own
        writer.add((*above, Step(StepKind.TABLE_HEAD)), path, Role.HEADING, pieces, heads, own=table.own)
    own_numbers = own_row_numbers(table)
    for number, row in enumerate(table.rows, 1):
        pieces = _places(row.line_start, row.line_end, row.pages)
        caption = "" if table.problem else item.caption
        text = render_row(caption, table.heads, row)
        cells = pair_cells(table.heads, row)
        steps = (*above, Step(StepKind.ROW, number, own_numbers[number - 1]))
        writer.add(steps, path, Role.ROW, pieces, text, cells, "".join(row.cells))


def _places(line_start: int, line_end: int, pages: tuple[int, ...]) -> list[Piece]:
    """Pieces that only say where a row stands: a row of a turned table may go over the page."""
    return [Piece("", line_start, line_end, page) for page in pages or (None,)]


def _write_node(writer: _Writer, node: Node, path: Headings, above: Steps) -> None:
    heading = heading_of(node)
    own_path = (*path, heading) if heading else path
    steps = (*above, _node_step(node))
    lead = node.items[0] if node.items and isinstance(node.items[0], Paragraph) else None
    if node.style is Style.QUESTION and _write_question(writer, node, own_path, steps):
        return
    plain = all(isinstance(item, Paragraph) and item.role is Role.TEXT for item in node.items)
    if plain:
        _write_leaf(writer, node, own_path, steps)
        return
    first, rest = own_path, node.items
    if lead is not None and introduces(lead) and _lists_apart(node):
        sentence = lead_in(_without_label(node, lead.text))
        if node.label and sentence and heading.endswith(sentence) and _OF_A_LIST in sentence:
            own_path = (*path, node.label)
            first = (*own_path, sentence)
    if lead is not None and is_heading_only(node):
        writer.add(steps, first, Role.HEADING, lead.pieces, lead.text)
        rest = node.items[1:]
    _write_items(writer, rest, own_path, steps, Role.TEXT, _Lists(own_path, first, lead))


def _lists_apart(node: Node) -> bool:
    """Whether a paragraph other than the node's first introduces a list of it."""
    return any(
        isinstance(one, Paragraph)
        and one.role is Role.TEXT
        and introduces(one)
        and isinstance(other, Node)
        and other.number == 1
        for one, other in pairwise(node.items[1:])
    )


def _write_question(writer: _Writer, node: Node, path: tuple[str, ...], steps: Steps) -> bool:
    """A question with its answer as one clause, the answer's lists included, where they are short enough."""
    below = list(walk(node.items))
    paragraphs = [item for item in below if isinstance(item, Paragraph) and item.role is Role.TEXT]
    if len(paragraphs) + sum(isinstance(item, Node) for item in below) < len(below):
        return False
    text = "\n".join(paragraph.text for paragraph in paragraphs)
    if len(text) > MAX_CLAUSE:
        return False
    writer.add(steps, path, Role.TEXT, [piece for one in paragraphs for piece in one.pieces], text)
    return True


def _write_leaf(writer: _Writer, node: Node, path: tuple[str, ...], steps: Steps) -> None:
    """A node without children: one clause, or one a paragraph where they are too long together."""
    paragraphs = node.paragraphs
    total = sum(len(paragraph.text) + 1 for paragraph in paragraphs)
    groups = [paragraphs] if total <= MAX_CLAUSE else _apart(paragraphs)
    for index, group in enumerate(groups, 1):
        pieces = [piece for paragraph in group for piece in paragraph.pieces]
        text = "\n".join(paragraph.text for paragraph in group)
        role = Role.TEXT
        if len(paragraphs) == 1 and node.style in (Style.PART, Style.CHAPTER, Style.SECTION):
            role = Role.HEADING
        own = steps if index == 1 else (*steps, Step(StepKind.PARAGRAPH, index))
        writer.add(own, path, role, pieces, text)


def _apart(paragraphs: list[Paragraph]) -> list[list[Paragraph]]:
    groups: list[list[Paragraph]] = []
    for paragraph in paragraphs:
        if groups and (len(squash(paragraph.text)) < _MERGE_BELOW or is_heading(groups[-1][-1].text)):
            groups[-1].append(paragraph)
        else:
            groups.append([paragraph])
    return groups


def is_heading_only(node: Node) -> bool:
    """Whether the node's first paragraph is nothing but its heading."""
    lead = node.items[0] if node.items else None
    if not isinstance(lead, Paragraph):
        return False
    if node.style is Style.UNNUMBERED:
        return True
    return is_heading(_without_label(node, lead.text).rstrip("：:"))


def _without_label(node: Node, text: str) -> str:
    """The paragraph's text behind its marker."""
    if not node.label or node.style in (Style.UNNUMBERED, Style.OFFICE):
        return text
    wanted, at = len(squash(node.label)), 0
    while at < len(text) and len(squash(text[:at])) < wanted:
        at += 1
    return re.sub(r"^[\s、.．）)】，]*", "", text[at:])


def heading_of(node: Node) -> str:
    """The node's element of the path.

    Its heading where it has one: the whole first line, its first sentence, or the lead-in of its items
    up to the colon. Else its marker alone; empty for an item whose number was lost.
    """
    lead = node.items[0] if node.items and isinstance(node.items[0], Paragraph) else None
    if node.style is Style.UNNUMBERED:
        return node.label.rstrip("：:")
    if node.style is Style.OFFICE:
        return node.label
    if node.style is Style.QUESTION and lead is not None:
        return question_of(lead.text)
    if lead is None or not node.label:
        return node.label
    body = _without_label(node, lead.text)
    if is_heading(body.rstrip("：:")):
        return _labelled(node, body.rstrip("：:"))
    sentence = re.match(r"[^。；;：:]+[。]", body)
    more = len(body) > (sentence.end() if sentence else 0) or len(node.items) > 1
    if sentence and more and len(squash(sentence.group())) <= MAX_HEADING:
        return _labelled(node, sentence.group().rstrip("。"))
    if node.children and introduces(lead) and (introduction := lead_in(body)):
        return _labelled(node, introduction)
    name = re.match(r"([^：:。；;，,、]{2,16})[：:](?=.)", body)
    if name and node.style not in (Style.ARTICLE,):
        return _labelled(node, name[1])
    return node.label


def introduces(paragraph: Paragraph) -> bool:
    """Whether what follows the paragraph is its list: it ends in a colon."""
    return paragraph.text.endswith(("：", ":"))


def lead_in(text: str) -> str:
    """The sentence that introduces a list, without its colon; empty where it is too long for a path."""
    sentence = text[text.rfind("。", 0, len(text) - 1) + 1 :].rstrip("：:").strip()
    return sentence if len(sentence) <= MAX_LEAD else ""


# In a first paragraph that introduces its list and no other, so that it can't stand above all of an article:
# 协商代表应当履行下列职责 (重庆市集体合同条例), 投标者之间不得采用下列手段 (山东省实施《反不正当竞争法》办法),
# 具有下列情形之一的业主不得担任业主委员会委员 (丽水市物业管理条例). Not in a heading (申请材料), nor in what amends
# an article (将第九条修改为).
_OF_A_LIST = "下列"


def _labelled(node: Node, text: str) -> str:
    gap = " " if node.style in (Style.ARABIC, Style.DECIMAL, *_LAW_STYLES) else ""
    return f"{node.label}{gap}{text}".strip()


_LAW_STYLES = (Style.PART, Style.CHAPTER, Style.SECTION, Style.ARTICLE)


def _node_step(node: Node) -> Step:
    if node.style in (Style.UNNUMBERED, Style.OFFICE):
        return Step(StepKind.NAMED, node.number, re.sub(r"[\s/.~：:]", "", node.label)[:16], node.style)
    if not node.label:
        return Step(StepKind.LOST, node.number)
    return Step(StepKind.NUMBERED, node.number, node.label + _space_behind(node), node.style)


def _space_behind(node: Node) -> str:
    """The space that the source has behind the number of an article or chapter (第四条　…): quotations keep it."""
    if node.style not in _LAW_STYLES or not isinstance(node.items[0] if node.items else None, Paragraph):
        return ""
    marker = re.match(r"\s*" + r"\s*".join(map(re.escape, node.label)) + r"\s+\S", node.paragraphs[0].raw)
    return "" if marker is None else "　"


def number_clauses(notice_id: str, drafts: list[Draft]) -> tuple[Clause, ...]:
    """The clauses of the notice `notice_id`: places that are equal are counted."""
    seen: Counter[str] = Counter()
    clauses = []
    for draft in drafts:
        key = key_of(draft.place)
        seen[key] += 1
        place = replace(draft.place, again=seen[key])
        pages = Span(draft.pages[0], draft.pages[-1]) if draft.pages else None
        lines = Span(draft.start, draft.end)
        clauses.append(Clause(notice_id, place, draft.path, draft.role, draft.text, lines, pages, draft.cells))
    return tuple(clauses)
