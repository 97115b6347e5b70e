"""The three administrators, what keeps them apart, and when rights are to be looked through."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

# 三员: who runs the system, who decides on rights, who reads the trail.
THREE = ("admin", "security", "auditor")
REVIEW_EVERY, REVIEW_LEAST, REVIEW_MOST = 180, 30, 400  # days between two reviews
ACTS = {
    "accounts:rights:rule": _l("修改权限规定"),
    "accounts:rights:review": _l("复核权限"),
}
THINGS = {"rights_rule": _l("权限规定"), "rights_review": _l("权限复核")}
FIELDS = {
    "separate": _l("三员分立"),
    "review_every": _l("每隔几天复核一次"),
    "day": _l("截至"),
    "number": _l("权限数"),
    "remark": _l("备注"),
}
KINDS: dict[str, Any] = {
    "system": _l("系统角色"),
    "institution": _l("机构"),
    "lab": _l("联合实验室"),
    "project": _l("项目"),
    "committee": _l("委员会"),
}


@dataclass(frozen=True, slots=True)
class Right:
    """A right that somebody holds: a system role, or an office in what has the code `place`."""

    person_id: int
    kind: str  # of KINDS
    what: Any
    place: str
    valid_from: date
    valid_to: date | None


def check_every(days: int) -> None:
    """Refuse a review that would come all the time or never."""
    if not REVIEW_LEAST <= days <= REVIEW_MOST:
        raise RuleBroken("accounts:rights-every", "review_every", least=REVIEW_LEAST, most=REVIEW_MOST)


def check_apart(role: str, held: Collection[str]) -> None:
    """Refuse a second office of the three to whoever holds one."""
    if role in THREE and any(other in THREE and other != role for other in held):
        raise RuleBroken("accounts:rights-two", "role")


def check_ready(holders: Mapping[str, Collection[int]]) -> None:
    """Refuse to keep the three apart before each is held, and none of them by who holds another."""
    if not all(holders[role] for role in THREE):
        raise RuleBroken("accounts:rights-empty", "separate")
    if sum(len(holders[role]) for role in THREE) > len({one for role in THREE for one in holders[role]}):
        raise RuleBroken("accounts:rights-both", "separate")


def is_due(last: date | None, every: int, today: date) -> bool:
    """Whether rights should be looked through: never done, or too long ago."""
    return last is None or last + timedelta(days=every) < today
