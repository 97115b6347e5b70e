"""What is true of the companion service: kinds, promised answers, contacts, and when a company is left alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

from .checks import check_one_of

SERVICES: Mapping[str, Any] = {
    "registration": _l("注册申报"),
    "clinical": _l("临床研究"),
    "cmc": _l("药学（CMC）"),
    "funding": _l("融资"),
    "talent": _l("人才"),
    "space": _l("空间"),
}
GENERAL = "general"  # a contact about nothing in particular: it ends the silence and covers no service
CONTACT_KINDS: Mapping[str, Any] = {**SERVICES, GENERAL: _l("综合")}
CHANNELS: Mapping[str, Any] = {
    "visit": _l("走访"),
    "meeting": _l("会面"),
    "call": _l("电话"),
    "message": _l("邮件或消息"),
}
OUTCOMES: Mapping[str, Any] = {
    "solved": _l("已解决"),
    "partly": _l("部分解决"),
    "unsolved": _l("未能解决"),
    "referred": _l("已转介"),
}
REQUEST_STATES: Mapping[str, Any] = {
    "open": _l("待答复"),
    "answered": _l("已答复"),
    "withdrawn": _l("已撤回"),
}
ACCOMPANIED = ("signed", "moved_in", "growing")  # who stands at these is not to be left alone
SERVED = ("lead", "assessment", "signed", "moved_in", "growing", "graduated")  # the rows of the coverage
QUIET_DAYS = 30  # until an administrator says otherwise
ANSWER_DAYS = 5  # working days, proposed with a new request

SERVICE_THINGS: Mapping[str, Any] = {
    "service_request": _l("服务请求"),
    "service_contact": _l("服务触点"),
    "park_rule": _l("陪伴规则"),
}
SERVICE_ACTS: Mapping[str, Any] = {
    "labs:service_request:create": _l("提出服务请求"),
    "labs:service_request:edit": _l("修改服务请求"),
    "labs:service_request:answer": _l("答复服务请求"),
    "labs:service_request:rate": _l("评价服务"),
    "labs:service_request:withdraw": _l("撤回服务请求"),
    "labs:service_request:reopen": _l("重新打开服务请求"),
    "labs:service_contact:create": _l("记录服务触点"),
    "labs:service_contact:edit": _l("修改服务触点"),
    "labs:service_contact:withdraw": _l("撤下服务触点"),
    "labs:service_contact:restore": _l("恢复服务触点"),
    "labs:park_rule:edit": _l("修改陪伴规则"),
}


def check_request(
    kind: str, text: str, asked_on: date | None, answer_days: int | None, *, today: date
) -> None:
    """Refuse a request of no kind, without words, asked in the future, or with no sensible promise."""
    check_one_of(kind, SERVICES, "kind")
    if not text:
        raise RuleBroken("labs:request-empty", "text")
    if asked_on is None or asked_on > today:
        raise RuleBroken("labs:asked-in-future", "asked_on")
    if answer_days is None or not 1 <= answer_days <= 250:
        raise RuleBroken("labs:answer-days", "answer_days")


def check_answer(
    state: str, answer: str, outcome: str, answered_on: date | None, asked_on: date, *, today: date
) -> None:
    """Refuse an answer to what is not open, without words or outcome, before it was asked or in the future."""
    check_open_request(state)
    if not answer:
        raise RuleBroken("labs:answer-empty", "answer")
    check_one_of(outcome, OUTCOMES, "outcome")
    if answered_on is None or not asked_on <= answered_on <= today:
        raise RuleBroken("labs:answered-when", "answered_on", day=asked_on.isoformat())


def check_open_request(state: str) -> None:
    """Refuse what can only be done to a request that waits."""
    if state != "open":
        raise RuleBroken("labs:request-not-open")


def check_rating(state: str, satisfaction: int | None) -> None:
    """Refuse to rate what is not answered, and what is none of 1 to 5."""
    if state != "answered":
        raise RuleBroken("labs:request-not-answered")
    if satisfaction is None or not 1 <= satisfaction <= 5:
        raise RuleBroken("labs:satisfaction-range", "satisfaction")


def check_contact(kind: str, channel: str, happened_on: date | None, *, today: date) -> None:
    """Refuse a contact of no kind, by no way, or in the future."""
    check_one_of(kind, CONTACT_KINDS, "kind")
    check_one_of(channel, CHANNELS, "channel")
    if happened_on is None or happened_on > today:
        raise RuleBroken("labs:contact-in-future", "happened_on")


def check_quiet_days(days: int | None) -> None:
    """Refuse a silence that is none, or longer than a year."""
    if days is None or not 1 <= days <= 365:
        raise RuleBroken("labs:quiet-days", "quiet_days")


def is_overdue(state: str, promised_on: date, day: date) -> bool:
    """True when an answer was promised for an earlier day and has not been given."""
    return state == "open" and promised_on < day


def is_accompanied(stage: str) -> bool:
    """True for residents and partners who have signed, and have neither graduated nor left."""
    return stage in ACCOMPANIED


def quiet_for(last: date | None, since: date, day: date) -> int:
    """For how many days nobody was with a company: since the last contact, else since its stage began."""
    return (day - max(filter(None, (last, since)))).days
