"""What a question asks for, by the words it is asked with: rules, each with tests.

The kind decides which span of a clause answers, whether a contact line may, and whether the document
itself is wanted.
"""

from __future__ import annotations

import re
from enum import StrEnum

from corpus.text import nfkc


class Intent(StrEnum):
    """Kinds of questions."""

    OFFICE = "office"  # 哪个部门、谁负责、找谁、归谁管
    ASSIST = "assist"  # 配合单位、协助部门
    CONTACT = "contact"  # 咨询谁、咨询单位
    PHONE = "phone"  # 电话、打哪个号
    NOTICE = "notice"  # 哪份文件、文号
    AMOUNT = "amount"  # 多少、几、百分之几
    DATE = "date"  # 何时、哪天、什么时候
    DURATION = "duration"  # 多久、几年、期限
    PERSON = "person"  # 谁、组长是谁、叫什么
    PLACE = "place"  # 哪里、什么地方
    HOW = "how"  # 怎么、如何、哪些
    OTHER = "other"


# Kinds that ask whom to turn to.
WHOM = frozenset({Intent.OFFICE, Intent.CONTACT, Intent.PHONE})

_RULES: tuple[tuple[Intent, str], ...] = (
    (
        Intent.NOTICE,
        r"(?:哪|什么|何)(?:一?[份个篇件则]|些)?(?:文件|通知|公告|通告|函|决定|批复|公文|文)"
        r"|哪[一]?号(?:函|文|令|通知|批复|决定)|哪一?份|(?:文件|通知|批复|函|办法|决定|公告|通告|规章)(?:是哪(?![天年月日里儿位些])|在哪(?![天年月日些])|叫什么)"
        r"|有没有.{0,24}(?:文件|规章|通知|办法|规定)[？?。]?$|印发的是什么"
        r"|关于什么|(?:说|讲|写)(?:的|了)是?些?(?:什么|啥)(?:内容|事)?[？?。]?$|(?:标题|全称|名称)是"
        r"|文号|发文字号|(?:几|哪[一个]?|多少)号(?:文|令|通知)|哪[份篇则](?:\S{0,6})(?:文件|通知|函|办法|方案|规定)|[凭依]据?哪|文件编号",
    ),
    (Intent.ASSIST, r"(?:配合|协助|协办|参与|会同)的?(?:单位|部门|机构|有|是|的)"),
    (
        Intent.PHONE,
        r"电话(?![，,时被后里]|的(?!号))|号码|热线(?![，,、的时])|打哪|拨打|拨什么|手机号|联系方式|怎么联系|如何联系",
    ),
    (Intent.CONTACT, r"咨询(?:单位|部门|哪|谁|的)|(?:向|找|跟)(?:谁|哪\S{0,4})(?:咨询|打听|了解)|去哪\S{0,2}咨询"),
    (
        Intent.OFFICE,
        r"(?:哪|什么|何)(?:[一几]?[个家些])?(?:部门|单位|机关|机构|局|委|办|政府|地方管|科室|中心|(?:工作|专项|\S{0,3})?小?组(?!长|成|员)|专班)"
        r"|(?:由|归|找|该|是)谁(?:来|去)?(?:负责|管|牵头|主管|组织|办理|处理|承担|解释|批|审|落实|制定|监管|收|发|定)"
        r"|谁(?:来|去)?(?:负责|管|牵头|主管|承担|审批|审核|组织实施|监管|给|出钱|解释)|归谁|找谁|(?:归|由)哪|哪[个家]?(?:来|去)?(?:牵头|负责|主管|管(?!理)|承担|审批)|责任(?:单位|部门)|牵头(?:单位|部门)"
        r"|主管(?:单位|部门)|(?:去|到|上|向)哪\S{0,3}(?:办|申请|反映|投诉|举报|申报|登记|领|交|报|告|咨询|打听|查|补办|换)|办公室(?:设|挂)在哪|哪里(?:来|去)?(?:管|负责|牵头|主管)",
    ),
    (
        Intent.DURATION,
        r"多久|多长时间|(?<![这那前后近头好])几(?:年|个月|天|日|个工作日)(?!前|后)|期限|有效期|多少(?:天|日|年|个月|个工作日)|到什么时候为止",
    ),
    (
        Intent.DATE,
        r"何时|什么时[候间]|哪[一]?(?:天|年|月|日)|几(?:月|号|点)|什么(?:日期|年份)|时间(?:是|点)|截止|时点|时限|何年|日期|从什么时候|啥时",
    ),
    (
        Intent.AMOUNT,
        r"多少|(?<![这那前后近头好哪])几(?:[个家项条名人亩套所户次处元万分台种类头平成倍口座间支部份章节枚级批期栋幢层株棵册卷篇幅班床艘架眼块片例宗件对组门款样场届站只集米吨岁辆张位]|公里|小时|钟头|学时|课时)"
        r"|百分之几|多大|多高|多宽|标准是|比例|总额|金额|面积|率(?:是|要|达|为)|数量|比重|补(?:贴|助)标准|多长|多远|多重|几$",
    ),
    (
        Intent.PERSON,
        r"谁|哪一?(?:位|个人|几位|些人)|叫什么|何人|姓名|(?:组长|主任|局长|负责人|区长|镇长|书记|队长|联系人|主席|秘书长|召集人)是",
    ),
    (Intent.PLACE, r"哪里|哪儿|什么地方|在哪|何处|地址|地点|位置|选址|位于|哪个(?:村|镇|乡|街道|社区|路段|地方)"),
    (Intent.HOW, r"怎么|怎样|如何|哪些|什么|咋|啥|为何|为什么"),
)
_PARTS = re.compile(r"[^，,；;。？?！!]+")
_WHETHER = re.compile(r"是否|能不能|可不可以|有没有|是不是|能否|可否|要不要|会不会|该不该|[吗么嘛不]$")
_COMPILED = tuple((intent, re.compile(pattern)) for intent, pattern in _RULES)


def asks_whether(question: str) -> bool:
    """Whether a question is to be answered by yes or no: 「可以延期吗」; 「能不能告诉我电话是多少」 isn't."""
    text = nfkc(question).replace(" ", "").rstrip("？?。")
    return _WHETHER.search(text) is not None and not any(
        pattern.search(text) for intent, pattern in _COMPILED if intent not in (Intent.HOW, Intent.NOTICE)
    )


def intents(question: str) -> tuple[Intent, ...]:
    """All kinds a question shows, the most telling first; at least `OTHER`."""
    text = _PARTS.sub(_without_indefinite, nfkc(question).replace(" ", ""))
    intents = tuple(intent for intent, pattern in _COMPILED if pattern.search(text))
    return intents or (Intent.OTHER,)


def _without_indefinite(part: re.Match[str]) -> str:
    """几 asks for no number where its part of the sentence asks yes or no: 「有没有能住几天的地方」."""
    return part.group().replace("几", "") if _WHETHER.search(part.group()) else part.group()
