"""What the worker does for projects: what the clock starts, and what somebody has asked for."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.jobs import Job
from kangjiansheng.core.queue import Handler
from kangjiansheng.projects.operations import reminders, sheets

ROUNDS = (Job("digest", timedelta(minutes=1), reminders.remind),)

HANDLERS: dict[str, Handler] = {
    sheets.READ: sheets.check,
    sheets.APPLY: sheets.apply,
    sheets.UNDO: sheets.undo,
}
WORDS = {
    "digest": _l("每日提醒"),
    sheets.READ: _l("读取表格"),
    sheets.APPLY: _l("写入表格"),
    sheets.UNDO: _l("撤销表格导入"),
}
