"""Example questions that the corpus at hand answers: made from its titles, and tried before shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.kinds import kind_of, kind_pattern
from corpus.model import Notice
from retriever.ask import Asker

_WANTED = 4
_TRIED = 24  # notices looked at, at most: a big corpus must not make the start slow
_TOPIC = re.compile(
    # From the first 关于 only: started again at each, a title of many took the square of its length.
    r"^(?:(?!关于).)*+关于(?:进一步|切实|认真)?(?:印发|做好|加强|开展|成立|调整|同意|对|将)?(?P<topic>.+?)的?"
    + kind_pattern("covering")
    + "$"
)
PLACE = re.compile(r"^(?:[^省市区县]{1,6}[省市区县]){1,3}")


def examples(asker: Asker) -> tuple[str, ...]:
    """Questions whose first hit is from the notice they were made from, at most `_WANTED`."""
    questions: list[str] = []
    for notice, question in _candidates(asker):
        if len(questions) == _WANTED:
            break
        result = asker.ask(question, k=1)
        if result.answered and result.hits[0].entry.notice.notice_id == notice.notice_id:
            questions.append(question)
    numbered = next((source.notice.doc_number for source in asker.engine.notices if source.notice.doc_number), None)
    return (*questions, f"{numbered}是什么文件？") if numbered else tuple(questions)


def _candidates(asker: Asker) -> Iterator[tuple[Notice, str]]:
    notices = [source.notice for source in asker.engine.notices if source.notice.status.holds]
    usable = [(notice, topic) for notice in notices if (topic := topic_of(notice.title))]
    # The shortest subjects read best, and those with a phone can be asked about it.
    usable.sort(key=lambda pair: (pair[0].phone is None, len(pair[1])))
    for number, (notice, topic) in enumerate(usable[:_TRIED]):
        if notice.phone and number % 2 == 0:
            yield notice, f"{topic}，咨询电话是多少？"
        elif notice.unit:
            yield notice, f"{topic}，找哪个单位咨询？"
        else:
            yield notice, f"{topic}有什么规定？"


def topic_of(title: str) -> str | None:
    """What a notice is about, in few words: `根治拖欠农民工工资工作`; None where the title does not tell."""
    match = _TOPIC.match(title)
    if match is None:
        return title if kind_of(title) in ("条例", "办法", "规定") and len(title) <= 24 else None
    topic = match["topic"].strip('《》“”"')
    topic = PLACE.sub("", topic).rstrip('》”"')
    return topic if 4 <= len(topic) <= 24 and not re.search(r"[《》]|同志", topic) else None
