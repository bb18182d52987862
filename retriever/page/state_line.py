"""The state of the index in one or two plain sentences, shown on every view."""

from __future__ import annotations

from retriever.page.dates import chinese_date
from retriever.page.live import Now
from retriever.page.markup import Html, el, join

BUILD_COMMAND = "python build_index.py"


def state_line(now: Now) -> Html:
    """For the foot of the page: what is in the collection, from when, and how it is searched."""
    if now.collection is None:
        return el("p", "还没有可用的公报。", cls="state")
    info = now.collection.asker.engine.info
    span = now.collection.dates
    dates = f"，成文日期 {chinese_date(span[0])}至{chinese_date(span[1])}" if span else ""
    ways = "按意思和字词查找" if now.collection.asker.embedder is not None else "只按字词查找"
    files = "、".join(source.file for source in info.sources[:3])
    more = f"等 {len(info.sources)} 个文件" if len(info.sources) > 3 else ""
    text = f"已收录 {info.notices} 篇公文、{info.clauses} 条（{files}{more}）{dates}；{ways}。"
    return el("p", text, " ", el("a", "收录了什么", href="?view=about"), cls="state")


def notice_line(now: Now) -> Html | None:
    """A line above everything else, for as long as something is not as it should be."""
    if now.collection is None:
        return _no_index(now)
    if now.trouble is not None:
        return _note(f"新的索引打不开，先用旧的回答。原因：{now.trouble}", "warn")
    if now.collection.asker.embedder is None:
        if now.building:
            return _note("正在给公报做语义索引，请放心使用：现在先按字词查找，做好后会自动改为按意思查找。", "info")
        return _note("现在只按字词查找，请尽量用文件里会用的词提问。", "info", about=True)
    if now.building:
        return _note("正在更新公报，更新期间可以照常提问。", "info")
    return None


def _no_index(now: Now) -> Html:
    if now.building or now.opening:
        wait = "正在读取公报，请稍等……" if now.building else "正在打开索引，请稍等几秒……"
        return _note(wait + "准备好后，本页会自动可用。", "info", refresh=True)
    steps = join(
        [
            el("p", "还没有可以查的公报索引。", cls="strong"),
            el(
                "p",
                "请管理员在程序所在的文件夹里运行：",
                el("code", BUILD_COMMAND),
                "。做好后本页会自动可用，不用重启。",
            ),
            el("p", f"原因：{now.trouble}", cls="small") if now.trouble else Html(""),
        ]
    )
    return el("div", steps, cls="line warn", role="status", data_refresh=True)


def _note(text: str, kind: str, refresh: bool = False, about: bool = False) -> Html:
    why = el("a", "为什么", href="?view=about") if about else None
    return el("p", text, why, cls=f"line {kind}", role="status", data_refresh=refresh)
