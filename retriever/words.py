"""Citizens' words: everyday terms in a question and what official documents write instead.

`expand` widens a question and never narrows it: the question is still searched as it stands, and
the official terms are searched beside it with a smaller weight (`BM25_WEIGHT`). The table is
`data/lay_words.toml`; a clerk can read and extend it, and a mistake in it is reported by line.

The keyword score of a clause is bm25(question) + BM25_WEIGHT · bm25(`Expansion.terms`); the vector is
that of the question alone. Averaging it with the vector of `Expansion.rewritten` gained no more on the
dev questions and costs a second encoding.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from corpus import console
from corpus.arguments import Parser
from corpus.errors import GongbaoError
from corpus.text import nfkc

# The share that official terms have beside the question's own words. Of .2, .3, .4 and .5 the best for
# lay questions of the dev set (success@5 .708 without, .833 with it; the other kinds lose one question).
BM25_WEIGHT = 0.4

# Between the parts of a lay word with a gap (「拖着…工资」): as many characters, within one sentence.
GAP = "…"
_GAP_LENGTH = 6
_MAX_OFFICIAL = 5
_HELP = "请按文件开头的说明改好，再运行：python -m retriever.words check"


class WordsError(GongbaoError):
    """The table of lay words has a mistake. The message names the line."""


@dataclass(frozen=True, slots=True)
class LayWord:
    """An everyday word and what official documents write instead; `source` is its area's."""

    lay: str
    official: tuple[str, ...]
    area: str
    source: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """The official terms that are added to a question for its everyday words."""

    terms: tuple[str, ...]
    """Official terms that the question does not hold, in the order of its words."""
    rewritten: str
    """The question followed by those terms; the question itself if there are none."""
    words: tuple[LayWord, ...]
    """The everyday words that applied, in the order of their places in the question."""


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    word: LayWord


class Words:
    """The table, ready to be matched: any number of questions, from any thread."""

    def __init__(self, words: Sequence[LayWord]) -> None:
        self.words = tuple(words)
        # A word with a gap needs a pattern; all others are found by one, the longest first.
        self._gapped = [(_gap_pattern(word.lay), word) for word in words if GAP in word.lay]
        self._plain = {word.lay.lower(): word for word in words if GAP not in word.lay}
        self._lengths = sorted({len(lay) for lay in self._plain}, reverse=True)

    def expand(self, question: str) -> Expansion:
        """The official terms for the everyday words of a question: 跑路 → 逃匿, 拖欠工资.

        A word that lies within a longer one does not apply: 「老人卡」 is not 「老人」. A term that the
        question holds already is not added.
        """
        text = nfkc(question).lower()
        applied = tuple(match.word for match in _outermost(self._hits(text)))
        terms = dict.fromkeys(
            term for word in dict.fromkeys(applied) for term in word.official if term.lower() not in text
        )
        rewritten = f"{question} {' '.join(terms)}" if terms else question
        return Expansion(tuple(terms), rewritten, tuple(dict.fromkeys(applied)))

    def _hits(self, text: str) -> Iterator[_Match]:
        for start in range(len(text)):
            for length in self._lengths:
                word = self._plain.get(text[start : start + length])
                if word is not None and start + length <= len(text):
                    yield _Match(start, start + length, word)
        for pattern, word in self._gapped:
            for match in pattern.finditer(text):
                yield _Match(match.start(), match.end(), word)


def expand(question: str) -> Expansion:
    """`Words.expand` with the table that comes with the program."""
    return default_words().expand(question)


@functools.cache
def default_words() -> Words:
    """The table of `data/lay_words.toml`, read once. Raises WordsError if it has a mistake."""
    text = resources.files("retriever").joinpath("data/lay_words.toml").read_text("utf-8")
    return Words(parse_words(text, "retriever/data/lay_words.toml"))


