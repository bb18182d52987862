"""How well events are read from single sentences: precision and recall by kind, on sentences labelled by reading.

`python -m eval events eval/event_labels/test.jsonl`. A label is a JSON line:

    {"id", "source", "text", "events": [{"kind", "date", "title", "doc_number", "articles", "change"}, …],
     "title", "date", "path", "before"}

`title` and `date` are those of the document that speaks, where they matter; `path` the headings above, `before` the
texts of the clauses in front. An event counts as right when kind, document (by title, or by number where it has
no title), day (of the document's own events) and article agree. Each title and each article is one event.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.arguments import Parser
from corpus.articles import article_of
from corpus.errors import UsageError
from corpus.events import Event
from corpus.model import Clause, Notice, Role, Span
from corpus.numbering import read_marker
from corpus.place import Place, Step, StepKind
from corpus.said import said
from corpus.text import squash
from eval.documents.tally import Tally
from eval.table import columns

KINDS = ("in_force", "expired", "repealed", "partly_repealed", "amended", "history")
_OF_OTHERS = ("repealed", "partly_repealed", "amended")
_BARE = ("中华人民共和国",)  # 刑法 is 中华人民共和国刑法


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, what it says by its label, and the notice that is made of it."""

    name: str
    text: str
    wanted: frozenset[tuple[str, ...]]
    notice: Notice


def read(path: Path) -> list[Labelled]:
    """The labelled sentences of a file. Raises UsageError naming the line that is wrong."""
    out = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError("标注文件读不出来", str(path), "请检查路径和编码（UTF-8）") from err
    for number, line in enumerate(lines, 1):
        try:
            data = json.loads(line)
            wanted = frozenset(key for event in data["events"] for key in _wanted(event))
            out.append(Labelled(data["id"], data["text"], wanted, notice_of(data)))
        except (ValueError, KeyError, TypeError) as err:
            raise UsageError(
                f"第 {number} 行不是标注（{err}）", str(path), "请按 eval/event_labels/README.md 改正"
            ) from err
    return out


def notice_of(data: Mapping[str, Any]) -> Notice:
    """A notice of nothing but the clauses of a label."""
    path = tuple(data.get("path", ()))
    texts = [((), text) for text in data.get("before", ())] + [(path, data["text"])]
    clauses = []
    for at, (above, text) in enumerate(texts, 1):
        marker = read_marker(text)
        step = Step(StepKind.PARAGRAPH, at) if marker is None else _numbered(text)
        clauses.append(Clause("x", Place((step,), again=at), above, Role.TEXT, text, Span(at, at)))
    return Notice(
        notice_id="x",
        doc_number=None,
        title=data.get("title") or "云岭市文件",
        issuer=None,
        date=data.get("date"),
        section=None,
        addressee=None,
        unit=None,
        phone=None,
        phones=(),
        contact_person=None,
        email=None,
        attachments=(),
        contents_page=None,
        lines=Span(1, len(clauses)),
        clauses=tuple(clauses),
    )


def _numbered(text: str) -> Step:
    marker = read_marker(text)
    if marker is None:
        raise ValueError(text)
    return Step(StepKind.NUMBERED, marker.number, marker.label, marker.style)


def _wanted(event: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    kind = event["kind"]
    if kind in _OF_OTHERS and event.get("title"):
        articles = event.get("articles") or [""]
        yield from ((kind, _title(event["title"]), article_of(article)) for article in articles)
    else:
        yield (kind if kind in KINDS and kind != "amended" else "history", event.get("date") or "", kind)


def found(events: Iterable[Event]) -> Iterator[tuple[str, ...]]:
    """The same keys of what was read."""
    for event in events:
        kind = event.kind.value
        if event.target is None:
            yield (kind if kind in ("in_force", "expired") else "history", event.date or "", kind)
            continue
        named = _title(event.target.title or event.target.doc_number or "")
        articles = event.articles if event.amendment is not None else ("",)
        yield from ((kind, named, article_of(article)) for article in articles)


def _title(title: str) -> str:
    squashed = squash(title)
    return next((squashed.removeprefix(name) for name in _BARE if squashed.startswith(name)), squashed)


@dataclass(frozen=True, slots=True)
class Result:
    """Tallies by kind, and the sentences where something is missing or too much."""

    tallies: Mapping[str, Tally]
    sentences: int
    misses: Sequence[tuple[Labelled, frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]]

    @property
    def all(self) -> Tally:
        return sum(self.tallies.values(), Tally(0, 0, 0))

    def to_json(self) -> dict[str, Any]:
        kinds = {kind: tally.to_json() for kind, tally in self.tallies.items()}
        return {"sentences": self.sentences, "all": self.all.to_json(), "kinds": kinds}


def measure(labelled: Sequence[Labelled]) -> Result:
    """Read every sentence and compare."""
    right, wanted, given = Counter[str](), Counter[str](), Counter[str]()
    misses = []
    for one in labelled:
        got = frozenset(found(said(one.notice)))
        for key in got | one.wanted:
            right[key[0]] += key in got and key in one.wanted
            wanted[key[0]] += key in one.wanted
            given[key[0]] += key in got
        if got != one.wanted:
            misses.append((one, one.wanted - got, got - one.wanted))
    tallies = {kind: Tally(right[kind], wanted[kind], given[kind]) for kind in KINDS if wanted[kind] or given[kind]}
    return Result(tallies, len(labelled), misses)


def main(arguments: Sequence[str]) -> int:
    """Measure the files named and print the table. Raises UsageError."""
    parser = Parser(
        prog="python -m eval events",
        description="用人读出来的标注，测废止、修改、施行和期限读得有多准。",
        epilog="例：python -m eval events eval/event_labels/dev.jsonl --misses",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="标注文件（.jsonl），可以有几个")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--misses", action="store_true", help="列出读错的句子")
    args = parser.parse_args(arguments)
    result = measure([one for path in args.files for one in read(path)])
    if args.json:
        print(json.dumps(result.to_json(), ensure_ascii=False, indent=1))
        return 0
    print(text_of(result))
    if args.misses:
        for one, missing, surplus in result.misses:
            print(f"\n{one.name} {one.text}")
            print("".join(f"  缺 {' '.join(key)}\n" for key in sorted(missing)), end="")
            print("".join(f"  多 {' '.join(key)}\n" for key in sorted(surplus)), end="")
    return 0


def text_of(result: Result) -> str:
    """The table: kind, wanted, given, right, precision, recall."""
    rows = [["事件", "应有", "读出", "读对", "精确率", "召回率"]]
    for name, tally in [*result.tallies.items(), ("all", result.all)]:
        shares = ["—" if share is None else f"{share:.3f}" for share in (tally.precision, tally.recall)]
        rows.append([name, str(tally.wanted), str(tally.given), str(tally.right), *shares])
    return f"{result.sentences} 句\n{columns(rows)}"
