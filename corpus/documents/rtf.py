"""A rich text file (.rtf) into lines: paragraphs, tables, footnotes, in whatever code page Chinese text is written.

Read from the file itself (Rich Text Format 1.9.1): libraries that read it keep deleted and hidden text, put `|`
between cells, and one takes minutes for a broken table of fonts. Deleted, struck-out and hidden text, headers,
footers and comments are left out and listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from corpus.coverage import letters_of
from corpus.documents.cells import join_paragraphs
from corpus.documents.edges import EdgeCell, table_lines
from corpus.documents.lines import Lines
from corpus.errors import InputError
from corpus.text import squash

MAGIC = b"{\\rtf"
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
# Latin text has no pairs of letters with accents only.
_GB2312 = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*")
_MAX_DEEP = 10_000  # groups inside one another
# Groups whose text is none of the document.
_NO_TEXT = frozenset(
    re.findall(
        r"\w+",
        "fonttbl colortbl stylesheet info pict object objdata themedata colorschememapping datastore listtable"
        " listoverridetable revtbl rsidtbl generator xmlnstbl filetbl fldinst sp nonshppict pntxta pntxtb bkmkstart"
        " bkmkend atnid atnauthor atrfstart atrfend latentstyles userprops listpicture pgdsctbl mmathPr docvar"
        " template",
    )
)
_SHOWN_STAR = frozenset(("shpinst", "shptxt", "footnote", "ftnalt"))  # `\*` groups that hold text
_ASIDE = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"), "页眉页脚"),
    "annotation": "批注",
}
_UNSEEN = {"v": "隐藏的文字", "strike": "有删除线的文字", "striked": "有删除线的文字", "deleted": "修订中删除的文字"}
_CHARS = {
    "tab": " ", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_PAGES = {
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "big5",
    0: "cp1252",
    204: "cp1251",
}  # of fonts' character sets


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group: where its text goes, why it is left out, its font, letters after `\\u`."""

    skipped: bool = False
    aside: str | None = None
    unseen: tuple[tuple[str, bool], ...] = ()
    note: bool = False
    font: int = 0
    after: int = 1
    fonts: bool = False

    @property
    def why(self) -> str | None:
        return self.aside or next((_UNSEEN[name] for name, on in self.unseen if on), None)


def read_rtf(data: bytes, where: str) -> Lines:
    """The file's lines. Raises InputError where it is no rich text, or holds no text."""
    if not data.lstrip().startswith(MAGIC):
        raise InputError("这个 RTF 文件已损坏，打不开", where, "请用 Word 或 WPS 打开后另存为 .docx 再试")
    reader = _Reader()
    reader.read(data.decode("latin-1"), where)
    if not any(squash(line) for line in reader.out.lines):
        raise InputError("这个 RTF 文件里没有文字（可能只有图片）", where, "请另存为 PDF 后再试")
    reader.out.letters = letters_of(reader.seen)
    return reader.out


