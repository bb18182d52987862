"""What is in the collection, how to ask, and what the page keeps."""

from __future__ import annotations

from retriever.page.collection import Collection
from retriever.page.dates import beijing_time, chinese_date
from retriever.page.live import Now
from retriever.page.markup import Html, el
from retriever.page.state_line import BUILD_COMMAND

_OWN = "“我最近问过的”和字号只记在您自己的浏览器里，可以随时清除；朗读只用您这台机器里的语音。"


def about(now: Now, feedback: bool, refused: bool = False) -> Html:
    """Help for everyone and the state of the index for those who look after it. `feedback` says that verdicts are kept,
    `refused` that questions without an answer are."""
    kept = (
        "问题不会被记下来。"
        if not feedback
        else "没有答上来的问题会记下来，供编辑补充；您点了“有用”“没用”或“答错了”，也记下那个问题和您的选择。"
        "电话、证件号会去掉，不记您是谁。"
        if refused
        else "问题不会被记下来；只有您点了“有用”“没用”或“答错了”，才记下那个问题和您的选择，不记您是谁。"
    )
    return el(
        "section",
        el("h1", "使用说明", id="about-head", tabindex=-1),
        el("h2", "怎么问"),
        el(
            "ul",
            el("li", "用平常说话的方式写一句话，点“查一查”。"),
            el("li", "知道文号就写文号，比如“9号文”；想找电话就写“……的电话”。"),
            el("li", "答案都摘自公报原文，不是编写的。没有找到时会直说，不会猜。"),
            el("li", "点“看前后文”可以看整篇公文；要引用，点“复制引用”。"),
            el("li", "出自 PDF 的条款可以点“看原页”，看原件那一页的图片，这一条标成黄色。"),
            el("li", "打字时下面会出现建议，点一下或用上下键选，也可以不理它接着写。"),
            el("li", "字太小，点右上角的“大字”；不想看，点“朗读”（要浏览器和本机有中文语音）。"),
            el("li", "公文目录、单位电话和每一篇长公文里都有查找框；点单位名称，看它的全部电话和职责。"),
            el("li", "办事前请以原件为准，或打上面的电话问一问。"),
        ),
        el("h2", "给工作人员"),
        el(
            "ul",
            el(
                "li",
                "“筛选”可以按发文机关、年份、起止日期、文种、栏目、公报和状态缩小范围；结果上面的“缩小范围”写着各有几篇。",
            ),
            el("li", "长公文分页显示。要引用或导出其中几条，点“逐条引用、打勾导出”。"),
            el("li", "选中的条款可以导出为 Word、表格（CSV）或 Markdown，都带出处。"),
            el("li", "网址里带着问题和筛选条件，可以收藏，也可以发给别人。"),
            el("li", "写着“机器没有把握”的，标题、文号或起止可能认错了，引用前请核对原件的那几行。"),
            el("li", "“现行”只表示收录的公报里没有废止它的文件。"),
        ),
        el("h2", "收录情况"),
        _state(now),
        el("h2", "隐私"),
        el("p", f"本页只在这台服务器上运行，不向外发送任何内容。{kept}{_OWN}"),
        aria_labelledby="about-head",
        cls="browse about",
    )


def _state(now: Now) -> Html:
    if now.collection is None:
        return el("p", "还没有可用的索引。请管理员运行：", el("code", BUILD_COMMAND))
    info = now.collection.asker.engine.info
    model = f"{info.model.name}（{info.vectors} 个向量）" if info.model else "没有"
    span = now.collection.dates
    rows = [
        ("公报文件", "、".join(source.file for source in info.sources)),
        ("公文", f"{info.notices} 篇"),
        ("条款", f"{info.clauses} 条"),
        ("没有把握的公文", f"{sum(bool(one.notice.uncertain) for one in now.collection.asker.engine.notices)} 篇"),
        ("成文日期", f"{chinese_date(span[0])}至{chinese_date(span[1])}" if span else "没有写"),
        ("查找方式", _ways(now.collection)),
        ("语义模型", model),
        ("索引时间", beijing_time(info.built)),
    ]
    return el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in rows), cls="facts")


def _ways(collection: Collection) -> str:
    """How questions are searched for, and why not otherwise."""
    if collection.asker.embedder is not None:
        return "按意思和字词"
    note = collection.asker.mode_note
    return f"只按字词：{note.text if note else '索引里还没有向量'}"
