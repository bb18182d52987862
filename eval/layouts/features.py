"""Features of a generated file: by them the figures are broken down. Only what its form prints counts."""

from __future__ import annotations

from eval.layouts.case import Case
from eval.layouts.heads import has_info
from eval.layouts.layout import Site
from eval.layouts.model import NumberKind
from eval.layouts.pieces import Label


def features(case: Case, form: str) -> dict[str, str]:
    """Name → value, in the order in which they are shown."""
    layout, documents = case.layout, case.structure.documents
    kinds = {document.number.kind for document in documents if document.number is not None}
    found = {"公文篇数": str(len(documents))}
    if NumberKind.LETTER in kinds:
        found["字号位置"] = layout.number_place.value
        found["字号括号"] = layout.brackets
        found["字号序号"] = layout.serial.format(7)
    if kinds - {NumberKind.LETTER}:
        found["令和公告的写法"] = layout.order_head.value
    if len(documents) > 1:
        found["公文之间空行"] = str(layout.gap)
        found["目录页"] = _yes(layout.contents)
    found["标题行数"] = str(layout.title_lines)
    informed = [document for document in documents if has_info(document, layout)]
    found["标签行"] = layout.info.value if informed else "无"
    if informed:
        found["标签行位置"] = layout.info_place.value
    found["网站页首页尾"] = layout.site.value
    if layout.site is not Site.NONE:
        found["标题出现两次"] = _yes(layout.title_twice)
    if form in ("txt", "pdf"):
        found["页码和页眉"] = layout.pages.value
    if form == "pdf":
        found["分栏"] = str(layout.columns)
    if form == "txt":
        found["编码"] = layout.encoding
        found["换行符"] = {"\n": "LF"}.get(layout.newline, "CRLF")
        found["空行里的空格"] = _yes(bool(layout.blank))
        found["折行"] = "否" if layout.width is None else "是"
        found["段首"] = {"　　": "全角空格", "    ": "半角空格"}.get(layout.indent, "无")
        found["段间空行"] = str(layout.paragraph_gap)
    found["半角标点"] = _yes(layout.half_width)
    found["日期写法"] = layout.date_form.format(y=2021, m=2, d=7).replace("chinese", "二〇二一年二月七日")
    found["日期位置"] = layout.date_place.value
    labels = {piece.label for piece in case.pieces}
    for label, name in _PARTS.items():
        found[name] = _yes(label in labels)
    found["都有署名"] = _yes(all(document.issuer or document.signer for document in documents))
    return found


_PARTS = {
    Label.TITLE: "印出标题",
    Label.ADDRESSEE: "有主送机关",
    Label.ARTICLE: "有条文",
    Label.PART_TITLE: "有附件或所印发的",
    Label.MARK: "有附件标记",
    Label.TABLE: "有表格",
    Label.PEOPLE: "有名单",
    Label.CONTACT: "有联系电话",
    Label.PRINTING: "有印发行",
}


def _yes(value: bool) -> str:
    return "是" if value else "否"
