"""Telephones: what is a number, where one counts, and whose it is."""

from __future__ import annotations

import pytest

from corpus.parse import parse_source
from corpus.phones import find_phones
from corpus.reading import source_from_text

TITLE = "云岭市教育局关于小学报名的通告\n云教〔2016〕2号\n\n各学校：\n现将有关事项通告如下。\n"
SIGNED = "\n云岭市教育局\n2016年6月20日\n"


def phones(body: str, after: str = "") -> list[tuple[str | None, str]]:
    """(unit, number) of a notice with this body; each number must stand in its clause."""
    (notice,) = parse_source(source_from_text("x.txt", TITLE + body + SIGNED + after)).notices
    clauses = {clause.clause_id: clause for clause in notice.clauses}
    for phone in notice.phones:
        digits = phone.phone.rpartition("-")[2]
        assert digits in clauses[phone.clause_id].text
    return [(phone.unit, phone.phone) for phone in notice.phones]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0760-88823627、88823628", ("0760-88823627", "88823628")),
        ("（0760）12333", ("0760-12333",)),
        ("松林路11号55501234-201；", ("55501234-201",)),
        ("020-83341666转203", ("020-83341666-203",)),
        ("84692962/84615399", ("84692962", "84615399")),
        ("0755-8213 4567", ("0755-82134567",)),
        ("地税12366-2；12345转7", ("12366-2", "12345-7")),
        ("23328109(梅老师)", ("23328109",)),
        ("打印无房证明咨询电话：96508888", ("96508888",)),
        # What has the digits of one and is none.
        ("邮编：528400", ()),
        ("2015-2016学年", ()),
        ("补贴5000000元", ()),
        ("20160415", ()),
        ("〔2019〕1234567号", ()),
        ("身份证440782199001011234", ()),
        ("传真：0760-88123456", ()),
        ("账号：62220212345", ()),
        ("粤ICP备05017767号", ()),
        ("http://www.example.cn/20190101/23456789.html", ()),
    ],
)
def test_numbers(text: str, numbers: tuple[str, ...]) -> None:
    assert find_phones(text) == numbers


def test_one_clause_an_office_before_the_signature() -> None:
    """The lines were part of the signature, and no phone came out."""
    body = "二、咨询电话\n东坡区教育局：5550101  5550102\n西坡区教育局：5550201\n石岐区：23328109(梅老师)\n"
    assert phones("一、报名时间\n6月25日。\n" + body) == [
        ("东坡区教育局", "5550101"),
        ("东坡区教育局", "5550102"),
        ("西坡区教育局", "5550201"),
        ("石岐区", "23328109"),
    ]
    (notice,) = parse_source(source_from_text("x.txt", TITLE + "一、时间\n6月。\n" + body + SIGNED)).notices
    assert len({phone.clause_id for phone in notice.phones}) == 3
    signature = next(clause for clause in notice.clauses if clause.role.value == "signature")
    assert signature.text == "云岭市教育局；2016年6月20日"


def test_in_sentences() -> None:
    body = (
        "一、地点\n①民生社区户籍，报名登记地点：石岐实验小学，电话88823627。\n②第一城小学（电话 88805830）。\n"
        "二、监督\n区教育事务指导中心设立监督、咨询电话。监督：89893893，咨询：89893889。\n"
        "三、其他\n人数达88823600人，投资23456789元。\n"
    )
    assert phones(body) == [
        ("石岐实验小学", "88823627"),
        ("第一城小学", "88805830"),
        ("区教育事务指导中心", "89893893"),
        ("区教育事务指导中心", "89893889"),
    ]


def test_in_tables() -> None:
    rows = "序号\t单位\t地址\t咨询电话\n1\t云山小学\t松林路11号\t5550101\n2\t东湖学校\t柏林路22号\t5550102、5550103\n"
    assert phones("一、安排见下表。\n" + rows) == [
        ("云山小学", "5550101"),
        ("东湖学校", "5550102"),
        ("东湖学校", "5550103"),
    ]
    rows = "序号\t项目\t编号\n1\t云山水库\t5550101\n2\t东湖水库\t5550102\n"
    assert phones("一、安排见下表。\n" + rows) == []


def test_contact_lines_come_first_and_name_the_notice_s_unit() -> None:
    found = parse_source(
        source_from_text(
            "x.txt",
            TITLE + "一、热线\n市民热线：12345。\n" + SIGNED + "\n咨询单位：云岭市教育局\n咨询电话：0760-88823627\n",
        )
    ).notices[0]
    assert (found.unit, found.phone) == ("云岭市教育局", "0760-88823627")
    assert [phone.phone for phone in found.phones] == ["0760-88823627", "12345"]


def test_numbers_of_many_offices_are_none_of_them_the_notice_s() -> None:
    (notice,) = parse_source(
        source_from_text("x.txt", TITLE + "一、电话\n东坡区教育局：5550101\n西坡区教育局：5550201\n" + SIGNED)
    ).notices
    assert (notice.unit, notice.phone, len(notice.phones)) == (None, None, 2)


def test_numbers_of_a_table_without_heads_below_a_line_that_speaks_of_them() -> None:
    rows = (
        "市桥教育指导中心\t34587678\t西片教育指导中心\t34715686 34711282\n"
        "新造教育指导中心\t84729818\t区教育局\t84641676\n"
    )
    assert phones(f"咨询电话\n{rows}") == [
        ("市桥教育指导中心", "34587678"),
        ("西片教育指导中心", "34715686"),
        ("西片教育指导中心", "34711282"),
        ("新造教育指导中心", "84729818"),
        ("区教育局", "84641676"),
    ]
    assert phones(f"学生人数\n{rows}") == []


def test_an_address_in_front_of_a_number_is_not_whose_it_is() -> None:
    """Of several offices in one cell each keeps its own number."""
    head = "机构名称\t层次\t地址及联系电话\n"
    one = "广博学校\t小学\t石壁街屏山一村39169188\n"
    two = "育才学校\t小学\t东区教育站：34878598；西区教育站：34500486\n"
    assert phones(head + one + two) == [
        ("广博学校", "39169188"),
        ("东区教育站", "34878598"),
        ("西区教育站", "34500486"),
    ]
