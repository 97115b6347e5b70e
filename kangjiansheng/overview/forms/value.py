"""What people type of a project's money, in millions of yuan."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.overview.forms.fields import NumberField, NumbersField, plain
from kangjiansheng.overview.models import ProjectValue
from kangjiansheng.overview.rules.chances import PRE, REVIEW
from kangjiansheng.overview.rules.economics import COST_STEPS, PEAK, RATE, YEARLY, Money

STEP_WORDS: dict[str, Any] = {
    PRE: _l("临床前（含 IIT）"),
    REVIEW: _l("IND 审评"),
    "PHASE_I": _l("I 期"),
    "PHASE_II": _l("II 期"),
    "PHASE_III": _l("III 期"),
    "BLA_REVIEW": _l("上市审评"),
    "MARKET": _l("上市之后"),
}
REFUSALS: dict[str, Any] = {
    "overview:value-nothing": _l("请至少填一个阶段的费用，或上市后的收入。"),
    "overview:value-discount": _l("折现率请填 0 到 50 之间的百分数。"),
    "overview:value-year": _l("年份请填 %(least)d 到 %(most)d。"),
    "overview:value-years": _l("最多 %(most)d 年。"),
    "overview:value-amount": _l("金额请填 0 到 1000000（百万元）之间的数，支出也写正数。"),
    "overview:value-basis": _l("请写明数字的依据，例如预算文件、市场测算。"),
}


class ValueForm(Form):
    """Costs by step and year, revenue after approval, the discount rate, and on what it rests."""

    revenue_kind = RadioField(
        _l("上市后的净收入"),
        choices=[("none", _l("不填")), (PEAK, _l("按峰值")), (YEARLY, _l("逐年填写"))],
        default="none",
    )
    revenue_first = WholeNumberField(_l("第一个销售年"), [Optional()])
    peak = NumberField(_l("峰值年净收入"))
    rise = WholeNumberField(_l("几年到峰值"), [Optional()])
    hold = WholeNumberField(_l("峰值之后维持几年"), [Optional()])
    yearly = NumbersField(_l("逐年净收入"))
    discount = NumberField(_l("折现率（%）"), [required()])
    basis = TextAreaField(_l("依据"), [required(), at_most(4000)])
    reason = TextAreaField(_l("修改的原因"), [at_most(1000)])
    illustrative = BooleanField(_l("这是示例数据，不是真实的测算"))
    version = VersionField()

    def stored(self, thing: ProjectValue) -> "ValueForm":
        """The form as it would open on the figures as they now stand."""
        return ValueForm(formdata=None, data=filled(thing.state()))

    def validate(self, extra_validators: Any = None) -> bool:
        """Years and amounts come together; of the revenue what its kind needs."""
        fine = bool(super().validate(extra_validators))
        for step in COST_STEPS:
            first, amounts = self[f"first_{step}"], self[f"costs_{step}"]
            if amounts.data and first.data is None:
                fine = _say(first, _("请填第一年。"))
            elif first.data is not None and not amounts.data:
                fine = _say(amounts, _("请填各年的金额。"))
        return self._revenue_fine() and fine

    def _revenue_fine(self) -> bool:
        needs = {PEAK: ("revenue_first", "peak", "rise"), YEARLY: ("revenue_first", "yearly")}
        fine = True
        for name in needs.get(self.revenue_kind.data, ()):
            if self[name].data in (None, "") and not self[name].errors:
                fine = _say(self[name], _("请填写此项。"))
        for name, least in (("rise", 1), ("hold", 0)):
            if self[name].data is not None and not least <= self[name].data <= 30:
                fine = _say(self[name], _("请填 %(least)d 到 30 的整数。", least=least))
        return fine

    def facts(self) -> dict[str, Any]:
        """What the operation takes."""
        costs = {
            step: Money(self[f"first_{step}"].data, self[f"costs_{step}"].numbers())
            for step in COST_STEPS
            if self[f"costs_{step}"].data
        }
        return {
            "costs": costs,
            "revenue": self._revenue(),
            "discount": round(Decimal(self.discount.data) * 100),
            "basis": self.basis.data or "",
            "reason": self.reason.data or "",
            "illustrative": self.illustrative.data,
        }

    def _revenue(self) -> dict[str, Any]:
        kind = self.revenue_kind.data
        if kind == PEAK:
            return {
                "kind": PEAK,
                "first": self.revenue_first.data,
                "peak": float(self.peak.data),
                "rise": self.rise.data,
                "hold": self.hold.data or 0,
            }
        if kind == YEARLY:
            return {"kind": YEARLY, "first": self.revenue_first.data, "amounts": list(self.yearly.numbers())}
        return {}


for _step in COST_STEPS:
    setattr(ValueForm, f"first_{_step}", WholeNumberField(_l("第一年"), [Optional()]))
    setattr(ValueForm, f"costs_{_step}", NumbersField(_l("各年费用")))


def _say(field: Any, words: str) -> bool:
    field.errors = [*field.errors, words]
    return False


def filled(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields of the form for what is stored; for nothing yet, the usual discount rate."""
    if state is None:
        return {"discount": plain(RATE * 100), "revenue_kind": "none"}
    found: dict[str, Any] = {
        "discount": plain(state["discount"] / 100),
        "basis": state["basis"],
        "illustrative": state["illustrative"],
    }
    for step, money in state["costs"].items():
        found[f"first_{step}"] = money["first"]
        found[f"costs_{step}"] = amounts(money["amounts"])
    revenue = state["revenue"]
    found["revenue_kind"] = revenue["kind"] if revenue else "none"
    if revenue:
        found["revenue_first"] = revenue["first"]
    if revenue and revenue["kind"] == PEAK:
        found |= {"peak": plain(revenue["peak"]), "rise": revenue["rise"], "hold": revenue["hold"]}
    if revenue and revenue["kind"] == YEARLY:
        found["yearly"] = amounts(revenue["amounts"])
    return found


def amounts(values: Any) -> str:
    """Amounts as they are typed: 30、45、20.5."""
    return str(_("、")).join(str(plain(value)) for value in values)
