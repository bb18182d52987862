"""Which text is in force on which day: repeal, term, versions, references between the documents of a corpus."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus.collection import collect
from corpus.events import EventKind, Relation
from corpus.model import Status
from corpus.parse import parse_source
from corpus.reading import source_from_text
from corpus.sources import read_source
from corpus.validity import as_of, change_days, link
from tests.validity_cases import REDUCED, by_title, corpus_of, notice, one, reduced

OLD = "云岭市人民政府关于停车收费的通知"
PARKING = notice(OLD, "云政发〔2018〕5号", "2018年1月1日", "一、停车收费每小时五元。", "二、夜间免费。")


def with_parking(title: str, *lines: str, date: str = "2020年1月1日", number: str = "云政发〔2020〕2号") -> str:
    return notice(title, number, date, *lines) + "\n" + PARKING


# --------------------------------------------------------------------------------------- the inputs of the issue


@pytest.mark.parametrize(
    "names", [("B1a(2010-01-01).md", "B1b(2024-01-01).md"), ("B1b(2024-01-01).md", "B1a(2010-01-01).md")]
)
def test_the_newest_text_of_a_title_is_in_force_whichever_file_comes_first(names: tuple[str, str]) -> None:
    corpus = reduced(*names)
    older, newer = sorted(by_title(corpus, "云岭市停车条例"), key=lambda one: one.version or "")
    assert (older.version, newer.version) == ("2010-01-01", "2024-01-01")
    assert (older.status, newer.status) == (Status.REPLACED, Status.IN_FORCE)
    assert any("十元" in clause.text for clause in newer.clauses)
    assert older.family == newer.family is not None
    (replaced,) = [event for event in older.events if event.kind is EventKind.REPLACED]
    assert (replaced.notice_id, replaced.date) == (newer.notice_id, "2024-03-01")
    assert "2024年1月1日修订" in replaced.text
    # A year in a question chooses what was in force then.
    assert as_of(older, dt.date(2023, 6, 1)).status is Status.IN_FORCE
    assert not as_of(newer, dt.date(2023, 6, 1)).status.holds and as_of(newer, dt.date(2024, 6, 1)).status.holds
    assert as_of(older, dt.date(2023, 6, 1)).status.holds and not as_of(older, dt.date(2024, 6, 1)).status.holds


def test_an_older_text_repeals_no_newer_one() -> None:
    corpus = reduced("B2a.md", "B2b.md")
    assert one(corpus, "云岭市优待条例").status is Status.IN_FORCE
    assert one(corpus, "云岭市优待条例").repealed_by is None


def test_conditions_repeal_nothing() -> None:
    corpus = reduced("B3a.md", "B3b.md", "B3c.md")
    assert {source.notice.status for source in corpus.notices} == {Status.IN_FORCE}
    assert not any(event.kind is EventKind.REPEALED for source in corpus.notices for event in source.notice.events)


def test_a_number_that_belongs_to_another_title_repeals_nothing_and_is_warned_of() -> None:
    corpus = reduced("B4.txt")
    assert {source.notice.status for source in corpus.notices} == {Status.IN_FORCE}
    (warning,) = [what for _, what in corpus.warnings]
    assert "云所字〔2020〕23号" in warning.what and "不一致" in warning.what
    assert warning.line == 9  # the clause that says so


@pytest.mark.parametrize(
    ("name", "valid_from", "valid_until", "status"),
    [
        ("B5a.txt", "2010-03-01", "2015-02-28", Status.EXPIRED),
        ("B5b.txt", "2017-07-01", "2021-06-30", Status.EXPIRED),
        ("B6.txt", "2012-01-01", None, Status.IN_FORCE),
    ],
)
def test_terms(name: str, valid_from: str, valid_until: str | None, status: Status) -> None:
    ((source),) = reduced(name).notices
    assert (source.notice.valid_from, source.notice.valid_until) == (valid_from, valid_until)
    assert source.notice.status is status


@pytest.mark.parametrize(
    ("lines", "until"),
    [
        (("一、本办法自2016年1月1日起施行，有效期五年。",), "2020-12-31"),
        (("一、本办法自2016年1月1日起施行。本办法有效期5年。",), "2020-12-31"),
        (("一、本办法自2016年1月1日起试行，试行期二年。",), "2017-12-31"),
        (("一、本办法自2016年1月1日起施行，有效期自施行之日起3年。",), "2018-12-31"),
        (("一、本办法自2016年1月1日起施行，有效期至2018年6月30日。",), "2018-06-30"),
        # What ends is something else.
        (("一、本办法自2016年1月1日起施行，许可证有效期三年。",), None),
        (("一、本通知自2016年1月1日起施行。", "二、依照本办法核发的许可证有效期为3年。"), None),
        (("一、本办法自2016年1月1日起施行。登记证的有效期为三年。",), None),
        (("一、本办法自2016年1月1日起施行，有效期届满前评估修订。",), None),
    ],
)
def test_only_the_own_term_ends_a_document(lines: tuple[str, ...], until: str | None) -> None:
    found = one(
        corpus_of({"a.txt": notice("云岭市停车办法", "云政发〔2015〕9号", "2015年12月1日", *lines)}), "云岭市停车办法"
    )
    assert (found.valid_from, found.valid_until) == ("2016-01-01", until)
    assert found.status is (Status.IN_FORCE if until is None else Status.EXPIRED)


def test_one_article_repealed_leaves_the_rest_in_force() -> None:
    found = one(reduced("B7.txt"), "云岭市人民政府关于停车管理的通知")
    assert found.status is Status.PARTLY_REPEALED and found.status.holds
    (event,) = [event for event in found.events if event.kind is EventKind.PARTLY_REPEALED]
    assert event.articles == ("第三条",) and event.notice_id == "云政发〔2020〕2号"
    texts = {clause.place.last.label: clause.text for clause in found.clauses}
    assert texts["一、"] == "一、停车收费每小时五元。" and texts["三、"] == "三、（已删去）"


def test_a_repeal_of_the_future_counts_from_its_day() -> None:
    title = "云岭市人民政府关于停车收费的通知"
    found = one(reduced("B8.txt"), title)
    assert found.status is Status.IN_FORCE and found.repealed_by is None
    assert next(day for day in change_days([found]) if day > "2026-11-28") == "2099-01-01"
    later = as_of(found, dt.date(2099, 1, 1))
    assert later.status is Status.REPEALED and later.repealed_by is not None
    assert later.repealed_by.doc_number == "云政发〔2030〕2号" and "同时废止" in later.repealed_by.text


# --------------------------------------------------------------------------------------- repeal


@pytest.mark.parametrize(
    "lines",
    [
        (
            "经研究，决定废止下列文件：",
            "1．《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）；",
            "2．《云岭市养犬办法》（云政发〔2004〕5号）。",
        ),
        ("经研究，决定废止《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号），请各单位遵照执行。",),
        ("《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）自本决定公布之日起停止执行。",),
        ("下列文件宣布失效：《云岭市养犬办法》、《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）。",),
        ("云政发〔2018〕5号文件同时废止。",),
        ("《关于停车收费的通知》（云政发〔2018〕5号）即行废止。",),
        ("《云岭市人民政府关于停车收费的通知》同时废止。",),
        ("一、关于废止", "《云岭市养犬办法》和《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）予以废止。"),
    ],
)  # fmt: skip
def test_repeals_are_found(lines: tuple[str, ...]) -> None:
    corpus = corpus_of({"a.txt": with_parking("云岭市人民政府关于废止部分文件的决定", *lines)})
    found = one(corpus, OLD)
    assert found.status is Status.REPEALED
    assert found.repealed_by is not None and found.repealed_by.doc_number == "云政发〔2020〕2号"


def test_the_attachment_lists_what_is_repealed_and_what_stays() -> None:
    title, number = "云岭市人民政府关于清理文件的通知", "云政发〔2020〕2号"
    head = notice(
        title, number, "2020年1月1日", "现将清理结果公布如下。", "附件：1.废止的文件目录", "2.继续有效的文件目录"
    )
    lists = (
        "附件1\n废止的文件目录\n一、《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）\n\n"
        "附件2\n继续有效的文件目录\n一、《云岭市养犬办法》（云政发〔2004〕5号）\n\n"
    )
    dogs = notice("云岭市养犬办法", "云政发〔2004〕5号", "2004年1月1日", "一、养犬应当登记。")
    corpus = corpus_of({"a.txt": head + lists, "b.txt": PARKING, "c.txt": dogs})
    assert one(corpus, OLD).status is Status.REPEALED
    assert one(corpus, "云岭市养犬办法").status is Status.IN_FORCE


def test_the_rows_of_a_table_of_repealed_texts(tmp_path: Path) -> None:
    pytest.importorskip("lxml", reason="needs the extra documents")
    rows = [("1", OLD, "云政发〔2018〕5号"), ("2", "云岭市养犬办法", "云政发〔2004〕5号")]
    table = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows)
    page = tmp_path / "a.html"
    page.write_text(
        "<html><body><h1>云岭市人民政府关于废止部分文件的决定</h1><p>云政发〔2020〕2号</p><p>各县（区）人民政府：</p>"
        "<p>经清理，决定废止附件所列文件，本决定自公布之日起施行。</p><p>云岭市人民政府</p><p>2020年1月1日</p>"
        "<p>附件</p><p>废止的规范性文件目录</p>"
        f"<table><tr><th>序号</th><th>文件名称</th><th>文号</th></tr>{table}</table></body></html>",
        "utf-8",
    )
    files = [parse_source(read_source(page)), parse_source(source_from_text("b.txt", PARKING))]
    found = one(collect(files, day=dt.date(2026, 1, 1)), OLD)
    assert found.repealed_by is not None and found.repealed_by.doc_number == "云政发〔2020〕2号"
    assert found.repealed_by.clause_id.endswith("表1.1")


@pytest.mark.parametrize(
    "line",
    [
        "《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）未废止，应继续执行。",
        "建议废止《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）。",
        "市发改局应当研究提出废止《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）的意见。",
        "《停车许可登记证》失效的，按照《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）重新办理，原登记证失效。",
        "有《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）第二条所列情形的，许可予以撤销。",
        "有关收费根据《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）停止执行。",
        "《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）废止后的收费标准另行通知。",
        "1999年7月18日发布的《云岭市人民政府关于停车收费的通知》同时废止。",
        "《云岭市人民政府关于停车收费的通知》（云政发〔1999〕5号）同时废止。",
    ],
)
def test_what_looks_like_a_repeal_is_none(line: str) -> None:
    corpus = corpus_of({"a.txt": with_parking("云岭市人民政府关于停车工作的通知", f"一、{line}")})
    found = one(corpus, OLD)
    assert found.status is Status.IN_FORCE
    assert [event.kind for event in found.events if event.notice_id != found.notice_id] == []


def test_a_draft_repeals_nothing() -> None:
    line = "本办法自发布之日起施行，《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）同时废止。"
    draft = with_parking("云岭市停车办法（征求意见稿）", line)
    assert one(corpus_of({"a.txt": draft}), OLD).status is Status.IN_FORCE
    issued = with_parking("云岭市停车办法", line)
    assert one(corpus_of({"a.txt": issued}), OLD).status is Status.REPEALED


def test_the_same_title_of_another_county_stays() -> None:
    """《关于停车收费的通知》 is that of the body which speaks, or which is named in front."""
    line = "《关于停车收费的通知》同时废止。"
    other = notice("松岭县人民政府关于停车管理的通知", "松政发〔2020〕2号", "2020年1月1日", line)
    other = other.replace("云岭市人民政府", "松岭县人民政府")
    assert one(corpus_of({"a.txt": other, "b.txt": PARKING}), OLD).status is Status.IN_FORCE
    own = with_parking("云岭市人民政府关于停车管理的通知", line)
    assert one(corpus_of({"a.txt": own}), OLD).status is Status.REPEALED


def test_a_title_without_any_day_is_a_doubt() -> None:
    """Whether the undated text is the one of 1988 nobody can tell: it stays, and a warning asks to look."""
    undated = "云岭市优待条例\n\n第一条 为了优待军人家属，制定本条例。\n\n第二条 优待金每月一千元。\n"
    corpus = corpus_of({"a.md": (REDUCED / "B2a.md").read_text("utf-8"), "b.md": undated})
    assert one(corpus, "云岭市优待条例").status is Status.IN_FORCE
    assert any("没有日期" in warning.what for _, warning in corpus.warnings)


# --------------------------------------------------------------------------------------- versions


def plan(year: int, share: str) -> str:
    body = [f"一、招生计划由区教育局公布，{year}年{share}。", "二、报名在五月进行。", "三、录取结果在网上公布。"]
    return notice(f"云岭市{year}年义务教育招生工作方案", f"云教〔{year}〕3号", f"{year}年3月1日", *body)


def test_yearly_plans_are_one_family() -> None:
    corpus = corpus_of({f"{year}.txt": plan(year, share) for year, share in ((2015, "三千人"), (2014, "二千人"))})
    newest, older = (one(corpus, f"云岭市{year}年义务教育招生工作方案") for year in (2015, 2014))
    assert newest.family == older.family is not None
    assert (newest.status, older.status) == (Status.IN_FORCE, Status.REPLACED)
    assert as_of(older, dt.date(2014, 6, 1)).status.holds


def test_notices_of_one_title_are_no_versions() -> None:
    """Two appointments, two public notices: another matter each time."""
    texts = {
        f"{number}.txt": notice(
            "云岭市人民政府关于表彰先进的决定", f"云政发〔{number}〕1号", f"{number}年1月1日", f"一、表彰{name}同志。"
        )
        for number, name in ((2014, "甲某某"), (2015, "乙某某"))
    }
    assert {source.notice.family for source in corpus_of(texts).notices} == {None}


def test_two_prints_of_one_text_stay_one_notice() -> None:
    second = PARKING.replace("每小时五元", "每小时伍元")
    corpus = corpus_of({"a.txt": PARKING, "b.txt": second})
    ((source),) = corpus.notices
    assert source.files == ("a.txt", "b.txt")
    assert any("有出入" in warning.what for _, warning in corpus.warnings)


def test_a_text_without_a_day_beside_a_dated_one_is_a_doubt() -> None:
    undated = (
        "云岭市停车条例\n\n第一条 停车场由业主自行管理，车辆分类停放。\n\n第二条 小区内禁止鸣笛，违者由物业劝阻。\n"
    )
    dated = (REDUCED / "B1b(2024-01-01).md").read_text("utf-8")
    corpus = corpus_of({"条例(2024-01-01).md": dated, "b.md": undated})
    known, unknown = by_title(corpus, "云岭市停车条例")
    assert (known.status, unknown.status) == (Status.IN_FORCE, Status.IN_FORCE)
    assert any("不能确定新旧" in warning.what for _, warning in corpus.warnings)
    assert [doubt.reason for doubt in unknown.uncertain] == ["同一标题另有写明日期的文本，这一篇没有日期，不能确定新旧"]
    assert not known.uncertain


def test_a_text_without_a_day_that_began_before_the_newest_did_is_older() -> None:
    """As 上海市推进国际金融中心建设条例: 自2009年8月1日起施行, without a history, beside its revision of 2024."""
    undated = "云岭市停车条例\n\n第一条 车辆分类停放。\n\n第二条 本条例自2009年8月1日起施行。\n"
    body = "云岭市人民代表大会常务委员会"
    dated = f"云岭市停车条例\n\n2009年6月25日{body}通过\n\n2024年8月22日{body}修订\n\n{{}}"
    revised = dated.format("第一条 车辆依次停放。\n\n第二条 本条例自2024年10月1日起施行。\n")
    amended = dated.format("第一条 车辆依次停放。\n\n第二条 本条例自2009年8月1日起施行。\n").replace("修订", "修正")
    for files in ({"a.md": undated, "b.md": revised}, {"b.md": revised, "a.md": undated}):
        found = {one.version: one for one in by_title(corpus_of(files), "云岭市停车条例")}
        assert (found[None].status, found["2024-08-22"].status) == (Status.REPLACED, Status.IN_FORCE)
    found = {one.version: one for one in by_title(corpus_of({"a.md": undated, "b.md": amended}), "云岭市停车条例")}
    assert found[None].status is Status.IN_FORCE and found[None].uncertain  # may be a later copy


# --------------------------------------------------------------------------------------- references


def test_references_stand_on_both_sides() -> None:
    basis = notice(
        "云岭市人民政府关于停车工作的通知",
        "云政发〔2020〕2号",
        "2020年1月1日",
        "根据《云岭市人民政府关于停车收费的通知》，现通知如下。",
        "一、收费公示。",
    )
    forward = notice(
        "云岭县人民政府关于转发停车通知的通知",
        "云县发〔2020〕9号",
        "2020年2月1日",
        "现转发《云岭市人民政府关于停车收费的通知》，请遵照执行。",
        "一、照办。",
    )
    repeal = notice(
        "云岭市停车办法",
        "云政发〔2021〕1号",
        "2021年1月1日",
        "一、免费。",
        "二、《云岭市人民政府关于停车收费的通知》（云政发〔2018〕5号）同时废止。",
    )
    corpus = corpus_of({"a.txt": basis, "b.txt": forward, "c.txt": repeal, "d.txt": PARKING})
    old = one(corpus, OLD)
    assert {(one.relation, one.notice_id) for one in old.referred_by} == {
        (Relation.BASIS, "云政发〔2020〕2号"),
        (Relation.FORWARDS, "云县发〔2020〕9号"),
        (Relation.REPEALS, "云政发〔2021〕1号"),
    }
    (named,) = one(corpus, "云岭市人民政府关于停车工作的通知").references
    assert (named.relation, named.notice_id, named.doc_number) == (Relation.BASIS, old.notice_id, "云政发〔2018〕5号")
    clauses = {clause.clause_id for source in corpus.notices for clause in source.notice.clauses}
    assert {one.clause_id for one in old.referred_by} <= clauses


def test_linking_twice_changes_nothing() -> None:
    linked = [source.notice for source in reduced("B7.txt").notices]
    again = [as_of(found, dt.date(2026, 11, 28)) for found in link(linked)]
    assert again == linked


def test_a_wording_holds_from_its_own_day() -> None:
    head = "云岭市停车条例\n\n1999年1月1日 云岭市人民代表大会常务委员会通过　2018年5月1日修订\n\n"
    law = head + "第一条 停车收费。\n\n第二条 本条例自1999年10月1日起施行。\n"
    found = one(corpus_of({"a.md": law}), "云岭市停车条例")
    assert (found.valid_from, found.version) == ("1999-10-01", "2018-05-01")
    assert not as_of(found, dt.date(2010, 1, 1)).status.holds and as_of(found, dt.date(2019, 1, 1)).status.holds


_RULES = "".join(
    f"\n第{number}条　{words}\n"
    for number, words in zip(
        "一二三四",
        (
            "学校应当保障学生安全，建立管理制度，配备专门人员。",
            "发生事故的，学校应当及时救助，告知家长，并向教育部门报告。",
            "赔偿金额由双方协商，协商不成的可以调解，也可以提起诉讼。",
            "市教育行政部门负责指导、监督。",
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("undated_first", [True, False])
def test_of_two_nearly_equal_texts_the_one_that_says_its_day_is_kept(undated_first: bool) -> None:
    """上海市中小学校学生伤害事故处理条例: which file came first decided."""
    undated = f"# 云岭市学生事故处理条例\n{_RULES}"
    dated = f"# 云岭市学生事故处理条例\n\n2024年12月31日 云岭市人民代表大会常务委员会修订\n{_RULES}".replace(
        "教育部门报告", "教育部门书面报告"
    )
    texts = [undated, dated] if undated_first else [dated, undated]
    files = [parse_source(source_from_text(f"{at}.md", text)) for at, text in enumerate(texts)]
    corpus = collect(files, day=dt.date(2026, 1, 1))
    (source,) = corpus.notices
    assert source.notice.version == "2024-12-31" and any("书面报告" in one.text for one in source.notice.clauses)
    assert sorted(source.files) == ["0.md", "1.md"] and any("有出入" in one.what for _, one in corpus.warnings)
