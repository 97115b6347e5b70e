"""What is said in projects of things of the floor below: to what an obligation matters, for which project one books."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

THINGS: Mapping[str, Any] = {"obligation_link": _l("义务的关联"), "booking_link": _l("预约的项目")}
ACTS: Mapping[str, Any] = {
    "projects:obligation-link:create": _l("关联义务"),
    "projects:obligation-link:remove": _l("取消义务的关联"),
    "projects:booking-link:create": _l("为项目预约"),
    "projects:booking-link:remove": _l("取消预约与项目的关联"),
}
FIELDS: Mapping[str, Any] = {
    "obligation_id": _l("义务"),
    "booking_id": _l("预约记录"),
    "project_id": _l("项目"),
    "milestone_id": _l("里程碑"),
    "lab_id": _l("联合实验室"),
    "removed_at": _l("取消关联的时间"),
}
_TYPED = re.compile(r"[A-Z0-9][A-Z0-9_-]*")


def typed(text: str) -> tuple[str, str]:
    """The code of a project or laboratory and that of a milestone, which may be empty: KJS-003, KJS-003 A140, JL-01."""
    found = _TYPED.findall(text.upper())
    return (found[0] if found else "", found[1] if len(found) > 1 else "")