@dataclass(slots=True)
class _Reader:
    out: Lines = field(default_factory=Lines)
    seen: list[str] = field(default_factory=list)  # all text, also what is left out
    page: str = "cp1252"
    sets: dict[int, int] = field(default_factory=dict)  # character sets of fonts
    state: _State = field(default_factory=_State)
    raw: bytearray = field(default_factory=bytearray)
    line: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dropped: dict[str, list[str]] = field(default_factory=dict)
    in_table: bool = False
    cell: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    edges: list[tuple[int, bool, bool]] = field(default_factory=list)  # right edge, goes on from above, from the left
    merge: tuple[bool, bool] = (False, False)
    left: int = 0
    rows: list[list[EdgeCell]] = field(default_factory=list)
    wait: int = 0  # characters to pass over, for `\\u` has said them
    font_read: int = 0

    def read(self, text: str, where: str) -> None:
        stack: list[_State] = []
        star = False
        end = len(text)
        at = text.find("{")
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:  # a lone backslash at the end
                break
            at = match.end()
            word, number, code, symbol, brace, plain = match.groups()
            if code is not None:
                self._byte(int(code, 16))
                continue
            if plain is not None:
                self._plain(plain)
                continue
            self._flush()
            if brace == "{":
                stack.append(self.state)
                star = False
                if len(stack) > _MAX_DEEP:
                    raise InputError("内容一层套一层，套得太深", where, "请用 Word 打开后另存为 .docx 再试")
            elif brace == "}":
                if not stack:
                    break
                if self.state.note and not stack[-1].note:
                    self._end_note()
                self.state = stack.pop()
            elif symbol is not None:
                star = symbol == "*"
                self._symbol(symbol)
            elif word is not None:
                value = int(number) if number is not None else None
                if word == "bin":
                    at += max(0, value or 0)
                elif star and word not in _SHOWN_STAR:
                    self.state = replace(self.state, skipped=True)
                else:
                    self._word(word, value)
                star = False
        self._flush()
        self._paragraph()
        self._end_table()
        for why, pieces in self.dropped.items():
            self.out.leave_out("".join(pieces), why)

    def _word(self, word: str, value: int | None) -> None:
        state = self.state
        if word in _NO_TEXT:
            self.state = replace(state, skipped=True, fonts=word == "fonttbl")
        elif word in _ASIDE:
            self.state = replace(state, aside=_ASIDE[word])
        elif word == "footnote":
            self.state = replace(state, note=True)
        elif word in _UNSEEN:
            unseen = dict(state.unseen) | {word: value != 0}
            self.state = replace(state, unseen=tuple(unseen.items()))
        elif word == "plain":
            self.state = replace(state, unseen=())
        elif word == "f" and value is not None:
            self.state, self.font_read = replace(state, font=value), value
        elif word == "fcharset" and state.fonts:
            self.sets[self.font_read] = value or 0
        elif word == "ansicpg" and value:
            self.page = "gb18030" if value == 936 else f"cp{value}"
        elif word == "uc":
            self.state = replace(state, after=max(0, min(value or 0, 10)))
        elif word == "u" and value is not None:
            self._text(chr(value % 65536))
            self.wait = state.after
        elif word in _CHARS:
            self._text(_CHARS[word])
        elif not state.skipped:
            self._layout(word, value)

    def _layout(self, word: str, value: int | None) -> None:
        """Words that end lines, cells and rows, or say where cells stand."""
        if word in ("par", "line", "sect", "page", "column"):
            self._paragraph()
        elif word == "pard":
            self.in_table = False
        elif word == "intbl":
            self.in_table = True
        elif word in ("cell", "nestcell"):
            if self.state.why is None and not self.state.note:
                self.in_table = True
                self._paragraph()
                if word == "cell":
                    self.cells.append(self.cell)
                    self.cell = []
        elif word == "row":
            self._row()
        elif word == "trowd":
            self.edges, self.merge, self.left = [], (False, False), 0
        elif word == "trleft":
            self.left = value or 0
        elif word in ("clvmrg", "clmrg"):
            self.merge = (self.merge[0] or word == "clvmrg", self.merge[1] or word == "clmrg")
        elif word == "cellx":
            self.edges.append((value or 0, *self.merge))
            self.merge = (False, False)

    def _symbol(self, symbol: str) -> None:
        if symbol in "\\{}":
            self._text(symbol)
        elif symbol == "~":
            self._text(" ")
        elif symbol == "_":
            self._text("-")
        elif symbol in "\r\n" and not self.state.skipped:
            self._paragraph()

    def _byte(self, code: int) -> None:
        if self.wait:
            self.wait -= 1
        else:
            self.raw.append(code)

    def _plain(self, text: str) -> None:
        passed = min(self.wait, len(text))
        self.wait -= passed
        self.raw += text[passed:].encode("latin-1")

    def _flush(self) -> None:
        """Decode the bytes that have come: in the font's own code page, else in the file's."""
        if not self.raw:
            return
        raw, self.raw = bytes(self.raw), bytearray()
        if self.state.skipped:
            return
        charset = _PAGES.get(self.sets.get(self.state.font, 1))
        # A Latin font beside a Chinese one is no reason to read Chinese as Latin.
        tried = [charset] if charset not in (None, "cp1252") else []
        if self.page == "cp1252" and _GB2312.fullmatch(raw):
            tried.append("gb18030")
        for page in [*tried, self.page, "gb18030"]:
            try:
                self._text(raw.decode(page))
            except (UnicodeDecodeError, LookupError):
                continue
            return
        self._text(raw.decode("gb18030", "replace"))

    def _text(self, text: str) -> None:
        if self.state.skipped:
            return
        self.seen.append(text)
        if self.state.why is not None:
            self.dropped.setdefault(self.state.why, []).append(text)
        elif self.state.note:
            self.note.append(text)
        else:
            self.line.append(text)

    def _end_note(self) -> None:
        text = join_paragraphs(_joined(self.note).split("\n"))
        self.note = []
        if text:
            self.notes.append(f"注：{text}")

    def _paragraph(self) -> None:
        if self.state.why is not None:
            self.dropped.setdefault(self.state.why, []).append(" ")
            return
        if self.state.note:
            self.note.append("\n")
            return
        text = " ".join(_joined(self.line).split())
        self.line = []
        notes, self.notes = self.notes, []
        if self.in_table:
            self.cell += [one for one in (text, *notes) if one]
            return
        self._end_table()
        if text or (self.out.lines and self.out.lines[-1]):
            self.out.lines.append(text)
        self.out.lines += notes

    def _row(self) -> None:
        row: list[EdgeCell] = []
        left = self.left
        for at, lines in enumerate(self.cells):
            right, below, beside = self.edges[at] if at < len(self.edges) else (left + 1000, False, False)
            if beside and row:
                row[-1].right = right
                row[-1].lines += lines
            else:
                row.append(EdgeCell(lines, left, right, below))
            left = right
        self.cells = []
        if row:
            self.rows.append(row)

    def _end_table(self) -> None:
        if self.cells:
            self._row()
        if self.rows:
            self.out.lines += table_lines(self.rows)
            self.rows = []
        if self.cell:
            self.out.lines += self.cell
            self.cell = []


def _joined(pieces: list[str]) -> str:
    """Pieces of text as one: two halves of a character that `\\u` has written become one."""
    text = "".join(pieces)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
