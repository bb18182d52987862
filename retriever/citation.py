"""The citation of a clause, as civil servants write it.

引用公文先引标题，后引发文字号 (《国家行政机关公文处理办法》第二十五条): 《标题》（文号）, then the place: articles as
第X条, headings by their numbers as 第X部分第（X）项.
"""

from __future__ import annotations

import re

from corpus.model import Clause, Notice
from corpus.numbering import Style, chinese_numeral, read_marker


def citation(notice: Notice, clause: Clause) -> str:
    """`《关于…的通知》（离政办发〔2023〕9号）第二部分第（三）项第1目`, one for each clause.

    What the headings alone do not tell apart (paragraphs, rows, lists) is told by a last element in
    words, so that a citation resolves to exactly one clause of its notice.
    """
    head = f"《{notice.title}》"
    if notice.doc_number:
        head += f"（{notice.doc_number}）"
    return head + place(clause)


def place(clause: Clause) -> str:
    """The clause's place in its notice: 附件, headings by number, and its own key where needed."""
    key = clause.clause_id.rsplit("/", 1)[1]
    return "".join(_element(part) for part in _split(key))


def _split(key: str) -> list[str]:
    """The elements of a clause's key; decimals (`1.2`) are single elements."""
    out: list[str] = []
    for part in key.split("."):
        if out and re.fullmatch(r"\d+", part) and re.fullmatch(r"[\d.]+", out[-1]) and "." in out[-1]:
            out[-1] += f".{part}"
        else:
            out.append(part)
    return [part for part in out if part]


_FIXED = {"题": "标题", "信息": "题注"}
_COUNTED = (
    (re.compile(r"^附(\d+)$"), "附件{}"),
    (re.compile(r"^文(\d+)$"), "第{}段"),
    (re.compile(r"^名单(\d+)$"), "名单{}"),
    (re.compile(r"^署(\d+)$"), "落款{}"),
    (re.compile(r"^联系(\d+)$"), "联系方式{}"),
    (re.compile(r"^附件(\d+)$"), "附件说明{}"),
    (re.compile(r"^目录(\d+)$"), "目录{}"),
    (re.compile(r"^碎表(\d+)$"), "表{}（原件错乱）"),
    (re.compile(r"^表(\d+)$"), "表{}"),
)


def _element(part: str) -> str:
    body, again = _split_count(part)
    tail = f"（{again}）" if again else ""
    if body in _FIXED:
        return _FIXED[body] + tail
    for pattern, form in _COUNTED:
        match = pattern.match(body)
        if match:
            return form.format(match[1]) + tail
    if body == "头":
        return "表头" + tail
    marker = read_marker(f"{body}、 文" if re.fullmatch(r"[一二三四五六七八九十百零]+", body) else f"{body}文")
    if re.match(r"^第.+[编章节条]", body):
        return body + tail
    if marker is not None and marker.style is Style.ENUM:
        return f"第{body}部分" + tail
    if re.fullmatch(r"（[一二三四五六七八九十百零]+）", body):
        return f"第{body}项" + tail
    if re.fullmatch(r"\d+", body):
        return f"第{body}点" + tail
    if re.fullmatch(r"（\d+）|\d+）|[①-⑳]|[a-z]", body):
        return f"第{body}目" + tail
    if re.fullmatch(r"缺\d+", body):
        return f"第{body[1:]}点（原件缺编号）" + tail
    return f"“{body}”" + tail


def _split_count(part: str) -> tuple[str, str]:
    """An element without its `~2` and `-2`, and those in words: 其二 of equal places, 续二 of pieces."""
    match = re.fullmatch(r"(.*?)(?:~(\d+))?(?:-(\d+))?", part, re.DOTALL)
    assert match is not None  # the pattern fits every string
    words = [f"{word}{chinese_numeral(int(n))}" for word, n in (("其", match[2]), ("续", match[3])) if n]
    return match[1], "，".join(words)
