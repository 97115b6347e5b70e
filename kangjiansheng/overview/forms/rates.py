"""What people type of transition rates."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.overview.forms.fields import NumberField, plain
from kangjiansheng.overview.models import OwnRates
from kangjiansheng.overview.rules.rates import IND, PRECLINICAL, TRANSITIONS, RateSet

TRANSITION_WORDS: dict[str, Any] = {
    PRECLINICAL: _l("临床前到 I 期"),
    IND: _l("IND 受理到许可"),
    "phase1_to_2": _l("I 期到 II 期"),
    "phase2_to_3": _l("II 期到 III 期"),
    "phase3_to_filing": _l("III 期到申报上市"),
    "filing_to_approval": _l("申报上市到批准"),
}
REFUSALS: dict[str, Any] = {
    "overview:rate-share": _l("请填 0 到 100 之间的百分数。"),
    "overview:rate-count": _l("样本数请填 1 到 1000000 的整数，没有公布就留空。"),
    "overview:rate-order": _l("临床前到 I 期包含 IND 许可，不能高于 IND 受理到许可的成功率。"),
    "overview:rates-unknown": _l("没有这套成功率，或已停用。"),
    "overview:rates-name": _l("已经有一套叫“%(name)s”的成功率，请换一个名称。"),
    "overview:rates-in-use": _l("这一套正作为默认使用，请先更换默认，再停用。"),
    "overview:rates-same": _l("默认的就是这一套，没有修改。"),
    "overview:reason-missing": _l("请写明修改的原因。"),
}


class RatesForm(Form):
    """An own set: six shares in per cent, each with how many programmes it was counted in."""

    name_hans = StringField(_l("名称（简体）"), [required(), at_most(60)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(60)])
    name_en = StringField(_l("名称（英文）"), [at_most(80)])
    source = TextAreaField(_l("出处"), [at_most(2000)])
    reason = TextAreaField(_l("修改的原因"), [required(), at_most(1000)])
    retired = BooleanField(_l("停用：不再出现在可选的成功率里"))
    version = VersionField()

    def stored(self, thing: OwnRates) -> "RatesForm":
        """The form as it would open on the set as it now stands."""
        return RatesForm(formdata=None, data=filled(thing.rates) | thing.state())

    def rates(self) -> dict[str, dict[str, Any]]:
        """The shares (0 to 1) and counts by transition."""
        return {
            key: {
                "p": None if (p := self[f"p_{key}"].data) is None else float(p / 100),
                "n": self[f"n_{key}"].data,
            }
            for key in TRANSITIONS
        }

    def words(self) -> dict[str, str]:
        """Names and source."""
        return {key: self[key].data or "" for key in ("name_hans", "name_hant", "name_en", "source")}


for _key in TRANSITIONS:
    setattr(RatesForm, f"p_{_key}", NumberField(TRANSITION_WORDS[_key], [required()]))
    setattr(RatesForm, f"n_{_key}", WholeNumberField(_l("样本数"), [Optional()]))


def filled(rates: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of the form for stored rates."""
    found: dict[str, Any] = {f"p_{key}": plain(round(rates[key]["p"] * 100, 6)) for key in TRANSITIONS}
    return found | {f"n_{key}": rates[key]["n"] for key in TRANSITIONS}


def copied(thing: RateSet) -> dict[str, Any]:
    """The fields of the form for a copy of a set."""
    return filled({key: {"p": rate.p, "n": rate.n} for key, rate in thing.rates.items()})


class UsualForm(Form):
    """Which set is used when nobody chooses."""

    code = SelectField(_l("默认的成功率"))
    reason = StringField(_l("修改的原因"), [required(), at_most(400)])
    version = VersionField()
