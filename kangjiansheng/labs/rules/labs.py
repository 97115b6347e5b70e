"""What is true of joint laboratories: their life and who is what in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

LIVES: Mapping[str, Any] = {
    "proposed": _l("筹划中"),
    "set_up": _l("建设中"),
    "operating": _l("运行中"),
    "review": _l("评估中"),
    "closed": _l("已关闭"),
}
# Which state may follow which. A closed laboratory stays closed.
STEPS: Mapping[str, tuple[str, ...]] = {
    "proposed": ("set_up", "closed"),
    "set_up": ("operating", "closed"),
    "operating": ("review", "closed"),
    "review": ("operating", "closed"),
    "closed": (),
}
PARTNER_ROLES: Mapping[str, Any] = {"lead": _l("牵头单位"), "partner": _l("合作单位")}
LAB_ROLES: Mapping[str, Any] = {
    "director": _l("主任"),
    "co_director": _l("副主任"),
    "scientist": _l("科研人员"),
}
DIRECTORS = ("director", "co_director")


def check_step(now: str, wanted: str, *, accepted_on: date | None) -> None:
    """Refuse a step in a laboratory's life that is not allowed, and operation before acceptance."""
    if wanted not in STEPS[now]:
        raise RuleBroken("labs:step-not-allowed", "life")
    if wanted == "operating" and accepted_on is None:
        raise RuleBroken("labs:not-accepted", "accepted_on")


def check_archivable(life: str) -> None:
    """Refuse to put away a laboratory that is at work: it must be closed, or never have begun."""
    if life not in ("proposed", "closed"):
        raise RuleBroken("labs:lab-at-work")
