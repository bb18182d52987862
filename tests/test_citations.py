"""Citations: how they are written, that one typed as a question finds its clause, and what a check of a text says."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from corpus.model import ParsedFile, Role
from corpus.text import nfkc
from corpus.typed_place import depth, read_place
from index.build import build
from index.engine import IndexedClause
from retriever.__main__ import main
from retriever.ask import Asker
from retriever.check import Checked, check
from retriever.citation import citation, cited_place, gazette, in_title_marks, quotation
from retriever.cited import find_cited
from retriever.model import Filters, is_number
from retriever.notes import NoteKind
from retriever.page.cite import styles
from retriever.resolve import Verdict
from tests.bench.bench_citations import draw, measure, ways
from tests.conftest import GAZETTE

NINE = "离政办发〔2023〕9号"
WAGES = "吕梁市离石区人民政府办公室关于进一步做好根治拖欠农民工工资工作的通知"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("citations")
    build([GAZETTE], folder, dense=False)
    return folder


@pytest.fixture(scope="module")
def asker(index: Path) -> Asker:
    return Asker.open(index, dense=False)


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """An order with the regulation that it issues, as the text of a gazette has it."""
    folder = tmp_path_factory.mktemp("orders")
    (folder / "令.txt").write_text(ORDER, "utf-8")
    build([folder / "令.txt"], folder / "index", dense=False)
    return Asker.open(folder / "index", dense=False)


ORDER = """云岭市人民政府令

第77号

《云岭市公共停车场管理办法》已经市政府常务会议通过，现予公布，自2024年5月1日起施行。

市长　张明
2024年4月2日

云岭市公共停车场管理办法

第一条　为了加强公共停车场管理，制定本办法。

第二条　市城市管理局负责公共停车场的监督管理工作。

第三条　违反本办法的，由市城市管理局责令改正。

