"""What the fuzz tests draw from: lines of the gazette, marks that mean something to a parser, and any text."""

from __future__ import annotations

import os
import re

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from corpus.errors import GongbaoError
from tests.fuzz.structure import LINES

CASES = int(os.environ.get("GONGBAO_FUZZ", "200"))
LONG = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
FEW = settings(LONG, max_examples=max(10, CASES // 10))  # cases that may cost a process each

PIECES = [piece for line in LINES[::7] for piece in re.findall(r"\W+|\w{1,12}", line)]
MARKS = [
    "一、", "（二）", "(三)", "1.", "1．", "（4）", "①", "第五条", "第十二章", "附件:", "附件：1.", "- ", "> ", "# ",
    "|", "||", "\x0c", "离政办发〔2023〕9号", "〔2023〕", "[2023]", "（2023）", "号", "国务院令第706号", "２０２３",
    "联系电话:", "0358-8222401", "咨询单位:", "2023年5月15日", "二0二三年六月八日", "2023年2月30日", "0000年0月0日",
    "99999999999999999999", "《", "》", "废止", "自印发之日起施行", "有效期5年", "(此件公开发布)", "目录", "……1", "。",
    "，", "\t", "\u3000", " ", "\u200b", "\ufeff", "\x00", "\x85", "\u2028", "𠮷", "㛃", "☎", "<script>",
    "%s", "\\", "{}", "(?:", "[", "*", "+", "?",
]  # fmt: skip

odd = st.one_of(st.sampled_from(MARKS), st.text(max_size=8))
phrase = st.lists(st.one_of(st.sampled_from(PIECES), odd), min_size=1, max_size=12).map("".join)
line = st.one_of(st.sampled_from(LINES), phrase)
gazette = st.lists(st.one_of(line, st.just("")), max_size=40).map("\n".join)
cut_gazette = st.tuples(st.integers(0, len(LINES)), st.integers(1, 60), st.integers(0, 30), odd).map(
    lambda part: _spoilt("\n".join(LINES[part[0] : part[0] + part[1]]), part[2], part[3])
)


def _spoilt(text: str, place: int, mark: str) -> str:
    """Real lines with something put into them."""
    at = len(text) * place // 30
    return text[:at] + mark + text[at:]


def one_line(err: GongbaoError) -> None:
    assert "\n" not in str(err).strip()
    assert str(err).strip()
