"""What is true of obligations: their states, who may be party to one, when one is late. Government has dealings."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

THINGS: Mapping[str, Any] = {"obligation": _l("义务")}
ACTS: Mapping[str, Any] = {
    "labs:obligation:create": _l("登记义务"),
    "labs:obligation:edit": _l("修改义务"),
    "labs:obligation:deliver": _l("交付"),
    "labs:obligation:accept": _l("接受交付"),
    "labs:obligation:dispute": _l("提出异议"),
    "labs:obligation:waive": _l("免除义务"),
    "labs:obligation:undo": _l("撤销上一步"),
    "labs:obligation:bring": _l("添加证据"),
    "labs:obligation:withdraw": _l("撤回证据"),
    "labs:obligation:file-level": _l("修改文件的保密级别"),
    "labs:obligation:archive": _l("归档义务"),
    "labs:obligation:restore": _l("恢复义务"),
}
LIVES: Mapping[str, Any] = {
    "open": _l("待履行"),
    "delivered": _l("已交付，待接受"),
    "accepted": _l("已接受"),
    "disputed": _l("有异议"),
    "waived": _l("已免除"),
}
DEALINGS: Mapping[str, Any] = {  # the same of what goes to a government body, and of what comes from one
    "submit": {"open": _l("待提交"), "delivered": _l("已提交"), "accepted": _l("已办结")},
    "answer": {"open": _l("待回复"), "delivered": _l("已回复"), "accepted": _l("已办结")},
}
# From which states each act leads to its own. What was accepted or waived is done with, unless the act is undone.
STEPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "deliver": ("delivered", ("open", "disputed")),
    "accept": ("accepted", ("delivered", "disputed")),
    "dispute": ("disputed", ("delivered",)),
    "waive": ("waived", ("open", "delivered", "disputed")),
}
# What addresses call the acts.
NOUNS: Mapping[str, str] = {
    "delivery": "deliver",
    "acceptance": "accept",
    "dispute": "dispute",
    "waiver": "waive",
}
FULFILLED = ("accepted", "waived")
FIELDS: Mapping[str, Any] = {
    "code": _l("编号"),
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "agreement_id": _l("依托协议"),
    "clause_id": _l("条款"),
    "debtor_id": _l("义务方"),
    "creditor_id": _l("相对方"),
    "detail": _l("交付要求"),
    "due_on": _l("期限"),
    "life": _l("状态"),
    "delivered_on": _l("交付日期"),
    "accepted_on": _l("接受日期"),
    "remark": _l("理由"),
    "owner_id": _l("经办人"),
    "confidentiality": _l("保密级别"),
    "archived_at": _l("归档时间"),
}


def direction(debtor_is_government: bool, creditor_is_government: bool) -> str:
    """How a government body takes part: submit (something goes to it), answer (it replies), or empty: an obligation."""
    return "submit" if creditor_is_government else "answer" if debtor_is_government else ""


def life_word(life: str, direction: str = "") -> Any:
    """A state in words; a dealing with government has words of its own."""
    return DEALINGS.get(direction, {}).get(life) or LIVES[life]


def days_late(due_on: date | None, life: str, direction: str, day: date) -> int:
    """How many days an open obligation is over its day; 0 when it is not. A dealing with government never is."""
    if life != "open" or direction or due_on is None:
        return 0
    return max((day - due_on).days, 0)


def check_parties(debtor: str, creditor: str, bound: Collection[str] | None) -> None:
    """Refuse somebody who owes herself, and a party that does not stand in the agreement (`bound`, codes)."""
    if debtor == creditor:
        raise RuleBroken("labs:owes-itself", "creditor_code")
    for code, field in ((debtor, "debtor_code"), (creditor, "creditor_code")):
        if bound is not None and code not in bound:
            raise RuleBroken("labs:not-bound", field, code=code)


def steps(life: str, direction: str) -> tuple[str, ...]:
    """The acts that a state allows. Nobody disputes with a government body."""
    return tuple(
        act
        for act, (_to, allowed) in STEPS.items()
        if life in allowed and not (direction and act == "dispute")
    )


def side(act: str, direction: str) -> str:
    """Which party does an act, debtor or creditor. With a government body it is always the other side that records."""
    if direction:
        return "debtor" if direction == "submit" else "creditor"
    return "debtor" if act == "deliver" else "creditor"


def check_step(
    act: str,
    life: str,
    direction: str,
    *,
    on: date | None,
    remark: str,
    delivered_on: date | None,
    today: date,
) -> None:
    """Refuse an act that the state does not allow, one without its day or its reason, and a day that cannot be."""
    if act not in steps(life, direction):
        raise RuleBroken("labs:obligation-step", None, life=life)
    if act in ("deliver", "accept"):
        if on is None:
            raise RuleBroken("labs:obligation-day", "on")
        if on > today:
            raise RuleBroken("labs:obligation-future", "on")
        if act == "accept" and delivered_on and on < delivered_on:
            raise RuleBroken("labs:obligation-before", "on", day=delivered_on.isoformat())
    elif not remark:
        raise RuleBroken("labs:obligation-reason", "remark")
