"""Bringing minutes from elsewhere: the file or its text, and the words for what its reading found."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField

from kangjiansheng.core.forms import Form, at_most

REFUSALS: dict[str, Any] = {
    "committee:import-empty": _l("“%(name)s”里没有文字。"),
    "committee:import-too-large": _l("“%(name)s”太大：文件最多 12 MB，解压后最多 64 MB、20,000 行。"),
    "committee:import-locked": _l("“%(name)s”是旧格式或有密码，请在 Word 里另存为 DOCX。"),
    "committee:import-macros": _l("“%(name)s”带有宏，不能读取；请另存为不带宏的 DOCX。"),
    "committee:import-damaged": _l("“%(name)s”已损坏，无法读取。"),
    "committee:import-other-kind": _l("“%(name)s”不是 Markdown、纯文本或 DOCX。"),
    "committee:import-one": _l("请选择一份文件，或粘贴文字。"),
    "committee:import-both": _l("文件和粘贴的文字请只用一种。"),
    "committee:import-done": _l("这份文件已经导入、放弃或撤销，不能再改。"),
    "committee:import-life": _l("请选择导入为草稿还是登记为记录。"),
    "committee:import-again": _l("同一份文件已经导入过。"),
    "committee:import-unreadable": _l("这一项无法识别，请改正。"),
    "committee:import-title-long": _l("会议名称最多 %(max)d 个字符，现在有 %(length)d 个。"),
    "committee:import-place-long": _l("会议地点最多 %(max)d 个字符，现在有 %(length)d 个。"),
    "committee:import-minutes-no-long": _l("纪要编号最多 %(max)d 个字符，现在有 %(length)d 个。"),
    "committee:import-item-long": _l(
        "第 %(lines)s 行的议题名称最多 %(max)d 个字符，现在有 %(length)d 个；请在文件里改短。"
    ),
    "committee:import-presenter-long": _l(
        "第 %(lines)s 行的汇报人最多 %(max)d 个字符，现在有 %(length)d 个；请在文件里改短。"
    ),
    "committee:import-owner-long": _l(
        "第 %(lines)s 行的负责人最多 %(max)d 个字符，现在有 %(length)d 个；请在文件里改短，或把这一段改作正文。"
    ),
    "committee:import-no-day": _l("没有认出会议日期，请填写。"),
    "committee:import-in-future": _l("会议日期在将来，不能作为已召开的会议导入。"),
    "committee:import-day-taken": _l("委员会在 %(day)s 已有一次会议。"),
    "committee:import-number-taken": _l("第 %(number)s 次会议已经登记，请改正次数，或留空。"),
    "committee:import-minutes-no-taken": _l("纪要编号 %(number)s 已被使用，请改正，或留空。"),
    "committee:import-not-imported": _l("只有导入后没有提交过审阅的草稿才能登记为记录。"),
    "committee:import-frozen": _l("登记为记录或提交审阅之后，文字已锁定，不能撤销导入。"),
    "committee:import-built-on": _l("导入之后有人在上面写过，不能整份撤销；请逐段修改。"),
}
KINDS: dict[str, Any] = {
    "heading": _l("标题"),
    "text": _l("正文"),
    "decision": _l("决议"),
    "recommendation": _l("建议"),
    "action": _l("行动项"),
    "none": _l("不导入"),
}
MODES: dict[str, Any] = {
    "present": _l("出席"),
    "online": _l("线上出席"),
    "observer": _l("列席"),
    "excused": _l("请假"),
    "absent": _l("缺席"),
    "": _l("未写明"),
}
WHYS: dict[str, Any] = {
    "comment": _l("注释"),
    "rule": _l("分隔线"),
    "front": _l("文件头"),
    "head": _l("会议信息，记在会议上"),
    "room": _l("在场与法定人数的说明"),
    "foot": _l("签署与校验信息"),
    "amendment": _l("勘误"),
    "word-comment": _l("批注"),
    "word-footnote": _l("脚注或尾注"),
    "word-textbox": _l("文本框里的文字"),
    "word-deleted": _l("修订中删去的文字"),
    "word-hidden": _l("隐藏文字"),
    "word-formula": _l("公式"),
    "word-footer": _l("页脚"),
    "word-embedded": _l("嵌入的另一份文件"),
    "word-symbol": _l("无法识别的符号"),
}
REMARKS: dict[str, Any] = {"zone-assumed": _l("原件没有写明时区，按北京时间。")}
FACTS: dict[str, Any] = {
    "date": _l("日期"),
    "time": _l("时间"),
    "place": _l("会议地点"),
    "chair": _l("主持"),
    "taker": _l("记录人"),
    "number": _l("编号"),
    "secrecy": _l("密级"),
    "quorum": _l("法定人数"),
    "next": _l("下次会议"),
    "link": _l("链接"),
    "source": _l("来源"),
    "present": _l("出席"),
    "online": _l("线上出席"),
    "presenter": _l("汇报人"),
    "subject": _l("会议主题"),
    "observers": _l("列席"),
    "excused": _l("请假"),
    "absent": _l("缺席"),
    "agenda": _l("议题"),
    "action": _l("行动项"),
    "decision": _l("决议"),
    "recommendation": _l("建议"),
}


class SourceForm(Form):
    """A file of minutes, or its text."""

    file = FileField(_l("纪要文件"), render_kw={"accept": ".md,.markdown,.txt,.docx"})
    pasted = TextAreaField(_l("或粘贴文字"), [at_most(1_000_000)], render_kw={"rows": 6})
    origin = StringField(_l("来源"), [at_most(300)])
