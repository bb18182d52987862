"""Lists of people: 组长：… 成员：… with names, posts and whatever OCR did to their lines."""

from __future__ import annotations

import itertools
import re

from corpus.numbering import read_marker
from corpus.text import CJK, ends_sentence, repair
from corpus.words import alternatives, words

_SPACED = {label: r"\s*".join(map(re.escape, label)) for label in words("people_labels")}
_LABEL = re.compile(rf"^\s*({'|'.join(_SPACED.values())})\s*[：:]\s*")
_INNER_LABEL = re.compile(rf"(?:^|\s)({'|'.join(_SPACED.values())})\s*[：:]")
_NAME = rf"(?:[{CJK}]{{2,4}}|[{CJK}]\s+[{CJK}](?:\s+[{CJK}])?)"
_PERSON = re.compile(rf"^\s*({_NAME})\s+([{CJK}（(].*)$")
_POST_END = re.compile(rf"(?:{alternatives('posts')})(?:[（(][^）)]{{0,60}}[）)])?$")
_WORD = re.compile(f"[{CJK}]{{1,4}}")
_ONE_POST = re.compile(rf"^[{CJK}、（）()“”\"'A-Za-z0-9]{{1,40}}$")


def starts_list(text: str, following: str | None) -> bool:
    """Whether a list of people begins: a label such as 组长：, or two persons with their posts."""
    if _LABEL.match(text):
        return not ends_sentence(text) or text.rstrip().endswith(("：", ":"))
    return is_person(text) and following is not None and is_person(following)


def is_person(text: str) -> bool:
    """Whether a line is one person with a post: a name, white space, the post (`陈 楠 坪头乡乡长`)."""
    match = _PERSON.match(text)
    return match is not None and len(text) <= 60 and _POST_END.search(repair(match[2])) is not None


def continues_list(text: str) -> bool:
    """Whether a line goes on with a list: a label, a person, names, or the rest of a post."""
    if _LABEL.match(text) or is_person(text):
        return True
    if ends_sentence(text) or read_marker(text):
        return False
    compact = repair(text)
    if _PERSON.match(text) and len(compact) <= 40 and not re.search(r"[，。：；,:;]", compact):
        return True  # its post goes on in the next line
    if len(compact) <= 40 and _is_names(text):
        return True
    if len(compact) <= 40 and _ONE_POST.match(compact) and _POST_END.search(compact):
        return True
    return len(_INNER_LABEL.findall(text)) > 0 or (len(text.split()) >= 4 and _PERSON.match(text) is not None)


def render(lines: list[str]) -> str:
    """One line of text: `组长：吕晓全，区政府副区长；副组长：…`. Letters keep their order."""
    out: list[str] = []
    for line in lines:
        for piece in _split_labels(line):
            _append(out, piece)
    return "".join(out)


def entries(text: str) -> tuple[tuple[str, str], ...]:
    """The persons of a rendered list with their groups: `组长：吕晓全，区政府副区长；成员：陈楠` →
    (组长, 吕晓全，区政府副区长), (成员, 陈楠)."""
    out: list[tuple[str, str]] = []
    group = ""
    for piece in text.split("；"):
        label = _LABEL.match(piece)
        if label:
            group = repair(label[1]).replace(" ", "")
        person = piece[label.end() :] if label else piece
        if person.strip():
            out.append((group, person.strip()))
    return tuple(out)


def _is_names(text: str) -> bool:
    """Names and nothing else: words of two to four characters, or characters that stand apart (`陈 楠`),
    at least two of them together."""
    tokens = text.split()
    if not tokens or not all(map(_WORD.fullmatch, tokens)):
        return False
    return all(len(list(run)) > 1 for single, run in itertools.groupby(tokens, lambda word: len(word) == 1) if single)


def _split_labels(line: str) -> list[str]:
    starts = [match.start(1) for match in _INNER_LABEL.finditer(line)]
    bounds = sorted({0, *starts, len(line)})
    return [line[a:b].strip() for a, b in itertools.pairwise(bounds) if line[a:b].strip()]


def _append(out: list[str], piece: str) -> None:
    label = _LABEL.match(piece)
    if label:
        head = repair(label[1]).replace(" ", "") + "："
        people = _people(piece[label.end() :])
        out += ["；", head + people] if out else [head + people]
        return
    people = _people(piece)
    # A post without a name goes on with the post above it (「区人力资源和社会保障局」 + 「局长」).
    post = not _PERSON.match(piece) and not _is_names(piece) and "（" not in people and len(people) <= 12
    if out and not out[-1].endswith("：") and not post:
        out.append("；")
    out.append(people)


def _people(text: str) -> str:
    """Names and posts apart by commas; names spaced by their characters (`陈 楠`) joined."""
    out: list[str] = []
    for token in text.split():
        single = re.fullmatch(f"[{CJK}]", token) is not None
        if single and out and re.fullmatch(f"[{CJK}]{{1,2}}", out[-1]) and out[-1] in _open_names(out):
            out[-1] += token
        else:
            out.append(token)
    return "，".join(out)


def _open_names(done: list[str]) -> tuple[str, ...]:
    """The last token if another single character may still belong to its name."""
    last = done[-1]
    return (last,) if len(last) == 1 or len(done) == 1 else ()
