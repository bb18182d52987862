"""A source into notices and clauses: the one way in for every kind of file.

lines → blocks → heads of notices → parts → clauses. Nothing is lost on the way: `corpus.coverage` compares
the letters and digits of the file with those of all clauses, and `left_out` lists the rest.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from corpus.blocks import Block, drop_furniture, make_blocks
from corpus.body import BodyReader
from corpus.clauses import Draft, cut_drafts, draft_clauses, number_clauses
from corpus.contents import Contents, find_contents, match_entry, mend_number, mend_title, read_cover
from corpus.coverage import COVER, STATED, WHOLE, coverage, warning
from corpus.dates import only_date
from corpus.doc_number import find_numbers, parse
from corpus.errors import InputError
from corpus.fields import NOTE, find_email, is_attachment_list, read_addressee, read_contact, split_signature
from corpus.heads import Head
from corpus.inline import split_inline
from corpus.joins import Joiner, make_joiner
from corpus.kinds import kind_pattern
from corpus.lines import looks_like_title
from corpus.model import LeftOut, Notice, ParsedFile, Role, Source, Span, Warn
from corpus.offices import is_org
from corpus.phones import find_phones
from corpus.place import Place, Step, StepKind
from corpus.reading import read_text
from corpus.segment import Segment, segment
from corpus.text import repair, squash
from corpus.tree import Paragraph, Part, Piece, walk

# What a covering notice issues: 「关于印发X的通知」.
_ISSUES = re.compile(r"印发|转发|批转|发布|公布")
_COVERING = re.compile(rf"的?{kind_pattern('covering')}$")
_TITLE, _INFO = Place((Step(StepKind.TITLE),)), Place((Step(StepKind.INFO),))


def parse_file(path: Path) -> ParsedFile:
    """Read and parse one file. Raises InputError if it can't be read or holds no notice."""
    return parse_source(read_text(path))


def parse_source(source: Source) -> ParsedFile:
    """Parse a source. Raises InputError if it holds no notice."""
    warnings: list[Warn] = list(source.warnings)
    blocks, left_out = make_blocks(source)
    left_out += source.left_out
    contents = find_contents(blocks)
    first = contents.end if contents else 0
    cover, body = blocks[:first], blocks[first:]
    # A section named like a document is one: its title at the top of a page is no running head.
    sections = contents.sections if contents else ()
    running = {squash(section) for section in sections if not looks_like_title(section)}
    bulletin = read_cover(cover)
    if bulletin.title:
        running.add(squash(bulletin.title))
    body, furniture = drop_furniture(body, running)
    body = split_inline(body)
    if not body:
        raise InputError("文件里没有文字", source.file, "请检查文件是否完整")
    listed = frozenset(contents.titles.titles) if contents else None
    reading = segment(body, _stem(source.file), listed)
    first = reading.segments[0].head.start
    if not cover:
        bulletin = read_cover([body[index] for index in reading.furniture if index < first])
    left_out += [LeftOut(block.line, block.text, COVER) for block in cover]
    left_out += [
        LeftOut(body[index].line, _shown(body[index]), "网页或刊物上的其他文字") for index in reading.furniture
    ]
    stated = [body[index] for part in reading.segments for index in part.head.page]
    left_out += [LeftOut(block.line, _shown(block), STATED) for block in stated]
    left_out += furniture
    joiner = make_joiner(body)
    reader = _NoticeReader(source, body, contents, joiner, warnings)
    notices = [reader.read(part) for part in reading.segments]
    _check_contents(contents, reader.taken, warnings)
    share = coverage(source, left_out, (draft.own for draft in reader.drafts))
    if share < WHOLE:
        warnings.append(Warn(body[first].line, warning(share, left_out)))
    return ParsedFile(
        source.file,
        source.encoding,
        bulletin,
        tuple(notices),
        share,
        tuple(sorted(warnings, key=lambda warning: warning.line)),
        tuple(sorted(left_out, key=lambda left: left.line)),
    )


def _stem(file: str) -> str:
    return Path(file.rpartition("!")[2] or file).stem


def _shown(block: Block) -> str:
    return " ".join(cell for cell in block.cells if cell) if block.cells else block.text


def _check_contents(contents: Contents | None, taken: set[int], warnings: list[Warn]) -> None:
    for index, listed in enumerate(contents.entries if contents else ()):
        if index not in taken:
            warnings.append(Warn(listed.line, f"目录中的《{listed.title}》（{listed.doc_number}）在正文里没有找到"))


