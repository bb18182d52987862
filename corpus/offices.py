"""Names of offices: full and short forms joined by rule and by the list `data/offices.toml`.

「吕梁市离石区人力资源和社会保障局」, 「区人力资源和社会保障局」 and 「区人社局」 are one office: the place in front
is reduced to its level (区), the core to its short form. Nothing is joined by likeness.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import Any

from corpus.numbering import read_marker
from corpus.text import at_most, nfkc, repair, squash
from corpus.words import alternatives

_LEVEL = re.compile(
    r"^(?:中共)?(?:[^省市区县]{2,8}(?:省|自治区))?(?:[^省市区县]{1,6}市)?(?:[^省市区县]{1,6}(?:区|县|市|旗))?"
)
_ORG = re.compile(rf"(?:{alternatives('org_suffixes')})(?:[（(][^）)]{{1,12}}[）)])?$")
_NO_PLACES = ("城市", "超市", "社区", "校区", "园区", "景区", "库区", "林区", "灾区", "辖区", "片区", "地区")
# What follows the core of a name: 人社 + 局.
_ENDING = re.compile(r"局|委|厅|部|署|院|中心|办|处|科|所|站")


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("corpus").joinpath("data/offices.toml").read_text("utf-8"))


@functools.cache
def short_names() -> tuple[str, ...]:
    """Short forms with their usual endings (人社局, 发改局, 妇联), as words for the segmenter."""
    names = [f"{short}局" for row in _data()["core"] for short in row["short"]]
    names += [f"{full}局" for row in _data()["core"] for full in row["full"]]
    names += [name for row in _data()["whole"] for name in (*row["short"], *row["full"]) if len(name) > 1]
    return tuple(dict.fromkeys(names))


@functools.cache
def _cores() -> tuple[tuple[str, str], ...]:
    """(variant, canonical) pairs, longest variant first; the canonical form is the first short one."""
    pairs = [(name, row["short"][0]) for row in _data()["core"] for name in (*row["full"], *row["short"])]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@functools.cache
def _wholes() -> tuple[tuple[str, str], ...]:
    pairs = [(name, row["short"][0]) for row in _data()["whole"] for name in (*row["full"], *row["short"])]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def level(name: str) -> str:
    """The level (省, 市, 区, 县, 镇 …) that an office's name states: `吕梁市离石区人社局` → 区, `人社局` → empty."""
    match = re.match(r"^(省|市|区|县|旗)(?=[^省区县]\S)", name)
    if match:
        return match[1]
    place = _LEVEL.match(name)
    text = place.group() if place else ""
    return text[-1] if text and text[-1] in "省市区县旗" else ""


@functools.lru_cache(maxsize=65536)
def place(name: str) -> str:
    """The place that an office's name states, without those it lies in: `吕梁市离石区人社局` → 离石区, `区人社局` and
    `城市管理局` → empty."""
    match = _LEVEL.match(repair(nfkc(name)).replace(" ", "").removeprefix("中共"))
    last = re.search(r"[^省市区县旗]{0,12}[省市区县旗]$", match.group()) if match else None
    return last.group() if last and not last.group().endswith(_NO_PLACES) else ""


def bare(name: str) -> str:
    """The name without the place in front (`吕梁市离石区人社局` and `区人社局` are 人社局)."""
    compact = repair(nfkc(name)).replace(" ", "")
    short = re.match(r"^[省市区县](?=\S{2,})(?!域|直|级)", compact)
    if short:
        return compact[1:]
    place = _LEVEL.match(compact)
    rest = compact[place.end() :] if place else compact
    return rest if len(rest) >= 2 else compact


def key(name: str) -> str:
    """The key under which an office is one: bare name in its short form (`人社局`, `妇联`).

    A branch keeps its place (`市公安局离石分局`), for there are others.
    """
    name_only = bare(name)
    for variant, canonical in _wholes():
        if name_only.endswith(variant):
            return name_only.removesuffix(variant) + canonical
    for variant, canonical in _cores():
        at = name_only.find(variant)
        if at >= 0 and _ENDING.match(name_only, at + len(variant)):
            return name_only[:at] + canonical + name_only[at + len(variant) :]
    return name_only


def same_office(a: str, b: str) -> bool:
    """Whether two names may be one office. 区人社局 and 人力资源和社会保障局 are; 区人社局 and 市人社局 are not."""
    la, lb = level(a), level(b)
    return key(a) == key(b) and (not la or not lb or la == lb)


def is_org(text: str) -> bool:
    """Whether a short line names one or more offices and nothing else: `区发改局、区交通局`."""
    compact = repair(text)
    if not at_most(compact, 60) or len(squash(compact)) < 2:
        return False
    return not read_marker(compact) and _ORG.search(compact) is not None
