"""Menus and feet of a site: told by its pages together, left out and listed, and never lines of a document."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.model import ParsedFile
from corpus.reading import source_from_text
from corpus.site import WHY, find_edges, page_lines, without
from index.build import build
from index.inputs import ParseCache, hash_inputs, parse_digest

MENU = ["政务公开", "[办事服务](/bs)", "[互动交流](/hd) [数据发布](/sj)", "- [关于换发新证的温馨提示](/tz/1.html)", ""]
FOOT = ["", "主管单位名录", "云岭市信息中心制作", "网站标识码1400000001", "浏览器分辨率1024乘768"]
BODIES = {
    "停车": ["# 云岭市停车收费办法", "第一条 停车每小时三元。", "第二条 本办法自公布之日起施行。"],
    "供水": ["# 云岭市供水管理办法", "第一条 供水由市水务局负责。", "第二条 本办法自公布之日起施行。"],
    "绿化": ["# 云岭市绿化管理办法", "第一条 绿化由市林业局负责。", "第二条 本办法自公布之日起施行。"],
}


def page(name: str, crumb: bool = True) -> str:
    return "\n".join([*MENU, *([f"政策法规 {name}"] if crumb else []), *BODIES[name], *FOOT])


def site_of(texts: dict[str, str]) -> dict[str, list[str]]:
    """The lines that are the site's, by file."""
    sources = {name: source_from_text(name, text) for name, text in texts.items()}
    edges = find_edges({name: keys for name, source in sources.items() if (keys := page_lines(source))})
    return {name: [left.text for left in without(sources[name], edges[name]).left_out] for name in edges}


def test_lines_at_the_edges_of_three_pages_are_their_sites() -> None:
    texts = {f"{name}.md": page(name) for name in BODIES}
    found = site_of(texts)
    assert list(found) == list(texts)
    for left in found.values():
        assert left == [
            "政务公开", "办事服务", "互动交流 数据发布", "- 关于换发新证的温馨提示",
            "主管单位名录", "云岭市信息中心制作", "网站标识码1400000001", "浏览器分辨率1024乘768",
        ]  # fmt: skip


def test_two_pages_or_three_copies_of_one_show_no_site() -> None:
    assert site_of({f"{name}.md": page(name) for name in ("停车", "供水")}) == {}
    assert site_of({f"{at}.md": page("停车") for at in range(3)}) == {}
    assert site_of({f"{name}.txt": page(name) for name in BODIES}) == {}  # no pages


def test_what_documents_share_is_no_sites() -> None:
    """Addressees, chapters, items and signatures that three documents have."""
    head = ["各区人民政府，市政府各部门：", "第一章 总则", "一、总体要求", "（一）指导思想"]
    tail = ["第八章 附则", "1. 区教育局", "云岭市人民政府", "附件"]
    texts = {f"{name}.md": "\n".join([body[0], *head, *body[1:], *tail]) for name, body in BODIES.items()}
    assert site_of(texts) == {}


def test_a_build_leaves_them_out_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The menu of each page was read as the beginning of its document."""
    folder, index = tmp_path / "in", tmp_path / "ix"
    folder.mkdir()
    for name in ("停车", "供水"):
        (folder / f"{name}.md").write_text(page(name), encoding="utf-8")
    build([folder], index, dense=False)
    assert not any(WHY in str(parsed.left_out) for parsed in kept_parses(folder, index))

    (folder / "绿化.md").write_text(page("绿化"), encoding="utf-8")
    report = build([folder], index, dense=False)
    parses = kept_parses(folder, index, sited=True)
    for parsed in parses:
        assert sum(left.why == WHY for left in parsed.left_out) == 8
        (notice,) = parsed.notices
        assert notice.title.startswith("云岭市") and [clause.text[:3] for clause in notice.clauses[-2:]] == [
            "第一条",
            "第二条",
        ]
        assert any("归入" in warning.what for warning in parsed.warnings)
    assert len(parses) == report.notices == 3
    again = build([folder], index, dense=False, rebuild=True)
    assert (again.notices, again.clauses) == (report.notices, report.clauses)


def kept_parses(folder: Path, index: Path, *, sited: bool = False) -> list[ParsedFile]:
    """The parses that an index was built of."""
    cache = ParseCache(index / "cache" / "parsed")
    files = hash_inputs(sorted(folder.iterdir()))
    whole = {file.name: parsed for file in files if (parsed := cache.get(file.sha256)) is not None}
    edges = find_edges({name: parsed.page_lines for name, parsed in whole.items()}) if sited else {}
    found = [cache.get(parse_digest(file, edges.get(file.name, ()))) for file in files]
    return [parsed for parsed in found if parsed is not None]
