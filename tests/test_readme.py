"""README tells the truth: its commands print what it shows; numbers, options and links are those of the code."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import build_index
import ui
from corpus import __main__ as corpus_command
from corpus import limits
from corpus.documents import archive
from corpus.offices import same_office
from eval import __main__ as eval_command
from eval.questions import read_questions
from index import __main__ as index_command
from index.local import dense, manifest
from retriever import __main__ as retriever_command
from retriever import unanswered as unanswered_command
from retriever.ask import Asker
from retriever.confidence import FEATURES
from retriever.fusion import DENSE_WEIGHT
from retriever.page.feedback import MAX_FILE
from retriever.question import MATCHED
from retriever.reading.use import USUAL

ROOT = Path(__file__).resolve().parent.parent
GAZETTE = ROOT / "corpus" / "bulletins" / "lishi-2023-02.txt"
TEXT = (ROOT / "README.md").read_text("utf-8")
FENCED = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.S | re.M)


def shown_commands() -> list[tuple[str, str]]:
    """(command, what it prints) of every console block: `$ python …` and the lines below it."""
    found = []
    for language, block in FENCED:
        if not language and block.startswith("$ "):
            for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
                command, _, printed = part.partition("\n")
                found.append((command, printed))
    return found


def normalised(text: str, index: Path) -> str:
    """Without what differs between two machines and days: scores, times, where index and model lie."""
    text = text.replace(str(index), ".index")
    text = re.sub(r"　\[\d\.\d{3}\]$", "　[0.000]", text, flags=re.M)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]{8}\+00:00", "0000-00-00T00:00:00+00:00", text)
    text = re.sub(r"（[^（）]*[/\\](multilingual-e5-small-zh-lay)-[^（）]*）", r"（\1）", text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def run(command: str, index: Path) -> str:
    """What a command prints, asked of an index in another place than the user's own."""
    words = shlex.split(command)
    assert words[:2] == ["python", "-m"], command
    if words[2] in ("retriever", "index"):
        words += ["--index", str(index)]
    done = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("command", "printed"), shown_commands(), ids=lambda value: value[:40])
def test_commands_print_what_is_shown(command: str, printed: str, dense_index: Path) -> None:
    assert normalised(run(command, dense_index), dense_index) == normalised(printed, dense_index)


def test_there_are_commands_of_each_kind() -> None:
    modules = {shlex.split(command)[2] for command, _ in shown_commands()}
    assert modules == {"retriever", "retriever.words", "index"}


@pytest.fixture(scope="module")
def asker(dense_index: Path) -> Asker:
    return Asker.open(dense_index)


@pytest.mark.parametrize(
    ("question", "span", "office"),
    [
        ("餐饮和零售行业的农民工工资保障由哪个部门负责", "负责全区餐饮服务", "区市场监督管理局"),
        ("滨河北西路征地每亩补偿多少钱", "20万元/亩", None),
        ("离政办发〔2023〕9号第三部分", "加强对工程建设项目", None),
    ],
)
def test_examples_for_users_are_answered_rightly(asker: Asker, question: str, span: str, office: str | None) -> None:
    assert question in TEXT
    answer = asker.ask(question).answer
    assert answer is not None and span in answer.text
    assert office is None or answer.offices[0].name == office


def test_of_offices_that_share_a_matter_the_one_that_leads_is_named(asker: Asker) -> None:
    """It was 区乡村振兴局, one of thirty."""
    result = asker.ask("拖欠农民工工资归谁管")
    assert result.answer is not None
    assert same_office(result.answer.offices[0].name, "区人社局")


