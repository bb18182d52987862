"""The fields of a notice that its body states: what it issues and attaches, who signed it, to whom it goes."""

from __future__ import annotations

import re

from corpus.blocks import Block
from corpus.dates import only_date
from corpus.fields import NOTE, read_addressee, split_signature
from corpus.kinds import kind_pattern
from corpus.model import Role
from corpus.offices import is_org
from corpus.text import repair, squash
from corpus.tree import Paragraph, Part, walk

# What a covering notice issues: 「关于印发X的通知」.
_ISSUES = re.compile(r"印发|转发|批转|发布|公布")
_PRINTED = re.compile(r"日\s*印发?\s*$|^\s*抄\s*[送报]\s*[：:]")
_SEAL = re.compile(r"\s{0,4}[（(](?:代章|盖章|公章|印章|章)[）)]$")  # 「招生领导小组（代章）」: whose seal it bears
_COVERING = re.compile(rf"的?{kind_pattern('covering')}$")


def named_titles(title: str, blocks: list[Block]) -> list[str]:
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


def split_names(block: Block) -> list[str]:
    """Names of attachments on the line that begins their list."""
    body = re.sub(r"^附\s*(?:件\s*)?(?:[：:]\s*)?", "", repair(block.text))
    pieces = re.split(r"(?:(?<=^)|(?<=[\s；;]))(?:附件)?\d{1,2}\s*[.．、]\s*", body)
    return [piece.strip(" ；;。") for piece in pieces if len(squash(piece)) >= 4]


def read_attachments(parts: list[Part]) -> tuple[str, ...]:
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


def read_signature(part: Part) -> tuple[list[str], str | None] | None:
    """Signers and ISO date of the covering letter's first signature that has one, else of the first without."""
    undated: list[str] = []
    for item in walk(part.items):
        if not isinstance(item, Paragraph) or item.role is not Role.SIGNATURE:
            continue
        signers: list[str] = []
        for piece in item.pieces:
            text = NOTE.sub("", piece.text)
            if _PRINTED.search(text):  # 「…局办公室 2021年2月7日印发」 prints it
                break
            split = split_signature(text)
            date = split[1] if split else only_date(repair(text))
            if split and split[0]:
                signers.append(split[0])
            if date:
                return signers, date
            signers += [repair(name) for name in re.split(r"[\s\u3000]{1,}", text) if is_org(name)] or (
                [repair(text)] if is_org(text) else []
            )
        undated = undated or signers
    return (undated, None) if undated else None


def issuer_of(title: str, signature: tuple[list[str], str | None] | None) -> str | None:
    """Who issued the notice: the title's beginning, else who signed it."""
    signers = [_SEAL.sub("", name) for name in signature[0]] if signature else []
    match = re.match(r"^(.{2,80}?)(?:关于|印发|转发|批转|对(?=全国|《))", title)
    named = match[1] if match and is_org(match[1]) else None
    if named is None:
        return "、".join(signers) or None
    if len(signers) > 1 and squash(named) == squash("".join(signers)):
        return "、".join(signers)
    return named


def addressee_of(part: Part) -> str | None:
    for item in part.items:
        if isinstance(item, Paragraph) and item.role is Role.TEXT:
            return read_addressee(item.text)
        return None
    return None
