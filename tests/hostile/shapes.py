"""Texts that make a careless parser take for ever, each as a function of its size.

`LINES` repeat one unit on one line, `FILES` repeat lines. A name says what is repeated; `n` counts letters
or lines. None is a real document: they are what a broken converter, or somebody who means harm, may write.
"""

from __future__ import annotations

from collections.abc import Callable

HEAD = "某县人民政府关于开展工作的通知\n某政办发〔2023〕9号\n各乡镇人民政府：\n"
TAIL = "\n某县人民政府\n2023年5月6日\n"

LINES = [
    "离 ", "第", "第一条", "第一条 ", "〔", "一、二、三、", "一、离 ", "（一）", "1. ", "1. 离 ", "（", "【 ",
    "某政办发〔2023", "令第", "令 ", "、", "《", "《》", "1", "1 ", "2023年", "2023年5月6日", "二〇二三年",
    "区人社局负责办理有关工作。", "区人社局，", "一", "a", "ab ", " ", "x\t", "\t", "-", "—", "0358-", "附件",
    "附件：1. ", "联系人:", "1.1.", "根据", "同时废止", "有效期", "组长：陈 楠 ", "陈 楠 坪 ", "主任（",
    "（牵头单位", "（牵头单位：", "牵头单位：甲 ", "<!--", "![", "![](", "> ", "# ", "。", "。」", "自 ", "a@",
    "印发", "①", "区文联：", "\u3000", "\u200b", "&amp", "**", "印章", "目录",
]  # fmt: skip


def one_line(unit: str, n: int) -> str:
    """A notice whose body is one line of `n` characters, with something else at its end."""
    return f"{HEAD}{(unit * (n // len(unit) + 1))[:n]}x{TAIL}"


def in_title(unit: str, n: int) -> str:
    return f"# {(unit * (n // len(unit) + 1))[:n]}\n正文内容在此。\n"


def many_lines(unit: str, n: int) -> str:
    """A notice whose body is `n` short lines."""
    return HEAD + "\n".join([unit * 3] * n) + TAIL


def _body(lines: Callable[[int], list[str]]) -> Callable[[int], str]:
    return lambda n: HEAD + "\n".join(lines(n)) + TAIL


def _contents(n: int) -> str:
    entries = [f"某县人民政府关于开展第{i}项工作的通知(某政办发〔2023〕{i}号)……{i}" for i in range(1, n + 1)]
    notices = [
        f"某县人民政府关于开展第{i}项工作的通知\n某政办发〔2022〕{i}号\n各乡镇：\n好。\n" for i in range(1, n + 1)
    ]
    return "\n".join(["某县人民政府公报", "目录", *entries, *notices])


FILES: dict[str, Callable[[int], str]] = {
    "one letter a line": _body(lambda n: ["离"] * n),
    "digits a line": _body(lambda n: [str(100_000 + i) for i in range(n)]),
    "headings": _body(lambda n: ["一、加强领导"] * n),
    "headings counting up": _body(lambda n: [f"{i}. 加强领导" for i in range(1, n + 1)]),
    "articles": _body(lambda n: [f"第{'一二三四五六七八九十'[i % 10]}条 为了发展。" for i in range(n)]),
    "item and plain": _body(lambda n: [f"{i // 2 + 1}. 加强领导。" if i % 2 == 0 else "平时注意。" for i in range(n)]),
    "paragraphs of one item": _body(lambda n: ["1. 做好工作。", *["各单位要认真落实各项工作任务。"] * n]),
    "open paragraph": _body(lambda n: ["各单位要认真落实各项工作任务"] * n),
    "colon heads": _body(lambda n: ["主要目标：", "1. 做好工作。"] * (n // 2)),
    "offices": _body(lambda n: ["区文联：做好文艺工作。"] * n),
    "people": _body(lambda n: ["组长：陈 楠 区长", *["李四 乡长"] * n]),
    "names apart": _body(lambda n: ["成员：", *["离 石 市 "] * n]),
    "attachments": _body(lambda n: ["附件：1. 某项工作的实施方案名称甲"] * n),
    "files attached": _body(lambda n: ["附件：", "1. 甲.doc", *["乙丙丁.doc"] * n]),
    "contacts": _body(lambda n: ["咨询电话：0358-8222401"] * n),
    "signatures": _body(lambda n: ["某县人民政府 2023年5月6日"] * n),
    "equal rows": _body(lambda n: ["序号\t项目\t单位"] * n),
    "rows": _body(lambda n: ["序号\t项目", *[f"{i}\t甲" for i in range(n)]]),
    "rows under a wide head": _body(lambda n: ["\t".join(["项目"] * n), *["甲\t乙"] * n]),
    "single cells": _body(lambda n: ["甲"] * n),
    "gaps": _body(lambda n: ["各单位要认真落实。", "", ""] * (n // 3)),
    "notices": lambda n: "".join(
        f"某县关于第{i}项工作的通知\n某政发〔2023〕{i}号\n各乡镇：\n好。\n" for i in range(n // 4)
    ),
    "notices of one number": lambda n: "某县关于某项工作的通知\n某政发〔2023〕1号\n各乡镇：\n好。\n" * (n // 4),
    "numbers far from titles": lambda n: "\n".join(["某政发〔2023〕1号", "好。", "", ""] * (n // 4)),
    "titles apart": lambda n: "\n\n\n".join(["某县关于某项工作的通知"] * n),
    "orders": lambda n: "中华人民共和国国务院令\n第706号\n现予公布。\n" * (n // 3),
    "contents": lambda n: _contents(n // 5),
    "contents without numbers": lambda n: "目录\n" + "关于开展工作\n" * n + _contents(3),
    "own contents": _body(lambda n: ["目录", "总则", "附则"] * (n // 3)),
    "comments": _body(lambda n: ["<!-- 甲 -->好。"] * n),
    "information": lambda n: "# 某县通知\n" + "2023年5月6日 公布\n" * n + "好。\n",
    "rows in one cell": _body(lambda n: ["甲\t" + "乙" * n, "丙\t丁", "戊\t己"]),
}