第四条　本办法自2024年5月1日起施行。
"""


def doc_number(typed: str) -> str:
    """A number of 2023 as it is written in the gazette."""
    return typed if "〔" in typed else "离政函〔2023〕33号"


def clause(asker: Asker, clause_id: str) -> IndexedClause:
    entry = asker.engine.find(clause_id)
    assert entry is not None, clause_id
    return entry


def cited(asker: Asker, clause_id: str) -> str:
    entry = clause(asker, clause_id)
    return citation(entry.notice, entry.clause)


@pytest.mark.parametrize(
    ("title", "marked"),
    [
        ("关于印发《某办法》的通知", "《关于印发〈某办法〉的通知》"),
        ("关于转发《关于落实〈某办法〉的意见》的通知", "《关于转发〈关于落实《某办法》的意见〉的通知》"),
        ("关于修改〈某条例〉的决定", "《关于修改〈某条例〉的决定》"),
        ("《某规划（2023-2025）》", "《某规划（2023-2025）》"),
        ("《甲办法》和《乙办法》", "《〈甲办法〉和〈乙办法〉》"),
        ("少了一半》的通知", "《少了一半的通知》"),
    ],
)
def test_a_title_within_a_title(title: str, marked: str) -> None:
    assert in_title_marks(title) == marked


def test_what_is_issued_is_cited_by_its_own_title(asker: Asker, orders: Asker) -> None:
    """Before: 《…的通知》（离政发〔2023〕4号）附件2第一部分, where the notice has no 附件."""
    assert (
        cited(asker, "离政发〔2023〕4号/附2.一") == '《吕梁市离石区儿童发展"十四五"规划》（离政发〔2023〕4号）第一部分'
    )
    four = next(e for e in every(orders) if e.text.startswith("第四条"))
    assert citation(four.notice, four.clause) == "《云岭市公共停车场管理办法》（云岭市人民政府令第77号）第四条"


def every(asker: Asker) -> list[IndexedClause]:
    return asker.engine.clauses(range(asker.engine.info.clauses))


def test_an_attachment_has_the_number_that_is_printed(asker: Asker) -> None:
    """The fourth text behind 离政办发〔2023〕10号 is headed 附件3; before it was cited as 附件4."""
    head = clause(asker, "离政办发〔2023〕10号/附4.题")
    assert head.text.startswith("附件3")
    assert citation(head.notice, head.clause).endswith("（离政办发〔2023〕10号）附件3标题")
    only = clause(asker, "离政发〔2023〕5号/附1.题")
    assert only.text.startswith("附件吕梁") and citation(only.notice, only.clause).endswith("号）附件标题")


def test_rows_are_cited_by_their_own_number(asker: Asker) -> None:
    """Before: 第146点 for the row that the table numbers 159."""
    rows = [entry for entry in every(asker) if dict(entry.clause.cells).get("序号") == "159"]
    assert rows and all(citation(one.notice, one.clause).endswith("表1序号159") for one in rows)
    plain = [entry for entry in every(asker) if entry.role.value == "row" and not entry.clause.place.last.label]
    assert plain and all(re.search(r"第\d+行(?:（.+）)?$", citation(one.notice, one.clause)) for one in plain)


def test_the_gazette_is_cited_too(asker: Asker) -> None:
    entry = clause(asker, f"{NINE}/三.（一）")
    assert gazette(entry.source) == "《吕梁市离石区人民政府公报》2023年第2期，第93页"
    assert dict(styles(entry))["注明公报"] == f"{citation(entry.notice, entry.clause)}，载{gazette(entry.source)}"


def test_a_document_of_no_gazette_names_none(orders: Asker) -> None:
    assert all("注明公报" not in dict(styles(entry)) for entry in every(orders))


def test_the_space_behind_an_article_s_number_stays_in_quotations(orders: Asker) -> None:
    two = next(e for e in every(orders) if e.text.startswith("第二条"))
    assert two.text.startswith("第二条市城市管理局") and quotation(two.clause).startswith("第二条　市城市管理局")
    assert dict(styles(two))["带原文"].startswith("“第二条　市")
    assert "> 第二条　市" in dict(styles(two))["Markdown"]


def test_every_citation_finds_its_clause(asker: Asker) -> None:
    """`tests/bench/bench_citations.py` asks for 300 clauses; of the gazette, before: 163 of 300 came first as 公文,
    60 in traditional characters, 22 with numerals."""
    for name, (first, answers, asked) in measure(asker, count=60).items():
        assert asked == 60 and first >= 59 and answers >= 59, (name, first, answers)


def test_every_citation_of_other_documents_finds_its_clause(others: dict[str, ParsedFile], tmp_path: Path) -> None:
    from tests.conftest import SHARED

    assert others
    build(sorted((SHARED / "gazettes").glob("*.txt")), tmp_path, dense=False)
    for name, (first, answers, asked) in measure(Asker.open(tmp_path, dense=False), count=60).items():
        assert first >= asked - 1 and answers >= asked - 1, (name, first, answers, asked)


def test_every_place_is_read_backwards(asker: Asker, orders: Asker) -> None:
    """What the grammar writes it reads: the whole of it, and as the place itself."""
    entries = [*every(asker), *every(orders)]
    assert len(entries) > 1500
    for entry in entries:
        words = nfkc(cited_place(entry.notice, entry.clause))
        if not words:  # title and number alone: the whole, which its title stands for
            assert entry.role is Role.TITLE
            continue
        place = read_place(words)
        assert place is not None and place.end == len(words)
        assert depth(entry.clause.place, place.steps) == 0
        assert (place.again, place.piece) == (entry.clause.place.again, entry.clause.place.piece)


def test_the_clauses_drawn_are_the_same_for_a_seed(asker: Asker) -> None:
    ids = [entry.clause_id for entry in draw(asker, 40, 7)]
    assert ids == [entry.clause_id for entry in draw(asker, 40, 7)] != [entry.clause_id for entry in draw(asker, 40, 8)]
    assert len(ways()) == 9 and max(Counter(ids).values()) == 1


@pytest.mark.parametrize(
    ("question", "clause_id"),
    [
        (f"{NINE}第三部分第（一）项", f"{NINE}/三.（一）"),
        ("离政办发[2023] 9 号 第3部分第1项", f"{NINE}/三.（一）"),
        ("離政辦發〔二〇二三〕第九號第三部分第（一）項", f"{NINE}/三.（一）"),
        ("请问离政办发〔2023〕9号第三部分第（一）项的原文是什么？", f"{NINE}/三.（一）"),
        (f"{WAGES}（{NINE}）第三部分第（一）项", f"{NINE}/三.（一）"),
        (f"《{WAGES}》第三部分第（一）项", f"{NINE}/三.（一）"),
        (f"{WAGES}第三部分第一项", f"{NINE}/三.（一）"),
        ("《关于进一步做好根治拖欠农民工工资工作的通知》第三部分第（一）项", f"{NINE}/三.（一）"),
        ('吕梁市离石区儿童发展"十四五"规划第二部分第（一）项', "离政发〔2023〕4号/附2.二.（一）"),
        ("离政办发〔2023〕10号附件3标题", "离政办发〔2023〕10号/附4.题"),
    ],
)
def test_citations_as_people_type_them(asker: Asker, question: str, clause_id: str) -> None:
    result = asker.ask(question, mode="bm25", k=3)
    assert result.hits[0].clause_id == clause_id
    assert result.answered and result.answer is not None and result.answer.clause_id == clause_id
    answer = result.to_json()["answer"]
    assert answer["citation"] == result.hits[0].citation and answer["status"] and answer["source"]["file"]


@pytest.mark.parametrize("mode", ["bm25", "hybrid"])
def test_the_citation_of_a_document_is_answered_by_its_title(asker: Asker, dense_index: Path, mode: str) -> None:
    """Before, by vectors: the signature of 离政发〔2023〕3号, the sentence that repeals 离政函〔2023〕29号; and the
    title of 33号 found 29号, whose title has two words more."""
    here = asker if mode == "bm25" else Asker.open(dense_index)
    by_number = {source.notice.doc_number: at for at, source in enumerate(here.engine.notices)}
    for number in ("离政发〔2023〕3号", NINE, "离政函〔2023〕29号", "离政函〔2023〕33号", "離政函二〇二三年第三十三號"):
        at = by_number[doc_number(number)]
        title = in_title_marks(here.engine.notices[at].notice.title)
        for question in (number, title, f"{title}（{number}）", f"请问{number}的全文是什么？"):
            result = here.ask(question, mode=mode, k=1)
            assert result.answer is not None and result.answer.entry is not None and result.sure
            assert (result.answer.entry.ordinal, result.answer.entry.role.value) == (at, "title"), question
            assert result.hits[0].entry.ordinal == at
    nine = here.ask(NINE, mode=mode, k=1).answer
    assert nine is not None and [one.phone for one in nine.offices] == ["0358-8222401"]
    assert nine.offices[0].role == "contact"  # before, the office that issued it, with the number for another matter


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (f"{NINE}第八十部分", "这份公文没有第八十部分，最后一部分是第五部分"),
        (f"{NINE}第三部分第（九）项", "这份公文的第三部分没有第（九）项，最后一项是第（四）项"),
        ("离政办发〔2023〕10号附件9", "这份公文没有附件9，最后一个附件是附件3"),
    ],
)
def test_a_place_that_is_not_there_is_said(asker: Asker, question: str, line: str) -> None:
    result = asker.ask(question, mode="bm25")
    assert not result.answered and result.note == line and result.notes[0].kind is NoteKind.NO_SUCH_PLACE
    assert result.hits and result.hits[0].doc_number == question[: question.index("号") + 1]


def test_an_article_that_is_not_there_is_said(orders: Asker) -> None:
    for question in ("《云岭市公共停车场管理办法》第八十条", "云岭市人民政府令第77号第80条"):
        assert orders.ask(question, mode="bm25").note == "这份公文没有第八十条，最后一条是第四条"
    result = orders.ask("云岭市人民政府第七十七号令第二条", mode="bm25", k=1)
    assert result.answered and result.hits[0].text.startswith("第二条")


CONGRESS = """云岭市第五届人民代表大会常务委员会公告

