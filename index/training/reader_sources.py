"""Questions with clauses for the reader, from each of the sources: what was written for it, CMRC, STARD, notices.

Each function adds its clauses to `Texts` and yields groups: first the clauses a question was written on, then
others of the same document.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.errors import UsageError
from corpus.text import squash
from index.engine import Engine
from index.model.held_out import is_held_out
from index.model.pair import place
from index.training.closed import Closed
from index.training.data import ARTICLE_QUESTIONS_FILE, NOTICE_QUESTIONS_FILE, own_questions
from index.training.reader_data import JUDGED, JUDGED_DEV, NEWER, Candidate, Group, Kind, Text, read_rows

_CMRC_CHUNK = 250  # characters; a clause of a gazette has 120 on average
_SENTENCE = re.compile(r"[^。！？；]*[。！？；]?")


class Texts:
    """Clauses by name; the same words under the same place are one."""

    def __init__(self) -> None:
        self.known: dict[str, Text] = {}
        self._names: dict[tuple[str, str], str] = {}

    def add(self, name: str, text: Text) -> str:
        key = (squash(text.above), squash(text.text))
        if key not in self._names:
            self._names[key] = name
            self.known[name] = text
        return self._names[key]

    def of(self, prefix: str) -> list[str]:
        return [name for name in self.known if name.startswith(prefix)]


def written(
    folders: Sequence[Path], newer: Sequence[Path], closed: Closed, texts: Texts, measured: frozenset[str]
) -> Iterator[Group]:
    """The examples of folders in the form of `../shared/data/reading`, then those in the files `newer`, which were
    written later on the same clauses; without closed documents and without questions that are `measured`."""
    names: dict[str, str] = {}
    beside: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        for row in read_rows(folder / "passages.jsonl.xz"):
            if row["source"] in closed:
                continue
            text = Text(place(row["title"], row["path"], row["text"]), row["text"], row["source"])
            names[row["id"]] = texts.add(f"w:{row['id']}", text)
            beside[row["source"]].append(names[row["id"]])
    files = [(folder / "written.jsonl.xz", "written") for folder in folders] + [(path, NEWER) for path in newer]
    for path, origin in files:
        told: dict[str, dict[str, Candidate]] = defaultdict(dict)
        for row in read_rows(path):
            if row["passage"] in names and squash(row["question"]) not in measured:
                name = names[row["passage"]]
                told[row["question"]][name] = _told(row, name, texts.known[name].text)
        for question, candidates in told.items():
            own = {texts.known[name].source for name in candidates}
            others = [name for source in sorted(own) for name in beside[source] if name not in candidates]
            yield Group(question, origin, (*candidates.values(), *(_other(name) for name in others)))


def _told(row: Mapping[str, Any], name: str, text: str) -> Candidate:
    kind, start = Kind(row["kind"]), text.find(row["span"]) if row["span"] else 0
    if start < 0:
        kind, start = (Kind.SOME if kind is Kind.SPAN else kind), 0
    end = start + len(row["span"]) if kind in (Kind.SPAN, Kind.YES, Kind.NO) else 0
    return Candidate(name, kind, start, end)


def digest(text: str) -> str:
    """By which a judged clause is known again: its text lies in the index it was found in, not in the program."""
    return hashlib.sha256(squash(text).encode()).hexdigest()[:12]


def judged(
    path: Path, engine: Engine, closed: Closed, texts: Texts, measured: frozenset[str]
) -> tuple[list[Group], int]:
    """Everyday questions with the clauses that a search in `engine` brought, each judged by reading; clauses that a
    judge was unsure of are left out. Also the number of clauses that the index doesn't hold (any more).

    A row: `question`, `clauses` ([file, digest] each), `answers` (`hit` from 1, `kind`, `span`), `unsure` (hits), and
    `dev`, whether it is kept for measuring: all of two of the sixteen writers. Their questions are new, but other
    questions were judged on a third of their clauses. Raises UsageError if the index holds less than half of them.
    """
    rows = list(read_rows(path))
    # An index knows a file by its name alone, unless another has the same.
    named = ((file, name) for row in rows for file, name in row["clauses"] if file not in closed)
    wanted = {(PurePosixPath(file).name, name): file for file, name in named}
    found: dict[tuple[str, str], str] = {}
    for ordinal in range(len(engine.notices)):
        for entry in engine.notice(ordinal):
            keys = {(PurePosixPath(file).name, digest(entry.text)) for file in entry.files}
            for key in (keys & wanted.keys()) - found.keys():
                text = Text(place(entry.notice.title, entry.path, entry.text), entry.text, wanted[key])
                found[key] = texts.add(f"j:{key[1]}:{ordinal}", text)
    if len(found) < len(wanted) / 2:
        todo = "请把文件和法规解开在同一个文件夹里，用 build_index.py --no-dense 建索引"
        raise UsageError(f"判断过的条款 {len(wanted)} 条，索引里只有 {len(found)} 条", engine.info.where, todo)
    groups = []
    for row in rows:
        if squash(row["question"]) in measured:
            continue
        told: dict[str, Candidate] = {}
        answers = {one["hit"]: one for one in row["answers"]}
        for hit, (file, name) in enumerate(row["clauses"], 1):
            key = (PurePosixPath(file).name, name)
            if hit in row["unsure"] or key not in found or file in closed:
                continue
            at = found[key]
            one = answers.get(hit)
            told[at] = Candidate(at, Kind.NONE) if one is None else _told(one, at, texts.known[at].text)
        if told:
            groups.append(Group(row["question"], JUDGED_DEV if row["dev"] else JUDGED, tuple(told.values())))
    return groups, len(wanted) - len(found)


def cmrc(path: Path, texts: Texts) -> Iterator[Group]:
    """CMRC 2018's development set; a text is cut at the ends of sentences, and its other pieces don't answer."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    for number, article in enumerate(articles):
        for paragraph in article["paragraphs"]:
            pieces = _cut(paragraph["context"])
            source = f"cmrc/{number}"
            names = [texts.add(f"c:{number}:{at}", Text("", piece, source)) for at, (_, piece) in enumerate(pieces)]
            for asked in paragraph["qas"]:
                answer, start = asked["answers"][0]["text"], asked["answers"][0]["answer_start"]
                if paragraph["context"][start : start + len(answer)] != answer:
                    start = paragraph["context"].find(answer)
                holding = [
                    (name, start - begin)
                    for name, (begin, piece) in zip(names, pieces, strict=True)
                    if begin <= start and start + len(answer) <= begin + len(piece)
                ]
                if start < 0 or not holding:
                    continue
                name, at = holding[0]
                own = Candidate(name, Kind.SPAN, at, at + len(answer))
                others = [_other(one) for one in names if one != name and answer not in texts.known[one].text]
                yield Group(asked["question"], "cmrc", (own, *others))


