"""When a pack goes out by mail, what it is compared with, and the words of the trail for it. Days are those of Shanghai,
working days those of China."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.calendar import Calendar, add_months, add_working_days
from kangjiansheng.core.errors import RuleBroken

WEEKLY, MONTHLY, MEETING = "weekly", "monthly", "meeting"
RHYTHMS = (WEEKLY, MONTHLY, MEETING)
ATTACHMENTS = ("", "pptx", "pdf", "docx", "xlsx")
_DAY = timedelta(days=1)

ACTS = {
    "overview:delivery:begin": _l("订阅“上次会议以来”邮件"),
    "overview:delivery:edit": _l("修改“上次会议以来”邮件的附件"),
    "overview:delivery:end": _l("退订“上次会议以来”邮件"),
    "overview:delivery:send": _l("发出“上次会议以来”邮件"),
}
THINGS = {"pack_delivery": _l("定期邮件")}
FIELDS: Mapping[str, Any] = {
    "rhythm": _l("多久一次"),
    "committee": _l("委员会"),
    "attachment": _l("附件"),
    "ended_at": _l("退订时间"),
    "cut": _l("截止时刻"),
    "compare": _l("对比日"),
    "sha256": "SHA-256",
}
RHYTHM_WORDS: Mapping[str, Any] = {
    WEEKLY: _l("每周第一个工作日"),
    MONTHLY: _l("每月第一个工作日"),
    MEETING: _l("每次会议的前一个工作日"),
}
VALUES: Mapping[str, Any] = {"rhythm": RHYTHM_WORDS}


def check(rhythm: str, attachment: str) -> None:
    """Refuse what no form of ours offers."""
    if rhythm not in RHYTHMS:
        raise RuleBroken("overview:delivery-rhythm", "rhythm")
    if attachment not in ATTACHMENTS:
        raise RuleBroken("overview:delivery-attachment", "attachment")


def occasion(rhythm: str, today: date, calendar: Calendar, meeting: date | None = None) -> date | None:
    """The day that has come on which a mail is due for the week, the month or the next meeting of today; None before
    it. Who stood still on that day makes up for it until the period is over."""
    if rhythm == WEEKLY:
        monday = today - timedelta(days=today.weekday())
        found = _first_working(monday, monday + timedelta(days=6), calendar)
    elif rhythm == MONTHLY:
        first = today.replace(day=1)
        found = _first_working(first, add_months(first, 1) - _DAY, calendar)
    elif meeting is not None and meeting > today:
        found = add_working_days(meeting, -1, calendar)[0]
    else:
        found = None
    return found if found is not None and found <= today else None


def compared(rhythm: str, today: date) -> date | None:
    """The day since which such a mail tells; None for that of the last meeting."""
    if rhythm == WEEKLY:
        return today - timedelta(days=7)
    return add_months(today, -1) if rhythm == MONTHLY else None


def begins(rhythm: str, today: date) -> date | None:
    """The last occasion of who subscribes today: the week and the month that run are over for them."""
    return None if rhythm == MEETING else today


def _first_working(first: date, last: date, calendar: Calendar) -> date | None:
    day = first
    while day <= last:
        if calendar.is_working_day(day):
            return day
        day += _DAY
    return None
