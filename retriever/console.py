"""How a result is shown at a terminal: status, date, issuer and source beside the text; no line is wider than it."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

from corpus.doubt_words import caution
from index.engine import IndexedClause
from retriever.check import Checked
from retriever.citation import citation
from retriever.headline import headline
from retriever.model import Office, SearchResult
from retriever.page.card import VERDICTS
from retriever.page.cite import source_line
from retriever.page.status import NAMES
from retriever.resolve import Verdict

_NARROWEST, _WIDEST = 40, 100  # columns
_LONGEST_RUN = 14  # characters that are kept together
_CLOSING, _OPENING = "，。；：、！？）》〉”’〕,.;:!?)", "（《〈“‘〔("
UNSURE = "（这个答案不一定准，请看下面的原文再确认。）"


def show(result: SearchResult, width: int | None = None) -> str:
    """Answer and hits for a person at a terminal of a width."""
    lines: list[str] = []
    if result.note:
        lines.append(result.note)
    lines += _then(result)
    own = None
    if result.answer is not None:
        own = result.answer.clause_id
        more = f"（{result.left_over}）" if result.left_over else ""
        said = headline(result.answer, sure=result.sure).split("\n")
        said[0] = f"答：{VERDICTS.get(result.answer.verdict or '', '')}{said[0]}"
        said[-1] += more
        lines += [f"{'　　' if number else ''}{line}" for number, line in enumerate(said)]
        lines += [_office(office, sure=result.sure) for office in result.answer.offices]
        if not result.sure:
            lines.append(UNSURE)
        if doubt := caution(result.answer.uncertain):
            lines.append(f"（{doubt}）")
        entry = result.answer.entry
        if entry is not None and own not in {hit.clause_id for hit in result.hits}:
            lines += ["答案所在的条款：", *_clause("＊", entry)]
    for part in result.parts:
        lines.append(f"又问：{part.question}")
        lines += [part.note] if part.note else []
        lines += _then(part)
        lines.append("没有找到答案" if part.answer is None else f"答：{headline(part.answer, sure=part.sure)}")
        if part.answer is not None and part.answer.entry is not None:
            lines += [_office(office, sure=part.sure) for office in part.answer.offices]
            lines.append(f"　　引用：{citation(part.answer.entry.notice, part.answer.entry.clause)}")
    for hit in result.hits:
        mark = f"{hit.rank}.{' ＊' if hit.clause_id == own else ''}"
        lines += _clause(mark, hit.entry, f"　[{hit.score:.3f}]")
    if own in {hit.clause_id for hit in result.hits}:
        lines.append("（＊ 答案出自这一条）")
    return "\n".join(wrapped(lines, width))


_ROLES = {"assist": "配合单位：", "contact": "这份文件的咨询电话：", "named": "文中提到："}


def _then(result: SearchResult) -> list[str]:
    """How to ask what a text said that is no longer in force."""
    return [f"（按那一天查：在命令后面加 --on {note.day}）" for note in result.notes if note.day]


def _office(office: Office, *, sure: bool) -> str:
    role = _ROLES.get(office.role, "")
    if not sure:
        return f"　　{role}{office.name}"
    if office.phone is None:
        return f"　　{role.replace('电话', '单位')}{office.name}　公报未载电话"
    stated = f"（见{office.phone_from}）" if office.phone_from else ""
    old = "　旧号，文件已不再有效" if not office.phone_in_force else ""
    return f"　　{role}{office.name}　{office.phone}{stated}{old}"


def _clause(mark: str, entry: IndexedClause, score: str = "") -> list[str]:
    notice = entry.notice
    facts = [NAMES.get(notice.status.value, notice.status.value), notice.date, notice.issuer]
    if notice.repealed_by is not None:
        facts[0] = f"{facts[0]}（被{notice.repealed_by.doc_number or '另一篇公文'}废止）"
    lines = [f"{mark} {citation(notice, entry.clause)}{score}", f"   {'　'.join(filter(None, facts))}"]
    if entry.path:
        lines.append(f"   {' › '.join(entry.path)}")
    lines += [f"   {line}" for line in entry.text.split("\n")]
    if doubt := caution(entry.uncertain):
        lines.append(f"   （{doubt}）")
    return [*lines, f"   原件：{source_line(entry)}"]


_MARKS = {Verdict.FOUND: "√", Verdict.NOT_HERE: "？"}


def show_checked(checked: Sequence[Checked], width: int | None = None) -> str:
    """The citations of a text, each with what was found."""
    if not checked:
        return "没有找到引用（《标题》、文号）"
    lines = []
    for number, one in enumerate(checked, 1):
        mark = "×" if one.verdict is Verdict.FOUND and not one.right else _MARKS.get(one.verdict, "×")
        lines.append(f"{number}. {mark} {one.text}")
        lines.append(f"   {one.line}")
        if one.citation is not None:
            lines.append(f"   {one.citation}")
    right = sum(one.right for one in checked)
    lines.append(f"共 {len(checked)} 处引用，{right} 处没有问题（√ 有并且现行，× 有出入，？ 没有收录）")
    return "\n".join(wrapped(lines, width))


def terminal_width() -> int | None:
    """The columns that lines may take; None where there is no terminal (a file, a pipe): there they stay whole."""
    if not sys.stdout.isatty():
        return None
    return min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size().columns))


def wrapped(lines: Sequence[str], width: int | None) -> Iterator[str]:
    """Lines cut to a width; what goes on stands in as deep as its line."""
    if width is None:
        yield from lines
        return
    for line in lines:
        depth = len(line) - len(line.lstrip())
        while columns(line) > width:
            at = _fitting(line, width)
            yield line[:at].rstrip()
            line = line[:depth] + line[at:].lstrip()
        yield line


def columns(text: str) -> int:
    """The columns that a text takes: a Chinese character takes two."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _holds_together(before: str, after: str) -> bool:
    """Whether a line may not end between two characters: in front of a closing mark, behind an opening one, in a
    figure or a word of Latin letters."""
    in_word = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return in_word or after in _CLOSING or before in _OPENING


def _fitting(line: str, width: int) -> int:
    """How many characters of a line fit; a closing mark is not left for the next line."""
    used = 0
    for at, char in enumerate(line):
        used += _width(char)
        if used > width:
            back = at
            while back > 1 and at - back < _LONGEST_RUN and _holds_together(line[back - 1], line[back]):
                back -= 1
            return back if back > 1 and at - back < _LONGEST_RUN else at
    return len(line)
