"""`python -m eval documents`: the command line on small invented documents, and on a few real ones."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
from conftest import SHARED
from document_cases import (
    LETTER,
    LETTER_LABEL,
    NOTICE_LABEL,
    SCRAPS_LABEL,
    changed,
    write_documents,
    write_labels,
)

from corpus.limits import Limits
from eval.__main__ import main
from eval.documents.evaluate import evaluate
from eval.documents.labels import read_labels

OWN = Path(__file__).parents[1] / "eval" / "document_labels" / "dev"
ARCHIVE = SHARED / "documents" / "documents.tar.xz"
# Of a page, a Word file, a text and two that no document may come of.
SOME = ("central-28-dafu-html", "hangzhou-zujin-docx", "gz-yuexiu-suiqian-txt", "zhongshan-zhiyin-empty-md")


def run(*arguments: str | Path) -> int:
    return main(["documents", *map(str, arguments)])


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return write_labels(tmp_path / "labels", NOTICE_LABEL, LETTER_LABEL, SCRAPS_LABEL)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return write_documents(tmp_path / "documents")


def test_a_line_a_file_and_totals(labels: Path, documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (documents / "县" / "防汛.txt").write_bytes(b"")
    assert run(labels, "--documents", documents) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "✓ txt  a  全部相符",
        "✗ txt  b  拒收：文件是空的",
        "✓ txt  c  拒收：没有找到公文（文件里几乎没有文字）",
    ]
    (title,) = [line.split() for line in lines if line.startswith("标题 ")]
    assert title == ["标题", "1", "2", "1", "1.000", "0.500", "0.667"]


def test_json_has_everything(labels: Path, documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(labels, "--documents", documents, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["totals"].keys() == {"all", "txt"}
    assert data["totals"]["all"] | {"measures": ...} == {
        "files": 3, "refused": 1, "perfect": 3, "coverage": 1.0, "measures": ...
    }  # fmt: skip
    title = data["totals"]["all"]["measures"]["title"]
    assert title == {"right": 2, "wanted": 2, "given": 2, "precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert data["totals"]["all"]["measures"]["quotes"] == {"right": 3, "wanted": 3, "share": 1.0}
    assert [(row["file"], row["perfect"], row["misses"]) for row in data["files"]] == [
        ("县/公园.txt", True, []), ("县/防汛.txt", True, []), ("县/天气.txt", True, [])
    ]  # fmt: skip


def test_documents_beside_the_labels_and_in_an_archive(labels: Path, documents: Path, tmp_path: Path) -> None:
    beside, archive = tmp_path / "beside", tmp_path / "文件.tar.xz"
    with tarfile.open(archive, "w:xz") as made:
        made.add(documents / "县", "mirror/文件/县")
    assert run(labels, "--out", beside) == 0
    assert run(labels, "--documents", archive, "--out", tmp_path / "unpacked") == 0
    one, other = (
        json.loads((folder / "documents.json").read_text("utf-8")) for folder in (beside, tmp_path / "unpacked")
    )
    assert one == other and one["totals"]["all"]["perfect"] == 3


def test_only_labelled_files_are_unpacked_and_none_outside(labels: Path, documents: Path, tmp_path: Path) -> None:
    archive = tmp_path / "文件.tar"
    with tarfile.open(archive, "w") as made:
        made.add(documents / "县", "../../县")
    assert run(labels, "--documents", archive) == 0
    assert not (tmp_path.parent / "县").exists()


@pytest.mark.parametrize(("data", "what"), [(b"no archive", "读不了这个 tar 文件"), (b"", "读不了这个 tar 文件")])
def test_an_archive_that_is_broken(
    labels: Path, tmp_path: Path, data: bytes, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.tar.xz").write_bytes(data)
    assert run(labels, "--documents", tmp_path / "a.tar.xz") == 2
    assert what in capsys.readouterr().err


def test_a_file_that_is_missing_or_another(labels: Path, documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_labels(labels, NOTICE_LABEL | {"sha256": "0" * 64})
    assert run(labels, "--documents", documents) == 2
    assert "县/公园.txt：有 1 个文件的内容与标注时不同" in capsys.readouterr().err
    (documents / "县" / "公园.txt").unlink()
    assert run(labels, "--documents", documents) == 2
    assert "县/公园.txt：有 1 个标注过的文件找不到" in capsys.readouterr().err


def secrets(*labels: dict[str, Any]) -> set[str]:
    """What must not be seen of a closed set: every name and text of a label."""
    texts = set()
    for label in labels:
        texts |= {label["file"], Path(label["file"]).stem}
        for document in label["documents"]:
            texts |= {document[key] for key in ("doc_number", "title", "issuer", "addressee", "first_text")}
            texts |= {entry["quote"] for entry in document["must"]}
    return texts


def test_totals_only_names_no_document(
    labels: Path, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = changed(NOTICE_LABEL, title="别的标题", must=[{"quote": "不在其中的一句话", "path": []}])
    write_labels(labels, wrong, LETTER_LABEL, SCRAPS_LABEL)
    out, hidden = tmp_path / "out", secrets(wrong, NOTICE_LABEL, LETTER_LABEL, SCRAPS_LABEL)
    assert run(labels, "--documents", documents, "--out", out) == 0
    shown = capsys.readouterr().out + (out / "documents.json").read_text("utf-8")
    assert {"别的标题", "不在其中的一句话", "县/公园.txt"} <= {text for text in hidden if text in shown}
    for words in ([], ["--json"]):
        assert run(labels, "--documents", documents, "--out", out, "--totals-only", *words) == 0
        captured = capsys.readouterr()
        shown = captured.out + captured.err + (out / "documents.json").read_text("utf-8")
        assert {text for text in hidden if text in shown} == set()
    assert json.loads((out / "documents.json").read_text("utf-8")).keys() == {"totals"}


def test_totals_only_names_nothing_in_errors(labels: Path, documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = secrets(NOTICE_LABEL, LETTER_LABEL)
    (documents / "县" / "公园.txt").unlink()
    assert run(labels, "--documents", documents, "--totals-only") == 2
    write_labels(labels, NOTICE_LABEL, changed(LETTER_LABEL, date="五月八日"))
    assert run(labels, "--documents", documents, "--totals-only") == 2
    shown = capsys.readouterr().err
    assert "有 1 个标注过的文件找不到" in shown and "第 2 个标注：documents 第 1 项的 date" in shown
    assert {text for text in hidden if text in shown} == set()


def test_compare_says_what_a_change_did(
    labels: Path, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    other = write_documents(tmp_path / "other", 公园="天\n", 防汛=LETTER.replace("2021年5月8日", "2021年5月9日"))
    assert run(labels, "--documents", other, "--out", before) == 0
    assert run(labels, "--documents", documents, "--out", after) == 0
    capsys.readouterr()
    assert run("--compare", before, after) == 0
    text = capsys.readouterr().out
    assert "变差（0 处）" in text
    gains = text.partition("变好")[2]
    assert "  b\n    成文日期 0/1（给错 1） → 1/1\n      + 应为“2021-05-08”，读成“2021-05-09”" in gains
    assert "    标题 0/1 → 1/1\n      + 应为“青松县人民政府关于印发青松县公园管理办法的通知”" in gains
    (row,) = [line.split() for line in text.splitlines() if line.startswith("标题 ")]
    assert row == ["标题", "0.667", "1.000", "+0.333", "1/2", "2/2"]

    assert run("--compare", before, after, "--out", tmp_path / "page") == 0
    assert capsys.readouterr().out == text
    html = (tmp_path / "page" / "compare.html").read_text("utf-8")
    better = html.partition("变好（")[2]
    assert "变差（0 处）" in html and "应为“2021-05-08”，读成“2021-05-09”" in better
    (line,) = re.findall(r"<td class=words>标题</td>(.*?)</tr>", html)
    assert re.findall(r"<td>(.*?)</td>", line) == ["0.667", "1.000", "+0.333", "1/2", "2/2"]
    assert "<script" not in html and "http" not in html

    assert run("--compare", after, before, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["gains"] == [] and data["totals"]["title"]["b"]["right"] == 1
    date = next(one for one in data["losses"] if one["name"] == "b" and one["measure"] == "date")
    assert date["broken"] == [{"wanted": "2021-05-08", "given": "2021-05-09"}] and date["mended"] == []


def test_compare_of_equal_runs_and_of_totals(
    labels: Path, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(labels, "--documents", documents, "--out", tmp_path / "a")
    run(labels, "--documents", documents, "--out", tmp_path / "b", "--totals-only")
    capsys.readouterr()
    assert run("--compare", tmp_path / "a", tmp_path / "a") == 0
    text = capsys.readouterr().out
    assert "各项合计都没有变化" in text and "变差（0 处）" in text and "变好（0 处）" in text
    assert run("--compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path) == 0
    assert "有一边只有合计，不能按文件比较" in capsys.readouterr().out
    assert "有一边只有合计，不能按文件比较" in (tmp_path / "compare.html").read_text("utf-8")
    (tmp_path / "file").write_text("", "utf-8")
    assert run("--compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "file") == 2


@pytest.mark.parametrize("data", [None, "{", "[]", '{"runs": []}', '{"files": [{}]}'])
def test_results_that_cannot_be_compared(tmp_path: Path, data: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    if data is not None:
        (tmp_path / "documents.json").write_text(data, encoding="utf-8")
    assert run("--compare", tmp_path, tmp_path) == 2
    assert str(tmp_path / "documents.json") in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["a.json", "--compare", "b", "c"]])
def test_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*words)
    assert caught.value.code == 2


def test_some_of_our_labels_on_the_real_files() -> None:
    pytest.importorskip("lxml")
    if not ARCHIVE.is_file():
        pytest.skip("the documents are not here")
    chosen = [one for one in read_labels([OWN]).files if one.name in SOME]
    scores = {one.name: one for one in evaluate(chosen, ARCHIVE, Limits())}
    assert scores.keys() == set(SOME)
    assert scores["zhongshan-zhiyin-empty-md"].perfect
    for name in SOME[:3]:
        assert scores[name].refused is None
        for measure in ("title", "begins", "quotes"):
            assert scores[name].tallies[measure].figure == 1.0, (name, measure)
