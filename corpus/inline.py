"""A number that shares its line with a title or with the body gets a line of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.blocks import Block
from corpus.doc_number import Cited, find_numbers, only_number
from corpus.lines import looks_like_title

_ISSUED = ("order", "announcement")  # numbers that begin with the name of a body
_ORDER_END = re.compile(r"\s*[）)〕\]]?")


def split_inline(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, those cut whose own number stands at the start of the line or right behind a complete title:
    `云岭市人民政府令（第77号）云岭市城市更新办法` → two lines. Elsewhere a number is cited."""
    out: list[Block] = []
    for block in blocks:
        cited = find_numbers(block.text) if not block.cells else []
        own = next((one for one in cited if _is_own(block.text, one)), None)
        if own is None or only_number(block.text):
            out.append(block)
            continue
        end = own.end
        if own.number.form in _ISSUED and (close := _ORDER_END.match(block.text, own.end)):
            end = close.end()
        pieces = [block.text[: own.start], block.text[own.start : end], block.text[end:]]
        kept = [piece for piece in pieces if piece.strip(" \u3000（）()〔〕[]")]
        kept = [piece.strip().rstrip("（(〔[") if piece is pieces[0] else piece.strip() for piece in kept]
        out += [block.with_text(kept[0])]
        out += [Block(piece, block.line, block.page) for piece in kept[1:]]
    return out


def _is_own(text: str, cited: Cited) -> bool:
    before, after = text[: cited.start].strip(" \u3000（(〔["), text[cited.end :].strip()
    if after[:1] in ("文", "》", "，", ",", "、", "。"):
        return False
    after = after.lstrip("〕）)]").strip()
    if not after and not before:
        return False
    if cited.number.form in _ISSUED:
        return not before and looks_like_title(after)
    if not before:
        # 「国发〔2018〕39号 各省…：」: an addressee or a title follows, not the rest of a sentence.
        return re.match(r"[^。；，,]{2,90}[：:]", after) is not None or looks_like_title(after)
    return looks_like_title(before) and (not after or re.match(r"[^。；]{2,120}?[：:]", after) is not None)