def read_words(path: Path) -> Words:
    """The table in a file of one's own. Raises WordsError if it can't be read or has a mistake."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise WordsError("对照表读不了", str(path), "请检查路径；文件要存成 UTF-8 编码") from err
    return Words(parse_words(text, str(path)))


def parse_words(text: str, where: str) -> tuple[LayWord, ...]:
    """The words of a table in file order. Raises WordsError, which tells all mistakes by line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise WordsError(f"对照表读不了（{_toml_place(str(err))}）", where, _HELP) from err
    lines = _Lines(text)
    words: list[LayWord] = []
    seen: set[str] = set()
    mistakes: list[tuple[int, str]] = []
    unknown = sorted(set(data) - {"area"})
    mistakes += [(lines.find(key), f"不认识的项目「{key}」") for key in unknown]
    for area in data.get("area", []):
        name, source = str(area.get("name", "")), str(area.get("source", ""))
        if not name or not source or set(area) != {"name", "source", "words"}:
            mistakes.append((lines.find(name or "[[area]]"), "每个 [[area]] 要有 name、source 和 [area.words]"))
            continue
        for lay, official in area["words"].items():
            number = lines.find_key(lay)
            wrong = _mistake(lay, official, seen)
            if wrong:
                mistakes.append((number, wrong))
            else:
                seen.add(lay)
                words.append(LayWord(lay, tuple(official), name, source))
    if mistakes:
        told = "；".join(f"第 {number} 行：{wrong}" for number, wrong in sorted(mistakes))
        raise WordsError(f"对照表有 {len(mistakes)} 处错误（{told}）", where, _HELP)
    return tuple(words)


class _Lines:
    """Line numbers for messages: tomllib gives none once a file is read."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._keys: dict[str, list[int]] = {}
        for number, line in enumerate(self._lines, 1):
            before, equals, _ = line.partition("=")
            if equals:
                self._keys.setdefault(before.strip().strip("\"'"), []).append(number)

    def find(self, piece: str) -> int:
        return next((number for number, line in enumerate(self._lines, 1) if piece in line), 1)

    def find_key(self, key: str) -> int:
        """The line of a key, the next one each time a key is asked for again."""
        numbers = self._keys.get(key)
        return numbers.pop(0) if numbers else 1


def _mistake(lay: str, official: object, seen: set[str]) -> str:
    """What is wrong with a word; empty if nothing is."""
    if not isinstance(official, list) or not all(isinstance(term, str) for term in official):
        return f'「{lay}」右边要写成 ["用语", "用语"]'
    if not 1 <= len(official) <= _MAX_OFFICIAL:
        return f"「{lay}」右边要有 1 到 {_MAX_OFFICIAL} 个公文用语"
    if lay in seen:
        return f"「{lay}」前面已经有了"
    if lay in official:
        return f"「{lay}」右边又写了它自己"
    if len(set(official)) < len(official):
        return f"「{lay}」右边有重复的用语"
    if any(not word or word != nfkc(word).strip() for word in official):
        return f"「{lay}」右边有空的用语、多余的空格或全角字符"
    parts = lay.split(GAP)
    if not all(parts) or lay != lay.strip() or any(part != nfkc(part) for part in parts):
        return f"「{lay}」左边有空格、全角字符，或 {GAP} 放在了头尾"
    return ""


def _gap_pattern(lay: str) -> re.Pattern[str]:
    between = rf"[^。！？!?；;]{{0,{_GAP_LENGTH}}}?"
    return re.compile(between.join(map(re.escape, lay.lower().split(GAP))))


def _outermost(hits: Iterator[_Match]) -> list[_Match]:
    """Hits that no longer hit holds, by place."""
    kept: list[_Match] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.end > kept[-1].end:  # those kept end ever later
            kept.append(hit)
    return kept


def _toml_place(message: str) -> str:
    """Where tomllib stopped, in Chinese."""
    match = re.search(r"\(at line (\d+), column \d+\)$", message)
    place = f"第 {match[1]} 行" if match else "文件末尾"
    return f"{place}：引号、括号或逗号不对，或同一个说法写了两次"


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m retriever.words check|expand`: check a table, or show what a question is widened with."""
    parser = Parser(
        prog="python -m retriever.words",
        description="百姓说法与公文用语对照表：检查，或看一句话会加上哪些用语。",
        epilog="例：python -m retriever.words expand 老板跑路不给钱找谁",
    )
    parser.add_argument("--table", type=Path, metavar="FILE", help="对照表（默认为自带的 lay_words.toml）")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="检查对照表，有错时指出第几行")
    commands.add_parser("expand", help="看一个问题会加上哪些用语").add_argument("question", metavar="问题")
    return console.run(lambda: _run(parser.parse_args(argv)))


def _run(args: argparse.Namespace) -> int:
    words = default_words() if args.table is None else read_words(args.table)
    if args.command == "check":
        areas = len({word.area for word in words.words})
        print(f"对照表没有错误：{areas} 类，{len(words.words)} 个说法")
        return 0
    for word in words.expand(args.question).words:
        print(f"{word.lay}\t{'、'.join(word.official)}\t{word.area}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
