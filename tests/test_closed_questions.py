"""Closed questions stay closed: none of their words in code, word lists, tests or training data, and none of their
documents in tests or training.

Where it fails: take the words out of the file named (a rule, a test or an example was made of a closed question), or,
where that is an accident, write the new example in other words. Don't look the question up.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from closed_guard import RUN, RUN_ALONE, RUN_OF_MANY, Guard, Leak
from conftest import ROOT, SHARED
from eval_cases import question, row, write_rows

from corpus.text import squash
from eval import closed
from eval.closed_texts import ClosedTexts
from eval.model import Question
from eval.plain_text import plain_texts
from eval.questions import read_questions
from index.training.closed import Closed, closed_questions
from index.training.data import JUDGED_READING, NEWER_READING, OWN_READING
from index.training.reader_data import read_rows

READ = {".py", ".toml", ".txt", ".jsonl", ".json", ".md", ".html", ".js", ".css"}
# The gazette and what is parsed from it, labels that quote documents, and lists of packages.
NOT_OURS = ("eval/questions/closed/", "corpus/bulletins/", "tests/golden/", "eval/document_labels/", ".requirements/")
DOCUMENTS = SHARED / "documents" / "documents.tar.xz"
# What the reader learns from: ours, which comes with the program, and what is too much to.
OURS = [OWN_READING / "written.jsonl.xz", NEWER_READING, JUDGED_READING]
READING = [*OURS, SHARED / "data" / "reading" / "written.jsonl.xz"]
FILES = closed.question_files()


def tracked() -> dict[str, str]:
    """Name → text of the tree's files, those not yet committed included. Without git (a source archive): all files."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        inside = (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file())
        names = [name for name in inside if not name.startswith((".venv/", ".cache/", ".git/", "build/"))]
    chosen = [name for name in names if Path(name).suffix in READ and not name.startswith(NOT_OURS)]
    return {name: (ROOT / name).read_text("utf-8") for name in sorted(chosen) if (ROOT / name).is_file()}


TREE = tracked()


def open_questions() -> Iterator[str]:
    """The questions of the tree that were written for choosing and training."""
    for name, text in TREE.items():
        if name.endswith(".jsonl"):
            for line in filter(None, text.split("\n")):
                data = json.loads(line)
                if isinstance(data, dict):
                    yield from _questions_of(data)


def _questions_of(data: dict[str, object]) -> Iterator[str]:
    for key, value in data.items():
        if key == "question" and isinstance(value, str):
            yield value
        elif key == "questions" and isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    yield from _questions_of(one)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """All documents at hand, unpacked; None in a clone without them."""
    if not DOCUMENTS.is_file():
        return None
    folder = tmp_path_factory.mktemp("documents")
    with tarfile.open(DOCUMENTS) as archive:
        archive.extractall(folder, filter="data")
    return folder / "documents"


@pytest.fixture(scope="module")
def known(documents: Path | None) -> list[str]:
    """The documents' own texts and the gazette's; none in a clone without them."""
    if documents is None:
        return []
    folders = (documents, ROOT / "corpus" / "bulletins")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return list(plain_texts({str(path): path for path in files if path.suffix != ".doc"}).values())


@pytest.fixture(scope="module")
def guard(known: list[str]) -> Guard:
    return Guard(read_questions(FILES), known, open_questions(), RUN if known else RUN_ALONE)


needs_questions = pytest.mark.skipif(not FILES, reason="there are no closed questions here")


@needs_questions
def test_no_words_of_a_closed_question_stand_in_the_tree(guard: Guard) -> None:
    assert [str(leak) for leak in guard.leaks(TREE)] == []


@needs_questions
@pytest.mark.parametrize("reading", READING, ids=lambda path: f"{path.parts[-4]}-{path.name.partition('.')[0]}")
def test_no_words_of_a_closed_question_stand_in_the_reader_s_training_questions(
    known: list[str], reading: Path
) -> None:
    if not reading.is_file():
        pytest.skip("the reader's training data is not here")
    guard = Guard(read_questions(FILES), known, open_questions(), RUN_OF_MANY if known else RUN_ALONE)
    with lzma.open(reading, "rt", encoding="utf-8") as file:
        lines = [json.loads(line)["question"].replace("\n", " ") for line in file]
    assert [str(leak) for leak in guard.leaks({"written.jsonl": "\n\n".join(lines)})] == []


@needs_questions
def test_ids_and_documents_are_listed() -> None:
    listed = {one.file for one in closed.documents()}
    assert [one.id for one in read_questions(FILES) if not set(one.documents) <= listed] == []


@needs_questions
def test_no_file_of_the_tests_is_a_closed_document() -> None:
    hashes = closed.hashes()
    data = [path for path in (ROOT / "tests").rglob("*") if path.is_file()]
    assert [path.name for path in data if hashlib.sha256(path.read_bytes()).hexdigest() in hashes] == []


@needs_questions
@pytest.mark.parametrize("reading", OURS, ids=lambda path: path.name.partition(".")[0])
def test_no_question_learnt_from_is_a_closed_one(reading: Path) -> None:
    """Not by chance either: the guard lets pass words that stand in our documents or in open questions."""
    closed_ones = closed_questions()
    assert len(closed_ones) > 400
    assert not [row["question"] for row in read_rows(reading) if squash(row["question"]) in closed_ones]


