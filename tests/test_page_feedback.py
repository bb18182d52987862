"""Feedback becomes questions that `python -m eval` reads, and nothing of the person is kept."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_support import await_text, every, opened, serving

from corpus.errors import UsageError
from eval.evaluate import ask_all
from eval.labels import Passages
from eval.model import Hit
from eval.questions import read_questions
from eval.scoring import score
from eval.systems import Ours
from retriever.page.allowance import Allowance
from retriever.page.collection import Collection
from retriever.page.feedback import Feedback, FeedbackFile, FileFullError, Recent
from retriever.page.feedback_form import NOTHING
from retriever.page.personal import blanked
from retriever.page.render import Renderer
from retriever.page.results import KEPT, show
from retriever.page.serve import Settings
from retriever.page.view import View
from retriever.unanswered import main, read_lines, unanswered

pytest_plugins = ["page_fixtures"]


def keep(tmp_path: Path, collection: Collection, *sent: Feedback) -> FeedbackFile:
    file = FeedbackFile(tmp_path / "反馈.jsonl")
    for one in sent:
        file.keep(one, collection)
    return file


def test_feedback_is_a_question_file(tmp_path: Path, collection: Collection) -> None:
    result = collection.asker.ask("根治拖欠农民工工资工作的咨询电话是多少", k=5)
    assert result.answer is not None
    useful = Feedback(result.question, "useful", result.answer.text, result.answer.clause_id)
    wrong = Feedback(
        "欠薪找谁", "wrong", result.answer.text, result.answer.clause_id, "离政办发〔2023〕9号/二.（三）.1.（2）"
    )
    none = Feedback("火星上能办身份证吗", "wrong", clause=NOTHING)
    file = keep(tmp_path, collection, useful, wrong, none)
    questions = read_questions([file.path])
    assert [question.question for question in questions] == [result.question, "欠薪找谁", "火星上能办身份证吗"]
    assert questions[1].relevant[0].doc_number == "离政办发〔2023〕9号"
    assert not questions[2].answerable


QUESTION = "根治拖欠农民工工资工作的咨询电话是多少"
RIGHT = "离政办发〔2023〕9号/二.（三）.1.（2）"


def test_an_answer_called_wrong_counts_as_wrong(tmp_path: Path, collection: Collection) -> None:
    """Whatever clause was ticked."""
    result = collection.asker.ask(QUESTION, k=5)
    assert result.answer is not None
    own = result.answer.clause_id
    clause = next(hit.clause_id for hit in result.hits if hit.clause_id != own)
    file = keep(tmp_path, collection, Feedback(QUESTION, "wrong", result.answer.text, own, clause))
    (kept,) = read_questions([file.path])
    assert kept.wrong == (result.answer.text,)
    system = Ours(collection.asker, [], "bm25")
    (scored,) = score(ask_all(system, [kept], 10), Passages([Hit("c", kept.relevant[0].doc_number, own)]))
    assert not scored.right and scored.answer_right is False


def test_the_clause_judged_wrong_is_no_right_one(tmp_path: Path, collection: Collection) -> None:
    """Before, it stood first in the form, and was kept as the right one when it was sent."""
    result = collection.asker.ask(QUESTION, k=5)
    assert result.answer is not None
    own = result.answer.clause_id
    shown = show(collection, result, View(q=QUESTION), feedback=True)
    offered = re.findall(r'type="radio" name="clause" value="([^"]*)"', shown)
    assert len(offered) > 2 and html.escape(own) not in offered and NOTHING in offered
    file = keep(tmp_path, collection, Feedback(QUESTION, "wrong", result.answer.text, own, own))
    assert file.path.read_text("utf-8") == ""
    assert json.loads(file.open_path.read_text("utf-8"))["answer"] == result.answer.text


def test_an_office_or_words_can_be_given_instead(tmp_path: Path, collection: Collection) -> None:
    said = Feedback("欠薪找谁", "wrong", said="区住建局 ，我的电话13800138000")
    file = keep(tmp_path, collection, said, Feedback("欠薪找谁？", "wrong", clause=RIGHT, said="区人社局"))
    assert json.loads(file.open_path.read_text("utf-8"))["said"] == "区住建局 ，我的电话[号码]"
    (kept,) = read_questions([file.path])
    assert kept.relevant[0].doc_number == "离政办发〔2023〕9号"
    (one,) = unanswered(read_lines(file.path))
    assert one.count == 2 and {"区人社局", "区住建局 ，我的电话[号码]"} < set(one.instead)
    with pytest.raises(UsageError):
        Feedback("欠薪找谁", "wrong", said="长" * 3000)


def test_a_refused_question_is_kept_where_that_is_switched_on(tmp_path: Path, words_index: Path) -> None:
    """With its numbers blanked, once within a minute; never where a filter hides the answer, nothing was asked, or
    somebody cries for help."""
    live = opened(words_index)
    for on in (False, True):
        file = FeedbackFile(tmp_path / f"反馈{on}.jsonl", refused=on)
        renderer = Renderer(live, feedback=True, keep_refused=file.keep_refused if file.keeps_refused else None)
        for query in (
            "q=离政办发〔2023〕99号讲了什么，我的电话13800138000",
            "q=离政办发〔2023〕99号讲了什么，我的电话13900139000&",
            "q=离政办发〔2023〕99号讲了什么&status=expired",
            "q=？？",
            "q=我要跳楼，离政办发〔2023〕99号",
            f"q={QUESTION}",
        ):
            page = renderer.page(query)
            assert (KEPT in page) == (on and "status" not in query and query.startswith("q=离政"))
        assert ("没有答上来的问题会记下来" in renderer.page("view=about")) == on
        if not on:
            assert not file.open_path.exists()
    (line,) = file.open_path.read_text("utf-8").splitlines()
    assert json.loads(line)["question"] == "离政办发〔2023〕99号讲了什么，我的电话[号码]"
    assert json.loads(line)["verdict"] == "refused" and json.loads(line)["clause"]


def test_a_full_disk_does_not_disturb_who_asks(tmp_path: Path, words_index: Path) -> None:
    file = FeedbackFile(tmp_path / "反馈.jsonl", most=-1, refused=True)
    page = Renderer(opened(words_index), feedback=True, keep_refused=file.keep_refused).page(
        "q=离政办发〔2023〕99号讲了什么"
    )
    assert "公报里没有找到答案" in page


def test_what_comes_again_soon_is_the_same() -> None:
    now = [0.0]
    recent = Recent(60, clock=lambda: now[0])
    assert [recent.new(text) for text in "abab"] == [True, True, False, False]
    now[0] = 61
    assert recent.new("a") and not recent.new("a")
    assert sum(recent.new(f"x{number}") for number in range(3000)) == 3000 and recent.new("b")


def test_the_editor_s_list(tmp_path: Path, collection: Collection, capsys: pytest.CaptureFixture[str]) -> None:
    """没答上来的问题: counted however they were punctuated, the most frequent first."""
    path = tmp_path / "反馈.jsonl"
    keep(
        tmp_path,
        collection,
        Feedback("公租房怎么申请", "useless"),
        Feedback("欠薪找谁", "wrong", clause=RIGHT),
        Feedback("欠薪找谁？", "wrong", said="区人社局"),
        Feedback("欠薪，找谁", "wrong", said="区人社局"),
        Feedback("火星上能办身份证吗", "wrong", clause=NOTHING),
        Feedback("根治欠薪", "useful", clause=RIGHT, answer_clause=RIGHT),
    )
    assert main([str(path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "没答上来的问题：3 个，共 5 次"
    assert told[1].startswith("1. 欠薪找谁　3 次（答错了 3）　最近 20")
    assert told[2] == "   用户说：区人社局　2 次" and told[3].startswith("   用户说：离政办发〔2023〕9号“")
    assert "（用户说公报里没有）" in "\n".join(told) and "根治欠薪" not in "\n".join(told)
    assert main([str(path), "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["count"], first["wrong"], first["useless"], first["refused"]) == (3, 3, 0, 0)


def test_the_editor_s_list_of_nothing_and_of_nonsense(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "没有.jsonl")]) == 2
    assert "没有这个反馈文件" in capsys.readouterr().err
    path = tmp_path / "反馈.jsonl"
    path.write_text("", "utf-8")
    assert main([str(path)]) == 0 and capsys.readouterr().out == "没有没答上来的问题\n"
    path.write_text('{"question": "x", "verdict": "wrong"}\n[1]\n', "utf-8")
    assert main([str(path)]) == 2
    assert "第 2 行" in capsys.readouterr().err
    path.write_text(
        '{"question": "欠薪", "verdict": "wrong", "said": 3, "relevant": 5, "wrong": "x", "date": []}\n', "utf-8"
    )
    assert main([str(path)]) == 0 and "1. 欠薪　1 次（答错了 1）" in capsys.readouterr().out


def test_refused_questions_want_a_file() -> None:
    with pytest.raises(UsageError, match="--keep-refused"):
        Settings(Path("x"), keep_refused=True)


def test_a_wrong_answer_that_no_text_holds_is_kept_apart(tmp_path: Path, collection: Collection) -> None:
    right = "离政办发〔2023〕9号/二.（三）.1.（2）"
    file = keep(tmp_path, collection, Feedback("欠薪找谁", "wrong", "打这个号码", right, right))
    assert file.path.read_text("utf-8") == ""
    assert json.loads(file.open_path.read_text("utf-8"))["verdict"] == "wrong"


def test_useless_points_out_no_clause(tmp_path: Path, collection: Collection) -> None:
    """What is ticked under 答错了 was not sent as that."""
    right = "离政办发〔2023〕9号/二.（三）.1.（2）"
    assert keep(tmp_path, collection, Feedback("欠薪找谁", "useless", clause=right)).path.read_text("utf-8") == ""


def test_a_verdict_without_the_right_clause_is_kept_apart(tmp_path: Path, collection: Collection) -> None:
    file = keep(tmp_path, collection, Feedback("欠薪找谁", "useless"))
    assert file.path.read_text("utf-8") == ""
    line = json.loads(file.open_path.read_text("utf-8"))
    assert line["question"] == "欠薪找谁"
    assert set(line) <= {"question", "answer", "clause", "verdict", "date"}


@pytest.mark.parametrize("sent", [("", "useful"), ("问", "好"), ("问" * 3000, "useful"), ("，。", "useful")])
def test_nonsense_is_not_kept(sent: tuple[str, str]) -> None:
    with pytest.raises(UsageError):
        Feedback(*sent)


def test_a_file_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="写不了反馈文件"):
        FeedbackFile(tmp_path / "没有" / "x.jsonl")


def test_every_clause_of_the_gazette_can_be_quoted_or_is_left_out(collection: Collection) -> None:
    from corpus.text import squash
    from retriever.page.feedback import quote_of

    for entry in every(collection.asker)[::7]:
        quote = quote_of(entry, "")
        assert quote is None or squash(quote) in squash(entry.text)


NUMBERS = [
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "+86 138 0013 8000",
    "１３８００１３８０００",
    "一三八〇〇一三八〇〇〇",
    "幺三八零零幺三八零零零",
    "壹叁捌零零壹叁捌零零零",
    "1\u200b38001380\u200b00",
    "1 3 8 0 0 1 3 8 0 0 0",
    "①③⑧00138000",
    "0358-8222401",
    "(0358)8222401",
    "（０３５８）８２２２４０１",
    "8222401",
    "141125199001011234",
    "14112519900101123X",
    "141125 19900101 123x",
    "１４１１２５１９９００１０１１２３Ｘ",
    "140102900101123",
    "6222021234567890123",
    "6222 0212 3456 7890 123",
    "1901201",  # not 1901-2-01
]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_of_persons_are_blanked(tmp_path: Path, collection: Collection, number: str) -> None:
    """In whatever is sent, and in both files; before, all were kept as they came."""
    right = "离政办发〔2023〕9号/二.（三）.1.（2）"
    file = keep(
        tmp_path,
        collection,
        Feedback(f"我是张三，电话{number}，欠薪找谁", "useless", f"打{number}", f"x{number}"),
        Feedback(f"电话{number}，欠薪找谁", "wrong", f"打{number}", number, right),
        Feedback(f"{number}", "wrong", number, number, NOTHING),
        Feedback(f"{number}欠薪找谁", "useful", f"打{number}", right),
    )
    kept = file.path.read_text("utf-8") + file.open_path.read_text("utf-8")
    assert len(kept.splitlines()) == 4
    assert number not in kept
    for line in kept.splitlines():
        question = json.loads(line)["question"]
        assert "[号码]" in question
        plain = unicodedata.normalize("NFKC", question)
        assert not re.search(r"\d", plain) and not re.search("[一二三八零〇幺壹叁捌]{3}", plain)
    assert len(read_questions([file.path])) == 3  # it is still a question file


@pytest.mark.parametrize(
    "text",
    [
        "离政办发〔2023〕9号第三部分",
        "2023年5月15日以后",
        "2023-05-15至2024-06-30",
        "2023.5.15",
        "20230515",
        "2022-2023年补贴每亩1200元",
        "补贴1,200,000元",
        "一、二、三、四、五、六、七、八",
        "十二万三千四百五十六元",
        "二〇二三年五月",
        "120路、110、12345热线",
    ],
)
def test_dates_numbers_of_documents_and_amounts_stay(text: str) -> None:
    assert blanked(text) == text


@given(st.text(max_size=40), st.integers(10**6, 10**19 - 1), st.text(max_size=40))
def test_no_long_number_survives(before: str, number: int, after: str) -> None:
    kept = blanked(f"{before}：{number}；{after}")
    if not re.fullmatch(r"(?:19|20)\d{6}", str(number)):  # a date, or two years
        assert str(number) not in kept or str(number) in before + after


def test_a_file_grows_only_so_far(tmp_path: Path, collection: Collection) -> None:
    file = FeedbackFile(tmp_path / "反馈.jsonl", most=1000)
    sent = Feedback("欠薪找谁", "useless")
    while file.open_path.stat().st_size <= 1000 if file.open_path.exists() else True:
        file.keep(sent, collection)
    with pytest.raises(FileFullError):
        file.keep(sent, collection)
    assert 0 < file.open_path.stat().st_size < 1500


def test_each_may_so_often_and_all_together_so_often() -> None:
    now = [0.0]
    allowance = Allowance(each=3, in_all=5, seconds=60, clock=lambda: now[0])
    assert [allowance.take("a") for _ in range(5)] == [True] * 3 + [False] * 2
    assert [allowance.take(name) for name in "bcd"] == [True, True, False]
    now[0] = 61
    assert allowance.take("a")


def test_feedback_over_http_is_limited(words_index: Path, tmp_path: Path) -> None:
    path = tmp_path / "反馈.jsonl"
    with serving(words_index, "--feedback", str(path)) as running:
        await_text(running.url, "可以这样问")
        sent = {"q": "欠薪找谁，我的电话是13800138000", "verdict": "useless", "answer": "13800138000"}
        statuses = [httpx.post(f"{running.url}/feedback", data=sent).status_code for _ in range(25)]
        long = httpx.post(f"{running.url}/feedback", data={**sent, "q": "问" * 2001})
    assert statuses == [200] * 20 + [429] * 5
    assert long.status_code == 400
    kept = path.with_name("反馈.open.jsonl").read_text("utf-8")
    assert kept.count("\n") == 20
    assert "138" not in kept
