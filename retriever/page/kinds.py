"""The kind of a document (文种), read from the end of its title."""

from __future__ import annotations

import re

# 党政机关公文处理工作条例 (2012) 第八条 names fifteen kinds; the rest are the kinds of rules
# (规章制定程序条例 第七条) and of plans that gazettes print without a notice around them.
_OFFICIAL = (
    "决议",
    "决定",
    "命令",
    "公报",
    "公告",
    "通告",
    "意见",
    "通知",
    "通报",
    "报告",
    "请示",
    "批复",
    "复函",
    "议案",
    "函",
    "纪要",
)
_RULES = (
    "条例",
    "规定",
    "办法",
    "细则",
    "规则",
    "规程",
    "准则",
    "章程",
    "方案",
    "规划",
    "计划",
    "预案",
    "标准",
    "目录",
)
KINDS = _OFFICIAL + _RULES
OTHER = "其他"

_BRACKET = re.compile(r"[（(〔\[][^（()）〔〕\[\]]*[)）〕\]]\s*$")


def kind_of(title: str) -> str:
    """`通知` for 关于印发《…办法》的通知; a note in brackets at the end (试行) does not count."""
    bare = title.strip()
    while _BRACKET.search(bare):
        bare = _BRACKET.sub("", bare).strip()
    found = next((kind for kind in KINDS if bare.endswith(kind)), OTHER)
    return "函" if found == "复函" else found
