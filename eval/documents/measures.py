"""The measures of parsing, in the order in which they are shown, and their names for people.

All but precision, recall and F1 (`eval.documents.tally`) are the contract's own promises, counted: what a
label names, and how much of it the parser gives. A file that was refused gives nothing, so all that it
holds counts as missed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure's name for people and what it says."""

    name: str
    meaning: str


MEASURES = {
    "read": Measure("读得出的文件", "有公文的文件中，没有被拒收的"),
    "refusals": Measure("该拒收的", "不该读出公文的文件中，确实没有读出的"),
    "documents": Measure("公文", "读出的公文与标注的对得上"),
    "doc_number": Measure("发文字号", "只比文字和数字"),
    "title": Measure("标题", "只比文字和数字"),
    "issuer": Measure("发文机关", "只比文字和数字"),
    "date": Measure("成文日期", "必须相同"),
    "addressee": Measure("主送机关", "只比文字和数字"),
    "phones": Measure("电话", "号码，每个只算一次"),
    "phone_units": Measure("电话及单位", "号码连同单位"),
    "valid_from": Measure("施行日期", "必须相同"),
    "valid_until": Measure("截止日期", "必须相同"),
    "begins": Measure("正文开头", "在字号或标题正确的公文正文开头找到"),
    "ends": Measure("正文结尾", "在字号或标题正确的公文正文结尾找到"),
    "own_number": Measure("正文不在别的字号下", "正文没有归到别的公文的字号下的公文"),
    "articles": Measure("条", "第…条的个数"),
    "articles_equal": Measure("条数相同", "个数相同的公文（双方都没有的不算）"),
    "level1": Measure("一级标题", "一、二、…的个数"),
    "level1_equal": Measure("一级标题数相同", "个数相同的公文（双方都没有的不算）"),
    "chapters": Measure("章", "第…章的个数"),
    "chapters_equal": Measure("章数相同", "个数相同的公文（双方都没有的不算）"),
    "quotes": Measure("引文在一条内", "应有的引文完整地在某一条里"),
    "quote_paths": Measure("引文及层次", "而且上面的章、条、标题都对（上面没有标题的不算）"),
    "apart": Measure("不在别的标题下", "引文所在的条款，上面没有不该有的标题（没有读出的不算）"),
    "joined": Measure("跨页的句子", "被分页断开的句子完整地在某一条里"),
    "table_rows": Measure("表格行", "同一表头下的行数"),
    "table_cells": Measure("表格行与表头", "所标的一行找到，每格都在自己的表头下"),
    "furniture": Measure("页面杂项已去掉", "不该有的网站和页面文字没有进入条款（拒收的文件不算）"),
    "letters": Measure("文字进入条款", "另行读出的全部文字中，条款里也有的（网页的导航、页脚也算在全部之内）"),
}
FIELD_MEASURES = (*("doc_number", "title", "issuer", "date", "addressee", "phones", "valid_from", "valid_until"),)