def _cut(context: str) -> list[tuple[int, str]]:
    """Runs of whole sentences, each with the place where it begins."""
    pieces: list[tuple[int, str]] = []
    for match in _SENTENCE.finditer(context):
        if not match.group():
            continue
        if pieces and len(pieces[-1][1]) + len(match.group()) <= _CMRC_CHUNK:
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + match.group())
        else:
            pieces.append((match.start(), match.group()))
    return pieces


def statutes(stard: Path, texts: Texts) -> Iterator[Group]:
    """STARD's questions that are not held out, and ours on articles; all articles that scores are stated over."""
    with lzma.open(stard / "articles.jsonl.xz", "rt", encoding="utf-8") as file:
        articles = {row["id"]: row for row in map(json.loads, file)}
    own = list(own_questions(ARTICLE_QUESTIONS_FILE))
    scored = [int(line) for line in (stard / "eval_ids.txt").read_text("utf-8").split()]
    same: dict[str, list[str]] = defaultdict(list)

    def name_of(article: int) -> str:
        row = articles[article]
        name = texts.add(f"a:{article}", Text(row["name"], row["text"], f"stard/{row['name'].partition('第')[0]}"))
        if name not in same[squash(row["text"])]:
            same[squash(row["text"])].append(name)
        return name

    for article in (*scored, *(row["article"] for row in own)):
        name_of(article)
    asked: list[tuple[str, str, list[int]]] = []
    for line in (stard / "train.jsonl").read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if not is_held_out(row["id"]):
            asked.append((row["question"], "stard", row["relevant"]))
    asked += [(question, "articles", [row["article"]]) for row in own for question in row["questions"]]
    for question, origin, relevant in asked:
        names = dict.fromkeys(name for one in relevant for name in [name_of(one), *same[squash(articles[one]["text"])]])
        yield Group(question, origin, tuple(Candidate(name, Kind.SOME) for name in names))


def notices(texts: Texts) -> Iterator[Group]:
    """Questions on clauses of notices of places that don't exist; the notice's other clauses don't answer."""
    for number, notice in enumerate(own_questions(NOTICE_QUESTIONS_FILE)):
        clauses = notice["clauses"]
        names = [
            texts.add(
                f"n:{number}:{at}",
                Text(place(notice["title"], one["headings"], one["text"]), one["text"], f"notices/{number}"),
            )
            for at, one in enumerate(clauses)
        ]
        for name, clause in zip(names, clauses, strict=True):
            others = tuple(_other(one) for one in names if one != name)
            for question in clause["questions"]:
                yield Group(question, "notices", (Candidate(name, Kind.SOME), *others))


def _other(name: str) -> Candidate:
    return Candidate(name, Kind.NONE, natural=True)
