"""One notice of a file: its head checked against the contents page, its body read, its fields filled."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter

from corpus.blocks import Block
from corpus.body import BodyReader
from corpus.clauses import Draft, cut_drafts, draft_clauses, number_clauses
from corpus.contacts import first_contact, read_contacts, read_phones
from corpus.contents import Contents, match_entry, mend_number, mend_title
from corpus.doc_number import find_numbers, number_key, parse
from corpus.doubts import find_doubts
from corpus.fields import is_attachment_list
from corpus.heads import Head
from corpus.joins import Joiner
from corpus.kinds import kind_pattern
from corpus.model import Notice, Role, Source, Span, Warn
from corpus.notice_fields import addressee_of, issuer_of, named_titles, read_attachments, read_signature, split_names
from corpus.place import Place, Step, StepKind
from corpus.segment import Segment
from corpus.text import repair, squash

# Kinds that have a date of their own, whether the page gives it or not.
_DATED = re.compile(rf"(?<!统计)(?<!数据){kind_pattern('official', 'rules')}(?:[（(][^（()）]{{1,20}}[）)])*$")
_TITLE, _INFO = Place((Step(StepKind.TITLE),)), Place((Step(StepKind.INFO),))


class NoticeReader:
    """Reads the notices of one file one after the other, and keeps what they share."""

    def __init__(
        self, source: Source, blocks: list[Block], contents: Contents | None, joiner: Joiner, warnings: list[Warn]
    ) -> None:
        self.source = source
        self.blocks = blocks
        self.contents = contents
        self.joiner = joiner
        self.warnings = warnings
        self.published: str | None = None  # when the page was put up, for its only document
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
        attached = [name for block in blocks if is_attachment_list(block.text) for name in split_names(block)]
        titles = [*named_titles(title, blocks), *attached]
        parts = BodyReader(self.joiner, titles, attached, self.warnings).read(blocks)
        others = {*head.info, *head.page}
        head_blocks = [b for i, b in enumerate(self.blocks[head.start : head.body], head.start) if i not in others]
        heading = [_title_draft(head_blocks, title, number)] if head_blocks else []
        attachments = read_attachments(parts)
        drafts = cut_drafts([*heading, *self._info(head), *draft_clauses(parts, attachments)])
        self.drafts += drafts
        notice_id = self._notice_id(number, title, head)
        signature = read_signature(parts[0])
        contacts = read_contacts(parts)
        clauses = number_clauses(notice_id, drafts)
        phones = read_phones(clauses, contacts)
        unit, phone = first_contact(contacts, phones)
        lines = [draft.start for draft in drafts] + [draft.end for draft in drafts]
        return Notice(
            notice_id=notice_id,
            doc_number=number,
            title=title,
            issuer=self._issuer(head, issuer_of(title, signature)),
            date=head.date
            or (signature[1] if signature else None)
            or head.passed
            or head.put_up
            or self._published(head, title),
            section=listed[0] if listed else None,
            addressee=addressee_of(parts[0]),
            unit=unit,
            phone=phone,
            phones=phones,
            contact_person=contacts.person,
            email=contacts.email,
            attachments=attachments,
            contents_page=listed[1] if listed else None,
            lines=Span(min(lines), max(lines)),
            clauses=clauses,
            uncertain=find_doubts(title, parts, clauses, head.uncertain),
        )

    def _issuer(self, head: Head, read: str | None) -> str | None:
        """The order's issuer, else the title's or the signature's, else the one a label names. A label may give the
        order's in short: 国务院 for 中华人民共和国国务院."""
        named = head.named_issuer
        if head.issuer and named and squash(head.issuer).endswith(squash(named)):
            return named
        return head.issuer or read or named

    def _published(self, head: Head, title: str) -> str | None:
        """When the page was put up: the date of an explanation or a report, but not of a document or a regulation,
        which may be much older."""
        return None if _DATED.search(title) else head.published or self.published

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
        if number and listed.doc_number and number_key(number) != number_key(listed.doc_number):
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
