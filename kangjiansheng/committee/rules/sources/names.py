"""People who are named at the end of a line without a word that says so: `议题 - 张三/李四`, `评审 30min 质量负责人`."""

import re
from collections.abc import Collection

from kangjiansheng.core.text import fold

# Common surnames that do not also begin common words (方案, 周期, 程序, 任务 are nobody).
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴徐孙朱胡郭罗郑梁谢宋唐韩冯邓曹彭肖田董袁潘蒋蔡杜叶苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾韦付邹孟熊秦邱尹薛侯"
    "陶黎贺顾郝龚邵钱覃戴莫孔赖裴"
)
_WORDS = frozenset(
    ("陈述", "黄金", "田间", "唐氏", "叶酸", "苏打", "钱款", "孔径", "顾问", "范围", "范例", "肖像", "胡萝卜")
)
_ROLES = ("负责人", "委员", "主任", "秘书", "教授", "老师", "总监", "经理", "代表", "组长", "院长", "主席")
_DASHES, _COMMAS = ("-", "–", "—"), ("/", "、", "，", ",")
_LAST = re.compile(r"(?P<gap>\s*[-–—]{1,3}\s*|\s*[/、，,]\s*|\s+)(?P<who>[\u4e00-\u9fff]{2,12})$")  # fmt: skip


def is_person(word: str, known: Collection[str] = ()) -> bool:
    """True for a name of the list of those who were there, a role, or a surname with one or two characters."""
    plain = fold(word)
    if plain in known:
        return True
    if plain in _WORDS:
        return False
    return (len(plain) in (2, 3) and plain[0] in _SURNAMES) or (plain.endswith(_ROLES) and len(plain) > 2)


def people_at_end(text: str, known: Collection[str] = ()) -> tuple[str, str]:
    """The words before, and the people at the end; empty when the end names nobody."""
    rest, gap = text.rstrip(" 。.;；"), ""
    found: list[str] = []
    while not gap.startswith(_DASHES) and (match := _LAST.search(rest)):
        if not is_person(match["who"], known):
            break
        rest, gap = rest[: match.start()], match["gap"].strip()
        found.insert(0, match["who"])
    if not found or gap in _COMMAS or not rest.strip(" -–—"):  # 批次、张三: a list of other things
        return text, ""
    return rest.strip(), "、".join(found)
