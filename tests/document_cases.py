"""Small invented documents and their labels, shared by the tests of `eval.documents`."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from eval.documents.labels import read_labels
from eval.documents.model import LabelledFile

NOTICE = """\
青松县人民政府关于印发青松县公园管理办法的通知

青政发〔2021〕7号

各乡镇人民政府，县直各部门：

现将《青松县公园管理办法》印发给你们，请认真组织实施。

青松县人民政府

2021年3月5日

青松县公园管理办法

第一章 总则

第一条 为了加强公园管理，保护公园环境，根据有关规定，制定本办法。

第二条 县园林中心负责公园的日常养护，所需经费由县财政承担。

第二章 附则

第三条 本办法自2021年4月1日起施行。
"""
LETTER = """\
青松县水务局关于做好防汛工作的通知

青水发〔2021〕12号

各乡镇人民政府：

为做好今年的防汛工作，现通知如下：

一、加强值班。汛期实行二十四小时值班，值班人员不得离岗。

二、备足物资。各乡镇要在六月底以前备足编织袋和照明器材。

青松县水务局

2021年5月8日
"""
NOTICE_LABEL: dict[str, Any] = {
    "file": "县/公园.txt",
    "place": "青松",
    "form": "txt",
    "documents": [
        {
            "doc_number": "青政发〔2021〕7号",
            "title": "青松县人民政府关于印发青松县公园管理办法的通知",
            "title_also": ["青松县公园管理办法"],
            "issuer": "青松县人民政府",
            "date": "2021-03-05",
            "addressee": "各乡镇人民政府，县直各部门",
            "phones": [],
            "valid_from": "2021-04-01",
            "valid_until": None,
            "first_text": "现将青松县公园管理办法印发给你们请认真组",
            "last_text": "第三条本办法自2021年4月1日起施行",
            "clauses": {"articles": 3, "level1": 0, "chapters": 2},
            "tables": [],
            "absent": ["—2—"],
            "must": [
                {"quote": "县园林中心负责公园的日常养护", "path": ["第一章 总则", "第二条"]},
                {"quote": "请认真组织实施", "path": []},
            ],
        }
    ],
}
LETTER_LABEL: dict[str, Any] = {
    "file": "县/防汛.txt",
    "place": "青松",
    "documents": [
        {
            "doc_number": "青水发〔2021〕12号",
            "title": "青松县水务局关于做好防汛工作的通知",
            "issuer": "青松县水务局",
            "date": "2021-05-08",
            "addressee": "各乡镇人民政府",
            "phones": [],
            "valid_from": None,
            "valid_until": None,
            "first_text": "为做好今年的防汛工作现通知如下",
            "last_text": "六月底以前备足编织袋和照明器材",
            "clauses": {"articles": 0, "level1": 2, "chapters": 0},
            "tables": [],
            "absent": [],
            "must": [{"quote": "汛期实行二十四小时值班", "path": ["一、加强值班"]}],
        }
    ],
}
# Nothing in it is a document.
SCRAPS = "——\n\n* * *\n。\n"
SCRAPS_LABEL: dict[str, Any] = {"file": "县/天气.txt", "form": "txt", "expected": "refuse", "documents": []}


def changed(label: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A copy of a label, its first document changed; a value of `...` takes the key out."""
    label = copy.deepcopy(label)
    document = label["documents"][0]
    document |= values
    for key in [key for key, value in document.items() if value is ...]:
        del document[key]
    return label


def write_labels(folder: Path, *labels: dict[str, Any]) -> Path:
    """The labels as a folder of JSON files, `a.json`, `b.json` …"""
    folder.mkdir(exist_ok=True)
    for name, label in zip("abcdef", labels, strict=False):
        (folder / f"{name}.json").write_text(json.dumps(label, ensure_ascii=False), encoding="utf-8")
    return folder


def write_documents(folder: Path, **changes: str) -> Path:
    """The three files, `公园`, `防汛` and `天气`; `changes` gives one another text."""
    (folder / "县").mkdir(parents=True)
    for name, text in ({"公园": NOTICE, "防汛": LETTER, "天气": SCRAPS} | changes).items():
        (folder / "县" / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, label: dict[str, Any]) -> LabelledFile:
    """One label, read as the command reads it."""
    return read_labels([write_labels(folder, label)]).files[0]
