"""The citation of a clause, as civil servants write it.

引用公文先引标题，后引发文字号 (《国家行政机关公文处理办法》第二十五条): 《标题》（文号）, then the place: articles as
第X条, headings by their numbers as 第X部分第（X）项 (`corpus.place`).
"""

from __future__ import annotations

from corpus.model import Clause, Notice
from corpus.place import words_of


def citation(notice: Notice, clause: Clause) -> str:
    """`《关于…的通知》（离政办发〔2023〕9号）第二部分第（三）项第1目`, one for each clause of a notice."""
    head = f"《{notice.title}》"
    if notice.doc_number:
        head += f"（{notice.doc_number}）"
    return head + words_of(clause.place)
