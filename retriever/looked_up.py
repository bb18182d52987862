"""Questions that are a name and nothing else: an office's telephone (人社局电话), a document's title or number (9号文).
They are looked up, not searched for.

What is recognised of the first is data with examples (`data/telephones.toml`). A place in the name must be the office's
own: another district's office of the same name has another number.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import Any

from corpus.model import Role
from corpus.offices import place
from corpus.phones import find_phones, locate_phones
from corpus.simplified import simplified
from corpus.text import nfkc, squash
from index.engine import Engine, IndexedClause
from index.office_list import OfficeEntry
from retriever.decide import CITED, Decision
from retriever.model import Answer, Office
from retriever.notes import Note, NoteKind
from retriever.offices import Directory
from retriever.reading.shown import MAX_ANSWER, opening
from retriever.resolve import Located
from retriever.told import Told

_FIRST = (Role.CONTACT, Role.SIGNATURE)
_PARTS = "。；;，,\n"  # what parts the offices of a list


@functools.cache
def kinds() -> tuple[dict[str, Any], ...]:
    """What is recognised, as the data file has it: `pattern`, `examples`, `counter`."""
    data = tomllib.loads(resources.files("retriever").joinpath("data/telephones.toml").read_text("utf-8"))
    return tuple(data["kind"])


@functools.cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(kind["pattern"]) for kind in kinds())


def office_asked(question: str) -> str | None:
    """The name in a question that is nothing but an office and its telephone, as it stands there.

    `请问区人社局的联系电话是多少？` → `区人社局`; `低保怎么申请` → None. Whether it is an office, the directory knows.
    """
    plain = simplified(squash(nfkc(question)))
    found = filter(None, (pattern.fullmatch(plain) for pattern in _patterns()))
    return next((name for match in found for name in match.groupdict().values() if name), None)


def call(engine: Engine, directory: Directory, question: str) -> Told | None:
    """The answer to a question for an office's number; None where more is asked, several offices may bear the name, or
    the directory doesn't know it from a text in force."""
    name = office_asked(question)
    office = directory.only(name) if name else None
    if name is None or office is None or not (place(name) or _of_one_place(engine)):
        return None
    for phone in directory.phones(office):
        notice = engine.notices[phone.notice].notice
        if notice.status.holds and _is_of(place(name), office, place(notice.issuer or "")):
            entry = _stating(engine, phone.notice, phone.phone)
            if entry is None:
                continue
            role = "contact" if entry.role in _FIRST else "named"
            shown = Office(office.name, phone.phone, notice.doc_number, role, notice.date, True)
            answer = Answer(_with_number(entry.text, phone.phone), (shown,), entry.clause_id, entry)
            return Told(Decision(True, CITED), answer, (entry,))
    return None


def _of_one_place(engine: Engine) -> bool:
    """Whether all documents are of one place: else an office without a place may be anybody's."""
    places = (place(source.notice.issuer or "") for source in engine.notices)
    first = next(filter(None, places), "")
    return all(one in ("", first) for one in places)


def _with_number(text: str, phone: str) -> str:
    """The clause, or the part of a long one that has the number: `…；市教育局：89989203（李老师）；…` → the middle."""
    found = next((found for found in locate_phones(text) if found.number == phone), None)
    if len(text) <= MAX_ANSWER or found is None:
        return opening(text)
    start = max(map(text[: found.start].rfind, _PARTS)) + 1
    end = min((at for at in map(text[found.end :].find, _PARTS) if at >= 0), default=len(text) - found.end)
    return text[start : found.end + end].strip()


def documents(engine: Engine, located: Located | None) -> Told | None:
    """The title of the document whose citation a question is, or of all that bear its number (`9号文`), the first of
    them the answer; None where a place in it or more is asked, or it isn't here."""
    found = located.resolution if located is not None and located.whole else None
    if located is None or found is None or found.rows or found.cited.places or not found.ordinals:
        return None
    meant = found.ordinals if located.document is None else (located.document,)
    titles = tuple(engine.notice(ordinal)[0] for ordinal in meant)
    answer = Answer(opening(titles[0].text), (), titles[0].clause_id, titles[0], more=len(titles) - 1)
    why = Note(NoteKind.CITED_OTHERWISE, found.why) if found.why else None
    return Told(Decision(True, CITED, why), answer, titles)


def _is_of(where: str, office: OfficeEntry, issued_by: str) -> bool:
    """Whether an office may be that of a place, or none is named."""
    return not where or where == issued_by or where in {place(name) for name in office.names}


def _stating(engine: Engine, ordinal: int, phone: str) -> IndexedClause | None:
    """The clause of a notice that states a number: the line of contacts, else the first that has it."""
    clauses = engine.notice(ordinal)
    for entries in (clauses.of_role(*_FIRST), clauses):
        found = next((entry for entry in entries if phone in find_phones(entry.text)), None)
        if found is not None:
            return found
    return None
