"""Which notice of the corpus a sentence means when it names a document by title, number and day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.alike import title_ratio
from corpus.doc_number import number_key, parse
from corpus.events import Target
from corpus.model import Notice
from corpus.text import squash
from corpus.versions import Version, days_apart, issued_title

_LIKE = 0.85  # share of letters that a cited title and the notice's own have in common at least
_MANY = 64  # notices of one number or title
_SHORT = 8  # letters of a short name (《解释》, 《安排》)
_ABOUT = re.compile("关于|印发|转发|批转|公布|发布")
_STATE = "中华人民共和国"
_ADOPTED = 400  # days between adoption, approval and publication of one text
_YEAR = re.compile(r"〔((?:19|20)\d\d)〕")


@dataclass(frozen=True, slots=True)
class Found:
    """The notices meant, by their places; or a doubt, in one Chinese sentence, why none is taken."""

    places: tuple[int, ...] = ()
    doubt: str | None = None


class Directory:
    """The notices of a corpus by number and title."""

    def __init__(self, notices: Sequence[Notice], versions: Sequence[Version]) -> None:
        self.notices = notices
        self.versions = versions
        self._numbers: dict[str, list[int]] = {}
        self._titles: dict[str, list[int]] = {}
        self._tails: dict[str, list[int]] = {}
        for index, notice in enumerate(notices):
            if notice.doc_number:
                self._numbers.setdefault(_key_of_number(notice.doc_number), []).append(index)
            whole = set(_titles(notice.title))
            for title in whole:
                self._titles.setdefault(title, []).append(index)
            for tail in {tail for title in whole for tail in _tails(title)} - whole:
                self._tails.setdefault(tail, []).append(index)

    def bearing(self, title: str) -> Sequence[int]:
        """The notices of a title, all texts of it; also by a title without the issuer in front, if only one body's
        notices bear it."""
        key = squash(title)
        return self._titles.get(key) or self._one_body(self._tails.get(key, ()))

    def _one_body(self, places: Sequence[int]) -> Sequence[int]:
        bodies = {squash(self.notices[place].title) for place in self._few(places)}
        return places if len(bodies) == 1 else ()

    @staticmethod
    def _few(places: Sequence[int]) -> Sequence[int]:
        """No notice where so many bear one number or title that nobody knows which is meant."""
        return places if len(places) <= _MANY else ()

    def named(self, target: Target, speaker: int, day: str | None) -> Found:
        """The notices that the notice at `speaker` means by `target`, in a statement that takes effect on `day`.

        A number counts only with its own title. A text that is newer than the statement is never meant: an older
        text repeals or amends no newer one.
        """
        if target.doc_number is not None:
            named = self._numbers.get(_key_of_number(target.doc_number), ())
            places = [place for place in self._few(named) if place != speaker]
            if places:
                return self._numbered(target, places, speaker, day)
        if target.title is None:
            return Found()
        return self._titled(target, speaker, day)

    def _numbered(self, target: Target, places: Sequence[int], speaker: int, day: str | None) -> Found:
        if target.title is not None:
            agreeing = [place for place in places if _agree(target.title, self.notices[place].title)]
            if not agreeing:
                here = self.notices[places[0]].title
                return Found((), f"《{target.title}》与发文字号“{target.doc_number}”不一致（本库中该字号是《{here}》）")
            places = agreeing
        fitting = tuple(place for place in places if self._is_older(place, speaker, day))
        if len({squash(self.notices[place].title) for place in fitting}) > 1:
            return Found((), f"发文字号“{target.doc_number}”在本库中不止一篇公文")
        return Found(fitting)

    def _titled(self, target: Target, speaker: int, day: str | None) -> Found:
        key = squash(target.title or "")
        places = list(self._few(self._titles.get(key, ())))
        if not places:
            tails = self._few(self._tails.get(key, ()))
            places = [place for place in tails if self._same_body(place, speaker, target)]
        fitting = []
        undated = False
        for place in places:
            if place == speaker or self._other_number(place, target) or not self._is_older(place, speaker, day):
                continue
            fits = self._fits_days(place, target)
            undated |= fits is None
            if fits:
                fitting.append(place)
        if not fitting and undated:
            return Found((), f"《{target.title}》在本库中的文本没有日期，不能确定所指是不是它")
        if len({squash(issued_title(self.notices[place].title)) for place in fitting}) > 1:
            return Found((), f"《{target.title}》在本库中不止一篇，不能确定所指是哪一篇")
        return Found(tuple(fitting))

    def _same_body(self, place: int, speaker: int, target: Target) -> bool:
        """Whether a title without its issuer is that of the speaker's body, or of the one named in front."""
        there, here = self.notices[place], self.notices[speaker]
        title = squash(there.title)
        if title.startswith(_STATE):
            return True
        body = squash(there.issuer or "") or title[: title.find(squash(target.title or ""))]
        named = squash(target.before)
        if body and (body in named or (len(body) > 3 and body.removeprefix(_STATE) in named)):
            return True
        return bool(body) and body in (squash(here.issuer or ""), squash(here.title)[: len(body)])

    def _other_number(self, place: int, target: Target) -> bool:
        """Whether the notice bears another number than the one meant: another text of the same title."""
        own = self.notices[place].doc_number
        if own is None or target.doc_number is None:
            return False
        if parse(target.doc_number) is None:  # in no known form (「第5号令」): its figures must be there
            return not set(re.findall(r"\d+", target.doc_number)) <= set(re.findall(r"\d+", own))
        return _key_of_number(own) != _key_of_number(target.doc_number)

    def _is_older(self, place: int, speaker: int, day: str | None) -> bool:
        """Whether a notice was there before the statement took effect, as far as days are known."""
        first, now = self.versions[place].first, self.versions[place].day
        spoken = self.versions[speaker]
        if first is not None and day is not None and first > day:
            return False
        if now is not None and spoken.day is not None and now > spoken.day:
            return False
        same_title = squash(issued_title(self.notices[place].title)) == squash(
            issued_title(self.notices[speaker].title)
        )
        if same_title:  # a later wording of the speaker itself has its first day too
            return first is None or spoken.first is None or first < spoken.first
        return True

    def _fits_days(self, place: int, target: Target) -> bool | None:
        """Whether the days in front of a title (「1988年7月18日发布的《…》」) are the notice's; None if nobody knows
        those."""
        version = self.versions[place]
        years = _YEAR.findall(target.doc_number or "")
        if not target.dates:
            return True if not years or version.first is None else version.first[:4] <= str(int(years[0]) + 1)
        if version.first is None:
            return None
        last = max(target.dates)
        return version.first <= last or days_apart(version.first, last) <= _ADOPTED


def _key_of_number(doc_number: str) -> str:
    """国务院令第216号 and 中华人民共和国国务院令第216号 are one number."""
    return number_key(doc_number).removeprefix(_STATE)


def _titles(title: str) -> Iterator[str]:
    """What a notice is called: its title, and that of the text it issues."""
    yield squash(title)
    yield squash(issued_title(title))


def _tails(title: str) -> Iterator[str]:
    """A title without the body in front of it: 云岭市人民政府关于印发… → 关于印发…, 印发…."""
    if title.startswith(_STATE):
        yield title.removeprefix(_STATE)
    for match in _ABOUT.finditer(title):
        if match.start() <= 30 and len(title) - match.start() >= 8:
            yield title[match.start() :]


def _agree(cited: str, title: str) -> bool:
    """Whether a cited title is that of a notice: the same but for the issuer, or what it issues, or nearly so."""
    one = squash(cited)
    for other in _titles(title):
        if one in other or other in one or title_ratio(one, other, _LIKE) >= _LIKE:
            return True
    bare = squash(issued_title(cited))
    return bare in squash(title)


def is_short(title: str | None) -> bool:
    """Whether a title is only a short name that the document has for another one: 《解释》."""
    return title is not None and len(squash(title)) <= _SHORT
