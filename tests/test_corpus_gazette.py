"""The real gazette and the other documents: counts, fields and places read by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.model import Clause, ClauseKind, Notice, ParsedFile, Status
from corpus.text import squash

GOLDEN = Path(__file__).parent / "golden" / "lishi-2023-02.json"


def notice(parsed: ParsedFile, number: str) -> Notice:
    return next(n for n in parsed.notices if n.doc_number == number)


def clause(found: Notice, beginning: str) -> Clause:
    return next(c for c in found.clauses if c.text.startswith(beginning))


def holding(found: Notice, words: str) -> list[Clause]:
    return [c for c in found.clauses if squash(words) in squash(c.text)]


def test_golden(gazette: ParsedFile) -> None:
    """Byte for byte what was read and approved. A missing file is written, and the test still fails:
    read it before you commit it."""
    text = json.dumps(gazette.to_json(), ensure_ascii=False, indent=0) + "\n"
    if not GOLDEN.exists():
        GOLDEN.write_text(text, "utf-8")
        pytest.fail(f"{GOLDEN.name} was missing and has been written: read it, then run again")
    assert json.loads(text) == json.loads(GOLDEN.read_text("utf-8"))


def test_bulletin(gazette: ParsedFile) -> None:
    assert gazette.encoding == "utf-8"
    found = gazette.bulletin
    assert (found.title, found.year, found.issue, found.total_issue) == ("吕梁市离石区人民政府公报", 2023, 2, 9)
    assert found.published == "2023-06-30"


# Number, date, contact unit, phone, page in the contents: read off the gazette by eye.
NOTICES = """
离政发〔2023〕3号 2023-04-06 吕梁市离石区人社局 0358-8222401 1
离政发〔2023〕4号 2023-05-06 吕梁市离石区妇联 0358-8234232 2
离政发〔2023〕5号 2023-05-09 吕梁市离石区统计局 0358-8222509 51
离政发〔2023〕7号 2023-05-23 吕梁市离石区自然资源局 0358-8224002 57
离政发〔2023〕8号 2023-06-08 吕梁市离石区人社局 0358-8222401 58
离政函〔2023〕18号 2023-04-10 吕梁市离石区新城指挥部 0358-8499600 59
离政函〔2023〕19号 2023-04-20 吕梁市离石区农业农村局 0358-8215026 62
离政函〔2023〕20号 2023-04-23 吕梁市离石区鼎盛公司 0358-8226864 63
离政函〔2023〕21号 2023-04-23 吕梁市离石区人民政府办公室 0358-8222862 64
离政函〔2023〕24号 2023-04-24 吕梁市离石区文旅局 - 65
离政函〔2023〕26号 2023-05-08 吕梁市离石区文旅局 - 67
离政函〔2023〕27号 2023-05-09 吕梁市离石区自然资源局 - 68
离政函〔2023〕28号 2023-05-22 吕梁市离石区气象局 - 71
离政函〔2023〕29号 2023-05-23 吕梁市离石区自然资源局 - 72
离政函〔2023〕30号 2023-06-09 吕梁市离石区交通局 0358-8224728 73
离政函〔2023〕31号 2023-06-09 吕梁市离石区水利局 - 74
离政函〔2023〕32号 2023-06-09 吕梁市离石区水利局 - 76
离政函〔2023〕33号 2023-06-12 吕梁市离石区自然资源局 - 77
离政办发〔2023〕6号 2023-04-27 吕梁市离石区凤山街道 0358-8281855 78
离政办发〔2023〕7号 2023-04-28 吕梁市离石区工信局 - 81
离政办发〔2023〕8号 2023-05-08 吕梁市生态环境局离石分局 0358-8224732 92
离政办发〔2023〕9号 2023-05-15 吕梁市离石区人社局 0358-8222401 93
离政办发〔2023〕10号 2023-05-17 吕梁市离石区自然资源局 0358-8224002 104
离政办发〔2023〕11号 2023-05-23 吕梁市离石区农业农村局 0358-8215026 112
离政办发〔2023〕12号 2023-06-01 吕梁市离石区发改局 0358-8222524 115
离政办发〔2023〕13号 2023-06-08 吕梁市离石区自然资源局 0358-8224002 117
离政办发〔2023〕14号 2023-06-08 吕梁市离石区政府办政研室 0358-8239409 131
离政办发〔2023〕15号 2023-06-19 吕梁市离石区住建局 0358-8226197 144
离政办函〔2023〕8号 2023-04-26 吕梁市离石区疾控中心 0358-8222850 148
离政办函〔2023〕9号 2023-05-11 吕梁市离石区发改局 0358-8222524 153
离政办函〔2023〕10号 2023-06-05 吕梁市离石区发改局 0358-8222524 156
离政办函〔2023〕12号 2023-06-08 吕梁市离石区文旅局 0358-8222903 158
"""


def test_every_notice(gazette: ParsedFile) -> None:
    expected = [tuple(None if w == "-" else w for w in line.split()) for line in NOTICES.strip().splitlines()]
    found = [
        (n.doc_number, n.date, n.unit, n.phone, None if n.contents_page is None else str(n.contents_page))
        for n in gazette.notices
    ]
    assert found == expected


def test_issuers_sections_and_titles(gazette: ParsedFile) -> None:
    for found in gazette.notices:
        office = found.doc_number is not None and "办" in found.doc_number
        assert found.issuer == ("吕梁市离石区人民政府办公室" if office else "吕梁市离石区人民政府")
        assert found.section == ("区政府办公室文件" if office else "区政府文件")
        assert found.title.startswith(found.issuer) and " " not in found.title
    # The body reads 纳人, the contents page 纳入; the body reads 离政办承, the contents page 离政办函.
    assert "纳入离石区国土空间" in notice(gazette, "离政函〔2023〕33号").title
    assert sum("已按目录改为" in warning.what for warning in gazette.warnings) == 3


def test_nothing_is_lost(gazette: ParsedFile) -> None:
    assert gazette.coverage >= 0.995
    reasons = {left.why for left in gazette.left_out}
    assert reasons == {"封面和目录", "二维码说明", "页眉", "零散碎片"}
    assert all(len(c.text) <= 800 for n in gazette.notices for c in n.clauses)


def test_ids_are_unique_and_stable(gazette: ParsedFile) -> None:
    ids = [c.clause_id for n in gazette.notices for c in n.clauses]
    assert len(ids) == len(set(ids))
    wages = notice(gazette, "离政办发〔2023〕9号")
    found = next(c for c in wages.clauses if c.clause_id == "离政办发〔2023〕9号/二.（三）.4.（2）")
    assert found.path == (
        "二、明确工作职责,形成根治欠薪工作合力",
        "（三）严格落实相关部门监管责任",
        "4. 区市场监督管理局",
        "（2）",
    )


def test_addressee_attachments_and_people(gazette: ParsedFile) -> None:
    assert (
        notice(gazette, "离政发〔2023〕5号").addressee == "各乡(镇)人民政府、街道办事处,区直有关单位,省、市驻离石单位"
    )
    assert notice(gazette, "离政函〔2023〕18号").attachments == (
        "吕梁新区2023年拟实施项目基本情况表",
        "2023年吕梁新区建设项目征求意见表",
    )
    work = notice(gazette, "离政办发〔2023〕14号")
    assert (work.contact_person, [one.phone for one in work.phones]) == ("秦文平", ["0358-8239409", "15735826653"])
    assert {one.clause_id for one in work.phones} <= {one.clause_id for one in work.clauses}
    people = holding(notice(gazette, "离政办函〔2023〕10号"), "赵朱贵 西属巴街道办事处主任")
    assert [c.kind for c in people] == [ClauseKind.LIST]


def test_validity(gazette: ParsedFile) -> None:
    old = notice(gazette, "离政函〔2023〕29号")
    assert old.status is Status.REPEALED and old.repealed_by is not None
    assert old.repealed_by.doc_number == "离政函〔2023〕33号"
    assert "29号文废止" in old.repealed_by.text
    assert notice(gazette, "离政函〔2023〕19号").valid_until == "2024-03-31"
    assert notice(gazette, "离政办发〔2023〕10号").valid_until == "2025-05-16"
    # Seals that are withdrawn are no document.
    assert notice(gazette, "离政发〔2023〕5号").status is Status.IN_FORCE


# One test for each kind of fault in shared CASES.md, part 1, by the line where it stands.


def test_columns_interleaved(gazette: ParsedFile) -> None:
    """Line 241: strategy 3 swallowed the first line of goal 8, whose rest stands at line 232."""
    plan = notice(gazette, "离政发〔2023〕4号")
    goal = clause(plan, "8. 改善妇女营养状况")
    assert goal.text == "8. 改善妇女营养状况,预防和减少孕产妇贫血。" and goal.path[-2] == "主要目标"
    strategy = clause(plan, "3. 不断完善妇女全生命周期公共服务。")
    assert strategy.path[-2] == "策略措施" and "营养状况,预防" not in strategy.text


def test_lost_number(gazette: ParsedFile) -> None:
    """Line 1767: the item behind 24 lost its number; it closes with its own responsibility note."""
    plan = notice(gazette, "离政办发〔2023〕7号")
    lost = clause(plan, "传活动,设立举报热线电话")
    assert "举报热线" not in clause(plan, "24. 促进农资市场有序发展").text
    assert lost.path[-1].startswith("（八）规范农村市场秩序")
    assert any(w.line == 1767 for w in gazette.warnings)


def test_two_headings_on_one_line(gazette: ParsedFile) -> None:
    """Line 220: > 三、…策略措施 (一) 妇女与健康."""
    plan = notice(gazette, "离政发〔2023〕4号")
    assert clause(plan, "2. 孕产妇死亡率").path[1:3] == ("三、发展领域、主要目标和策略措施", "（一）妇女与健康")


def test_digits_and_spaces(gazette: ParsedFile) -> None:
    plan = notice(gazette, "离政发〔2023〕4号")
    assert "下降到12.5/10万以内" in clause(plan, "2. 孕产妇死亡率").text
    assert "到2025年,男女平等" in holding(plan, "到2025年,男女平等")[0].text


def test_furniture_in_mid_clause(gazette: ParsedFile) -> None:
    """Line 1343: a running head; line 1512: a note in the middle of a sentence."""
    assert holding(notice(gazette, "离政函〔2023〕24号"), "广播电视节目制作")
    assert holding(notice(gazette, "离政函〔2023〕31号"), "县域配套小水网工程规划重新予以调整")


def test_turned_table(gazette: ParsedFile) -> None:
    """Lines 1214–1221: each line is a column."""
    rows = [c for c in notice(gazette, "离政函〔2023〕18号").clauses if c.kind is ClauseKind.TABLE_ROW]
    row = next(c for c in rows if "沙麻沟" in c.text and c.cells)
    cells = dict(row.cells)
    assert cells["拟建套数"] == "624" and cells["总建筑面积(m²)"] == "99190.08"


def test_shredded_table_is_kept_whole(gazette: ParsedFile) -> None:
    """Lines 2650–2692: the first page of a table; its other pages are clean."""
    plan = notice(gazette, "离政办发〔2023〕13号")
    assert holding(plan, "前瓦村贞观庙崩塌")[0].kind is ClauseKind.TABLE_ROW
    row = next(c for c in plan.clauses if "LS2005" in c.text and c.cells)
    assert dict(row.cells)["名称"] == "后瓦砖厂交通路崩塌"
    assert row.path == ("吕梁市离石区2023年地质灾害隐患点",)


def test_office_only_in_the_heading(gazette: ParsedFile) -> None:
    """The same sentence under twenty offices; numbers run on across headings."""
    wages = notice(gazette, "离政办发〔2023〕9号")
    same = holding(wages, '督促本行业工程建设项目全面实行"五项制度"')
    assert len(same) >= 5 and len({c.path[-2] for c in same}) == len(same)
    work = notice(gazette, "离政办发〔2023〕14号")
    assert clause(work, "52. ").path[-2] == "（十五）市生态环境局离石分局"
    assert clause(work, "61. 打造智慧社区").path[-2] == "（十九）区民政局牵头负责的工作"


def test_assisting_offices_belong_to_their_item(gazette: ParsedFile) -> None:
    work = notice(gazette, "离政办发〔2023〕14号")
    assert "配合单位:区中小企业服务中心" in clause(work, "18. 引导金融机构").text
    assert clause(work, "19. 严密防范").text.endswith("区财政局、区人社局、区工信局")


def test_unnumbered_office_heads(gazette: ParsedFile) -> None:
    culture = notice(gazette, "离政办函〔2023〕12号")
    found = clause(culture, "区文联")
    assert found.path[-1] == "区文联" and "文创推广工作" in found.text


def test_number_cited_is_not_the_notice_s(gazette: ParsedFile) -> None:
    assert [n.doc_number for n in gazette.notices].count("离政发〔2023〕5号") == 1
    assert "文件精神" in holding(notice(gazette, "离政办发〔2023〕12号"), "从即日起启用")[0].text


EXPECTED_OTHERS = {"bumen-guizhang": (8, 6), "guowuyuan-wenjian": (33, 33), "tianhe-tonggao": (9, 1)}


def test_other_documents(others: dict[str, ParsedFile]) -> None:
    for name, (count, numbered) in EXPECTED_OTHERS.items():
        found = others[name]
        assert len(found.notices) == count
        assert sum(n.doc_number is not None for n in found.notices) == numbered
        assert found.coverage >= 0.995


def test_orders(others: dict[str, ParsedFile]) -> None:
    first = others["guowuyuan-wenjian"].notices[0]
    assert (first.doc_number, first.title, first.date) == (
        "中华人民共和国国务院令第706号",
        "专利代理条例",
        "2018-11-06",
    )
    assert others["bumen-guizhang"].notices[3].doc_number == "中华人民共和国国家安全部令第2号"
    assert others["bumen-guizhang"].notices[1].doc_number == "劳社部发〔2008〕3号"
