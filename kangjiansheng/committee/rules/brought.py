"""The acts of what is brought from elsewhere: minutes in files, and answers by mail."""

from typing import Any

from flask_babel import lazy_gettext as _l

ACTS: dict[str, Any] = {
    "committee:import:read": _l("读入纪要文件"),
    "committee:import:discard": _l("放弃读入的纪要"),
    "committee:import:apply": _l("导入纪要"),
    "committee:import:undo": _l("撤销纪要导入"),
    "committee:meeting:import": _l("导入会议"),
    "committee:meeting:withdraw": _l("撤下导入的会议"),
    "committee:attendance:by-mail": _l("记录邮件答复"),
}
FIELDS: dict[str, Any] = {
    "state": _l("状态"),
    "origin": _l("来源"),
    "meeting": _l("会议"),
    "kinds": _l("各类段落"),
}
