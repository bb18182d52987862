"""What programs may ask: search, notice, offices, check, with the contract's JSON. Every surface for programs (Gradio's
functions, plain GET, MCP) is made of these four; they raise GongbaoError, and each surface says it in its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from corpus.errors import GongbaoError, UsageError
from corpus.model import CorpusNotice
from corpus.text import nfkc, squash
from corpus.typed_place import fits, read_place
from index.engine import IndexedClause
from index.office_list import OfficeEntry
from retriever.check import check, to_json
from retriever.model import Filters, ParameterError
from retriever.page.collection import Collection
from retriever.page.live import LiveIndex
from retriever.page.on_view import dated

_Item = TypeVar("_Item")

MAX_K = 100
MAX_PAGE = 1000  # clauses or offices in one answer


class Programs:
    """The four functions, bound to the index that is open at the time of the call."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live

    def search(
        self,
        question: str,
        k: int = 5,
        mode: str = "hybrid",
        issuer: str = "",
        doc_number: str = "",
        since: str = "",
        until: str = "",
        status: str = "any",
        on: str = "",
    ) -> dict[str, Any]:
        """A question's answer and hits."""
        if k > MAX_K:
            raise ParameterError(f"k={k} 太大", "k", f"请给 1 到 {MAX_K} 的整数")
        filters = Filters(issuer or None, doc_number or None, since or None, until or None, status, on=on or None)
        return self.collection().ask(question, k=k, mode=mode, filters=filters).to_json()

    def notice(
        self, doc_number: str, section: str = "", offset: int = 0, limit: int = 0, on: str = ""
    ) -> dict[str, Any]:
        """A notice with its clauses: all of them, those of a section (第三部分, or words of a heading), a page of
        them. `versions` are all texts of its title, `references` and `referred_by` the notices it has to do with."""
        collection = dated(self.collection(), on)
        named = _only(collection.named(doc_number.strip()), doc_number)
        clauses = collection.clauses_of(named.notice.notice_id)
        if section.strip():
            clauses = _of_section(clauses, section.strip())
            if not clauses:
                raise ParameterError(f"这份公文没有“{section[:60]}”", "section", "请写成“第三部分”或标题里的字")
        page, paging = _page(clauses, offset, limit)
        return {
            **named.notice.to_json(),
            "clauses": [entry.clause.to_json() for entry in page],
            "files": list(named.files),
            "versions": [_version(one) for one in _texts(collection, named)],
            **paging,
        }

    def offices(self, name: str = "", offset: int = 0, limit: int = 0) -> dict[str, Any]:
        """The offices, those with a phone first; of a name, those that have it in theirs."""
        collection = self.collection()
        wanted = squash(name)
        listed = [one for one in collection.offices if any(wanted in squash(each) for each in one.names)]
        page, paging = _page(listed, offset, limit)
        return {"offices": [_office(collection, one) for one in page], **paging}

    def check(self, text: str) -> dict[str, Any]:
        """The citations of a text, each checked."""
        asker = self.collection().asker
        return to_json(check(text, asker.engine, asker.resolver))

    def collection(self) -> Collection:
        """The collection that is open. Raises GongbaoError while there is none."""
        now = self._live.now
        if now.collection is None:
            raise GongbaoError(now.trouble or "索引还没有准备好", "", "请稍后再试")
        return now.collection


def _only(found: Sequence[CorpusNotice], asked: str) -> CorpusNotice:
    """The notice that is meant. Raises ParameterError where a number names none, or those of several years."""
    if not found:
        raise ParameterError(f"没有收录“{asked[:60]}”", "doc_number", "请核对文号")
    numbers = list(dict.fromkeys(one.notice.doc_number for one in found))
    if len(numbers) > 1:
        listed = "、".join(map(str, numbers[:5]))
        raise ParameterError(f"文号为“{asked[:60]}”的公文有 {len(numbers)} 篇（{listed}）", "doc_number", "请写明年份")
    return found[0]


def _page(items: Sequence[_Item], offset: int, limit: int) -> tuple[Sequence[_Item], dict[str, Any]]:
    """A page of a list, and where it stands in it. No limit is all of it."""
    if offset < 0:
        raise ParameterError(f"offset={offset} 不对", "offset", "请给 0 或更大的整数")
    if not 0 <= limit <= MAX_PAGE:
        raise ParameterError(f"limit={limit} 不对", "limit", f"请给 1 到 {MAX_PAGE} 的整数，0 为全部")
    end = offset + limit if limit else len(items)
    return items[offset:end], {
        "total": len(items),
        "offset": offset,
        "next_offset": end if end < len(items) else None,
    }


def _of_section(clauses: Sequence[IndexedClause], section: str) -> list[IndexedClause]:
    """The clauses of a part: by its place, else by words of a heading above them."""
    place = read_place(nfkc(section))
    if place is not None:
        return [entry for entry in clauses if fits(entry.clause.place, place.steps)]
    wanted = squash(section)
    if not wanted:
        raise UsageError("没有写明哪一部分", "section", "请写成“第三部分”或标题里的字")
    return [entry for entry in clauses if any(wanted in squash(heading) for heading in entry.path)]


def _texts(collection: Collection, named: CorpusNotice) -> list[CorpusNotice]:
    """All texts of a notice's title, the newest first."""
    engine = collection.asker.engine
    members = collection.asker.families.of(collection.places[named.notice.notice_id])
    return [engine.notices[one] for one in members]


def _version(source: CorpusNotice) -> dict[str, Any]:
    notice = source.notice
    plain = {"notice_id": notice.notice_id, "title": notice.title, "doc_number": notice.doc_number}
    return {**plain, "version": notice.version, "status": notice.status.value}


def _office(collection: Collection, office: OfficeEntry) -> dict[str, Any]:
    notices = collection.asker.engine.notices
    phones = []
    for phone, at in collection.asker.directory.phones(office):
        notice = notices[at].notice
        in_force = notice.status.holds
        stated = {"phone_from": notice.doc_number, "phone_date": notice.date, "phone_in_force": in_force}
        phones.append({"phone": phone, **stated})
    return {
        "name": office.name,
        "names": list(office.names),
        "phones": phones,
        "roles": {role: list(clauses) for role, clauses in office.roles.items()},
    }