class _NoticeReader:
    """Reads the notices of one file one after the other, and keeps what they share."""

    def __init__(
        self, source: Source, blocks: list[Block], contents: Contents | None, joiner: Joiner, warnings: list[Warn]
    ) -> None:
        self.source = source
        self.blocks = blocks
        self.contents = contents
        self.joiner = joiner
        self.warnings = warnings
        self.taken: set[int] = set()
        self.ids: Counter[str] = Counter()
        self.drafts: list[Draft] = []
        self.codes: Counter[str] = Counter()
        for block in blocks:
            self.codes.update(cited.number.code for cited in find_numbers(block.text))
        for listed in contents.entries if contents else ():
            number = parse(listed.doc_number) if listed.doc_number else None
            self.codes.update([number.code] if number else [])

    @functools.cached_property
    def pairs(self) -> Counter[str]:
        """How often each character and each pair of characters stands in the text."""
        text = "".join(repair(block.text) for block in self.blocks)
        return Counter(text) + Counter(a + b for a, b in itertools.pairwise(text))

    def read(self, segment: Segment) -> Notice:
        head = segment.head
        blocks = [self.blocks[index] for index in segment.body]
        title, number, listed = self._cross_check(head)
        attached = [name for block in blocks if is_attachment_list(block.text) for name in _split_names(block)]
        titles = [*_named_titles(title, blocks), *attached]
        parts = BodyReader(self.joiner, titles, attached, self.warnings).read(blocks)
        others = {*head.info, *head.page}
        head_blocks = [b for i, b in enumerate(self.blocks[head.start : head.body], head.start) if i not in others]
        heading = [_title_draft(head_blocks, title, number)] if head_blocks else []
        drafts = cut_drafts([*heading, *self._info(head), *draft_clauses(parts)])
        self.drafts += drafts
        notice_id = self._notice_id(number, title, head)
        signature = _signature(parts[0])
        contact = _contact(parts)
        lines = [draft.start for draft in drafts] + [draft.end for draft in drafts]
        return Notice(
            notice_id=notice_id,
            doc_number=number,
            title=title,
            issuer=head.issuer or _issuer(title, signature) or head.named_issuer,
            date=head.date or (signature[1] if signature else None) or head.passed or head.put_up,
            section=listed[0] if listed else None,
            addressee=_addressee(parts[0]),
            unit=contact.unit,
            phone=contact.phones[0] if contact.phones else None,
            phones=contact.phones,
            contact_person=contact.person,
            email=contact.email,
            attachments=_attachments(parts),
            contents_page=listed[1] if listed else None,
            lines=Span(min(lines), max(lines)),
            clauses=number_clauses(notice_id, drafts),
        )

    def _cross_check(self, head: Head) -> tuple[str, str | None, tuple[str | None, int | None] | None]:
        """Title and number against the contents page."""
        title, number = head.title, head.doc_number
        if self.contents is None:
            return title, number, None
        index = match_entry(self.contents, title, number, self.taken)
        line = self.blocks[head.start].line
        if index is None:
            self.warnings.append(Warn(line, f"目录里没有这篇公文：《{title}》"))
            return title, number, None
        self.taken.add(index)
        listed = self.contents.entries[index]
        if number and listed.doc_number and number != listed.doc_number:
            mended = mend_number(number, listed.doc_number, self.codes)
            if mended:
                self.warnings.append(Warn(line, f"发文字号“{number}”识别有误，已按目录改为“{mended}”"))
                number = mended
            else:
                self.warnings.append(Warn(line, f"发文字号“{number}”与目录的“{listed.doc_number}”不一致"))
        mended_title = mend_title(title, listed.title, self.pairs)
        if mended_title != title:
            self.warnings.append(Warn(line, f"标题有个别字识别有误，已按目录改为《{mended_title}》"))
        return mended_title, number, (listed.section, listed.page)

    def _info(self, head: Head) -> list[Draft]:
        """Information lines of the head, kept as a preamble."""
        if not head.info:
            return []
        blocks = [self.blocks[index] for index in head.info]
        text = "；".join(repair(block.text) for block in blocks)
        pages = tuple(sorted({block.page for block in blocks if block.page is not None}))
        return [Draft(_INFO, (), Role.INFO, text, text, blocks[0].line, blocks[-1].line, pages)]

    def _notice_id(self, number: str | None, title: str, head: Head) -> str:
        """The number, or a hash of the title; a second notice of the same id counts up."""
        base = number or "无号-" + hashlib.sha256(squash(title).encode()).hexdigest()[:10]
        self.ids[base] += 1
        if self.ids[base] == 1:
            return base
        line = self.blocks[head.start].line
        self.warnings.append(Warn(line, f"“{number or title}”在本文件中出现了不止一次"))
        return f"{base}~{self.ids[base]}"


