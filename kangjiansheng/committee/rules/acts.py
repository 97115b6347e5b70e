"""The catalogue of acts, and the words of what is written in records."""

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

OFFICES = ("chair", "deputy", "member", "secretary")
ITEM_KINDS = ("confirm", "hear", "discuss", "decide")
ANSWERS = ("none", "yes", "online", "no")
MODES = ("on_site", "online", "absent")
PARAGRAPH_KINDS = ("heading", "text", "decision", "action")
MEANINGS = ("approve", "approve_with_reservation", "request_changes")
MOST_FAILURES, FAILURE_WINDOW = 5, timedelta(minutes=15)

# What things and their fields are called where the trail is shown.
THINGS: dict[str, Any] = {
    "committee": _l("委员会"),
    "meeting": _l("会议"),
    "minutes": _l("会议纪要"),
    "paragraph": _l("段落"),
    "comment": _l("批注"),
    "decision": _l("决议"),
    "action": _l("行动项"),
}
FIELDS: dict[str, Any] = {
    "code": _l("编号"),
    "number": _l("编号"),
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "members": _l("成员"),
    "items": _l("议程"),
    "attendance": _l("出席"),
    "held_on": _l("日期"),
    "starts_at": _l("开始"),
    "ends_at": _l("结束"),
    "place": _l("会议地点"),
    "life": _l("状态"),
    "language": _l("语言"),
    "draft": _l("稿次"),
    "current_draft": _l("稿次"),
    "review_due_on": _l("审阅截止"),
    "approved_at": _l("定稿时间"),
    "meaning": _l("签署意见"),
    "sha256": _l("校验值"),
    "paragraph": _l("段落"),
    "text": _l("内容"),
    "reason": _l("原因"),
    "set_aside": _l("未采用的文字"),
    "position": _l("次序"),
    "note": _l("说明"),
    "kind": _l("类型"),
    "due_on": _l("期限"),
    "done_on": _l("完成日期"),
    "owner_role": _l("负责角色"),
}

ACTS: dict[str, Any] = {
    "committee:committee:create": _l("登记委员会"),
    "committee:committee:edit": _l("修改委员会章程设置"),
    "committee:member:add": _l("增加委员"),
    "committee:member:end": _l("结束委员任期"),
    "committee:meeting:create": _l("登记会议"),
    "committee:meeting:edit": _l("修改会议"),
    "committee:meeting:cancel": _l("取消会议"),
    "committee:item:add": _l("增加议题"),
    "committee:item:propose": _l("提议议题"),
    "committee:item:edit": _l("修改议题"),
    "committee:item:move": _l("调整议题顺序"),
    "committee:item:remove": _l("移除议题"),
    "committee:item:recuse": _l("登记回避"),
    "committee:attendance:answer": _l("答复出席"),
    "committee:attendance:record": _l("记录出席"),
    "committee:minutes:start": _l("起草纪要"),
    "committee:minutes:record": _l("据公告登记纪要"),
    "committee:paragraph:add": _l("增加段落"),
    "committee:paragraph:edit": _l("修改段落"),
    "committee:paragraph:move": _l("移动段落"),
    "committee:paragraph:remove": _l("移除段落"),
    "committee:paragraph:restore": _l("恢复段落"),
    "committee:paragraph:set-aside": _l("留存未采用的文字"),
    "committee:review:open": _l("提交审阅"),
    "committee:comment:add": _l("写批注"),
    "committee:comment:resolve": _l("解决批注"),
    "committee:signature:give": _l("签署"),
    "committee:signature:fail": _l("签署时密码错误"),
    "committee:minutes:return": _l("退回修改"),
    "committee:minutes:approve": _l("纪要生效"),
    "committee:amendment:propose": _l("提出勘误"),
    "committee:amendment:withdraw": _l("勘误退回"),
    "committee:amendment:approve": _l("勘误生效"),
    "committee:decision:record": _l("记录决议"),
    "committee:decision:edit": _l("修改决议"),
    "committee:decision:remove": _l("移除决议"),
    "committee:action:record": _l("记录行动项"),
    "committee:action:edit": _l("修改行动项"),
    "committee:action:done": _l("完成行动项"),
    "committee:action:reopen": _l("重新打开行动项"),
    "committee:action:remove": _l("移除行动项"),
    "committee:action:restore": _l("恢复行动项"),
}