第一〇四号

《云岭市养犬管理条例》经云岭市第五届人民代表大会常务委员会第三十六次会议通过，现予公布，自2014年1月1日起施行。

云岭市人民代表大会常务委员会
2013年11月6日

云岭市养犬管理条例

第一条　为了规范养犬行为，制定本条例。

第二条　市公安机关是养犬管理的主管部门。

第三条　本条例自2014年1月1日起施行。
"""


@pytest.fixture(scope="module")
def congress(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """Announcements whose numbers are written digit by digit."""
    folder = tmp_path_factory.mktemp("congress")
    (folder / "104.txt").write_text(CONGRESS, "utf-8")
    other = CONGRESS.replace("一〇四", "一〇五").replace("养犬", "燃气")
    (folder / "105.txt").write_text(other, "utf-8")
    build([folder], folder / "index", dense=False)
    return Asker.open(folder / "index", dense=False)


@pytest.mark.parametrize("serial", ["一〇四", "104", "一百零四", "一○四", "一零四"])
def test_a_number_written_digit_by_digit(congress: Asker, serial: str) -> None:
    """第一〇四号: before, it was no number that could be compared; neither it nor its articles were found."""
    number = f"云岭市第五届人民代表大会常务委员会公告第{serial}号"
    result = congress.ask(f"{number}第二条", mode="bm25")
    assert result.answer is not None and "公安机关" in result.answer.text
    assert result.answer.clause_id.startswith("云岭市第五届人民代表大会常务委员会公告第一〇四号")
    kept = congress.ask("主管部门", mode="bm25", filters=Filters(doc_number=number)).hits
    assert kept and {hit.doc_number for hit in kept} == {"云岭市第五届人民代表大会常务委员会公告第一〇四号"}


@pytest.mark.parametrize("question", ["《中华人民共和国劳动法》第五十条", "《劳动法》第五条"])
def test_a_document_that_is_not_here_is_said(asker: Asker, question: str) -> None:
    result = asker.ask(question, mode="bm25")
    assert not result.answered and result.note is not None and result.note.startswith("没有收录《")


def test_a_question_about_a_document_is_still_a_question(asker: Asker) -> None:
    """第一项目标 is no item; what is asked beside a number is answered, not the number's place."""
    result = asker.ask(f"{NINE}第一项目标是什么", mode="bm25")
    assert NoteKind.NO_SUCH_PLACE not in {note.kind for note in result.notes}
    result = asker.ask(f"按照{NINE}第三部分，哪个单位负责工资保证金？", mode="bm25", k=1)
    assert result.hits[0].clause_id.startswith(f"{NINE}/三")


