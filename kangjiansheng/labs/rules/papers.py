"""What is true of the papers of a laboratory: their kinds, and how they stand on a day. Days are calendar days."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

THINGS: Mapping[str, Any] = {"lab_paper": _l("实验室证照与资质")}
ACTS: Mapping[str, Any] = {
    "labs:paper:create": _l("登记实验室证照"),
    "labs:paper:edit": _l("修改实验室证照"),
    "labs:paper:end": _l("终止实验室证照"),
}
KINDS: Mapping[str, Any] = {
    "permit": _l("许可与备案"),
    "sop": _l("标准操作规程"),
    "equipment": _l("设备与洁净区确认"),
    "qualification": _l("人员资质"),
    "other": _l("其他凭证"),
}
FIELDS: Mapping[str, Any] = {
    "lab_id": _l("联合实验室"),
    "number": _l("序号"),
    "kind": _l("类别"),
    "label": _l("文号或名称"),
    "holder_id": _l("持有人"),
    "valid_from": _l("有效期首日"),
    "valid_to": _l("有效期末日"),
    "note": _l("说明"),
    "life": _l("处理状态"),
    "ending": _l("终止原因"),
}
HELD, ENDED = "held", "ended"
LIVES: Mapping[str, Any] = {HELD: _l("持有中"), ENDED: _l("已终止")}
SOON = 90  # days before the end from which it is said
AHEAD = (90, 30, 0)  # days before the end on which its people are reminded, besides those that they chose

Word = Literal["lapsed", "soon", "holds", "ended"]
STATES: Mapping[Word, Any] = {
    "lapsed": _l("已到期"),
    "soon": _l("即将到期"),
    "holds": _l("有效"),
    "ended": _l("已终止"),
}
SHAPES: Mapping[Word, str] = {"lapsed": "late", "soon": "risk", "holds": "ontrack", "ended": "idle"}


def standing(life: str, valid_to: date, day: date) -> Word:
    """How a paper stands on a day."""
    if life == ENDED:
        return "ended"
    if valid_to < day:
        return "lapsed"
    return "soon" if (valid_to - day).days <= SOON else "holds"


def check(facts: Mapping[str, Any]) -> None:
    """Refuse what cannot be: an unknown kind, an end before the beginning, a qualification of nobody."""
    if facts["kind"] not in KINDS:
        raise RuleBroken("labs:not-offered", "kind")
    first, last = facts["valid_from"], facts["valid_to"]
    if first is not None and last < first:
        raise RuleBroken("labs:ends-before-beginning", "valid_to", day=first.isoformat())
    if facts["kind"] == "qualification" and facts["holder_id"] is None:
        raise RuleBroken("labs:qualification-of-nobody", "holder_id")
