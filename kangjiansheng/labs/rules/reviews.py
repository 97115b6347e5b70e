"""What is true of the annual review of a laboratory: its outcomes, and what each of them asks for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

THINGS: Mapping[str, Any] = {"lab_review": _l("实验室年度评估")}
OUTCOMES: Mapping[str, Any] = {
    "renew": _l("续约"),
    "conditions": _l("有条件继续"),
    "close": _l("关闭"),
}
FIELDS: Mapping[str, Any] = {
    "year": _l("年度"),
    "outcome": _l("评估结论"),
    "reason": _l("理由或条件"),
    "expires_on": _l("协议新的到期日期"),
    "left_open": _l("当时未了结的事项"),
}
AT_WORK = ("operating", "review")


def check(
    outcome: str,
    *,
    life: str,
    expires_on: date | None,
    ends: date | None,
    rests: bool,
    left_open: int,
    settled: bool,
    today: date,
) -> None:
    """Refuse an outcome that cannot be.

    Only a laboratory at work is reviewed. A renewal needs an agreement (`rests`) and a later end than the agreement
    has (`ends`); a closing, while something is `left_open`, somebody's word that it is known what becomes of it.
    """
    if outcome not in OUTCOMES:
        raise RuleBroken("labs:not-offered", "outcome")
    if life not in AT_WORK:
        raise RuleBroken("labs:review-not-at-work", "outcome")
    if outcome == "renew":
        if not rests:
            raise RuleBroken("labs:renewal-of-nothing", "outcome")
        if expires_on is None:
            raise RuleBroken("labs:renewal-without-end", "expires_on")
        if expires_on <= max(ends or today, today):
            raise RuleBroken("labs:renewal-no-later", "expires_on", day=max(ends or today, today))
    if outcome == "close" and left_open and not settled:
        raise RuleBroken("labs:closing-open", "settled", num=left_open)