def test_a_wrong_title_is_said_and_the_clause_found(asker: Asker) -> None:
    result = asker.ask(f"《关于加强消防工作的通知》（{NINE}）第三部分第（一）项", mode="bm25", k=1)
    assert result.answered and result.hits[0].clause_id == f"{NINE}/三.（一）"
    assert WAGES in (result.note or "") and "与所引标题不同" in (result.note or "")


def test_a_place_that_two_texts_have_is_said(asker: Asker) -> None:
    result = asker.ask("离政发〔2023〕4号第一部分", mode="bm25", k=2)
    assert {hit.clause_id for hit in result.hits} == {"离政发〔2023〕4号/附1.一", "离政发〔2023〕4号/附2.一"}
    assert "不止一处" in (result.note or "")


@pytest.mark.parametrize(
    "number", ["离政办发[2023] 9 号", "離政辦發〔2023〕9號", "离政办发二〇二三年第九号", "离政办发2023年9号"]
)
def test_a_number_in_any_characters(asker: Asker, number: str) -> None:
    assert (
        is_number(number, NINE)
        and not is_number(number, "离政发〔2023〕9号")
        and not is_number(number, "离政办发〔2023〕19号")
    )
    result = asker.ask("工资", mode="bm25", filters=Filters(doc_number=number))
    assert result.hits and {hit.doc_number for hit in result.hits} == {NINE}


PARAGRAPH = f"""根据《{WAGES}》（{NINE}）第三部分第（一）项、第九十条
和《中华人民共和国劳动法》第五十条，参照离政函〔2023〕29号、
《离石区消防管理办法》（离政办发〔2023〕13号，以下简称《办法》）第三部分，按照《办法》第一部分执行。"""


def checked(asker: Asker, text: str) -> list[Checked]:
    return check(text, asker.engine, asker.resolver)


def test_a_paragraph_is_checked(asker: Asker) -> None:
    found = checked(asker, PARAGRAPH)
    assert [one.verdict for one in found] == [
        Verdict.NO_SUCH_PLACE,
        Verdict.NOT_HERE,
        Verdict.FOUND,
        Verdict.TITLE_DIFFERS,
        Verdict.TITLE_DIFFERS,
    ]
    assert found[0].clauses[0].clause_id == f"{NINE}/三.（一）" and "没有第九十条" in found[0].line
    assert found[2].in_force is False and "已被离政函〔2023〕33号废止" in found[2].line and not found[2].right
    assert "地质灾害防治方案" in found[3].line and found[1].in_force is None
    assert [PARAGRAPH[one.start :].startswith(one.text[:6]) for one in found] == [True] * 5


def test_what_is_right_is_said_to_be(asker: Asker) -> None:
    found = checked(asker, f"按照《{WAGES}》（{NINE}）第三部分第（一）项办理。")
    assert len(found) == 1 and found[0].right and found[0].citation == f"《{WAGES}》（{NINE}）第三部分第（一）项"
    assert checked(asker, "今天天气很好。") == []


def test_checking_costs_as_much_as_the_text_is_long(asker: Asker) -> None:
    """Each citation is looked up once: 400 of them bring 400 results, and nothing is read over and over."""
    text = f"《{WAGES}》（{NINE}）第三部分和《没有的办法》第一条。" * 200
    assert len(find_cited(text)) == 400
    assert len(find_cited("《" * 20_000)) == 0 and find_cited("》" * 20_000) == []
    assert len(find_cited("第一条" * 5_000)) == 0
    place = read_place("第一条" * 5_000)
    assert place is not None and len(place.steps) == 12


def test_the_command_line_checks(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "段落.txt"
    path.write_bytes(PARAGRAPH.encode("gb18030"))
    assert main(["--check", str(path), "--index", str(index), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["count"], data["right"]) == (5, 0)
    assert data["citations"][2]["status"] == "repealed" and data["citations"][0]["clause_ids"]
    assert main(["--check", str(path), "--index", str(index)]) == 0
    shown = capsys.readouterr().out
    assert "没有收录《中华人民共和国劳动法》" in shown and "共 5 处引用" in shown
    assert main(["--check", str(tmp_path / "没有.txt"), "--index", str(index)]) == 2
    assert "读不了文件" in capsys.readouterr().err