def test_no_clause_of_a_closed_document_was_judged() -> None:
    with lzma.open(JUDGED_READING, "rt", encoding="utf-8") as file:
        files = {source for line in file for source, _ in json.loads(line)["clauses"]}
    assert len(files) > 100 and [source for source in sorted(files) if source in Closed()] == []


@needs_questions
def test_no_text_of_a_closed_document_is_tested_on_or_learnt_from(documents: Path | None) -> None:
    if documents is None:
        pytest.skip("the documents are not here")
    texts = ClosedTexts.of(documents)
    data = {str(path): path for path in (ROOT / "tests" / "data").rglob("*") if path.is_file()}
    found = [name for name, text in plain_texts(data).items() if texts.share(text)]
    learnt = {name: text for name, text in TREE.items() if name.startswith("index/training/")}
    found += [
        f"{name}:{number}"
        for name, text in learnt.items()
        for number, line in enumerate(text.split("\n"), 1)
        if texts.share(line)
    ]
    assert found == []


# --- the guard itself, on questions that aren't closed ---

PLANTED = "外地牌照的电动三轮车进老城区要办什么手续"


def guarding(*texts: str, known: tuple[str, ...] = (), opened: tuple[str, ...] = ()) -> Guard:
    return Guard([question(f"p{at}", text=text) for at, text in enumerate(texts)], known, opened)


@pytest.mark.parametrize(
    "text",
    [
        f'assert ask("{PLANTED}？") == 1',
        "# 外地牌照的电动三轮车进老城区",
        '"外地牌照的电动"\n    "三轮车进老城区"',
        "外地 牌照的，电动 三轮车进老城区",
        "電動 外地牌照的电动三轮车",
    ],
)
def test_words_are_found_however_they_are_written(text: str) -> None:
    (leak,) = guarding(PLANTED).leaks({"rule.py": f"first line\n{text}"})
    assert leak.file == "rule.py" and leak.line in (2, 3) and leak.id == "p0"
    assert not set("电动三轮车") & set(str(leak))


def test_every_line_is_named_once_and_others_are_not() -> None:
    files = {"a.py": f"x = 1\n{PLANTED}\ny = 2\n\n{PLANTED}", "b.toml": "电动三轮车", "c.txt": PLANTED}
    assert guarding(PLANTED).leaks(files) == [Leak("a.py", 2, "p0"), Leak("a.py", 5, "p0"), Leak("c.txt", 1, "p0")]


def test_words_of_documents_and_common_phrases_are_no_leak() -> None:
    title = "杭州市区公共租赁住房租金管理暂行办法"
    asked = f"{title}从哪天起施行"
    assert guarding(asked, known=(f"关于{title}的通知",)).leaks({"a.py": title}) == []
    assert guarding(asked).leaks({"a.py": title}) != []
    phrase = "咨询电话是多少找哪个部门"
    three = [f"办{what}{phrase}" for what in ("户口", "社保", "护照")]
    assert guarding(*three).leaks({"a.py": phrase}) == []
    assert guarding(three[0], opened=(f"买房{phrase}", f"养老{phrase}", f"入学{phrase}")).leaks({"a.py": phrase}) == []
    assert guarding(three[0], opened=(f"买房{phrase}",)).leaks({"a.py": phrase}) != []


def test_a_whole_question_is_a_leak_whatever_its_phrases() -> None:
    opened = (
        f"{PLANTED[:14]}吗",
        f"听说{PLANTED[:14]}",
        f"{PLANTED[:14]}好不好",
        *(f"{at}{PLANTED[4:]}" for at in "一二三"),
    )
    assert guarding(PLANTED, opened=opened).leaks({"a.py": PLANTED[: RUN + 2]}) == []
    assert guarding(PLANTED, opened=opened).leaks({"a.py": f"1 {PLANTED}"}) == [Leak("a.py", 1, "p0")]
    number = "柳政办发〔2023〕第107号文件"
    assert guarding(number, known=(f"按照{number}办理",)).leaks({"a.py": number}) == []


def test_open_questions_would_be_found_in_the_tree() -> None:
    """What the guard looks at is there: questions of the gazette that unit tests and README were made of are found in
    them, and nearly all in their own file."""
    some: list[Question] = read_questions([ROOT / "eval" / "questions" / "lishi-2023-02.jsonl"])
    leaks = Guard(some, [], []).leaks(TREE)
    assert len({leak.id for leak in leaks if leak.file == "eval/questions/lishi-2023-02.jsonl"}) > 0.9 * len(some)
    assert {leak.file for leak in leaks} >= {"README.md", "tests/test_retriever.py"}


def test_a_document_is_known_by_its_words_in_any_form(tmp_path: Path) -> None:
    body = "".join(f"第{at}项由区财政局会同有关部门办理，" for at in range(1, 12))
    (tmp_path / "甲.txt").write_text(body, "utf-8")
    digest = hashlib.sha256((tmp_path / "甲.txt").read_bytes()).hexdigest()
    lists = tmp_path / "closed"
    lists.mkdir()
    (lists / "documents-a.txt").write_text(f"甲.txt\t{digest}\n", "utf-8")
    write_rows(lists / "a.jsonl", row(documents=["甲.txt"]))
    texts = ClosedTexts.of(tmp_path, lists)
    assert texts.share(f"<p>{re.sub('，', '</p><p>', body[:120])}</p>".replace("<p>", " ").replace("</p>", "\n"))
    assert not texts.share(body[:40])
    assert not texts.share("另一份文件的文字" * 20)