# The options and keys that scripts rely on, and what was added since.
COMMANDS: dict[str, tuple[list[argparse.ArgumentParser], set[str]]] = {
    "python build_index.py": (
        [build_index.parser()],
        {
            *("--index", "--model", "--no-dense", "--rebuild", "--strict", "--json", "--memory-limit", "--time-limit"),
            *("--jobs", "--ray"),
        },
    ),
    "python -m corpus": ([corpus_command.parser()], {"--json", "--memory-limit", "--time-limit"}),
    "python -m index": ([index_command.parser()], {"--index", "--json"}),
    "python -m retriever": (
        [retriever_command.parser()],
        {
            "--check",
            "-k",
            "--mode",
            "--index",
            "--json",
            "--issuer",
            "--doc-number",
            "--from",
            "--to",
            "--on",
            "--status",
            "--batch",
        },
    ),
    "python -m retriever.unanswered": ([unanswered_command.parser()], {"--json"}),
    "python -m eval": (
        [eval_command.parser()],
        {
            *("--index", "--mode", "-k", "--json", "--out", "--split", "--system", "--readme", "--update-baselines"),
            *("--leave-out", "--files", "--compare", "--totals-only"),
        },
    ),
    "python ui.py": (
        [ui.parser()],
        {
            "--index",
            "--host",
            "--port",
            "--root-path",
            "--allow-host",
            "--feedback",
            "--keep-refused",
            "--mcp",
            "--site",
        },
    ),
}
CLAUSE_KEYS = {"clause_id", "path", "kind", "role", "text", "line_start", "line_end", "page"}
NOTICE_KEYS = {
    *("doc_number", "title", "issuer", "date", "section", "addressee", "unit", "phone", "status", "repealed_by"),
    *("attachments", "contents_page", "line_start", "line_end", "clauses", "uncertain"),
}
HIT_KEYS = {
    *("rank", "score", "clause_id", "doc_number", "title", "issuer", "date", "path", "text", "unit", "phone"),
    *("citation", "status", "repealed_by", "source", "uncertain"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_options_are_in_the_help(command: str) -> None:
    parsers, wanted = COMMANDS[command]
    shown = "\n".join(parser.format_help() for parser in parsers)
    assert {option for option in wanted if not re.search(rf"(?<![\w-]){option}(?![\w-])", shown)} == set()
    assert "例：" in shown


# Options that README names of other programs, and the one that all have.
OTHERS = {"--index-url", "--upgrade", "--help"}


def test_every_option_that_is_named_exists() -> None:
    known = {option for _, wanted in COMMANDS.values() for option in wanted} | OTHERS
    text = re.sub(r"`python (?:tests/|-m index train|-m eval closed)[^`]*`", "", TEXT)  # below
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - known == set()


@pytest.mark.parametrize("command", re.findall(r"`python (tests/[^`]*|-m index train[^`]*|-m eval \w[^`]*)`", TEXT))
def test_longer_commands_know_their_options(command: str) -> None:
    words = command.split()
    names = words[:1] if words[0].startswith("tests/") else words[:3]
    for program in names[-1].split("|"):
        call = [sys.executable, *names[:-1], program, "--help"]
        if program.endswith(".jsonl"):
            call.remove(program)
        done = subprocess.run(
            call,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        assert [word for word in words if word.startswith("--") and word not in done.stdout] == []


def test_json_has_the_keys_that_scripts_read(dense_index: Path) -> None:
    result: dict[str, Any] = json.loads(run("python -m retriever 农民工工资问题咨询电话是多少 --json", dense_index))
    assert result.keys() >= {"id", "question", "mode", "mode_used", "note", "answered", "confidence"}
    assert result.keys() >= {"answer", "hits", "ms"} and "total" in result["ms"]
    assert result["answer"].keys() >= {"text", "offices", "clause_id"}
    assert result["answer"]["offices"][0].keys() >= {"name", "phone", "phone_from"}
    assert result["hits"][0].keys() >= HIT_KEYS
    assert result["hits"][0]["source"].keys() >= {"file", "line_start", "line_end", "page"}
    parsed: dict[str, Any] = json.loads(run(f"python -m corpus {GAZETTE} --json", dense_index))
    assert parsed.keys() >= {"bulletin", "notices", "coverage", "warnings", "left_out"}
    assert parsed["bulletin"].keys() >= {"title", "year", "issue", "total_issue", "published", "issuer"}
    assert parsed["notices"][0].keys() >= NOTICE_KEYS
    assert parsed["notices"][0]["clauses"][0].keys() >= CLAUSE_KEYS
    assert parsed["warnings"][0].keys() >= {"line", "what"}


def test_links_and_pictures_exist() -> None:
    links = [link for link in re.findall(r'\]\(([^)]+)\)|src="([^"]+)"', TEXT) for link in link if link]
    assert len(links) >= 5
    heads = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
    assert [link for link in links if "://" not in link and link not in anchors and not (ROOT / link).exists()] == []


def test_folders_and_files_that_are_named_exist() -> None:
    named = re.findall(r"`((?:\.?[\w-]+/)+[\w.-]*)`", re.sub(r"```.*?```", "", TEXT, flags=re.S))
    made = ("build/", ".cache/")  # by commands
    assert len(named) >= 15
    assert [path for path in named if not path.startswith(made) and not (ROOT / path).exists()] == []
    table = TEXT.split("## Layout\n", 1)[1].split("\n## ", 1)[0]
    packages = {f"{path.parent.relative_to(ROOT)}/" for path in ROOT.glob("[a-z]*/**/__init__.py")}
    packages = {one for one in packages if one.split("/")[0] in ("corpus", "index", "retriever", "eval")}
    assert {one for one in packages if f"`{one}`" not in table} == set()


WORDS = {"five": 5, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14}


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        (r"scaled to 0…1 \((\S+) meaning, (\S+) words\)", (DENSE_WEIGHT, 1 - DENSE_WEIGHT)),
        (r"logistic regression over (\w+) figures", (len(FEATURES),)),
        (r"reads the first (\d+) clauses together", (USUAL.read,)),
        (r"Of a text of more than (\d+) characters the first (\d+)", (MATCHED, MATCHED)),
        (r"按前 (\d+) 个字检索", (MATCHED,)),
        (r"of a long question the first (\d+) characters", (MATCHED,)),
        (r"([\d,]+) MB of memory", (limits.DEFAULT_MEMORY,)),
        (r"nothing comes for (\d+) seconds", (limits.DEFAULT_SECONDS,)),
        (r"every ([\d,]+) letters add a second", (limits._LETTERS_A_SECOND,)),
        (r"or after (\d+) times that", (limits.Limits().total / limits.DEFAULT_SECONDS,)),
        (r"Of a `.zip`, ([\d,]+) files are read", (archive.MAX_MEMBERS,)),
        (r"up to (\d+) GB each and (\d+) GB in all", (archive.MAX_MEMBER >> 30, archive.MAX_TOTAL >> 30)),
        (r"unpacks to (\d+) times its size", (archive._MAX_RATIO,)),
        (r"Up to ([\d,]+) vectors", (dense.MANY,)),
        (r"the best ([\d,]+) are compared", (dense.COMPARED,)),
        (r"up to (\d+) MB a file", (MAX_FILE >> 20,)),
        (r"its format is (\d+)", (manifest.FORMAT,)),
    ],
)
def test_numbers_are_those_of_the_code(sentence: str, numbers: tuple[float, ...]) -> None:
    found = re.search(sentence, TEXT)
    assert found is not None
    stated = [float(WORDS.get(one, one.replace(",", "") if isinstance(one, str) else one)) for one in found.groups()]
    assert stated == pytest.approx(list(numbers))


def test_questions_are_as_many_as_it_says() -> None:
    folder = ROOT / "eval" / "questions"
    own, others = map(int, re.search(r"(\d+) on the gazette, (\d+) on other", TEXT).groups())  # type: ignore[union-attr]
    assert own == len(read_questions([folder / "lishi-2023-02.jsonl"]))
    assert others == len(read_questions([path for path in folder.glob("*.jsonl") if "lishi" not in path.name]))
    stated = int(re.search(r"^(\d+) 道题（lishi-2023-02.jsonl，`all` 部分）", TEXT, re.M)[1])  # type: ignore[index]
    assert stated == own


def test_targets_of_make_exist() -> None:
    rules = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"\bmake ((?:run|test|eval|setup|lock|documents)[a-z-]*)", TEXT))
    assert named and named <= rules


def test_what_is_said_of_the_lock_files() -> None:
    folder = ROOT / ".requirements"
    named = set(re.findall(r"`(\w+\.txt)`", TEXT))
    assert {"run.txt", "documents.txt", "test.txt", "cuda.txt"} <= named
    assert [name for name in named if not (folder / name).is_file()] == []
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT")
