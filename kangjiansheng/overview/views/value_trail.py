"""How the trail and the histories speak of rates, money and scenarios."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import audit, history, trail
from kangjiansheng.overview.forms.rates import TRANSITION_WORDS
from kangjiansheng.overview.forms.value import STEP_WORDS, amounts, plain
from kangjiansheng.overview.rules.acts import THINGS as _THINGS

RATES: dict[str, Any] = {
    "code": _l("编号"),
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "origin": _l("复制自"),
    "rates": _l("成功率"),
    "source": _l("出处"),
    "reason": _l("修改的原因"),
    "retired": _l("已停用"),
}
MONEY: dict[str, Any] = {
    "costs": _l("各阶段费用（百万元）"),
    "revenue": _l("上市后的净收入（百万元）"),
    "discount": _l("折现率"),
    "basis": _l("依据"),
    "reason": _l("修改的原因"),
    "illustrative": _l("示例数据"),
}
_WITHIN: dict[str, Any] = {
    **TRANSITION_WORDS,
    **STEP_WORDS,
    "p": _l("比例"),
    "n": _l("样本数"),
    "first": _l("第一年"),
    "amounts": _l("各年金额"),
    "kind": _l("填法"),
    "peak": _l("峰值年净收入"),
    "rise": _l("几年到峰值"),
    "hold": _l("峰值之后维持几年"),
    "project_id": _l("项目"),
}
TRIED: dict[str, Any] = {
    "name": _l("名称"),
    "note": _l("说明"),
    "shared": _l("共享"),
    "owner_id": _l("提出人"),
    "base_at": _l("所依据的时刻"),
    "moves": _l("设想的日期"),
    "stops": _l("停止的项目"),
    "proposed_to": _l("提请的会议"),
    "thrown_at": _l("放弃的时刻"),
}
FIELDS = {**TRIED, **RATES, **MONEY, **_WITHIN}
THINGS = _THINGS
VALUES = {"kind": {"peak": _l("按峰值"), "years": _l("逐年填写")}}


def told(thing: str, number: int, labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The history of a thing up to the day that is looked at; each act with the reason that was given for it."""
    found = audit.history(thing, number, 100, until=g.as_of)
    people = names({entry.actor_id for entry in found})
    plain = {key: label for key, label in labels.items() if key != "reason"}
    made = history.entries(found, labels=plain, show=shown, people=people)
    return [line | {"note": entry.after.get("reason", "")} for line, entry in zip(made, found, strict=True)]


def shown(key: str, value: Any) -> str:
    """A stored value as a person reads it."""
    if key == "rates" and value:
        lines = (f"{TRANSITION_WORDS[name]} {_share(rate)}" for name, rate in value.items())
        return str(_("；")).join(lines)
    if key == "costs" and value:
        return str(_("；")).join(
            f"{STEP_WORDS[step]} {one['first']} {amounts(one['amounts'])}" for step, one in value.items()
        )
    if key == "revenue" and value:
        return _revenue(value)
    if key == "discount" and value is not None:
        return f"{plain(value / 100)}%"
    return trail.value_words("rate_set", key, value)


def _share(rate: Any) -> str:
    share = f"{plain(round(rate['p'] * 100, 6))}%"
    return f"{share} (n={rate['n']})" if rate["n"] else share


def _revenue(value: Any) -> str:
    if value["kind"] == "years":
        return f"{value['first']} {amounts(value['amounts'])}"
    words = [f"{FIELDS[key]} {plain(value[key])}" for key in ("first", "peak", "rise", "hold")]
    return str(_("；")).join(words)