def _title_draft(blocks: list[Block], title: str, number: str | None) -> Draft:
    """Title and number (mended) as a heading of their own, so that no letter of the text is lost."""
    printed = " ".join(repair(block.text) for block in blocks)
    text = f"{title} {number}" if number else title
    pages = tuple(sorted({block.page for block in blocks if block.page is not None}))
    return Draft(_TITLE, (), Role.TITLE, text, printed, blocks[0].line, blocks[-1].line, pages)


def _named_titles(title: str, blocks: list[Block]) -> list[str]:
    """Titles that begin a part of this notice: what it issues, names in 《》 or attaches."""
    names = []
    verb = _ISSUES.search(title)
    rest = title[verb.end() :] if verb else ""
    kind = _COVERING.search(rest)
    if kind:
        names.append(re.sub(r"[《》]", "", rest[: kind.start()]))
    for block in blocks[:12]:
        text = repair(block.text)
        names += re.findall(r"《([^《》]{4,60})》", text) if len(text) < 400 else []
    return [name for name in dict.fromkeys(names) if len(squash(name)) >= 6]


def _split_names(block: Block) -> list[str]:
    """Names of attachments on the line that begins their list."""
    body = re.sub(r"^附\s*(?:件\s*)?(?:[：:]\s*)?", "", repair(block.text))
    pieces = re.split(r"(?:(?<=^)|(?<=[\s；;]))(?:附件)?\d{1,2}\s*[.．、]\s*", body)
    return [piece.strip(" ；;。") for piece in pieces if len(squash(piece)) >= 4]


def _attachments(parts: list[Part]) -> tuple[str, ...]:
    """Names of the attachments, as the list behind the body gives them."""
    names: list[str] = []
    for part in parts:
        for item in walk(part.items):
            if not isinstance(item, Paragraph) or item.role is not Role.ATTACHMENTS:
                continue
            lines: list[list[str]] = []
            for piece in item.pieces:
                text = re.sub(r"^附\s*(?:件\s*)?[：:]\s*", "", repair(piece.text))
                marked = re.match(r"^(?:附件)?\s*\d{1,2}\s*[.．、:： ]\s*((?!docx?$|xlsx?$|pdf$).*)$", text)
                is_file = re.search(r"\.(?:docx?|xlsx?|pdf|wps)$", text)
                if marked and marked[1] and not re.match(r"^\d{4}", text):
                    lines.append([marked[1]])
                elif lines and not is_file:
                    lines[-1].append(text)
                elif text:
                    lines.append([text])
            names += [name.strip(" ；;。") for name in map("".join, lines) if squash(name)]
    return tuple(names)


def _signature(part: Part) -> tuple[list[str], str | None] | None:
    """Signers and ISO date of the covering letter's first signature."""
    for item in walk(part.items):
        if not isinstance(item, Paragraph) or item.role is not Role.SIGNATURE:
            continue
        signers: list[str] = []
        for piece in item.pieces:
            text = NOTE.sub("", piece.text)
            split = split_signature(text)
            date = split[1] if split else only_date(repair(text))
            if split and split[0]:
                signers.append(split[0])
            if date:
                return signers, date
            signers += [repair(name) for name in re.split(r"[\s\u3000]{1,}", text) if is_org(name)] or (
                [repair(text)] if is_org(text) else []
            )
    return None


def _issuer(title: str, signature: tuple[list[str], str | None] | None) -> str | None:
    """Who issued the notice: the title's beginning, else who signed it."""
    signers = signature[0] if signature else []
    match = re.match(r"^(.{2,80}?)(?:关于|印发|转发|批转|对(?=全国|《))", title)
    named = match[1] if match and is_org(match[1]) else None
    if named is None:
        return "、".join(signers) or None
    if len(signers) > 1 and squash(named) == squash("".join(signers)):
        return "、".join(signers)
    return named


def _addressee(part: Part) -> str | None:
    for item in part.items:
        if isinstance(item, Paragraph) and item.role is Role.TEXT:
            return read_addressee(item.text)
        return None
    return None


@dataclass(slots=True)
class _Contacts:
    unit: str | None = None
    person: str | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()


def _contact(parts: list[Part]) -> _Contacts:
    """Contact unit, phones, person and e-mail, from the contact lines of all parts.

    Phones printed beside the unit come first; a contact person's own phone follows.
    """
    out = _Contacts()
    beside: list[str] = []
    others: list[str] = []
    for part in parts:
        for item in walk(part.items):
            if not isinstance(item, Paragraph) or item.role is not Role.CONTACT:
                continue
            has_unit = any((c := read_contact(piece.text)) is not None and c.field == "unit" for piece in item.pieces)
            for piece in item.pieces:
                _read_contact_piece(piece, out, beside if has_unit else others)
    out.phones = tuple(dict.fromkeys([*beside, *others]))
    return out


def _read_contact_piece(piece: Piece, out: _Contacts, phones: list[str]) -> None:
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
